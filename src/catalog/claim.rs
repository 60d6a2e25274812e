//! The article's claims: what each says, what is measured to test it, and what has to come out.
//!
//! The article is "Python multithreading vs multiprocessing". A claim is tested with real Python if there is one, and
//! under the emulated GIL otherwise. The conditions are fixed before anything runs.

mod computing;
mod prediction;
mod scheduling;
mod sharing;
mod starting;
mod waiting;

pub use prediction::{Expectation, Foreseen, Prediction};

use super::{model::Model, workload::Workload};
use crate::domain::{
    claim::{Answer, Bound, Condition, Measure, Quantity, Trial, TrialTopic},
    machine::WorkerLimits,
    plan::{Draft, Invalid},
    python::{GilState, Interpreter, Pythons},
    speed::Speed,
};

/// A claim that can be tested.
#[derive(Debug)]
pub struct Claim {
    /// The number by which the user names it, from 1.
    pub number: u8,
    /// The claim in a few words, for lists.
    pub title: &'static str,
    /// The claim, as a sentence.
    pub claim: &'static str,
    /// What the article found or said.
    pub article: &'static str,
    /// Why it is so, in two sentences.
    pub why: &'static str,
    /// What to watch for while it runs.
    pub watch: &'static str,
    /// The verdict that is known to be right on a machine that works as it should.
    pub expected: Answer,
    /// How a class can predict the result.
    pub prediction: Prediction,
    /// The controls without which the measurements say nothing about the claim.
    pub controls: &'static [TrialTopic],
    /// Whether it is about parallelism, so that one usable core cannot show it.
    pub needs_cores: bool,
    /// Whether it is seen in single turns of the lock, so that a run of it is shown from near.
    pub closer: bool,
    /// What is measured.
    design: fn(&Setting) -> Design,
}

/// What there is to test claims with.
#[derive(Clone, Debug, Default)]
pub struct Setting {
    /// The number of usable cores.
    pub cores: u32,
    /// An interpreter with a GIL.
    pub python: Option<Interpreter>,
    /// An interpreter without a GIL.
    pub free: Option<Interpreter>,
}

impl Setting {
    /// The setting of a machine with this many usable cores and these interpreters: the first one with a GIL, and the
    /// first one without.
    pub fn new(cores: u32, pythons: &Pythons) -> Setting {
        let first = |gil| {
            let mut all = pythons.found.iter().map(|found| &found.interpreter);
            all.find(|python| python.gil == gil).cloned()
        };
        Setting {
            cores,
            python: first(GilState::On),
            free: first(GilState::Off),
        }
    }

    /// The number of workers of claims about computing. Even on a single core it is two.
    fn per_core(&self) -> u64 {
        u64::from(self.cores).clamp(2, 8)
    }

    /// The models with real Python or without: one worker, threads under a lock, processes.
    fn models(&self) -> [Model; 3] {
        match &self.python {
            Some(_) => [
                Model::PythonThreads,
                Model::PythonThreads,
                Model::PythonProcesses,
            ],
            None => [Model::Serial, Model::GilThreads, Model::Processes],
        }
    }

    /// A draft with the interpreter that its model needs.
    fn draft(&self, workload: Workload, model: Model, workers: u64) -> Draft {
        Draft {
            python: self.python.clone().filter(|_| model.is_python()),
            ..Draft::new(workload, model, workers)
        }
    }
}

/// What is measured to test a claim, and what has to come out.
#[derive(Clone, Debug)]
pub struct Design {
    /// What runs in turn.
    pub arms: Vec<Draft>,
    /// The conditions. They name arms by index.
    pub conditions: Vec<Condition>,
}

impl Design {
    /// The trial on a machine with these limits. `speed` says how fast the interpreter of a draft is, or else this
    /// machine.
    ///
    /// # Errors
    /// If a run is not possible there.
    pub fn trial(
        self,
        topic: TrialTopic,
        limits: &WorkerLimits,
        speed: &dyn Fn(&Draft) -> Option<Speed>,
    ) -> Result<Trial, Invalid> {
        let plan = |draft: Draft| {
            let speed = speed(&draft).filter(|_| draft.needs_calibration());
            let draft = match speed {
                Some(speed) => draft.calibrated(&speed),
                None => draft,
            };
            draft.validate(limits)
        };
        Ok(Trial {
            topic,
            arms: self.arms.into_iter().map(plan).collect::<Result<_, _>>()?,
            conditions: self.conditions,
        })
    }
}

/// The arm `of` is at least this many times as fast as the arm `over`.
fn is_faster(of: usize, over: usize, least: f64) -> Condition {
    ratio(Quantity::Time, over, of, Bound::AtLeast(least))
}

