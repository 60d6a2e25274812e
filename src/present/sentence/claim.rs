//! Claims in words: their conditions, what was measured, and the verdicts.

use super::{factor, factor_of_pairs};
use crate::{
    analysis::verified::{Obstacle, Verified},
    domain::{
        claim::{Answer, Bound, Condition, Judgement, Measure, Quantity, Test, Topic, Trial},
        history::RunEntry,
        plan::{Lock, Plan},
        rounds::LEAST_PAIRS,
        stats::Ratio,
        text::{self, bytes, counted, duration},
    },
    present::number::with_interval,
};

/// A verdict in words.
pub fn answer(answer: Answer) -> &'static str {
    match answer {
        Answer::Supported => "supported",
        Answer::Contradicted => "contradicted",
        Answer::CannotTell => "cannot tell",
    }
}

/// The workers of a plan: "16 Python threads", "1 process".
pub fn workers(plan: &Plan) -> String {
    let python = if plan.model().is_python() {
        "Python "
    } else {
        ""
    };
    let is_free = plan.interpreter().is_some() && plan.lock() == Lock::None;
    let lock = match plan.model() {
        model if model.has_emulated_lock() => " under the emulated GIL",
        model if model.shares_an_interpreter() && is_free => " without a GIL",
        _ => "",
    };
    let kind = if plan.model().has_processes() {
        "process"
    } else {
        "thread"
    };
    let plural = match (plan.workers, plan.model().has_processes()) {
        (1, _) => "",
        (_, true) => "es",
        (_, false) => "s",
    };
    format!("{} {python}{kind}{plural}{lock}", plan.workers)
}

/// The subject of a claim or a control.
pub fn topic(topic: Topic) -> &'static str {
    match topic {
        Topic::Claim(_) => "a claim",
        Topic::Waiting => "pure waiting must scale with the workers",
        Topic::Lock => "pure computing under one lock must not scale",
    }
}

/// What has to come out: "16 Python threads are at least 3× as fast as 1 Python thread".
pub fn condition(trial: &Trial, condition: &Condition) -> String {
    let (bound, limit) = match condition.bound {
        Bound::AtLeast(limit) => ("at least", limit),
        Bound::AtMost(limit) => ("at most", limit),
    };
    let amount = amount(condition.measure, limit);
    statement(trial, condition.measure, true, &format!("{bound} {amount}"))
}

/// What a test measured: "16 Python threads were 8.9× (8.5–9.3, 3 pairs) as fast as 1 Python thread".
pub fn measured(trial: &Trial, test: &Test) -> Option<String> {
    let value = test.value?;
    let measure = test.condition.measure;
    let amount = match measure {
        Measure::Ratio { .. } if test.rounds > 0 => factor_of_pairs(&value, test.rounds),
        Measure::Ratio { .. } => factor(&value),
        Measure::Value { quantity, .. } => with_interval(value.value, value.interval, |value| {
            of_quantity(quantity, value)
        }),
    };
    Some(statement(trial, measure, false, &amount))
}

/// An amount with a sentence around it, for what has to be or for what was.
fn statement(trial: &Trial, measure: Measure, has_to_be: bool, amount: &str) -> String {
    let arm = |arm: usize| workers(&trial.arms[arm]);
    let (are, take, keep, have) = match has_to_be {
        true => ("are", "take", "keep", "have"),
        false => ("were", "took", "kept", "had"),
    };
    match measure {
        Measure::Ratio {
            quantity: Quantity::Time,
            over,
            of,
        } => format!("{} {are} {amount} as fast as {}", arm(of), arm(over)),
        Measure::Ratio { quantity, over, of } => {
            let what = match quantity {
                Quantity::Start => "to start",
                _ => "of memory each",
            };
            format!(
                "{} {take} {amount} as much {what} as {}",
                arm(over),
                arm(of)
            )
        }
        Measure::Value { quantity, of } => match quantity {
            Quantity::CoresInUse => format!("{} {keep} {amount} in use", arm(of)),
            Quantity::TasksPerCore => {
                format!("{} {keep} {amount} in flight per core in use", arm(of))
            }
            _ => format!("{} {have} {amount}", arm(of)),
        },
    }
}

/// A limit or a value without its interval.
fn amount(measure: Measure, value: f64) -> String {
    match measure {
        Measure::Ratio { .. } => text::speedup(value),
        Measure::Value { quantity, .. } => of_quantity(quantity, value),
    }
}

fn of_quantity(quantity: Quantity, value: f64) -> String {
    match quantity {
        Quantity::Time | Quantity::Start => duration(value),
        Quantity::Memory => bytes(value as u64),
        Quantity::CoresInUse => format!("{value:.2} cores"),
        Quantity::TasksPerCore => format!("{value:.1} tasks"),
        Quantity::Switches => {
            let plural = if value.round() == 1.0 { "" } else { "es" };
            format!("{value:.0} context switch{plural} a second")
        }
    }
}

