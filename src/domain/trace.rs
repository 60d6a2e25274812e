//! The picture of a run: what each worker was doing when.
//!
//! A worker's events are transitions: each one closes the phase before it, so the last one is the open segment. A
//! [`Lane`] keeps them with running sums, so that the time spent in each phase between two moments costs a binary
//! search and never a walk over all events: drawing is O(cells on the screen).

mod cores;
mod lane;

use super::phase::{Phase, PhaseTimes};
use super::time::Nanos;
pub use cores::CoreCurves;
pub use lane::Lane;

/// From `at` on, the worker is in `phase`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transition {
    /// When, since `t0`.
    pub at: Nanos,
    /// On which task the worker is; `None` before its first, after its last and between two.
    pub task: Option<u32>,
    /// What it is doing from then on.
    pub phase: Phase,
    /// The core on which the stamp was made.
    pub core: u16,
    /// Events were dropped just before this one: what the worker did since the previous one is not known.
    pub after_gap: bool,
}

/// What the engine saw of one lane since the batch before.
#[derive(Clone, Debug, Default)]
pub struct LaneUpdate {
    /// New events, in order.
    pub transitions: Vec<Transition>,
    /// When the worker last stamped anything, also a tick that made no event.
    pub last_stamp: Nanos,
    /// The worker's CPU time so far.
    pub cpu: Nanos,
    /// Events dropped so far because the lane was full.
    pub dropped: u64,
}

/// Everything the engine saw since the batch before: what the explorer folds into its [`Trace`].
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// When it was made, since `t0`.
    pub now: Nanos,
    /// One update per worker.
    pub lanes: Vec<LaneUpdate>,
    /// CPU time of our workers so far, by core; cores that none used may be missing.
    pub cores: Vec<CoreTime>,
    /// Share of each core that others used in the last window of `/proc/stat`, in 0..=1, by core; empty until known.
    pub others: Vec<(u16, f64)>,
    /// Tasks begun, ended (in whatever way) and failed so far.
    pub begun: u32,
    /// Tasks ended, failed ones included.
    pub ended: u32,
    /// Tasks failed.
    pub failed: u32,
}

/// CPU time that our workers spent on a core.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CoreTime {
    /// The core's number.
    pub core: u16,
    /// Our workers' CPU time on it.
    pub workers: Nanos,
}

/// One point of the curves of concurrency and parallelism.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sample {
    /// When, since `t0`.
    pub at: Nanos,
    /// Tasks begun and not yet ended: C(t).
    pub in_flight: u32,
    /// Workers on a core, on average since the sample before, from CPU clocks: P(t).
    pub on_core: f64,
}

/// The most memory that the picture of one run takes, in bytes; beyond it, it becomes poorer.
const BYTES_MAX: usize = 64 << 20;
/// How many slices all lanes together keep when a live picture is thinned.
const LIVE_SLICES: u64 = 1 << 18;

/// How long "lately" is, in nanoseconds.
const LATELY: Nanos = 500_000_000;

/// The picture of a run, live or concluded.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    lanes: Vec<Lane>,
    samples: Vec<Sample>,
    cores: Vec<CoreTime>,
    core_curves: CoreCurves,
    others: Vec<(u16, f64)>,
    cpu: Nanos,
    now: Nanos,
    begun: u32,
    ended: u32,
    failed: u32,
    concluded: bool,
    thinned: bool,
}

impl Trace {
    /// An empty picture with a lane per worker, each in [`Phase::Starting`] from `t0` on.
    #[must_use]
    pub fn new(workers: u32) -> Trace {
        let starting = Transition { at: 0, task: None, phase: Phase::Starting, core: 0, after_gap: false };
        let mut lane = Lane::default();
        lane.push(starting);
        Trace { lanes: vec![lane; workers as usize], ..Trace::default() }
    }

