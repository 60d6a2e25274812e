//! The caveats that a single run shows by itself, as numbers. The catalogue has the thresholds and the sentences. A run
//! on a quiet machine has no caveats.

use super::executor::Ending;
use crate::{
    catalog::caveat::{
        FULL_QUOTA, OBSERVER_SHARE, OTHERS_SHARE, Observation, SHORT_S, SHORTEST_S, STARTUP_SHARE,
        STILL_MIN_S, STILL_SHARE, STOLEN_MIN_S, STOLEN_SHARE, WAIT_MIN_S, WAIT_SHARE,
    },
    domain::{
        phase::Phase,
        record::{Outcome, Record},
        time::seconds,
    },
};

/// The maximum number of dead workers that have their own caveat.
const DEATHS_LISTED: usize = 3;

/// All caveats of this record. Those that may explain others come first.
pub fn about(record: &Record, ending: &Ending) -> Vec<Observation> {
    let dropped = record.measurement.events.dropped;
    let dropped = (dropped > 0).then_some(Observation::EventsDropped(dropped));
    let died = ending.unprovoked_deaths().take(DEATHS_LISTED);
    let died = died.map(|death| Observation::WorkerDied(death.to_string()));
    let (taken, too_short) = (others_on_cores(record, ending.quota), too_short(record));
    let (stolen, throttled) = (stolen(record), throttled(record, ending));
    // A run that is too short to compare is also too short to judge the cost of watching.
    let observed = observed(record).filter(|_| too_short.is_none());
    let has_no_core = stolen.is_some() || throttled.is_some();
    let is_explained = has_no_core || taken.is_some();
    let others = [
        lock_changed(record),
        ending.did_not_end.then_some(Observation::DidNotEnd),
        // Time that the host or a quota took is time in which workers stood still.
        stood_still(ending).or_else(|| standing_still(record).filter(|_| !has_no_core)),
        throttled,
        stolen,
        taken,
        // With more workers than cores, workers wait for each other, and the numbers do not show for whom.
        foreign_wait(record)
            .filter(|_| !is_explained)
            .map(Observation::RunQueueWait),
        too_short,
        observed,
    ];
    dropped
        .into_iter()
        .chain(died)
        .chain(others.into_iter().flatten())
        .collect()
}

/// Whether the state of the interpreter's lock was different from the one that the interpreter reported before the run.
fn lock_changed(record: &Record) -> Option<Observation> {
    let expected = record.plan.python()?.interpreter.gil;
    let found = record.interpreter.python.as_ref()?.gil?;
    (found != expected).then_some(Observation::GilChanged(expected, found))
}

/// Whether the machine slept, or the program was stopped.
fn stood_still(ending: &Ending) -> Option<Observation> {
    if ending.suspended > 1_000_000 {
        Some(Observation::Slept(seconds(ending.suspended)))
    } else {
        (ending.stopped > 0).then(|| Observation::Stopped(seconds(ending.stopped)))
    }
}

/// Whether workers were off their core for longer than the kernel says that they waited for one. The kernel's figure
/// counts all waiting in a worker's life, so it should never be the smaller one. Only for `cpu`, whose tasks make no
/// system calls: a thousand threads that allocate memory at once make each other wait in the kernel.
fn standing_still(record: &Record) -> Option<Observation> {
    let ready = seconds(record.times.phases_s[Phase::Ready]);
    let unexplained = ready - record.run_queue_wait_s()?;
    (is_cpu(record) && unexplained > STILL_MIN_S && unexplained > ready * STILL_SHARE)
        .then_some(Observation::StoodStill(unexplained))
}

fn is_cpu(record: &Record) -> bool {
    record.plan.workload.computes()
}

/// Whether the hypervisor gave the cores to others while this machine needed them.
fn stolen(record: &Record) -> Option<Observation> {
    let stolen: Option<f64> = record.cores.iter().map(|core| core.stolen_s).sum();
    let (seconds, share) = taken_away(record, stolen?)?;
    Some(Observation::Stolen { seconds, share })
}

/// Whether a CPU quota stopped the workers. If they have used it up, they were as fast as it allows.
fn throttled(record: &Record, ending: &Ending) -> Option<Observation> {
    let (seconds, share) = taken_away(record, seconds(ending.throttled))?;
    let times = &record.times;
    let used = times.cpu_s / (times.wall_s - times.startup_s.unwrap_or(0.0));
    Some(Observation::Throttled {
        seconds,
        share,
        used_up: ending.quota.filter(|quota| used >= quota * FULL_QUOTA),
    })
}

/// Time that was taken away from the workers, in seconds, and which share that is of what they could use, if it is worth
/// mentioning.
fn taken_away(record: &Record, seconds: f64) -> Option<(f64, f64)> {
    let usable = record.workers.len().min(record.cores.len()) as f64;
    let share = seconds / (record.times.wall_s * usable);
    (share > STOLEN_SHARE && seconds >= STOLEN_MIN_S).then_some((seconds, share))
}

