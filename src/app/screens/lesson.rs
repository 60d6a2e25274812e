//! The lesson: a walk through the claims, step by step.
//!
//! ```text
//!  what there is to say ──Space──► the runs ──► what came out ──Space──► the next step
//!                         └──p───► recorded runs ──┘
//! ```
//!
//! While runs are measured or played, the panels are on the screen and the page is not. What came out is never stored
//! here: it belongs to the claims, or to the recording.

pub mod keys;
pub mod page;
mod recorded;
pub mod view;

use std::collections::BTreeSet;

use crate::{
    analysis::{recorded::Recording, verified::Verified},
    app::{
        App,
        live::{Asked, Goal, Live, Question, StartRequest},
        screen::Focus,
        screens::{Overlay, lesson::page::LessonPage},
    },
    catalog::{
        claim::{CLAIMS, Claim},
        lesson::{LESSON, Step, StepRuns, serial},
    },
    domain::{campaign::Campaign, history::RunEntry, plan::Plan},
};

/// The lesson in this session.
#[derive(Debug, Default)]
pub struct Lesson {
    /// Whether the user is in it: on a page, or at the runs of a step.
    is_on: bool,
    /// The step, as an index into [`LESSON`].
    at: usize,
    /// Whether the page says what came out, rather than what there is to say before.
    is_told: bool,
    /// The id of the run of the step that tests no claim.
    serial: Option<String>,
    /// The recorded runs, once they were asked for.
    recording: Option<Recording>,
    /// The steps that show recorded runs.
    recorded: BTreeSet<usize>,
    /// The ids of the recorded runs that are still to be played, the next one last.
    unplayed: Vec<String>,
}

/// What came out of the runs of a step.
#[derive(Clone, Copy, Debug)]
pub enum StepResult<'a> {
    /// The run of a step that tests no claim.
    Run(&'a RunEntry),
    /// A claim, tested.
    Claim(&'a Verified),
}

impl StepResult<'_> {
    /// Whether it came out as on a quiet machine.
    pub fn is_as_expected(self) -> bool {
        match self {
            StepResult::Run(run) => run.record.is_counted() && !run.record.is_disturbed(),
            StepResult::Claim(verified) => verified.is_as_expected(),
        }
    }
}

/// The place of a claim in [`CLAIMS`].
fn index_of(claim: &Claim) -> usize {
    let is_it = |other: &&Claim| other.number == claim.number;
    CLAIMS.iter().position(is_it).unwrap_or_default()
}

impl App {
    /// The lesson in this session.
    pub fn lesson(&self) -> &Lesson {
        &self.work.lesson
    }