    /// Folds what the engine saw since the last time.
    pub fn apply(&mut self, batch: Batch) {
        let mut cpu = 0;
        for (lane, update) in self.lanes.iter_mut().zip(batch.lanes) {
            cpu += update.cpu;
            lane.update(update);
        }
        // The two counters are not read at the same moment.
        self.sample(&batch.now, batch.begun.saturating_sub(batch.ended), cpu);
        (self.begun, self.ended, self.failed) = (batch.begun, batch.ended, batch.failed);
        self.cores = batch.cores;
        self.core_curves.push(batch.now, &self.cores);
        if !batch.others.is_empty() {
            self.others = batch.others;
        }
        if self.bytes() > BYTES_MAX {
            self.thin((LIVE_SLICES / self.lanes.len().max(1) as u64).max(16));
        }
    }

    fn sample(&mut self, now: &Nanos, in_flight: u32, cpu: Nanos) {
        let elapsed = now.saturating_sub(self.now);
        if elapsed > 0 {
            let on_core = cpu.saturating_sub(self.cpu) as f64 / elapsed as f64;
            self.samples.push(Sample { at: *now, in_flight, on_core });
            (self.now, self.cpu) = (*now, cpu);
        }
    }

    /// Ends the picture at `wall`, the last worker's last stamp.
    pub fn conclude(&mut self, wall: Nanos) {
        self.now = wall;
        self.concluded = true;
        self.core_curves.conclude(wall, &self.cores);
        // The first sample beyond the end saw the end, a little late.
        let within = self.samples.partition_point(|sample| sample.at < wall);
        self.samples.truncate(within + 1);
        if let Some(last) = self.samples.last_mut() {
            last.at = last.at.min(wall);
        }
    }

    /// Makes the picture poorer, to about `slices` events a lane, to save memory.
    pub fn thin(&mut self, slices: u64) {
        let slice = (self.now / slices).max(1);
        for lane in &mut self.lanes {
            lane.thin(self.now, slice);
        }
        self.thinned = true;
    }

    /// One per worker.
    #[must_use]
    pub fn lanes(&self) -> &[Lane] {
        &self.lanes
    }

    /// The curves of concurrency and parallelism so far.
    #[must_use]
    pub fn samples(&self) -> &[Sample] {
        &self.samples
    }

    /// P(t) on average over the last half second: what a person can read, where single samples would flicker.
    #[must_use]
    pub fn on_core_lately(&self) -> f64 {
        let first = self.samples.partition_point(|sample| sample.at + LATELY <= self.now);
        let mut from = first.checked_sub(1).map_or(0, |before| self.samples[before].at);
        let began = from;
        let mut sum = 0.0;
        for sample in &self.samples[first..] {
            sum += sample.on_core * (sample.at - from) as f64;
            from = sample.at;
        }
        if from > began { sum / (from - began) as f64 } else { 0.0 }
    }

    /// CPU time of our workers by core.
    #[must_use]
    pub fn cores(&self) -> &[CoreTime] {
        &self.cores
    }

    /// What our workers used of each core, over time.
    #[must_use]
    pub fn core_curves(&self) -> &CoreCurves {
        &self.core_curves
    }

    /// Share of each core that others use, in 0..=1; empty while unknown.
    #[must_use]
    pub fn others(&self) -> &[(u16, f64)] {
        &self.others
    }

    /// Until when the picture goes, since `t0`.
    #[must_use]
    pub fn now(&self) -> Nanos {
        self.now
    }

    /// Tasks begun, ended and failed.
    #[must_use]
    pub fn tasks(&self) -> (u32, u32, u32) {
        (self.begun, self.ended, self.failed)
    }

    /// Whether the run is over.
    #[must_use]
    pub fn is_concluded(&self) -> bool {
        self.concluded
    }

    /// Whether the picture was made poorer to save memory.
    #[must_use]
    pub fn is_thinned(&self) -> bool {
        self.thinned
    }

    /// How many workers are in each phase now.
    #[must_use]
    pub fn workers_by_phase(&self) -> [u32; Phase::COUNT] {
        let mut counts = [0; Phase::COUNT];
        for phase in self.lanes.iter().filter_map(|lane| lane.phase_now(self.now)) {
            counts[phase as usize] += 1;
        }
        counts
    }

    /// How long `worker` was in each phase between two moments. O(log events).
    #[must_use]
    pub fn times_between(&self, worker: usize, from: Nanos, to: Nanos) -> PhaseTimes {
        let lane = &self.lanes[worker];
        lane.times_until(to, self.now).since(&lane.times_until(from, self.now))
    }

