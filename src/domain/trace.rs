//! The trace of a run: what each worker was doing at each time.
//!
//! A worker's events are transitions. Each one ends the phase before it, so the last one is the open segment. A
//! [`Lane`] keeps them with running sums, so that the time spent in each phase between two moments costs a binary
//! search instead of a walk over all events. Drawing is O(cells on the screen).
//!
//! What concerns many workers at once is computed while events arrive: sums of groups of lanes by buckets of time
//! (`trace/summary.rs`), which worker computed on which core (`trace/cores.rs`), and how many workers are in each phase
//! now.

mod core_curves;
mod cores;
mod lane;
mod look;
mod overlap;
mod player;
mod stored;
mod summary;

use std::ops::Range;

pub use core_curves::CoreCurves;
pub use cores::{CoreLane, Cores, OnCore, Who};
pub use lane::Lane;
pub use look::{Direction, Segment, TaskStory};
pub use overlap::ComputingOverlap;
pub use player::Player;
use summary::TraceSums;

use super::{
    phase::{Phase, PhaseTimes},
    plan::Lock,
    time::Nanos,
};

/// From `at` on, the worker is in `phase`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transition {
    /// The time since `t0`.
    pub at: Nanos,
    /// The worker's task; `None` before the first task, after the last one and between two.
    pub task: Option<u32>,
    /// The phase from then on.
    pub phase: Phase,
    /// The core on which the worker made the stamp.
    pub core: u16,
    /// Whether events were dropped just before this one. What the worker did since the previous event is then unknown.
    pub after_gap: bool,
}

/// What the engine saw of one lane since the previous batch.
#[derive(Clone, Debug, Default)]
pub struct LaneUpdate {
    /// New events, in order.
    pub transitions: Vec<Transition>,
    /// What is known of the time after these events, in order, although it may still turn out to be something else. It
    /// holds until the next update.
    pub ahead: Vec<Transition>,
    /// When the worker made its last stamp, including ticks without an event.
    pub last_stamp: Nanos,
    /// The worker's CPU time so far.
    pub cpu: Nanos,
    /// Events dropped so far because the lane was full.
    pub dropped: u64,
    /// Whether the worker's thread is watched from outside, so that an old stamp means nothing.
    pub is_watched: bool,
    /// Whether the kernel does not record its switches, so that it is sampled.
    pub is_sampled: bool,
}

/// Everything the engine saw since the previous batch. The explorer folds it into its [`Trace`].
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// The time of the batch since `t0`.
    pub now: Nanos,
    /// One update per worker.
    pub lanes: Vec<LaneUpdate>,
    /// CPU time of the run's workers so far, by core. Cores that no worker used may be missing.
    pub cores: Vec<(u16, Nanos)>,
    /// Share of each core that other processes used in the last window of `/proc/stat`, from 0 to 1, by core; empty
    /// until known.
    pub others: Vec<(u16, f64)>,
    /// Tasks started so far.
    pub begun: u32,
    /// Tasks ended so far, including failed ones.
    pub ended: u32,
    /// Tasks failed so far.
    pub failed: u32,
    /// Workers that died since the previous batch, each with its cause: "worker 3 was killed by SIGKILL".
    pub deaths: Vec<String>,
}

/// One point of the curves of concurrency and parallelism.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sample {
    /// The time since `t0`.
    pub at: Nanos,
    /// C(t): the mean number of tasks in flight since the previous sample, from the workers' stamps.
    pub in_flight: f64,
    /// P(t): the mean number of cores in use since the previous sample, from CPU clocks.
    pub on_core: f64,
}

/// The maximum memory of the trace of one run, in bytes. A larger trace is thinned.
const BYTES_MAX: usize = 64 << 20;
/// The maximum number of events of a thinned lane in one interval.
pub const EVENTS_PER_INTERVAL: u64 = 3;
/// The number of intervals that all lanes together keep when a live trace is thinned.
const LIVE_INTERVALS: u64 = 1 << 18;

/// The window for means of recent values, in nanoseconds.
const LATELY: Nanos = 500_000_000;

