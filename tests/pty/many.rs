//! An explorer that has executed many runs takes no more of the system than one that has executed a few.

use std::{fs, path::Path};

use super::{
    SOON,
    terminal::{Terminal, wait_until},
};

/// What the program has of the system.
#[derive(Debug)]
struct Taken {
    descriptors: usize,
    threads: usize,
    temporary_files: usize,
}

/// The number of entries of a directory.
fn entries(directory: impl AsRef<Path>) -> usize {
    fs::read_dir(directory).map_or(0, Iterator::count)
}

/// The pages of the program that are in memory, in kilobytes.
fn memory(pid: i32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let words = line.unwrap_or_default().split_whitespace().next();
    words.and_then(|word| word.parse().ok()).unwrap_or(0)
}

#[test]
fn many_runs_take_no_more_descriptors_threads_and_temporary_files_than_a_few() {
    let room = tempfile::tempdir().expect("there is room for one");
    let (history, temporary) = (room.path().join("history"), room.path().join("tmp"));
    fs::create_dir(&temporary).expect("it is our directory");
    let arguments = ["--history", &history.to_string_lossy()];
    let variables = [("TMPDIR", &*temporary.to_string_lossy())];
    let mut terminal = Terminal::start_with(120, 40, &arguments, &variables);
    terminal.wait_for(SOON, "the first screen", |screen| screen.contains("quit"));
    // The last model to the right of threads in the form, and tasks that take no time.
    let down = "\u{1b}[B";
    terminal.press(&format!("f{down}\u{1b}[C\u{1b}[C{}1000\r", down.repeat(4)));
    terminal.wait_for(SOON, "the plan", |screen| screen.contains("1 000"));
    let runs = || {
        let lines = fs::read_to_string(&history).unwrap_or_default();
        lines.matches("\"kind\":\"run\"").count()
    };
    let pid = terminal.pid().as_raw();
    let taken = || Taken {
        descriptors: entries(format!("/proc/{pid}/fd")),
        threads: entries(format!("/proc/{pid}/task")),
        temporary_files: entries(&temporary),
    };
    let mut run_until = |count| {
        while runs() < count {
            let before = runs();
            terminal.press("r");
            terminal.wait_for(SOON, "another run", |_| runs() > before);
        }
    };
    run_until(10);
    let (few, before) = (taken(), memory(pid));
    run_until(50);
    // At first, interpreters may still be looked for.
    let is_no_more = |now: Taken| {
        now.descriptors <= few.descriptors
            && now.threads <= few.threads
            && now.temporary_files <= few.temporary_files
    };
    assert!(
        wait_until(SOON, || is_no_more(taken())),
        "{few:?}, then {:?}",
        taken()
    );
    // The runs stay in the history, each with its timeline.
    let grown = memory(pid).saturating_sub(before);
    assert!(grown < 40 * 300, "40 runs took {grown} kB");
}
