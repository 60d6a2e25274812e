//! Claims in words: their conditions, what was measured, and the verdicts.

use super::{factor, factor_of_pairs};
use crate::{
    analysis::verified::{Obstacle, Verified},
    catalog::{
        claim::{Claim, Prediction},
        workload::{LOCK, SHARE},
    },
    domain::{
        claim::{Answer, Bound, Condition, Judgement, Measure, Quantity, Test, Trial, TrialTopic},
        history::RunEntry,
        phase::Phase,
        plan::{Lock, Plan},
        rounds::LEAST_PAIRS,
        stats::{Interval, Ratio},
        text::{self, bytes, counted, duration},
    },
    present::number::with_interval,
};

/// An effect whose interval goes from one number to more than this many times as much is not shown.
const WIDEST: f64 = 100.0;

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
    let is_on = |parameter| plan.given(parameter) == Some(1);
    let number = match (is_on(&LOCK), is_on(&SHARE)) {
        (true, true) => " with a lock and shared memory",
        (true, false) => " with a lock",
        (false, true) => " with shared memory",
        (false, false) => "",
    };
    format!("{} {python}{kind}{plural}{lock}{number}", plan.workers)
}

/// A claim with its number, in a few words.
pub fn title(claim: &Claim) -> String {
    format!("claim {}: {}", claim.number, claim.title)
}

/// The subject of a claim or a control.
pub fn topic(topic: TrialTopic) -> &'static str {
    match topic {
        TrialTopic::Claim(_) => "a claim",
        TrialTopic::Waiting => "pure waiting must scale with the workers",
        TrialTopic::Lock => "pure computing under one lock must not scale",
        TrialTopic::Cores => "pure computing without a lock must scale",
    }
}

/// All that has to come out, a sentence each.
pub fn conditions(trial: &Trial) -> Vec<String> {
    let conditions = trial.conditions.iter();
    conditions.map(|one| condition(trial, one)).collect()
}

/// What has to come out: "16 Python threads are at least 3× as fast as 1 Python thread".
pub fn condition(trial: &Trial, condition: &Condition) -> String {
    statement(trial, condition.measure, true, &limit(condition))
}

/// What a test measured: "16 Python threads were 8.9× (8.5–9.3, 3 pairs) as fast as 1 Python thread".
pub fn measured(trial: &Trial, test: &Test) -> Option<String> {
    let value = test.value?;
    let measure = test.condition.measure;
    let amount = match measure {
        Measure::Ratio { .. } if test.rounds > 0 => factor_of_pairs(&value, test.rounds),
        Measure::Ratio { .. } => factor(&value),
        Measure::Value { quantity, .. } => quantity_with_interval(quantity, value),
    };
    Some(statement(trial, measure, false, &amount))
}

/// An amount with a sentence around it, for what has to be or for what was.
fn statement(trial: &Trial, measure: Measure, has_to_be: bool, amount: &str) -> String {
    let arm = |arm: usize| workers(&trial.arms[arm]);
    let (are, take, keep, have, lose, compute) = match has_to_be {
        true => ("are", "take", "keep", "have", "lose", "compute"),
        false => ("were", "took", "kept", "had", "lost", "computed"),
    };
    match measure {
        Measure::Ratio {
            quantity: Quantity::Time,
            over,
            of,
        } => format!("{} {are} {amount} as fast as {}", arm(of), arm(over)),
        Measure::Ratio { quantity, over, of } => {
            let what = match quantity {
                Quantity::Start => "long to start",
                Quantity::HandOver => "long to get the block",
                _ => "much memory each",
            };
            format!("{} {take} {amount} as {what} as {}", arm(over), arm(of))
        }
        Measure::Value { quantity, of } => match quantity {
            Quantity::CoresInUse => format!("{} {keep} {amount} in use", arm(of)),
            Quantity::TasksPerCore => {
                format!("{} {keep} {amount} in flight per core in use", arm(of))
            }
            Quantity::Found => {
                format!(
                    "{} {have} {amount} of their additions in the number",
                    arm(of)
                )
            }
            Quantity::Overlap => {
                format!(
                    "{} {compute} at the same moment for {amount} of the time",
                    arm(of)
                )
            }
            Quantity::Lost => format!("{} {lose} {amount} of their additions", arm(of)),
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
        Quantity::Time | Quantity::Start | Quantity::HandOver => duration(value),
        Quantity::Memory => bytes(value as u64),
        Quantity::CoresInUse => format!("{value:.2} cores"),
        Quantity::TasksPerCore => format!("{value:.1} tasks"),
        Quantity::Overlap | Quantity::Found | Quantity::Lost => percent(value),
        Quantity::Switches => {
            let plural = if value.round() == 1.0 { "" } else { "es" };
            format!("{value:.0} context switch{plural} a second")
        }
    }
}

/// A share in percent: "0 %" and "100 %" only if it is exactly that.
fn percent(share: f64) -> String {
    match share * 100.0 {
        whole @ (0.0 | 100.0) => format!("{whole:.0} %"),
        percent => format!("{:.1} %", percent.clamp(0.1, 99.9)),
    }
}

/// The name of a quantity, above its values.
pub fn quantity(quantity: Quantity) -> &'static str {
    match quantity {
        Quantity::Time => "time of a run",
        Quantity::Start => "time to start a worker",
        Quantity::HandOver => "time until a worker has a block",
        Quantity::Memory => "memory of a worker",
        Quantity::CoresInUse => "cores in use",
        Quantity::TasksPerCore => "tasks in flight per core in use",
        Quantity::Overlap => "time in which several workers computed at once",
        Quantity::Switches => "context switches a second",
        Quantity::Found => "additions that are in the number",
        Quantity::Lost => "additions that were lost",
    }
}

