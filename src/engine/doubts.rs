//! Reasons to trust a record less that a single run shows by itself. Each says what was seen, with the number, and what to
//! do. A quiet machine gives none.

use super::facts::{Facts, unprovoked};
use crate::domain::phase::Phase;
use crate::domain::record::{CaveatKind, Outcome, Record};
use crate::domain::text;
use crate::domain::time::seconds;
use crate::domain::workload::WorkloadKind;

/// How many dead workers get a caveat each.
const DEATHS_TOLD: usize = 3;
/// From so many seconds on, and from this share of all waiting for a core, waiting that the kernel did not see is told.
const STILL_MIN_S: f64 = 0.25;
const STILL_SHARE: f64 = 0.2;
/// Of the cores: what is always there on a desktop, a screen that is drawn and a browser, is less.
const OTHERS_SHARE: f64 = 0.1;
/// Of the workers' time. On a quiet machine, watching and drawing make `cpu` workers wait for 0.1–1.5 % of it.
const WAIT_SHARE_CPU: f64 = 0.05;
/// The same for `io`: each answer of the embedded server wakes a worker that may have to wait for the server's core.
const WAIT_SHARE_IO: f64 = 0.1;
/// A tick of the scheduler is 1–10 ms: waiting for one or two happens to anybody.
const WAIT_MIN_S: f64 = 0.01;
/// Of the cores that the workers could use.
const STOLEN_SHARE: f64 = 0.05;
/// Stolen time is counted in steps of 10 ms per core.
const STOLEN_MIN_S: f64 = 0.05;
/// A tick of the scheduler is a tenth of this, or more: single runs tell a tenth apart.
const SHORTEST_S: f64 = 0.01;
/// Creating the workers is part of what a model costs; where it is a larger share than this of a short run, the run says
/// more about that than about its tasks.
const STARTUP_SHARE: f64 = 0.1;
/// Longer runs are not short, whatever their start-up.
const SHORT_S: f64 = 1.0;

/// Adds all doubts about a run of which so many events were dropped.
pub(super) fn add(record: &mut Record, facts: &Facts<'_>, dropped: u64) {
    if dropped > 0 {
        record.doubt(
            CaveatKind::EventsDropped,
            format!(
                "{dropped} events were too fast for the picture and are missing in it; all numbers are exact all the \
                 same. Longer tasks have a whole picture"
            ),
        );
    }
    for death in unprovoked(facts.deaths).take(DEATHS_TOLD) {
        record.doubt(
            CaveatKind::WorkerDied,
            format!("{death}: its work is missing, so measure again when the cause is gone"),
        );
    }
    let found = [
        (CaveatKind::GilChanged, lock_changed(record)),
        (
            CaveatKind::DidNotEnd,
            facts.end.did_not_end.then(did_not_end),
        ),
        (CaveatKind::Stolen, stolen(record)),
        (CaveatKind::Suspended, stood_still(record, facts)),
        // After what may explain them.
        (CaveatKind::CoresTaken, others_on_cores(record)),
        (CaveatKind::RunQueueWait, waited_for_others(record)),
        (CaveatKind::TooShort, too_short(record)),
    ];
    for (kind, seen) in found {
        let is_explained = match kind {
            CaveatKind::Suspended => {
                has(record, CaveatKind::Stolen) && facts.suspended + facts.stopped == 0
            }
            CaveatKind::RunQueueWait => {
                has(record, CaveatKind::CoresTaken) || has(record, CaveatKind::Stolen)
            }
            _ => false,
        };
        if let Some(text) = seen.filter(|_| !is_explained) {
            record.doubt(kind, text);
        }
    }
}

/// If the interpreter's lock was in another state than when it was asked before the run.
fn lock_changed(record: &Record) -> Option<String> {
    let expected = record.plan.python()?.interpreter.gil;
    let proven = record
        .python
        .as_ref()?
        .gil
        .filter(|proven| *proven != expected)?;
    Some(format!(
        "{} was expected and the workers found {}: what the phases say about waiting for the lock is wrong",
        expected.words(),
        proven.words()
    ))
}

