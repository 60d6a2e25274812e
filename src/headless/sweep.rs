//! A sweep without a screen: what it will take is said before, what it came to is printed after.

mod table;

use std::sync::mpsc;

use super::keep::Keeper;
use super::measure::{self, Measured, Order};
use super::output::Destination;
use super::{
    addresses, agreed, calibrated, campaign_id, conclude, known, listen_for_interrupts, prepare,
    pythons, say, told,
};
use crate::analysis::shared::{Shared, SharedSweep};
use crate::cli::SweepRequest;
use crate::domain::campaign::Campaign;
use crate::domain::estimate::{self, Known};
use crate::domain::keeping::Keeping;
use crate::domain::plan::Plan;
use crate::domain::provenance::Provenance;
use crate::domain::python::FoundPython;
use crate::domain::speed::Speed;
use crate::domain::sweep::{Sweep, SweepDraft, SweepPlan};
use crate::domain::text::counted;
use crate::engine::os;
use crate::engine::session::Session;
use crate::present::format::Format;
use crate::present::sentence::estimate::{will_take, words};
use crate::shell::exit::Failure;
use crate::shell::spelling::Spelling;
use crate::store::speeds;

/// Measures the sweep that `request` asks for, keeps it where `keeping` says, and prints what came out. Returns the exit
/// code.
///
/// # Errors
/// What was wrong with the request, or what kept the engine from starting.
pub fn sweep(request: &SweepRequest, keeping: &Keeping) -> Result<u8, Failure> {
    let place = Keeper::place(keeping)?;
    let urls = request.urls_file.as_deref().map(addresses::read);
    let urls = urls.transpose().map_err(Failure::usage)?;
    let destination = Destination::checked(&request.output, keeping)?;
    let session = prepare()?;
    if request.all_tasks {
        session.list_all_tasks();
    }
    let mut pythons = pythons::of_sweep(&session, request).map_err(Failure::usage)?;
    for python in &mut pythons {
        speeds::of_python(place.place(), session.machine(), python);
    }
    let draft = draft(&session, request, urls, &pythons)?;
    os::ask_for_short_turns();
    let (sender, events) = mpsc::channel();
    listen_for_interrupts(sender.clone()).map_err(Failure::broke)?;
    let agreed = draft
        .draft
        .computes()
        .then(|| agreed(&session, place.place()));
    let speed = told(agreed, &draft.draft);
    let known = known(&session, speed.as_ref(), &pythons);
    let (draft, plan) = resolve(draft, &session, speed.as_ref())?;
    say(&foretold(&draft, known));
    let order = Order {
        campaign: Campaign::sweep(plan.clone()),
        id: campaign_id(&session),
        known,
        lists_tasks: request.output.format == Format::Json,
    };
    let sweep = Sweep {
        id: order.id.clone(),
        plan,
    };
    let mut keeper = Keeper::new(
        place,
        Provenance::here(session.id(), session.machine().clone()),
    );
    keeper.keep_sweep(&sweep);
    let measured = measure::all(&session, order, &mut keeper, &sender, &events);
    let number = keeper.number_of(&sweep.id);
    let printed = print_results(
        &session,
        (number, &sweep),
        &measured,
        keeper.here(),
        (request, &destination),
    );
    let are_kept = keeper.finish();
    printed?;
    conclude(&measured, are_kept)
}

/// What was asked for, if that is possible.
fn draft(
    session: &Session,
    request: &SweepRequest,
    urls: Option<Vec<String>>,
    pythons: &[FoundPython],
) -> Result<SweepDraft, Failure> {
    let draft = request.draft(session.machine().cores_usable, urls);
    let interpreters = pythons.iter().map(|found| found.interpreter.clone());
    let draft = SweepDraft {
        pythons: interpreters.collect(),
        ..draft.map_err(Failure::usage)?
    };
    let checked = draft.check(session.limits());
    checked.map_err(|invalid| Failure::usage(invalid.sentence))?;
    Ok(draft)
}

fn resolve(
    draft: SweepDraft,
    session: &Session,
    speed: Option<&Speed>,
) -> Result<(SweepDraft, SweepPlan), Failure> {
    let draft = SweepDraft {
        draft: calibrated(draft.draft, speed),
        ..draft
    };
    let plan = draft
        .validate(session.limits())
        .map_err(|invalid| Failure::usage(invalid.sentence))?;
    Ok((draft, plan))
}

/// How many runs, and about how long they will take.
fn foretold(draft: &SweepDraft, known: Known<'_>) -> String {
    let configurations = counted(draft.size() as u64, "configuration");
    let rounds = counted(draft.repeats, "round");
    let runs = format!(
        "{} ({configurations} × {rounds} and one to warm up)",
        counted(draft.runs(), "run")
    );
    let estimate = estimate::of_sweep(draft, known);
    match will_take(estimate, 1) {
        Some(known) => format!("{runs} {known}"),
        None => format!("{runs}, which will take {}", words(estimate, 1)),
    }
}

fn print_results(
    session: &Session,
    (number, sweep): (usize, &Sweep),
    measured: &Measured,
    here: &Provenance,
    (request, destination): (&SweepRequest, &Destination<'_>),
) -> Result<(), Failure> {
    let results = sweep.results(&measured.records);
    let runs = measured.shared(here);
    if request.output.format == Format::Table {
        let text = table::render(sweep, &results, &runs);
        let text = Spelling::asked(request.ascii).spell(&text);
        return destination.deliver(|out| out.write_all(text.as_bytes()));
    }
    let sweep = SharedSweep {
        number,
        name: None,
        provenance: here,
        sweep,
        results: &results,
    };
    let shared = Shared {
        runs,
        sweeps: vec![sweep],
    };
    destination.share(session.machine(), &shared)
}

/// As the tables of this shell name a configuration.
fn name(plan: &Plan) -> String {
    format!(
        "{} with {}",
        plan.executor().name(),
        counted(plan.workers().into(), "worker")
    )
}
