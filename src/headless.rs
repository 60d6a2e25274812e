//! The shell without a screen: measures what the command line asks for, and prints the records.
//!
//! Data goes to stdout, everything else to stderr, so that the output can be piped.

mod addresses;
mod diagnoses;
mod fidelity;
mod history;
mod keep;
mod measure;
mod output;
mod progress;
mod pythons;
mod sweep;
mod table;

use std::io::{self, BufWriter, ErrorKind, IsTerminal, Write};
use std::sync::mpsc;

use crate::analysis::shared::Shared;
use crate::cli::{HistoryRequest, Request};
use crate::domain::campaign::Campaign;
use crate::domain::estimate::{self, Known};
use crate::domain::keeping::Keeping;
use crate::domain::plan::{Draft, Plan};
use crate::domain::provenance::Provenance;
use crate::domain::python::FoundPython;
use crate::domain::record::{Outcome, Record};
use crate::domain::speed::Speed;
use crate::engine::session::Session;
use crate::engine::{doctor, os};
use crate::present::format::Format;
use crate::present::sentence::estimate::will_take;
use crate::shell::exit::{self, Failure};
use crate::shell::signals::{self, SIGINT, SIGTERM};
use crate::shell::spelling::{Spelling, say};
use crate::store::Place;
use crate::store::speeds::{self, Agreed};
pub use fidelity::fidelity;
use keep::Keeper;
use measure::{Event, Measured, Order};
use output::Destination;
pub use sweep::sweep;

/// Measures what `request` asks for, keeps the records where `keeping` says, and prints them. Returns the exit code.
///
/// # Errors
/// What was wrong with the request, or what kept the engine from starting.
pub fn run(request: &Request, keeping: &Keeping) -> Result<u8, Failure> {
    let place = Keeper::place(keeping)?;
    let urls = request
        .urls_file
        .as_deref()
        .map(addresses::read)
        .transpose()
        .map_err(Failure::usage)?;
    let destination = Destination::checked(&request.output, keeping)?;
    let session = prepare()?;
    if request.all_tasks {
        session.list_all_tasks();
    }
    let mut pythons = pythons::of_run(&session, request).map_err(Failure::usage)?;
    let of_python = pythons
        .first_mut()
        .map(|python| speeds::of_python(place.place(), session.machine(), python));
    let python = pythons.first().map(|found| found.interpreter.clone());
    let draft = request.draft(session.machine().cores_usable, session.limits(), urls);
    let draft = Draft { python, ..draft };
    draft
        .check(session.limits())
        .map_err(|invalid| Failure::usage(invalid.sentence))?;
    os::ask_for_short_turns();
    let (sender, events) = mpsc::channel();
    listen_for_interrupts(sender.clone()).map_err(Failure::broke)?;
    let repeats =
        u32::try_from(draft.repeats).expect("repeats were checked against a limit below 2^32");
    // Measuring the speed takes a moment: only if the plan needs it, or somebody reads what it is for.
    let is_read = io::stderr().is_terminal();
    let is_wanted = draft.needs_calibration() || (is_read && draft.computes());
    // A task that is to take so long takes that in Python.
    let agreed = of_python.or_else(|| is_wanted.then(|| agreed(&session, place.place())));
    let speed = told(agreed, &draft);
    let estimate = foretold(&draft, known(&session, speed.as_ref(), &pythons));
    let plan = resolve(draft, &session, speed.as_ref())?;
    if let Some(estimate) = estimate.filter(|_| is_read) {
        say(&estimate);
    }
    let here = Provenance::here(session.id(), session.machine().clone());
    let mut keeper = Keeper::new(place, here);
    let order = Order {
        campaign: Campaign::repeats(plan, repeats),
        id: campaign_id(&session),
        known: known(&session, speed.as_ref(), &pythons),
        lists_tasks: request.output.format == Format::Json,
    };
    let measured = measure::all(&session, order, &mut keeper, &sender, &events);
    let printed = print_records(&session, &measured, keeper.here(), request, &destination);
    let are_kept = keeper.finish();
    printed?;
    conclude(&measured, are_kept)
}

/// Prints what this machine offers, in nothing but ASCII if that is asked for. Returns the exit code.
///
/// # Errors
/// What kept the engine from starting, or stdout from being written.
pub fn doctor(ascii: bool) -> Result<u8, Failure> {
    let session = prepare()?;
    let mut diagnoses = doctor::examine(&session);
    diagnoses.extend(diagnoses::of_terminal(ascii));
    print(&Spelling::asked(ascii).spell(&diagnoses::render(&diagnoses))).map(|()| exit::DONE)
}

