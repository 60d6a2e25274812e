//! The real binary in a pseudo-terminal, as users run it: what is on the screen, and what is left afterwards.
//!
//! Every wait is for a condition, with a limit that only a broken program reaches.

// If the files were beside this one, cargo would treat them as separate test programs.
#[path = "pty/ends.rs"]
mod ends;
#[path = "pty/floods.rs"]
mod floods;
#[path = "pty/history.rs"]
mod history;
#[path = "pty/input.rs"]
mod input;
#[path = "pty/many.rs"]
mod many;
#[path = "pty/terminal.rs"]
mod terminal;

use std::time::Duration;

use nix::sys::signal::Signal;
use pconc_tui::{
    catalog::experiment::offered,
    store::{HistoryPlace, Store},
};
use terminal::{Terminal, wait_until};

/// The time limit for what takes no time on an idle machine.
const SOON: Duration = Duration::from_secs(20);
/// The time limit for two runs of the article's size, in a debug build, on a busy machine.
const RUNS: Duration = Duration::from_secs(180);

/// The explorer when its first screen is complete.
fn explorer() -> Terminal {
    let terminal = Terminal::start(120, 40, &[]);
    terminal.wait_for(SOON, "the first screen", |screen| screen.contains("quit"));
    terminal
}

/// The explorer during the serial run of the third quick experiment.
fn explorer_with_a_run() -> Terminal {
    let mut terminal = explorer();
    terminal.press("3");
    terminal.wait_for(SOON, "a run", shows_a_run);
    terminal
}

/// Whether the live sentence is on the screen: a worker computes, or would compute if a core were free.
fn shows_a_run(screen: &str) -> bool {
    let is_worker = |word: &&str| ["worker", "workers"].contains(word);
    let words = screen.split_whitespace();
    let words: Vec<&str> = words.filter(|word| !is_worker(word)).collect();
    let verb =
        |word: &str| ["computes", "compute", "waits", "wait"].contains(&word.trim_end_matches(','));
    words
        .windows(2)
        .any(|pair| pair[0].parse::<u32>().is_ok() && verb(pair[1]))
}

#[test]
fn the_first_screen_asks_the_quick_experiments_questions() {
    let mut terminal = explorer();
    for experiment in offered(false) {
        terminal.wait_for(SOON, experiment.question, |screen| {
            screen.contains(experiment.question)
        });
    }
    assert!(terminal.is_in_alternate_screen() && terminal.hides_cursor());
    terminal.press("q");
    assert_eq!(terminal.exit_code(SOON), 0);
}

/// The explorer with this function of the tests, which gets the numbers 0 to 3.
fn explorer_with_function(target: &str) -> Terminal {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/functions");
    let target = format!("{folder}/{target}");
    let arguments = ["--function", &target, "--range", "0..4"];
    Terminal::start_with(120, 40, &arguments, &[])
}

#[test]
fn a_function_that_cannot_be_called_is_refused_with_a_traceback_before_the_screen_opens() {
    let mut terminal = explorer_with_function("waits.py:wayt");
    assert_eq!(terminal.exit_code(SOON), 2);
    terminal.wait_for(SOON, "the sentence", |screen| {
        screen.contains("has no wayt") && screen.contains("AttributeError")
    });
    assert!(!terminal.was_ever_in_alternate_screen());
}

#[test]
fn a_function_of_the_command_line_is_in_the_form_and_runs() {
    let mut terminal = explorer_with_function("waits.py:wait");
    terminal.wait_for(SOON, "the form", |screen| {
        screen.contains("function") && screen.contains("0..4")
    });
    terminal.press("r");
    terminal.wait_for(RUNS, "the verdict", |screen| {
        screen.contains("python-threads: ")
    });
    terminal.press("q");
    assert_eq!(terminal.exit_code(SOON), 0);
    terminal.assert_nothing_left(SOON);
}

#[test]
fn leaving_gives_the_terminal_back() {
    for keys in ["q", "\u{3}"] {
        let mut terminal = explorer();
        assert!(
            !terminal.has_first_modes(),
            "the explorer reads single keys"
        );
        terminal.press(keys);
        assert_eq!(terminal.exit_code(SOON), 0);
        terminal.assert_given_back(SOON);
        terminal.assert_nothing_left(SOON);
    }
}

