//! The user's function or command in words: what is called, and what a run showed about it.

use crate::domain::{
    function::{Function, FunctionFacts, Inputs},
    plan::Plan,
    text::{bytes, clean, counted, grouped, listed},
};

/// The maximum length of a name, in characters.
const NAME_MAX: usize = 200;
/// The maximum number of variables that a sentence names.
const NAMED: usize = 5;

/// What the tasks of a plan call or execute, if it is a function or a command of the user's.
pub fn called(plan: &Plan) -> Option<String> {
    if let Some(command) = plan.command() {
        let line = clean(&command.line, NAME_MAX);
        return Some(format!("executes {line} {}", lines(&command.inputs)));
    }
    let function = plan.function()?;
    let target = clean(&function.target, NAME_MAX);
    Some(format!("calls {target} {}", inputs(function)))
}

/// What a command gets: "with each line of files.txt".
pub fn lines(inputs: &Inputs) -> String {
    match inputs {
        Inputs::Lines(file) => format!("with each line of {}", clean(file, NAME_MAX)),
        _ => "without inputs".into(),
    }
}

/// What the calls of a function get: "with each line of urls.txt".
pub fn inputs(function: &Function) -> String {
    let named = |name: &str| clean(name, NAME_MAX);
    let inputs = match &function.inputs {
        Inputs::None => return "without inputs".into(),
        Inputs::Lines(file) => format!("each line of {}", named(file)),
        Inputs::Values(file) => format!("each value of {}", named(file)),
        Inputs::Named(name) => format!("each item of {}", named(name)),
        Inputs::Range { from, to } => format!("each number from {from} to {}", to - 1),
    };
    let spread = if function.star {
        ", spread into arguments"
    } else {
        ""
    };
    format!("with {inputs}{spread}")
}

/// How much was pickled.
pub fn pickled(facts: &FunctionFacts) -> Option<String> {
    let (inputs, results) = (facts.pickled_in_bytes?, facts.pickled_out_bytes?);
    Some(format!(
        "to pickle and unpickle {} of inputs and {} of results",
        bytes(inputs),
        bytes(results)
    ))
}

/// The global variables that the calls changed, if they changed any.
pub fn changed(facts: &FunctionFacts) -> Option<String> {
    let names = facts.changed_globals.as_ref()?;
    let mut shown: Vec<&str> = names.iter().take(NAMED).map(String::as_str).collect();
    let more = names.len().saturating_sub(NAMED);
    let rest = format!("{} more", grouped(more as u64));
    shown.extend((more > 0).then_some(&*rest));
    (!shown.is_empty()).then(|| clean(&listed(&shown, "and"), NAME_MAX))
}

/// Which exceptions the calls raised, if they raised any.
pub fn raised(facts: &FunctionFacts) -> Option<String> {
    let each = facts.raised.iter();
    let each = each.map(|(name, times)| format!("{name} in {}", counted(*times, "task")));
    let each: Vec<String> = each.take(NAMED).collect();
    (!each.is_empty()).then(|| clean(&each.join(", "), NAME_MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_and_its_inputs_are_said_in_one_clause() {
        let said = |inputs_from, star| {
            let function = Function {
                star,
                ..Function::unseen("a.py:f".into(), inputs_from)
            };
            inputs(&function)
        };
        assert_eq!(said(Inputs::None, false), "without inputs");
        assert_eq!(
            said(Inputs::Lines("urls.txt".into()), false),
            "with each line of urls.txt"
        );
        assert_eq!(
            said(Inputs::Named("PAIRS".into()), true),
            "with each item of PAIRS, spread into arguments"
        );
        assert_eq!(
            said(Inputs::Range { from: -1, to: 5 }, false),
            "with each number from -1 to 4"
        );
    }

    #[test]
    fn only_what_was_seen_is_said() {
        let facts = FunctionFacts::default();
        assert_eq!(
            (pickled(&facts), changed(&facts), raised(&facts)),
            (None, None, None)
        );
        let names = |count: usize| (0..count).map(|number| format!("V{number}")).collect();
        let facts = FunctionFacts {
            changed_globals: Some(names(7)),
            raised: [("ValueError".to_string(), 2)].into(),
            ..facts
        };
        assert_eq!(
            changed(&facts).as_deref(),
            Some("V0, V1, V2, V3, V4 and 2 more")
        );
        assert_eq!(raised(&facts).as_deref(), Some("ValueError in 2 tasks"));
        let none = FunctionFacts {
            changed_globals: Some(vec![]),
            ..facts
        };
        assert_eq!(changed(&none), None);
    }
}
