//! The ends of the program: whatever ends it, the terminal is as it was.

use nix::sys::signal::Signal;

use crate::{
    SOON, explorer, explorer_in_shell, explorer_with_a_run,
    terminal::{Terminal, wait_until},
};

#[test]
fn signals_during_a_run_end_it_in_order() {
    for (signal, code) in [
        (Signal::SIGTERM, 143),
        (Signal::SIGINT, 0),
        (Signal::SIGHUP, 129),
        (Signal::SIGQUIT, 131),
    ] {
        let mut terminal = explorer_with_a_run();
        terminal.signal(signal);
        assert_eq!(terminal.exit_code(SOON), code, "{signal}");
        terminal.assert_given_back(SOON);
        terminal.assert_nothing_left(SOON);
    }
}

#[test]
fn a_signal_that_would_end_any_program_gives_the_terminal_back() {
    for (signal, code) in [
        (Signal::SIGUSR1, 138),
        (Signal::SIGUSR2, 140),
        (Signal::SIGALRM, 142),
        (Signal::SIGXCPU, 152),
    ] {
        let mut terminal = explorer();
        terminal.signal(signal);
        assert_eq!(terminal.exit_code(SOON), code, "{signal}");
        terminal.assert_given_back(SOON);
    }
}

#[test]
fn a_program_that_is_killed_leaves_the_terminal_as_it_was() {
    for signal in [Signal::SIGKILL, Signal::SIGABRT] {
        let mut terminal = explorer_in_shell();
        terminal.signal_program(signal);
        terminal.assert_given_back_by_others(SOON);
        terminal.press("\n");
        terminal.exit_code(SOON);
        terminal.assert_nothing_left(SOON);
    }
}

#[test]
fn a_suspended_program_that_is_killed_leaves_the_terminal_to_those_who_use_it_now() {
    let mut terminal = explorer_in_shell();
    terminal.press("\u{1a}");
    terminal.wait_for(SOON, "the shell", |screen| screen.contains("STOPPED"));
    terminal.assert_given_back(SOON);
    terminal.signal_program(Signal::SIGKILL);
    let session = terminal.session();
    assert!(wait_until(SOON, || session.stopped_of("pconc-").0 == 0));
    terminal.assert_given_back(SOON);
    assert!(terminal.rows().iter().any(|row| row.contains("STOPPED")));
    terminal.press("\n");
    terminal.exit_code(SOON);
}

#[test]
fn a_terminal_that_does_not_read_is_given_back_all_the_same() {
    let signalled = |signal| move |terminal: &mut Terminal| terminal.signal(signal);
    type End = Box<dyn Fn(&mut Terminal)>;
    let ends: [(End, u32); 3] = [
        (Box::new(signalled(Signal::SIGTERM)), 143),
        (Box::new(signalled(Signal::SIGQUIT)), 131),
        (Box::new(|terminal| terminal.press("\u{3}")), 0),
    ];
    for (end, code) in ends {
        let mut terminal = explorer();
        terminal.stall();
        end(&mut terminal);
        assert_eq!(terminal.exit_code(SOON), code);
        terminal.read_again();
        terminal.assert_given_back(SOON);
        terminal.assert_nothing_left(SOON);
    }
}

#[test]
fn a_program_can_be_suspended_while_its_terminal_does_not_read() {
    let mut terminal = explorer_in_shell();
    terminal.stall();
    terminal.signal_program(Signal::SIGTSTP);
    let session = terminal.session();
    assert!(wait_until(SOON, || session.stopped_of("pconc-tui").1 == 1));
    terminal.read_again();
    terminal.wait_for(SOON, "the shell", |screen| screen.contains("STOPPED"));
    terminal.assert_given_back(SOON);
    terminal.press("\n");
    terminal.wait_for(SOON, "the explorer again", |screen| screen.contains("quit"));
    terminal.press("q");
    terminal.wait_for(SOON, "the end", |screen| screen.contains("ENDED 0"));
    terminal.assert_given_back(SOON);
}