/// What executes the runs of a trial: "CPython 3.13.0", "native code under an emulated GIL".
pub fn executed_by(trial: &Trial) -> String {
    let mut all: Vec<String> = vec![];
    let has_emulated = trial.arms.iter().any(|arm| arm.lock() == Lock::Emulated);
    for arm in &trial.arms {
        let one = match arm.interpreter() {
            Some(python) => format!("CPython {}", python.version_name()),
            None if has_emulated => "native code under an emulated GIL".into(),
            None => "native code".into(),
        };
        if !all.contains(&one) {
            all.push(one);
        }
    }
    all.join(" and ")
}

/// What is asked before a trial is measured: "How fast are 2 processes, compared with 1 thread?".
pub fn question(trial: &Trial, prediction: Prediction) -> String {
    let effect = trial.conditions.first().map(|effect| effect.measure);
    match (prediction, effect) {
        (Prediction::Factor, Some(Measure::Ratio { over, of, .. })) => {
            let [of, over] = [of, over].map(|arm| workers(&trial.arms[arm]));
            format!("How fast are {of}, compared with {over}?")
        }
        _ => "Is the claim true?".into(),
    }
}

/// What the rounds of a trial say so far, and what a verdict still needs; `None` before the first round has ended.
pub fn so_far(trial: &Trial, judgement: &Judgement) -> Option<String> {
    let test = judgement.deciding_test()?;
    let disturbed = match test.disturbed as u64 {
        0 => None,
        rounds => Some(format!("{} left out", counted(rounds, "disturbed round"))),
    };
    let lacks = match LEAST_PAIRS.saturating_sub(test.rounds) {
        0 => format!("Not decided yet: {}", condition(trial, &test.condition)),
        more => format!("At least {}", counted(more as u64, "more round")),
    };
    let effect = effect_of(judgement).map(|effect| format!("so far {effect}. {lacks}"));
    let said = effect.into_iter().chain(disturbed).collect::<Vec<_>>();
    (!said.is_empty()).then(|| said.join(", "))
}

/// Why the verdict is what it is, in one or two sentences without a full stop at the end.
pub fn reason(verified: &Verified) -> String {
    reasons(verified).join(". ")
}