/// Whether other programs used the cores, according to the kernel's accounting. For `io`, the embedded server is one of
/// them. They may use what a quota does not allow this program anyway.
fn others_on_cores(record: &Record, quota: Option<f64>) -> Option<Observation> {
    let others: Option<f64> = record.cores.iter().map(|core| core.others_s).sum();
    let (others, cores) = (others? / record.times.wall_s, record.cores.len() as f64);
    let lacks_cores =
        quota.is_none_or(|quota| cores - others < quota.min(cores) * (1.0 - OTHERS_SHARE));
    let share = others / cores;
    (is_cpu(record) && share > OTHERS_SHARE && lacks_cores).then(|| Observation::CoresTaken {
        share,
        waited: foreign_wait(record),
    })
}

/// The share of their time in which the workers waited for a core, if there was a core for each of them, so that other
/// programs must have used it. This is the phase `ready`, which counts waiting in a task's own code. The kernel's figure
/// also counts the start and every wake-up: from a wait for the server, for a file or for the lock. These belong to the
/// run, however quiet the machine is.
fn foreign_wait(record: &Record) -> Option<f64> {
    let waited = seconds(record.times.phases_s[Phase::Ready]);
    let share = waited / (record.times.wall_s * record.workers.len() as f64);
    let enough_cores = record.workers.len() <= record.cores.len();
    (enough_cores && waited >= WAIT_MIN_S && share > WAIT_SHARE).then_some(share)
}

/// Whether chance, or the creation of the workers, matters as much as the work.
fn too_short(record: &Record) -> Option<Observation> {
    let wall_s = record.times.wall_s;
    let share = record.times.startup_s.unwrap_or(0.0) / wall_s;
    match record.ending.outcome {
        Outcome::Cancelled | Outcome::Failed => None,
        Outcome::Completed if wall_s < SHORTEST_S => Some(Observation::TooShort(wall_s)),
        Outcome::Completed => (wall_s < SHORT_S && share > STARTUP_SHARE)
            .then_some(Observation::MostlyStarting { share, wall_s }),
    }
}