#[test]
fn a_quick_experiment_ends_with_both_rows_and_a_sentence_and_can_be_compared() {
    let mut terminal = explorer();
    terminal.press("3");
    terminal.wait_for(RUNS, "the sentence about processes", |screen| {
        screen.contains("processes: ")
    });
    let both = |screen: &str| {
        let row = |model: &str| {
            screen
                .lines()
                .any(|line| line.contains("cpu") && line.contains(model))
        };
        row("serial") && row("processes")
    };
    terminal.wait_for(SOON, "both rows of the history", both);
    terminal.press("c");
    terminal.wait_for(SOON, "the comparison", |screen| {
        screen.to_lowercase().contains("comparison")
    });
    terminal.press("q");
    assert_eq!(terminal.exit_code(SOON), 0);
    terminal.assert_nothing_left(SOON);
}

#[test]
fn a_claim_is_opened_predicted_and_tested_and_its_runs_are_one_key_away() {
    let mut terminal = Terminal::start_with(120, 40, &["--budget", "1s"], &[]);
    terminal.wait_for(SOON, "the first screen", |screen| {
        screen.contains("or v to test the article's claims")
    });
    terminal.press("v");
    terminal.wait_for(SOON, "the claims", |screen| {
        screen.contains("Threads are lighter than processes")
    });
    terminal.press("jjjj\r");
    terminal.wait_for(SOON, "the question", |screen| {
        screen.contains("What do you expect?")
    });
    // While the program still looks for Python, it says so, and the key has to be pressed again.
    let is_testing =
        |screen: &str| screen.contains("Claim 5: Threads") || screen.contains("predicted: ");
    let has_begun = || {
        terminal.press("1");
        wait_until(Duration::from_secs(1), || {
            is_testing(&terminal.rows().join(
                "
",
            ))
        })
    };
    assert!(wait_until(SOON, has_begun), "the test begins");
    terminal.wait_for(RUNS, "the verdict", |screen| {
        screen.contains("Claim 5: ") && screen.contains("predicted: true")
    });
    terminal.press("g");
    terminal.wait_for(SOON, "the runs behind it", |screen| {
        screen.contains("V back to the claims") && screen.contains("sleep")
    });
    terminal.press("V");
    terminal.wait_for(SOON, "the score", |screen| screen.contains("claims tested"));
    terminal.press("q");
    assert_eq!(terminal.exit_code(SOON), 0);
    terminal.assert_nothing_left(SOON);
}

#[test]
fn the_lesson_goes_on_by_space_with_measured_and_with_recorded_runs_and_gives_the_terminal_back() {
    let mut terminal = Terminal::start_with(80, 24, &["lesson"], &[]);
    let page = |step: &str| {
        let title = format!("Lesson: step {step} of");
        move |screen: &str| screen.contains(&title)
    };
    terminal.wait_for(SOON, "the first page", page("1"));
    terminal.press(" ");
    terminal.wait_for(SOON, "a run", |screen| screen.contains("step 1 of"));
    terminal.wait_for(RUNS, "what came out", |screen| {
        screen.contains("What you saw") || screen.contains("What a quiet machine shows")
    });
    terminal.press(" ");
    terminal.wait_for(SOON, "the second page", page("2"));
    terminal.press("p");
    terminal.wait_for(SOON, "a recorded run", |screen| {
        screen.contains("recorded, playing")
    });
    terminal.press("    ");
    terminal.wait_for(SOON, "what came out there", |screen| {
        screen.contains("Recorded on")
    });
    terminal.press("\u{1b}");
    terminal.wait_for(SOON, "the explorer", |screen| !screen.contains("Lesson: "));
    terminal.press("q");
    assert_eq!(terminal.exit_code(SOON), 0);
    terminal.assert_given_back(SOON);
    terminal.assert_nothing_left(SOON);
}

#[test]
fn a_run_can_be_stopped_and_another_one_started() {
    let mut terminal = explorer_with_a_run();
    terminal.press("x");
    terminal.wait_for(SOON, "the stopped run", |screen| {
        screen.contains("stopped after")
    });
    terminal.press("3");
    terminal.wait_for(SOON, "the next run", shows_a_run);
    terminal.press("qq");
    assert_eq!(terminal.exit_code(SOON), 0);
    terminal.assert_nothing_left(SOON);
}

#[test]
fn leaving_does_not_wait_for_a_zygote_that_is_stopped_and_leaves_nothing_of_it() {
    for (has_run, key) in [(false, "q"), (true, "qq"), (true, "\u{3}")] {
        let mut terminal = explorer();
        if has_run {
            start_processes(&mut terminal);
        }
        terminal.session().stop_zygote();
        assert!(wait_until(SOON, || terminal
            .session()
            .stopped_of("pconc-zygote")
            == (1, 1)));
        terminal.press(key);
        assert_eq!(terminal.exit_code(SOON), 0);
        terminal.assert_given_back(SOON);
        terminal.assert_nothing_left(SOON);
    }
}

