//! The shell without a screen: measures what the user requests on the command line, and prints the records.
//!
//! Data goes to stdout, everything else to stderr, so that the output can be piped.

mod addresses;
mod advise;
mod diagnoses;
mod fidelity;
mod function;
mod history;
mod keep;
mod measure;
mod output;
mod progress;
mod speedup;
mod sweep_table;
mod table;
mod verify;

use std::{
    io::{self, IsTerminal},
    sync::Arc,
};

pub use advise::advise;
pub use fidelity::fidelity;
pub use history::history;
use measure::Bench;
pub use verify::verify;

use crate::{
    cli::{RunRequest, SweepRequest},
    domain::{
        campaign::Campaign,
        estimate::{self, MachineFacts},
        history::SweepEntry,
        keeping::Keeping,
        sweep::SweepDraft,
        text::counted,
    },
    engine::{doctor, session::Session},
    present::sentence::estimate::{takes, will_take},
    shell::{
        exit::{self, Failure},
        signals,
        spelling::{say, spelled},
        terminal,
    },
};

/// Measures what `request` asks for, keeps the records where `keeping` says, and prints them. Returns the exit code.
///
/// # Errors
/// If the request is invalid, or the engine cannot start.
pub fn run(request: &RunRequest, keeping: &Keeping, ascii: bool) -> Result<u8, Failure> {
    let (mut bench, urls) =
        Bench::for_work(&request.work, request.model.is_python(), keeping, ascii)?;
    let calls = function::look_at(&bench, &request.work, &[request.model])?;
    let limits = bench.session.limits.clone();
    let cores_usable = bench.session.machine.cores_usable;
    let python = bench.pythons.first().map(|found| found.interpreter.clone());
    let draft = request.draft(cores_usable, &limits, urls, python);
    let mut draft = function::with(draft, calls);
    draft.check(&limits).map_err(Failure::usage)?;
    // Measuring the speed takes time. It is worth that only if a person reads the estimate.
    let is_read = io::stderr().is_terminal();
    bench.calibrate(&mut draft, request.model.is_python(), is_read)?;
    let plan = draft.validate(&limits).map_err(Failure::usage)?;
    let time = will_take(estimate::of(&draft, bench.known()), draft.repeats);
    if let Some(time) = time.filter(|_| is_read) {
        say(&format!("this {time}"));
    }
    if is_read {
        let runs = draft.repeats * (1 + u64::from(request.compare));
        function::announce(&draft, runs);
    }
    let repeats =
        u32::try_from(draft.repeats).expect("repeats were checked against a limit below 2^32");
    if request.compare {
        let serial = plan.as_serial();
        if serial == plan {
            let sentence = "--compare measures a run against serial; choose another --model, or \
             more --workers";
            return Err(Failure::usage(sentence));
        }
        bench.measure(Campaign::repeats(serial, repeats), 1);
    }
    let number = 1 + u32::from(request.compare);
    bench.measure(Campaign::repeats(plan, repeats), number);
    bench.end(|bench| {
        bench.share(vec![], |runs, room| {
            table::render(runs, room) + &speedup::sentence(bench, runs)
        })
    })
}

/// Measures the sweep that `request` asks for, keeps it where `keeping` says, and prints the results. Returns the exit
/// code.
///
/// # Errors
/// If the request is invalid, or the engine cannot start.
pub fn sweep(request: &SweepRequest, keeping: &Keeping, ascii: bool) -> Result<u8, Failure> {
    let (mut bench, urls) = Bench::for_work(&request.work, request.needs_python(), keeping, ascii)?;
    let calls = function::look_at(&bench, &request.work, &request.models)?;
    let limits = bench.session.limits.clone();
    let counts = request
        .counts(bench.session.machine.cores_usable)
        .map_err(Failure::usage)?;
    let pythons = bench.pythons.iter().map(|found| found.interpreter.clone());
    let mut draft = request.draft(counts, urls, pythons.collect());
    draft.draft = function::with(draft.draft, calls);
    draft.check(&limits).map_err(Failure::usage)?;
    let is_by_python = draft.sized_by().is_some();
    bench.calibrate(&mut draft.draft, is_by_python, true)?;
    let plan = draft.validate(&limits).map_err(Failure::usage)?;
    say(&extent(&draft, bench.known()));
    function::announce(&draft.draft, draft.runs());
    let sweep = bench.measure_sweep(1, plan);
    bench.end(|bench| {
        let results = sweep.results(bench.records());
        let number = bench.keeper.number_of(&sweep.id);
        let here = Arc::clone(&bench.keeper.here);
        let entry = SweepEntry {
            results,
            ..SweepEntry::new(number, None, here, sweep)
        };
        bench.share(vec![&entry], |runs, room| {
            sweep_table::render(&entry.sweep, &entry.results, runs, room)
        })
    })
}

/// The number of runs of a sweep, and how long they will take.
fn extent(draft: &SweepDraft, known: MachineFacts<'_>) -> String {
    let configurations = counted(draft.size() as u64, "configuration");
    let rounds = counted(draft.repeats, "round");
    let runs = counted(draft.runs(), "run");
    let runs = format!("{runs}, {configurations} × ({rounds} and a warm-up round),");
    takes(&runs, estimate::of_sweep(draft, known))
}

/// Prints what this machine offers, only in ASCII if `ascii` is set. Returns the exit code.
///
/// # Errors
/// If the engine cannot start, or stdout cannot be written to.
pub fn doctor(ascii: bool) -> Result<u8, Failure> {
    let session = prepare()?;
    let mut diagnoses = doctor::examine(&session);
    diagnoses.extend(diagnoses::of_terminal(ascii));
    print(&diagnoses::render(&diagnoses, terminal::room()), ascii)
}

fn prepare() -> Result<Session, Failure> {
    signals::survive_file_size_limit();
    Session::prepare().map_err(Failure::broke)
}

/// Writes text for people to stdout, only in ASCII if `ascii` is set. Returns the exit code.
///
/// # Errors
/// If that is not possible. A reader that stops early, such as `head`, is not an error.
pub fn print(text: &str, ascii: bool) -> Result<u8, Failure> {
    let text = spelled(text, ascii);
    output::write_out(|out| out.write_all(text.as_bytes())).map(|()| exit::DONE)
}
