//! Claims: what is measured to test one, and what the measurements say about it.
//!
//! A claim is a list of conditions on runs that are measured in turn. Each condition is tested by itself: the interval of
//! what was measured lies within the bound, outside of it, or on both sides of it.

use serde::Serialize;

use super::{
    counter::HandOverWay,
    phase::PhaseTimes,
    plan::Plan,
    record::Record,
    rounds::{Effort, LEAST_PAIRS, Rounds},
    stats::{self, CONFIDENCE, Interval, Ratio},
};

/// What the evidence says about a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// Every condition of the claim is met.
    Supported,
    /// A condition of the claim is not met.
    Contradicted,
    /// The evidence carries neither.
    CannotTell,
}

/// The subject of an experiment about claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TrialTopic {
    /// The claim with this number.
    Claim(u8),
    /// A control: pure waiting has to scale with the workers.
    Waiting,
    /// A control: pure computing under one lock must not scale.
    Lock,
    /// A control: pure computing without a lock has to scale with the cores.
    Cores,
}

/// A number of a run that claims are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantity {
    /// The wall time, in seconds.
    Time,
    /// The time to create a worker, in seconds: all workers are created, then the first task starts.
    Start,
    /// The memory of a worker, in bytes.
    Memory,
    /// The time to hand over a block to a worker, in seconds: threads share it, to processes it is sent.
    HandOver,
    /// The mean number of cores in use.
    CoresInUse,
    /// The mean number of tasks in flight for each core in use.
    TasksPerCore,
    /// The share of the time in which at least two workers computed at the same moment.
    Overlap,
    /// Context switches by the kernel per second.
    Switches,
    /// The share of all additions that are in the number where the workers were created.
    Found,
    /// The share of all additions that are in no number, although all workers added to the same one.
    Lost,
}

impl Quantity {
    /// Its value in this run; `None` if that is not known.
    pub fn of(self, record: &Record) -> Option<f64> {
        let times = &record.times;
        let workers = f64::from(record.plan.workers);
        match self {
            Quantity::Time => Some(times.wall_s),
            Quantity::Start => {
                let python = record.interpreter.python.as_ref();
                let all = python.map_or(times.startup_s, |python| python.pool_s);
                Some(all? / workers)
            }
            Quantity::Memory => {
                let model = record.plan.model();
                // Threads of an interpreter share its memory, and nothing says what one of them takes.
                let is_each = !model.is_python() || model.has_processes();
                let all = record.system.memory_bytes.filter(|_| is_each)?;
                Some(all as f64 / workers)
            }
            Quantity::HandOver => {
                let counter = record.system.counter.as_ref()?;
                let sent = [HandOverWay::Pickled, HandOverWay::Socket];
                let shared = [HandOverWay::Shared];
                let ways: &[HandOverWay] = match record.plan.model().has_processes() {
                    true => &sent,
                    false => &shared,
                };
                ways.iter().find_map(|way| counter.handed_over(*way))
            }
            Quantity::CoresInUse => Some(times.parallelism),
            Quantity::TasksPerCore => Some(times.concurrency / times.parallelism),
            Quantity::Overlap => Some(times.computing_overlap_s? / times.wall_s),
            Quantity::Switches => {
                let switches = record.system.context_switches?;
                Some((switches.voluntary + switches.involuntary) as f64 / times.wall_s)
            }
            Quantity::Found => {
                let counter = record.system.counter.as_ref()?;
                Some(counter.found as f64 / counter.expected as f64)
            }
            Quantity::Lost => {
                let counter = record.system.counter.as_ref();
                let counter = counter.filter(|counter| counter.is_shared)?;
                Some(counter.lost() as f64 / counter.expected as f64)
            }
        }
    }

    /// Whether a busy machine can hide what it counts. Where memory is shared does not depend on other programs.
    fn can_be_hidden(self) -> bool {
        self != Quantity::Found
    }

    /// Whether the kernel or the program counted it, so that chance has no part in it: each run has to meet the
    /// condition. Otherwise the mean over the rounds has to.
    pub fn is_counted(self) -> bool {
        matches!(
            self,
            Quantity::Overlap | Quantity::Switches | Quantity::Found | Quantity::Lost
        )
    }
}

