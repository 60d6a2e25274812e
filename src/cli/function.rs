//! The options that name what is the user's own: a function or a command, and what it gets.

use std::path::{Path, PathBuf};

use clap::{ArgGroup, Args, ValueHint};

use super::{parameters::check_workload, values};
use crate::{
    catalog::workload::Workload,
    domain::{
        command::UserCommand,
        function::{Function, Inputs},
    },
};

/// The heading of the options in the help.
pub(super) const HEADING: &str = "Options of --workload function and command";
/// The group of the options that name a function or a command.
pub(super) const NAMED: &str = "function or command";

/// The user's function or command, and what it gets.
#[derive(Clone, Debug, Default, PartialEq, Args)]
#[command(group = ArgGroup::new("function inputs").multiple(false))]
#[command(group = ArgGroup::new(NAMED).multiple(false))]
pub struct FunctionArguments {
    /// Which function: FILE.py:NAME or package.module:NAME
    ///
    /// A function, a coroutine function or anything else that can be called, in your environment: your interpreter
    /// (--python, or else the active virtual environment), packages, variables and directory.
    #[arg(long, value_name = "TARGET", value_parser = values::target, hide_short_help = true)]
    #[arg(help_heading = HEADING, group = NAMED)]
    function: Option<String>,

    /// Which command: {} is an input, {/} its file name
    ///
    /// An input without a place in the command is its last argument. The command runs without a shell, unless there is
    /// --shell, in your environment and directory.
    #[arg(
        long,
        value_name = "COMMAND",
        hide_short_help = true,
        allow_hyphen_values = true
    )]
    #[arg(help_heading = HEADING, group = NAMED)]
    command: Option<String>,

    /// The command is one for the shell: /bin/sh -c
    #[arg(long, hide_short_help = true, help_heading = HEADING, requires = "command")]
    shell: bool,

    /// Call or run it once for each input in this file
    ///
    /// Each line is an input, as text. For a function, in a file that ends in .json each value of its list is one, in .jsonl
    /// the value on each line.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, hide_short_help = true)]
    #[arg(help_heading = HEADING, group = "function inputs", requires = NAMED)]
    inputs: Option<PathBuf>,

    /// Call it once for each input that this name in its module stands for
    ///
    /// Something to iterate over, or a function that returns it.
    #[arg(long, value_name = "NAME", hide_short_help = true)]
    #[arg(help_heading = HEADING, group = "function inputs", requires = "function")]
    inputs_from: Option<String>,

    /// Call it once for each whole number from A to before B
    #[arg(long, value_name = "A..B", value_parser = values::range, allow_hyphen_values = true)]
    #[arg(hide_short_help = true)]
    #[arg(help_heading = HEADING, group = "function inputs", requires = "function")]
    range: Option<(i64, i64)>,

    /// Each input is a list of arguments
    #[arg(long, hide_short_help = true, help_heading = HEADING, requires = "function inputs")]
    star: bool,

    /// Look for modules in this folder first; give the option once for each
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath, hide_short_help = true)]
    #[arg(help_heading = HEADING, requires = "function")]
    path: Vec<PathBuf>,
}

impl FunctionArguments {
    /// The command as the user wrote it.
    pub fn command(&self) -> Option<UserCommand> {
        Some(command(
            self.command.as_deref()?,
            self.shell,
            self.inputs.as_deref(),
        ))
    }

    /// The function as the user named it.
    pub fn given(&self) -> Option<Function> {
        let text = |path: &Path| path.to_string_lossy().into_owned();
        let target = self.function.clone()?;
        Some(Function {
            paths: self.path.iter().map(|path| text(path)).collect(),
            star: self.star,
            ..Function::unseen(target, self.inputs())
        })
    }

    /// Where the inputs come from.
    fn inputs(&self) -> Inputs {
        inputs(
            self.inputs.as_deref(),
            self.inputs_from.as_deref(),
            self.range,
        )
    }

    /// Says which options do not suit this workload, or whether one is missing. `has_tasks` says whether the user gave a
    /// number of tasks.
    pub(super) fn settle(&self, workload: Workload, has_tasks: bool) -> Result<(), String> {
        check_shell(self.shell && self.command.is_none())?;
        if self.command.is_some() {
            check_workload("command", workload, Workload::is_command)?;
            if has_tasks && self.inputs.is_some() {
                let sentence = "--tasks is for a command without inputs: with inputs, it runs once for each; leave one \
                 of them out";
                return Err(sentence.into());
            }
        } else if self.function.is_some() {
            check_workload("function", workload, Workload::is_function)?;
            if has_tasks && self.inputs() != Inputs::None {
                let sentence = "--tasks is for a function without inputs: with inputs, there is a \
                 call for each; leave one of them out";
                return Err(sentence.into());
            }
        } else if workload.is_function() {
            return Err("--workload function needs --function FILE.py:NAME".into());
        } else if workload.is_command() {
            return Err("--workload command needs --command 'PROGRAM {}'".into());
        }
        Ok(())
    }
}

/// Refuses `--shell` where there is no command.
pub(super) fn check_shell(is_useless: bool) -> Result<(), String> {
    match is_useless {
        true => Err("--shell is for a command: add --command, or leave it out".into()),
        false => Ok(()),
    }
}

/// A command that nobody has looked at yet. Its inputs are lines, whatever their file is called.
pub(super) fn command(line: &str, shell: bool, inputs: Option<&Path>) -> UserCommand {
    let lines = |file: &Path| Inputs::Lines(file.to_string_lossy().into_owned());
    UserCommand {
        line: line.into(),
        shell,
        inputs: inputs.map_or(Inputs::None, lines),
        fingerprint: String::new(),
    }
}

/// Where the inputs come from that these options name. At most one of them is given.
pub(super) fn inputs(file: Option<&Path>, name: Option<&str>, range: Option<(i64, i64)>) -> Inputs {
    if let Some((from, to)) = range {
        return Inputs::Range { from, to };
    }
    if let Some(name) = name {
        return Inputs::Named(name.into());
    }
    let Some(file) = file else {
        return Inputs::None;
    };
    Inputs::file(file.to_string_lossy().into_owned())
}
