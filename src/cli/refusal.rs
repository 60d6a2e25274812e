//! The argument parser's errors, each as one sentence that says what was wrong and what is allowed.

use std::error::Error as _;

use clap::{
    Command, CommandFactory,
    error::{ContextKind, ContextValue, ErrorKind},
};

use super::{CommandLine, EarlyAnswer, values};
use crate::domain::{
    address::masked_in,
    text::{clean, listed},
};

/// The maximum length of a sentence, in characters. A list of all models fits into it.
const LONGEST: usize = 500;

/// What to print for this error. For the parser, help and version are errors, too.
pub(super) fn answer(error: clap::Error) -> EarlyAnswer {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            EarlyAnswer::Text(error.render().to_string())
        }
        _ => EarlyAnswer::Refusal(clean(&masked_in(&sentence(&error)), LONGEST)),
    }
}

fn sentence(error: &clap::Error) -> String {
    let mut command = CommandLine::command();
    command.build();
    let given = flag(error, ContextKind::InvalidArg);
    let other = flag(error, ContextKind::PriorArg);
    match error.kind() {
        ErrorKind::ValueValidation => {
            let reason = error.source().map(ToString::to_string).unwrap_or_default();
            if given.starts_with('-') {
                format!("{given}: {reason}")
            } else {
                reason
            }
        }
        // An option that was given twice conflicts with itself.
        ErrorKind::ArgumentConflict if given != other => {
            format!("{given} and {other} contradict each other; give one of them")
        }
        ErrorKind::MissingRequiredArgument => {
            let missing = error.get(ContextKind::InvalidArg).into_iter();
            let missing: Vec<String> = missing
                .flat_map(strings)
                .map(|argument| with_names(&command, argument))
                .collect();
            format!("{} must be given", missing.join(" and "))
        }
        ErrorKind::InvalidSubcommand => {
            let said = words(error).swap_remove(0);
            format!("{said}: choose {}", commands(&command, error))
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand | ErrorKind::MissingSubcommand => {
            format!("a command must be given: {}", commands(&command, error))
        }
        _ => match &words(error)[..] {
            [said] => format!("{said}; --help says what is allowed"),
            several => several.join("; ").replace("; [", " ["),
        },
    }
}

/// The lines that the parser prints before the usage. Untrusted text that they quote is made harmless.
fn words(error: &clap::Error) -> Vec<String> {
    let mut said = error.render().to_string();
    for foreign in error.context().flat_map(|(_, value)| strings(value)) {
        said = said.replace(&format!("'{foreign}'"), &values::shown(&foreign));
    }
    let is_before_usage =
        |line: &&str| !line.starts_with("Usage:") && !line.starts_with("For more information");
    let lines = said.lines().take_while(is_before_usage).map(str::trim);
    lines
        .filter(|line| !line.is_empty())
        .map(|line| line.trim_start_matches("error: ").to_string())
        .collect()
}

/// The commands that are possible in this place.
fn commands(root: &Command, error: &clap::Error) -> String {
    let usage = error.render().to_string();
    let is_used = |command: &&Command| {
        usage.contains(&format!("{} {} ", root.get_name(), command.get_name()))
    };
    let command = root.get_subcommands().find(is_used).unwrap_or(root);
    let names: Vec<&str> = command.get_subcommands().map(Command::get_name).collect();
    listed(&names, "or")
}

/// A missing argument, with the names that it accepts, if there are any.
fn with_names(root: &Command, missing: String) -> String {
    let mut arguments = root.get_subcommands().flat_map(Command::get_arguments);
    let argument = arguments.find(|argument| argument.to_string() == missing);
    let values = argument.map_or(vec![], |argument| argument.get_possible_values());
    let names: Vec<&str> = values.iter().map(|value| value.get_name()).collect();
    match &names[..] {
        [] => missing,
        names => format!("{missing} ({})", listed(names, "or")),
    }
}

/// The option alone: `--workers` for `--workers <N>`.
fn flag(error: &clap::Error, kind: ContextKind) -> String {
    let option = error.get(kind).map(strings).unwrap_or_default().join(" ");
    option.split(' ').take(1).collect()
}

fn strings(value: &ContextValue) -> Vec<String> {
    match value {
        ContextValue::String(one) => vec![one.clone()],
        ContextValue::Strings(many) => many.clone(),
        _ => vec![],
    }
}