    /// How many events the busiest lane has.
    #[must_use]
    pub fn most_events(&self) -> usize {
        self.lanes.iter().map(|lane| lane.transitions().len()).max().unwrap_or(0)
    }

    /// How much memory the events take, in bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let samples = self.samples.capacity() * size_of::<Sample>();
        self.lanes.iter().map(Lane::bytes).sum::<usize>() + samples + self.core_curves.bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(at: Nanos, phase: Phase) -> Transition {
        Transition { at, task: Some(0), phase, core: 0, after_gap: false }
    }

    fn trace_of(transitions: Vec<Transition>, now: Nanos, last_stamp: Nanos) -> Trace {
        let mut trace = Trace::new(1);
        let update = LaneUpdate { transitions, last_stamp, ..LaneUpdate::default() };
        trace.apply(Batch { now, lanes: vec![update], ..Batch::default() });
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
        assert_eq!(fresh.times_between(0, 0, 40 * ms)[Phase::Computing], 30 * ms);
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
    fn the_curves_end_where_the_run_ends() {
        let curve = |samples: &[Nanos], wall: Nanos| -> Vec<Nanos> {
            let mut trace = Trace::new(1);
            for now in samples {
                trace.apply(Batch { now: *now, ..Batch::default() });
            }
            trace.conclude(wall);
            trace.samples().iter().map(|sample| sample.at).collect()
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
        let busy = |ms: u64| if ms <= 1_000 { 0 } else { (ms - 1_000) * 2_000_000 };
        for ms in (20..=2_000).step_by(20) {
            let lanes = vec![LaneUpdate { cpu: busy(ms), ..LaneUpdate::default() }];
            trace.apply(Batch { now: ms * 1_000_000, lanes, ..Batch::default() });
            let expected = match ms {
                ..=1_000 => 0.0,
                1_250 => 1.0,
                1_500.. => 2.0,
                _ => continue,
            };
            assert!((trace.on_core_lately() - expected).abs() < 0.01, "{ms} ms: {}", trace.on_core_lately());
        }
    }

    #[test]
    fn parallelism_of_a_sample_is_cpu_time_over_time() {
        let mut trace = Trace::new(2);
        for (now, cpu) in [(100, 50), (200, 150)] {
            let lanes = vec![LaneUpdate { cpu, ..LaneUpdate::default() }; 2];
            trace.apply(Batch { now, lanes, begun: 2, ..Batch::default() });
        }
        let on_core: Vec<f64> = trace.samples().iter().map(|sample| sample.on_core).collect();
        assert_eq!(on_core, vec![1.0, 2.0]);
        assert_eq!(trace.samples()[1].in_flight, 2);
    }

    #[test]
    fn a_thinned_trace_is_small_and_still_covers_the_run() {
        let events =
            (0..100_000).map(|i| at(i * 10, if i % 10 < 7 { Phase::Computing } else { Phase::File }));
        let mut trace = trace_of(events.collect(), 1_000_000, 1_000_000);
        trace.conclude(1_000_000);
        let before = trace.bytes();
        trace.thin(100);
        assert!(trace.bytes() < before / 100);
        assert_eq!(trace.times_between(0, 0, 1_000_000).total(), 1_000_000);
    }

    #[test]
    fn a_live_trace_that_grows_too_large_becomes_poorer_and_goes_on() {
        let mut trace = Trace::new(1);
        let phases = [Phase::Computing, Phase::File];
        for batch in 0..40 {
            let first = batch * 100_000;
            let transitions = (first..first + 100_000).map(|i| at(i * 10, phases[i as usize % 2])).collect();
            let update = LaneUpdate { transitions, ..LaneUpdate::default() };
            trace.apply(Batch { now: (first + 100_000) * 10, lanes: vec![update], ..Batch::default() });
            assert!(trace.bytes() <= BYTES_MAX);
        }
        assert!(trace.is_thinned());
        assert_eq!(trace.lanes()[0].phase_now(40_000_000), Some(Phase::File));
        assert_eq!(trace.times_between(0, 0, 40_000_000).total(), 40_000_000);
    }

    proptest! {
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