/// The sentences of the reason.
pub fn reasons(verified: &Verified) -> Vec<String> {
    match (&verified.obstacle, &verified.trial, &verified.judgement) {
        (Some(obstacle), _, _) => vec![self::obstacle(obstacle)],
        (None, Some(trial), Some(judgement)) => {
            let tests = judgement.tests.iter();
            let is_told = |test: &&Test| match judgement.answer {
                Answer::CannotTell => test.answer == Answer::CannotTell,
                _ => test.answer != Answer::CannotTell,
            };
            let mut tests: Vec<&Test> = tests.filter(is_told).collect();
            // What contradicts a claim comes first.
            tests.sort_by_key(|test| test.answer != Answer::Contradicted);
            let tests = tests.into_iter();
            let mut sentences: Vec<String> = tests
                .filter_map(|test| said(trial, test))
                .map(|sentence| text::capitalized(&sentence))
                .collect();
            sentences.dedup();
            if judgement.answer == Answer::CannotTell {
                let disturbed = judgement.tests.iter().map(|test| test.disturbed);
                sentences.extend(disturbed.max().and_then(self::disturbed));
            }
            sentences
        }
        _ => vec!["Not measured yet".into()],
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

/// "at least 3×", or "none" of something that is a share.
fn limit(condition: &Condition) -> String {
    let amount = |limit| amount(condition.measure, limit);
    match (condition.measure.quantity(), condition.bound) {
        (Quantity::Found, Bound::AtLeast(1.0)) => "all".into(),
        (Quantity::Found | Quantity::Lost, Bound::AtMost(0.0)) => "none".into(),
        (_, Bound::AtLeast(limit)) => format!("at least {}", amount(limit)),
        (_, Bound::AtMost(limit)) => format!("at most {}", amount(limit)),
    }
}

/// Why a condition is not decided.
fn undecided(measured: Option<String>, test: &Test) -> String {
    let Some(measured) = measured else {
        return match test.disturbed {
            0 => format!(
                "this machine does not report the {}",
                self::quantity(test.condition.measure.quantity())
            ),
            _ => "no round ran undisturbed".into(),
        };
    };
    let lacks = if test.rounds < LEAST_PAIRS {
        format!(
            ", but that is too few rounds: {} of {LEAST_PAIRS}",
            test.rounds
        )
    } else {
        let limit = limit(&test.condition);
        let interval = test.value.and_then(|value| value.interval);
        let seems = interval.map(|interval| test.condition.bound.judge(interval));
        match seems {
            // The interval that decides is wider, because every round is looked at.
            Some(Answer::Supported) => {
                format!(", but more rounds are needed to be sure of {limit}")
            }
            Some(Answer::Contradicted) => {
                format!(", but more rounds are needed to be sure that it is not {limit}")
            }
            _ => format!(", too uncertain to be {limit}"),
        }
    };
    format!("{measured}{lacks}")
}

/// How many rounds were left out.
fn disturbed(rounds: usize) -> Option<String> {
    let left_out = counted(rounds as u64, "disturbed round");
    let verb = if rounds == 1 { "was" } else { "were" };
    (rounds > 0).then(|| format!("{left_out} {verb} left out"))
}

/// How the workers of the effect spent their time, in parts of at least a percent: "Of the time of 2 processes: 93 %
/// computing, 5 % starting, 2 % idle". `None` if the effect is not a speed-up.
pub fn spent(verified: &Verified) -> Option<String> {
    let (trial, judgement) = (verified.trial.as_ref()?, verified.judgement.as_ref()?);
    let (of, spent) = judgement.spent.as_ref()?;
    let share = |phase: Phase| 100.0 * spent[phase] as f64 / spent.total().max(1) as f64;
    let mut parts: Vec<Phase> = Phase::MEASURED
        .into_iter()
        .filter(|phase| share(*phase) >= 1.0)
        .collect();
    parts.sort_by(|a, b| share(*b).total_cmp(&share(*a)));
    let part = |phase: &Phase| format!("{:.0} % {}", share(*phase), phase.description().name);
    let parts: Vec<String> = parts.iter().map(part).collect();
    let arm = workers(&trial.arms[*of]);
    (!parts.is_empty()).then(|| format!("Of the time of {arm}: {}", parts.join(", ")))
}

fn obstacle(obstacle: &Obstacle) -> String {
    match obstacle {
        Obstacle::OneCore => {
            "One core is usable, or little more, and the claim is about several".into()
        }
        Obstacle::Impossible(sentence) => format!("It cannot be measured here: {sentence}"),
        Obstacle::FailedControl(topic) => format!(
            "A control failed, so that nothing here can be trusted: {}",
            self::topic(*topic)
        ),
        Obstacle::OpenControl(topic) => {
            format!("A control is not decided: {}", self::topic(*topic))
        }
        Obstacle::Unfinished => "It was not measured to its end".into(),
        Obstacle::Broken(why) => text::capitalized(why),
    }
}

/// The effect that a claim is about, as in "8.9× (8.5–9.3)"; `None` if there is none.
pub fn effect(verified: &Verified) -> Option<String> {
    effect_of(verified.judgement.as_ref()?)
}

fn effect_of(judgement: &Judgement) -> Option<String> {
    let test = judgement.tests.first()?;
    let value = test.value.filter(|value| !says_nothing(value.interval))?;
    Some(match test.condition.measure {
        Measure::Ratio { .. } => factor(&value),
        Measure::Value { quantity, .. } => quantity_with_interval(quantity, value),
    })
}

/// Whether an interval is so wide that its value would mislead.
fn says_nothing(interval: Option<Interval>) -> bool {
    interval.is_some_and(|range| range.low > 0.0 && range.high > WIDEST * range.low)
}

fn quantity_with_interval(quantity: Quantity, Ratio { value, interval }: Ratio) -> String {
    let interval = interval.filter(|range| range.low < range.high);
    with_interval(value, interval, |value| of_quantity(quantity, value))
}

/// A value with its interval, where the quantity is named already: "0.42 s (0.40–0.44)", "612 (604–620)".
pub fn bare(quantity: Quantity, value: Ratio) -> String {
    let written = quantity_with_interval(quantity, value);
    match quantity {
        Quantity::CoresInUse => written.replace(" cores", ""),
        Quantity::TasksPerCore => written.replace(" tasks", ""),
        Quantity::Switches => written.replace(" context switches a second", ""),
        _ => written,
    }
}

/// What is known about a claim, with a sign, in a line: "✓ supported · 1.93× (1.90–1.96)".
pub fn state(verified: &Verified) -> String {
    let state = match verified.answer() {
        _ if !verified.is_told() => return "– not tested yet".into(),
        Answer::Supported => "✓ supported",
        Answer::Contradicted if verified.is_as_expected() => "✗ contradicted, as expected",
        Answer::Contradicted => "✗ contradicted",
        Answer::CannotTell => "? cannot tell",
    };
    let tests = verified.judgement.iter().flat_map(|judged| &judged.tests);
    let effect = tests
        .take(1)
        .find(|test| matches!(test.condition.measure, Measure::Ratio { .. }));
    let effect = effect.and_then(|test| Some(format!(" · {}", factor(&test.value?))));
    format!("{state}{}", effect.unwrap_or_default())
}

/// What is remarkable about a verdict: that the claim is known to be wrong, or that the verdict is not the one that is
/// known to be right.
pub fn surprise(verified: &Verified) -> Option<&'static str> {
    match (verified.answer(), verified.is_as_expected()) {
        (Answer::Contradicted, true) => Some("As expected: the article is wrong here"),
        (Answer::CannotTell, _) | (_, true) => None,
        _ => Some("This is not what is expected. Look at the runs and their caveats"),
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
    let said: Vec<String> = tests.filter_map(|test| said(trial, test)).collect();
    let word = match judgement.answer {
        Answer::Supported => "it does as it must",
        Answer::Contradicted => "it failed",
        Answer::CannotTell => "cannot tell",
    };
    format!("{word}. {}", text::capitalized(&said.join(". ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        catalog::{
            claim::CLAIMS,
            model::Model,
            workload::Workload::{Counter, Cpu},
        },
        domain::record::CampaignPart,
        fixtures::sample,
    };

    fn trial() -> Trial {
        let measure = Measure::Ratio {
            quantity: Quantity::Time,
            over: 0,
            of: 1,
        };
        Trial {
            topic: TrialTopic::Claim(2),
            arms: vec![
                sample::plan(Cpu, Model::PythonThreads, 1),
                sample::plan(Cpu, Model::PythonThreads, 2),
            ],
            conditions: vec![Condition {
                measure,
                bound: Bound::AtMost(1.1),
            }],
        }
    }

    fn verified(answer: Answer, value: f64, rounds: usize, disturbed: usize) -> Verified {
        let trial = trial();
        let interval = Some(Interval {
            low: value - 0.1,
            high: value + 0.1,
        });
        let test = Test {
            condition: trial.conditions[0],
            value: (rounds > 0).then_some(Ratio { value, interval }),
            rounds,
            disturbed,
            answer,
        };
        Verified {
            claim: CLAIMS[1],
            trial: Some(trial),
            judgement: Some(Judgement {
                answer,
                tests: vec![test],
                spent: None,
            }),
            arms: vec![],
            obstacle: None,
            campaign: Some("campaign".into()),
        }
    }

    #[test]
    fn a_condition_is_a_sentence_with_a_number() {
        let trial = trial();
        assert_eq!(
            condition(&trial, &trial.conditions[0]),
            "2 Python threads are at most 1.1× as fast as 1 Python thread"
        );
        assert_eq!(
            question(&trial, Prediction::Factor),
            "How fast are 2 Python threads, compared with 1 Python thread?"
        );
    }

    #[test]
    fn all_and_none_are_words() {
        let said = |quantity, bound| {
            let measure = Measure::Value { quantity, of: 1 };
            condition(&trial(), &Condition { measure, bound })
        };
        for (quantity, bound, expected) in [
            (
                Quantity::Found,
                Bound::AtLeast(1.0),
                "2 Python threads have all of their additions in the number",
            ),
            (
                Quantity::Found,
                Bound::AtMost(0.0),
                "2 Python threads have none of their additions in the number",
            ),
            (
                Quantity::Lost,
                Bound::AtMost(0.0),
                "2 Python threads lose none of their additions",
            ),
        ] {
            assert_eq!(said(quantity, bound), expected);
        }
    }

    #[test]
    fn a_reason_says_what_was_measured_and_what_it_had_to_be() {
        let said = |answer, value| reason(&verified(answer, value, 4, 0));
        assert_eq!(
            said(Answer::Supported, 0.98),
            "2 Python threads were 0.98× (0.88–1.08, 4 pairs) as fast as 1 Python thread"
        );
        assert_eq!(
            said(Answer::Contradicted, 1.9),
            "2 Python threads were 1.90× (1.80–2.00, 4 pairs) as fast as 1 Python thread, and not at \
             most 1.1×"
        );
        assert!(said(Answer::CannotTell, 1.1).ends_with(", too uncertain to be at most 1.1×"));
        let seems = said(Answer::CannotTell, 1.9);
        assert!(
            seems.ends_with(", but more rounds are needed to be sure that it is not at most 1.1×"),
            "{seems}"
        );
    }

    #[test]
    fn a_verdict_that_lacks_rounds_says_so_and_names_the_disturbed_ones() {
        let few = reason(&verified(Answer::CannotTell, 1.0, 1, 2));
        assert!(
            few.ends_with("too few rounds: 1 of 3. 2 disturbed rounds were left out"),
            "{few}"
        );
        let none = reason(&verified(Answer::CannotTell, 1.0, 0, 3));
        assert_eq!(
            none,
            "No round ran undisturbed. 3 disturbed rounds were left out"
        );
    }

    #[test]
    fn what_was_measured_is_no_reason_if_a_control_failed() {
        let mut verified = verified(Answer::Supported, 1.0, 4, 0);
        verified.obstacle = Some(Obstacle::FailedControl(TrialTopic::Lock));
        assert_eq!(verified.answer(), Answer::CannotTell);
        let said = reason(&verified);
        assert!(
            said.ends_with("pure computing under one lock must not scale"),
            "{said}"
        );
    }

    #[test]
    fn only_a_verdict_that_is_not_the_known_one_is_a_surprise() {
        let said = |answer| surprise(&verified(answer, 1.0, 4, 0));
        assert_eq!(said(Answer::Supported), None);
        assert_eq!(said(Answer::CannotTell), None);
        assert!(
            said(Answer::Contradicted).is_some_and(|said| said.contains("not what is expected"))
        );
    }

    #[test]
    fn the_runs_behind_a_verdict_are_named_in_spans() {
        let verified = verified(Answer::Supported, 1.0, 4, 0);
        let plan = &verified.trial.as_ref().expect("it has one").arms[0];
        let mut record = sample::record(plan.clone(), 1.0, 1.0);
        let (id, round, in_turn) = ("campaign".into(), 1, true);
        record.campaign = Some(CampaignPart { id, round, in_turn });
        let entries = [2, 3, 4, 7].map(|number| sample::run(number, &record));
        let entries: Vec<&RunEntry> = entries.iter().collect();
        assert_eq!(
            runs(&verified, &entries).as_deref(),
            Some("Runs: #2–#4, #7")
        );
    }

    #[test]
    fn workers_are_named_by_what_tells_them_apart() {
        let named = |workload, model, count| workers(&sample::plan(workload, model, count));
        assert_eq!(named(Cpu, Model::Serial, 1), "1 thread");
        assert_eq!(
            named(Cpu, Model::GilThreads, 4),
            "4 threads under the emulated GIL"
        );
        assert_eq!(named(Cpu, Model::PythonProcesses, 2), "2 Python processes");
        let locked = sample::draft(Counter, Model::Processes, 2)
            .with(&LOCK, 1)
            .with(&SHARE, 1);
        let locked = locked.validate(&crate::domain::machine::WorkerLimits::default());
        assert_eq!(
            workers(&locked.expect("it is valid")),
            "2 processes with a lock and shared memory"
        );
    }

    #[test]
    fn nothing_is_rounded_to_all_or_nothing() {
        assert_eq!(
            [0.0, 1e-6, 0.5, 0.999_99, 1.0].map(percent),
            ["0 %", "0.1 %", "50.0 %", "99.9 %", "100 %"]
        );
    }
}