/// The trace of a run, live or concluded.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    /// One lane per worker.
    pub lanes: Vec<Lane>,
    summary: TraceSums,
    /// The curves of concurrency and parallelism so far.
    pub samples: Vec<Sample>,
    /// What is known about the cores so far.
    pub cores: Cores,
    cpu: Nanos,
    /// How long all workers together were on tasks until the last sample.
    on_tasks: Nanos,
    /// The end of the trace so far, since `t0`.
    pub now: Nanos,
    /// Tasks started, ended and failed.
    pub tasks: (u32, u32, u32),
    /// Whether the run is over.
    pub is_concluded: bool,
    /// Whether detail was dropped to save memory.
    pub is_thinned: bool,
    /// Whether the kernel's records say when the workers are on a core, so that waiting for a lock is no estimate.
    pub is_watched: bool,
    /// Whether workers are sampled, because the kernel refuses such records. Not stored, as the record says it.
    pub is_sampled: bool,
}

impl Trace {
    /// An empty trace with a lane per worker. Each lane is in [`Phase::Starting`] from `t0` on.
    pub fn new(workers: u32) -> Trace {
        let mut lane = Lane::default();
        lane.push(Transition {
            at: 0,
            task: None,
            phase: Phase::Starting,
            core: 0,
            after_gap: false,
        });
        let workers = workers as usize;
        Trace {
            lanes: vec![lane; workers],
            summary: TraceSums::new(workers),
            cores: Cores {
                seen: vec![0; workers],
                ..Cores::default()
            },
            ..Trace::default()
        }
    }

    /// The same trace for workers that share this lock. A computing worker without a recent stamp most likely waits for
    /// CPython's lock, which only its next stamp can show.
    pub fn under(mut self, lock: Lock) -> Trace {
        self.lanes
            .iter_mut()
            .for_each(|lane| lane.shares_lock = lock == Lock::Real);
        self
    }

    /// Folds what the engine saw since the previous batch.
    pub fn apply(&mut self, batch: Batch) {
        let cpu = batch.lanes.iter().map(|update| update.cpu).sum();
        for (worker, update) in batch.lanes.into_iter().enumerate().take(self.lanes.len()) {
            self.is_watched |= update.is_watched && !update.is_sampled;
            self.is_sampled |= update.is_sampled;
            let known = self.lanes[worker].update(update);
            self.fold(worker, known.saturating_sub(1));
        }
        self.sample(batch.now, cpu);
        self.tasks = (batch.begun, batch.ended, batch.failed);
        self.cores.curves.push(batch.now, &batch.cores);
        self.cores.times = batch.cores;
        if !batch.others.is_empty() {
            self.cores.others = batch.others;
        }
        self.settle();
    }

    /// Adds the events of this worker, starting at index `first`, to the sums and the cores.
    fn fold(&mut self, worker: usize, first: usize) {
        let lane = &self.lanes[worker];
        for closed in lane.settled_from(first) {
            self.summary.add(worker, &closed);
            self.cores.add(worker, &closed);
        }
        if let Some(stamped) = lane.stamped() {
            self.cores.add(worker, &stamped);
        }
    }

    /// Orders what was folded, and thins the trace if it takes too much memory.
    fn settle(&mut self) {
        self.cores.settle(self.now);
        if self.bytes() > BYTES_MAX {
            self.thin((LIVE_INTERVALS / self.lanes.len().max(1) as u64).max(16));
        }
    }

    /// Adds a point of both curves. It is a mean since the previous sample, because single moments would show chance.
    fn sample(&mut self, now: Nanos, cpu: Nanos) {
        let elapsed = now.saturating_sub(self.now);
        if elapsed > 0 {
            let on_tasks: Nanos = self.lanes.iter().map(|lane| lane.time_on_tasks(now)).sum();
            let mean =
                |now: Nanos, before: Nanos| now.saturating_sub(before) as f64 / elapsed as f64;
            // Events that arrive late must not add up to more than all workers.
            let in_flight = mean(on_tasks, self.on_tasks).min(self.lanes.len() as f64);
            let on_core = mean(cpu, self.cpu);
            self.samples.push(Sample {
                at: now,
                in_flight,
                on_core,
            });
            (self.now, self.cpu, self.on_tasks) = (now, cpu, on_tasks);
        }
    }