fn prepare() -> Result<Session, Failure> {
    signals::survive_file_size_limit();
    Session::prepare().map_err(Failure::broke)
}

/// By which name the records of this session's only campaign know it.
fn campaign_id(session: &Session) -> String {
    format!("{}.1", session.id())
}

fn known<'a>(session: &Session, speed: Option<&'a Speed>, pythons: &'a [FoundPython]) -> Known<'a> {
    Known {
        cores_usable: session.machine().cores_usable,
        speed,
        pythons,
        writing: None,
    }
}

/// The first interrupt stops the run, so that its record is printed; a second one means "now".
fn listen_for_interrupts(sender: mpsc::Sender<Event>) -> Result<(), String> {
    let mut interrupted = false;
    signals::listen(&[SIGINT, SIGTERM], move |_| {
        if interrupted || sender.send(Event::Interrupted).is_err() {
            signals::exit_now(exit::INTERRUPTED);
        }
        interrupted = true;
    })
}

/// How fast this machine computes, measured now and compared with what was seen before.
fn agreed(session: &Session, place: Option<&Place>) -> Agreed {
    speeds::of_machine(place, session.machine(), session.calibrate())
}

/// The speed that was agreed on; says where a time for a task will not hold today.
fn told(agreed: Option<Agreed>, draft: &Draft) -> Option<Speed> {
    let agreed = agreed?;
    if let Some(doubt) = agreed.doubt().filter(|_| draft.needs_calibration()) {
        say(&doubt);
    }
    Some(agreed.speed)
}

/// The plan of a checked draft.
fn resolve(draft: Draft, session: &Session, speed: Option<&Speed>) -> Result<Plan, Failure> {
    let plan = calibrated(draft, speed).validate(session.limits());
    plan.map_err(|invalid| Failure::usage(invalid.sentence))
}

/// A task time takes the speed of this machine, and is said in iterations so that the run can be repeated.
fn calibrated(draft: Draft, speed: Option<&Speed>) -> Draft {
    let (Some(sizing), Some(speed)) = (draft.sizing_by_time(), speed) else {
        return draft;
    };
    let ms = draft.get(sizing.time);
    let calibrated = draft.calibrated(speed);
    say(&format!(
        "--{} {ms}ms is --{} {} here: use that to repeat the run",
        sizing.time.flag,
        sizing.steps.flag,
        calibrated.get(sizing.steps)
    ));
    calibrated
}

/// About how long it will take, if that can be said.
fn foretold(draft: &Draft, known: Known<'_>) -> Option<String> {
    will_take(estimate::of(draft, known), draft.repeats).map(|words| format!("this {words}"))
}

/// Works on what was kept. Returns the exit code.
///
/// # Errors
/// What was wrong with the request, or with what was kept.
pub fn history(request: &HistoryRequest, keeping: &Keeping, ascii: bool) -> Result<u8, Failure> {
    signals::survive_file_size_limit();
    history::perform(request, keeping, ascii)
}

fn print_records(
    session: &Session,
    measured: &Measured,
    here: &Provenance,
    request: &Request,
    destination: &Destination<'_>,
) -> Result<(), Failure> {
    let shared = Shared {
        runs: measured.shared(here),
        sweeps: vec![],
    };
    if request.output.format == Format::Table {
        let table = Spelling::asked(request.ascii).spell(&table::render(&shared.runs));
        return destination.deliver(|out| out.write_all(table.as_bytes()));
    }
    destination.share(session.machine(), &shared)
}

/// What the records mean for the exit code, and whether all of them are kept.
fn conclude(measured: &Measured, are_kept: bool) -> Result<u8, Failure> {
    if let Some(sentence) = &measured.broke {
        return Err(Failure::broke(sentence));
    }
    let sound = |record: &Record| {
        record.ending.outcome == Outcome::Completed && record.ending.tasks_failed == 0
    };
    Ok(match measured {
        Measured {
            interrupted: true, ..
        } => exit::INTERRUPTED,
        Measured { records, .. } if records.iter().all(sound) && are_kept => exit::DONE,
        _ => exit::BROKE,
    })
}

/// Writes `text` to stdout.
///
/// # Errors
/// Where that is not possible; a reader that has seen enough, as `head` has, is no error.
pub fn print(text: &str) -> Result<(), Failure> {
    write_out(|out| out.write_all(text.as_bytes()))
}

fn write_out(
    write: impl FnOnce(&mut BufWriter<io::StdoutLock<'static>>) -> io::Result<()>,
) -> Result<(), Failure> {
    let mut out = BufWriter::new(io::stdout().lock());
    match write(&mut out).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Failure::broke(format!(
            "cannot write the result to stdout: {error}"
        ))),
        _ => Ok(()),
    }
}
