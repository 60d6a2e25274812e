//! Probes a file for an interpreter. Anything but the expected answer becomes an error of one sentence.

use std::{path::Path, time::Duration};

use serde::Deserialize;

use super::ask::{AskError, ProgramOutput, ask};
use crate::{
    domain::{
        python::{FoundPython, Interpreter, OLDEST, UselessPython},
        text,
    },
    engine::{run::RunContext, zygote::Environment},
};

/// The code that the interpreter executes.
const SCRIPT: &str = include_str!("../../../assets/ask.py");
/// The time limit of the answer. A cold disk needs a second or two.
const LIMIT: Duration = Duration::from_secs(5);
/// The maximum length of the output that an error quotes, in characters.
const SHOWN: usize = 120;

/// Describes this file if it is an interpreter that can execute the worker's script. Otherwise returns why
/// it cannot be used. `None` if `cancelled` returned true.
///
/// An interpreter that is behind a wrapper is started without it from then on, unless it then is not the same or does not
/// work: the wrapper may prepare what it needs.
pub fn probe(
    context: &RunContext,
    path: &Path,
    environment: &Environment,
    cancelled: &dyn Fn() -> bool,
) -> Option<Result<FoundPython, UselessPython>> {
    let mut found = match described(context, path, environment, cancelled)? {
        Ok(found) => found,
        useless => return Some(useless),
    };
    let behind = Path::new(&found.interpreter.path);
    if !is_same(path, behind) {
        let direct = described(context, behind, environment, cancelled)?;
        if direct.is_ok_and(|direct| direct.interpreter == found.interpreter) {
            return Some(Ok(found));
        }
        found.interpreter.path = path.to_string_lossy().into_owned();
    }
    Some(Ok(found))
}

fn is_same(one: &Path, other: &Path) -> bool {
    let both = (std::fs::canonicalize(one), std::fs::canonicalize(other));
    matches!(both, (Ok(one), Ok(other)) if one == other)
}

/// What this file says about itself.
fn described(
    context: &RunContext,
    path: &Path,
    environment: &Environment,
    cancelled: &dyn Fn() -> bool,
) -> Option<Result<FoundPython, UselessPython>> {
    // Started in the user's directory: a shim of pyenv looks there for the selected version.
    let here = std::env::current_dir().ok();
    let place = (here.as_deref(), environment.clone());
    let answer = context.scratch.answer();
    let arguments = ["-c", SCRIPT, &answer.to_string_lossy()];
    let asked = |named| ask(context, named, &arguments, place, LIMIT, cancelled);
    let found = match checked_name(path).map(asked) {
        Ok(Ok(answer)) => parsed(&answer),
        Ok(Err(AskError::Cancelled)) => return None,
        Ok(Err(AskError::NotStarted(why))) => Err(format!("cannot be started: {why}")),
        Ok(Err(AskError::TimedOut(printed))) => Err(format!(
            "hangs: it did not answer within {} s{}",
            LIMIT.as_secs(),
            quoted(&printed)
        )),
        Ok(Err(AskError::Broken(sentence))) => Err(format!("could not be asked: {sentence}")),
        Err(why) => Err(why),
    };
    Some(found.map_err(|why| {
        let path = text::clean(&path.to_string_lossy(), 200);
        let sentence = format!("{path} {why}");
        UselessPython { path, sentence }
    }))
}

/// The path of a file that may be an interpreter, as far as that can be determined without starting anything.
fn checked_name(path: &Path) -> Result<&str, String> {
    let name = path.to_str();
    let name = name.ok_or("has a name that is not UTF-8, which is not supported")?;
    match std::fs::metadata(path) {
        Err(error) => Err(format!("is not Python: {}", text::plain(&error))),
        Ok(metadata) if metadata.is_dir() => {
            Err("is a directory; name the interpreter in it, such as bin/python3".into())
        }
        Ok(_) => Ok(name),
    }
}

/// The facts that an interpreter reports about itself, named as in a record.
#[derive(Debug, Deserialize)]
struct Description {
    implementation: String,
    #[serde(flatten)]
    interpreter: Interpreter,
    missing: Vec<String>,
    steps_per_s: f64,
}