    /// Ends the trace at `wall`, the last worker's last stamp.
    pub fn conclude(&mut self, wall: Nanos) {
        self.now = wall;
        self.is_concluded = true;
        self.cores.curves.conclude(wall, &self.cores.times);
        // The first sample after the end was taken a little too late.
        let within = self.samples.partition_point(|sample| sample.at < wall);
        self.samples.truncate(within + 1);
        if let Some(last) = self.samples.last_mut() {
            last.at = last.at.min(wall);
        }
        self.lanes.iter_mut().for_each(Lane::shrink);
    }

    /// Thins the trace to save memory, to at most [`EVENTS_PER_INTERVAL`] in each of `intervals` intervals of a lane.
    /// The computing time in an interval stays exact. Of the other phases, only the longest is kept.
    pub fn thin(&mut self, intervals: u64) {
        let interval = self.now.div_ceil(intervals.max(1)).max(1);
        for lane in &mut self.lanes {
            lane.thin(interval);
        }
        self.cores.coarsen(intervals, self.now);
        self.is_thinned = true;
    }

    /// The mean of P(t) over the last half second, which is easier to read than single samples.
    pub fn on_core_lately(&self) -> f64 {
        let is_past = |sample: &Sample| sample.at + LATELY <= self.now;
        let (past, late) = self.samples.split_at(self.samples.partition_point(is_past));
        let began = past.last().map_or(0, |sample| sample.at);
        let (mut from, mut sum) = (began, 0.0);
        for sample in late {
            sum += sample.on_core * (sample.at - from) as f64;
            from = sample.at;
        }
        if from > began {
            sum / (from - began) as f64
        } else {
            0.0
        }
    }

    /// Tasks in flight at this moment.
    pub fn in_flight_now(&self) -> u32 {
        // The two numbers may have been counted at different moments.
        self.tasks.0.saturating_sub(self.tasks.1)
    }

    /// Whether any worker was ever in this phase. O(lanes).
    pub fn has_seen(&self, phase: Phase) -> bool {
        self.lanes.iter().any(|lane| lane.has_seen(phase))
    }

    /// How many workers are in each phase now. O(lanes).
    pub fn workers_by_phase(&self) -> [u32; Phase::COUNT] {
        let mut workers = [0; Phase::COUNT];
        let phases = self.lanes.iter().map(|lane| lane.phase_now(self.now));
        phases
            .flatten()
            .for_each(|phase| workers[phase as usize] += 1);
        workers
    }

    /// Events that the engine had to drop, over all lanes. O(lanes).
    pub fn dropped(&self) -> u64 {
        self.lanes.iter().map(|lane| lane.dropped).sum()
    }

    /// How often workers were found on a different core from the previous event, over all lanes. O(lanes).
    pub fn migrations(&self) -> u64 {
        self.lanes.iter().map(|lane| lane.migrations).sum()
    }

    /// The lanes that row `row` of `rows` represents if all lanes are drawn. All rows together show each lane once. If
    /// there are fewer lanes than rows, some rows show none.
    pub fn lanes_of_row(&self, row: usize, rows: usize) -> Range<usize> {
        self.summary.lanes_of_row(row, rows)
    }

    /// How long these lanes together were in each phase between neighbouring `moments`, which ascend. The result has
    /// one element less than there are moments. `lanes` comes from [`Trace::lanes_of_row`].
    ///
    /// It is computed from sums by buckets of time. Over the whole run these are exact, also after [`Trace::thin`]. A
    /// bucket that contains a moment counts as if its contents were spread evenly. With a few parts for the whole run,
    /// a bucket is at most a quarter of a part. O(lanes), whatever the number of events.
    pub fn times_together(&self, lanes: Range<usize>, moments: &[Nanos]) -> Vec<PhaseTimes> {
        let open = self.lanes[lanes.clone()].iter();
        let open = open.flat_map(|lane| lane.unsettled(self.now));
        self.summary.times(lanes, moments, open, self.now)
    }

