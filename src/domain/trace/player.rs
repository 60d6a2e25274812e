//! Replays a trace. Its events are folded as during the run, by the same [`Trace::apply`].

use std::ops::Range;

use super::{Batch, Lane, LaneUpdate, Trace, Transition};
use crate::domain::{phase::Phase, time::Nanos};

/// Brings a trace to the state of any moment of its run.
///
/// What a trace does not keep is derived: CPU time from the curve of parallelism, the cores' CPU time from their
/// curves, and tasks from the lanes' events, which stand for more tasks in a thinned trace. The share of other
/// processes on the cores is only known for the last moment.
#[derive(Debug)]
pub struct Player {
    at: Nanos,
    /// Tasks that started, and tasks that ended, among the events so far.
    seen: [u32; 2],
    /// The same counts for the whole trace.
    all: [u32; 2],
}

impl Player {
    /// A player for this trace, at its start: a trace without events.
    pub fn new(source: &Trace) -> Player {
        let mut all = [0; 2];
        for lane in &source.lanes {
            count_tasks(&mut all, lane, events_between(lane, 0, Nanos::MAX));
        }
        Player {
            at: 0,
            seen: [0; 2],
            all,
        }
    }

    /// Brings `replayed` to this moment, forwards or backwards. Nothing else may change `replayed`. `source` is the trace
    /// that this player was made for, and `failed` are the times at which tasks failed. O(lanes) and the events in
    /// between; backwards, all events until `to`.
    pub fn go_to(
        &mut self,
        replayed: &mut Trace,
        source: &Trace,
        failed: impl Iterator<Item = Nanos>,
        to: Nanos,
    ) {
        let to = to.min(source.now);
        if to < self.at {
            *replayed = Trace::new(u32::try_from(source.lanes.len()).unwrap_or(u32::MAX));
            (self.at, self.seen) = (0, [0; 2]);
        }
        if to > self.at {
            let failed = failed.filter(|at| *at <= to).count();
            replayed.apply(self.batch(source, u32::try_from(failed).unwrap_or(u32::MAX), to));
            self.at = to;
        }
    }

    /// The batch from `self.at` to `to` that an engine would have sent.
    fn batch(&mut self, source: &Trace, failed: u32, to: Nanos) -> Batch {
        let mut lanes: Vec<LaneUpdate> = vec![];
        for lane in &source.lanes {
            let events = events_between(lane, self.at, to);
            count_tasks(&mut self.seen, lane, events.clone());
            lanes.push(LaneUpdate {
                last_stamp: last_stamp(lane, events.end, to),
                transitions: lane.transitions.get(events).unwrap_or_default().to_vec(),
                cpu: 0,
                dropped: if to >= source.now { lane.dropped } else { 0 },
                is_watched: source.is_watched,
                ..LaneUpdate::default()
            });
        }
        // Only the sum matters here, not how the CPU time was divided among the workers.
        if let Some(first) = lanes.first_mut() {
            first.cpu = cpu_until(source, to);
        }
        let curves = &source.cores.curves;
        let cores = source.cores.times.iter();
        let scaled = |index: usize, total: u32| {
            let [seen, all] = [self.seen, self.all].map(|tasks| u64::from(tasks[index]));
            u32::try_from(seen * u64::from(total) / all.max(1)).map_or(total, |n| n.min(total))
        };
        Batch {
            now: to,
            lanes,
            cores: cores
                .map(|(core, _)| (*core, curves.used_until(*core, to) as Nanos))
                .collect(),
            begun: scaled(0, source.tasks.0),
            ended: scaled(1, source.tasks.1),
            failed: failed.min(source.tasks.2),
            ..Batch::default()
        }
    }
}

/// The indices of a lane's events after `from` and until `to`. With `from` 0 they start at the first event.
fn events_between(lane: &Lane, from: Nanos, to: Nanos) -> Range<usize> {
    let events = &lane.transitions;
    let until = |t: Nanos| events.partition_point(|event| event.at <= t);
    // An empty trace already has the first event.
    let is_known = |first: &_| {
        matches!(
            first,
            Transition {
                at: 0,
                phase: Phase::Starting,
                ..
            }
        )
    };
    let start = || usize::from(events.first().is_some_and(is_known));
    (if from > 0 { until(from) } else { start() })..until(to)
}

/// When a worker had made its last stamp at `to`, according to its events. `next` is the index of the next event.
fn last_stamp(lane: &Lane, next: usize, to: Nanos) -> Nanos {
    match lane.transitions.get(next) {
        // It is unknown how long the phase continued.
        Some(coming) if coming.after_gap => {
            let last = lane.transitions[..next].last();
            last.map_or(0, |last| last.at)
        }
        Some(_) => to,
        None => lane.last_stamp.min(to),
    }
}

/// Adds the tasks that a worker started and ended in these events of its lane to the counts.
fn count_tasks(counts: &mut [u32; 2], lane: &Lane, events: Range<usize>) {
    for index in events {
        let before = lane.transitions[..index].last().and_then(|last| last.task);
        let now = lane.transitions[index].task;
        if before != now {
            counts[0] += u32::from(now.is_some());
            counts[1] += u32::from(before.is_some());
        }
    }
}

