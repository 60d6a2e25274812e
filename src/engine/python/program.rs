//! A program that the zygote starts.

use std::path::Path;

use serde::{Deserialize, Serialize};

/// Variables of the environment that would change what Python does; of these only [`KEPT`] is left.
const PREFIX: &str = "PYTHON";
/// Decides whether a free-threaded build has its lock: that is the user's to say.
const KEPT: &str = "PYTHON_GIL";

/// The longest name of a directory for temporary files in which multiprocessing's server still finds room for the name of
/// its socket: the system allows 107 bytes, and `/pymp-xxxxxxxx/listener-xxxxxxxx` are 32 of them.
const SOCKET_DIRECTORY_MAX: usize = 75;

/// What to start, and how. All text: whoever makes one has refused paths that are none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Program {
    /// The file.
    pub path: String,
    /// Without the program's own name.
    pub arguments: Vec<String>,
    /// Variables besides those that are inherited.
    pub environment: Vec<(String, String)>,
    /// Where it begins; its own modules are found there.
    pub directory: String,
    /// The FIFO that its standard output and error output go to.
    pub output: String,
    /// Descriptors that stay open, besides 0 to 2: they have the same numbers in the zygote.
    pub inherited: Vec<i32>,
}

impl Program {
    /// This Python with these arguments, undisturbed by what the user's environment says to Python. It begins in `own`, a
    /// directory of the session's: its modules are looked for there, and its temporary files go there, so that they are
    /// removed with it however it ends.
    pub fn python(path: &str, arguments: &[&str], own: &Path, output: &Path) -> Program {
        let directory = own.to_string_lossy().into_owned();
        let set = |name: &str, value: &str| (name.to_string(), value.to_string());
        let mut environment = vec![set("PYTHONPATH", &directory), set("PYTHONNOUSERSITE", "1")];
        if directory.len() <= SOCKET_DIRECTORY_MAX {
            environment.push(set("TMPDIR", &directory));
        }
        Program {
            path: path.into(),
            arguments: arguments.iter().map(ToString::to_string).collect(),
            environment,
            output: output.to_string_lossy().into_owned(),
            directory,
            inherited: vec![],
        }
    }

    /// Whether a variable of the user's environment is kept from it.
    pub fn hides(name: &str) -> bool {
        name.starts_with(PREFIX) && name != KEPT
    }
}
