//! Recorded runs of a step, which are played in place of measured ones.

use crate::{
    analysis::{recorded::Recording, verified::Verified},
    app::{
        App,
        live::{Asked, Question},
        message::Effect,
        screen::Focus,
        screens::lesson::{StepResult, index_of},
    },
    catalog::lesson::StepRuns,
    domain::{
        campaign::Campaign,
        history::{Lot, RunEntry},
        plan::Plan,
        rounds::Effort,
    },
};

impl App {
    /// The recording, if the current step shows recorded runs.
    pub fn recording_here(&self) -> Option<&Recording> {
        let lesson = self.lesson();
        let recording = lesson.recording.as_ref();
        recording.filter(|_| lesson.recorded.contains(&lesson.at))
    }

    /// What came out of the current step where it was recorded.
    pub(super) fn came_out_of<'a>(&'a self, recording: &'a Recording) -> Option<StepResult<'a>> {
        let step = self.step().experiment;
        match step {
            StepRuns::Nothing => None,
            StepRuns::Serial => {
                let plan = recording.plans(step).pop()?;
                self.run_with(&recording.played(&plan)?.record.id)
            }
            StepRuns::Claim(claim) => {
                let is_it = |verified: &&Verified| verified.claim.number == claim.number;
                let verified = recording.claims.iter().find(is_it)?;
                Some(StepResult::Claim(verified))
            }
        }
    }

    /// Shows recorded runs of the current step. They are read when they are needed for the first time.
    pub(crate) fn show_recorded(&mut self) {
        if self.lesson().recording.is_some() {
            self.begin_recorded();
        } else {
            self.out.effects.push(Effect::ReadRecording);
        }
    }

    pub(crate) fn on_recording(&mut self, runs: Vec<RunEntry>) {
        self.work.lesson.recording = Some(Recording::new(runs));
        if self.lesson().is_on {
            self.begin_recorded();
        }
    }

    /// Puts the recorded runs of the current step into the history, and plays one of each plan.
    pub(super) fn begin_recorded(&mut self) {
        let step = self.step().experiment;
        let lesson = &mut self.work.lesson;
        let Some(recording) = &lesson.recording else {
            return;
        };
        let plans = recording.plans(step);
        let is_of_it = |run: &&RunEntry| plans.contains(&run.record.plan);
        let lot = Lot {
            runs: recording.runs.iter().filter(is_of_it).cloned().collect(),
            ..Lot::default()
        };
        let id = |plan: &Plan| Some(recording.played(plan)?.record.id.clone());
        lesson.unplayed = recording
            .played_in(step)
            .iter()
            .rev()
            .filter_map(id)
            .collect();
        lesson.recorded.insert(lesson.at);
        self.on_earlier(lot);
        self.open.overlays.clear();
        self.open.focus = Focus::QUESTIONS;
        self.play_next();
    }

    /// Plays the next recorded run of the step. After the last one, the page says what came out.
    pub(super) fn play_next(&mut self) {
        let next = self.work.lesson.unplayed.pop();
        let number = next.and_then(|id| self.history.number_of(&id));
        let Some(run) = number.and_then(|number| self.history.get(number)) else {
            return self.show_step_here();
        };
        let (number, asked) = (run.number, self.asked_in_step(&run.record.plan));
        self.end_playback();
        self.show_row(Some(number));
        if self.is_seen_from_near() {
            self.look(|view, trace| view.zoom_to_turns(trace));
        } else {
            self.play_as(asked);
        }
    }

    /// The purpose of a run of this plan in the current step.
    fn asked_in_step(&self, plan: &Plan) -> Asked {
        let result = self.came_out();
        let (question, campaign) = match (self.step().experiment, result) {
            (StepRuns::Claim(claim), Some(StepResult::Claim(verified))) => {
                let trials = verified.trial.iter().cloned().collect();
                let campaign = Campaign::claims(trials, Effort::of_question(0.0));
                (Question::Claim(index_of(claim)), campaign)
            }
            _ => (Question::Step, Campaign::repeats(plan.clone(), 1)),
        };
        Asked {
            question: Some(question),
            ..Asked::of(campaign)
        }
    }
}
