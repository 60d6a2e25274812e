//! A parameter of a plan, described once. Form, command line, JSON, CSV, details and explanations are views of this.

mod steps;
mod values;

use std::{
    hash::{Hash, Hasher},
    ops::RangeInclusive,
};

pub use steps::Steps;
pub use values::Values;

use crate::domain::text::{bytes, grouped};

/// A parameter of a plan. The value is a whole number in the unit of the kind.
#[derive(Debug)]
pub struct Parameter {
    /// The unique name in JSON and CSV.
    pub id: &'static str,
    /// The option on the command line, without the hyphens.
    pub flag: &'static str,
    /// The label in the form.
    pub label: &'static str,
    /// The subject of a sentence that refuses a value: "the shortest latency in ms".
    pub what: &'static str,
    /// The kind of number, and its unit.
    pub kind: ParameterKind,
    /// The value unless the user gives another.
    pub default: u64,
    /// The allowed values, including both ends.
    pub range: RangeInclusive<u64>,
    /// The explanation in the form, in at most four lines of 20 columns. `{range}` stands for the allowed values. For a
    /// switch, the choices have their own.
    pub about: &'static str,
    /// The meaning, and how it is implemented.
    pub meaning: &'static str,
    /// The text beside the value in the details of a run.
    pub note: &'static str,
    /// The help on the command line.
    pub help: Help,
    /// Whether the parameter belongs to the embedded server, so that it has no effect with real addresses.
    pub is_of_server: bool,
}

/// The kind of number that a parameter has.
#[derive(Clone, Copy, Debug)]
pub enum ParameterKind {
    /// A count that the form steps through as 1, 2, 5, 10, …
    Count,
    /// A count that the form doubles or halves, such as workers or tasks.
    Doubling,
    /// Milliseconds.
    Milliseconds,
    /// Milliseconds that are the lower end of a range; the other parameter is the upper end. Both share one option.
    MillisecondsUpTo(&'static Parameter),
    /// Microseconds.
    Microseconds,
    /// Bytes.
    Bytes,
    /// A choice; 0 is the first and 1 the second.
    Switch([SwitchChoice; 2]),
}

/// A choice of a switch.
#[derive(Clone, Copy, Debug)]
pub struct SwitchChoice {
    /// The name of the choice.
    pub word: &'static str,
    /// The explanation in the form.
    pub about: &'static str,
    /// The text beside the choice in the details of a run.
    pub note: &'static str,
}

/// The help for a command-line option.
#[derive(Clone, Copy, Debug)]
pub struct Help {
    /// In one line, without a full stop.
    pub short: &'static str,
    /// What `--help` adds: the allowed values and the default.
    pub long: &'static str,
    /// Whether `-h` omits the option in order to fit on a screen.
    pub is_rare: bool,
}

impl Parameter {
    /// The unit, or an empty text.
    pub fn unit(&self) -> &'static str {
        match self.kind {
            ParameterKind::Milliseconds | ParameterKind::MillisecondsUpTo(_) => "ms",
            ParameterKind::Microseconds => "µs",
            ParameterKind::Bytes => "B",
            ParameterKind::Count | ParameterKind::Doubling | ParameterKind::Switch(_) => "",
        }
    }

    /// How many units of the parameter make one unit in JSON and CSV, for example 1000 ms in a second.
    pub fn per_stored(&self) -> f64 {
        match self.kind {
            ParameterKind::Milliseconds | ParameterKind::MillisecondsUpTo(_) => 1e3,
            ParameterKind::Microseconds => 1e6,
            _ => 1.0,
        }
    }

    /// The value as JSON and CSV have it.
    pub fn stored_text(&self, value: u64) -> String {
        match self.kind {
            ParameterKind::Switch(_) => (value != 0).to_string(),
            _ => (value as f64 / self.per_stored()).to_string(),
        }
    }

    /// Whether the parameter is a choice and not a number.
    pub fn is_switch(&self) -> bool {
        matches!(self.kind, ParameterKind::Switch(_))
    }

    /// The choice that this value stands for.
    fn choice(&self, value: u64) -> Option<&SwitchChoice> {
        match &self.kind {
            ParameterKind::Switch(choices) => Some(&choices[usize::from(value != 0)]),
            _ => None,
        }
    }

