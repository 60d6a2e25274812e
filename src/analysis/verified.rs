//! Claims that were tested: what was measured, and the verdicts.

use crate::{
    catalog::claim::{self, CONTROLS, Claim, Setting},
    domain::{
        claim::{Answer, Judgement, Trial, TrialTopic, in_arms, judge},
        history::RunEntry,
        machine::WorkerLimits,
        plan::Draft,
        rounds::{Effort, Rounds},
        speed::Speed,
        stats::Ratio,
    },
};

/// Why the measurements cannot answer a claim, whatever they say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// The claim is about parallelism, and there is only one usable core.
    OneCore,
    /// Its runs are not possible here, for this reason.
    Impossible(String),
    /// A control did not come out as it has to.
    FailedControl(TrialTopic),
    /// A control was not decided.
    OpenControl(TrialTopic),
    /// Its runs were not measured, or not to their end.
    Unfinished,
    /// One of its runs did not do its work, or could not be started. The sentence says why.
    Broken(String),
}

/// A claim and what was found out about it.
#[derive(Clone, Debug)]
pub struct Verified {
    /// The claim.
    pub claim: &'static Claim,
    /// What was measured for it; `None` if that is not possible here.
    pub trial: Option<Trial>,
    /// What the measurements say.
    pub judgement: Option<Judgement>,
    /// The quantity of the effect in each arm of the trial, as far as it was measured.
    pub arms: Vec<Option<Ratio>>,
    /// Why they cannot be an answer.
    pub obstacle: Option<Obstacle>,
    /// The id of the campaign in which it was measured.
    pub campaign: Option<String>,
}

impl Verified {
    /// The verdict: never more than the measurements and the controls carry.
    pub fn answer(&self) -> Answer {
        match (&self.obstacle, &self.judgement) {
            (None, Some(judgement)) => judgement.answer,
            _ => Answer::CannotTell,
        }
    }

    /// Whether there is a verdict, or a reason why there is none.
    pub fn is_told(&self) -> bool {
        self.obstacle.is_some() || self.judgement.is_some()
    }

    /// The numbers of the runs behind it, among these.
    pub fn runs<'r>(&self, among: impl Iterator<Item = &'r RunEntry>) -> Vec<usize> {
        let arms = self.trial.iter().flat_map(|trial| &trial.arms);
        let is_behind = |run: &&RunEntry| {
            self.campaign.is_some()
                && run.record.campaign_id() == self.campaign.as_deref()
                && arms.clone().any(|arm| *arm == run.record.plan)
        };
        among.filter(is_behind).map(|run| run.number).collect()
    }

    /// Whether the verdict is the one that is known to be right.
    pub fn is_as_expected(&self) -> bool {
        self.answer() == self.claim.expected
    }
}

/// Claims that are to be tested here, and their controls.
#[derive(Clone, Debug)]
pub struct Verification {
    /// The claims, in the order in which they were chosen.
    pub claims: Vec<Verified>,
    /// The controls that these claims need.
    pub controls: Vec<Trial>,
    /// How much may be measured for each claim.
    pub effort: Effort,
    control_rounds: Rounds,
}

impl Verification {
    /// Prepares these claims. `speed` says how fast the interpreter of a draft is, or else this machine.
    pub fn new(
        chosen: &[&'static Claim],
        setting: &Setting,
        effort: Effort,
        limits: &WorkerLimits,
        speed: &dyn Fn(&Draft) -> Option<Speed>,
    ) -> Verification {
        let prepare = |claim: &&'static Claim| {
            let design = claim.design(setting);
            let trial = design.trial(TrialTopic::Claim(claim.number), limits, speed);
            let is_short = claim.needs_cores && setting.is_one_core();
            let obstacle = match &trial {
                _ if is_short => Some(Obstacle::OneCore),
                Ok(_) => None,
                Err(invalid) => Some(Obstacle::Impossible(invalid.sentence.clone())),
            };
            Verified {
                claim,
                trial: trial.ok().filter(|_| obstacle.is_none()),
                judgement: None,
                arms: vec![],
                obstacle,
                campaign: None,
            }
        };
        let claims: Vec<Verified> = chosen.iter().map(prepare).collect();
        let needed = |topic: &TrialTopic| {
            let mut measured = claims.iter().filter(|claim| claim.trial.is_some());
            measured.any(|verified| verified.claim.controls.contains(topic))
        };
        let controls = CONTROLS.into_iter().filter(needed);
        let design = |topic| {
            claim::control(topic, setting)?
                .trial(topic, limits, speed)
                .ok()
        };
        Verification {
            controls: controls.filter_map(design).collect(),
            claims,
            effort,
            control_rounds: Rounds::default(),
        }
    }

