//! The argument parser's errors as one sentence each: what was wrong, and what is allowed.

use clap::error::{ContextKind, ContextValue, ErrorKind};
use std::error::Error as _;

use super::Answer;
use super::documents::Shell;
use super::values::{one_of, shown};
use crate::catalog::model::Model;
use crate::catalog::workload::Workload;

/// What can be done with the history.
const HISTORY_COMMANDS: &str = "list, show, compare, export, remove, restore or name";

/// What to print for this error; help and version are errors to the parser, too.
pub(super) fn answer(error: &clap::Error) -> Answer {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            Answer::Text(error.render().to_string())
        }
        _ => Answer::Refusal(sentence(error)),
    }
}

fn sentence(error: &clap::Error) -> String {
    let context = |kind| strings(error, kind);
    let argument = || flag(&context(ContextKind::InvalidArg).join(" "));
    match error.kind() {
        ErrorKind::ValueValidation => {
            let reason = error.source().map(ToString::to_string).unwrap_or_default();
            match argument() {
                flag if flag.starts_with('-') => format!("{flag}: {reason}"),
                _ => reason,
            }
        }
        ErrorKind::InvalidValue => format!("{} needs a value: --help says which", argument()),
        ErrorKind::UnknownArgument => unknown_argument(error),
        ErrorKind::InvalidSubcommand => {
            let command = shown(&context(ContextKind::InvalidSubcommand).join(" "));
            if error.render().to_string().contains("pconc-tui history") {
                return format!("there is no command history {command}: choose {HISTORY_COMMANDS}");
            }
            format!(
                "there is no command {command}: choose run, sweep, history, doctor, completions, man or help, or none to open the explorer"
            )
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand | ErrorKind::MissingSubcommand => {
            format!("history needs a command: {HISTORY_COMMANDS}")
        }
        ErrorKind::ArgumentConflict => {
            format!("{} was given more than once: give it once", argument())
        }
        ErrorKind::MissingRequiredArgument => {
            let missing: Vec<String> = context(ContextKind::InvalidArg)
                .iter()
                .map(|argument| with_names(&flag(argument)))
                .collect();
            format!("{} must be given", missing.join(" and "))
        }
        ErrorKind::TooManyValues => format!("{} takes no value", argument()),
        ErrorKind::InvalidUtf8 => "an argument is not valid UTF-8 text".into(),
        _ => first_line(error),
    }
}

fn unknown_argument(error: &clap::Error) -> String {
    let unknown = shown(&strings(error, ContextKind::InvalidArg).join(" "));
    let suggested = strings(error, ContextKind::SuggestedArg);
    if suggested.is_empty() {
        format!("there is no argument {unknown} here: the same command with --help lists them")
    } else {
        let names: Vec<&str> = suggested.iter().map(String::as_str).collect();
        format!(
            "there is no argument {unknown}: did you mean {}?",
            one_of(&names)
        )
    }
}

fn strings(error: &clap::Error, kind: ContextKind) -> Vec<String> {
    match error.get(kind) {
        Some(ContextValue::String(one)) => vec![one.clone()],
        Some(ContextValue::Strings(many)) => many.clone(),
        _ => vec![],
    }
}

/// `--workers` of `--workers <N>`.
fn flag(argument: &str) -> String {
    argument
        .split_whitespace()
        .next()
        .unwrap_or(argument)
        .to_string()
}

/// The flag with the names that it takes, if it takes names.
fn with_names(flag: &str) -> String {
    match flag {
        "--workload" => format!("{flag} ({})", one_of(&Workload::ALL.map(Workload::name))),
        "--model" | "--models" => format!("{flag} ({})", one_of(&Model::ALL.map(Model::name))),
        "<SHELL>" => format!("the shell ({})", one_of(&Shell::ALL.map(Shell::name))),
        _ => flag.to_string(),
    }
}

/// What the parser itself says, for an error that nobody thought of.
fn first_line(error: &clap::Error) -> String {
    let all = error.render().to_string();
    let first = all.lines().next().unwrap_or_default();
    first.strip_prefix("error: ").unwrap_or(first).to_string()
}
