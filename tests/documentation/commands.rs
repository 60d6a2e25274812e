//! Every command of the documentation, executed like a user would: the lines of a block one after the other, in a
//! directory with two files of a user, with a separate history. Only the work is smaller.

use std::{
    env, fs,
    io::{Read, Write},
    path::Path,
    process::{Command, Stdio},
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    thread,
};

use portable_pty::{CommandBuilder, PtySize, native_pty_system};

use super::pages::{Page, pages};

const PROGRAM: &str = env!("CARGO_BIN_EXE_pconc-tui");

/// The lines of the shell blocks of a page, without comments; a line that ends in a backslash continues in the next
/// one.
fn blocks(text: &str) -> Vec<Vec<String>> {
    let blocks = text.split("\n```sh\n").skip(1);
    let blocks = blocks.map(|rest| rest.split_once("\n```").map_or(rest, |(block, _)| block));
    let command = |line: &str| {
        line.split(" # ")
            .next()
            .unwrap_or_default()
            .trim()
            .to_string()
    };
    blocks
        .map(|block| block.replace("\\\n", " ").lines().map(command).collect())
        .collect()
}

/// How many blocks are tried at once.
const SIDE_BY_SIDE: usize = 4;

/// Files of a user's, which commands name.
const USERS_FILES: [(&str, &str); 3] = [
    ("fetch.py", "def fetch(url):\n    return len(url)\n"),
    ("files.txt", "fetch.py\nurls.txt\n"),
    ("urls.txt", "http://127.0.0.1/a\nhttp://127.0.0.1/b\n"),
];

/// Options that make the work of a command smaller: if a command contains the first text and none of the two options,
/// the first option with this value is added.
const SMALLER: [(&str, [&str; 2], &str); 8] = [
    ("pconc-tui advise", ["--budget", "--budget"], "5s"),
    ("pconc-tui verify", ["--claim", "--list"], "8"),
    ("pconc-tui sweep", ["--tasks", "--function"], "4"),
    ("--workload cpu", ["--iterations", "--task-time"], "20000"),
    ("--workload io", ["--latency", "--urls"], "1ms..2ms"),
    ("pconc-tui sweep", ["--repeats", "--repeats"], "1"),
    ("pconc-tui fidelity", ["--repeats", "--repeats"], "1"),
    ("pconc-tui fidelity", ["--task-time", "--task-time"], "20ms"),
];

/// The command with options for less work, unless it has such options already.
fn smaller(line: &str) -> String {
    let (command, redirected) = line.split_at(line.find(" > ").unwrap_or(line.len()));
    let mut smaller = command.replace("--claim 2,3", "--claim 8");
    for (about, options, value) in SMALLER {
        if command.contains(about) && !options.iter().any(|option| command.contains(option)) {
            smaller += &format!(" {} {value}", options[0]);
        }
    }
    smaller + redirected
}

/// Whether a command opens the explorer.
fn explores(line: &str) -> bool {
    let mut words = line.split_whitespace().skip(1);
    words
        .next()
        .is_none_or(|word| word.starts_with('-') || word == "replay")
}

fn needs_python(line: &str) -> bool {
    line.contains("python") || line.contains("fidelity")
}

/// Runs a command in a shell that finds the program.
fn run(line: &str, folder: &Path) -> Result<(), String> {
    let programs = Path::new(PROGRAM)
        .parent()
        .expect("a program is in a directory");
    let path = format!(
        "{}:{}",
        programs.display(),
        env::var("PATH").unwrap_or_default()
    );
    let output = Command::new("bash")
        .args(["-c", line])
        .current_dir(folder)
        .env("PATH", path)
        .env("XDG_DATA_HOME", folder.join("data"))
        .env("LC_ALL", "C.UTF-8")
        .stdin(Stdio::null())
        .output()
        .map_err(|error| error.to_string())?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    // Whether a claim is told depends on the machine.
    let is_verdict = ["verify", "advise"].iter().any(|told| line.contains(told))
        && matches!(output.status.code(), Some(3 | 4));
    if output.status.success() || is_verdict {
        Ok(())
    } else {
        Err(format!("{}: {said}", output.status))
    }
}

