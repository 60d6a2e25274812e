//! Measures how closely the emulated lock matches CPython's: two sweeps, then the convoys, then the table.

use std::time::Duration;

use serde::Serialize;

use super::{measure::Bench, say};
use crate::{
    catalog::model::SWITCH_INTERVAL,
    cli::FidelityRequest,
    domain::{
        estimate::{self, Estimate, MachineFacts},
        fidelity::{
            self as question, CONVOY_SAMPLES, CONVOYS, Convoy, FidelityLine, FidelityQuestion,
            UncertainNumber,
        },
        keeping::Keeping,
        machine::Machine,
        python::Interpreter,
        record::Record,
        sweep::SweepDraft,
        text::counted,
        time::{Nanos, seconds},
    },
    engine::convoy as engine_convoy,
    present::{
        format::Format,
        number::{NOTHING, or_nothing, span, three_digits},
        sentence::{estimate::takes, fidelity as sentence},
        table::{Column, Side, Table},
    },
    shell::exit::Failure,
};

/// The name of the JSON document.
const SCHEMA: &str = "pconc-tui.fidelity/1";
/// The time of the convoys of one round, in seconds. The sleeping thread waits a switch interval or two for each
/// computing thread.
const CONVOYS_S: f64 = 4.0;

/// Compares the emulated lock with CPython's as `request` asks, keeps the runs where `keeping` says, and prints the
/// results. Returns the exit code.
///
/// # Errors
/// If the request is invalid, or the engine cannot start.
pub fn fidelity(request: &FidelityRequest, keeping: &Keeping, ascii: bool) -> Result<u8, Failure> {
    let mut bench = Bench::open(&request.output, keeping, ascii)?;
    bench.find_pythons(request.python.as_slice())?;
    let interpreter = &bench.pythons[0].interpreter.clone();
    if let Some(refusal) = sentence::refusal(interpreter) {
        return Err(Failure::usage(refusal));
    }
    let drafts = request.drafts(&bench.pythons[0]);
    let [cpu, io] = question::plans(&drafts, &bench.session.limits).map_err(Failure::usage)?;
    bench.listen()?;
    bench.speed = Some(bench.session.calibrate());
    say(&estimate_sentence(&drafts, bench.known()));
    let sweeps = [(1, cpu), (2, io)].map(|(number, plan)| bench.measure_sweep(number, plan));
    let convoys = convoys(&mut bench, interpreter, request.repeats);
    let records: Vec<&Record> = bench.records().collect();
    let lines = question::lines(&sweeps, &records, &convoys, request.seed);
    bench.end(|bench| print(bench, interpreter, &lines, request))
}

fn estimate_sentence(drafts: &[SweepDraft; 2], known: MachineFacts<'_>) -> String {
    let repeats = drafts[0].repeats;
    let runs = drafts.iter().map(SweepDraft::runs).sum();
    let sweeps = drafts.iter().map(|draft| estimate::of_sweep(draft, known));
    let all = sweeps.fold(Estimate::Seconds(CONVOYS_S * repeats as f64), |sum, one| {
        sum.and(one, 1.0)
    });
    let runs = counted(runs, "run");
    let convoys = counted(CONVOYS.len() as u64 * repeats, "convoy");
    takes(&format!("{runs} and {convoys} under each GIL"), all)
}

fn convoys(bench: &mut Bench<'_>, interpreter: &Interpreter, rounds: u64) -> Vec<Convoy> {
    let mut convoys = CONVOYS.map(|beside| Convoy {
        beside,
        ..Convoy::default()
    });
    let interval = Duration::from_micros(SWITCH_INTERVAL.default);
    let in_seconds =
        |latencies: Vec<Nanos>| latencies.into_iter().map(seconds).collect::<Vec<f64>>();
    for at in (0..rounds).flat_map(|_| 0..CONVOYS.len()) {
        if bench.is_over() {
            break;
        }
        let beside = CONVOYS[at];
        let is_cancelled = || bench.is_interrupted();
        let emulated = engine_convoy::emulated(beside, CONVOY_SAMPLES, interval);
        let measured = emulated.and_then(|emulated| {
            let context = &bench.session.context;
            let real =
                engine_convoy::real(context, interpreter, beside, CONVOY_SAMPLES, &is_cancelled)?;
            Ok((emulated, real))
        });
        match measured {
            Ok((emulated, real)) => convoys[at].add(&in_seconds(emulated), &in_seconds(real)),
            // The user stopped it, and an incomplete convoy does not count.
            Err(_) if bench.is_interrupted() => {}
            Err(error) => bench.broke = Some(error.into()),
        }
    }
    convoys.into()
}

