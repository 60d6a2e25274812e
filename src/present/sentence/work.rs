//! The description of a run in a few words.

use unicode_width::UnicodeWidthStr;

use crate::{
    domain::{
        history::RunEntry, model_variant::ModelVariant, plan::Plan, python::GilState, text::counted,
    },
    present::table::{fitting, shortened},
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
    let [model, least] = [MODEL_LEAST + 4, MODEL_LEAST].map(|room| model(&plan.executor, room));
    let lock = lock(plan, entry.and_then(proven), &model);
    let workers = counted(plan.workers.into(), "worker");
    [
        format!("{start} · {model}{lock} · {workers}"),
        format!("{start} · {least} · {workers}"),
        format!("{start} · {least}"),
    ]
}

/// What a run proved about Python's lock.
fn proven(entry: &RunEntry) -> Option<GilState> {
    entry.record.interpreter.python.as_ref()?.gil
}

/// How a model is called where there are `room` columns. Whatever is left out, different models look different.
pub fn model(executor: &ModelVariant, room: usize) -> String {
    let (name, model) = (executor.name(), executor.model);
    let brief = name.replace(model.name(), model.short());
    let version = executor.python.as_ref().map_or_else(String::new, |python| {
        format!("{} {}", model.short(), python.interpreter.version_name())
    });
    let names = [executor.label(), name, brief, version, model.short().into()];
    let names = names.into_iter().filter(|name| !name.is_empty());
    shortened(&fitting(names, |name| name.width() <= room), room)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{catalog::model::Model, domain::python::Python, fixtures::python};

    #[test]
    fn no_two_models_look_the_same_however_little_room_they_have() {
        let interpreters = [python::interpreter(), python::free_threaded()];
        for (interpreter, room) in interpreters
            .iter()
            .flat_map(|python| (5..40).map(move |room| (python, room)))
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
                model(&executor, room)
            });
            let different: std::collections::BTreeSet<&String> = named.iter().collect();
            assert_eq!(different.len(), named.len(), "{named:?} in {room} columns");
            assert!(named.iter().all(|name| name.width() <= room), "{named:?}");
            assert!(room < MODEL_LEAST || named.iter().all(|name| !name.contains('…')));
        }
    }
}