/// The interpreter that the output describes; or why it cannot be used, as the rest of a sentence that starts with the
/// file.
fn parsed(answer: &ProgramOutput) -> Result<FoundPython, String> {
    let ProgramOutput { output, end, .. } = answer;
    let description: Description = answer.answered().ok_or_else(|| {
        let what = if end.is_success() {
            "is not Python: it did not say what it is".into()
        } else {
            format!("does not work as Python: it {end}")
        };
        what + &quoted(output)
    })?;
    let version = description.interpreter.version;
    if description.implementation != "cpython" {
        let name = text::clean(&description.implementation, 40);
        return Err(format!("is {name}, and this program compares with CPython"));
    }
    if version < OLDEST {
        return Err(format!(
            "is Python {version}: {}.{} or newer is needed",
            OLDEST.major, OLDEST.minor
        ));
    }
    if let Some(missing) = description.missing.iter().find(|name| *name != "ssl") {
        let missing = text::clean(missing, 40);
        return Err(format!(
            "is Python {version} without its module {missing}, which measuring needs"
        ));
    }
    if description.interpreter.path.is_empty() {
        return Err("does not know its own path".into());
    }
    Ok(FoundPython {
        interpreter: description.interpreter,
        steps_per_s: description.steps_per_s.max(1.0),
    })
}

/// The most informative line of the output, as the end of a sentence. For an exception that is the last line, otherwise
/// the first.
fn quoted(printed: &str) -> String {
    let mut lines = printed
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty());
    let is_exception = printed.contains("Traceback (most recent call last)");
    let line = if is_exception {
        lines.next_back()
    } else {
        lines.next()
    };
    line.map(|line| format!("; it printed: {}", text::clean(line, SHOWN)))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        domain::python::StartMethod,
        engine::zygote::ProcessEnd,
        fixtures::damage::{cases, damaged_text},
    };

    fn ended(output: &str, answer: String, status: i32) -> ProgramOutput {
        let end = ProcessEnd::Exited(status);
        let output = output.into();
        ProgramOutput {
            tally: Default::default(),
            output,
            answer,
            end,
        }
    }

    fn answer(change: &str) -> String {
        let given = r#"{"version": "3.13.0", "implementation": "cpython", "path": "/usr/bin/python3.13",
            "start_methods": ["fork", "spawn"], "gil": "on", "steps_per_s": 17e6, "missing": ["ssl"]"#;
        format!("{given}{change}}}")
    }

    #[test]
    fn an_answer_does_not_depend_on_the_output() {
        let found = parsed(&ended("Welcome!", answer(""), 0)).unwrap();
        assert_eq!(found.interpreter.label(), "3.13.0, GIL on");
        assert_eq!(
            found.interpreter.start_methods,
            [StartMethod::Fork, StartMethod::Spawn]
        );
        assert!(!found.interpreter.subinterpreters && found.steps_per_s > 1e6);
    }

    proptest! {
        #![proptest_config(cases(3_000))]

        #[test]
        fn no_damaged_answer_panics_and_a_refusal_is_one_clean_clause(
            answer in damaged_text(vec![answer(""), answer(", \"more\": [1]")]),
            printed in damaged_text(vec!["Traceback (most recent call last)\nKeyError: 1".into(), "Welcome!".into()]),
            status in 0..2,
        ) {
            match parsed(&ended(&printed, answer, status)) {
                Ok(found) => prop_assert!(found.steps_per_s >= 1.0 && !found.interpreter.label().is_empty()),
                Err(why) => prop_assert!(!why.is_empty() && !why.contains(char::is_control), "{why}"),
            }
        }
    }

    #[test]
    fn an_unusable_interpreter_is_explained_in_one_clause() {
        for (printed, answer, status, expected) in [
            (
                "",
                answer("").replace("3.13.0", "2.7.18"),
                0,
                "is Python 2.7.18: 3.8 or newer is needed",
            ),
            (
                "",
                answer("").replace("cpython", "pypy"),
                0,
                "is pypy, and this program compares with CPython",
            ),
            (
                "",
                answer("").replace("\"ssl\"", "\"ctypes\""),
                0,
                "is Python 3.13.0 without its module ctypes, which measuring needs",
            ),
            (
                "usage: cat\n",
                String::new(),
                0,
                "is not Python: it did not say what it is; it printed: usage: cat",
            ),
            (
                "",
                String::new(),
                0,
                "is not Python: it did not say what it is",
            ),
            (
                "no\x1b[2Jroom\n",
                String::new(),
                1,
                "does not work as Python: it ended early with status 1; it printed: no\u{fffd}[2Jroom",
            ),
        ] {
            assert_eq!(
                parsed(&ended(printed, answer, status)).unwrap_err(),
                expected
            );
        }
    }
}