    /// The claims that are measured together, because they share runs: as indexes, in the order of measuring.
    pub fn groups(&self) -> Vec<Vec<usize>> {
        let mut groups: Vec<Vec<usize>> = vec![];
        let workload = |at: usize| Some(self.claims[at].trial.as_ref()?.arms[0].workload);
        for at in (0..self.claims.len()).filter(|at| workload(*at).is_some()) {
            match groups
                .iter_mut()
                .find(|group| workload(group[0]) == workload(at))
            {
                Some(group) => group.push(at),
                None => groups.push(vec![at]),
            }
        }
        groups
    }

    /// The trials of these claims.
    pub fn trials(&self, group: &[usize]) -> Vec<Trial> {
        let trials = group.iter().filter_map(|at| self.claims[*at].trial.clone());
        trials.collect()
    }

    /// The effort for so many claims that are measured together.
    pub fn effort_of(&self, claims: usize) -> Effort {
        Effort {
            budget_s: self.effort.budget_s * claims.max(1) as f64,
            ..self.effort
        }
    }

    /// Takes the claims that have no verdict yet from a newer preparation, because more is known about the machine now.
    pub fn renew(&mut self, newer: Verification) {
        for (old, new) in self.claims.iter_mut().zip(newer.claims) {
            if old.judgement.is_none() {
                *old = new;
            }
        }
        (self.controls, self.effort) = (newer.controls, newer.effort);
    }

    /// The controls of this claim that did not come out yet as they have to.
    pub fn missing_controls(&self, at: usize) -> Vec<Trial> {
        let needed = self.claims[at].claim.controls;
        let judged = self.control_judgements();
        let missing = judged.filter(|(trial, judgement)| {
            needed.contains(&trial.topic) && judgement.answer != Answer::Supported
        });
        missing.map(|(trial, _)| trial.clone()).collect()
    }

    /// What controls have measured. The other controls keep what they have measured before.
    pub fn control_measured(&mut self, rounds: Rounds) {
        self.control_rounds.renew(rounds);
    }

    /// What the controls say.
    pub fn control_judgements(&self) -> impl Iterator<Item = (&Trial, Judgement)> {
        let judged = |trial| (trial, judge(trial, &self.control_rounds, self.effort));
        self.controls.iter().map(judged)
    }

    /// What was measured for these claims, in the campaign with this id.
    pub fn measured(&mut self, group: &[usize], campaign: &str, rounds: &Rounds) {
        let controls: Vec<(TrialTopic, Answer)> = self
            .control_judgements()
            .map(|(trial, judgement)| (trial.topic, judgement.answer))
            .collect();
        let effort = self.effort;
        for at in group {
            let verified = &mut self.claims[*at];
            let Some(trial) = &verified.trial else {
                continue;
            };
            let judgement = judge(trial, rounds, effort);
            // A control of the claim has to come out as it should. Every control that comes out wrong shows that the
            // measurements are wrong.
            let fails = |(topic, answer): &&(TrialTopic, Answer)| {
                let own = &verified.claim.controls;
                *answer == Answer::Contradicted && !own.is_empty()
                    || own.contains(topic) && *answer != Answer::Supported
            };
            let has_run = trial
                .arms
                .iter()
                .all(|arm| rounds.runs_of(arm).next().is_some());
            // A test that was repeated, and stopped before its first round was over, says less than the one before.
            if !has_run && verified.is_told() {
                continue;
            }
            verified.obstacle = match controls.iter().find(fails) {
                _ if !has_run => Some(Obstacle::Unfinished),
                failed => failed.map(|(topic, answer)| match answer {
                    Answer::Contradicted => Obstacle::FailedControl(*topic),
                    _ => Obstacle::OpenControl(*topic),
                }),
            };
            verified.arms = in_arms(trial, rounds);
            verified.judgement = Some(judgement);
            verified.campaign = Some(campaign.into());
        }
    }
}

#[cfg(test)]
mod tests;
