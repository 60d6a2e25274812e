//! Interpreters and other files are probed. Each unusable one gets one sentence, and no process of it is left.
//!
//! The session is made before the harness starts its threads, because the zygote has to be forked by a process with one
//! thread.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use libtest_mimic::{Arguments, Failed, Trial};
use pconc_tui::{
    domain::python::{FoundPython, OLDEST},
    engine::session::Session,
};

type Outcomes = Result<(), Failed>;

fn main() {
    let mut arguments = Arguments::from_args();
    arguments.test_threads = Some(1);
    // The zygote is forked here, by the only thread.
    let session: &'static Session = Box::leak(Box::new(
        Session::prepare().expect("the machine lets us measure"),
    ));
    type Test = fn(&Session) -> Outcomes;
    let tests: [(&str, Test); 7] = [
        (
            "what_is_no_interpreter_has_one_sentence_that_says_why",
            no_interpreters,
        ),
        ("an_interpreter_that_hangs_is_given_up_and_killed", hanging),
        (
            "an_interpreter_is_recognised_whatever_it_prints_to_either_stream",
            chatty,
        ),
        (
            "an_interpreter_that_works_only_through_its_wrapper_is_started_by_it",
            needs_its_wrapper,
        ),
        ("a_real_interpreter_says_what_it_is_and_where", real),
        ("a_shim_is_resolved_to_what_it_executes", shim),
        (
            "all_that_are_found_are_new_enough_and_named_once",
            found_once,
        ),
    ];
    let trials = tests.map(|(name, test)| Trial::test(name, move || test(session)));
    let conclusion = libtest_mimic::run(&arguments, trials.into());
    assert!(
        !session.context.scratch.directory.exists(),
        "a temporary directory stays behind"
    );
    conclusion.exit();
}

fn check(condition: bool, otherwise: impl Into<String>) -> Outcomes {
    if condition {
        Ok(())
    } else {
        Err(otherwise.into().into())
    }
}

/// An executable file with this content.
fn script(directory: &Path, name: &str, content: &str) -> PathBuf {
    let file = directory.join(name);
    fs::write(&file, content).expect("a temporary directory can be written to");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).expect("it is ours");
    file
}

fn refused(session: &Session, file: &Path) -> Result<String, Failed> {
    match session.python(file) {
        Ok(found) => Err(format!(
            "{} was taken for {}",
            file.display(),
            found.interpreter.label()
        )
        .into()),
        Err(useless) => Ok(useless.sentence),
    }
}

fn no_interpreters(session: &Session) -> Outcomes {
    let directory = tempfile::tempdir()?;
    let file = |name: &str, content: &str| script(directory.path(), name, content);
    let not_executable = directory.path().join("plain");
    fs::write(&not_executable, "#!/bin/sh\n")?;
    let one = |version: &str, implementation: &str| {
        format!(
            "#!/bin/sh\necho '{{\"version\": \"{version}\", \"implementation\": \"{implementation}\", \
             \"path\": \"/p\", \"gil\": \"on\", \"start_methods\": [], \"missing\": [], \"steps_per_s\": 0}}' > \"$3\"\n"
        )
    };
    let (old, pypy) = (&*one("3.7.16", "cpython"), &*one("3.10.1", "pypy"));
    for (file, told) in [
        (directory.path().join("missing"), "no such file"),
        (directory.path().to_path_buf(), "is a directory"),
        (not_executable, "permission denied"),
        (
            file("empty", "\x7fELF but not really"),
            "does not work as Python",
        ),
        (
            file("rubbish", "#!/bin/sh\necho '%$#'\n"),
            "did not say what it is; it printed: %$#",
        ),
        (file("silent", "#!/bin/sh\n"), "did not say what it is"),
        (
            file(
                "broken",
                "#!/bin/sh\necho 'libpython3.9.so: cannot open' >&2\nexit 127\n",
            ),
            "status 127; it printed: libpython3.9.so",
        ),
        (
            file("killed", "#!/bin/sh\nkill -9 $$\n"),
            "was killed by SIGKILL",
        ),
        (file("old", old), "is Python 3.7.16: 3.8 or newer is needed"),
        (file("pypy", pypy), "is pypy"),
    ] {
        let sentence = refused(session, &file)?;
        check(
            sentence.contains(told),
            format!("{sentence} does not say: {told}"),
        )?;
        check(
            sentence.contains(&*file.to_string_lossy()),
            format!("{sentence} does not name the file"),
        )?;
        check(!sentence.contains(['\n', '\x1b']), sentence)?;
    }
    Ok(())
}

/// Whether any process with this word in its command line is alive.
fn is_alive(word: &str) -> bool {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let lines = processes.filter_map(|process| fs::read(process.path().join("cmdline")).ok());
    lines
        .map(|line| String::from_utf8_lossy(&line).into_owned())
        .any(|line| line.contains(word))
}

