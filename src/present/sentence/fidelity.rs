//! The comparison of the emulated GIL with CPython's, in words.

use crate::domain::{
    fidelity::{FidelityLine, FidelityQuestion, Verdict},
    python::{GilState, Interpreter},
    text::counted,
};

/// Why the emulated lock cannot be compared with this interpreter's, in one sentence; `None` if it can.
pub fn refusal(interpreter: &Interpreter) -> Option<String> {
    (interpreter.gil == GilState::Off).then(|| {
        format!(
            "{} ({}) has no GIL to compare with: name another interpreter with --python",
            interpreter.path,
            interpreter.label()
        )
    })
}

/// A question as a label in a table.
pub fn label(question: FidelityQuestion) -> String {
    match question {
        FidelityQuestion::Threads { workload, workers } => {
            format!("{}, {workers} threads / 1 thread", workload.name())
        }
        FidelityQuestion::Switches { workers } => {
            format!("cpu, voluntary switches/s, {workers} threads")
        }
        FidelityQuestion::Convoy { beside } => {
            let beside = counted(beside.into(), "cpu thread");
            format!("sleep(1 ms) beside {beside}")
        }
    }
}

/// The verdict of a line, as a table shows it.
pub fn verdict(line: &FidelityLine) -> String {
    let most = line.allowed.high;
    let allowed = if most < 2.0 {
        format!("{:.0} %", (most - 1.0) * 100.0)
    } else {
        format!("a factor of {most}")
    };
    match line.verdict {
        Verdict::Within => format!("within {allowed}"),
        Verdict::Outside => format!("outside {allowed}"),
        Verdict::CannotTell => "cannot tell".into(),
        Verdict::NotMeasured => "not measured".into(),
    }
}

/// The conclusion from all lines, in one sentence without a full stop.
pub fn conclusion(interpreter: &Interpreter, lines: &[FidelityLine]) -> String {
    let with = |verdict| lines.iter().filter(move |line| line.verdict == verdict);
    let mut sentence = format!(
        "the emulated GIL is within the limits of Python {} in {} of {}",
        interpreter.version_name(),
        with(Verdict::Within).count(),
        counted(lines.len() as u64, "line")
    );
    let others = [
        (Verdict::Outside, "outside"),
        (Verdict::CannotTell, "too uncertain to tell"),
        (Verdict::NotMeasured, "not measured"),
    ];
    for (verdict, words) in others {
        let named: Vec<String> = with(verdict).map(|line| label(line.question)).collect();
        if !named.is_empty() {
            sentence.push_str(&format!("; {words}: {}", named.join(" · ")));
        }
    }
    sentence
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        catalog::workload::Workload::{Cpu, Io},
        fixtures::python,
    };

    #[test]
    fn an_interpreter_without_lock_is_refused() {
        assert_eq!(refusal(&python::interpreter()), None);
        assert!(
            refusal(&python::free_threaded())
                .unwrap()
                .contains("has no GIL to compare with")
        );
    }

    #[test]
    fn what_is_outside_or_was_not_measured_is_named() {
        let line = |workload, workers, verdict| {
            let question = FidelityQuestion::Threads { workload, workers };
            FidelityLine {
                question,
                emulated: None,
                real: None,
                ratio: None,
                allowed: question.allowed(),
                verdict,
            }
        };
        let lines = [
            line(Cpu, 2, Verdict::NotMeasured),
            line(Cpu, 4, Verdict::Outside),
            line(Io, 4, Verdict::Outside),
            line(Io, 8, Verdict::Within),
        ];
        let sentence = conclusion(&python::interpreter(), &lines);
        assert!(
            sentence
                .contains("in 1 of 4 lines; outside: cpu, 4 threads / 1 thread · io, 4 threads"),
            "{sentence}"
        );
        assert!(sentence.ends_with("not measured: cpu, 2 threads / 1 thread"));
    }
}
