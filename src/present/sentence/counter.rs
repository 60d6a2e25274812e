//! The result of a counter, in sentences.

use crate::{
    catalog::{model::Model, workload::PAYLOAD},
    domain::{
        counter::{CounterTotals, HandOver, HandOverWay},
        plan::Lock,
        record::Record,
        text::{bytes, counted, duration, grouped, listed},
    },
};

/// How long it took to hand over a block, in one sentence without a full stop; `None` if there was none.
pub fn handed_over(record: &Record) -> Option<String> {
    let handovers = &record.system.counter.as_ref()?.handovers;
    let took = |over: &HandOver| {
        let how = match over.way {
            HandOverWay::Shared => "in shared memory",
            HandOverWay::CopyOnWrite => "copied on write",
            HandOverWay::Socket => "through a socket",
            HandOverWay::Pickled => "pickled",
        };
        format!("{} {how}", duration(over.median_s))
    };
    let all: Vec<String> = handovers.iter().map(took).collect();
    let size = bytes(record.plan.given(&PAYLOAD)?);
    (!all.is_empty()).then(|| format!("A worker got its block of {size} in {}", listed(&all, "or")))
}

/// What is left of the additions, in one sentence without a full stop; `None` if the run made none.
pub fn left(record: &Record) -> Option<String> {
    let counter = record.system.counter.as_ref()?;
    // Workers that found no task added nothing. With many workers, a history keeps them elsewhere.
    let workers = match record
        .workers
        .iter()
        .filter(|worker| worker.tasks > 0)
        .count()
    {
        0 => record.plan.workers as usize,
        adding => adding,
    };
    if !counter.is_shared {
        return Some(on_their_own(counter, workers, record.plan.model()));
    }
    let (lost, all) = (counter.lost(), grouped(counter.expected));
    let has_gil = record.plan.lock() != Lock::None;
    let (how, why) = match (workers, lost) {
        (1, _) => ("", ""),
        _ if counter.is_locked => (" under a lock", ""),
        (_, 0) if has_gil => (
            " under the GIL",
            ", because it never changed hands within one",
        ),
        _ if has_gil => (
            " under the GIL",
            ", because it changed hands within additions",
        ),
        (_, 0) => (" without a lock", " this time"),
        _ => (" without a lock", ""),
    };
    let lost = if lost == 0 {
        "none".into()
    } else {
        grouped(lost)
    };
    let workers = counted(workers as u64, "worker");
    Some(format!(
        "{workers}{how} lost {lost} of {all} additions{why}"
    ))
}

/// What workers see that do not share the number.
fn on_their_own(counter: &CounterTotals, workers: usize, model: Model) -> String {
    let numbers = || counter.seen.iter().copied().filter(|number| *number > 0);
    let range = match (numbers().min().map(grouped), numbers().max().map(grouped)) {
        (Some(least), Some(most)) if least != most => format!("between {least} and {most}"),
        (all, _) => all.unwrap_or_default(),
    };
    let owners = match (workers, model.has_processes()) {
        (1, _) => "one worker".into(),
        (_, true) => format!("{workers} processes"),
        (_, false) => format!("{workers} interpreters"),
    };
    let each = if workers == 1 { "" } else { " each" };
    let found = grouped(counter.found);
    format!("{owners} counted to {range}{each}, and the program sees {found}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        catalog::{model::Model, workload::Workload},
        domain::machine::WorkerLimits,
        fixtures::sample,
    };

    fn said(model: Model, found: u64, seen: &[u64], is_locked: bool) -> String {
        let workers = if model == Model::Serial { 1 } else { 4 };
        let mut record = sample::record(sample::plan(Workload::Counter, model, workers), 0.1, 0.1);
        record.system.counter = Some(CounterTotals {
            expected: 800_000,
            found,
            seen: seen.to_vec(),
            is_shared: record.plan.shares_number(),
            is_locked,
            handovers: vec![],
        });
        left(&record).unwrap()
    }

    #[test]
    fn the_sentence_says_what_is_left_of_the_additions() {
        let seen = [200_000; 4];
        assert_eq!(
            said(Model::Threads, 487_655, &seen, false),
            "4 workers without a lock lost 312 345 of 800 000 additions"
        );
        assert_eq!(
            said(Model::Threads, 800_000, &seen, true),
            "4 workers under a lock lost none of 800 000 additions"
        );
        assert_eq!(
            said(Model::Rayon, 800_000, &seen, false),
            "4 workers without a lock lost none of 800 000 additions this time"
        );
        assert_eq!(
            said(Model::Serial, 800_000, &[800_000], false),
            "1 worker lost none of 800 000 additions"
        );
    }

    #[test]
    fn under_the_gil_the_sentence_says_when_it_changed_hands() {
        let seen = [200_000; 4];
        assert_eq!(
            said(Model::GilThreads, 800_000, &seen, false),
            "4 workers under the GIL lost none of 800 000 additions, because it never changed hands within one"
        );
        assert_eq!(
            said(Model::PythonThreads, 700_000, &seen, false),
            "4 workers under the GIL lost 100 000 of 800 000 additions, because it changed hands within additions"
        );
    }

    #[test]
    fn workers_that_share_no_memory_are_said_to_have_a_number_each() {
        assert_eq!(
            said(Model::Processes, 0, &[200_000; 4], false),
            "4 processes counted to 200 000 each, and the program sees 0"
        );
        // A worker that found no task has nothing to show.
        assert_eq!(
            said(
                Model::PythonInterpreters,
                0,
                &[400_000, 0, 200_000, 200_000],
                true
            ),
            "4 interpreters counted to between 200 000 and 400 000 each, and the program sees 0"
        );
    }

    #[test]
    fn each_way_of_handing_over_a_block_has_its_time() {
        let draft = sample::draft(Workload::Counter, Model::Processes, 4).with(&PAYLOAD, 5_000_000);
        let plan = draft.validate(&WorkerLimits::default()).unwrap();
        let mut record = sample::record(plan, 0.1, 0.1);
        let over = |way, median_s| HandOver { way, median_s };
        record.system.counter = Some(CounterTotals {
            expected: 800_000,
            found: 0,
            seen: vec![],
            is_shared: false,
            is_locked: false,
            handovers: vec![
                over(HandOverWay::Shared, 0.000_035),
                over(HandOverWay::CopyOnWrite, 0.000_04),
                over(HandOverWay::Socket, 0.003_1),
            ],
        });
        assert_eq!(
            handed_over(&record).as_deref(),
            Some(
                "A worker got its block of 5.0 MB in 35.0 µs in shared memory, 40.0 µs copied on write \
                 or 3.10 ms through a socket"
            )
        );
        record.system.counter.as_mut().unwrap().handovers.clear();
        assert_eq!(handed_over(&record), None);
    }

    #[test]
    fn other_work_has_no_such_sentences() {
        let record = sample::record(sample::plan(Workload::Cpu, Model::Threads, 2), 1.0, 1.0);
        assert_eq!((left(&record), handed_over(&record)), (None, None));
    }
}
