//! The order in which the program starts, and how it ends.
//!
//! The arguments come first, so that `--help` forks nothing. Each shell then prepares the session, which forks the
//! zygote, while the program has one thread; only after that come signals, terminal and threads.

use std::io::Write;
use std::process::ExitCode;

use pconc_tui::cli::{self, Answer, Invocation};
use pconc_tui::shell::exit::{self, Failure};
use pconc_tui::{headless, tui};

fn main() -> ExitCode {
    let ended = match cli::parse(std::env::args_os()) {
        Ok(Invocation::Explore { present }) => tui::explore(present),
        Ok(Invocation::Run(request)) => headless::run(&request),
        Ok(Invocation::Doctor) => headless::doctor(),
        Err(Answer::Text(text)) => headless::print(&text).map(|()| exit::DONE),
        Err(Answer::Refusal(sentence)) => Err(Failure::usage(sentence)),
    };
    let code = ended.unwrap_or_else(|failure| {
        // Whoever closed stderr does not want to read it.
        let _ = writeln!(std::io::stderr(), "pconc-tui: {}", failure.sentence);
        failure.code
    });
    ExitCode::from(code)
}
