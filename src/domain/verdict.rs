//! One sentence with what happens, or with what came out: computed from the numbers, never from expectations.

use std::cmp::Ordering;

use super::phase::Phase;
use super::plan::Lock;
use super::record::{Outcome, Record};
use super::repeats;
use super::speedup::{Baseline, Gain};
use super::stats::{Interval, Ratio, Spread};
use super::text;
use super::time::seconds;
use super::trace::Trace;

/// A change of less than a tenth is called no gain: single runs cannot tell more.
const NO_GAIN: std::ops::Range<f64> = 0.9..1.1;

/// That workers died while the run goes on without them; nothing if none did.
pub fn died(deaths: &[String]) -> Option<String> {
    let (first, others) = deaths.split_first()?;
    Some(match others.len() {
        0 => format!("{first}: the run goes on without it, and counts as failed"),
        n => format!(
            "{first}, and {} died: the run goes on without them, and counts as failed",
            text::counted(n as u64, "more worker")
        ),
    })
}

/// What the workers are doing at this moment: "1 computes, 3 wait for the lock"; "~3" where waiting for this lock is
/// estimated.
pub fn live(trace: &Trace, lock: Lock) -> String {
    let counts = trace.workers_by_phase();
    let part = |phase: Phase, one: &str, many: &str| {
        let n = counts[phase as usize];
        let about = if phase == Phase::Gil && lock == Lock::Real {
            "~"
        } else {
            ""
        };
        (n > 0).then(|| format!("{about}{n} {}", if n == 1 { one } else { many }))
    };
    let parts: Vec<String> = [
        part(Phase::Computing, "computes", "compute"),
        part(Phase::Ready, "waits for a core", "wait for a core"),
        part(Phase::Gil, "waits for the lock", "wait for the lock"),
        part(
            Phase::Network,
            "waits for the network",
            "wait for the network",
        ),
        part(Phase::File, "writes", "write"),
        part(Phase::Starting, "is starting", "are starting"),
        part(Phase::Idle, "is done", "are done"),
    ]
    .into_iter()
    .flatten()
    .collect();
    parts.join(", ")
}

/// What came out of a run, compared with its baseline if there is one and it is another run.
pub fn concluded(record: &Record, gain: Option<Gain>) -> String {
    match record.outcome {
        Outcome::Cancelled => stopped(record),
        Outcome::Failed => {
            format!(
                "the run broke: {}",
                record.error.as_deref().unwrap_or("for an unknown reason")
            )
        }
        Outcome::Completed if record.tasks_failed > 0 => with_failures(record),
        Outcome::Completed => completed(record, gain),
    }
}

fn stopped(record: &Record) -> String {
    let done = record.plan.tasks() - record.tasks_failed - record.tasks_not_begun;
    format!(
        "stopped after {}: {done} of {} tasks were done",
        text::duration(record.wall_s),
        record.plan.tasks()
    )
}

fn with_failures(record: &Record) -> String {
    let first = record
        .failures
        .iter()
        .find_map(|task| task.error.as_deref());
    let reason = first.map(|error| format!(": {error}")).unwrap_or_default();
    format!(
        "{} of {} tasks failed{reason}",
        record.tasks_failed,
        record.plan.tasks()
    )
}

fn completed(record: &Record, gain: Option<Gain>) -> String {
    let name = record.plan.executor().name();
    // Serial against serial would compare the machine with itself, unless the user wants just that.
    let is_telling = |gain: &Gain| gain.over.is_chosen || !record.plan.is_serial();
    let what = match gain.filter(is_telling) {
        None => text::duration(record.wall_s),
        Some(Gain { factor, over }) if NO_GAIN.contains(&factor) && over.is_chosen => {
            format!("no gain over {}", over.name())
        }
        Some(Gain { factor, .. }) if NO_GAIN.contains(&factor) => "no gain".into(),
        Some(Gain { factor, over }) if factor >= 1.0 => {
            format!("{} faster than {}", text::speedup(factor), over.name())
        }
        Some(Gain { factor, over }) => format!(
            "{} slower than {}",
            text::speedup(1.0 / factor),
            over.name()
        ),
    };
    format!("{name}: {what}: {}", reason(record))
}

/// What came out of a run that was repeated: what the repeats say together, and how many times faster that is than the
/// baseline.
pub fn repeated(record: &Record, time: &Spread, gain: Option<(Ratio, Baseline)>) -> String {
    let compared = gain
        .map(|(ratio, over)| format!(", {}", gained(&ratio, &over)))
        .unwrap_or_default();
    let name = record.plan.executor().name();
    format!(
        "{name}: {}{compared}: {}",
        repeats::told(time),
        reason(record)
    )
}

