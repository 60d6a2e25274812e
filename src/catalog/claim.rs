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
    machine::{Machine, WorkerLimits},
    plan::{Draft, Invalid},
    python::{GilState, Interpreter, Pythons},
    speed::Speed,
};

/// The maximum number of workers of claims about computing. With more of them than that, one worker takes too long for
/// the same work.
const MOST_PER_CORE: u64 = 8;
/// The smallest number of cores' worth of CPU time at which two workers clearly gain over one.
const LEAST_CORES: f64 = 1.3;

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
    /// How many of them share no part of the processor with another one; `None` if that is not known.
    pub cores_whole: Option<u32>,
    /// How many cores' worth of CPU time a quota allows, if there is one.
    pub quota: Option<f64>,
    /// An interpreter with a GIL.
    pub python: Option<Interpreter>,
    /// An interpreter without a GIL.
    pub free: Option<Interpreter>,
}

impl Setting {
    /// The setting of a machine with these interpreters: the first one with a GIL, and the first one without.
    pub fn new(machine: &Machine, pythons: &Pythons) -> Setting {
        let first = |gil| {
            let mut all = pythons.found.iter().map(|found| &found.interpreter);
            all.find(|python| python.gil == gil).cloned()
        };
        Setting {
            cores: machine.cores_usable,
            cores_whole: machine.cores_whole,
            quota: machine.cores_quota,
            python: first(GilState::On),
            free: first(GilState::Off),
        }
    }

    /// Whether so little more than one core can be used that no claim about parallelism can be tested.
    pub fn is_one_core(&self) -> bool {
        self.cores < 2 || self.quota.is_some_and(|quota| quota < LEAST_CORES)
    }

    /// The number of workers of claims about computing. Even on a single core it is two.
    fn per_core(&self) -> u64 {
        u64::from(self.cores).clamp(2, MOST_PER_CORE)
    }

    /// The number of workers that have a core each, however many that are. Even on a single core it is two.
    fn all_cores(&self) -> u64 {
        u64::from(self.cores).max(2)
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
}

/// All controls, in the order in which they are measured.
pub const CONTROLS: [TrialTopic; 3] = [TrialTopic::Waiting, TrialTopic::Lock, TrialTopic::Cores];

/// What is measured for a control.
pub fn control(topic: TrialTopic, setting: &Setting) -> Option<Design> {
    match topic {
        TrialTopic::Claim(_) => None,
        TrialTopic::Waiting => Some(waiting::control()),
        TrialTopic::Lock => Some(computing::under_a_lock(setting)),
        TrialTopic::Cores => Some(computing::on_all_cores(setting)),
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
                ..Setting::default()
            })
        };
        [1, 2, 3, 12, 64].into_iter().flat_map(setting).collect()
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
            let controls = CONTROLS
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

    fn trial(number: u8, setting: &Setting) -> Trial {
        let speed = |_: &Draft| Some(Speed::uniform(1e8));
        let design = Claim::by_number(number).unwrap().design(setting);
        design
            .trial(TrialTopic::Claim(number), &WorkerLimits::default(), &speed)
            .unwrap()
    }

    /// The numbers of workers that this condition compares: of the one that is divided by, and of the other one.
    fn compared(trial: &Trial, at: usize) -> [u32; 2] {
        let Measure::Ratio { over, of, .. } = trial.conditions[at].measure else {
            panic!("it compares nothing")
        };
        [of, over].map(|arm| trial.arms[arm].workers)
    }

    #[test]
    fn on_many_cores_processes_beyond_all_of_them_are_compared_with_one_for_each() {
        for setting in settings().iter().filter(|setting| setting.cores > 1) {
            let trial = trial(3, setting);
            assert_eq!(compared(&trial, 2), [2 * setting.cores, setting.cores]);
            let most = setting.cores.min(8);
            assert_eq!(compared(&trial, 0), [most, 1]);
        }
    }

    #[test]
    fn there_are_more_processes_that_wait_than_cores() {
        for setting in settings() {
            let trial = trial(4, &setting);
            assert!(trial.arms[1].workers > setting.cores);
            assert!(trial.arms[1].workers >= 8 * trial.arms[0].workers);
        }
    }

    #[test]
    fn threads_of_one_core_are_not_expected_to_compute_as_fast_as_cores() {
        let bound = |cores, cores_whole, quota| {
            let setting = Setting {
                cores,
                cores_whole,
                quota,
                ..Setting::default()
            };
            trial(9, &setting).conditions[0].bound
        };
        for (cores, whole, quota, least) in [
            (2, None, None, 1.3),
            (2, Some(2), None, 1.3),
            (2, Some(1), None, 1.1),
            (2, Some(2), Some(1.5), 1.1),
            (4, Some(2), None, 1.3),
            (8, Some(4), None, 2.0),
            (4, None, Some(3.2), 1.6),
            (16, Some(8), None, 4.0),
            (16, None, None, 4.0),
        ] {
            let bound = bound(cores, whole, quota);
            assert_eq!(bound, Bound::AtLeast(least), "{cores} {whole:?} {quota:?}");
        }
    }

    #[test]
    fn turns_of_the_lock_are_shown_where_they_are_recorded_and_not_estimated() {
        for setting in settings() {
            let closer = CLAIMS.into_iter().filter(|claim| claim.closer);
            for claim in closer {
                let trial = trial(claim.number, &setting);
                let shown = trial.shown().expect("it has an arm");
                assert_eq!(shown.model(), Model::GilThreads, "{}", claim.title);
            }
        }
    }

    #[test]
    fn speed_ups_are_between_runs_of_the_same_work() {
        let all = settings();
        let all = all
            .iter()
            .flat_map(|setting| CLAIMS.map(|claim| (setting, claim)));
        for (setting, claim) in all {
            let trial = trial(claim.number, setting);
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
