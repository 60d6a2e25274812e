//! Floods of input, and terminals that claim absurd sizes: the program goes on, and leaves when it is asked to.

use std::time::Duration;

use crate::{
    SOON, explorer, explorer_with_function,
    terminal::{Terminal, wait_until},
};

/// More than the program ever needs for a screen.
const MEMORY_MAX: u64 = 400 << 20;

#[test]
fn a_burst_of_keys_is_not_lost() {
    let mut terminal = explorer();
    terminal.press(&"\u{1b}[B".repeat(3_000));
    terminal.press("q");
    assert_eq!(terminal.exit_code(SOON), 0);
}

/// Keys, clicks, turns of the wheel and pasted text, in an order that looks random and is always the same. Nothing of it
/// quits.
fn flood() -> String {
    const KEYS: &[u8] =
        b"abcdefghijklmnoprstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-/[]?= \t\r\x1b\x7f\x15";
    let mut state = 26_u32;
    let mut random = |below: usize| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as usize % below
    };
    let mut flood = String::new();
    for _ in 0..3_000 {
        match random(8) {
            0 => flood += "\u{1b}[B",
            1 => flood += ["\u{1b}[A", "\u{1b}[C", "\u{1b}[D", "\u{1b}[Z"][random(4)],
            // Not in the last rows, where a click on the footer could quit.
            2 => flood += &format!("\u{1b}[<0;{};{}M", random(120) + 1, random(36) + 1),
            3 => {
                flood += &format!(
                    "\u{1b}[<{};{};{}M",
                    64 + random(2),
                    random(120) + 1,
                    random(36) + 1
                )
            }
            4 if random(20) == 0 => {
                flood += &format!("\u{1b}[200~{}\u{1b}[201~", "q\r".repeat(2_000))
            }
            _ => flood.push(char::from(KEYS[random(KEYS.len())])),
        }
    }
    flood
}

/// Floods the terminal, and leaves.
fn assert_it_stands(mut terminal: Terminal) {
    terminal.press(&flood());
    terminal.press("\u{3}");
    assert_eq!(terminal.exit_code(SOON), 0);
    terminal.assert_given_back(SOON);
    terminal.assert_nothing_left(SOON);
}

#[test]
fn floods_of_keys_mouse_and_paste_do_no_harm_on_any_screen() {
    let directory = tempfile::tempdir().unwrap();
    let start = |arguments: &[&str], keys: &str, shown: &'static str| {
        let mut terminal = Terminal::start_in_with(directory.path(), arguments);
        terminal.wait_for(SOON, "the first screen", |screen| !screen.trim().is_empty());
        terminal.press(keys);
        terminal.wait_for(SOON, shown, |screen| screen.contains(shown));
        terminal
    };
    assert_it_stands(start(&["--budget", "1s"], "", "quit"));
    assert_it_stands(start(
        &["--budget", "1s"],
        "V",
        "Threads are lighter than processes",
    ));
    assert_it_stands(start(&["lesson"], "", "Lesson: step 1"));
}

#[test]
fn floods_do_no_harm_on_the_advice() {
    let mut terminal = explorer_with_function("waits.py:wait");
    terminal.wait_for(SOON, "the form", |screen| screen.contains("0..4"));
    terminal.press("a");
    terminal.wait_for(SOON, "the advice", |screen| screen.contains("Advice"));
    assert_it_stands(terminal);
}

#[test]
fn a_terminal_of_any_size_is_drawn_on_as_far_as_a_screen_reaches() {
    for (columns, rows) in [(u16::MAX, u16::MAX), (u16::MAX, 24), (80, u16::MAX)] {
        let mut terminal = Terminal::start(columns, rows, &[]);
        terminal.wait_for(SOON, "the first screen", |screen| screen.contains("quit"));
        assert!(
            terminal.peak_memory() < MEMORY_MAX,
            "{}",
            terminal.peak_memory()
        );
        terminal.press("q");
        assert_eq!(terminal.exit_code(SOON), 0);
        terminal.assert_given_back(SOON);
    }
}

#[test]
fn a_storm_of_absurd_sizes_does_no_harm() {
    let mut terminal = explorer();
    for turn in 0..300_u16 {
        let (columns, rows) = [
            (u16::MAX, u16::MAX),
            (0, 0),
            (1, u16::MAX),
            (u16::MAX, 1),
            (80, 24),
        ][usize::from(turn) % 5];
        terminal.claim(columns, rows);
        if turn % 50 == 0 {
            terminal.press("?");
        }
    }
    terminal.resize(120, 40);
    terminal.wait_for(SOON, "the footer", |screen| screen.contains("quit"));
    assert!(
        terminal.peak_memory() < MEMORY_MAX,
        "{}",
        terminal.peak_memory()
    );
    terminal.press("q");
    assert_eq!(terminal.exit_code(SOON), 0);
    terminal.assert_given_back(SOON);
}

#[test]
fn thousands_of_sequences_that_never_end_do_not_make_it_deaf() {
    const JUNK: [&str; 7] = [
        "\u{1b}[",
        "\u{1b}[<",
        "\u{1b}O",
        "\u{1b}[1;",
        "\u{1b}]0;x",
        "\u{1b}[200~abc",
        "\u{1b}P1$",
    ];
    for key in ["q", "\u{3}"] {
        let mut terminal = explorer();
        for at in 0..4_000 {
            terminal.press(JUNK[at % JUNK.len()]);
        }
        // A key that arrives together with the junk is a part of it, so the user presses it again.
        let leaves = || {
            terminal.press(key);
            wait_until(Duration::from_millis(500), || terminal.has_ended())
        };
        assert!(wait_until(SOON, leaves), "{key:?}");
        assert_eq!(terminal.exit_code(SOON), 0);
        terminal.assert_given_back(SOON);
    }
}