/// "1.93× faster than serial (1.88–1.97)", or that nobody can tell.
fn gained(ratio: &Ratio, over: &Baseline) -> String {
    let over = over.name();
    let of = |value: f64| {
        if ratio.interval.is_some() {
            format!("{value:.2}×")
        } else {
            text::speedup(value)
        }
    };
    let range = |turned: bool| {
        let range = ratio.interval.map(|Interval { low, high }| {
            if turned {
                (1.0 / high, 1.0 / low)
            } else {
                (low, high)
            }
        });
        range
            .map(|(low, high)| format!(" ({low:.2}–{high:.2})"))
            .unwrap_or_default()
    };
    match repeats::direction(ratio) {
        Some(Ordering::Less) => format!(
            "{} slower than {over}{}",
            of(1.0 / ratio.value),
            range(true)
        ),
        Some(_) => format!("{} faster than {over}{}", of(ratio.value), range(false)),
        None if ratio.interval.is_some() => {
            format!("no clear difference from {over}{}", range(false))
        }
        None => format!("no gain over {over}"),
    }
}

/// Why it took as long as it did: how many workers did what at once, on average over the run.
fn reason(record: &Record) -> String {
    if record
        .startup_s
        .is_some_and(|startup| startup > record.wall_s / 2.0)
    {
        return format!("{} took most of it", start_up(record));
    }
    let at_once = |phase: Phase| seconds(record.phases_s[phase]) / record.wall_s;
    let reason = if record.plan.workload().computes() {
        let lock = if record.phase_source.estimates_gil() {
            "the lock (estimated)"
        } else {
            "the lock"
        };
        computing(
            record.parallelism,
            (at_once(Phase::Gil), lock),
            at_once(Phase::Ready),
        )
    } else {
        waiting(
            record.concurrency,
            at_once(Phase::Network),
            at_once(Phase::File),
            record.parallelism,
        )
    };
    managing(record).map_or(reason.clone(), |managing| format!("{reason}; {managing}"))
}

/// What the time before the first task mostly went to.
fn start_up(record: &Record) -> &'static str {
    let Some(python) = &record.python else {
        return "creating the workers";
    };
    let parts = [
        (python.interpreter_s, "starting the interpreter"),
        (python.imports_s, "importing Python's modules"),
        (python.pool_s, "making the pool"),
    ];
    let known = parts
        .into_iter()
        .filter_map(|(time, words)| Some((time?, words)));
    known
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map_or("starting Python and its workers", |(_, words)| words)
}

/// What Python needed besides its workers, if that is worth a word.
fn managing(record: &Record) -> Option<String> {
    let managing = record.python.as_ref()?.manager_cpu_s?;
    (managing > record.cpu_s * MANAGING).then(|| {
        format!(
            "starting Python and managing the workers took {} of CPU time besides theirs",
            text::duration(managing)
        )
    })
}

/// Of the workers' CPU time, what managing them may take without a word.
const MANAGING: f64 = 0.1;

/// How many computed and how many waited, for the lock (with what it is called) or for a core.
fn computing(parallelism: f64, for_lock: (f64, &str), for_core: f64) -> String {
    let (waiting, what) = if for_lock.0 >= for_core {
        for_lock
    } else {
        (for_core, "a core")
    };
    let somebody_waits = waiting >= WORTH_TELLING;
    // Words only where all numbers are nearly whole: rounded one by one, they may not add up.
    let in_words = near_whole(parallelism) && (!somebody_waits || near_whole(waiting));
    let amount = |x: f64| {
        if in_words {
            text::count(whole(x))
        } else {
            format!("{x:.1}")
        }
    };
    let computed = match (in_words, whole(parallelism)) {
        (true, 0 | 1) if somebody_waits => "one computed".into(),
        (true, 0 | 1) => return "one computed at a time".into(),
        _ => format!("{} workers computed at once", amount(parallelism)),
    };
    if somebody_waits {
        format!("{computed} while {} waited for {what}", amount(waiting))
    } else {
        computed
    }
}

/// Fewer workers than this, on average, are not worth a word.
const WORTH_TELLING: f64 = 0.3;

fn near_whole(x: f64) -> bool {
    (x - x.round()).abs() <= 0.25
}

