//! The options that say what the work is: the same for one run and for a sweep.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use super::values::{self, Latency};
use crate::domain::model::Model;
use crate::domain::plan::{Draft, TaskSize};
use crate::domain::python::StartMethod;
use crate::domain::workload::{Files, WorkloadKind};

#[derive(Debug, Args)]
pub(super) struct WorkArguments {
    /// How many tasks there are
    ///
    /// From 1 to 1000000 [default: 8 for cpu, 16 for io]
    #[arg(long, value_name = "N", value_parser = values::count, allow_hyphen_values = true)]
    pub(super) tasks: Option<u64>,

    /// How many steps a task's loop has
    ///
    /// From 1 to 1e12 [default: 10000000, the article's]
    #[arg(long, value_name = "N", value_parser = values::count, allow_hyphen_values = true)]
    #[arg(help_heading = "Options of --workload cpu")]
    pub(super) iterations: Option<u64>,

    /// Instead: as many as take so long
    ///
    /// On an idle core of this machine, from 1ms to 600s; the number is printed, to repeat it with --iterations.
    #[arg(long, value_name = "TIME", value_parser = values::milliseconds, allow_hyphen_values = true)]
    #[arg(help_heading = "Options of --workload cpu")]
    pub(super) task_time: Option<u64>,

    /// How often a task writes its page to a file
    ///
    /// From 1 to 10000 [default: 50]
    #[arg(long, value_name = "N", value_parser = values::count, allow_hyphen_values = true)]
    #[arg(help_heading = "Options of --workload io", hide_short_help = true)]
    pub(super) writes: Option<u64>,

    /// Let all tasks write one file, as the article
    ///
    /// What is left in it afterwards is told. Without it, each task has a file of its own.
    #[arg(long, help_heading = "Options of --workload io")]
    pub(super) shared_file: bool,

    /// How many pages the embedded server has, from 1 to 1000; task t fetches page t mod N [default: 16]
    #[arg(long, value_name = "N", value_parser = values::count, allow_hyphen_values = true)]
    #[arg(help_heading = "Options of --workload io", hide_short_help = true)]
    pub(super) addresses: Option<u64>,

    /// How long the embedded server takes to answer
    ///
    /// A range from which each address draws, or one time for all, up to 60s [default: 100ms..400ms]
    #[arg(long, value_name = "TIME..TIME", value_parser = values::latency, allow_hyphen_values = true)]
    #[arg(help_heading = "Options of --workload io", hide_short_help = true)]
    pub(super) latency: Option<Latency>,

    /// Size of a page of the embedded server, from 1 to 8388608, as in 60000, 60k or 1M [default: 60k]
    #[arg(long, value_name = "SIZE", value_parser = values::size, allow_hyphen_values = true)]
    #[arg(help_heading = "Options of --workload io", hide_short_help = true)]
    pub(super) page_bytes: Option<u64>,

    /// Fetch real addresses instead, from a list
    ///
    /// A file with one http or https address a line, at most 1000; lines that begin with # are comments.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    #[arg(help_heading = "Options of --workload io")]
    pub(super) urls: Option<PathBuf>,

    /// How long a thread waits for the lock before it asks for it, from 10us to 10s [default: 5ms, as CPython]
    #[arg(long, value_name = "TIME", value_parser = values::microseconds, allow_hyphen_values = true)]
    #[arg(
        help_heading = "Options of --model gil-threads",
        hide_short_help = true
    )]
    pub(super) switch_interval: Option<u64>,

    /// Which Python: a file, or a name on PATH [default: python3]
    ///
    /// CPython 3.8 or newer; python-interpreters needs 3.14. Without it, python3 on PATH, or else the first that is found
    /// there and in pyenv. `pconc-tui doctor` lists them. A sweep takes several: give it once for each.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::ExecutablePath)]
    pub(super) python: Vec<PathBuf>,

    /// How python-processes makes its processes: fork, forkserver, spawn [default: that Python's own]
    #[arg(long, value_name = "METHOD", value_parser = values::start_methods(), allow_hyphen_values = true)]
    #[arg(
        help_heading = "Options of the python models",
        hide_short_help = true,
        hide_possible_values = true
    )]
    pub(super) start_method: Option<StartMethod>,
}

