//! Looks at the user's function before anything is measured.

use std::{collections::BTreeMap, time::Duration};

use serde::Deserialize;
use serde_json::json;

use super::{
    ask::{AskError, ask},
    not_started,
    order::FUNCTION_SCRIPT,
};
use crate::{
    domain::{
        foreign::cleaned_lines,
        function::{Function, SeenFunction},
        python::Interpreter,
        text::clean,
    },
    engine::{run::RunContext, zygote::Environment},
};

/// The time limit for importing the function's module and reading its inputs.
const LIMIT: Duration = Duration::from_secs(60);
/// The maximum length of a sentence from Python, in characters.
const SENTENCE_MAX: usize = 1_000;
/// The maximum length of a traceback, in characters.
const TRACEBACK_MAX: usize = 8_000;

/// Why the user's function cannot be called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionRefusal {
    /// The reason, in one sentence.
    pub sentence: String,
    /// Python's own words about it; empty if it has none.
    pub traceback: String,
}

impl FunctionRefusal {
    fn because(sentence: impl Into<String>) -> FunctionRefusal {
        FunctionRefusal {
            sentence: sentence.into(),
            traceback: String::new(),
        }
    }
}

/// The answer of the script.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum InspectionAnswer {
    Seen(SeenByPython),
    Refused { sentence: String, traceback: String },
}

#[derive(Deserialize)]
struct SeenByPython {
    is_coroutine: bool,
    calls: u64,
    fingerprint: String,
    import_s: f64,
    module: String,
    source: Option<String>,
    line: Option<u32>,
    unpicklable: Option<(String, String)>,
    unguarded_line: Option<u32>,
}

/// Looks at a function without calling it; `calls` is the number of calls if it has no inputs. Returns `None` if `cancelled`
/// returned true.
///
/// # Errors
/// If it cannot be called.
pub fn look_at(
    context: &RunContext,
    interpreter: &Interpreter,
    function: Function,
    calls: u64,
    cancelled: &dyn Fn() -> bool,
) -> Option<Result<SeenFunction, FunctionRefusal>> {
    let order = json!({
        "target": function.target,
        "paths": function.paths,
        "inputs": function.inputs,
        "star": function.star,
        "calls": calls,
    });
    let (order, answer) = (order.to_string(), context.scratch.answer());
    let answer = answer.to_string_lossy();
    let arguments = ["-c", FUNCTION_SCRIPT, &order, &answer];
    let place = (None, Environment::Users(BTreeMap::new()));
    let path = &interpreter.path;
    let python = clean(path, 200);
    let target = clean(&function.target, 200);
    Some(
        match ask(context, path, &arguments, place, LIMIT, cancelled) {
            Ok(asked) => understood(&asked.answer, function).unwrap_or_else(|| {
                Err(FunctionRefusal {
                    sentence: format!("importing {target} ended the interpreter: it {}", asked.end),
                    traceback: cleaned(&asked.output),
                })
            }),
            Err(AskError::TimedOut(printed)) => Err(FunctionRefusal {
                sentence: format!(
                    "importing {target} and reading its inputs takes longer than {} s",
                    LIMIT.as_secs()
                ),
                traceback: cleaned(&printed),
            }),
            Err(AskError::NotStarted(why)) => {
                Err(FunctionRefusal::because(not_started(&python, &why)))
            }
            Err(AskError::Cancelled) => return None,
            Err(AskError::Broken(error)) => Err(FunctionRefusal::because(error)),
        },
    )
}

/// What the script says about the function; `None` if it says nothing that can be understood.
fn understood(answer: &str, function: Function) -> Option<Result<SeenFunction, FunctionRefusal>> {
    Some(match serde_json::from_str(answer).ok()? {
        InspectionAnswer::Seen(seen) => Ok(seen.of(function)),
        InspectionAnswer::Refused {
            sentence,
            traceback,
        } => Err(FunctionRefusal {
            sentence: clean(&sentence, SENTENCE_MAX),
            traceback: cleaned(&traceback),
        }),
    })
}

fn cleaned(lines: &str) -> String {
    let shown: String = lines.trim_end().chars().take(TRACEBACK_MAX).collect();
    cleaned_lines(&shown)
}

impl SeenByPython {
    /// Together with what the user said.
    fn of(self, function: Function) -> SeenFunction {
        let text = |text: String| clean(&text, SENTENCE_MAX);
        SeenFunction {
            function: Function {
                is_coroutine: self.is_coroutine,
                fingerprint: self.fingerprint,
                ..function
            },
            calls: self.calls,
            import_s: self.import_s.max(0.0),
            source: self.source.map(text),
            line: self.line,
            module: text(self.module),
            unpicklable: self.unpicklable.map(|(what, why)| (text(what), text(why))),
            unguarded_line: self.unguarded_line,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::fixtures::{
        damage::{cases, damaged_text},
        sample,
    };

    fn answers() -> Vec<String> {
        let seen = r#"{"seen": {"is_coroutine": false, "calls": 100, "fingerprint": "ab", "import_s": 0.1,
            "module": "fetch", "source": "fetch.py", "line": 3, "unpicklable": ["it", "a lock"], "unguarded_line": null}}"#;
        let refused =
            r#"{"refused": {"sentence": "there is none", "traceback": "Traceback\nError"}}"#;
        [seen, refused].map(String::from).into()
    }

    #[test]
    fn undamaged_answers_are_understood() {
        for answer in answers() {
            assert!(
                understood(&answer, *sample::function()).is_some(),
                "{answer}"
            );
        }
    }

    proptest! {
        #![proptest_config(cases(3_000))]

        #[test]
        fn no_damaged_answer_panics_and_a_refusal_is_clean(answer in damaged_text(answers())) {
            if let Some(Err(refusal)) = understood(&answer, *sample::function()) {
                prop_assert!(!refusal.sentence.contains(char::is_control), "{refusal:?}");
            }
        }
    }
}