fn hanging(session: &Session) -> Outcomes {
    let directory = tempfile::tempdir()?;
    // The script has a child that would survive it.
    let word = format!("9{}.5", std::process::id());
    let file = script(
        directory.path(),
        "hanging",
        &format!("#!/bin/sh\necho loading\nsleep {word} &\nwait\n"),
    );
    let start = Instant::now();
    let sentence = refused(session, &file)?;
    check(
        sentence.contains("hangs") && sentence.contains("it printed: loading"),
        sentence,
    )?;
    check(
        start.elapsed() < Duration::from_secs(20),
        "it took too long to be given up",
    )?;
    check(!is_alive(&word), "its child is alive")
}

/// Any interpreter of this machine. Prints a message if there is none.
fn any(session: &Session) -> Option<FoundPython> {
    let found = session.default_python().ok();
    if found.is_none() {
        println!("skipped: there is no Python 3.8 or newer on this machine");
    }
    found
}

fn chatty(session: &Session) -> Outcomes {
    let Some(found) = any(session) else {
        return Ok(());
    };
    let directory = tempfile::tempdir()?;
    // A megabyte in one line without its end.
    let megabyte = "head -c 1000000 /dev/zero | tr '\\0' x";
    for (at, before, after) in [
        (0, "echo Welcome!; echo warning >&2", ":"),
        (1, "printf 'a banner without the end of its line'", ":"),
        (2, megabyte, megabyte),
        (3, &format!("{megabyte} >&2"), &format!("{megabyte} >&2")),
        (
            4,
            "echo '{\"version\": \"2.0.0\"}'",
            "echo bye; echo bye >&2",
        ),
    ] {
        let path = &found.interpreter.path;
        let content = format!("#!/bin/sh\n{before}\n'{path}' \"$@\"\nend=$?\n{after}\nexit $end\n");
        let file = script(directory.path(), &format!("chatty{at}"), &content);
        let understood = session.python(&file).map_err(|useless| useless.sentence)?;
        check(
            understood.interpreter == found.interpreter,
            format!("{before}: {understood:?}"),
        )?;
    }
    Ok(())
}

/// An interpreter that names itself, and that does not work where a variable is not set.
fn needs_its_wrapper(session: &Session) -> Outcomes {
    let Some(found) = any(session).filter(|_| Path::new("/bin/bash").exists()) else {
        return Ok(());
    };
    let directory = tempfile::tempdir()?;
    let inner = directory.path().join("inner");
    let inner = inner.display();
    let path = &found.interpreter.path;
    let content =
        format!("#!/bin/bash\n[ \"$NEEDED\" ] || exit 7\nexec -a '{inner}' '{path}' \"$@\"\n");
    let direct = script(directory.path(), "inner", &content);
    let content = format!("#!/bin/sh\nexport NEEDED=1\nexec '{inner}' \"$@\"\n");
    let wrapper = script(directory.path(), "python3", &content);
    refused(session, &direct)?;
    let understood = session
        .python(&wrapper)
        .map_err(|useless| useless.sentence)?;
    check(
        Path::new(&understood.interpreter.path) == wrapper,
        understood.interpreter.path,
    )
}

fn real(session: &Session) -> Outcomes {
    let Some(FoundPython {
        interpreter,
        steps_per_s,
    }) = any(session)
    else {
        return Ok(());
    };
    let script = "import sys; print('%d.%d.%d' % sys.version_info[:3]); print(sys.executable)";
    let output = Command::new(&interpreter.path)
        .args(["-c", script])
        .output()?;
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    let expected = format!("{}\n{}\n", interpreter.version, interpreter.path);
    check(printed == expected, format!("{printed} is not {expected}"))?;
    check(steps_per_s > 1e4, format!("{steps_per_s} steps a second"))?;
    check(
        !interpreter.start_methods.is_empty(),
        "it has no start method",
    )
}

fn shim(session: &Session) -> Outcomes {
    let Some(found) = any(session) else {
        return Ok(());
    };
    let directory = tempfile::tempdir()?;
    let content = format!("#!/bin/sh\nexec '{}' \"$@\"\n", found.interpreter.path);
    let file = script(directory.path(), "python3", &content);
    let resolved = session.python(&file).map_err(|useless| useless.sentence)?;
    check(
        resolved.interpreter.path == found.interpreter.path,
        resolved.interpreter.path,
    )
}

fn found_once(session: &Session) -> Outcomes {
    let pythons = session.find_pythons(&[]);
    for (at, python) in pythons.found.iter().enumerate() {
        check(
            python.interpreter.version >= OLDEST,
            python.interpreter.label(),
        )?;
        let again = pythons.found[at + 1..]
            .iter()
            .any(|other| other.interpreter == python.interpreter);
        check(
            !again,
            format!("{} is there twice", python.interpreter.path),
        )?;
    }
    println!(
        "found {}, not usable {}",
        pythons.found.len(),
        pythons.useless.len()
    );
    Ok(())
}
