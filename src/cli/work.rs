//! The options that a run and a sweep share: the work, and where results go.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use super::{
    function::FunctionArguments,
    output::OutputArguments,
    parameters::{ParameterArguments, check_models, check_workload},
    values,
};
use crate::{
    catalog::{model::Model, workload::Workload},
    domain::{plan::Draft, python::StartMethod},
    present::format::Format,
};

/// The options that a run and a sweep share.
#[derive(Clone, Debug, PartialEq, Args)]
pub struct WorkArguments {
    /// Where and how results are written.
    #[command(flatten)]
    pub output: OutputArguments,

    /// List all tasks in JSON, even more than 10000
    #[arg(long, hide_short_help = true)]
    pub all_tasks: bool,

    /// How many tasks there are
    ///
    /// From 1 to 1000000 [default: 8 for cpu, 16 for io, sleep, and a function or a command without inputs]
    #[arg(long, value_name = "N", value_parser = values::count, allow_hyphen_values = true)]
    tasks: Option<u64>,

    #[command(flatten)]
    parameters: ParameterArguments,

    /// The user's function or command, and what it gets.
    #[command(flatten)]
    pub function: FunctionArguments,

    /// Fetch real addresses instead, from a list
    ///
    /// A file with one http or https address per line, at most 1000; lines that start with # are comments.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    #[arg(help_heading = "Options of --workload io")]
    pub urls: Option<PathBuf>,

    /// Which Python: a file, or a name on PATH [default: python3]
    ///
    /// CPython 3.8 or newer; python-interpreters needs 3.14. Without it, python3 on PATH, or else the first that is found
    /// there and in pyenv. `pconc-tui doctor` lists them. A sweep takes several; give the option once for each.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::ExecutablePath)]
    pub python: Vec<PathBuf>,

    /// How python-processes creates its processes: fork, forkserver, spawn [default: that Python's own]
    #[arg(long, value_name = "METHOD", allow_hyphen_values = true)]
    #[arg(
        help_heading = "Options of the python models",
        hide_short_help = true,
        hide_possible_values = true
    )]
    start_method: Option<StartMethod>,
}

impl WorkArguments {
    /// The draft with the given options.
    pub(super) fn fill(&self, draft: Draft) -> Draft {
        let function = self.function.given();
        let command = self.function.command();
        let inputs = function.as_ref().and_then(|given| given.inputs.count());
        Draft {
            tasks: inputs.or(self.tasks).unwrap_or(draft.tasks),
            function: function.map(Box::new),
            command: command.map(Box::new),
            start_method: self.start_method,
            ..self.parameters.fill(draft)
        }
    }

    /// How often a function without inputs is called, or a command run.
    pub fn calls(&self) -> u64 {
        self.tasks.unwrap_or(Workload::Function.description().tasks)
    }

    /// Fills in what was left open, or says which options do not suit this workload and these models.
    pub(super) fn settle(&mut self, workload: Workload, models: &[Model]) -> Result<(), String> {
        if self.urls.is_some() {
            check_workload("urls", workload, Workload::fetches)?;
        }
        self.function.settle(workload, self.tasks.is_some())?;
        self.parameters.check(workload, models)?;
        if !self.python.is_empty() {
            check_models("python", models, Model::is_python)?;
        }
        if self.start_method.is_some() {
            check_models("start-method", models, Model::has_start_method)?;
        }
        self.output.settle(Format::Table)?;
        if self.all_tasks && self.output.format() != Format::Json {
            return Err(
                "--all-tasks lists the tasks in JSON: add --format json, or leave it out".into(),
            );
        }
        Ok(())
    }
}