/// What the workers of an `io` run mostly did, apart from computing.
fn waiting(concurrency: f64, for_network: f64, on_files: f64, parallelism: f64) -> String {
    let cores = format!("{parallelism:.1} cores busy");
    let (n, at_once, alone) = if on_files > for_network {
        (on_files, "wrote files", "mostly writing its file")
    } else {
        (
            for_network,
            "waited for the network",
            "mostly waiting for the network",
        )
    };
    if concurrency < 1.05 {
        format!("one task at a time, {alone}, {cores}")
    } else {
        format!("{n:.1} workers {at_once} at once, {cores}")
    }
}

fn whole(x: f64) -> u64 {
    x.round() as u64
}

#[cfg(test)]
mod tests {
    use super::super::phase::PhaseTimes;
    use super::super::python::GilState;
    use super::super::record::{PhaseSource, PythonRecord};
    use super::super::time::nanos;
    use super::super::trace::{Batch, LaneUpdate, Transition};
    use super::*;
    use crate::catalog::model::Model;
    use crate::catalog::workload::Workload::{self, Cpu, Io};
    use crate::fixtures::sample;

    fn record(
        kind: Workload,
        model: Model,
        workers: u64,
        cpu_s: f64,
        phases: &[(Phase, f64)],
    ) -> Record {
        let mut record = sample::record(sample::plan(kind, model, workers), 1.0, cpu_s);
        record.phases_s = PhaseTimes::default();
        for (phase, seconds) in phases {
            record.phases_s[*phase] = nanos(*seconds);
        }
        record
    }

    fn over_serial(factor: f64) -> Option<Gain> {
        let over = Baseline {
            number: 1,
            model: Model::Serial,
            workers: 1,
            parallelism: 1.0,
            is_kin: true,
            is_chosen: false,
        };
        Some(Gain { factor, over })
    }

    #[test]
    fn a_baseline_that_was_chosen_is_named_with_its_number() {
        let record = record(Cpu, Model::Serial, 1, 1.0, &[(Phase::Computing, 1.0)]);
        let over = Baseline {
            number: 3,
            model: Model::Threads,
            workers: 2,
            parallelism: 1.9,
            is_kin: true,
            is_chosen: true,
        };
        let said = |factor| concluded(&record, Some(Gain { factor, over }));
        assert!(said(0.5).starts_with("serial: 2.0× slower than #3 threads: "));
        assert!(said(1.02).starts_with("serial: no gain over #3 threads: "));
        assert!(
            concluded(&record, over_serial(0.5)).starts_with("serial: 1.00 s: "),
            "serial against serial"
        );
    }

    #[test]
    fn two_processes_computed_at_once() {
        let record = record(Cpu, Model::Processes, 2, 1.95, &[(Phase::Computing, 1.95)]);
        assert_eq!(
            concluded(&record, over_serial(1.93)),
            "processes: 1.9× faster than serial: two workers computed at once"
        );
    }

    #[test]
    fn under_the_lock_one_computed_while_three_waited() {
        let record = record(
            Cpu,
            Model::GilThreads,
            4,
            1.0,
            &[(Phase::Computing, 1.0), (Phase::Gil, 2.96)],
        );
        assert_eq!(
            concluded(&record, over_serial(0.98)),
            "gil-threads: no gain: one computed while three waited for the lock"
        );
    }

    #[test]
    fn numbers_that_are_not_nearly_whole_are_told_as_they_are() {
        let half = record(
            Cpu,
            Model::Serial,
            1,
            0.5,
            &[(Phase::Computing, 0.5), (Phase::Ready, 0.5)],
        );
        assert!(
            concluded(&half, None)
                .ends_with("0.5 workers computed at once while 0.5 waited for a core")
        );
        let uneven = record(Cpu, Model::Threads, 2, 1.45, &[(Phase::Computing, 1.45)]);
        assert!(
            concluded(&uneven, over_serial(1.4)).ends_with("1.4 workers computed at once"),
            "{uneven:?}"
        );
    }

    #[test]
    fn a_run_that_mostly_started_says_so() {
        let mut short = record(Cpu, Model::Threads, 2, 0.1, &[(Phase::Computing, 0.1)]);
        short.startup_s = Some(0.8);
        assert!(concluded(&short, None).ends_with("creating the workers took most of it"));
    }