#[test]
fn a_terminal_that_goes_away_takes_everything_with_it() {
    let terminal = explorer_with_a_run();
    let session = terminal.session();
    terminal.close();
    session.assert_nothing_left(SOON);
}

#[test]
fn the_screen_follows_the_size_of_the_terminal() {
    let mut terminal = explorer();
    for (columns, rows) in [(80, 24), (60, 16), (200, 60)] {
        terminal.resize(columns, rows);
        let filled = |screen: &str| {
            let lines: Vec<&str> = screen.lines().collect();
            lines.len() == usize::from(rows)
                && lines[0].contains("pconc-tui")
                && !lines[lines.len() - 1].is_empty()
        };
        terminal.wait_for(
            SOON,
            "a header in the first row and a footer in the last",
            filled,
        );
    }
    // The size is smaller than any layout. The program says so, keeps running, and comes back.
    terminal.resize(40, 8);
    terminal.wait_for(SOON, "the size that is needed", |screen| {
        screen.contains("60")
    });
    terminal.resize(120, 40);
    terminal.wait_for(SOON, "the footer again", |screen| screen.contains("quit"));
    terminal.press("q");
    assert_eq!(terminal.exit_code(SOON), 0);
}

#[test]
fn without_colours_there_are_none() {
    let mut terminal = Terminal::start(120, 40, &[("NO_COLOR", "1")]);
    terminal.wait_for(SOON, "the first screen", |screen| screen.contains("quit"));
    assert!(!terminal.has_colours());
    terminal.press("q");
    assert_eq!(terminal.exit_code(SOON), 0);
}

/// The explorer in a shell with job control.
fn explorer_in_shell() -> Terminal {
    let terminal = Terminal::start_in_shell(120, 40);
    terminal.wait_for(SOON, "the first screen", |screen| screen.contains("quit"));
    terminal
}

/// Starts a long run of processes from the form, which is focused.
fn start_processes(terminal: &mut Terminal) {
    // Selects the model two positions further, then sets the number of tasks.
    terminal.press("fjlljj\r5000\rr");
    terminal.wait_for(SOON, "a run", shows_a_run);
}

#[test]
fn ctrl_z_gives_the_terminal_back_and_fg_comes_back_with_the_screen_as_it_was() {
    for by_key in [true, false] {
        let mut terminal = explorer_in_shell();
        terminal.press("f\u{1b}[B");
        // Once the machine's speed is known, the screen stays as it is.
        terminal.wait_for(SOON, "the form's second row", |screen| {
            screen.contains("‹threads›") && screen.contains("r run: about")
        });
        let before = terminal.rows();
        if by_key {
            terminal.press("\u{1a}")
        } else {
            terminal.signal_program(Signal::SIGTSTP)
        }
        terminal.wait_for(SOON, "the shell", |screen| screen.contains("STOPPED"));
        terminal.assert_given_back(SOON);
        terminal.press("\n");
        assert!(
            wait_until(SOON, || terminal.rows() == before),
            "{}",
            terminal.rows().join("\n")
        );
        assert!(
            terminal.is_in_alternate_screen()
                && terminal.hides_cursor()
                && terminal.listens_to_mouse()
        );
        assert!(terminal.tells_pastes());
        terminal.press("q");
        terminal.wait_for(SOON, "the end", |screen| screen.contains("ENDED 0"));
        terminal.assert_given_back(SOON);
        terminal.assert_nothing_left(SOON);
    }
}

#[test]
fn a_program_that_others_stopped_takes_the_terminal_again_when_it_goes_on() {
    let mut terminal = explorer_in_shell();
    terminal.signal_program(Signal::SIGSTOP);
    terminal.wait_for(SOON, "the shell", |screen| screen.contains("STOPPED"));
    terminal.press("\n");
    terminal.wait_for(SOON, "the whole screen again", |screen| {
        screen.contains("quit") && screen.contains("Plan") && !screen.contains("STOPPED")
    });
    assert!(
        wait_until(SOON, || !terminal.has_first_modes()),
        "it reads single keys again"
    );
    terminal.press("q");
    terminal.wait_for(SOON, "the end", |screen| screen.contains("ENDED 0"));
    terminal.assert_nothing_left(SOON);
}

