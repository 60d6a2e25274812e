//! Workloads: what one task does. Each has a file in the folder beside this one, and a variant of [`Workload`].

mod command;
mod counter;
mod cpu;
mod function;
mod io;
mod sleep;

pub use counter::{ADDITIONS, LOCK, PAYLOAD, SHARE};
pub use cpu::{ITERATIONS, TASK_TIME};
pub use function::{CALL_TIMEOUT, CHUNK_SIZE};
pub use io::{ADDRESSES, LATENCY_MAX, LATENCY_MIN, PAGE_BYTES, SHARED_FILE, WRITES};
use serde::{Deserialize, Serialize};
pub use sleep::{COMPUTE_ITERATIONS, SLICES, WAIT};

use super::{
    model::Model,
    parameter::{Parameter, Values},
};
use crate::domain::phase::Phase;

/// A workload: what one task does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Workload {
    /// The article's `compute_intensive`.
    Cpu,
    /// The article's `io_intensive`.
    Io,
    /// The control: tasks that only wait.
    Sleep,
    /// Additions to a number, which shows what workers share.
    Counter,
    /// A Python function of the user's.
    Function,
    /// A command of the user's.
    Command,
}

/// The description of a workload.
#[derive(Debug)]
pub struct WorkloadDescription {
    /// The name in JSON, on the command line and on the screen.
    pub name: &'static str,
    /// What a task does, in a few words.
    pub line: &'static str,
    /// The name where runs are listed, with a note on the values that make it a different experiment.
    pub label: fn(&Values) -> &'static str,
    /// What a task does, as a sentence for the form.
    pub about: &'static str,
    /// How the work is defined, in sentences for readers of a report.
    pub method: &'static str,
    /// The number of tasks of a run unless the user gives another.
    pub tasks: u64,
    /// The parameters, in the order of the form.
    pub parameters: &'static [&'static Parameter],
    /// How the user can give the amount of computing, if tasks compute.
    pub sizing: Option<Sizing>,
    /// What a task does, step by step.
    pub steps: fn(&Values) -> Vec<TaskStep>,
    /// The parameter that contradicts others, and the reason as a sentence without a full stop.
    pub contradiction: fn(&Values) -> Option<(&'static Parameter, String)>,
    /// The work in a few words, which two runs must have in common to be compared. `has_urls` says whether the user
    /// gave the addresses of the pages.
    pub size: fn(&Values, has_urls: bool) -> String,
    /// What is worth measuring in a sweep.
    pub sweep: SweepSuggestion,
}

/// An amount of computing. It is given as steps of the loop, or as a time that becomes the number of steps that an idle
/// core does in it.
#[derive(Clone, Copy, Debug)]
pub struct Sizing {
    /// The label of the choice in the form: steps or time.
    pub label: &'static str,
    /// The explanation of the choice in the form.
    pub about: &'static str,
    /// The meaning of the choice.
    pub meaning: &'static str,
    /// The parameter with the number of steps.
    pub steps: &'static Parameter,
    /// The parameter with the time. If it is given, it takes precedence.
    pub time: &'static Parameter,
    /// The number of loops that share the steps, each starting from step 0; `None` is one loop.
    pub loops: Option<&'static Parameter>,
}

/// What is worth measuring in a sweep.
#[derive(Clone, Copy, Debug)]
pub struct SweepSuggestion {
    /// The models that are selected at first.
    pub models: &'static [Model],
    /// Worker counts in the user's notation, the best suggestion first, for a number of usable cores and of tasks.
    pub workers: fn(u64, u64) -> Vec<String>,
}

impl SweepSuggestion {
    /// For tasks that compute.
    const OF_COMPUTING: SweepSuggestion = SweepSuggestion {
        models: &[Model::GilThreads, Model::Processes],
        workers: |cores, _| {
            vec![
                powers((2 * cores).max(4)),
                format!("1..{}", (2 * cores).clamp(4, 32)),
                "1,cores".into(),
            ]
        },
    };
    /// For tasks that wait, however many cores a machine has.
    const OF_WAITING: SweepSuggestion = SweepSuggestion {
        models: &[Model::Threads, Model::Processes],
        workers: |_, tasks| {
            let every = format!("1..{}", tasks.clamp(4, 32));
            vec![beyond(tasks), every, "2^0..2^6".into(), "1,4,16".into()]
        },
    };
}

/// The powers of two up to this number: "1,2,4".
fn powers(most: u64) -> String {
    let powers = (0..=most.ilog2()).map(|power| (1_u64 << power).to_string());
    powers.collect::<Vec<_>>().join(",")
}

/// The largest worker count that is suggested for tasks that wait.
const SUGGESTED_MAX: u64 = 128;

/// Powers of two up to a worker per task, and twice as many workers: "1,2,4,8,16,32" for 16 tasks. The last count shows
/// that more workers do not help.
fn beyond(tasks: u64) -> String {
    let tasks = tasks.max(1);
    let powers = (0..u64::BITS).map(|power| 1 << power);
    let counts = powers.take_while(|count| *count < tasks);
    let counts = counts.chain([tasks, tasks.saturating_mul(2)]);
    let counts = counts.filter(|count| *count <= SUGGESTED_MAX);
    let counts: Vec<String> = counts.map(|count| count.to_string()).collect();
    counts.join(",")
}

