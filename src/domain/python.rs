//! CPython as it was found on this machine, and as it executes tasks.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{foreign, speed::Speed};

/// The oldest version that can execute the worker's script.
pub const OLDEST: Version = Version {
    major: 3,
    minor: 8,
    micro: 0,
};
/// The first version with `concurrent.futures.InterpreterPoolExecutor`.
pub const FIRST_WITH_INTERPRETERS: Version = Version {
    major: 3,
    minor: 14,
    micro: 0,
};

/// The version of a Python: `sys.version_info` without its release level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
#[expect(missing_docs, reason = "as Python names them")]
pub struct Version {
    pub major: u32,
    pub minor: u32,
    pub micro: u32,
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.micro)
    }
}

impl From<Version> for String {
    fn from(version: Version) -> String {
        version.to_string()
    }
}

impl TryFrom<String> for Version {
    type Error = String;

    fn try_from(text: String) -> Result<Version, String> {
        let parts: Option<Vec<u32>> = text.split('.').map(|part| part.parse().ok()).collect();
        match parts.as_deref() {
            Some(&[major, minor, micro]) => Ok(Version {
                major,
                minor,
                micro,
            }),
            _ => Err(format!(
                "{} is no version of Python, as 3.13.0 is",
                super::text::clean(&text, 40)
            )),
        }
    }
}

/// Whether an interpreter has its lock, according to `sys._is_gil_enabled()`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GilState {
    /// Only one thread at a time executes Python.
    On,
    /// A free-threaded build that runs without the lock.
    Off,
}

impl GilState {
    /// "on" or "off", as in JSON.
    pub fn word(self) -> &'static str {
        match self {
            GilState::On => "on",
            GilState::Off => "off",
        }
    }

    /// "GIL on" or "GIL off".
    pub fn words(self) -> &'static str {
        match self {
            GilState::On => "GIL on",
            GilState::Off => "GIL off",
        }
    }
}

/// How `multiprocessing` makes its processes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StartMethod {
    /// Each process is a copy of the interpreter.
    Fork,
    /// Each process is a copy of a small server process.
    Forkserver,
    /// Each process is a new interpreter.
    Spawn,
}

impl StartMethod {
    /// All start methods, in the order in which they are offered.
    pub const ALL: [StartMethod; 3] = [
        StartMethod::Fork,
        StartMethod::Forkserver,
        StartMethod::Spawn,
    ];

    /// Python's name for the method.
    pub fn name(self) -> &'static str {
        match self {
            StartMethod::Fork => "fork",
            StartMethod::Forkserver => "forkserver",
            StartMethod::Spawn => "spawn",
        }
    }

    /// A description in one line.
    pub fn description(self) -> &'static str {
        match self {
            StartMethod::Fork => "each worker is a copy of the interpreter",
            StartMethod::Forkserver => "each worker is a copy of a small server process",
            StartMethod::Spawn => "each worker is a new interpreter",
        }
    }
}

/// An interpreter as it described itself.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Interpreter {
    /// The executable: the value of `sys.executable`, so shims are resolved.
    #[serde(deserialize_with = "foreign::text")]
    pub path: String,
    /// The version of the language.
    pub version: Version,
    /// Whether the interpreter was built to run without the lock (`Py_GIL_DISABLED`).
    #[serde(default)]
    pub free_threaded: bool,
    /// Whether the lock is on, as the running interpreter reported.
    pub gil: GilState,
    /// The start methods of its `multiprocessing`, the default first.
    pub start_methods: Vec<StartMethod>,
    /// Whether the interpreter has `concurrent.futures.InterpreterPoolExecutor`.
    #[serde(default)]
    pub subinterpreters: bool,
}

impl Interpreter {
    /// An interpreter that can do everything, for checks that do not depend on a particular one.
    pub fn capable() -> Interpreter {
        Interpreter {
            path: "python3".into(),
            version: FIRST_WITH_INTERPRETERS,
            free_threaded: false,
            gil: GilState::On,
            start_methods: StartMethod::ALL.to_vec(),
            subinterpreters: true,
        }
    }

    /// The version, with a `t` for a free-threaded build, as in the names of CPython's own files.
    pub fn version_name(&self) -> String {
        let build = if self.free_threaded { "t" } else { "" };
        format!("{}{build}", self.version)
    }

    /// "3.13.0, GIL on".
    pub fn label(&self) -> String {
        format!("{}, {}", self.version_name(), self.gil.words())
    }
}

/// An interpreter and its speed.
#[derive(Clone, Debug, PartialEq)]
pub struct FoundPython {
    /// The description of the interpreter.
    pub interpreter: Interpreter,
    /// Steps of the `cpu` workload per second, measured over some milliseconds when the interpreter was found.
    pub steps_per_s: f64,
}

impl FoundPython {
    /// How fast it computes on an idle core.
    pub fn speed(&self) -> Speed {
        Speed::uniform(self.steps_per_s)
    }
}

/// A file that looked like an interpreter but cannot be used, and the reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UselessPython {
    /// The path of the file.
    pub path: String,
    /// The reason, in one sentence that names the file.
    pub sentence: String,
}

/// The interpreters of this machine.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pythons {
    /// The usable interpreters: the default, then those that the user named, those on PATH and those of pyenv.
    pub found: Vec<FoundPython>,
    /// The files that cannot be used.
    pub useless: Vec<UselessPython>,
}

impl Pythons {
    /// Adds an interpreter unless it is already listed.
    pub fn add(&mut self, found: FoundPython) {
        let is_it = |other: &FoundPython| other.interpreter == found.interpreter;
        if !self.found.iter().any(is_it) {
            self.found.push(found);
        }
    }
}

/// The interpreter and start method of a run by a Python model.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Python {
    /// The interpreter.
    pub interpreter: Interpreter,
    /// The start method of the processes; null for models without processes.
    pub start_method: Option<StartMethod>,
}
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_ordered_as_numbers_and_come_back_from_json() {
        let older: Version = serde_json::from_str("\"3.9.18\"").unwrap();
        let newer = Version::try_from("3.10.1".to_string()).unwrap();
        assert!(older < newer && older > OLDEST);
        assert_eq!(serde_json::to_string(&newer).unwrap(), "\"3.10.1\"");
        assert!(serde_json::from_str::<Version>("\"3.10\"").is_err());
    }

    #[test]
    fn the_label_says_whether_a_build_is_free_threaded_and_has_its_lock() {
        assert_eq!(
            crate::fixtures::python::interpreter().label(),
            "3.13.0, GIL on"
        );
        assert_eq!(
            crate::fixtures::python::free_threaded().label(),
            "3.14.2t, GIL off"
        );
    }
}
