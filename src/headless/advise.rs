//! Says how to execute the calls of the user's function: looks at it, measures every way within the budget, and tries the code
//! that it prints.

use std::{
    io::{self, IsTerminal, Write},
    time::Duration,
};

use super::{measure::Bench, say};
use crate::{
    analysis::{
        advised::{Advised, AdvisedChoice, Checked, Surroundings, Unclear},
        shared::Shared,
    },
    cli::AdviseRequest,
    domain::{
        campaign::Campaign,
        function::SeenFunction,
        keeping::Keeping,
        python::{FoundPython, Interpreter},
        race::{FOR_CODE, RaceCourse},
    },
    engine::{os, session::ProgramRun},
    present::{
        advice_table, code,
        format::Format,
        sentence::{advised as sentence, pitfall},
        table::filled,
    },
    shell::{
        exit::{self, Failure},
        spelling::spelled,
    },
};

/// The printed code may run for at least this many seconds.
const LEAST_FOR_CODE_S: f64 = 2.0;

/// Finds out how to execute the calls of the function that `request` names, keeps the runs where `keeping` says, and prints
/// the advice. Returns the exit code.
///
/// # Errors
/// If the request is invalid, the function cannot be called, or the engine cannot start.
pub fn advise(request: &AdviseRequest, keeping: &Keeping, ascii: bool) -> Result<u8, Failure> {
    let mut bench = Bench::open(&request.output, keeping, ascii)?;
    bench.is_tolerant = true;
    bench.find_users_pythons(&request.python)?;
    let seen = look_at(&bench, request)?;
    let pythons: Vec<&Interpreter> = bench
        .pythons
        .iter()
        .map(|found| &found.interpreter)
        .collect();
    let limits = &bench.session.limits;
    let drafts = RaceCourse::families(&seen, &pythons, |model| request.draft(model), limits);
    if !is_agreed(request, &seen, ascii) {
        return Err(Failure::usage("nothing was called"));
    }
    bench.listen()?;
    let cores = bench.session.machine.cores_usable;
    let budget_s = request.budget * (1.0 - FOR_CODE);
    let course = RaceCourse::new(drafts, &bench.session.limits, cores, budget_s);
    let mut campaign = Campaign::from(course);
    bench.measure_all(&mut campaign, 1);
    let course = campaign.race().expect("the campaign is a race");
    let around = Surroundings::of(&seen, cores, os::available_memory());
    let mut advised = Advised::of(course, bench.records(), &seen.function, &around);
    advised.budget_s = request.budget;
    advised.checked = try_code(&bench, &advised);
    let answered = exit_code(&advised);
    let ended = bench.end(|bench| {
        let shared = Shared {
            advice: Some(&advised),
            ..bench.shared()
        };
        let destination = &bench.destination;
        match request.output.format() {
            Format::Table => destination.print_as_it_is(&report(&advised, destination.room())),
            _ => destination.share(&bench.session.machine, &shared, |_| String::new()),
        }
    })?;
    Ok(if ended == exit::DONE { answered } else { ended })
}

/// Looks at the function with every interpreter that will call it.
fn look_at(bench: &Bench<'_>, request: &AdviseRequest) -> Result<SeenFunction, Failure> {
    let mut first = None;
    for FoundPython { interpreter, .. } in &bench.pythons {
        let seen = bench
            .session
            .look_at(interpreter, request.function(), request.calls());
        first = first.or(Some(seen?));
    }
    first.ok_or_else(|| Failure::usage("there is no Python"))
}

/// Says how often the function will be called, and asks whether that is wanted if somebody is there to answer.
fn is_agreed(request: &AdviseRequest, seen: &SeenFunction, ascii: bool) -> bool {
    let will_call = sentence::will_call(&seen.function, seen.calls, request.budget);
    say(&will_call);
    if request.yes || !(io::stdin().is_terminal() && io::stderr().is_terminal()) {
        return true;
    }
    let _ = write!(io::stderr(), "{}", spelled("Call it? [y/N] ", ascii));
    let mut answer = String::new();
    let _ = io::stdin().read_line(&mut answer);
    matches!(answer.trim().to_lowercase().as_str(), "y" | "yes")
}

/// Runs the code that will be printed, once and for a limited time.
fn try_code(bench: &Bench<'_>, advised: &Advised) -> Option<Checked> {
    let code = code::of(advised)?;
    let python = match advised.way() {
        Some(way) => &way.executor.python.as_ref()?.interpreter,
        None => &bench.pythons.first()?.interpreter,
    };
    let left_s = (advised.budget_s - advised.spent_s).max(LEAST_FOR_CODE_S);
    let limit = Duration::from_secs_f64(left_s);
    let run = bench
        .session
        .try_program(python, &code, limit, &|| bench.is_interrupted());
    match run {
        ProgramRun::Ended(seconds) => Some(Checked::Ran(seconds)),
        ProgramRun::Stopped(seconds) => Some(Checked::Stopped(seconds)),
        ProgramRun::Failed(output) => Some(Checked::Failed(output)),
        ProgramRun::NotRun => None,
    }
}

/// The exit code that the answer asks for.
fn exit_code(advised: &Advised) -> u8 {
    match advised.choice {
        AdvisedChoice::Use(_) | AdvisedChoice::Neither(_) => exit::DONE,
        AdvisedChoice::CannotTell(Unclear::LoopBroke(_)) => exit::BROKE,
        AdvisedChoice::CannotTell(_) => exit::CANNOT_TELL,
    }
}

/// The advice as text.
fn report(advised: &Advised, room: usize) -> String {
    let paragraph = |text: &str| filled(text, room).trim_end().to_string() + "\n";
    let list = |lines: Vec<String>| {
        lines
            .iter()
            .map(|line| paragraph(&format!("- {line}")))
            .collect::<String>()
    };
    let mut text = paragraph(&format!("{}.", sentence::sentence(advised)));
    if !advised.tried.is_empty() {
        text += &format!("\n{}\n", advice_table::tried(advised).lines(room));
    }
    text += &list(sentence::reasons(advised));
    if !advised.pitfalls.is_empty() {
        let pitfalls = advised
            .pitfalls
            .iter()
            .map(|of| pitfall::sentences(of) + ".");
        text += &format!("\nBeware:\n{}", list(pitfalls.collect()));
    }
    if let Some(code) = code::of(advised) {
        let checked = advised
            .checked
            .as_ref()
            .map(|checked| format!("{}.", sentence::checked(checked)));
        text += &format!(
            "\n{code}\n{}",
            checked.map_or_else(String::new, |checked| paragraph(&checked))
        );
    }
    text
}