/// A part of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TaskStep {
    /// This many steps of the loop `foo += foo * cos(i * pi)`.
    Compute(u64),
    /// Fetches the task's page.
    Fetch,
    /// Writes the page this many times.
    Write(u64),
    /// Waits this many milliseconds.
    Sleep(u64),
    /// Adds one to the workers' number, this many times.
    Add(u64),
    /// Calls the user's function once, or runs their command once.
    Call,
}

impl TaskStep {
    /// Whether a worker computes in this step. A call of an unknown function may.
    pub fn computes(self) -> bool {
        match self {
            TaskStep::Compute(steps) | TaskStep::Add(steps) => steps > 0,
            TaskStep::Call => true,
            TaskStep::Fetch | TaskStep::Write(_) | TaskStep::Sleep(_) => false,
        }
    }

    /// The phase that a worker is in during this step, besides computing.
    pub fn phase(self) -> Phase {
        match self {
            TaskStep::Compute(_) | TaskStep::Add(_) | TaskStep::Call => Phase::Computing,
            TaskStep::Fetch => Phase::Network,
            TaskStep::Write(_) => Phase::File,
            TaskStep::Sleep(_) => Phase::Sleep,
        }
    }
}

/// The default number of workers for tasks that wait: as many as the article has addresses.
const WAITING_WORKERS: u64 = 16;

impl Workload {
    /// All workloads, in the order in which they are offered.
    pub const ALL: [Workload; 6] = [
        Workload::Cpu,
        Workload::Io,
        Workload::Sleep,
        Workload::Counter,
        Workload::Function,
        Workload::Command,
    ];
    /// Those that need nothing of the user's.
    pub const BUILT_IN: [Workload; 4] = [
        Workload::Cpu,
        Workload::Io,
        Workload::Sleep,
        Workload::Counter,
    ];

    /// The description from which the methods below read.
    pub fn description(self) -> &'static WorkloadDescription {
        match self {
            Workload::Cpu => &cpu::CPU,
            Workload::Io => &io::IO,
            Workload::Sleep => &sleep::SLEEP,
            Workload::Counter => &counter::COUNTER,
            Workload::Function => &function::FUNCTION,
            Workload::Command => &command::COMMAND,
        }
    }

    /// The name in JSON, on the command line and on the screen.
    pub fn name(self) -> &'static str {
        self.description().name
    }

    /// What a task does, in one line.
    pub fn line(self) -> &'static str {
        self.description().line
    }

    /// The parameters, in the order of the form.
    pub fn parameters(self) -> &'static [&'static Parameter] {
        self.description().parameters
    }

    /// Whether the cores determine how long a task takes, unless the user changes what it does. Otherwise more tasks can be
    /// in flight than there are cores. Of a function of the user's, nobody knows.
    pub fn computes(self) -> bool {
        let steps = (self.description().steps)(&Values::default());
        !self.is_opaque() && steps.into_iter().any(TaskStep::computes)
    }

    /// Whether tasks fetch pages, so that addresses are needed.
    pub fn fetches(self) -> bool {
        self.parameters().contains(&&ADDRESSES)
    }

    /// Whether tasks do something of the user's, so that only a run shows what it is.
    pub fn is_opaque(self) -> bool {
        matches!(self, Workload::Function | Workload::Command)
    }

    /// Whether tasks call a Python function of the user's.
    pub fn is_function(self) -> bool {
        self == Workload::Function
    }

    /// Whether tasks run a command of the user's.
    pub fn is_command(self) -> bool {
        self == Workload::Command
    }

    /// Whether this model can execute the workload. CPython executes the user's function, and processes run their
    /// command: a thread of this program would have to fork to start one. An event loop cannot execute tasks that compute,
    /// because they would never return control to it.
    pub fn suits(self, model: Model) -> bool {
        match self {
            Workload::Function => model.is_python(),
            Workload::Command => model == Model::Processes,
            _ => model != Model::PythonSerial && !(model.is_event_loop() && self.computes()),
        }
    }

    /// The parameters that change how tasks are executed and not what they do. Runs with different values do the same work.
    pub fn manner(self) -> &'static [&'static Parameter] {
        if self.is_opaque() {
            self.parameters()
        } else {
            &[]
        }
    }

    /// The model in which one worker executes one task after the other: a Python model or a native one. One process runs
    /// one command after the other, as `xargs` without `-P` does.
    pub fn serial(self, is_python: bool) -> Model {
        match (self, is_python) {
            (Workload::Function, _) => Model::PythonSerial,
            (Workload::Command, _) => Model::Processes,
            (_, true) => Model::PythonThreads,
            (_, false) => Model::Serial,
        }
    }

    /// The number of workers unless the user gives another.
    pub fn default_workers(self, cores_usable: u32) -> u64 {
        if self.computes() || self.is_opaque() {
            cores_usable.into()
        } else {
            WAITING_WORKERS
        }
    }

    /// All parameters of all workloads, each once, with the first workload that has it.
    pub fn all_parameters() -> impl Iterator<Item = (Workload, &'static Parameter)> {
        let of = |workload: Workload| {
            workload
                .parameters()
                .iter()
                .map(move |one| (workload, *one))
        };
        let is_first = |(workload, parameter): &(Workload, &'static Parameter)| {
            let mut owners = Workload::ALL.into_iter();
            let first = owners.find(|owner| owner.parameters().contains(parameter));
            first == Some(*workload)
        };
        Workload::ALL.into_iter().flat_map(of).filter(is_first)
    }
}