    #[test]
    fn more_threads_than_cores_wait_for_a_core() {
        let record = record(
            Cpu,
            Model::Threads,
            8,
            2.0,
            &[(Phase::Computing, 2.0), (Phase::Ready, 5.9)],
        );
        assert_eq!(
            concluded(&record, over_serial(1.9)),
            "threads: 1.9× faster than serial: two workers computed at once while six waited for a core"
        );
    }

    #[test]
    fn io_waits_at_once_on_hardly_any_core() {
        let record = record(Io, Model::Threads, 16, 0.2, &[(Phase::Network, 10.2)]);
        assert_eq!(
            concluded(&record, over_serial(9.8)),
            "threads: 9.8× faster than serial: 10.2 workers waited for the network at once, 0.2 cores busy"
        );
    }

    #[test]
    fn a_slower_run_is_called_slower_and_one_without_baseline_only_timed() {
        let record = record(Cpu, Model::GilThreads, 4, 1.0, &[(Phase::Computing, 1.0)]);
        assert!(
            concluded(&record, over_serial(0.5))
                .starts_with("gil-threads: 2.0× slower than serial")
        );
        assert!(concluded(&record, None).starts_with("gil-threads: 1.00 s"));
    }

    #[test]
    fn a_stopped_run_says_how_far_it_came() {
        let mut record = record(Cpu, Model::Threads, 2, 1.0, &[]);
        record.outcome = Outcome::Cancelled;
        (record.tasks_failed, record.tasks_not_begun) = (2, 3);
        assert_eq!(
            concluded(&record, None),
            "stopped after 1.00 s: 3 of 8 tasks were done"
        );
    }

    fn python(model: Model, workers: u64, cpu_s: f64, phases: &[(Phase, f64)]) -> Record {
        let mut record = record(Cpu, model, workers, cpu_s, phases);
        record.python = Some(python_record());
        record
    }

    fn python_record() -> PythonRecord {
        PythonRecord {
            gil: Some(GilState::On),
            interpreter_s: Some(0.02),
            imports_s: Some(0.1),
            pool_s: Some(0.05),
            memory_bytes: None,
            manager_cpu_s: Some(0.05),
            output: None,
        }
    }

    #[test]
    fn what_was_estimated_is_called_an_estimate() {
        let waiting = [(Phase::Computing, 1.0), (Phase::Gil, 2.96)];
        let mut record = python(Model::PythonThreads, 4, 1.0, &waiting);
        record.phase_source = PhaseSource::ClockAndSchedstatGilEstimated;
        assert_eq!(
            concluded(&record, over_serial(0.98)),
            "python-threads (3.13.0): no gain: one computed while three waited for the lock (estimated)"
        );
    }

    #[test]
    fn one_python_thread_is_not_compared_with_another_one_unless_that_was_chosen() {
        let record = python(Model::PythonThreads, 1, 1.0, &[(Phase::Computing, 1.0)]);
        assert!(
            concluded(&record, over_serial(0.5)).starts_with("python-threads (3.13.0): 1.00 s: ")
        );
    }

    #[test]
    fn what_python_needs_to_start_and_to_manage_its_workers_is_told_where_it_weighs() {
        let mut record = python(Model::PythonProcesses, 2, 1.9, &[(Phase::Computing, 1.9)]);
        assert!(concluded(&record, None).ends_with("two workers computed at once"));
        record.python.as_mut().unwrap().manager_cpu_s = Some(0.4);
        let said = concluded(&record, None);
        assert!(
            said.ends_with(
                "at once; starting Python and managing the workers took 400 ms of CPU time besides theirs"
            ),
            "{said}"
        );
        record.startup_s = Some(0.8);
        assert!(concluded(&record, None).ends_with("importing Python's modules took most of it"));
        record.python = None;
        assert!(concluded(&record, None).ends_with("creating the workers took most of it"));
    }

    #[test]
    fn live_says_who_waits_for_what() {
        let mut trace = Trace::new(4);
        let update = |phase| LaneUpdate {
            transitions: vec![Transition {
                at: 10,
                task: Some(0),
                phase,
                core: 0,
                after_gap: false,
            }],
            ..LaneUpdate::default()
        };
        let mut lanes = vec![update(Phase::Computing)];
        lanes.extend(std::iter::repeat_n(update(Phase::Gil), 3));
        trace.apply(Batch {
            now: 20,
            lanes,
            ..Batch::default()
        });
        assert_eq!(
            live(&trace, Lock::Emulated),
            "1 computes, 3 wait for the lock"
        );
        assert_eq!(live(&trace, Lock::Real), "1 computes, ~3 wait for the lock");
    }
}