impl WorkArguments {
    /// The draft with what was given.
    pub(super) fn fill(&self, mut draft: Draft) -> Draft {
        let set = |field: &mut u64, given: Option<u64>| *field = given.unwrap_or(*field);
        set(&mut draft.tasks, self.tasks);
        set(&mut draft.writes, self.writes);
        set(&mut draft.addresses, self.addresses);
        set(&mut draft.page_bytes, self.page_bytes);
        set(&mut draft.switch_interval_us, self.switch_interval);
        draft.start_method = self.start_method;
        if self.shared_file {
            draft.files = Files::OneShared;
        }
        if let Some(latency) = self.latency {
            (draft.latency_min_ms, draft.latency_max_ms) = (latency.min_ms, latency.max_ms);
        }
        if let Some(iterations) = self.iterations {
            draft.task_size = TaskSize::Iterations(iterations);
        }
        if let Some(ms) = self.task_time {
            draft.task_size = TaskSize::Milliseconds(ms);
        }
        draft
    }

    /// The first two things that cannot both be meant.
    pub(super) fn contradiction(&self, workload: WorkloadKind) -> Option<String> {
        let embedded = [
            ("--addresses", self.addresses.is_some()),
            ("--latency", self.latency.is_some()),
            ("--page-bytes", self.page_bytes.is_some()),
        ];
        let io = [
            ("--writes", self.writes.is_some()),
            ("--shared-file", self.shared_file),
            ("--urls", self.urls.is_some()),
        ];
        let cpu = [
            ("--iterations", self.iterations.is_some()),
            ("--task-time", self.task_time.is_some()),
        ];
        if let Some(flag) = given(&embedded)
            && let Some(sentence) = self.contradicts_embedded(flag, workload)
        {
            return Some(sentence);
        }
        match workload {
            WorkloadKind::Cpu => {
                if let Some(flag) = given(&io) {
                    return Some(belongs_to(flag, WorkloadKind::Io));
                }
            }
            WorkloadKind::Io => {
                if let Some(flag) = given(&cpu) {
                    return Some(belongs_to(flag, WorkloadKind::Cpu));
                }
            }
        }
        let both = self.iterations.is_some() && self.task_time.is_some();
        both.then(|| {
            "--iterations and --task-time both set the size of a task: give one of them".into()
        })
    }

    /// Why what is said about Python cannot be meant with these models, if it cannot.
    pub(super) fn contradicts_models(&self, models: &[Model]) -> Option<String> {
        if !self.python.is_empty() && !models.iter().any(|model| model.is_python()) {
            return Some(format!(
                "--python belongs to the models that Python executes ({}): choose one of them, or leave it out",
                values::one_of(&Model::PYTHON.map(Model::name))
            ));
        }
        (self.start_method.is_some() && !models.contains(&Model::PythonProcesses)).then(|| {
            "--start-method belongs to python-processes: choose that model, or leave it out".into()
        })
    }

    /// Why an option that is about the embedded server cannot be meant, if it cannot.
    pub(super) fn contradicts_embedded(
        &self,
        flag: &str,
        workload: WorkloadKind,
    ) -> Option<String> {
        match workload {
            WorkloadKind::Cpu => Some(belongs_to(flag, WorkloadKind::Io)),
            WorkloadKind::Io if self.urls.is_some() => Some(format!(
                "{flag} is about the embedded server, which --urls replaces: give one of them"
            )),
            WorkloadKind::Io => None,
        }
    }
}

/// The first of them that was given.
fn given(flags: &[(&'static str, bool)]) -> Option<&'static str> {
    flags
        .iter()
        .find(|(_, given)| *given)
        .map(|(flag, _)| *flag)
}

fn belongs_to(flag: &str, workload: WorkloadKind) -> String {
    format!(
        "{flag} belongs to --workload {}: leave it out, or choose that workload",
        workload.name()
    )
}