fn did_not_end() -> String {
    "the interpreter had to be killed although its tasks were done: the times of the tasks hold, its memory and CPU time \
     may be missing"
        .into()
}

fn has(record: &Record, kind: CaveatKind) -> bool {
    record.caveats.iter().any(|caveat| caveat.kind == kind)
}

/// If the machine slept, the program was stopped, or its workers were.
fn stood_still(record: &Record, facts: &Facts<'_>) -> Option<String> {
    if facts.suspended > 1_000_000 {
        let slept = text::duration(seconds(facts.suspended));
        return Some(format!(
            "the machine slept for {slept} during the run: measure again"
        ));
    }
    if facts.stopped > 0 {
        let stood = text::duration(seconds(facts.stopped));
        return Some(format!(
            "the program stood still for {stood} during the run: measure again"
        ));
    }
    let unexplained = standing_still(record)?;
    Some(format!(
        "workers stood still for {unexplained:.1} s without waiting for a core: somebody stopped them, or the host of \
         this virtual machine took the cores away: measure again"
    ))
}

/// Seconds that workers were off their core although the kernel does not say that they waited for one. Its figure counts
/// all waiting of a worker's life, so it should never be the smaller one. Only of `cpu`, whose tasks ask nothing of the
/// kernel: a thousand threads that allocate memory at once make each other wait in it.
fn standing_still(record: &Record) -> Option<f64> {
    if !is_cpu(record) {
        return None;
    }
    let ready = seconds(record.phases_s[Phase::Ready]);
    let unexplained = ready - kernel_wait(record)?;
    (unexplained > STILL_MIN_S && unexplained > ready * STILL_SHARE).then_some(unexplained)
}

fn is_cpu(record: &Record) -> bool {
    record.plan.workload().kind() == WorkloadKind::Cpu
}

/// How long all workers waited for a core, as the kernel counted it; `None` where it does not say.
fn kernel_wait(record: &Record) -> Option<f64> {
    record
        .workers
        .iter()
        .map(|worker| worker.run_queue_wait_s)
        .sum()
}

/// If the hypervisor gave the cores to others while somebody here wanted them.
fn stolen(record: &Record) -> Option<String> {
    let stolen: f64 = record
        .cores
        .iter()
        .map(|core| core.stolen_s)
        .sum::<Option<f64>>()?;
    let usable = record.workers.len().min(record.cores.len()) as f64;
    let share = stolen / (record.wall_s * usable);
    (share > STOLEN_SHARE && stolen >= STOLEN_MIN_S).then(|| {
        format!(
            "noisy host: it took {} away from the cores of this virtual machine ({} of what the workers could use): \
             measure again, at a quieter time",
            text::duration(stolen),
            percent(share)
        )
    })
}

/// If the kernel's accounting says that others used the cores. For `io` the embedded server is one of them.
fn others_on_cores(record: &Record) -> Option<String> {
    let others: Option<f64> = record.cores.iter().map(|core| core.others_s).sum();
    let share = others? / (record.wall_s * record.cores.len() as f64);
    let waited = foreign_wait(record).map_or_else(String::new, |share| {
        format!(
            ", and the workers waited {} of their time for one",
            percent(share)
        )
    });
    (is_cpu(record) && share > OTHERS_SHARE).then(|| {
        format!(
            "noisy machine: others used {} of the cores{waited}: close what computes beside it and measure again",
            percent(share)
        )
    })
}

/// If there was a core for each worker and they waited for one all the same. With more workers than cores they wait for
/// each other, and nobody can tell for whom.
fn waited_for_others(record: &Record) -> Option<String> {
    foreign_wait(record).map(|share| {
        format!(
            "workers waited {} of their time for a core although there was one for each: something else computed, or the \
             scheduler left two workers on one core; close what computes beside it and measure again",
            percent(share)
        )
    })
}