/// What a condition is about. Numbers of arms are indexes of [`Trial::arms`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// How many times as large as in the arm `of` the quantity is in the arm `over`. For times, that is how many times
    /// as fast as `over` the arm `of` is.
    Ratio {
        /// The quantity.
        quantity: Quantity,
        /// The arm whose value is divided.
        over: usize,
        /// The arm whose value is divided by.
        of: usize,
    },
    /// The quantity in one arm.
    Value {
        /// The quantity.
        quantity: Quantity,
        /// The arm.
        of: usize,
    },
}

impl Measure {
    /// The quantity.
    pub fn quantity(self) -> Quantity {
        match self {
            Measure::Ratio { quantity, .. } | Measure::Value { quantity, .. } => quantity,
        }
    }
}

/// What a condition allows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Bound {
    /// This value or more.
    AtLeast(f64),
    /// This value or less.
    AtMost(f64),
}

impl Bound {
    /// What an interval of values says about this bound.
    pub fn judge(self, Interval { low, high }: Interval) -> Answer {
        let (is_met, is_missed) = match self {
            Bound::AtLeast(least) => (low >= least, high < least),
            Bound::AtMost(most) => (high <= most, low > most),
        };
        match (is_met, is_missed) {
            (true, _) => Answer::Supported,
            (_, true) => Answer::Contradicted,
            _ => Answer::CannotTell,
        }
    }
}

/// A part of a claim that can be tested.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Condition {
    /// What is measured.
    pub measure: Measure,
    /// What the claim says about it.
    pub bound: Bound,
}

/// The experiment about a claim or a control: what runs, and what has to come out. It is fixed before it runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Trial {
    /// The claim or control.
    pub topic: TrialTopic,
    /// The plans that are measured in turn.
    pub arms: Vec<Plan>,
    /// The conditions. The first one is the effect that the claim is about.
    pub conditions: Vec<Condition>,
}

impl Trial {
    /// The plan that shows the effect: the one that is compared with another, if there is another. Workers that do not
    /// compute at the same moment are seen only where it is known exactly when each of them computes.
    pub fn shown(&self) -> Option<&Plan> {
        let is_exact = |one: &&Condition| one.measure.quantity() == Quantity::Overlap;
        let mut conditions = self.conditions.iter();
        let effect = conditions.find(is_exact).or(self.conditions.first())?;
        let (Measure::Ratio { of, .. } | Measure::Value { of, .. }) = effect.measure;
        self.arms.get(of)
    }
}

/// What the rounds say about a condition.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Test {
    /// The condition.
    pub condition: Condition,
    /// The mean with its 95 % interval; for a counted quantity, with its range. `None` without an undisturbed round.
    pub value: Option<Ratio>,
    /// The number of undisturbed rounds that have the value.
    pub rounds: usize,
    /// The number of rounds that were disturbed, and are left out.
    pub disturbed: usize,
    /// Whether the condition is met.
    pub answer: Answer,
}

/// What the rounds say about a claim.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    /// The verdict.
    pub answer: Answer,
    /// The tests of the conditions, in their order.
    pub tests: Vec<Test>,
    /// If the effect is a speed-up, the arm that is faster, and how all of its workers together spent their time.
    pub spent: Option<(usize, PhaseTimes)>,
}

impl Judgement {
    fn of(tests: Vec<Test>, spent: Option<(usize, PhaseTimes)>) -> Judgement {
        let any = |answer| tests.iter().any(|test| test.answer == answer);
        let answer = match (any(Answer::Contradicted), any(Answer::CannotTell)) {
            (true, _) => Answer::Contradicted,
            (_, true) => Answer::CannotTell,
            _ => Answer::Supported,
        };
        Judgement {
            answer,
            tests,
            spent,
        }
    }

    /// Whether more rounds would not change the verdict.
    pub fn is_decided(&self) -> bool {
        self.answer != Answer::CannotTell
    }

    /// The number of undisturbed rounds of the condition that has the fewest.
    pub fn least_rounds(&self) -> usize {
        let rounds = self.tests.iter().map(|test| test.rounds);
        rounds.min().unwrap_or(0)
    }

    /// The effect that the claim is about.
    pub fn effect(&self) -> Option<Ratio> {
        self.tests.first()?.value
    }

    /// The test that explains the verdict best: one that is not met, or one that is not decided, or else the effect.
    pub fn deciding_test(&self) -> Option<&Test> {
        let is_reason = |test: &&Test| test.answer == self.answer;
        self.tests.iter().find(is_reason)
    }
}

