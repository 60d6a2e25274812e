//! The interpreters of this machine, found by the tests themselves, once.

use std::{
    path::PathBuf,
    process::{Command, Stdio},
    sync::OnceLock,
};

use pconc_tui::domain::python::{GilState, Interpreter, OLDEST, StartMethod, Version};

const ASK: &str = "\
import multiprocessing, os, sys, sysconfig
gil = getattr(sys, '_is_gil_enabled', lambda: True)()
methods = multiprocessing.get_all_start_methods()
print('%d.%d.%d' % sys.version_info[:3], bool(sysconfig.get_config_var('Py_GIL_DISABLED')), gil, ','.join(methods),
      os.path.realpath(sys.executable))";

/// All interpreters that can execute the worker's script, by version: those on PATH, those of pyenv, and those of
/// `PCONC_TEST_PYTHONS`, a list of files separated by colons.
pub fn all() -> &'static [Interpreter] {
    static ALL: OnceLock<Vec<Interpreter>> = OnceLock::new();
    ALL.get_or_init(|| {
        let mut found: Vec<Interpreter> = candidates().into_iter().filter_map(ask).collect();
        found.retain(|interpreter| interpreter.version >= OLDEST);
        found.sort_by(|one, other| (one.version, &one.path).cmp(&(other.version, &other.path)));
        found.dedup_by(|one, other| one.path == other.path);
        found
    })
}

/// The interpreter that `python3` runs.
pub fn default() -> Option<Interpreter> {
    static DEFAULT: OnceLock<Option<Interpreter>> = OnceLock::new();
    DEFAULT
        .get_or_init(|| ask(PathBuf::from("python3")))
        .clone()
}

fn candidates() -> Vec<PathBuf> {
    let mut files = vec![PathBuf::from("python3"), PathBuf::from("/usr/bin/python3")];
    let versions =
        PathBuf::from(std::env::var_os("HOME").unwrap_or_default()).join(".pyenv/versions");
    let entries = std::fs::read_dir(versions).into_iter().flatten().flatten();
    files.extend(entries.map(|entry| entry.path().join("bin/python3")));
    if let Some(named) = std::env::var_os("PCONC_TEST_PYTHONS") {
        files.extend(std::env::split_paths(&named));
    }
    files
}

fn ask(path: PathBuf) -> Option<Interpreter> {
    let output = Command::new(path)
        .args(["-c", ASK])
        .stdin(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let mut words = text.split_whitespace();
    let version = Version::try_from(words.next()?.to_string()).ok()?;
    let free_threaded = words.next()? == "True";
    let gil = if words.next()? == "True" {
        GilState::On
    } else {
        GilState::Off
    };
    let method = |name| {
        StartMethod::ALL
            .into_iter()
            .find(|method| method.name() == name)
    };
    let start_methods = words.next()?.split(',').filter_map(method).collect();
    let subinterpreters = version >= pconc_tui::domain::python::FIRST_WITH_INTERPRETERS;
    let path = words.next()?.to_string();
    Some(Interpreter {
        path,
        version,
        free_threaded,
        gil,
        start_methods,
        subinterpreters,
    })
}
