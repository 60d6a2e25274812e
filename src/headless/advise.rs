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
    catalog::{model::Model, pitfall::PitfallKind},
    cli::AdviseRequest,
    domain::{
        campaign::Campaign,
        command::UserCommand,
        keeping::Keeping,
        plan::Draft,
        python::{FoundPython, Interpreter},
        race::{FOR_CODE, RaceCourse},
        record::Record,
        subject::AdviceSubject,
    },
    engine::{
        command::{PrintedTally, summed},
        os,
        session::ProgramRun,
        zygote::ProcessEnd,
    },
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
/// The status with which `xargs` ends if a command has failed.
const SOME_FAILED: i32 = 123;

/// What is asked, before anything is measured.
struct AdviceOrder {
    subject: AdviceSubject,
    /// The number of calls or executions of a run.
    times: u64,
    drafts: Vec<Draft>,
    around: Surroundings,
}

/// Finds out how to execute the calls of the function that `request` names, or how many executions of its command at once.
/// Keeps the runs where `keeping` says, and prints the advice. Returns the exit code.
///
/// # Errors
/// If the request is invalid, the function cannot be called or the command executed, or the engine cannot start.
pub fn advise(request: &AdviseRequest, keeping: &Keeping, ascii: bool) -> Result<u8, Failure> {
    let mut bench = Bench::open(&request.output, keeping, ascii)?;
    bench.is_tolerant = true;
    let asked = match request.command() {
        Some(command) => about_command(&bench, request, &command)?,
        None => about_function(&mut bench, request)?,
    };
    if !is_agreed(request, &asked, ascii) {
        let word = if asked.subject.is_command() {
            "executed"
        } else {
            "called"
        };
        return Err(Failure::usage(format!("nothing was {word}")));
    }
    bench.listen()?;
    let cores = bench.session.machine.cores_usable;
    let budget_s = request.budget * (1.0 - FOR_CODE);
    let course = RaceCourse::new(asked.drafts, &bench.session.limits, cores, budget_s);
    let mut campaign = Campaign::from(course);
    bench.measure_all(&mut campaign, 1);
    let course = campaign.race().expect("the campaign is a race");
    let mut advised = Advised::of(course, bench.records(), asked.subject, &asked.around);
    advised.budget_s = request.budget;
    // The run that was stopped may be none of the race.
    if bench.is_interrupted() && matches!(advised.choice, AdvisedChoice::CannotTell(_)) {
        advised.choice = AdvisedChoice::CannotTell(Unclear::Stopped);
    }
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
fn about_function(bench: &mut Bench<'_>, request: &AdviseRequest) -> Result<AdviceOrder, Failure> {
    bench.find_users_pythons(&request.python)?;
    let mut first = None;
    for FoundPython { interpreter, .. } in &bench.pythons {
        let seen = bench
            .session
            .look_at(interpreter, request.function(), request.calls());
        first = first.or(Some(seen?));
    }
    let seen = first.ok_or_else(|| Failure::usage("there is no Python"))?;
    let pythons = bench.pythons.iter().map(|found| &found.interpreter);
    let pythons: Vec<&Interpreter> = pythons.collect();
    let limits = &bench.session.limits;
    Ok(AdviceOrder {
        drafts: RaceCourse::families(&seen, &pythons, |model| request.draft(model), limits),
        around: Surroundings::on(&bench.session.machine, os::available_memory()).and_of(&seen),
        times: seen.calls,
        subject: (&seen).into(),
    })
}

/// Looks at the command.
fn about_command(
    bench: &Bench<'_>,
    request: &AdviseRequest,
    command: &UserCommand,
) -> Result<AdviceOrder, Failure> {
    let seen = bench.session.look_at_command(command, request.calls());
    let seen = seen.map_err(Failure::usage)?;
    let drafts = RaceCourse::at_once(&seen, request.draft(Model::Processes));
    let checked = drafts
        .iter()
        .try_for_each(|draft| draft.check(&bench.session.limits));
    checked.map_err(Failure::usage)?;
    Ok(AdviceOrder {
        drafts,
        around: Surroundings::on(&bench.session.machine, os::available_memory()),
        times: seen.times,
        subject: (&seen).into(),
    })
}

/// Says how often the function will be called or the command executed, and asks whether that is wanted if somebody is there
/// to answer.
fn is_agreed(request: &AdviseRequest, asked: &AdviceOrder, ascii: bool) -> bool {
    say(&sentence::will_call(
        &asked.subject,
        asked.times,
        request.budget,
    ));
    if request.yes || !(io::stdin().is_terminal() && io::stderr().is_terminal()) {
        return true;
    }
    let question = match asked.subject {
        AdviceSubject::Function(_) => "Call it? [y/N] ",
        AdviceSubject::Command(_) => "Execute it? [y/N] ",
    };
    let _ = write!(io::stderr(), "{}", spelled(question, ascii));
    let mut answer = String::new();
    let _ = io::stdin().read_line(&mut answer);
    matches!(answer.trim().to_lowercase().as_str(), "y" | "yes")
}

/// Runs the code that will be printed, once and for a limited time.
fn try_code(bench: &Bench<'_>, advised: &Advised) -> Option<Checked> {
    let code = code::of(advised)?;
    let left_s = (advised.budget_s - advised.spent_s).max(LEAST_FOR_CODE_S);
    let limit = Duration::from_secs_f64(left_s);
    let is_cancelled = || bench.is_interrupted();
    if advised.subject.is_command() {
        return try_line(bench, advised, &code, limit);
    }
    let python = match advised.way() {
        Some(way) => &way.executor.python.as_ref()?.interpreter,
        None => &bench.pythons.first()?.interpreter,
    };
    match bench
        .session
        .try_program(python, &code, limit, &is_cancelled)
    {
        ProgramRun::Ended(seconds) => Some(Checked::Ran(seconds)),
        ProgramRun::Stopped(seconds) => Some(Checked::Stopped(seconds)),
        ProgramRun::Failed { output, .. } => Some(Checked::Failed(output)),
        ProgramRun::NotRun => None,
    }
}

/// Runs the line that will be printed, and compares how it ended and what it printed with the commands one after the other.
fn try_line(bench: &Bench<'_>, advised: &Advised, line: &str, limit: Duration) -> Option<Checked> {
    let (run, printed) = bench
        .session
        .try_line(line, limit, &|| bench.is_interrupted());
    let fails = advised.has(PitfallKind::CommandFails);
    let some_failed = Some(ProcessEnd::Exited(SOME_FAILED));
    Some(match run {
        ProgramRun::Ended(_) if fails => {
            Checked::Failed("it ended with status 0, although some commands fail".into())
        }
        ProgramRun::Failed { end, after_s, .. } if fails && end == some_failed => {
            Checked::Ran(after_s)
        }
        ProgramRun::Ended(seconds) => match printed_one_by_one(bench, advised) {
            None => Checked::Ran(seconds),
            Some(expected) if expected == printed => Checked::Same(seconds),
            Some(_) => Checked::Failed(
                "it did not print what the commands print one after the other".into(),
            ),
        },
        ProgramRun::Stopped(seconds) => Checked::Stopped(seconds),
        ProgramRun::Failed { output, .. } => Checked::Failed(output),
        ProgramRun::NotRun => return None,
    })
}

/// What the commands printed one after the other, in numbers. `None` if not all were measured, or if it is not always the
/// same.
fn printed_one_by_one(bench: &Bench<'_>, advised: &Advised) -> Option<PrintedTally> {
    let is_it = |record: &&Record| record.plan.is_serial() && record.plan.tasks == advised.inputs;
    let runs = bench.records().filter(is_it);
    let mut printed = runs.map(|record| summed(&record.system.function.as_ref()?.results));
    let first = printed.next()??;
    printed.all(|other| other == Some(first)).then_some(first)
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
