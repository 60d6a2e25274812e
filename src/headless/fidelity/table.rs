//! The comparison for people: a row per line, what to conclude, and what speaks against trusting it.

use crate::domain::fidelity::{Figure, Line, Question};
use crate::domain::python::Interpreter;
use crate::domain::stats::Interval;
use crate::domain::text::counted;
use crate::present::number::three_digits;
use crate::present::sentence::fidelity as sentence;
use crate::present::table::{Side, aligned};

/// What stands where there is no number.
const NONE: &str = "–";

const HEADER: [&str; 7] = [
    "",
    "emulated",
    "95 % interval",
    "CPython",
    "95 % interval",
    "emulated/CPython",
    "verdict",
];

const SIDES: [Side; 7] = [
    Side::Left,
    Side::Point,
    Side::Left,
    Side::Point,
    Side::Left,
    Side::Left,
    Side::Left,
];

/// The lines as text, with how many runs broke and whether the user stopped it.
pub fn render(
    interpreter: &Interpreter,
    lines: &[Line],
    conclusion: &str,
    (broken, interrupted): (u64, bool),
) -> String {
    let header = HEADER.map(String::from).to_vec();
    let rows: Vec<Vec<String>> = std::iter::once(header)
        .chain(lines.iter().map(row))
        .collect();
    let mut out = format!(
        "gil-threads (emulated) beside Python {}\n\n",
        interpreter.label()
    );
    out.push_str(&aligned(&SIDES, &rows));
    out.push_str(&format!("\n{conclusion}\n"));
    if broken > 0 {
        out.push_str(&format!(
            "{} broke and was not counted\n",
            counted(broken, "run")
        ));
    }
    if interrupted {
        out.push_str("incomplete: it was stopped before everything was measured\n");
    }
    out
}

fn row(line: &Line) -> Vec<String> {
    let value =
        |figure: Option<Figure>| figure.map_or_else(|| NONE.into(), |of| three_digits(of.value));
    let (emulated, real) = (
        shown(line.question, line.emulated),
        shown(line.question, line.real),
    );
    let ratio = match line.ratio {
        Some(ratio) => format!("{} ({})", three_digits(ratio.value), between(line.ratio)),
        None => NONE.into(),
    };
    vec![
        named(line.question),
        value(emulated),
        between(emulated),
        value(real),
        between(real),
        ratio,
        sentence::verdict(line),
    ]
}

fn named(question: Question) -> String {
    let unit = if matches!(question, Question::Convoy { .. }) {
        ", ms"
    } else {
        ""
    };
    format!("{}{unit}", sentence::label(question))
}

/// A latency in milliseconds, as seconds would leave too few digits.
fn shown(question: Question, figure: Option<Figure>) -> Option<Figure> {
    let factor = if matches!(question, Question::Convoy { .. }) {
        1e3
    } else {
        1.0
    };
    let scaled = |of: Interval| Interval {
        low: of.low * factor,
        high: of.high * factor,
    };
    figure.map(|of| Figure {
        value: of.value * factor,
        interval: of.interval.map(scaled),
    })
}

fn between(figure: Option<Figure>) -> String {
    let interval = figure.and_then(|figure| figure.interval);
    interval.map_or_else(
        || NONE.into(),
        |of| format!("{}–{}", three_digits(of.low), three_digits(of.high)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fidelity::Verdict;
    use crate::fixtures::python;

    #[test]
    fn each_line_is_a_row_with_its_verdict_and_latencies_are_in_milliseconds() {
        let figure = |value: f64| {
            Some(Figure {
                value,
                interval: Some(Interval {
                    low: value * 0.99,
                    high: value * 1.01,
                }),
            })
        };
        let question = Question::Convoy { beside: 1 };
        let line = Line {
            question,
            emulated: figure(0.006_15),
            real: figure(0.0062),
            ratio: figure(0.992),
            allowed: question.allowed(),
            verdict: Verdict::Within,
        };
        let missing = Line {
            real: None,
            ratio: None,
            verdict: Verdict::NotMeasured,
            ..line
        };
        let text = render(
            &python::interpreter(),
            &[line, missing],
            "so be it",
            (1, true),
        );
        let rows: Vec<&str> = text
            .lines()
            .filter(|line| line.starts_with("sleep(1 ms)"))
            .collect();
        assert!(
            rows[0].contains("beside 1 cpu thread, ms") && rows[0].contains("6.15"),
            "{text}"
        );
        assert!(
            rows[0].ends_with("within 5 %") && rows[1].ends_with("not measured"),
            "{text}"
        );
        assert!(
            text.contains("\nso be it\n1 run broke") && text.contains("incomplete:"),
            "{text}"
        );
    }
}