    /// The subject without the unit, for a sentence in which the value has the unit: "the shortest latency".
    pub fn what_alone(&'static self) -> &'static str {
        self.what.split(" in ").next().unwrap_or(self.what)
    }

    /// A value with its unit.
    pub fn text(&self, value: u64) -> String {
        match (self.choice(value), self.kind) {
            (Some(choice), _) => choice.word.into(),
            (None, ParameterKind::Microseconds) if value.is_multiple_of(1_000) => {
                format!("{} ms", grouped(value / 1_000))
            }
            _ => format!("{} {}", grouped(value), self.unit())
                .trim_end()
                .into(),
        }
    }

    /// The upper end of the range of which this parameter is the lower end.
    pub fn upper_end(&self) -> Option<&'static Parameter> {
        match self.kind {
            ParameterKind::MillisecondsUpTo(end) => Some(end),
            _ => None,
        }
    }

    /// A value as the details show it. A range shows both ends.
    pub fn detail(&self, values: &Values) -> String {
        match self.kind {
            ParameterKind::MillisecondsUpTo(most) => {
                format!("{}..{} ms", values.get(self), values.get(most))
            }
            ParameterKind::Bytes => bytes(values.get(self)),
            _ => self.text(values.get(self)),
        }
    }

    /// The explanation of this value in the form, with the allowed values in place of `{range}`.
    pub fn about(&self, value: u64, (least, most): (u64, u64)) -> String {
        let range = || format!("{} to {}", grouped(least), grouped(most));
        match self.choice(value) {
            Some(choice) => choice.about.into(),
            None => self.about.replace("{range}", &range()),
        }
    }

    /// The text beside this value in the details of a run.
    pub fn note(&self, value: u64) -> &'static str {
        self.choice(value).map_or(self.note, |choice| choice.note)
    }

    /// The numbers that the form steps through.
    pub fn steps(&self) -> Steps {
        match self.kind {
            ParameterKind::Doubling => Steps::doubling(),
            _ => Steps::one_two_five(),
        }
    }

    /// Checks whether this value is allowed.
    ///
    /// # Errors
    /// If it is not. The message is one sentence without a full stop that says what is allowed.
    pub fn check(&self, value: u64) -> Result<(), String> {
        self.check_within(value, self.range.clone())
    }

    /// Like [`Parameter::check`], with a different range.
    ///
    /// # Errors
    /// If the value is not allowed.
    pub fn check_within(&self, value: u64, range: RangeInclusive<u64>) -> Result<(), String> {
        if range.contains(&value) {
            return Ok(());
        }
        Err(format!(
            "{} must be from {} to {}, not {}",
            self.what,
            grouped(*range.start()),
            grouped(*range.end()),
            grouped(value)
        ))
    }
}

// Parameters are compared by id, because each one is described once.
impl PartialEq for Parameter {
    fn eq(&self, other: &Parameter) -> bool {
        self.id == other.id
    }
}

impl Eq for Parameter {}

impl Hash for Parameter {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.id.hash(state);
    }
}

/// The workers of every plan: how many threads, processes, … execute the tasks. The model sets the limit.
pub static WORKERS: Parameter = Parameter {
    id: "workers",
    flag: "workers",
    label: "Workers",
    what: "workers",
    kind: ParameterKind::Doubling,
    default: 1,
    range: 1..=u32::MAX as u64,
    about: "{range}",
    meaning: "threads or processes that execute tasks; serial has one",
    note: "",
    help: Help {
        short: "How many threads or processes execute tasks",
        long: "",
        is_rare: false,
    },
    is_of_server: false,
};

/// The tasks of every plan. The workload has its own default, the model its own limit.
pub static TASKS: Parameter = Parameter {
    id: "tasks",
    flag: "tasks",
    label: "Tasks",
    what: "tasks",
    kind: ParameterKind::Doubling,
    default: 1,
    range: 1..=1_000_000,
    about: "{range} tasks; a free worker takes the next",
    meaning: "how many tasks; each is executed once, by the next free worker",
    note: "",
    help: Help {
        short: "How many tasks there are",
        long: "",
        is_rare: false,
    },
    is_of_server: false,
};

/// The repeats of every draft.
pub static REPEATS: Parameter = Parameter {
    id: "repeats",
    flag: "repeats",
    label: "Repeats",
    what: "repeats",
    kind: ParameterKind::Count,
    default: 1,
    range: 1..=1_000,
    about: "{range} runs, one after the other",
    meaning: "how many runs; each has its own row",
    note: "",
    help: Help {
        short: "How often to do the run",
        long: "From 1 to 1000; each run has its own record [default: 1]",
        is_rare: false,
    },
    is_of_server: false,
};