/// The arm `of` is at most this many times as fast as the arm `over`.
fn is_not_faster(of: usize, over: usize, most: f64) -> Condition {
    ratio(Quantity::Time, over, of, Bound::AtMost(most))
}

fn ratio(quantity: Quantity, over: usize, of: usize, bound: Bound) -> Condition {
    let measure = Measure::Ratio { quantity, over, of };
    Condition { measure, bound }
}

fn value(quantity: Quantity, of: usize, bound: Bound) -> Condition {
    let measure = Measure::Value { quantity, of };
    Condition { measure, bound }
}

/// What twice the workers or more have to gain at least, to count as a gain. Twice the workers could gain 2×.
const MORE: f64 = 1.2;

/// All claims, in the order of their numbers.
pub static CLAIMS: [&Claim; 10] = [
    &waiting::THREADS,
    &computing::THREADS,
    &computing::PROCESSES,
    &waiting::PROCESSES,
    &starting::LIGHTER,
    &sharing::MEMORY,
    &scheduling::ONE_AT_A_TIME,
    &scheduling::BY_THE_LOCK,
    &computing::WITHOUT_LOCK,
    &sharing::EASE,
];

impl Claim {
    /// The claim with this number.
    pub fn by_number(number: u8) -> Option<&'static Claim> {
        CLAIMS.into_iter().find(|claim| claim.number == number)
    }

    /// What is measured to test it here.
    pub fn design(&self, setting: &Setting) -> Design {
        (self.design)(setting)
    }

    /// What a task does in its runs. Claims on the same workload share runs.
    pub fn workload(&self) -> Workload {
        self.design(&Setting::default()).arms[0].workload
    }
}

/// What is measured for a control.
pub fn control(topic: TrialTopic, setting: &Setting) -> Option<Design> {
    match topic {
        TrialTopic::Claim(_) => None,
        TrialTopic::Waiting => Some(waiting::control()),
        TrialTopic::Lock => Some(computing::control(setting)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::python;

    fn settings() -> Vec<Setting> {
        let pythons = [
            (None, None),
            (Some(python::interpreter()), None),
            (Some(python::interpreter()), Some(python::free_threaded())),
        ];
        let setting = |cores| {
            let pythons = pythons.clone().into_iter();
            pythons.map(move |(python, free)| Setting {
                cores,
                python,
                free,
            })
        };
        [1, 2, 3, 64].into_iter().flat_map(setting).collect()
    }

    #[test]
    fn claims_are_numbered_in_their_order() {
        let numbers: Vec<u8> = CLAIMS.iter().map(|claim| claim.number).collect();
        assert!(numbers.is_sorted() && numbers[0] == 1, "{numbers:?}");
        for number in numbers {
            assert_eq!(
                Claim::by_number(number).map(|claim| claim.number),
                Some(number)
            );
        }
    }

    #[test]
    fn every_claim_and_control_can_be_measured_on_any_machine_with_and_without_python() {
        let speed = |_: &Draft| Some(Speed::uniform(1e8));
        for setting in settings() {
            let designs = CLAIMS.iter().map(|claim| claim.design(&setting));
            let controls = [TrialTopic::Waiting, TrialTopic::Lock];
            let controls = controls
                .into_iter()
                .filter_map(|topic| control(topic, &setting));
            for design in designs.chain(controls) {
                let trial = design
                    .trial(TrialTopic::Lock, &WorkerLimits::default(), &speed)
                    .expect("it is possible");
                let arms = |condition: &Condition| match condition.measure {
                    Measure::Ratio { over, of, .. } => over.max(of),
                    Measure::Value { of, .. } => of,
                };
                assert!(
                    trial
                        .conditions
                        .iter()
                        .all(|one| arms(one) < trial.arms.len())
                );
                assert!(!trial.conditions.is_empty());
            }
        }
    }

    #[test]
    fn speed_ups_are_between_runs_of_the_same_work() {
        let speed = |_: &Draft| Some(Speed::uniform(1e8));
        for (setting, claim) in settings()
            .iter()
            .flat_map(|setting| CLAIMS.map(|claim| (setting, claim)))
        {
            let trial = claim.design(setting).trial(
                TrialTopic::Claim(claim.number),
                &WorkerLimits::default(),
                &speed,
            );
            let trial = trial.expect("it is possible");
            for condition in &trial.conditions {
                if let Measure::Ratio { over, of, .. } = condition.measure {
                    assert!(
                        trial.arms[over].same_work(&trial.arms[of]),
                        "{}",
                        claim.title
                    );
                }
            }
        }
    }
}
