//! STAND-IN app: only enough to try the shell.

pub mod key;
pub mod message;

use crate::domain::campaign::{Campaign, Step};
use crate::domain::experiment::Experiment;
use crate::domain::history::History;
use crate::domain::machine::{Limits, Machine};
use crate::domain::plan::Plan;
use crate::domain::trace::Trace;
use crate::domain::verdict;
use key::Key;
use message::{Effect, Msg};

/// STAND-IN.
#[derive(Debug)]
pub struct App {
    machine: Machine,
    limits: Limits,
    /// Runs.
    pub history: History,
    /// The live picture.
    pub live: Option<Trace>,
    campaign: Option<Campaign>,
    /// One sentence.
    pub sentence: String,
    /// Marked rows.
    pub marked: Vec<usize>,
    /// Comparison.
    pub compare: bool,
}

impl App {
    /// A fresh one.
    #[must_use]
    pub fn new(machine: Machine, limits: Limits) -> App {
        let history = History::new(machine.cores_usable);
        App {
            machine,
            limits,
            history,
            live: None,
            campaign: None,
            sentence: String::new(),
            marked: vec![],
            compare: false,
        }
    }

    /// Something happened.
    pub fn update(&mut self, msg: Msg) -> Vec<Effect> {
        match msg {
            Msg::Key(Key::Char('q') | Key::Ctrl('c')) => vec![Effect::Quit],
            Msg::Key(Key::Char('x')) => vec![Effect::Stop],
            Msg::Key(Key::Char('P')) => panic!("asked to"),
            Msg::Key(Key::Char('m')) => {
                self.marked.push(self.history.entries().len());
                vec![]
            }
            Msg::Key(Key::Char('c')) => {
                self.compare = true;
                vec![]
            }
            Msg::Key(Key::Char(key)) if self.live.is_none() => {
                let Some(experiment) = Experiment::by_key(key) else { return vec![] };
                let draft = experiment.draft(self.machine.cores_usable);
                self.campaign = draft.validate(&self.limits).ok().map(Campaign::pair);
                self.next()
            }
            Msg::Batch(batch) => {
                if let Some(trace) = &mut self.live {
                    trace.apply(batch);
                    self.sentence = verdict::live(trace);
                }
                vec![]
            }
            Msg::Concluded(record) => {
                let trace = self.live.take().unwrap_or_default();
                let (number, _) = self.history.add(*record, trace);
                let entry = &self.history.entries()[number - 1];
                self.sentence = verdict::concluded(&entry.record, entry.speedup);
                self.next()
            }
            Msg::Refused(sentence) => {
                self.sentence = sentence;
                self.live = None;
                vec![]
            }
            _ => vec![],
        }
    }

    fn next(&mut self) -> Vec<Effect> {
        let records: Vec<_> = self.history.entries().iter().map(|entry| &entry.record).collect();
        match self.campaign.as_mut().map(|campaign| campaign.next(&records)) {
            Some(Step::Run(plan)) => self.start(plan),
            _ => {
                self.campaign = None;
                vec![]
            }
        }
    }

    fn start(&mut self, plan: Plan) -> Vec<Effect> {
        self.live = Some(Trace::new(plan.workers()));
        vec![Effect::Start(plan)]
    }
}
