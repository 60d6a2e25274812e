//! Typed and pasted input: sequences that never end, and text that must not act as keys.

use std::{fs, path::Path};

use nix::sys::signal::Signal;

use crate::{
    SOON, explorer, explorer_in_shell, shows_a_run,
    terminal::{Terminal, wait_until},
};

/// The start of a key, a click, an answer or a paste, without the rest.
const UNFINISHED: [&str; 7] = [
    "\u{1b}[1;",
    "\u{1b}]0;x",
    "\u{1b}[<",
    "\u{1b}[",
    "\u{1b}O",
    "\u{1b}[?1",
    "\u{1b}[200~abc",
];

/// Sends the start of a sequence, and waits until the program no longer expects the rest.
fn leave_unfinished(terminal: &mut Terminal, begin: &str) {
    // It is sent together with a key whose effect is visible, which proves that the sequence was read, too.
    terminal.press(&format!("?{begin}"));
    terminal.wait_for(SOON, "the help", |screen| screen.contains("Help"));
    assert!(
        wait_until(SOON, || terminal.waits_for_keys()),
        "it waits for the rest of {begin:?}"
    );
}

#[test]
fn after_an_unfinished_sequence_and_a_pause_a_key_acts_as_that_key() {
    for begin in UNFINISHED {
        for key in ["q", "\u{3}"] {
            let mut terminal = explorer();
            leave_unfinished(&mut terminal, begin);
            terminal.press(key);
            assert_eq!(terminal.exit_code(SOON), 0, "{key:?} after {begin:?}");
            terminal.assert_given_back(SOON);
        }
    }
}

#[test]
fn an_unfinished_sequence_from_before_a_stop_does_no_harm_after_fg() {
    let mut terminal = explorer_in_shell();
    terminal.press("?\u{1b}[<\u{1b}O");
    terminal.wait_for(SOON, "the help", |screen| screen.contains("Help"));
    terminal.signal_program(Signal::SIGTSTP);
    terminal.wait_for(SOON, "the shell", |screen| screen.contains("STOPPED"));
    terminal.assert_given_back(SOON);
    terminal.press("\n");
    terminal.wait_for(SOON, "the explorer again", |screen| screen.contains("Help"));
    terminal.press("q");
    terminal.wait_for(SOON, "the end", |screen| screen.contains("ENDED 0"));
}

#[test]
fn keys_that_were_typed_before_the_program_listened_are_heard() {
    let directory = tempfile::tempdir().unwrap();
    let mut terminal = Terminal::start_in(directory.path());
    terminal.press("?");
    terminal.wait_for(SOON, "the help", |screen| screen.contains("Help"));
    terminal.press("q");
    assert_eq!(terminal.exit_code(SOON), 0);
}

/// The explorer in this directory with a stopped run, so that there is something to export.
fn explorer_with_a_stopped_run(directory: &Path) -> Terminal {
    let mut terminal = Terminal::start_in(directory);
    terminal.wait_for(SOON, "the first screen", |screen| screen.contains("quit"));
    terminal.press("3");
    terminal.wait_for(SOON, "a run", shows_a_run);
    terminal.press("x");
    terminal.wait_for(SOON, "the stopped run", |screen| {
        screen.contains("stopped after")
    });
    terminal
}

fn files_in(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory)
        .expect("it was made by the test")
        .flatten();
    entries
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect()
}

#[test]
fn pasted_text_does_not_act_as_keys() {
    let directory = tempfile::tempdir().unwrap();
    let mut terminal = explorer_with_a_stopped_run(directory.path());
    // As keys, `o` would open the export, and Enter would write the file.
    terminal.paste("hello world\r");
    terminal.paste("q\u{3}");
    terminal.press("?");
    terminal.wait_for(SOON, "the help", |screen| screen.contains("Help"));
    assert_eq!(files_in(directory.path()), [""; 0]);
    terminal.press("q");
    assert_eq!(terminal.exit_code(SOON), 0);
    terminal.assert_given_back(SOON);
}

#[test]
fn text_that_is_pasted_into_the_name_of_a_file_is_text_there() {
    let directory = tempfile::tempdir().unwrap();
    let mut terminal = explorer_with_a_stopped_run(directory.path());
    terminal.press("o");
    terminal.wait_for(SOON, "the export", |screen| screen.contains("Enter write"));
    // Goes to the lowest row and erases the suggested name.
    terminal.press(&"\u{1b}[B".repeat(12));
    terminal.press("\u{15}");
    terminal.paste("quick\r\u{1b}[31mexport.md\r\n");
    terminal.wait_for(SOON, "what was pasted", |screen| {
        screen.contains("quick [31mexport.md")
    });
    assert_eq!(
        files_in(directory.path()),
        [""; 0],
        "the line end wrote nothing"
    );
    terminal.press("\r");
    let is_written = || files_in(directory.path()) == ["quick [31mexport.md"];
    assert!(
        wait_until(SOON, is_written),
        "{:?}",
        files_in(directory.path())
    );
    terminal.press("q");
    assert_eq!(terminal.exit_code(SOON), 0);
}

#[test]
fn letters_of_another_keyboard_are_the_keys_at_their_places_and_others_say_how_to_leave() {
    let mut terminal = explorer();
    terminal.press("ш");
    terminal.wait_for(SOON, "what i opens", |screen| {
        screen.contains("what it shows")
    });
    terminal.press("ก");
    terminal.wait_for(SOON, "the notice", |screen| {
        screen.contains("ก has no meaning here") && screen.contains("Ctrl-C quits")
    });
    terminal.press("й");
    assert_eq!(terminal.exit_code(SOON), 0);
}