    /// The current step of the lesson.
    pub fn step(&self) -> &'static Step {
        &LESSON[self.lesson().at]
    }

    /// What a run is for: that of a step in the lesson, or else what the run itself says.
    pub(crate) fn purpose_of(&self, live: &Live) -> String {
        let Lesson { is_on, at, .. } = self.lesson();
        let step = format!("step {} of {}", at + 1, LESSON.len());
        match live.asked.question {
            Some(Question::Controls(_)) if *is_on => {
                let control = live.headline().replacen('C', "c", 1);
                format!("{step}, first a {control}")
            }
            Some(Question::Claim(_) | Question::Step) if *is_on => {
                format!("{step}: {}", self.step().title)
            }
            _ => live.headline(),
        }
    }

    /// What came out of the current step; `None` if its runs have not ended yet, or if it has none.
    pub fn came_out(&self) -> Option<StepResult<'_>> {
        if let Some(recording) = self.recording_here() {
            return self.came_out_of(recording);
        }
        match self.step().experiment {
            StepRuns::Nothing => None,
            StepRuns::Serial => self.run_with(self.lesson().serial.as_deref()?),
            StepRuns::Claim(claim) => {
                let verified = self.claims().all().get(index_of(claim))?;
                verified.is_told().then_some(StepResult::Claim(verified))
            }
        }
    }

    fn run_with(&self, id: &str) -> Option<StepResult<'_>> {
        let number = self.history.number_of(id)?;
        self.history.get(number).map(StepResult::Run)
    }

    /// Starts with the lesson.
    pub fn in_lesson(mut self) -> App {
        self.open_lesson();
        self
    }

    /// Opens the lesson at the step where it was left.
    pub(crate) fn open_lesson(&mut self) {
        self.out.notice = None;
        self.prepare_claims();
        self.show_step(self.lesson().at, self.lesson().is_told);
    }

    /// Shows a page of a step.
    fn show_step(&mut self, at: usize, is_told: bool) {
        let lesson = &mut self.work.lesson;
        (lesson.is_on, lesson.at, lesson.is_told) = (true, at, is_told);
        lesson.unplayed.clear();
        self.timeline.frozen = None;
        self.timeline.playback = None;
        if let StepRuns::Claim(claim) = self.step().experiment {
            self.work.claims.chosen = index_of(claim);
        }
        self.show(Overlay::Lesson(LessonPage::default()));
    }

    /// The page was closed.
    pub(crate) fn leave_lesson(&mut self) {
        self.work.lesson.is_on = false;
    }

    /// Shows what came out of the current step, or what there is to say before if nothing has come out.
    fn show_step_here(&mut self) {
        self.show_step(self.lesson().at, self.came_out().is_some());
    }

    /// Whether the runs of a step are on the screen, and nothing is being measured.
    pub(crate) fn is_at_step(&self) -> bool {
        self.lesson().is_on
            && self.open.overlays.is_empty()
            && self.chart().is_none()
            && self.is_free()
    }

    /// Goes on: to the runs of the step, to what came out, or to the next step.
    pub(crate) fn go_on(&mut self) {
        let Lesson { at, is_told, .. } = *self.lesson();
        if self.is_at_step() {
            self.play_next();
        } else if is_told || !self.step_runs() {
            self.go_to_next_step();
        } else if self.came_out().is_some() {
            self.show_step(at, true);
        } else {
            self.measure_step();
        }
    }

    /// Shows the next step. After the last one the lesson is over.
    pub(crate) fn go_to_next_step(&mut self) {
        match self.lesson().at + 1 {
            next if next < LESSON.len() => self.show_step(next, false),
            _ => {
                self.close_overlay();
                (self.work.lesson.at, self.work.lesson.is_told) = (0, false);
            }
        }
    }

    /// Whether going on ends the lesson.
    pub(crate) fn is_last_page(&self) -> bool {
        let Lesson { at, is_told, .. } = *self.lesson();
        at + 1 == LESSON.len() && (is_told || !self.step_runs())
    }

    /// Goes back a page.
    pub(crate) fn go_back(&mut self) {
        let Lesson { at, is_told, .. } = *self.lesson();
        if is_told {
            self.show_step(at, false);
        } else if let Some(before) = at.checked_sub(1) {
            self.work.lesson.at = before;
            self.show_step_here();
        }
    }

    pub(crate) fn can_go_back(&self) -> bool {
        self.lesson().at > 0 || self.lesson().is_told
    }

    /// Whether the step has runs.
    pub(crate) fn step_runs(&self) -> bool {
        !matches!(self.step().experiment, StepRuns::Nothing)
    }

    /// Whether going on starts runs.
    pub(crate) fn will_measure(&self) -> bool {
        self.step_runs() && !self.lesson().is_told && self.came_out().is_none()
    }

    /// Why the runs of the step cannot start now. Claims wait for the search for Python.
    pub(crate) fn why_not_measured(&self) -> Option<&'static str> {
        match self.step().experiment {
            StepRuns::Claim(_) => self.why_not_tested(),
            StepRuns::Serial | StepRuns::Nothing => self.why_busy(),
        }
    }

    pub(crate) fn can_measure(&self) -> bool {
        self.step_runs() && self.why_not_measured().is_none()
    }

    /// Measures the runs of the step.
    pub(crate) fn measure_step(&mut self) {
        let at = self.lesson().at;
        self.work.lesson.recorded.remove(&at);
        match self.step().experiment {
            StepRuns::Nothing => {}
            StepRuns::Serial => self.request(StartRequest {
                draft: serial(),
                goal: Goal::Step,
            }),
            StepRuns::Claim(claim) => self.ask(Goal::Claim(index_of(claim))),
        }
    }

    /// Starts the run of a step that tests no claim.
    pub(crate) fn begin_step(&mut self, plan: Plan) {
        self.open.overlays.clear();
        self.open.focus = Focus::QUESTIONS;
        self.begin(Asked {
            question: Some(Question::Step),
            ..Asked::of(Campaign::repeats(plan, 1))
        });
    }

    /// The run of the step that tests no claim has ended. It has this number.
    pub(crate) fn on_step_measured(&mut self, number: usize, is_seen: bool) {
        let run = self.history.get(number);
        self.work.lesson.serial = run.map(|run| run.record.id.clone());
        self.tell_step(is_seen && matches!(self.step().experiment, StepRuns::Serial));
    }

    /// Whether the lesson waits for the verdict of this claim.
    pub(crate) fn is_step(&self, claim: usize) -> bool {
        let here = self.step().experiment;
        self.lesson().is_on && matches!(here, StepRuns::Claim(here) if index_of(here) == claim)
    }

    /// Shows what came out, unless the user looks at something else. Single turns of the lock are looked at first.
    pub(crate) fn tell_step(&mut self, is_seen: bool) {
        match self.overlay() {
            None if is_seen && self.is_seen_from_near() => {}
            None | Some(Overlay::Lesson(_)) if is_seen => self.show_step_here(),
            _ => self.show_notice("the runs of this step have ended. L shows what came out"),
        }
    }

    /// Whether the step is about single turns of the lock.
    fn is_seen_from_near(&self) -> bool {
        matches!(self.step().experiment, StepRuns::Claim(claim) if claim.closer)
    }

    /// Leaves the page for the runs of the step.
    pub(crate) fn go_to_step_runs(&mut self) {
        if self.recording_here().is_some() {
            return self.begin_recorded();
        }
        match self.came_out() {
            Some(StepResult::Claim(_)) => self.go_to_runs(),
            Some(StepResult::Run(run)) => {
                let number = run.number;
                self.open.overlays.clear();
                self.show_row(Some(number));
            }
            None => {}
        }
    }
}
