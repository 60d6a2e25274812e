//! Runs a campaign to its end, or until somebody interrupts it.

use std::sync::mpsc::{Receiver, Sender};

use super::keep::Keeper;
use super::progress::Progress;
use crate::analysis::finding::RunFinding;
use crate::analysis::shared::SharedRun;
use crate::catalog::caveat::{Caveat, Seen};
use crate::domain::assessment::Assessment;
use crate::domain::campaign::Campaign;
use crate::domain::estimate::Known;
use crate::domain::history::{THINNED_SLICES, TRACE_BYTES};
use crate::domain::provenance::Provenance;
use crate::domain::record::{Outcome, Record, RunOrder};
use crate::domain::repeats;
use crate::domain::time::nanos;
use crate::domain::trace::Trace;
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
    /// The number of each of them.
    pub numbers: Vec<usize>,
    /// In the order in which they were measured.
    pub records: Vec<Record>,
    /// What they say about each other.
    pub assessments: Vec<Assessment>,
    /// What each of them looked like; the oldest are thinned when there is no room for all.
    pub traces: Vec<Trace>,
    /// Whether the user stopped it.
    pub interrupted: bool,
    /// What kept a run from happening, or broke it.
    pub broke: Option<String>,
}

impl Measured {
    /// The runs as they are handed on, measured here.
    pub fn shared<'a>(&'a self, here: &'a Provenance) -> Vec<SharedRun<'a>> {
        let run = |at: usize| SharedRun {
            number: self.numbers[at],
            name: None,
            provenance: here,
            record: &self.records[at],
            trace: self.traces.get(at),
            assessment: &self.assessments[at],
            finding: RunFinding::default(),
        };
        (0..self.records.len()).map(run).collect()
    }

    /// Keeps a run, and goes on without the list of its tasks unless that is to be told: those of hundreds of runs are
    /// large.
    fn add(&mut self, record: Record, mut trace: Trace, keeper: &mut Keeper, lists_tasks: bool) {
        trace.conclude(nanos(record.times.wall_s));
        keeper.keep(&record, &trace);
        let tasks = record.tasks.filter(|_| lists_tasks);
        self.records.push(Record { tasks, ..record });
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

/// What is to be measured.
#[derive(Debug)]
pub struct Order<'a> {
    /// The question.
    pub campaign: Campaign,
    /// By which name its records know it, if they are parts of something.
    pub id: String,
    /// What decides how long it takes.
    pub known: Known<'a>,
    /// Whether anybody reads the lists of tasks: those of hundreds of runs are large.
    pub lists_tasks: bool,
}

/// Measures all plans of the campaign. Each run is kept when it has ended.
pub fn all(
    session: &Session,
    order: Order<'_>,
    keeper: &mut Keeper,
    sender: &Sender<Event>,
    events: &Receiver<Event>,
) -> Measured {
    let Order {
        mut campaign,
        id,
        known,
        lists_tasks,
    } = order;
    let mut measured = Measured::default();
    let mut progress = Progress::on_stderr();
    while let Some(plan) = campaign.next(&measured.records.iter().collect::<Vec<_>>()) {
        // An interrupt between two runs, or before the first.
        measured.interrupted |= events
            .try_iter()
            .any(|event| matches!(event, Event::Interrupted));
        if measured.interrupted || measured.broke.is_some() {
            break;
        }
        progress.begin(&plan, &campaign, &measured.records, known);
        let order = RunOrder {
            part: campaign.part(&id),
            plan,
        };
        let ended = one(session, order, sender, events, &mut progress, &mut measured);
        progress.end();
        // Nothing is measured now, so writing disturbs nothing.
        if let Some((record, trace)) = ended {
            measured.add(record, trace, keeper, lists_tasks);
        }
    }
    // A sweep goes on without what broke, and says so in its results.
    let last = measured
        .records
        .last()
        .filter(|last| last.ending.outcome == Outcome::Failed);
    if let (Some(last), None, None) = (last, &measured.broke, campaign.course()) {
        measured.broke.clone_from(&last.ending.error);
    }
    let outliers = repeats::outliers_of_campaigns(measured.records.iter());
    let assessment = |outlier: Option<Seen>| Assessment {
        outlier: outlier.map(Caveat::from),
        ..Assessment::default()
    };
    measured.assessments = outliers.into_iter().map(assessment).collect();
    keeper.settle();
    measured.numbers = measured
        .records
        .iter()
        .map(|record| keeper.number_of(&record.id))
        .collect();
    measured
}

/// Measures one plan. Returns what came out, unless nothing did.
fn one(
    session: &Session,
    order: RunOrder,
    sender: &Sender<Event>,
    events: &Receiver<Event>,
    progress: &mut Progress,
    measured: &mut Measured,
) -> Option<(Record, Trace)> {
    let mut trace = Trace::new(order.plan.workers()).under(order.plan.lock());
    let run = match session.start(order, Relay::into(sender.clone())) {
        Ok(run) => run,
        Err(error) => {
            measured.broke = Some(error.into());
            return None;
        }
    };
    let mut ended = None;
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
            Event::Heard(Heard::Report(Report::Concluded(record))) => {
                ended = Some(*record);
                break;
            }
            Event::Heard(Heard::Lost) => {
                measured.broke = Some(LOST.into());
                break;
            }
        }
    }
    run.wait();
    ended.map(|record| (record, trace))
}
