//! What the program is doing right now.

use crate::{
    catalog::experiment::Experiment,
    domain::{
        campaign::Campaign,
        phase::Phase,
        plan::{Draft, Plan},
        sweep::SweepDraft,
        text::grouped,
        trace::Trace,
    },
    present::sentence,
};

/// What the program is doing right now.
#[derive(Debug, Default)]
pub enum Activity {
    /// Nothing: it waits for the user.
    #[default]
    Nothing,
    /// The machine's speed is being measured; then this draft becomes a plan.
    Calibrating(Request),
    /// A run is on.
    Running(Box<Live>),
}

impl Activity {
    /// The run that is shown when the one is over that is on.
    pub(crate) fn answers_mut(&mut self) -> Option<&mut usize> {
        match self {
            Activity::Running(live) => live.answers.as_mut(),
            _ => None,
        }
    }
}

/// What the user asked for, before it is a plan.
#[derive(Clone, Debug)]
pub struct Request {
    /// The draft as it was when asked for.
    pub draft: Draft,
    /// What to make of it.
    pub goal: Goal,
}

/// What to make of a draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Goal {
    /// Run it as often as it says.
    Run,
    /// Run the same work serially, once.
    Baseline,
    /// Answer a quick experiment's question: serial first, then the draft.
    Answer(&'static Experiment),
    /// Measure many configurations of its work.
    Sweep(Box<SweepDraft>),
}

/// A run that is on.
#[derive(Clone, Debug)]
pub struct Live {
    /// What is being run.
    pub plan: Plan,
    /// What was seen of it so far.
    pub trace: Trace,
    /// The question it belongs to.
    pub campaign: Campaign,
    /// What the records of its runs call that; `None` if it is of one run.
    pub campaign_id: Option<String>,
    /// The quick experiment that asked the question.
    pub experiment: Option<&'static Experiment>,
    /// Whether it was told to stop.
    pub stopping: bool,
    /// Whether it shall be the baseline of its work, whatever was chosen before.
    pub is_baseline: bool,
    /// The run that is shown when it is over, as it was measured for that one's sake.
    pub answers: Option<usize>,
}

impl Live {
    /// A run of `plan` that has just been asked for.
    pub fn new(
        plan: Plan,
        campaign: Campaign,
        campaign_id: Option<String>,
        experiment: Option<&'static Experiment>,
    ) -> Live {
        let trace = Trace::new(plan.workers).under(plan.lock());
        Live {
            plan,
            trace,
            campaign,
            campaign_id,
            experiment,
            stopping: false,
            is_baseline: false,
            answers: None,
        }
    }

    /// How many tasks have ended, in the most words that have so much room; a count that grows does not push them.
    pub fn done(&self, room: usize) -> String {
        let (_, ended, _) = self.trace.tasks;
        let (ended, tasks) = (grouped(ended.into()), grouped(self.plan.tasks.into()));
        let digits = tasks.chars().count();
        let candidates = [
            format!("{ended:>digits$} of {tasks} tasks done"),
            format!("{ended:>digits$} of {tasks}"),
        ];
        let fits = |text: &String| text.chars().count() <= room;
        candidates
            .into_iter()
            .find(fits)
            .unwrap_or_else(|| format!("{ended}/{tasks}"))
    }

    /// What the workers are doing at this moment; until there is one, what creates them.
    pub fn doing(&self) -> String {
        let starting = self.trace.workers_by_phase()[Phase::Starting as usize];
        match self.plan.interpreter() {
            Some(python) if starting == self.plan.workers => {
                format!("starting Python {}…", python.version_name())
            }
            _ => sentence::live::workers(&self.trace, self.plan.lock()),
        }
    }

    /// What to look at while it runs.
    pub fn watch(&self) -> Option<&'static str> {
        let experiment = self.experiment?;
        if self.plan.model() == experiment.model && !self.plan.is_serial() {
            Some(experiment.watch)
        } else {
            Some("first the baseline: one worker, one task after the other")
        }
    }
}
