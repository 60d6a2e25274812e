//! The options that name the user's function, and what its calls get.

use std::path::{Path, PathBuf};

use clap::{ArgGroup, Args, ValueHint};

use super::{parameters::check_workload, values};
use crate::{
    catalog::workload::Workload,
    domain::function::{Function, Inputs},
};

/// The heading of the options in the help.
pub(super) const HEADING: &str = "Options of --workload function";

/// The user's function, and what its calls get.
#[derive(Clone, Debug, Default, PartialEq, Args)]
#[command(group = ArgGroup::new("function inputs").multiple(false))]
pub struct FunctionArguments {
    /// Which function: FILE.py:NAME or package.module:NAME
    ///
    /// A function, a coroutine function or anything else that can be called, in your environment: your interpreter
    /// (--python, or else the active virtual environment), packages, variables and directory.
    #[arg(long, value_name = "TARGET", value_parser = values::target, hide_short_help = true)]
    #[arg(help_heading = HEADING)]
    function: Option<String>,

    /// Call it once for each input in this file
    ///
    /// Each line is an input, as text. In a file that ends in .json each value of its list is one, in .jsonl the value on
    /// each line.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, hide_short_help = true)]
    #[arg(help_heading = HEADING, group = "function inputs", requires = "function")]
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
        if self.function.is_some() {
            check_workload("function", workload, Workload::is_opaque)?;
            if has_tasks && self.inputs() != Inputs::None {
                let sentence = "--tasks is for a function without inputs: with inputs, there is a \
                 call for each; leave one of them out";
                return Err(sentence.into());
            }
        } else if workload.is_opaque() {
            return Err("--workload function needs --function FILE.py:NAME".into());
        }
        Ok(())
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
