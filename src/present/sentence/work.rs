//! The description of a run in a few words.

use unicode_width::UnicodeWidthStr;

use crate::{
    domain::{
        history::RunEntry, model_variant::ModelVariant, plan::Plan, python::GilState, text::counted,
    },
    present::table::{fitting, shortened, tail},
};

/// Columns that are enough for the name of any model without its interpreter.
pub const MODEL_LEAST: usize = 15;

/// A run of the history in a few words.
pub fn named(entry: &RunEntry) -> String {
    let colon = if entry.name.is_some() { ":" } else { "" };
    let what = with_lock(&entry.record.plan, proven(entry));
    format!("{}{colon} {what}", entry.called())
}

/// A run in a few words.
pub fn of(plan: &Plan) -> String {
    with_lock(plan, None)
}

fn with_lock(plan: &Plan, proven: Option<GilState>) -> String {
    let said = plan.executor.label();
    format!(
        "{} · {said}{} · {} · {}",
        plan.label(),
        lock(plan, proven, &said),
        counted(plan.workers.into(), "worker"),
        counted(plan.tasks.into(), "task"),
    )
}

/// The state of Python's lock, unless `said` has it. The state during the run takes precedence over what the interpreter
/// reported before.
fn lock(plan: &Plan, proven: Option<GilState>, said: &str) -> String {
    let gil = proven.or(plan.interpreter().map(|python| python.gil));
    gil.map(GilState::words)
        .filter(|words| !said.contains(words))
        .map_or_else(String::new, |words| format!(" · {words}"))
}

/// A run, of the history or not, in fewer and fewer words. They lack its name, its tasks, its interpreter, and at last
/// its workers.
pub fn in_few_words(plan: &Plan, entry: Option<&RunEntry>) -> [String; 3] {
    let number = entry.map_or_else(String::new, |entry| format!("#{} ", entry.number));
    let start = format!("{number}{}", plan.workload.name());
    let (executor, model) = (plan.executor.name(), plan.model().name());
    let lock = lock(plan, entry.and_then(proven), &executor);
    let workers = counted(plan.workers.into(), "worker");
    [
        format!("{start} · {executor}{lock} · {workers}"),
        format!("{start} · {model} · {workers}"),
        format!("{start} · {model}"),
    ]
}

/// What a run proved about Python's lock.
fn proven(entry: &RunEntry) -> Option<GilState> {
    entry.record.interpreter.python.as_ref()?.gil
}

/// How a model is called where there are `room` columns. Whatever is left out, different models look different. If there
/// are `several_pythons`, so do they, unless there is hardly any room: "py-threads 3.14.2t", "py-t 3.14.2t", "…t 3.14.2t".
pub fn model(executor: &ModelVariant, room: usize, several_pythons: bool) -> String {
    let (name, model) = (executor.name(), executor.model);
    let brief = name.replace(model.name(), model.short());
    let mut names = vec![executor.label(), name, brief];
    if let Some(python) = &executor.python {
        let version = python.interpreter.version_name();
        let least = format!("{:.4} {version}", model.short());
        let is_enough = several_pythons && room > version.width() + 2;
        names.push(format!("{} {version}", model.short()));
        names.extend(is_enough.then(|| tail(&least, room)));
    }
    names.push(model.short().into());
    shortened(&fitting(names, |name| name.width() <= room), room)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{catalog::model::Model, domain::python::Python, fixtures::python};

    #[test]
    fn two_interpreters_of_a_model_look_different_in_the_narrowest_column() {
        let interpreters = [python::interpreter(), python::free_threaded()];
        for (of, room) in Model::of(true).flat_map(|of| (11..40).map(move |room| (of, room))) {
            let [one, other] = interpreters.clone().map(|interpreter| {
                let python = Some(Python {
                    interpreter,
                    start_method: None,
                });
                model(&ModelVariant { model: of, python }, room, true)
            });
            assert_ne!(one, other, "{of:?} in {room} columns");
        }
    }

    #[test]
    fn no_two_models_look_the_same_however_little_room_they_have() {
        let interpreters = [python::interpreter(), python::free_threaded()];
        let rooms = (5..40).flat_map(|room| [(room, false), (room, true)]);
        for (interpreter, (room, several)) in interpreters
            .iter()
            .flat_map(|python| rooms.clone().map(move |room| (python, room)))
        {
            let named = Model::ALL.map(|of| {
                let interpreter = interpreter.clone();
                let python = Python {
                    interpreter,
                    start_method: None,
                };
                let executor = ModelVariant {
                    model: of,
                    python: of.is_python().then_some(python),
                };
                model(&executor, room, several)
            });
            let different: std::collections::BTreeSet<&String> = named.iter().collect();
            assert_eq!(different.len(), named.len(), "{named:?} in {room} columns");
            assert!(named.iter().all(|name| name.width() <= room), "{named:?}");
            assert!(room < MODEL_LEAST || named.iter().all(|name| !name.contains('…')));
        }
    }
}