/// The share of the workers' time that they waited for a core, if others must have used it. The kernel's figure counts
/// waiting in every phase, `ready` only that of a task's own code.
fn foreign_wait(record: &Record) -> Option<f64> {
    let waited = kernel_wait(record)
        .unwrap_or(0.0)
        .max(seconds(record.phases_s[Phase::Ready]));
    let share = waited / (record.wall_s * record.workers.len() as f64);
    let limit = if is_cpu(record) {
        WAIT_SHARE_CPU
    } else {
        WAIT_SHARE_IO
    };
    let enough_cores = record.workers.len() <= record.cores.len();
    (enough_cores && waited >= WAIT_MIN_S && share > limit).then_some(share)
}

/// If chance, or creating the workers, weighs as much as the work.
fn too_short(record: &Record) -> Option<String> {
    if record.outcome != Outcome::Completed {
        return None;
    }
    let startup = record.startup_s.unwrap_or(0.0) / record.wall_s;
    if record.wall_s < SHORTEST_S {
        Some(format!(
            "too short to compare: it took {}, and a single tick of the scheduler is a tenth of that or more: give it \
             more or longer tasks",
            text::duration(record.wall_s)
        ))
    } else if record.wall_s < SHORT_S && startup > STARTUP_SHARE {
        Some(format!(
            "too short to compare: creating the workers took {} of its {}: give it more or longer tasks",
            percent(startup),
            text::duration(record.wall_s)
        ))
    } else {
        None
    }
}

fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::model::Model;
    use crate::domain::phase::PhaseTimes;
    use crate::domain::record::CoreRecord;
    use crate::domain::time::nanos;
    use crate::engine::executor::{Death, End};
    use crate::fixtures::sample;

    /// A quiet run of so many workers on two cores.
    fn quiet(kind: WorkloadKind, workers: u64, wall_s: f64) -> Record {
        let model = if workers == 1 {
            Model::Serial
        } else {
            Model::Threads
        };
        let mut record = sample::record(
            sample::plan(kind, model, workers),
            wall_s,
            wall_s * workers.min(2) as f64,
        );
        record.phases_s = PhaseTimes::default();
        let core = |core| CoreRecord {
            core,
            workers_s: record.cpu_s / 2.0,
            others_s: Some(wall_s * 0.02),
            stolen_s: Some(0.0),
        };
        record.cores = vec![core(0), core(1)];
        record
    }

    fn wait(record: &mut Record, share: f64) {
        let each = share * record.wall_s;
        record
            .workers
            .iter_mut()
            .for_each(|worker| worker.run_queue_wait_s = Some(each));
        record.phases_s[Phase::Ready] = nanos(each * record.workers.len() as f64);
    }

    fn doubts(record: &Record, change: impl Fn(&mut Facts<'_>)) -> Vec<CaveatKind> {
        let mut record = record.clone();
        let plan = record.plan.clone();
        let mut facts = Facts {
            plan: &plan,
            started_at: String::new(),
            wall: nanos(record.wall_s),
            joined: nanos(record.wall_s),
            cancelled: false,
            error: None,
            deaths: &[] as &[Death],
            cores: vec![],
            gil_switches: None,
            end: End::default(),
            recorded: 0,
            suspended: 0,
            stopped: 0,
            all_tasks: false,
        };
        change(&mut facts);
        add(&mut record, &facts, 0);
        record
            .caveats
            .iter()
            .for_each(|caveat| assert!(caveat.text.contains(':'), "what to do: {}", caveat.text));
        record.caveats.iter().map(|caveat| caveat.kind).collect()
    }

    fn seen(record: &Record) -> Vec<CaveatKind> {
        doubts(record, |_| {})
    }

    #[test]
    fn a_quiet_run_is_not_doubted_whatever_its_size() {
        for kind in [WorkloadKind::Cpu, WorkloadKind::Io] {
            for workers in [1, 2, 8, 64] {
                for wall_s in [0.05, 0.5, 5.0] {
                    let mut record = quiet(kind, workers, wall_s);
                    wait(&mut record, 0.015);
                    assert_eq!(seen(&record), [], "{kind:?} {workers} {wall_s}");
                }
            }
        }
    }

    #[test]
    fn a_core_that_others_used_is_told_with_how_much_and_how_long_workers_waited() {
        let mut record = quiet(WorkloadKind::Cpu, 2, 1.0);
        record.cores[0].others_s = Some(0.6);
        assert_eq!(seen(&record), [CaveatKind::CoresTaken]);
        wait(&mut record, 0.3);
        assert_eq!(
            seen(&record),
            [CaveatKind::CoresTaken],
            "one cause, one caveat"
        );
        assert!(
            others_on_cores(&record)
                .unwrap()
                .contains("31 % of the cores, and the workers waited 30 %")
        );
    }

    #[test]
    fn waiting_for_a_core_is_foreign_only_where_there_was_one_for_each_worker() {
        for (workers, share, kinds) in [
            (1, 0.2, vec![CaveatKind::RunQueueWait]),
            (2, 0.06, vec![CaveatKind::RunQueueWait]),
            (2, 0.04, vec![]),
            (8, 0.75, vec![]),
        ] {
            let mut record = quiet(WorkloadKind::Cpu, workers, 1.0);
            wait(&mut record, share);
            assert_eq!(seen(&record), kinds, "{workers} workers, {share}");
        }
        let mut one_tick = quiet(WorkloadKind::Cpu, 1, 0.05);
        wait(&mut one_tick, 0.1);
        assert_eq!(seen(&one_tick), [], "a tick happens to anybody");
    }

    #[test]
    fn time_that_the_host_took_explains_that_workers_stood_still() {
        let mut record = quiet(WorkloadKind::Cpu, 2, 2.0);
        record.cores[1].stolen_s = Some(1.0);
        record.phases_s[Phase::Ready] = nanos(1.0);
        record
            .workers
            .iter_mut()
            .for_each(|worker| worker.run_queue_wait_s = Some(0.0));
        assert_eq!(seen(&record), [CaveatKind::Stolen]);
        record.cores[1].stolen_s = Some(0.0);
        assert!(seen(&record).contains(&CaveatKind::Suspended));
        record.cores[1].stolen_s = None;
        assert!(
            !seen(&record).contains(&CaveatKind::Stolen),
            "what is not known is not told"
        );
    }

    #[test]
    fn a_sleep_or_a_stop_is_told_whatever_else_was_seen() {
        let mut record = quiet(WorkloadKind::Cpu, 2, 2.0);
        record.cores[1].stolen_s = Some(1.0);
        assert!(
            doubts(&record, |facts| facts.suspended = 3_000_000_000)
                .contains(&CaveatKind::Suspended)
        );
        assert!(
            doubts(&record, |facts| facts.stopped = 3_000_000_000).contains(&CaveatKind::Suspended)
        );
    }

    #[test]
    fn a_run_is_too_short_below_ten_milliseconds_or_if_it_mostly_starts() {
        for (wall_s, startup_s, is_told) in [
            (0.004, 0.0001, true),
            (0.011, 0.0001, false),
            (0.3, 0.05, true),
            (0.3, 0.02, false),
            (4.0, 0.6, false),
        ] {
            let mut record = quiet(WorkloadKind::Cpu, 2, wall_s);
            record.startup_s = Some(startup_s);
            let kinds = seen(&record);
            assert_eq!(
                kinds.contains(&CaveatKind::TooShort),
                is_told,
                "{wall_s} {startup_s}: {kinds:?}"
            );
            record.outcome = Outcome::Cancelled;
            assert!(
                !seen(&record).contains(&CaveatKind::TooShort),
                "its time says nothing anyway"
            );
        }
    }
}
