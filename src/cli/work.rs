//! The options that say what the work is: the same for one run and for a sweep.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use super::parameters::{ParameterArguments, belongs_to, replaced_by_urls};
use super::values;
use crate::catalog::model::Model;
use crate::catalog::workload::Workload;
use crate::domain::plan::Draft;
use crate::domain::python::StartMethod;

#[derive(Debug, Args)]
pub(super) struct WorkArguments {
    /// How many tasks there are
    ///
    /// From 1 to 1000000 [default: 8 for cpu, 16 for io and sleep]
    #[arg(long, value_name = "N", value_parser = values::count, allow_hyphen_values = true)]
    pub(super) tasks: Option<u64>,

    #[command(flatten)]
    parameters: ParameterArguments,

    /// Fetch real addresses instead, from a list
    ///
    /// A file with one http or https address a line, at most 1000; lines that begin with # are comments.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    #[arg(help_heading = "Options of --workload io")]
    pub(super) urls: Option<PathBuf>,

    /// Which Python: a file, or a name on PATH [default: python3]
    ///
    /// CPython 3.8 or newer; python-interpreters needs 3.14. Without it, python3 on PATH, or else the first that is found
    /// there and in pyenv. `pconc-tui doctor` lists them. A sweep takes several: give it once for each.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::ExecutablePath)]
    pub(super) python: Vec<PathBuf>,

    /// How python-processes makes its processes: fork, forkserver, spawn [default: that Python's own]
    #[arg(long, value_name = "METHOD", allow_hyphen_values = true)]
    #[arg(
        help_heading = "Options of the python models",
        hide_short_help = true,
        hide_possible_values = true
    )]
    pub(super) start_method: Option<StartMethod>,
}

impl WorkArguments {
    /// The draft with what was given.
    pub(super) fn fill(&self, draft: Draft) -> Draft {
        Draft {
            tasks: self.tasks.unwrap_or(draft.tasks),
            start_method: self.start_method,
            ..self.parameters.fill(draft)
        }
    }

    /// The first two things that cannot both be meant.
    pub(super) fn contradiction(&self, workload: Workload, models: &[Model]) -> Option<String> {
        if self.urls.is_some() && !workload.fetches() {
            return Some(belongs_to("urls", a_fetching_workload()));
        }
        if let Some(contradiction) = self
            .parameters
            .contradicts_workload(workload, self.urls.is_some())
        {
            return Some(contradiction);
        }
        if let Some((flag, model)) = self.parameters.of_other_model(models) {
            return Some(match models {
                [asked] => format!(
                    "--{flag} belongs to --model {}: {} has no interpreter lock",
                    model.name(),
                    asked.name()
                ),
                _ => format!(
                    "--{flag} belongs to {}, which is not among --models",
                    model.name()
                ),
            });
        }
        if !self.python.is_empty() && !models.iter().any(|model| model.is_python()) {
            return Some(format!(
                "--python belongs to the models that Python executes ({}): choose one of them, or leave it out",
                values::one_of(&Model::of(true).map(Model::name).collect::<Vec<_>>())
            ));
        }
        let has_start_method = models.iter().any(|model| model.has_start_method());
        (self.start_method.is_some() && !has_start_method).then(|| {
            "--start-method belongs to python-processes: choose that model, or leave it out".into()
        })
    }

    /// Why a seed cannot be meant, if it cannot: latencies of the embedded server are drawn from it.
    pub(super) fn contradicts_seed(&self, workload: Workload) -> Option<String> {
        if !workload.fetches() {
            Some(belongs_to("seed", a_fetching_workload()))
        } else {
            self.urls.as_ref().map(|_| replaced_by_urls("seed"))
        }
    }
}

fn a_fetching_workload() -> Workload {
    let mut all = Workload::ALL.into_iter();
    all.find(|workload| workload.fetches())
        .expect("the article has one")
}
