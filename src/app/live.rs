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
    Calibrating(StartRequest),
    /// A run is on.
    Running(Box<Live>),
}

impl Activity {
    /// The run that is shown when the one is over that is on.
    pub(crate) fn answers_mut(&mut self) -> Option<&mut usize> {
        match self {
            Activity::Running(live) => match &mut live.asked.sake {
                Sake::Run(number) => Some(number),
                Sake::Own | Sake::Baseline => None,
            },
            _ => None,
        }
    }
}

/// What the user asked for, before it is a plan.
#[derive(Clone, Debug)]
pub struct StartRequest {
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

/// What runs are to answer.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The runs of one question.
    pub campaign: Campaign,
    /// What the records of its runs call that; `None` if it is of one run.
    pub id: Option<String>,
    /// The quick experiment that asked it.
    pub experiment: Option<&'static Experiment>,
    /// For whose sake a run is measured.
    pub sake: Sake,
}

/// For whose sake a run is measured.
#[derive(Clone, Copy, Debug)]
pub enum Sake {
    /// Its own.
    Own,
    /// To be the baseline of its work, whatever was chosen before.
    Baseline,
    /// The same for a run, which is shown when it is over.
    Run(usize),
}

impl Asked {
    /// These runs, for their own sake.
    pub fn of(campaign: Campaign) -> Asked {
        Asked {
            campaign,
            id: None,
            experiment: None,
            sake: Sake::Own,
        }
    }
}

/// A run that is on.
#[derive(Clone, Debug)]
pub struct Live {
    /// What is being run.
    pub plan: Plan,
    /// What was seen of it so far.
    pub trace: Trace,
    /// What it is to answer.
    pub asked: Asked,
    /// Whether it was told to stop.
    pub stopping: bool,
}

impl Live {
    /// A run of `plan` that has just been asked for.
    pub fn new(plan: Plan, asked: Asked) -> Live {
        Live {
            trace: Trace::new(plan.workers).under(plan.lock()),
            plan,
            asked,
            stopping: false,
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
        let experiment = self.asked.experiment?;
        if self.plan.model() == experiment.model && !self.plan.is_serial() {
            Some(experiment.watch)
        } else {
            Some("first the baseline: one worker, one task after the other")
        }
    }
}