/// Whether watching took much of a core. A run that failed at once has no numbers that watching could have disturbed.
fn observed(record: &Record) -> Option<Observation> {
    let share = record.measurement.observer.cpu_s / record.times.wall_s;
    (share > OBSERVER_SHARE && record.ending.outcome != Outcome::Failed)
        .then_some(Observation::ObserverCost(share))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        catalog::{
            caveat::{Caveat, CaveatKind},
            model::Model,
            workload::Workload,
        },
        domain::{phase::PhaseTimes, record::CoreRecord, time::nanos},
        fixtures::sample,
    };

    /// A quiet run with this many workers on two cores.
    fn quiet(kind: Workload, workers: u64, wall_s: f64) -> Record {
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
        record.times.phases_s = PhaseTimes::default();
        let core = |core| CoreRecord {
            core,
            workers_s: record.times.cpu_s / 2.0,
            others_s: Some(wall_s * 0.02),
            stolen_s: Some(0.0),
        };
        record.cores = vec![core(0), core(1)];
        record
    }

    fn wait(record: &mut Record, share: f64) {
        let each = share * record.times.wall_s;
        record
            .workers
            .iter_mut()
            .for_each(|worker| worker.run_queue_wait_s = Some(each));
        record.times.phases_s[Phase::Ready] = nanos(each * record.workers.len() as f64);
    }

    fn caveats(record: &Record, change: impl Fn(&mut Ending)) -> Vec<CaveatKind> {
        let mut ending = Ending::default();
        change(&mut ending);
        let seen = about(record, &ending).into_iter();
        seen.map(|seen| Caveat::from(seen).kind).collect()
    }

    fn seen(record: &Record) -> Vec<CaveatKind> {
        caveats(record, |_| {})
    }

    #[test]
    fn a_quiet_run_has_no_caveat_whatever_its_size() {
        for kind in [Workload::Cpu, Workload::Io] {
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
    fn a_core_that_others_used_is_reported_with_how_much_and_how_long_workers_waited() {
        let mut record = quiet(Workload::Cpu, 2, 1.0);
        record.cores[0].others_s = Some(0.6);
        assert_eq!(seen(&record), [CaveatKind::CoresTaken]);
        wait(&mut record, 0.3);
        assert_eq!(
            seen(&record),
            [CaveatKind::CoresTaken],
            "one cause, one caveat"
        );
        assert!(
            matches!(others_on_cores(&record, None), Some(Observation::CoresTaken { share, waited: Some(waited) })
                if (share - 0.31).abs() < 1e-9 && (waited - 0.3).abs() < 1e-9)
        );
    }

    #[test]
    fn others_may_use_the_part_of_the_cores_that_a_quota_does_not_allow() {
        for (others_s, is_told) in [(0.5, false), (0.8, true)] {
            let mut record = quiet(Workload::Cpu, 2, 1.0);
            record.cores[0].others_s = Some(others_s);
            let seen = caveats(&record, |ending| ending.quota = Some(1.5));
            assert_eq!(
                seen.contains(&CaveatKind::CoresTaken),
                is_told,
                "{others_s}"
            );
        }
    }

    #[test]
    fn waiting_for_a_core_is_a_caveat_only_with_a_core_for_each_worker() {
        for (workers, share, kinds) in [
            (1, 0.2, vec![CaveatKind::RunQueueWait]),
            (2, 0.06, vec![CaveatKind::RunQueueWait]),
            (2, 0.04, vec![]),
            (8, 0.75, vec![]),
        ] {
            let mut record = quiet(Workload::Cpu, workers, 1.0);
            wait(&mut record, share);
            assert_eq!(seen(&record), kinds, "{workers} workers, {share}");
        }
        let mut one_tick = quiet(Workload::Cpu, 1, 0.05);
        wait(&mut one_tick, 0.1);
        assert_eq!(seen(&one_tick), [], "a tick happens to anybody");
    }

    #[test]
    fn waiting_that_no_phase_shows_is_no_caveat_and_waiting_that_a_phase_shows_is_one_in_any_workload()
     {
        for kind in Workload::BUILT_IN {
            for workers in [1, 2] {
                let mut record = quiet(kind, workers, 1.0);
                wait(&mut record, 0.3);
                assert_eq!(seen(&record), [CaveatKind::RunQueueWait], "{kind:?}");
                record.times.phases_s[Phase::Ready] = nanos(0.001);
                assert_eq!(seen(&record), [], "{kind:?}: the kernel counts wake-ups");
            }
        }
    }

    #[test]
    fn time_that_the_host_or_a_quota_took_explains_that_workers_stood_still() {
        let mut record = quiet(Workload::Cpu, 2, 2.0);
        record.cores[1].stolen_s = Some(1.0);
        record.times.phases_s[Phase::Ready] = nanos(1.0);
        record
            .workers
            .iter_mut()
            .for_each(|worker| worker.run_queue_wait_s = Some(0.0));
        assert_eq!(seen(&record), [CaveatKind::Stolen]);
        record.cores[1].stolen_s = Some(0.0);
        let stopped = |throttled| caveats(&record, |ending| ending.throttled = throttled);
        assert_eq!(stopped(1_000_000_000), [CaveatKind::Throttled]);
        assert!(!stopped(40_000_000).contains(&CaveatKind::Throttled));
        for (quota, kind) in [(1.5, CaveatKind::FullQuota), (1.9, CaveatKind::Throttled)] {
            record.times.cpu_s = record.times.wall_s * 1.45;
            let seen = caveats(&record, |ending| {
                (ending.throttled, ending.quota) = (1_000_000_000, Some(quota));
            });
            assert_eq!(seen, [kind], "{quota}");
        }
        assert!(seen(&record).contains(&CaveatKind::Suspended));
        record.cores[1].stolen_s = None;
        assert!(
            !seen(&record).contains(&CaveatKind::Stolen),
            "what is not known is not reported"
        );
    }

    #[test]
    fn a_sleep_or_a_stop_is_reported_whatever_else_was_seen() {
        let mut record = quiet(Workload::Cpu, 2, 2.0);
        record.cores[1].stolen_s = Some(1.0);
        assert!(
            caveats(&record, |ending| ending.suspended = 3_000_000_000)
                .contains(&CaveatKind::Suspended)
        );
        assert!(
            caveats(&record, |ending| ending.stopped = 3_000_000_000)
                .contains(&CaveatKind::Suspended)
        );
    }

    #[test]
    fn watching_is_reported_above_a_fiftieth_of_a_core_unless_the_run_was_too_short_or_broke() {
        let mut record = quiet(Workload::Cpu, 2, 2.0);
        record.measurement.observer.cpu_s = 0.03;
        assert_eq!(seen(&record), []);
        record.measurement.observer.cpu_s = 0.05;
        assert_eq!(seen(&record), [CaveatKind::ObserverCost]);
        record.ending.outcome = Outcome::Failed;
        assert_eq!(seen(&record), []);
        let mut short = quiet(Workload::Cpu, 2, 0.005);
        short.measurement.observer.cpu_s = 0.05;
        assert_eq!(seen(&short), [CaveatKind::TooShort]);
    }

    #[test]
    fn a_run_is_too_short_below_ten_milliseconds_or_if_it_mostly_starts() {
        for (wall_s, startup_s, is_reported) in [
            (0.004, 0.0001, true),
            (0.011, 0.0001, false),
            (0.3, 0.05, true),
            (0.3, 0.02, false),
            (4.0, 0.6, false),
        ] {
            let mut record = quiet(Workload::Cpu, 2, wall_s);
            record.times.startup_s = Some(startup_s);
            let kinds = seen(&record);
            assert_eq!(
                kinds.contains(&CaveatKind::TooShort),
                is_reported,
                "{wall_s} {startup_s}: {kinds:?}"
            );
            record.ending.outcome = Outcome::Cancelled;
            assert!(
                !seen(&record).contains(&CaveatKind::TooShort),
                "its time says nothing anyway"
            );
        }
    }
}