/// The workers' CPU time, from the curve of parallelism.
fn cpu_until(source: &Trace, to: Nanos) -> Nanos {
    let mut from = 0;
    let mut cpu = 0.0;
    for sample in &source.samples {
        cpu += sample.on_core * sample.at.min(to).saturating_sub(from) as f64;
        from = sample.at;
        if from >= to {
            break;
        }
    }
    cpu as Nanos
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MS: Nanos = 1_000_000;

    /// Two workers whose tasks take these times, each on its own core. The batches are those of an engine, one every 10
    /// ms.
    fn run(tasks: &[(u8, u8)]) -> (Trace, Vec<Trace>) {
        let mut lanes: [Vec<Transition>; 2] = Default::default();
        let mut free = [MS, MS];
        for (task, (computing, file)) in (0u32..).zip(tasks) {
            let lane = task as usize % 2;
            let event = |at, task, phase| Transition {
                at,
                task,
                phase,
                core: lane as u16,
                after_gap: false,
            };
            let file_at = free[lane] + (u64::from(*computing) + 1) * 100_000;
            let end = file_at + (u64::from(*file) + 1) * 100_000;
            lanes[lane].push(event(free[lane], Some(task), Phase::Computing));
            lanes[lane].push(event(file_at, Some(task), Phase::File));
            lanes[lane].push(event(end, None, Phase::Idle));
            free[lane] = end + 50_000;
        }
        let wall = free[0].max(free[1]);
        let (mut trace, mut live) = (Trace::new(2), vec![]);
        let mut from = 0;
        while from < wall {
            let to = (from + 10 * MS).min(wall);
            let within = |event: &&Transition| event.at <= to && (event.at > from || from == 0);
            let updates = lanes.iter().map(|lane| LaneUpdate {
                transitions: lane.iter().filter(within).copied().collect(),
                last_stamp: to,
                cpu: to / 2,
                ..LaneUpdate::default()
            });
            let count = |is: &dyn Fn(&Transition) -> bool| {
                lanes
                    .iter()
                    .flatten()
                    .filter(|event| event.at <= to && is(event))
                    .count() as u32
            };
            trace.apply(Batch {
                now: to,
                lanes: updates.collect(),
                cores: vec![(0, to / 2), (1, to / 2)],
                others: vec![],
                begun: count(&|event| event.phase == Phase::Computing),
                ended: count(&|event| event.phase == Phase::Idle),
                failed: 0,
                deaths: vec![],
            });
            live.push(trace.clone());
            from = to;
        }
        trace.conclude(wall);
        (trace, live)
    }

    proptest! {
        #[test]
        fn at_any_moment_it_looks_as_it_did_live(
            tasks in proptest::collection::vec((any::<u8>(), any::<u8>()), 1..30),
            steps in proptest::collection::vec(0usize..100, 1..20),
        ) {
            let (whole, live) = run(&tasks);
            let (mut player, mut played) = (Player::new(&whole), Trace::new(2));
            // Steps forwards and backwards, of random length.
            for step in steps {
                let then = &live[step % live.len()];
                player.go_to(&mut played, &whole, std::iter::empty(), then.now);
                prop_assert_eq!(played.now, then.now);
                prop_assert_eq!(played.tasks, then.tasks);
                prop_assert_eq!(played.workers_by_phase(), then.workers_by_phase());
                let moments: Vec<Nanos> = (0..=10).map(|i| then.now * i / 10).collect();
                prop_assert_eq!(played.times_together(0..2, &moments), then.times_together(0..2, &moments));
                for worker in 0..2 {
                    prop_assert_eq!(&played.lanes[worker].transitions, &then.lanes[worker].transitions);
                    for pair in moments.windows(2) {
                        prop_assert_eq!(
                            played.times_between(worker, pair[0], pair[1]),
                            then.times_between(worker, pair[0], pair[1])
                        );
                    }
                }
                for (played, then) in played.cores.lanes.iter().zip(&then.cores.lanes) {
                    prop_assert_eq!(played.between(0, whole.now), then.between(0, whole.now));
                }
                prop_assert_eq!(played.cores.lanes.len(), then.cores.lanes.len());
            }
        }
    }

    #[test]
    fn the_curves_are_those_of_the_run() {
        let (whole, _) = run(&[(200, 100); 12]);
        let (mut player, mut played) = (Player::new(&whole), Trace::new(2));
        for to in (0..=whole.now).step_by(7 * MS as usize) {
            player.go_to(&mut played, &whole, std::iter::empty(), to);
        }
        for sample in &played.samples {
            assert!(
                (sample.on_core - 1.0).abs() < 0.01,
                "half of two workers: {sample:?}"
            );
            assert!(sample.in_flight <= 2.0, "{sample:?}");
        }
        assert!(played.samples.iter().any(|sample| sample.in_flight > 1.8));
    }

    #[test]
    fn tasks_that_failed_are_counted_from_their_moment_on() {
        let (mut whole, _) = run(&[(10, 10); 8]);
        whole.tasks.2 = 2;
        let (mut player, mut played) = (Player::new(&whole), Trace::new(2));
        let failed = [whole.now / 2, whole.now];
        player.go_to(&mut played, &whole, failed.into_iter(), whole.now * 3 / 4);
        assert_eq!(played.tasks.2, 1);
        player.go_to(&mut played, &whole, failed.into_iter(), whole.now);
        assert_eq!(played.tasks.2, 2);
    }

    #[test]
    fn of_a_thinned_trace_all_tasks_are_done_at_its_end() {
        let (mut whole, _) = run(&[(3, 3); 400]);
        whole.thin(4);
        let (mut player, mut played) = (Player::new(&whole), Trace::new(2));
        player.go_to(&mut played, &whole, std::iter::empty(), whole.now);
        assert_eq!(played.tasks, whole.tasks);
    }
}
