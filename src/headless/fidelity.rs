//! How true the emulated lock is, without a screen: two sweeps, then the convoys, then the lines.

mod table;

use std::cell::Cell;
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::Duration;

use serde::Serialize;

use super::keep::Keeper;
use super::measure::{self, Event, Measured, Order};
use super::output::Destination;
use super::{conclude, known, listen_for_interrupts, prepare, say};
use crate::catalog::model::SWITCH_INTERVAL;
use crate::cli::FidelityRequest;
use crate::domain::campaign::Campaign;
use crate::domain::estimate::{self, Estimate, Known};
use crate::domain::fidelity::{self as question, CONVOY_SAMPLES, CONVOYS, Convoy, Line};
use crate::domain::keeping::Keeping;
use crate::domain::machine::Machine;
use crate::domain::provenance::Provenance;
use crate::domain::python::{FoundPython, Interpreter};
use crate::domain::sweep::{Sweep, SweepDraft};
use crate::domain::text::counted;
use crate::domain::time::{Nanos, seconds};
use crate::engine::session::Session;
use crate::engine::{convoy as engine_convoy, os};
use crate::present::format::Format;
use crate::present::sentence::estimate::words;
use crate::present::sentence::fidelity as sentence;
use crate::shell::exit::Failure;
use crate::shell::spelling::Spelling;

/// The name of the JSON document.
const SCHEMA: &str = "pconc-tui.fidelity/1";
/// What the convoys of a round take, in seconds: the sleepers wait a switch interval or two for each thread beside them.
const CONVOYS_S: f64 = 4.0;

/// Compares the emulated lock with CPython's as `request` asks, keeps the runs where `keeping` says, and prints what came
/// out. Returns the exit code.
///
/// # Errors
/// What was wrong with the request, or what kept the engine from starting.
pub fn fidelity(request: &FidelityRequest, keeping: &Keeping) -> Result<u8, Failure> {
    let place = Keeper::place(keeping)?;
    let destination = Destination::checked(&request.output, keeping)?;
    let session = prepare()?;
    let found = interpreter(&session, request).map_err(Failure::usage)?;
    let drafts = question::drafts(&found, request.task_ms, request.repeats, request.seed);
    let plans = question::plans(&drafts, session.limits());
    let [cpu, io] = plans.map_err(|invalid| Failure::usage(invalid.sentence))?;
    let sweep = |number, plan| Sweep {
        id: format!("{}.{number}", session.id()),
        plan,
    };
    let sweeps = [sweep(1, cpu), sweep(2, io)];
    os::ask_for_short_turns();
    let (sender, events) = mpsc::channel();
    listen_for_interrupts(sender.clone()).map_err(Failure::broke)?;
    let speed = session.calibrate();
    let pythons = [found];
    let known = known(&session, Some(&speed), &pythons);
    say(&foretold(&drafts, known));
    let mut keeper = Keeper::new(
        place,
        Provenance::here(session.id(), session.machine().clone()),
    );
    let mut measured = runs(&session, &sweeps, known, &mut keeper, (&sender, &events));
    let interpreter = &pythons[0].interpreter;
    let convoys = convoys(
        &session,
        interpreter,
        request.repeats,
        &events,
        &mut measured,
    );
    let lines = question::lines(&sweeps, &measured.records, &convoys, request.seed);
    let printed = print_lines(
        &session,
        interpreter,
        &lines,
        &measured,
        (request, &destination),
    );
    let are_kept = keeper.finish();
    printed?;
    conclude(&measured, are_kept)
}

fn interpreter(session: &Session, request: &FidelityRequest) -> Result<FoundPython, String> {
    let found = match &request.python {
        Some(written) => session.python(written).map_err(|useless| useless.sentence),
        None => session.default_python().map_err(String::from),
    }?;
    sentence::refusal(&found.interpreter).map_or(Ok(found), Err)
}

fn foretold(drafts: &[SweepDraft; 2], known: Known<'_>) -> String {
    let repeats = drafts[0].repeats;
    let runs = drafts.iter().map(SweepDraft::runs).sum();
    let sweeps = drafts.iter().map(|draft| estimate::of_sweep(draft, known));
    let all = sweeps.fold(Estimate::Seconds(CONVOYS_S * repeats as f64), |sum, one| {
        sum.and(one, 1.0)
    });
    let (runs, convoys) = (
        counted(runs, "run"),
        counted(CONVOYS.len() as u64 * repeats, "convoy"),
    );
    format!(
        "{runs} and {convoys} under each lock will take {}, by estimate",
        words(all, 1)
    )
}