#[test]
fn workers_that_are_processes_stop_with_the_program_and_their_run_says_so() {
    let mut terminal = explorer_in_shell();
    start_processes(&mut terminal);
    terminal.press("\u{1a}");
    terminal.wait_for(SOON, "the shell", |screen| screen.contains("STOPPED"));
    let session = terminal.session();
    let all_stopped =
        || matches!(session.stopped_of("pconc-worker"), (all @ 2.., stopped) if all == stopped);
    assert!(
        wait_until(SOON, all_stopped),
        "{:?}",
        session.stopped_of("pconc-worker")
    );
    terminal.press("\n");
    terminal.wait_for(SOON, "the explorer again", |screen| screen.contains("quit"));
    assert!(
        wait_until(SOON, || session.stopped_of("pconc-worker").1 == 0),
        "they go on"
    );
    terminal.press("x");
    terminal.wait_for(SOON, "the doubt", |screen| screen.contains("was stopped"));
    terminal.press("q");
    terminal.wait_for(SOON, "the end", |screen| screen.contains("ENDED 0"));
    terminal.assert_nothing_left(SOON);
}

#[test]
fn a_suspended_program_that_is_killed_leaves_nothing_behind() {
    let mut terminal = explorer_in_shell();
    start_processes(&mut terminal);
    terminal.press("\u{1a}");
    terminal.wait_for(SOON, "the shell", |screen| screen.contains("STOPPED"));
    terminal.signal_program(Signal::SIGKILL);
    let session = terminal.session();
    assert!(
        wait_until(SOON, || session.stopped_of("pconc-").0 == 0),
        "{session:?}"
    );
    terminal.press("\n");
    terminal.assert_nothing_left(SOON);
}

#[test]
fn where_no_shell_could_wake_it_the_program_does_not_stop_and_says_so() {
    let mut terminal = explorer();
    terminal.press("\u{1a}");
    terminal.wait_for(SOON, "the notice", |screen| {
        screen.contains("there is no shell")
    });
    terminal.press("q");
    assert_eq!(terminal.exit_code(SOON), 0);
}

#[test]
fn ctrl_l_draws_over_what_others_have_written() {
    let mut terminal = explorer();
    terminal.spoil("GARBAGE");
    terminal.wait_for(SOON, "the garbage", |screen| screen.contains("GARBAGE"));
    terminal.press("\u{c}");
    terminal.wait_for(SOON, "the screen without it", |screen| {
        !screen.contains("GARBAGE") && screen.contains("quit")
    });
    terminal.press("q");
    assert_eq!(terminal.exit_code(SOON), 0);
}

#[test]
fn the_mouse_clicks_keys_and_can_be_released_and_is_given_back() {
    let mut terminal = explorer();
    assert!(wait_until(SOON, || terminal.listens_to_mouse()));
    terminal.click("help");
    terminal.wait_for(SOON, "the help", |screen| screen.contains("Help"));
    terminal.press("\u{1b}");
    terminal.wait_for(SOON, "the first screen", |screen| !screen.contains("Help"));
    terminal.press("M");
    terminal.wait_for(SOON, "the notice", |screen| {
        screen.contains("the mouse selects text")
    });
    assert!(wait_until(SOON, || !terminal.listens_to_mouse()));
    terminal.press("M");
    assert!(wait_until(SOON, || terminal.listens_to_mouse()));
    terminal.click("quit");
    assert_eq!(terminal.exit_code(SOON), 0);
    terminal.assert_given_back(SOON);
}

#[test]
fn the_mouse_stays_the_terminals_if_that_is_asked_for() {
    let mut terminal = Terminal::start_with(120, 40, &["--no-mouse"], &[]);
    terminal.wait_for(SOON, "the first screen", |screen| screen.contains("quit"));
    assert!(!terminal.listens_to_mouse());
    terminal.press("q");
    assert_eq!(terminal.exit_code(SOON), 0);
}

#[test]
fn a_locale_that_is_not_utf8_gets_ascii_and_a_run_can_be_read_in_it() {
    for (arguments, variables) in [
        (&[][..], &[("LC_ALL", "C")][..]),
        (&[], &[("LANG", "")]),
        (&["--ascii"], &[]),
    ] {
        let mut terminal = Terminal::start_with(120, 40, arguments, variables);
        terminal.wait_for(SOON, "the first screen", |screen| screen.contains("quit"));
        terminal.press("r");
        terminal.wait_for(SOON, "ink", |screen| screen.contains("####"));
        terminal.wait_for(SOON, "nothing but ASCII", str::is_ascii);
        terminal.press("q");
        assert_eq!(terminal.exit_code(SOON), 0);
    }
}