/// Why the verdict is what it is, in one or two sentences without a full stop at the end.
pub fn reason(verified: &Verified) -> String {
    match (&verified.obstacle, &verified.trial, &verified.judgement) {
        (Some(obstacle), _, _) => self::obstacle(obstacle),
        (None, Some(trial), Some(judgement)) => {
            let tests = judgement.tests.iter();
            let tests = tests.filter(|test| test.answer == judgement.answer);
            let mut sentences: Vec<String> = tests
                .filter_map(|test| said(trial, test))
                .map(|sentence| text::capitalized(&sentence))
                .collect();
            sentences.dedup();
            sentences.join(". ")
        }
        _ => "Not measured yet".into(),
    }
}

fn said(trial: &Trial, test: &Test) -> Option<String> {
    let measured = measured(trial, test);
    match test.answer {
        Answer::Supported => measured,
        Answer::Contradicted => {
            let condition = limit(&test.condition);
            Some(format!("{}, and not {condition}", measured?))
        }
        Answer::CannotTell => Some(undecided(measured, test)),
    }
}

/// "at least 3×".
fn limit(condition: &Condition) -> String {
    let amount = |limit| amount(condition.measure, limit);
    match condition.bound {
        Bound::AtLeast(limit) => format!("at least {}", amount(limit)),
        Bound::AtMost(limit) => format!("at most {}", amount(limit)),
    }
}

/// Why a condition is not decided.
fn undecided(measured: Option<String>, test: &Test) -> String {
    let disturbed = counted(test.disturbed as u64, "round");
    let Some(measured) = measured else {
        return match test.disturbed {
            0 => "this machine does not tell what the claim is about".into(),
            _ => format!("other programs disturbed {disturbed}, and no other round ran"),
        };
    };
    let lacks = if test.rounds < LEAST_PAIRS {
        format!(
            ", but that is too few rounds: {} of {LEAST_PAIRS}",
            test.rounds
        )
    } else {
        format!(", too uncertain to be {}", limit(&test.condition))
    };
    let disturbed = match test.disturbed {
        0 => String::new(),
        _ => format!(". Other programs disturbed {disturbed}, which are left out"),
    };
    format!("{measured}{lacks}{disturbed}")
}

fn obstacle(obstacle: &Obstacle) -> String {
    match obstacle {
        Obstacle::OneCore => "There is one usable core, and the claim is about several".into(),
        Obstacle::Impossible(sentence) => format!("It cannot be measured here: {sentence}"),
        Obstacle::Control(topic) => format!(
            "A control failed or is not decided: {}",
            self::topic(*topic)
        ),
        Obstacle::Unfinished => "It was not measured to its end".into(),
    }
}

/// The effect that a claim is about, as in "8.9× (8.5–9.3)"; `None` if there is none.
pub fn effect(verified: &Verified) -> Option<String> {
    let test = verified.judgement.as_ref()?.tests.first()?;
    let Ratio { value, interval } = test.value?;
    Some(match test.condition.measure {
        Measure::Ratio { .. } => factor(&test.value?),
        Measure::Value { quantity, .. } => {
            with_interval(value, interval, |value| of_quantity(quantity, value))
        }
    })
}

/// What is remarkable about a verdict: that the claim is known to be wrong, or that the verdict is not the one that is
/// known to be right.
pub fn surprise(verified: &Verified) -> Option<&'static str> {
    match (verified.answer(), verified.is_as_expected()) {
        (Answer::Contradicted, true) => Some("As expected: the article is wrong here."),
        (Answer::CannotTell, _) | (_, true) => None,
        _ => Some("This is not what is expected. Look at the runs and their caveats."),
    }
}

/// The runs behind a verdict, by number: "Runs: #3–#9".
pub fn runs(verified: &Verified, runs: &[&RunEntry]) -> Option<String> {
    let numbers = verified.runs(runs.iter().copied());
    let first = numbers.first()?;
    let spans = numbers[1..]
        .iter()
        .fold(vec![(*first, *first)], |mut spans, number| {
            match spans.last_mut() {
                Some((_, last)) if *last + 1 == *number => *last = *number,
                _ => spans.push((*number, *number)),
            }
            spans
        });
    let span = |(first, last): &(usize, usize)| match first == last {
        true => format!("#{first}"),
        false => format!("#{first}–#{last}"),
    };
    let spans: Vec<String> = spans.iter().map(span).collect();
    Some(format!("Runs: {}", spans.join(", ")))
}

/// What a control measured, and what that means.
pub fn control(trial: &Trial, judgement: &Judgement) -> String {
    let tests = judgement.tests.iter();
    let measured: Vec<String> = tests.filter_map(|test| measured(trial, test)).collect();
    let word = match judgement.answer {
        Answer::Supported => "it does as it must",
        Answer::Contradicted => "it failed",
        Answer::CannotTell => "cannot tell",
    };
    format!("{word}. {}", text::capitalized(&measured.join(". ")))
}