/// Opens the explorer in a terminal, presses `q` when it is there, and waits until it has exited.
fn explore(line: &str, folder: &Path) -> Result<(), String> {
    let size = PtySize {
        rows: 30,
        cols: 100,
        pixel_width: 0,
        pixel_height: 0,
    };
    let terminal = native_pty_system()
        .openpty(size)
        .map_err(|error| error.to_string())?;
    let mut command = CommandBuilder::new(PROGRAM);
    command.args(line.split_whitespace().skip(1));
    command.cwd(folder);
    command.env("XDG_DATA_HOME", folder.join("data"));
    command.env("LC_ALL", "C.UTF-8");
    command.env("TERM", "xterm-256color");
    let mut child = terminal
        .slave
        .spawn_command(command)
        .map_err(|error| error.to_string())?;
    drop(terminal.slave);
    let mut reader = terminal
        .master
        .try_clone_reader()
        .map_err(|error| error.to_string())?;
    let mut writer = terminal
        .master
        .take_writer()
        .map_err(|error| error.to_string())?;
    let (mut seen, mut buffer) = (String::new(), [0; 4096]);
    let mut has_left = false;
    // At the end of the terminal, reading returns an error or nothing, depending on the system.
    while let Ok(bytes @ 1..) = reader.read(&mut buffer) {
        seen += &String::from_utf8_lossy(&buffer[..bytes]);
        if !has_left && seen.contains("pconc-tui") {
            has_left = true;
            writer.write_all(b"q").map_err(|error| error.to_string())?;
        }
    }
    let status = child.wait().map_err(|error| error.to_string())?;
    if status.success() && has_left {
        Ok(())
    } else {
        Err(format!("{status:?}: {seen}"))
    }
}

#[test]
fn every_command_of_the_documentation_works() {
    let has_python = Command::new("python3").arg("-V").output().is_ok();
    let of_page = |page: Page| {
        let blocks = blocks(&page.text).into_iter();
        blocks.map(move |block| (page.path.clone(), block))
    };
    let all = Mutex::new(pages().into_iter().flat_map(of_page));
    let tried = AtomicUsize::new(0);
    // Nothing here depends on how long a command takes, so blocks are tried side by side.
    thread::scope(|scope| {
        for _ in 0..SIDE_BY_SIDE {
            scope.spawn(|| {
                let next = || all.lock().expect("no command panics here").next();
                while let Some((page, block)) = next() {
                    let commands = try_block(&block, has_python, &page);
                    tried.fetch_add(commands, Relaxed);
                }
            });
        }
    });
    let tried = tried.into_inner();
    assert!(tried > 20, "only {tried} commands were found");
}

/// Executes the commands of a block. Returns their number.
fn try_block(block: &[String], has_python: bool, page: &Path) -> usize {
    let folder = tempfile::tempdir().expect("there is room for a directory");
    for (name, content) in USERS_FILES {
        fs::write(folder.path().join(name), content).expect("the directory is ours");
    }
    // Commands of cargo are not tried: building this test has used cargo already.
    let ours = block.iter().filter(|line| line.contains("pconc-tui"));
    let ours = ours.filter(|line| !needs_python(line) || has_python);
    let tried = ours.map(|line| {
        let line = smaller(line);
        let outcome = if explores(&line) {
            explore(&line, folder.path())
        } else {
            run(&line, folder.path())
        };
        assert_eq!(outcome, Ok(()), "{}: {line}", page.display());
    });
    tried.count()
}

#[test]
fn a_command_that_does_not_work_would_be_found() {
    let text = "\n```sh\npconc-tui run --workload walk --model serial   # no\npconc-tui history list\n```\n";
    let blocks = blocks(text);
    assert_eq!(
        blocks[0],
        [
            "pconc-tui run --workload walk --model serial",
            "pconc-tui history list"
        ]
    );
    let folder = tempfile::tempdir().expect("there is room for a directory");
    assert!(run(&blocks[0][0], folder.path()).is_err());
    assert!(explores("pconc-tui --present") && !explores(&blocks[0][1]));
    assert!(explore("pconc-tui --theme none", folder.path()).is_err());
}