/// The JSON document.
#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    program_version: &'static str,
    machine: &'a Machine,
    interpreter: &'a Interpreter,
    repeats: u64,
    seed: u64,
    /// Whether everything that was asked for was measured.
    is_complete: bool,
    lines: &'a [FidelityLine],
    conclusion: &'a str,
}

fn print(
    bench: &Bench<'_>,
    interpreter: &Interpreter,
    lines: &[FidelityLine],
    request: &FidelityRequest,
) -> Result<(), Failure> {
    let conclusion = &sentence::conclusion(interpreter, lines);
    if request.output.format() == Format::Table {
        let broken = bench.records().filter(|record| !record.is_sound());
        let ending = (broken.count() as u64, bench.is_interrupted());
        let text = table(
            interpreter,
            lines,
            conclusion,
            ending,
            bench.destination.room(),
        );
        return bench.destination.print(&text);
    }
    let document = Document {
        schema: SCHEMA,
        program_version: env!("CARGO_PKG_VERSION"),
        machine: &bench.session.machine,
        interpreter,
        repeats: request.repeats,
        seed: request.seed,
        is_complete: !bench.is_over(),
        lines,
        conclusion,
    };
    bench.destination.deliver(|out| {
        serde_json::to_writer_pretty(&mut *out, &document)?;
        out.write_all(b"\n")
    })
}

const COLUMNS: [(&str, Side); 7] = [
    ("", Side::Left),
    ("emulated", Side::Point),
    ("95 % interval", Side::Left),
    ("CPython", Side::Point),
    ("95 % interval", Side::Left),
    ("emulated/CPython", Side::Left),
    ("verdict", Side::Left),
];

/// The lines as text, with the number of failed runs and whether the user stopped the measurement.
fn table(
    interpreter: &Interpreter,
    lines: &[FidelityLine],
    conclusion: &str,
    (broken, interrupted): (u64, bool),
    room: usize,
) -> String {
    let lines = Table {
        columns: COLUMNS
            .map(|(heading, side)| Column::new(heading, side, 0))
            .into(),
        rows: lines.iter().map(row).collect(),
    };
    let mut out = format!(
        "gil-threads (emulated) beside Python {}\n\n{}\n{conclusion}\n",
        interpreter.label(),
        lines.lines(room)
    );
    if broken > 0 {
        out += &format!("{} failed and was not counted\n", counted(broken, "run"));
    }
    if interrupted {
        out += "incomplete: stopped before everything was measured\n";
    }
    out
}

fn row(line: &FidelityLine) -> Vec<String> {
    // Latencies are in milliseconds, because seconds would leave too few digits.
    let (unit, per_second) = match line.question {
        FidelityQuestion::Convoy { .. } => (", ms", 1e3),
        _ => ("", 1.0),
    };
    let number = |value| three_digits(value * per_second);
    let cells = |figure: Option<UncertainNumber>| {
        [
            or_nothing(figure.map(|of| of.value), number),
            or_nothing(figure.and_then(|of| of.interval), |of| span(of, number)),
        ]
    };
    let ratio = line.ratio.map(|ratio| {
        let around = or_nothing(ratio.interval, |of| span(of, three_digits));
        format!("{} ({around})", three_digits(ratio.value))
    });
    let mut row = vec![format!("{}{unit}", sentence::label(line.question))];
    row.extend(cells(line.emulated));
    row.extend(cells(line.real));
    row.push(ratio.unwrap_or_else(|| NOTHING.into()));
    row.push(sentence::verdict(line));
    row
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::{fidelity::Verdict, stats::Interval},
        fixtures::python,
    };

    #[test]
    fn each_line_is_a_row_with_its_verdict_and_latencies_are_in_milliseconds() {
        let figure = |value: f64| {
            Some(UncertainNumber {
                value,
                interval: Some(Interval {
                    low: value * 0.99,
                    high: value * 1.01,
                }),
            })
        };
        let question = FidelityQuestion::Convoy { beside: 1 };
        let line = FidelityLine {
            question,
            emulated: figure(0.006_15),
            real: figure(0.0062),
            ratio: figure(0.992),
            allowed: question.allowed(),
            verdict: Verdict::Within,
        };
        let missing = FidelityLine {
            real: None,
            ratio: None,
            verdict: Verdict::NotMeasured,
            ..line
        };
        let text = table(
            &python::interpreter(),
            &[line, missing],
            "so be it",
            (1, true),
            usize::MAX,
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
            text.contains("\nso be it\n1 run failed") && text.contains("incomplete:"),
            "{text}"
        );
    }
}