/// What the rounds say about the claim of this trial.
pub fn judge(trial: &Trial, rounds: &Rounds, effort: Effort) -> Judgement {
    let deciding = effort.deciding(trial.conditions.len());
    let test = |condition: &Condition| test(trial, *condition, rounds, effort.rounds, deciding);
    let tests = trial.conditions.iter().map(test).collect();
    Judgement::of(tests, spent(trial, rounds))
}

fn spent(trial: &Trial, rounds: &Rounds) -> Option<(usize, PhaseTimes)> {
    let Measure::Ratio {
        quantity: Quantity::Time,
        of,
        ..
    } = trial.conditions.first()?.measure
    else {
        return None;
    };
    let mut spent = PhaseTimes::default();
    for run in rounds.runs_of(&trial.arms[of]) {
        spent.add(&run.times.phases_s);
    }
    Some((of, spent))
}

/// The quantity of the effect in each arm: its mean over the undisturbed rounds, if there are any.
pub fn in_arms(trial: &Trial, rounds: &Rounds) -> Vec<Option<Ratio>> {
    let Some(effect) = trial.conditions.first() else {
        return vec![];
    };
    let quantity = effect.measure.quantity();
    let value = |of| {
        let measure = Measure::Value { quantity, of };
        let condition = Condition { measure, ..*effect };
        test(trial, condition, rounds, usize::MAX, CONFIDENCE).value
    };
    (0..trial.arms.len()).map(value).collect()
}

/// Tests a condition by the first `most` undisturbed rounds. The confidence of the interval that decides allows for so
/// many looks. There are more rounds if another claim on the same runs needed them.
fn test(trial: &Trial, condition: Condition, rounds: &Rounds, most: usize, deciding: f64) -> Test {
    let quantity = condition.measure.quantity();
    let (over, of) = match condition.measure {
        Measure::Ratio { over, of, .. } => (&trial.arms[over], &trial.arms[of]),
        Measure::Value { of, .. } => (&trial.arms[of], &trial.arms[of]),
    };
    if quantity.is_counted() {
        return counted(condition, rounds, of);
    }
    let mut pairs = rounds.pairs(over, of, |record| quantity.of(record));
    pairs.times.truncate(most);
    if let Measure::Value { .. } = condition.measure {
        pairs.times.iter_mut().for_each(|[_, one]| *one = 1.0);
    }
    let interval = stats::ratio_of_pairs(&pairs.times, deciding).and_then(|ratio| ratio.interval);
    let interval = interval.filter(|_| pairs.times.len() >= LEAST_PAIRS);
    Test {
        condition,
        value: stats::ratio_of_pairs(&pairs.times, CONFIDENCE),
        rounds: pairs.times.len(),
        disturbed: pairs.disturbed,
        answer: interval.map_or(Answer::CannotTell, |interval| {
            condition.bound.judge(interval)
        }),
    }
}

/// Tests a condition that every run has to meet. One run that does not meet it is enough to contradict it, also if that
/// run was disturbed: nothing that disturbs a run makes the program count wrongly.
fn counted(condition: Condition, rounds: &Rounds, of: &Plan) -> Test {
    let quantity = condition.measure.quantity();
    let values = |is_disturbed| -> Vec<f64> {
        let runs = rounds.runs_of(of);
        let runs =
            runs.filter(|run| (run.is_disturbed() && quantity.can_be_hidden()) == is_disturbed);
        runs.filter_map(|run| quantity.of(run)).collect()
    };
    let (undisturbed, disturbed) = (values(false), values(true));
    let is_met = |value: &f64| {
        let (low, high) = (*value, *value);
        condition.bound.judge(Interval { low, high }) == Answer::Supported
    };
    let answer = if !undisturbed.iter().chain(&disturbed).all(is_met) {
        Answer::Contradicted
    } else if undisturbed.len() >= LEAST_PAIRS {
        Answer::Supported
    } else {
        Answer::CannotTell
    };
    Test {
        condition,
        value: range(&undisturbed).or_else(|| range(&disturbed)),
        rounds: undisturbed.len(),
        disturbed: disturbed.len(),
        answer,
    }
}

/// The mean of these values, with their range as the interval; `None` without a value.
fn range(values: &[f64]) -> Option<Ratio> {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let low = values.iter().copied().reduce(f64::min)?;
    let high = values.iter().copied().reduce(f64::max)?;
    Some(Ratio {
        value: mean,
        interval: Some(Interval { low, high }),
    })
}
