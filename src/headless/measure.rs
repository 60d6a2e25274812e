//! Runs a campaign to its end, or until somebody interrupts it.

use std::sync::mpsc::{Receiver, Sender};

use super::progress::Progress;
use crate::domain::campaign::{Campaign, Step};
use crate::domain::history::{THINNED_SLICES, TRACE_BYTES};
use crate::domain::plan::Plan;
use crate::domain::record::{Outcome, Record};
use crate::domain::repeats;
use crate::domain::time::{nanos, seconds};
use crate::domain::trace::Trace;
use crate::engine::clock;
use crate::engine::session::{Report, Session};
use crate::shell::reports::{Heard, LOST, Relay};

/// What happens while something is measured.
#[derive(Debug)]
pub enum Event {
    /// The run goes on, or ends.
    Heard(Heard),
    /// The user wants to stop.
    Interrupted,
}

impl From<Heard> for Event {
    fn from(heard: Heard) -> Event {
        Event::Heard(heard)
    }
}

/// What a campaign came to.
#[derive(Debug, Default)]
pub struct Measured {
    /// In the order in which they were measured.
    pub records: Vec<Record>,
    /// What each of them looked like; the oldest are thinned when there is no room for all.
    pub traces: Vec<Trace>,
    /// Whether the user stopped it.
    pub interrupted: bool,
    /// What kept a run from happening, or broke it.
    pub broke: Option<String>,
}

impl Measured {
    fn add(&mut self, record: Record, mut trace: Trace) {
        trace.conclude(nanos(record.wall_s));
        self.records.push(record);
        self.traces.push(trace);
        let mut total: usize = self.traces.iter().map(Trace::bytes).sum();
        for trace in self.traces.iter_mut().filter(|trace| !trace.is_thinned()) {
            if total <= TRACE_BYTES {
                break;
            }
            total -= trace.bytes();
            trace.thin(THINNED_SLICES);
            total += trace.bytes();
        }
    }
}

/// Measures all plans of the campaign.
pub fn all(
    session: &Session,
    mut campaign: Campaign,
    sender: &Sender<Event>,
    events: &Receiver<Event>,
) -> Measured {
    let mut measured = Measured::default();
    let mut progress = Progress::on_stderr();
    while let Step::Run(plan) = campaign.next(&measured.records.iter().collect::<Vec<_>>()) {
        // An interrupt between two runs, or before the first.
        measured.interrupted |= events.try_iter().any(|event| matches!(event, Event::Interrupted));
        if measured.interrupted || measured.broke.is_some() {
            break;
        }
        progress.begin(&plan, campaign.progress());
        one(session, plan, sender, events, &mut progress, &mut measured);
        progress.end();
    }
    repeats::doubt_campaigns(measured.records.iter_mut());
    measured
}

/// Measures one plan.
fn one(
    session: &Session,
    plan: Plan,
    sender: &Sender<Event>,
    events: &Receiver<Event>,
    progress: &mut Progress,
    measured: &mut Measured,
) {
    let mut trace = Trace::new(plan.workers());
    let run = match session.start(plan, Relay::into(sender.clone())) {
        Ok(run) => run,
        Err(sentence) => return measured.broke = Some(sentence),
    };
    // Starting is not watching.
    let cpu_before = clock::thread_cpu();
    for event in events {
        match event {
            Event::Interrupted => {
                measured.interrupted = true;
                run.stop();
            }
            Event::Heard(Heard::Report(Report::Batch(batch))) => {
                trace.apply(batch);
                progress.update(&trace);
            }
            Event::Heard(Heard::Report(Report::Concluded(mut record))) => {
                record.observed(seconds(clock::thread_cpu().saturating_sub(cpu_before)));
                if record.outcome == Outcome::Failed {
                    measured.broke.clone_from(&record.error);
                }
                measured.add(*record, trace);
                break;
            }
            Event::Heard(Heard::Lost) => {
                measured.broke = Some(LOST.into());
                break;
            }
        }
    }
    run.wait();
}
