//! The order in which the program starts, and how it ends.
//!
//! The arguments come first, so that `--help` forks nothing. Each shell then prepares the session, which forks the
//! zygote, while the program has one thread; only after that come signals, terminal and threads.

use std::process::ExitCode;

use pconc_tui::cli::{self, Answer, Invocation, Order};
use pconc_tui::shell::exit::{self, Failure};
use pconc_tui::shell::spelling::{Spelling, say};
use pconc_tui::{headless, tui};

fn main() -> ExitCode {
    let ended = match cli::parse(std::env::args_os()) {
        Ok(order) => perform(order),
        Err(Answer::Text(text)) => {
            headless::print(&Spelling::of_locale().spell(&text)).map(|()| exit::DONE)
        }
        Err(Answer::Refusal(sentence)) => Err(Failure::usage(sentence)),
    };
    let code = ended.unwrap_or_else(|failure| {
        say(&failure.sentence);
        failure.code
    });
    ExitCode::from(code)
}

fn perform(order: Order) -> Result<u8, Failure> {
    let keeping = order.keeping;
    match order.invocation {
        Invocation::Explore {
            file,
            look,
            pythons,
        } => tui::explore(file.as_deref(), look, pythons, &keeping),
        Invocation::Run(request) => headless::run(&request, &keeping),
        Invocation::Sweep(request) => headless::sweep(&request, &keeping),
        Invocation::Fidelity(request) => headless::fidelity(&request, &keeping),
        Invocation::History { request, ascii } => headless::history(&request, &keeping, ascii),
        Invocation::Doctor { ascii } => headless::doctor(ascii),
    }
}
