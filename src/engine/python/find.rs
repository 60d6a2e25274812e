//! Finds interpreters on `PATH` and in pyenv.

use std::{
    collections::HashSet,
    env,
    ffi::OsString,
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

/// More interpreters than any machine has. Probing each takes about 50 ms.
const MOST: usize = 40;

/// The file that a value of `--python` names. A name without a slash is looked up on `PATH`.
pub fn resolved(written: &Path) -> PathBuf {
    if written.as_os_str().as_encoded_bytes().contains(&b'/') {
        // A relative path would no longer resolve: the interpreter is started in another directory.
        return std::path::absolute(written).unwrap_or_else(|_| written.to_path_buf());
    }
    on_path()
        .map(|directory| directory.join(written))
        .find(|file| is_executable(file))
        .unwrap_or_else(|| written.to_path_buf())
}

/// The interpreter of the user's environment: that of the virtual environment that is active, or else `python3`.
pub fn of_environment(variable: impl Fn(&str) -> Option<OsString>) -> PathBuf {
    let active = ["VIRTUAL_ENV", "CONDA_PREFIX"].into_iter();
    let interpreters = active
        .filter_map(&variable)
        .map(|folder| Path::new(&folder).join("bin/python"));
    interpreters
        .filter(|file| file.is_absolute())
        .find(|file| is_executable(file))
        .unwrap_or_else(|| resolved(Path::new("python3")))
}

/// Whether a file is a shim, as those of pyenv and asdf.
pub fn is_shim(file: &Path) -> bool {
    file.parent()
        .is_some_and(|folder| folder.ends_with("shims"))
}

/// Files that look like interpreters, each once: first `python3` on `PATH`, because it is the default, then the others
/// on `PATH`, then those of pyenv, newest first.
pub fn candidates() -> Vec<PathBuf> {
    let mut found: Vec<_> = on_path().map(|place| place.join("python3")).collect();
    let pyenv = pyenv_root(|name| env::var_os(name));
    // For versions that are not selected, pyenv's shims only print a message. The versions themselves are found below.
    let shims = pyenv.as_ref().map(|root| root.join("shims"));
    for place in on_path().filter(|place| Some(place) != shims.as_ref()) {
        found.extend(newest_first(&place, has_minor_version));
    }
    if let Some(root) = pyenv {
        let interpreter = |version: PathBuf| version.join("bin/python3");
        found.extend(newest_first(&root.join("versions"), |_| true).map(interpreter));
    }
    let mut seen = HashSet::new();
    found.retain(|file| {
        is_executable(file) && seen.insert(fs::canonicalize(file).unwrap_or_else(|_| file.clone()))
    });
    found.truncate(MOST);
    found
}

fn on_path() -> impl Iterator<Item = PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let directories: Vec<_> = env::split_paths(&path).collect();
    // An empty entry would mean the current directory, which is hardly intended.
    directories
        .into_iter()
        .filter(|directory| directory.is_absolute())
}

/// The entries of a directory whose names are accepted, newest version first.
fn newest_first(directory: &Path, is_accepted: fn(&str) -> bool) -> impl Iterator<Item = PathBuf> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    let mut found: Vec<_> = entries
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            is_accepted(&name).then(|| (numbers(&name), name, entry.path()))
        })
        .collect();
    found.sort_by(|one, other| other.cmp(one));
    found.into_iter().map(|(_, _, path)| path)
}

/// Whether this is a name such as `python3.13`, or `python3.13t` for a free-threaded build.
fn has_minor_version(name: &str) -> bool {
    let minor = name.strip_prefix("python3.").unwrap_or_default();
    let digits = minor.strip_suffix('t').unwrap_or(minor);
    digits.parse::<u32>().is_ok()
}

/// pyenv's directory, if there is one. A relative path would depend on the current directory, which is hardly intended.
fn pyenv_root(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let root = variable("PYENV_ROOT").filter(|root| !root.is_empty());
    let usual = || Some(PathBuf::from(variable("HOME")?).join(".pyenv"));
    root.map(PathBuf::from)
        .or_else(usual)
        .filter(|root| root.is_absolute())
}

/// The numbers in the name of a version.
fn numbers(name: &str) -> Vec<u32> {
    name.split(|c: char| !c.is_ascii_digit())
        .filter_map(|digits| digits.parse().ok())
        .collect()
}

fn is_executable(file: &Path) -> bool {
    fs::metadata(file)
        .is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pyenv_is_never_looked_for_in_the_current_directory() {
        let root = |all: &[(&str, &str)]| {
            pyenv_root(|name| all.iter().find(|it| it.0 == name).map(|it| it.1.into()))
        };
        assert_eq!(root(&[]), None);
        assert_eq!(root(&[("HOME", "")]), None);
        assert_eq!(root(&[("HOME", "/home/me"), ("PYENV_ROOT", "pyenv")]), None);
        let usual = Some("/home/me/.pyenv".into());
        assert_eq!(root(&[("HOME", "/home/me"), ("PYENV_ROOT", "")]), usual);
        assert_eq!(
            root(&[("PYENV_ROOT", "/opt/pyenv")]),
            Some("/opt/pyenv".into())
        );
    }

    #[test]
    fn the_interpreter_of_the_environment_is_that_of_the_active_virtual_environment() {
        let directory = tempfile::tempdir().unwrap();
        let active = directory.path().join("venv");
        executable(&active.join("bin/python"));
        let of = |all: &[(&str, &Path)]| {
            of_environment(|name| all.iter().find(|it| it.0 == name).map(|it| it.1.into()))
        };
        assert_eq!(of(&[("VIRTUAL_ENV", &active)]), active.join("bin/python"));
        assert_eq!(of(&[("CONDA_PREFIX", &active)]), active.join("bin/python"));
        let gone = directory.path().join("gone");
        let both = [("VIRTUAL_ENV", &*gone), ("CONDA_PREFIX", &*active)];
        assert_eq!(of(&both), active.join("bin/python"));
        assert_eq!(of(&[]), resolved(Path::new("python3")));
    }

    fn executable(file: &Path) {
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, "#!/bin/sh\n").unwrap();
        fs::set_permissions(file, fs::Permissions::from_mode(0o755)).unwrap();
    }

    #[test]
    fn of_a_directory_interpreters_with_a_version_are_found_the_newest_first() {
        let directory = tempfile::tempdir().unwrap();
        for name in [
            "python3.9",
            "python3.13",
            "python3.13t",
            "python3.13-config",
            "python2.7",
            "pythonic3.4",
        ] {
            executable(&directory.path().join(name));
        }
        let names: Vec<String> = newest_first(directory.path(), has_minor_version)
            .map(|file| file.file_name().unwrap().to_string_lossy().into_owned())
            .collect();
        assert_eq!(names, ["python3.13t", "python3.13", "python3.9"]);
        let no_program = directory.path().join("python3.14");
        fs::write(&no_program, "").unwrap();
        assert!(!is_executable(&no_program));
    }

    #[test]
    fn a_name_with_a_slash_is_a_file_and_nothing_else() {
        assert_eq!(
            resolved(Path::new("/opt/no/python3")),
            Path::new("/opt/no/python3")
        );
        assert!(resolved(Path::new("./python3")).is_absolute());
        assert_eq!(
            resolved(Path::new("no-such-python")),
            Path::new("no-such-python")
        );
    }
}
