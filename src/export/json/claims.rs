//! The claims of a document.

use serde::Serialize;

use crate::{
    analysis::verified::Verified,
    domain::{
        claim::{Answer, Judgement, Measure, Test, Trial},
        history::RunEntry,
        stats::{Interval, Ratio},
    },
    present::sentence::claim as sentence,
};

/// A claim with its verdict.
#[derive(Serialize)]
pub(super) struct OutgoingClaim {
    /// The number of the claim.
    claim: u8,
    sentence: &'static str,
    verdict: Answer,
    /// The verdict that is known to be right.
    expected: Answer,
    /// The effect that the claim is about, if that is a factor.
    factor: Option<f64>,
    interval: Option<Interval>,
    reason: String,
    conditions: Vec<OutgoingCondition>,
    /// The numbers of the runs behind it.
    runs: Vec<usize>,
}

/// A control of the claims.
#[derive(Serialize)]
pub(super) struct OutgoingControl {
    control: &'static str,
    verdict: Answer,
    reason: String,
    conditions: Vec<OutgoingCondition>,
}

#[derive(Serialize)]
struct OutgoingCondition {
    condition: String,
    verdict: Answer,
    value: Option<f64>,
    interval: Option<Interval>,
    rounds: usize,
    disturbed: usize,
}

impl OutgoingClaim {
    pub(super) fn of(verified: &Verified, runs: &[&RunEntry]) -> OutgoingClaim {
        let tests = || verified.judgement.iter().flat_map(|judged| &judged.tests);
        let is_factor = |test: &&Test| matches!(test.condition.measure, Measure::Ratio { .. });
        let effect = tests().next().filter(is_factor).and_then(|test| test.value);
        OutgoingClaim {
            claim: verified.claim.number,
            sentence: verified.claim.claim,
            verdict: verified.answer(),
            expected: verified.claim.expected,
            factor: effect.map(|Ratio { value, .. }| value),
            interval: effect.and_then(|effect| effect.interval),
            reason: sentence::reason(verified),
            conditions: verified
                .trial
                .iter()
                .flat_map(|trial| tests().map(|test| OutgoingCondition::of(trial, test)))
                .collect(),
            runs: verified.runs(runs.iter().copied()),
        }
    }
}

impl OutgoingControl {
    pub(super) fn of((trial, judgement): &(&Trial, Judgement)) -> OutgoingControl {
        let tests = judgement.tests.iter();
        OutgoingControl {
            control: sentence::topic(trial.topic),
            verdict: judgement.answer,
            reason: sentence::control(trial, judgement),
            conditions: tests
                .map(|test| OutgoingCondition::of(trial, test))
                .collect(),
        }
    }
}

impl OutgoingCondition {
    fn of(trial: &Trial, test: &Test) -> OutgoingCondition {
        OutgoingCondition {
            condition: sentence::condition(trial, &test.condition),
            verdict: test.answer,
            value: test.value.map(|value| value.value),
            interval: test.value.and_then(|value| value.interval),
            rounds: test.rounds,
            disturbed: test.disturbed,
        }
    }
}