#[test]
fn a_table_for_people_has_the_columns_of_the_terminal() {
    for (columns, has_a_line_per_cell) in [(50, true), (120, false)] {
        let terminal = Terminal::start_with(columns, 200, &["doctor"], &[]);
        terminal.wait_for(SOON, "the last row", |screen| {
            screen.contains("LANG=C.UTF-8")
        });
        terminal.wait_for(SOON, "its layout", |screen| {
            let is_alone = |line: &str| line.trim_end() == "usable cores";
            screen.lines().any(is_alone) == has_a_line_per_cell
        });
    }
}

#[test]
fn ctrl_t_goes_through_the_themes() {
    let mut terminal = Terminal::start_with(120, 40, &["--theme", "mono"], &[]);
    terminal.wait_for(SOON, "the first screen", |screen| screen.contains("quit"));
    assert!(!terminal.has_colours());
    for theme in ["ansi", "safe", "contrast", "mono"] {
        terminal.press("\u{14}");
        let name = format!("theme {theme}:");
        terminal.wait_for(SOON, &name, |screen| screen.contains(&name));
        assert!(
            wait_until(SOON, || terminal.has_colours() == (theme != "mono")),
            "{theme}"
        );
    }
    terminal.press("q");
    assert_eq!(terminal.exit_code(SOON), 0);
}

#[test]
fn a_terminal_that_is_too_small_is_refused_with_both_sizes() {
    for (columns, rows) in [(59, 40), (120, 15)] {
        let mut terminal = Terminal::start(columns, rows, &[]);
        assert_eq!(terminal.exit_code(SOON), 2);
        // A narrow terminal may break the sentence anywhere.
        let unbroken = |screen: &str| screen.split_whitespace().collect::<String>();
        let present = format!("{columns}×{rows}");
        terminal.wait_for(SOON, "both sizes", |screen| {
            unbroken(screen).contains("60×16") && unbroken(screen).contains(&present)
        });
        assert!(!terminal.was_ever_in_alternate_screen());
    }
}

#[test]
fn runs_are_kept_when_they_end_and_a_run_that_was_killed_leaves_no_trace_of_itself() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("history.jsonl");
    // So little time that the question measures one pair.
    let arguments = ["--history", file.to_str().unwrap(), "--budget", "1s"];
    let place = HistoryPlace { file: file.clone() };
    let kept = || Store::at(place.clone()).open().unwrap();
    let start = || {
        let mut terminal = Terminal::start_with(120, 40, &arguments, &[]);
        terminal.wait_for(SOON, "the first screen", |screen| screen.contains("quit"));
        terminal.press("3");
        terminal.wait_for(SOON, "a run", shows_a_run);
        terminal
    };
    let mut terminal = start();
    assert!(
        wait_until(RUNS, || file.is_file() && kept().kept.runs.len() == 2),
        "both runs are kept"
    );
    terminal.press("q");
    assert_eq!(terminal.exit_code(SOON), 0);
    let opened = kept();
    let models: Vec<&str> = opened
        .kept
        .runs
        .iter()
        .map(|run| run.record.plan.model().name())
        .collect();
    assert_eq!(models, ["serial", "processes"]);
    let store = Store::at(place.clone());
    for run in &opened.kept.runs {
        let details = store
            .traces()
            .read(&run.record.id)
            .expect("its trace is kept, too");
        assert_eq!(details.trace.lanes.len(), run.record.plan.workers as usize);
    }
    let before = std::fs::read(&file).unwrap();
    let terminal = start();
    terminal.signal(Signal::SIGKILL);
    terminal.assert_nothing_left(SOON);
    assert_eq!(std::fs::read(&file).unwrap(), before);
    let mut terminal = start();
    assert!(
        wait_until(RUNS, || kept().kept.runs.len() == 4),
        "the numbers go on"
    );
    assert_eq!(
        kept()
            .kept
            .runs
            .iter()
            .map(|run| run.number)
            .collect::<Vec<_>>(),
        [1, 2, 3, 4]
    );
    terminal.press("q");
    assert_eq!(terminal.exit_code(SOON), 0);
}

#[test]
fn a_file_that_is_no_history_is_refused_before_the_screen_is_taken() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("picture.png");
    std::fs::write(&file, b"\x89PNG").unwrap();
    let mut terminal = Terminal::start_with(120, 40, &["--history", file.to_str().unwrap()], &[]);
    assert_eq!(terminal.exit_code(SOON), 2);
    assert_eq!(std::fs::read(&file).unwrap(), b"\x89PNG");
}
