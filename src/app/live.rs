//! The activity of the program: nothing, calibrating or running.

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

/// The activity of the program.
#[derive(Debug, Default)]
pub enum Activity {
    /// Nothing. The program waits for the user.
    #[default]
    Nothing,
    /// The machine's speed is being measured. Then this draft becomes a plan.
    Calibrating(StartRequest),
    /// A run is in progress.
    Running(Box<Live>),
}

impl Activity {
    /// The run to show after the run in progress has ended.
    pub(crate) fn answers_mut(&mut self) -> Option<&mut usize> {
        match self {
            Activity::Running(live) => match &mut live.asked.purpose {
                RunPurpose::Run(number) => Some(number),
                RunPurpose::Own | RunPurpose::Baseline => None,
            },
            _ => None,
        }
    }
}

/// A request of the user, before it is a plan.
#[derive(Clone, Debug)]
pub struct StartRequest {
    /// The draft at the time of the request.
    pub draft: Draft,
    /// The purpose of the draft.
    pub goal: Goal,
}

/// The purpose of a draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Goal {
    /// Run it `repeats` times.
    Run,
    /// Run the same work serially, once.
    Baseline,
    /// Answer the question of a quick experiment: serial first, then the draft.
    Answer(&'static Experiment),
    /// Measure many configurations of its work.
    Sweep(Box<SweepDraft>),
}

/// The purpose of runs.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The runs of one question.
    pub campaign: Campaign,
    /// The id of the campaign in the records of its runs; `None` if it has one run.
    pub id: Option<String>,
    /// The quick experiment whose question is being answered.
    pub experiment: Option<&'static Experiment>,
    /// The purpose of a single run.
    pub purpose: RunPurpose,
}

/// The purpose of a single run.
#[derive(Clone, Copy, Debug)]
pub enum RunPurpose {
    /// The run's own result.
    Own,
    /// To be the baseline of its work, whatever was chosen before.
    Baseline,
    /// To be the baseline of this run, which is shown afterwards.
    Run(usize),
}

impl Asked {
    /// These runs, for their own results.
    pub fn of(campaign: Campaign) -> Asked {
        Asked {
            campaign,
            id: None,
            experiment: None,
            purpose: RunPurpose::Own,
        }
    }
}

/// A run in progress.
#[derive(Clone, Debug)]
pub struct Live {
    /// The plan of the run.
    pub plan: Plan,
    /// The trace so far.
    pub trace: Trace,
    /// The purpose of the run.
    pub asked: Asked,
    /// Whether the run was asked to stop.
    pub stopping: bool,
}

impl Live {
    /// A run of `plan` that has just been requested.
    pub fn new(plan: Plan, asked: Asked) -> Live {
        Live {
            trace: Trace::new(plan.workers).under(plan.lock()),
            plan,
            asked,
            stopping: false,
        }
    }

    /// How many tasks have ended, in the longest text that fits into `room` columns. A count that grows does not change
    /// its width.
    pub fn done(&self, room: usize) -> String {
        let (_, ended, _) = self.trace.tasks;
        let (ended, tasks) = (grouped(ended.into()), grouped(self.plan.tasks.into()));
        let digits = tasks.chars().count();
        let candidates = [
            format!("{ended:>digits$} of {tasks} tasks done"),
            format!("{ended:>digits$}/{tasks} done"),
        ];
        let fits = |text: &String| text.chars().count() <= room;
        candidates
            .into_iter()
            .find(fits)
            .unwrap_or_else(|| format!("{ended}/{tasks}"))
    }

    /// What the workers are doing at this moment; before there are any, what creates them.
    pub fn doing(&self) -> String {
        let starting = self.trace.workers_by_phase()[Phase::Starting as usize];
        match self.plan.interpreter() {
            Some(python) if starting == self.plan.workers => {
                format!("starting Python {}…", python.version_name())
            }
            _ => sentence::live::workers(&self.trace, self.plan.lock()),
        }
    }

    /// The number of the run among all runs of its question, or of its pair.
    pub fn which(&self) -> String {
        match (
            self.asked.campaign.in_turn(),
            self.asked.campaign.progress(),
        ) {
            (Some(in_turn), _) => format!("pair {}", in_turn.round),
            (None, (run, of @ 2..)) => format!("run {run} of {of}"),
            _ => String::new(),
        }
    }

    /// What the pairs of an experiment say so far.
    pub fn so_far(&self) -> Option<String> {
        let in_turn = self.asked.campaign.in_turn()?;
        sentence::in_turn::so_far(&in_turn.pairs(), in_turn.plans[0].model().is_python())
    }

    /// What to watch for while it runs.
    pub fn watch(&self) -> Option<&'static str> {
        let experiment = self.asked.experiment?;
        if self.plan.model() == experiment.model && !self.plan.is_serial() {
            Some(experiment.watch)
        } else {
            Some("one full bar: the baseline, one task after the other")
        }
    }
}
