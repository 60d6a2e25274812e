//! Interpreters that need not be installed.

use pconc_tui::domain::python::{FoundPython, GilState, Interpreter, StartMethod, Version};

/// A usual build.
pub fn interpreter() -> Interpreter {
    Interpreter {
        path: "/usr/bin/python3.13".into(),
        version: Version {
            major: 3,
            minor: 13,
            micro: 0,
        },
        free_threaded: false,
        gil: GilState::On,
        start_methods: StartMethod::ALL.to_vec(),
        subinterpreters: false,
    }
}

/// A build without the lock and with subinterpreters.
pub fn free_threaded() -> Interpreter {
    Interpreter {
        path: "/opt/python/3.14t/bin/python3.14t".into(),
        version: Version {
            major: 3,
            minor: 14,
            micro: 2,
        },
        free_threaded: true,
        gil: GilState::Off,
        subinterpreters: true,
        ..interpreter()
    }
}

/// An interpreter that was found.
pub fn found() -> FoundPython {
    FoundPython {
        interpreter: interpreter(),
        steps_per_s: 17e6,
    }
}