/// Measures the sweeps one after the other, until one is interrupted or broke.
fn runs(
    session: &Session,
    sweeps: &[Sweep; 2],
    known: Known<'_>,
    keeper: &mut Keeper,
    (sender, events): (&Sender<Event>, &Receiver<Event>),
) -> Measured {
    let mut all = Measured::default();
    for sweep in sweeps {
        if all.interrupted || all.broke.is_some() {
            break;
        }
        keeper.keep_sweep(sweep);
        let campaign = Campaign::sweep(sweep.plan.clone());
        let order = Order {
            campaign,
            id: sweep.id.clone(),
            known,
            lists_tasks: false,
        };
        let measured = measure::all(session, order, keeper, sender, events);
        all.interrupted = measured.interrupted;
        all.broke = measured.broke;
        all.records.extend(measured.records);
    }
    all
}

fn convoys(
    session: &Session,
    interpreter: &Interpreter,
    rounds: u64,
    events: &Receiver<Event>,
    measured: &mut Measured,
) -> Vec<Convoy> {
    let interrupted = Cell::new(measured.interrupted);
    let is_interrupted = || {
        let asked = events
            .try_iter()
            .any(|event| matches!(event, Event::Interrupted));
        interrupted.set(interrupted.get() || asked);
        interrupted.get()
    };
    let mut convoys = CONVOYS.map(|beside| Convoy {
        beside,
        ..Convoy::default()
    });
    for at in (0..rounds).flat_map(|_| 0..CONVOYS.len()) {
        if is_interrupted() || measured.broke.is_some() {
            break;
        }
        match convoy(session, interpreter, &mut convoys[at], &is_interrupted) {
            Ok(()) => {}
            // Stopped in the middle: half a convoy is none.
            Err(_) if interrupted.get() => break,
            Err(sentence) => measured.broke = Some(sentence),
        }
    }
    measured.interrupted = interrupted.get();
    convoys.into()
}

fn convoy(
    session: &Session,
    interpreter: &Interpreter,
    convoy: &mut Convoy,
    cancelled: &dyn Fn() -> bool,
) -> Result<(), String> {
    let beside = convoy.beside;
    let in_seconds =
        |latencies: Vec<Nanos>| latencies.into_iter().map(seconds).collect::<Vec<f64>>();
    let interval = Duration::from_micros(SWITCH_INTERVAL.default);
    let emulated = in_seconds(engine_convoy::emulated(beside, CONVOY_SAMPLES, interval)?);
    let real = in_seconds(session.convoy(interpreter, beside, CONVOY_SAMPLES, cancelled)?);
    convoy.add(&emulated, &real);
    Ok(())
}

/// The document.
#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    program_version: &'static str,
    machine: &'a Machine,
    interpreter: &'a Interpreter,
    repeats: u64,
    seed: u64,
    /// Whether everything was measured that was asked for.
    is_complete: bool,
    lines: &'a [Line],
    conclusion: &'a str,
}

fn print_lines(
    session: &Session,
    interpreter: &Interpreter,
    lines: &[Line],
    measured: &Measured,
    (request, destination): (&FidelityRequest, &Destination<'_>),
) -> Result<(), Failure> {
    let conclusion = sentence::conclusion(interpreter, lines);
    if request.output.format == Format::Table {
        let broken = measured
            .records
            .iter()
            .filter(|record| !record.is_sound())
            .count();
        let text = table::render(
            interpreter,
            lines,
            &conclusion,
            (broken as u64, measured.interrupted),
        );
        let text = Spelling::asked(request.ascii).spell(&text);
        return destination.deliver(|out| out.write_all(text.as_bytes()));
    }
    let document = Document {
        schema: SCHEMA,
        program_version: env!("CARGO_PKG_VERSION"),
        machine: session.machine(),
        interpreter,
        repeats: request.repeats,
        seed: request.seed,
        is_complete: !measured.interrupted && measured.broke.is_none(),
        lines,
        conclusion: &conclusion,
    };
    destination.deliver(|out| {
        serde_json::to_writer_pretty(&mut *out, &document)?;
        out.write_all(b"\n")
    })
}
