//! The order in which the program starts, and its exit code.
//!
//! The arguments come first, so that `--help` forks nothing. A command that measures then prepares its session, which
//! forks the zygote while the program has one thread. Threads that listen for signals and keys come after that.

use std::{path::Path, process::ExitCode};

use pconc_tui::{
    cli::{self, Command, CommandLine, EarlyAnswer},
    headless,
    shell::{
        exit::Failure,
        spelling::{say, use_local_time},
    },
    tui::{self, Opening},
};

fn main() -> ExitCode {
    let ended = match cli::parse(std::env::args_os()) {
        Ok(line) => perform(line),
        Err(EarlyAnswer::Text(text)) => headless::print(&text, false),
        Err(EarlyAnswer::Refusal(sentence)) => Err(Failure::usage(sentence)),
    };
    let code = ended.unwrap_or_else(|failure| {
        say(&failure.sentence);
        failure.code
    });
    ExitCode::from(code)
}

fn perform(line: CommandLine) -> Result<u8, Failure> {
    let calls = line.calls();
    let CommandLine {
        command,
        ascii,
        keeping,
        explore,
        ..
    } = line;
    use_local_time();
    let in_lesson = matches!(command, Some(Command::Lesson(_)));
    let open = |file: Option<&Path>| {
        let opening = Opening {
            look: explore.look(ascii),
            present: explore.present || in_lesson,
            in_lesson,
            budget_s: explore.budget_s(),
            pythons: explore.python.clone(),
            calls: calls.clone(),
        };
        tui::explore(file, opening, &keeping)
    };
    match command {
        None | Some(Command::Lesson(_)) => open(None),
        Some(Command::Replay(replay)) => open(Some(&replay.file)),
        Some(Command::Run(request)) => headless::run(&request, &keeping, ascii),
        Some(Command::Sweep(request)) => headless::sweep(&request, &keeping, ascii),
        Some(Command::Fidelity(request)) => headless::fidelity(&request, &keeping, ascii),
        Some(Command::Advise(request)) => headless::advise(&request, &keeping, ascii),
        Some(Command::Verify(request)) => headless::verify(&request, &keeping, ascii),
        Some(Command::History(request)) => headless::history(&request, &keeping, ascii),
        Some(Command::Doctor) => headless::doctor(ascii),
        Some(Command::Completions { shell }) => headless::print(&cli::completions(shell), false),
        Some(Command::Man) => headless::print(&cli::manual(), false),
    }
}
