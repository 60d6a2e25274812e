use super::*;
use crate::{
    catalog::workload::Workload,
    domain::{campaign::Campaign, machine::WorkerLimits, plan::Plan},
    fixtures::sample,
};

/// What is special about a function that waits 50 ms a call.
#[derive(Clone, Copy, Default)]
struct Traits {
    /// Whether threads return something else.
    is_unsafe: bool,
    /// Whether processes cannot do the calls.
    is_unpicklable: bool,
    /// Whether the loop fails.
    is_broken: bool,
    /// The number of the run that the user stops, if any.
    stopped_at: Option<usize>,
}

/// A run of a function with these traits.
fn run(plan: &Plan, traits: Traits) -> Record {
    let model = plan.model();
    let at_once = plan.workers.min(plan.tasks);
    let start_s = if model.has_processes() { 0.02 } else { 0.001 };
    let calls_s = 0.05 * f64::from(plan.tasks);
    let wall_s = start_s + calls_s / f64::from(at_once);
    let mut record = sample::record(plan.clone(), wall_s, 0.01 * calls_s);
    record.times.startup_s = Some(start_s);
    record.times.concurrency = calls_s / wall_s;
    let result = |task: u32| {
        let is_wrong =
            traits.is_unsafe && model.shares_variables() && !plan.is_serial() && task == 3;
        Some(if is_wrong {
            "wrong".into()
        } else {
            task.to_string()
        })
    };
    record.system.function = Some(FunctionFacts {
        results: (0..plan.tasks).map(result).collect(),
        ..FunctionFacts::default()
    });
    let fails = (traits.is_unpicklable && !model.shares_variables())
        || (traits.is_broken && plan.is_serial());
    if fails {
        record.ending.outcome = Outcome::Failed;
        record.ending.error = Some("TypeError: cannot pickle it".into());
    }
    record
}

fn raced(traits: Traits) -> Advised {
    let draft = |model| {
        let mut draft = sample::draft(Workload::Function, model, 1);
        draft.tasks = 40;
        draft
    };
    let models = [
        Model::PythonSerial,
        Model::PythonThreads,
        Model::PythonInterpreters,
        Model::PythonProcesses,
    ];
    let drafts = models.map(draft).to_vec();
    let limits = WorkerLimits::default();
    let mut campaign = Campaign::from(RaceCourse::new(drafts, &limits, 2, 60.0));
    let mut records: Vec<Record> = vec![];
    while let Some(plan) = campaign.next(records.last()) {
        let mut record = run(&plan, traits);
        if traits.stopped_at == Some(records.len()) {
            record.ending.outcome = Outcome::Cancelled;
        }
        records.push(record);
    }
    let course = campaign.race().expect("it is a race");
    let around = Surroundings {
        cores: 2,
        full_use: 2.0,
        available_bytes: Some(1 << 30),
        ..Surroundings::default()
    };
    Advised::of(
        course,
        &records,
        AdviceSubject::Function(*sample::function()),
        &around,
    )
}

fn model(advised: &Advised) -> Option<Model> {
    Some(advised.way()?.executor.model)
}

fn fates(advised: &Advised, model: Model) -> Vec<&Fate> {
    let tried = advised.tried.iter();
    let of_model = tried.filter(|tried| tried.way.executor.model == model);
    of_model.map(|tried| &tried.fate).collect()
}

#[test]
fn the_best_way_is_named_with_its_gain_and_everything_that_was_tried() {
    let advised = raced(Traits::default());
    assert_eq!(model(&advised), Some(Model::PythonThreads));
    assert!(
        advised.gain.is_some_and(|gain| gain.value > 10.0),
        "{advised:#?}"
    );
    assert!(
        advised.why.computes < 0.1 && advised.pitfalls.is_empty(),
        "{advised:#?}"
    );
    assert_eq!(fates(&advised, Model::PythonSerial), [&Fate::Loop]);
    assert!(fates(&advised, Model::PythonThreads).contains(&&Fate::Chosen));
    let calls: u64 = advised
        .tried
        .iter()
        .map(|tried| 40 * tried.runs as u64)
        .sum();
    assert!(
        advised.calls >= calls && advised.calls < calls + 200,
        "{} {calls}",
        advised.calls
    );
}

#[test]
fn threads_that_return_something_else_are_not_advised_and_the_pitfall_says_it() {
    let advised = raced(Traits {
        is_unsafe: true,
        ..Traits::default()
    });
    assert_ne!(model(&advised), Some(Model::PythonThreads));
    assert!(model(&advised).is_some(), "{advised:#?}");
    assert_eq!(fates(&advised, Model::PythonThreads), [&Fate::Differs]);
    assert!(advised.has(PitfallKind::ResultsDiffer));
}

#[test]
fn what_processes_cannot_pickle_is_a_pitfall_and_they_are_tried_once() {
    let advised = raced(Traits {
        is_unpicklable: true,
        ..Traits::default()
    });
    assert_eq!(model(&advised), Some(Model::PythonThreads));
    let fates = fates(&advised, Model::PythonProcesses);
    assert!(matches!(fates[..], [Fate::Broke(Some(_))]), "{fates:?}");
    assert!(advised.has(PitfallKind::NotPicklable));
}

#[test]
fn a_loop_that_fails_and_a_race_that_is_stopped_give_no_advice() {
    let broken = raced(Traits {
        is_broken: true,
        ..Traits::default()
    });
    let unclear = |advised: &Advised| match &advised.choice {
        AdvisedChoice::CannotTell(unclear) => Some(unclear.clone()),
        _ => None,
    };
    let reason = Some("TypeError: cannot pickle it".into());
    assert_eq!(unclear(&broken), Some(Unclear::LoopBroke(reason)));
    let stopped = raced(Traits {
        stopped_at: Some(5),
        ..Traits::default()
    });
    assert_eq!(unclear(&stopped), Some(Unclear::Stopped));
    assert!(stopped.pitfalls.is_empty(), "{stopped:#?}");
}