    /// How long `worker` was in each phase between two moments. O(log events).
    pub fn times_between(&self, worker: usize, from: Nanos, to: Nanos) -> PhaseTimes {
        self.lanes[worker].times_between(from, to, self.now)
    }

    /// The number of events in the busiest lane.
    pub fn most_events(&self) -> usize {
        self.lanes
            .iter()
            .map(|lane| lane.transitions.len())
            .max()
            .unwrap_or(0)
    }

    /// How much memory the trace takes, in bytes.
    pub fn bytes(&self) -> usize {
        self.lanes.iter().map(Lane::bytes).sum::<usize>()
            + self.summary.bytes()
            + self.cores.bytes()
            + self.samples.capacity() * size_of::<Sample>()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(at: Nanos, phase: Phase) -> Transition {
        Transition {
            at,
            task: Some(0),
            phase,
            core: 0,
            after_gap: false,
        }
    }

    fn trace_of(transitions: Vec<Transition>, now: Nanos, last_stamp: Nanos) -> Trace {
        let mut trace = Trace::new(1);
        let update = LaneUpdate {
            transitions,
            last_stamp,
            ..LaneUpdate::default()
        };
        trace.apply(Batch {
            now,
            lanes: vec![update],
            ..Batch::default()
        });
        trace
    }

    #[test]
    fn an_open_computing_segment_without_a_recent_stamp_is_ready_from_that_stamp_on() {
        let ms = 1_000_000;
        let trace = trace_of(vec![at(10 * ms, Phase::Computing)], 40 * ms, 20 * ms);
        let times = trace.times_between(0, 0, 40 * ms);
        assert_eq!(times[Phase::Starting], 10 * ms);
        assert_eq!(times[Phase::Computing], 10 * ms);
        assert_eq!(times[Phase::Ready], 20 * ms);
        assert_eq!(trace.workers_by_phase()[Phase::Ready as usize], 1);
        let fresh = trace_of(vec![at(10 * ms, Phase::Computing)], 40 * ms, 39 * ms);
        assert_eq!(
            fresh.times_between(0, 0, 40 * ms)[Phase::Computing],
            30 * ms
        );
    }

    #[test]
    fn what_was_dropped_is_shown_as_not_recorded() {
        let mut after = at(300, Phase::Idle);
        after.after_gap = true;
        let trace = trace_of(vec![at(100, Phase::Computing), after], 400, 300);
        let times = trace.times_between(0, 0, 400);
        assert_eq!(times[Phase::Computing], 0);
        assert_eq!(times[Phase::Lost], 200);
        assert_eq!(times[Phase::Idle], 100);
    }

    #[test]
    fn what_is_only_known_for_now_is_drawn_until_the_next_update() {
        let mut trace = Trace::new(1);
        let mut updated = |transitions, ahead, now| {
            let update = LaneUpdate {
                transitions,
                ahead,
                is_watched: true,
                ..LaneUpdate::default()
            };
            trace.apply(Batch {
                now,
                lanes: vec![update],
                ..Batch::default()
            });
            (
                trace.lanes[0].phase_now(now),
                trace.times_between(0, 0, now),
            )
        };
        let pickling = vec![at(10, Phase::Pickling)];
        let ahead = vec![at(12, Phase::Computing), at(14, Phase::Gil)];
        let (phase, times) = updated(pickling, ahead, 60);
        assert_eq!(phase, Some(Phase::Gil));
        assert_eq!((times[Phase::Pickling], times[Phase::Gil]), (2, 46));
        let certain = vec![at(12, Phase::Computing), at(14, Phase::Sleep)];
        let (phase, times) = updated(certain, vec![], 70);
        assert_eq!(phase, Some(Phase::Sleep));
        assert_eq!((times[Phase::Gil], times[Phase::Sleep]), (0, 56));
        assert!(!trace.has_seen(Phase::Gil));
    }

    #[test]
    fn the_curves_end_where_the_run_ends() {
        let curve = |samples: &[Nanos], wall: Nanos| -> Vec<Nanos> {
            let mut trace = Trace::new(1);
            for now in samples {
                trace.apply(Batch {
                    now: *now,
                    ..Batch::default()
                });
            }
            trace.conclude(wall);
            trace.samples.iter().map(|sample| sample.at).collect()
        };
        assert_eq!(curve(&[100, 200, 350], 300), [100, 200, 300]);
        assert_eq!(curve(&[100, 200, 300], 300), [100, 200, 300]);
        assert_eq!(curve(&[100, 350, 400], 300), [100, 300]);
        assert_eq!(curve(&[], 300), [0; 0]);
    }

    #[test]
    fn what_happened_lately_is_an_average_that_can_be_read() {
        let mut trace = Trace::new(1);
        assert_eq!(trace.on_core_lately(), 0.0);
        let busy = |ms: u64| {
            if ms <= 1_000 {
                0
            } else {
                (ms - 1_000) * 2_000_000
            }
        };
        for ms in (20..=2_000).step_by(20) {
            let lanes = vec![LaneUpdate {
                cpu: busy(ms),
                ..LaneUpdate::default()
            }];
            trace.apply(Batch {
                now: ms * 1_000_000,
                lanes,
                ..Batch::default()
            });
            let expected = match ms {
                ..=1_000 => 0.0,
                1_250 => 1.0,
                1_500.. => 2.0,
                _ => continue,
            };
            assert!(
                (trace.on_core_lately() - expected).abs() < 0.01,
                "{ms} ms: {}",
                trace.on_core_lately()
            );
        }
    }

    #[test]
    fn parallelism_of_a_sample_is_cpu_time_over_time() {
        let mut trace = Trace::new(2);
        for (now, cpu) in [(100, 50), (200, 150)] {
            let lanes = vec![
                LaneUpdate {
                    cpu,
                    ..LaneUpdate::default()
                };
                2
            ];
            trace.apply(Batch {
                now,
                lanes,
                begun: 2,
                ..Batch::default()
            });
        }
        let on_core: Vec<f64> = trace.samples.iter().map(|sample| sample.on_core).collect();
        assert_eq!(on_core, vec![1.0, 2.0]);
    }

    #[test]
    fn concurrency_of_a_sample_is_the_time_on_tasks_over_time_however_the_counters_were_read() {
        let mut trace = Trace::new(2);
        let on = |task| Transition {
            task,
            ..at(0, Phase::Computing)
        };
        let first = LaneUpdate {
            transitions: vec![on(Some(0))],
            ..LaneUpdate::default()
        };
        let (begin, end) = (
            Transition {
                at: 100,
                ..on(Some(1))
            },
            Transition {
                at: 150,
                ..on(None)
            },
        );
        let second = LaneUpdate {
            transitions: vec![begin, end],
            ..LaneUpdate::default()
        };
        let nothing = LaneUpdate::default;
        trace.apply(Batch {
            now: 100,
            lanes: vec![first, nothing()],
            ..Batch::default()
        });
        trace.apply(Batch {
            now: 200,
            lanes: vec![nothing(), second],
            begun: 2,
            ended: 2,
            ..Batch::default()
        });
        let in_flight: Vec<f64> = trace
            .samples
            .iter()
            .map(|sample| sample.in_flight)
            .collect();
        assert_eq!(in_flight, [1.0, 1.5]);
    }

    #[test]
    fn a_thinned_trace_is_small_and_still_covers_the_run() {
        let events = (0..100_000).map(|i| {
            at(
                i * 10,
                if i % 10 < 7 {
                    Phase::Computing
                } else {
                    Phase::File
                },
            )
        });
        let mut trace = trace_of(events.collect(), 1_000_000, 1_000_000);
        trace.conclude(1_000_000);
        let before = trace.bytes();
        trace.thin(100);
        assert!(
            trace.bytes() < before / 50,
            "{} of {before} bytes",
            trace.bytes()
        );
        assert_eq!(trace.times_between(0, 0, 1_000_000).total(), 1_000_000);
    }

    #[test]
    fn what_is_not_known_of_a_run_is_still_not_known_when_it_is_thinned() {
        let gap = |i: u64| Transition {
            after_gap: i % 4 == 3,
            ..at(i * 10, Phase::Computing)
        };
        let mut trace = trace_of((0..10_000).map(gap).collect(), 100_000, 100_000);
        let lost = trace.times_between(0, 0, 100_000)[Phase::Lost];
        trace.thin(10);
        assert!(lost > 0);
        assert_eq!(trace.times_between(0, 0, 100_000)[Phase::Lost], lost);
    }

    #[test]
    fn a_move_to_another_core_counts_as_a_migration_after_the_first_task_has_started() {
        let on = |time: Nanos, core: u16, phase: Phase| Transition {
            core,
            ..at(time, phase)
        };
        let moves = [
            on(10, 1, Phase::Computing),
            on(20, 1, Phase::File),
            on(30, 0, Phase::Computing),
            on(40, 1, Phase::Computing),
        ];
        let mut trace = trace_of(moves.into(), 50, 50);
        assert_eq!(trace.lanes[0].migrations, 2);
        trace.thin(1);
        assert_eq!(trace.migrations(), 2);
    }

    #[test]
    fn the_row_of_a_core_shows_a_segment_that_goes_on_up_to_its_last_stamp() {
        let mut trace = trace_of(vec![at(10, Phase::Computing)], 100, 90);
        let on_core = |trace: &Trace, from, to| trace.cores.lanes[0].between(from, to);
        assert_eq!(
            on_core(&trace, 0, 100),
            OnCore {
                time: 80,
                who: Who::One(0)
            }
        );
        let update = LaneUpdate {
            transitions: vec![at(95, Phase::Idle)],
            ..LaneUpdate::default()
        };
        trace.apply(Batch {
            now: 200,
            lanes: vec![update],
            ..Batch::default()
        });
        assert_eq!(
            on_core(&trace, 0, 200),
            OnCore {
                time: 85,
                who: Who::One(0)
            }
        );
    }

    #[test]
    fn what_may_have_been_dropped_is_not_in_the_row_of_a_core() {
        let mut trace = Trace::new(1);
        let update = LaneUpdate {
            transitions: vec![at(10, Phase::Computing)],
            last_stamp: 90,
            dropped: 3,
            ..LaneUpdate::default()
        };
        trace.apply(Batch {
            now: 100,
            lanes: vec![update],
            ..Batch::default()
        });
        assert!(trace.cores.lanes.is_empty());
    }

    #[test]
    fn a_live_trace_that_grows_too_large_becomes_poorer_and_goes_on() {
        let mut trace = Trace::new(1);
        let phases = [Phase::Computing, Phase::File];
        for batch in 0..40 {
            let first = batch * 100_000;
            let transitions = (first..first + 100_000)
                .map(|i| at(i * 10, phases[i as usize % 2]))
                .collect();
            let update = LaneUpdate {
                transitions,
                ..LaneUpdate::default()
            };
            trace.apply(Batch {
                now: (first + 100_000) * 10,
                lanes: vec![update],
                ..Batch::default()
            });
            assert!(trace.bytes() <= BYTES_MAX);
        }
        assert!(trace.is_thinned);
        assert_eq!(trace.lanes[0].phase_now(40_000_000), Some(Phase::File));
        assert_eq!(trace.times_between(0, 0, 40_000_000).total(), 40_000_000);
    }

    /// Events of a few lanes in a few batches. Each has its phase and the time since the previous event.
    fn any_run() -> impl Strategy<Value = Vec<Vec<Vec<(u64, u8)>>>> {
        let lane = proptest::collection::vec((0u64..3_000_000, 1u8..8), 0..30);
        let batch = proptest::collection::vec(lane, 5..6);
        proptest::collection::vec(batch, 1..6)
    }

    /// The live trace of it, whose last events were stamped a while ago. After each batch, this many events that never
    /// happen seem to be ahead.
    fn folded(run: &[Vec<Vec<(u64, u8)>>], ahead: u64) -> Trace {
        let mut trace = Trace::new(5);
        let mut now = [0; 5];
        for batch in run {
            let lane = |(events, now): (&Vec<(u64, u8)>, &mut u64)| {
                let event = |(step, phase): &(u64, u8)| {
                    *now += step;
                    at(*now, Phase::from_number(*phase).unwrap())
                };
                LaneUpdate {
                    transitions: events.iter().map(event).collect(),
                    ahead: (0..ahead)
                        .map(|i| at(*now + i * 1_000, Phase::Lock))
                        .collect(),
                    ..LaneUpdate::default()
                }
            };
            let lanes = batch.iter().zip(&mut now).map(lane).collect();
            let latest = now.iter().max().unwrap() + 1_000_000;
            trace.apply(Batch {
                now: latest.max(trace.now + 1),
                lanes,
                ..Batch::default()
            });
        }
        trace
    }

    fn exact(trace: &Trace, from: Nanos, to: Nanos) -> PhaseTimes {
        let mut sum = PhaseTimes::default();
        (0..trace.lanes.len()).for_each(|lane| sum.add(&trace.times_between(lane, from, to)));
        sum
    }

    proptest! {
        #[test]
        fn all_lanes_together_are_exactly_the_lanes_live_and_thinned(run in any_run(), rows in 1usize..9, parts in 1u64..40) {
            let mut trace = folded(&run, 0);
            let now = trace.now;
            let expected = exact(&trace, 0, now);
            for _ in 0..2 {
                let moments: Vec<Nanos> = (0..=parts).map(|i| now * i / parts).collect();
                let mut sum = PhaseTimes::default();
                for row in 0..rows {
                    let times = trace.times_together(trace.lanes_of_row(row, rows), &moments);
                    times.iter().for_each(|times| sum.add(times));
                }
                prop_assert_eq!(sum, expected);
                trace.thin(3);
            }
        }

        #[test]
        fn what_seems_to_be_ahead_is_drawn_alike_everywhere_and_leaves_nothing_behind(run in any_run(), ahead in 1u64..20) {
            let mut trace = folded(&run, ahead);
            let now = trace.now;
            let together = |trace: &Trace| trace.times_together(0..5, &[0, now])[0];
            prop_assert!(together(&trace)[Phase::Lock] > 0);
            prop_assert_eq!(together(&trace), exact(&trace, 0, now));
            let nothing = vec![LaneUpdate::default(); 5];
            trace.apply(Batch { now, lanes: nothing, ..Batch::default() });
            let without = folded(&run, 0);
            prop_assert_eq!(exact(&trace, 0, now), exact(&without, 0, now));
            prop_assert_eq!(together(&trace), together(&without));
            prop_assert_eq!((trace.most_events(), trace.migrations()), (without.most_events(), without.migrations()));
        }

        #[test]
        fn thinning_keeps_how_long_a_worker_computed_in_each_interval(run in any_run(), intervals in 1u64..30) {
            let mut trace = folded(&run, 0);
            let now = trace.now;
            let interval = now.div_ceil(intervals);
            let last = trace.lanes[0].transitions.last().unwrap().at;
            let cuts = || (0..=intervals).map(|i| (i * interval).min(last));
            let before: Vec<_> = cuts().map(|cut| trace.times_between(0, 0, cut)).collect();
            trace.thin(intervals);
            for (cut, before) in cuts().zip(before) {
                let after = trace.times_between(0, 0, cut);
                prop_assert_eq!(after[Phase::Computing], before[Phase::Computing]);
                prop_assert_eq!(after.total(), before.total());
            }
            let most = (EVENTS_PER_INTERVAL * intervals) as usize + 1;
            prop_assert!(trace.most_events() <= most, "{} events", trace.most_events());
        }

        #[test]
        fn the_phases_of_any_two_cuts_sum_to_the_time_between_them(
            steps in proptest::collection::vec((0u64..1000, 1u8..7), 1..400),
            cuts in proptest::collection::vec(0u64..1_000_000, 2..20),
        ) {
            let mut now = 0;
            let transitions: Vec<_> = steps
                .iter()
                .map(|(step, phase)| {
                    now += step;
                    at(now, Phase::from_number(*phase).unwrap())
                })
                .collect();
            let trace = trace_of(transitions, now, now);
            let mut cuts = cuts;
            cuts.sort_unstable();
            for pair in cuts.windows(2) {
                let expected = pair[1].min(now) - pair[0].min(now);
                prop_assert_eq!(trace.times_between(0, pair[0], pair[1]).total(), expected);
            }
        }
    }
}
