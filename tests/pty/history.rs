//! The explorer with a history that another program keeps locked.

use std::{
    fs::{File, OpenOptions},
    path::{Path, PathBuf},
};

use pconc_tui::store::{HistoryPlace, Store};

use super::{
    RUNS, SOON,
    terminal::{Terminal, wait_until},
};

struct Locked {
    folder: tempfile::TempDir,
    lock: File,
}

impl Locked {
    fn history() -> Locked {
        let folder = tempfile::tempdir().expect("the test made it so");
        let file = folder.path().join("history.jsonl");
        let lock = OpenOptions::new()
            .append(true)
            .create(true)
            .open(file)
            .expect("the test made it so");
        lock.lock().expect("the test made it so");
        Locked { folder, lock }
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("history.jsonl")
    }

    fn runs(&self) -> Vec<usize> {
        let opened = Store::at(HistoryPlace { file: self.file() })
            .open()
            .expect("the test made it so");
        opened.kept.runs.iter().map(|run| run.number).collect()
    }

    fn is_pending(&self) -> bool {
        let is_pending = |path: &Path| path.to_string_lossy().contains(".pending-");
        std::fs::read_dir(self.folder.path())
            .expect("the test made it so")
            .any(|entry| is_pending(&entry.expect("the test made it so").path()))
    }

    /// The explorer with the two ended runs of one pair, which cannot be added to the history.
    fn explorer(&self) -> Terminal {
        let file = self.file().display().to_string();
        let mut terminal =
            Terminal::start_with(120, 40, &["--history", &file, "--budget", "1s"], &[]);
        terminal.wait_for(SOON, "the first screen", |screen| screen.contains("quit"));
        terminal.press("3");
        terminal.wait_for(RUNS, "both runs", |screen| screen.contains("processes: "));
        terminal.wait_for(SOON, "the notice", |screen| {
            screen.contains("not in the history yet")
        });
        terminal
    }
}

#[test]
fn the_screen_goes_on_while_the_history_is_locked_and_the_runs_are_added_as_soon_as_it_is_not() {
    let locked = Locked::history();
    let mut terminal = locked.explorer();
    terminal.press("?");
    terminal.wait_for(SOON, "the help", |screen| screen.contains("Help"));
    assert!(locked.is_pending(), "they wait beside the history");
    locked.lock.unlock().unwrap();
    assert!(
        wait_until(SOON, || locked.runs() == [1, 2] && !locked.is_pending()),
        "{:?}",
        locked.runs()
    );
    terminal.press("q");
    assert_eq!(terminal.exit_code(SOON), 0);
    assert_eq!(locked.runs(), [1, 2]);
}

#[test]
fn runs_that_could_not_be_added_until_the_end_are_there_when_the_explorer_starts_again() {
    let locked = Locked::history();
    let mut terminal = locked.explorer();
    terminal.press("q");
    assert_eq!(terminal.exit_code(SOON), 0);
    terminal.wait_for(SOON, "where they are", |screen| {
        screen.contains("2 runs could not be added to the history")
    });
    assert!(locked.is_pending());
    locked.lock.unlock().unwrap();
    let file = locked.file().display().to_string();
    let mut terminal = Terminal::start_with(120, 40, &["--history", &file], &[]);
    terminal.wait_for(SOON, "the notice", |screen| {
        screen.contains("2 runs that earlier sessions")
    });
    assert!(
        wait_until(SOON, || !locked.is_pending() && locked.runs() == [1, 2]),
        "{:?}",
        locked.runs()
    );
    terminal.press("q");
    assert_eq!(terminal.exit_code(SOON), 0);
}

#[test]
fn what_could_not_be_kept_beside_the_history_is_tried_again_at_the_end_and_its_loss_is_said() {
    for is_mended in [true, false] {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("history.jsonl");
        let traces = folder.path().join("history.jsonl.traces");
        std::fs::write(&traces, "in the way").unwrap();
        let name = file.display().to_string();
        let mut terminal =
            Terminal::start_with(120, 40, &["--history", &name, "--budget", "1s"], &[]);
        terminal.wait_for(SOON, "the first screen", |screen| screen.contains("quit"));
        terminal.press("3");
        terminal.wait_for(RUNS, "both runs", |screen| screen.contains("processes: "));
        terminal.wait_for(SOON, "the notice", |screen| {
            screen.contains("cannot keep a timeline")
        });
        if is_mended {
            std::fs::remove_file(&traces).unwrap();
        }
        terminal.press("q");
        assert_eq!(terminal.exit_code(SOON), u32::from(!is_mended));
        if is_mended {
            assert_eq!(std::fs::read_dir(&traces).unwrap().count(), 2);
        } else {
            terminal.wait_for(SOON, "what is lost", |screen| {
                screen.contains("the timelines and lists of 2 runs could not be kept")
            });
        }
    }
}
