//! A knob of a plan, described once: form, command line, JSON, CSV, details and explanations are views of this.

mod steps;
mod values;

use std::{
    hash::{Hash, Hasher},
    ops::RangeInclusive,
};

pub use steps::Steps;
pub use values::Values;

use crate::domain::text::{bytes, grouped};

/// A knob of a plan. Its value is a whole number, counted in the unit of its kind.
#[derive(Debug)]
pub struct Parameter {
    /// Its name in JSON and CSV; unique.
    pub id: &'static str,
    /// Its option on the command line, without the hyphens.
    pub flag: &'static str,
    /// What stands before it in the form.
    pub label: &'static str,
    /// The subject of a sentence that refuses a value: "the shortest latency in ms".
    pub what: &'static str,
    /// What is counted.
    pub kind: Kind,
    /// Its value unless the user says otherwise.
    pub default: u64,
    /// What is allowed, both ends included.
    pub range: RangeInclusive<u64>,
    /// What the form says about it, in four lines of 20 columns at most. `{range}` stands for what is allowed. Of a switch,
    /// its choices say it.
    pub about: &'static str,
    /// What it means, and how it is done.
    pub meaning: &'static str,
    /// Beside its value in the details of a run.
    pub note: &'static str,
    /// What the command line says about it.
    pub help: Help,
    /// Whether it is about the embedded server, which addresses of the user's replace.
    pub is_of_server: bool,
}

/// What the number of a parameter counts.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// Things.
    Count,
    /// Things of which twice as many are worth trying: workers, tasks.
    Doubling,
    /// Milliseconds.
    Milliseconds,
    /// Milliseconds from which a value is drawn, up to the value of another parameter; both have one option.
    MillisecondsUpTo(&'static Parameter),
    /// Microseconds.
    Microseconds,
    /// Bytes.
    Bytes,
    /// Nothing: 0 is the first choice and 1 is the second.
    Switch([Choice; 2]),
}

/// What a switch can be.
#[derive(Clone, Copy, Debug)]
pub struct Choice {
    /// The word for it.
    pub word: &'static str,
    /// What the form says about it.
    pub about: &'static str,
    /// Beside it in the details of a run.
    pub note: &'static str,
}

/// What the command line says about an option.
#[derive(Clone, Copy, Debug)]
pub struct Help {
    /// In one line, without a full stop.
    pub short: &'static str,
    /// What `--help` adds: what is allowed, the default.
    pub long: &'static str,
    /// Whether `-h`, which fits on a screen, leaves it out.
    pub is_rare: bool,
}

impl Parameter {
    /// The unit of its number, or nothing.
    pub fn unit(&self) -> &'static str {
        match self.kind {
            Kind::Milliseconds | Kind::MillisecondsUpTo(_) => "ms",
            Kind::Microseconds => "µs",
            Kind::Bytes => "B",
            Kind::Count | Kind::Doubling | Kind::Switch(_) => "",
        }
    }

    /// How many of its unit are one of what JSON and CSV count in: seconds, bytes, things.
    pub fn per_stored(&self) -> f64 {
        match self.kind {
            Kind::Milliseconds | Kind::MillisecondsUpTo(_) => 1e3,
            Kind::Microseconds => 1e6,
            _ => 1.0,
        }
    }

    /// A value as it stands in a document for machines.
    pub fn stored_text(&self, value: u64) -> String {
        match self.kind {
            Kind::Switch(_) => (value != 0).to_string(),
            _ => (value as f64 / self.per_stored()).to_string(),
        }
    }

    /// Whether it is chosen, not counted.
    pub fn is_switch(&self) -> bool {
        matches!(self.kind, Kind::Switch(_))
    }

    /// What a switch is at this value.
    fn choice(&self, value: u64) -> Option<&Choice> {
        match &self.kind {
            Kind::Switch(choices) => Some(&choices[usize::from(value != 0)]),
            _ => None,
        }
    }

    /// What it is called in a sentence that has the unit with the value: "the shortest latency".
    pub fn what_alone(&'static self) -> &'static str {
        self.what.split(" in ").next().unwrap_or(self.what)
    }

    /// A value with its unit.
    pub fn text(&self, value: u64) -> String {
        match self.choice(value) {
            Some(choice) => choice.word.into(),
            None => format!("{} {}", grouped(value), self.unit())
                .trim_end()
                .into(),
        }
    }

    /// The parameter up to which a value is drawn that is drawn from this one.
    pub fn upper_end(&self) -> Option<&'static Parameter> {
        match self.kind {
            Kind::MillisecondsUpTo(end) => Some(end),
            _ => None,
        }
    }

    /// A value as the details show it; one from which another is drawn needs both.
    pub fn detail(&self, values: &Values) -> String {
        match self.kind {
            Kind::MillisecondsUpTo(most) => {
                format!("{}..{} ms", values.get(self), values.get(most))
            }
            Kind::Bytes => bytes(values.get(self)),
            _ => self.text(values.get(self)),
        }
    }

    /// What the form says about this value, of those in this range.
    pub fn about(&self, value: u64, (least, most): (u64, u64)) -> String {
        let range = || format!("{} to {}", grouped(least), grouped(most));
        match self.choice(value) {
            Some(choice) => choice.about.into(),
            None => self.about.replace("{range}", &range()),
        }
    }

    /// Beside this value in the details of a run.
    pub fn note(&self, value: u64) -> &'static str {
        self.choice(value).map_or(self.note, |choice| choice.note)
    }

    /// The numbers that the form steps through.
    pub fn steps(&self) -> Steps {
        match self.kind {
            Kind::Doubling => Steps::doubling(),
            _ => Steps::one_two_five(),
        }
    }

    /// Why this value is not allowed, if it is not.
    ///
    /// # Errors
    /// One sentence without a full stop: what was wrong and what is allowed.
    pub fn check(&self, value: u64) -> Result<(), String> {
        self.check_within(value, self.range.clone())
    }

    /// The same with another range.
    ///
    /// # Errors
    /// The same.
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

// A parameter is described once, so its name tells it from all others.
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

/// Of every plan: how many threads, processes, … execute the tasks. The model sets the limit.
pub static WORKERS: Parameter = Parameter {
    id: "workers",
    flag: "workers",
    label: "Workers",
    what: "workers",
    kind: Kind::Doubling,
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

/// Of every plan: how many tasks there are. The workload has its own default, the model its own limit.
pub static TASKS: Parameter = Parameter {
    id: "tasks",
    flag: "tasks",
    label: "Tasks",
    what: "tasks",
    kind: Kind::Doubling,
    default: 1,
    range: 1..=1_000_000,
    about: "{range} units of work: a free worker takes the next",
    meaning: "units of work; each is executed once, by whichever worker is free",
    note: "",
    help: Help {
        short: "How many tasks there are",
        long: "",
        is_rare: false,
    },
    is_of_server: false,
};

/// Of every draft: how often the run is done.
pub static REPEATS: Parameter = Parameter {
    id: "repeats",
    flag: "repeats",
    label: "Repeats",
    what: "repeats",
    kind: Kind::Count,
    default: 1,
    range: 1..=1_000,
    about: "{range} runs, one after the other, each with its numbers",
    meaning: "so many runs, each with a row of its own",
    note: "",
    help: Help {
        short: "How often to do the run",
        long: "From 1 to 1000; each has a record of its own [default: 1]",
        is_rare: false,
    },
    is_of_server: false,
};
