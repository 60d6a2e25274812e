//! The user's function during and after a run: what a call gets, and what a run showed.

use std::{fs, sync::atomic::Ordering::Relaxed};

use crate::{
    domain::{
        function::{FunctionFacts, Inputs},
        text::{clean, counted, grouped},
    },
    engine::{arena::TaskState, scratch::FACTS, worker::Assignment},
};

/// The maximum length of an input in a sentence, in characters.
const INPUT_MAX: usize = 80;

/// What a run showed about the user's function; `None` for other work, and if the run did not end by itself.
pub fn facts(assignment: &Assignment) -> Option<FunctionFacts> {
    assignment.plan.function()?;
    let text = fs::read(assignment.scratch.directory.join(FACTS)).ok()?;
    serde_json::from_slice(&text).ok()
}

/// That a worker's call took longer than it may, with its input.
pub fn too_long(assignment: &Assignment, worker: u32, limit_ms: u64) -> String {
    let Assignment { arena, plan, .. } = assignment;
    let function = plan.function().expect("the plan calls a function");
    let is_it = |task: &u32| {
        let slot = arena.task(*task);
        slot.state() == TaskState::Begun && slot.worker.load(Relaxed) == worker
    };
    let task = (0..arena.tasks()).find(is_it);
    let which = match task {
        None => String::new(),
        Some(task) => match input(&function.inputs, task) {
            None => format!(" in call {}", grouped(task.into())),
            Some(input) => format!(" with the input {}", clean(&input, INPUT_MAX)),
        },
    };
    let limit = if limit_ms.is_multiple_of(1_000) {
        counted(limit_ms / 1_000, "second")
    } else {
        format!("{} ms", grouped(limit_ms))
    };
    let name = clean(function.name(), INPUT_MAX);
    format!("{name} took longer than {limit}{which}, which --timeout does not allow")
}

/// The input of a call as text, if it can be told without Python.
fn input(inputs: &Inputs, task: u32) -> Option<String> {
    match inputs {
        Inputs::Range { from, .. } => from.checked_add(task.into()).map(|n| n.to_string()),
        Inputs::Lines(file) | Inputs::Values(file) => {
            input_in(&fs::read_to_string(file).ok()?, inputs, task)
        }
        Inputs::None | Inputs::Named(_) => None,
    }
}

/// The input of a call in the text of a file.
fn input_in(text: &str, inputs: &Inputs, task: u32) -> Option<String> {
    let at = task as usize;
    match inputs {
        Inputs::Values(file) if !file.ends_with(".jsonl") => {
            let values: Vec<serde_json::Value> = serde_json::from_str(text).ok()?;
            values.get(at).map(ToString::to_string)
        }
        Inputs::Values(_) => {
            let mut lines = text.lines().filter(|line| !line.trim().is_empty());
            lines.nth(at).map(String::from)
        }
        _ => {
            let mut lines = text.lines().filter(|line| !line.is_empty());
            lines.nth(at).map(String::from)
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::fixtures::damage::{cases, damaged, damaged_text};

    proptest! {
        #![proptest_config(cases(3_000))]

        #[test]
        fn no_damaged_inputs_of_a_function_panic(
            content in damaged_text(vec!["[1, {\"a\": [2.5, \"x\"]}, null]".into(), "one\n\n{\"two\": 2}\n".into()]),
            written in damaged_text(vec!["0..100".into(), "-5..9223372036854775807".into(), "urls.txt".into(), "NAMES".into()]),
            task: u32,
        ) {
            for name in ["a.json", "a.jsonl", "a.txt"] {
                for task in [0, 1, task] {
                    let _ = input_in(&content, &Inputs::file(name.into()), task);
                }
            }
            if let Ok(inputs) = Inputs::written(&written) {
                prop_assert_eq!(Inputs::written(&inputs.text()), Ok(inputs.clone()));
                // No other kind of inputs is told without a file.
                if inputs.count().is_some() {
                    let _ = input(&inputs, task);
                }
            }
        }

        #[test]
        fn no_damaged_facts_about_a_function_panic(
            facts in damaged(vec![serde_json::to_vec(&FunctionFacts {
                changed_globals: Some(vec!["cache".into()]),
                results: vec![Some("abc".into()), None],
                ..FunctionFacts::default()
            }).unwrap()])
        ) {
            let _ = serde_json::from_slice::<FunctionFacts>(&facts);
        }
    }

    #[test]
    fn the_input_of_a_call_is_what_python_reads_for_it() {
        let directory = tempfile::tempdir().unwrap();
        let file = |name: &str, text: &str| {
            let path = directory.path().join(name);
            fs::write(&path, text).unwrap();
            path.to_string_lossy().into_owned()
        };
        let lines = Inputs::Lines(file("a.txt", "one\n\ntwo\r\n"));
        assert_eq!(input(&lines, 1).as_deref(), Some("two"));
        assert_eq!(input(&lines, 2), None);
        let list = Inputs::Values(file("a.json", "[[1, 2], \"b\"]"));
        assert_eq!(input(&list, 0).as_deref(), Some("[1,2]"));
        let values = Inputs::Values(file("a.jsonl", "{\"a\": 1}\n\n7\n"));
        assert_eq!(input(&values, 1).as_deref(), Some("7"));
        assert_eq!(
            input(&Inputs::Range { from: -2, to: 3 }, 3).as_deref(),
            Some("1")
        );
        assert_eq!(input(&Inputs::Named("URLS".into()), 0), None);
    }
}
