//! The activity of the program: nothing, calibrating or running.

use crate::{
    catalog::{claim::CLAIMS, experiment::Experiment},
    domain::{
        campaign::Campaign,
        in_turn::InTurn,
        phase::Phase,
        plan::{Draft, Plan},
        sweep::SweepDraft,
        text::{capitalized, grouped},
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
    /// Test a claim, which needs no draft: its index in [`CLAIMS`].
    Claim(usize),
    /// Show a step of the lesson that tests no claim.
    Step,
}

/// The purpose of runs.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The runs of one question.
    pub campaign: Campaign,
    /// The id of the campaign in the records of its runs; `None` if it has one run.
    pub id: Option<String>,
    /// The question that is being answered, if it has a text.
    pub question: Option<Question>,
    /// The purpose of the runs.
    pub purpose: RunPurpose,
}

/// A question that runs answer.
#[derive(Clone, Copy, Debug)]
pub enum Question {
    /// That of a quick experiment.
    Experiment(&'static Experiment),
    /// Whether the controls of a claim come out as they have to. The index is that of the claim in [`CLAIMS`].
    Controls(usize),
    /// Whether a claim is true: its index in [`CLAIMS`].
    Claim(usize),
    /// How to execute the calls of the user's function.
    Advice,
    /// What there is to see in a step of the lesson that tests no claim.
    Step,
}

/// The purpose of runs besides the question of their campaign.
#[derive(Clone, Copy, Debug)]
pub enum RunPurpose {
    /// The run's own result.
    Own,
    /// To be the baseline of its work, or to be measured in turn with it, whatever was chosen before.
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
            question: None,
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
    /// What the finished rounds of its question say so far.
    pub so_far: Option<String>,
    /// What to look at while it runs.
    pub watch: Option<String>,
}

impl Live {
    /// A run of `plan` that has just been requested.
    pub fn new(plan: Plan, asked: Asked) -> Live {
        Live {
            trace: Trace::new(plan.workers).under(plan.lock()),
            so_far: so_far(&asked),
            watch: watch(&plan, &asked),
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

    /// What is being found out, if that is a claim; otherwise what the workers are doing.
    pub fn headline(&self) -> String {
        match self.asked.question {
            Some(Question::Claim(at)) => capitalized(&sentence::claim::title(CLAIMS[at])),
            Some(Question::Controls(_)) => {
                let trials = self.asked.campaign.in_turn().map(InTurn::trials);
                let mut trials = trials.into_iter().flatten();
                let trial = trials.find(|trial| trial.arms.contains(&self.plan));
                trial.map_or_else(String::new, |trial| {
                    format!("Control: {}", sentence::claim::topic(trial.topic))
                })
            }
            Some(Question::Experiment(_) | Question::Step | Question::Advice) | None => {
                self.doing()
            }
        }
    }

    /// The number of the run among all runs of its question, or of its pair or round.
    pub fn which(&self) -> String {
        match (
            self.asked.campaign.in_turn(),
            self.asked.campaign.progress(),
        ) {
            (Some(in_turn), _) if in_turn.trials().is_empty() => format!("pair {}", in_turn.round),
            (Some(in_turn), _) => format!("round {}", in_turn.round),
            (None, (run, _)) if self.asked.campaign.race().is_some() => format!("run {run}"),
            (None, (run, of @ 2..)) => format!("run {run} of {of}"),
            _ => String::new(),
        }
    }
}

/// What the pairs of an experiment or the rounds of a claim say so far.
fn so_far(asked: &Asked) -> Option<String> {
    let in_turn = asked.campaign.in_turn()?;
    if in_turn.trials().is_empty() {
        let is_python = in_turn.plans[0].model().is_python();
        return sentence::in_turn::so_far(&in_turn.pairs(), is_python);
    }
    let undecided = in_turn.judged().find(|(_, judged)| !judged.is_decided());
    undecided.and_then(|(trial, judgement)| sentence::claim::so_far(trial, &judgement))
}

/// What to look at while a run of this plan goes on.
fn watch(plan: &Plan, asked: &Asked) -> Option<String> {
    let watch = |what: &str| format!("watch for: {what}");
    Some(match asked.question? {
        Question::Advice => return None,
        Question::Experiment(experiment)
            if plan.model() == experiment.model && !plan.is_serial() =>
        {
            watch(experiment.watch)
        }
        Question::Experiment(_) | Question::Step => {
            watch("one full bar: the baseline, one task after the other")
        }
        Question::Claim(at) if is_of_effect(plan, asked) => watch(CLAIMS[at].watch),
        Question::Claim(_) | Question::Controls(_) => {
            format!("to compare with: {}", sentence::claim::workers(plan))
        }
    })
}

/// Whether the effect of the claim is about this plan, rather than compared with it.
fn is_of_effect(plan: &Plan, asked: &Asked) -> bool {
    let trials = asked.campaign.in_turn().map(InTurn::trials);
    let mut trials = trials.into_iter().flatten();
    trials.any(|trial| trial.shown() == Some(plan))
}
