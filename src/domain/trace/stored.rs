//! How a trace is written and read: as arrays by lane, which are folded again when they are read.
//!
//! ```text
//! {"now_ns": 1200345, "concluded": true, "thinned": false, "begun": 8, "ended": 8, "failed": 0,
//!  "lanes":    [{"after_ns": [0, 81250, …], "phases": "sc…", "tasks": [null, 0, …], "cores": [0, 1, …], "gaps": [], …}, …],
//!  "on_cores": [{"core": 0, "after_ns": […], "for_ns": […], "workers": […]}, …],
//!  "samples":  {"at_ns": […], "in_flight": […], "on_core": […]},
//!  "cores":    [[0, 81250], …],
//!  "curves":   {"apart_ns": …, "at_ns": […], "workers_ns": [[…], …]},
//!  "others":   [[0, 0.02], …]}
//! ```
//!
//! The sums by groups of lanes are not stored, because they follow from the lanes. For a thinned trace, the restored
//! sums have no more detail than its lanes. Which worker had which core is stored, because it follows from the workers'
//! last stamps, which are not stored.
//!
//! Lanes and arrays are converted one at a time, so that a trace is not in memory twice. Nothing that is read is
//! trusted: arrays agree in length, moments ascend and stay within the run, workers exist.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

use super::{
    CoreCurves, Lane, Sample, Trace, Transition,
    cores::{CoreLane, CoreSegment, Cores, SEVERAL},
    summary::TraceSums,
};
use crate::domain::{machine::MAX_THREADS, phase::Phase, text::clean, time::Nanos};

/// The longest run that a trace can have, in nanoseconds: 30 years. All sums over workers stay far below 2^64.
const LONGEST: Nanos = 1_000_000_000_000_000_000;
/// The maximum number of cores of a machine.
const CORES_MAX: usize = 1 << 16;

#[derive(Serialize, Deserialize)]
struct StoredTrace<'a> {
    now_ns: Nanos,
    #[serde(default = "yes")]
    concluded: bool,
    #[serde(default)]
    thinned: bool,
    /// Missing in a trace that only the workers' own stamps made.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    watched: bool,
    begun: u32,
    ended: u32,
    #[serde(default)]
    failed: u32,
    lanes: Cow<'a, [Lane]>,
    on_cores: Option<Cow<'a, [CoreLane]>>,
    #[serde(default)]
    samples: StoredSamples,
    #[serde(default)]
    cores: Cow<'a, [(u16, Nanos)]>,
    curves: Option<Cow<'a, CoreCurves>>,
    #[serde(default)]
    others: Cow<'a, [(u16, f64)]>,
}

fn yes() -> bool {
    true
}

#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct StoredLane {
    after_ns: Vec<Nanos>,
    phases: String,
    tasks: Vec<Option<u32>>,
    cores: Vec<u16>,
    gaps: Vec<u32>,
    last_stamp_ns: Nanos,
    on_task_ns: Option<Nanos>,
    migrations: Option<u64>,
    dropped: u64,
    in_doubt: bool,
}

#[derive(Serialize, Deserialize)]
struct StoredCoreLane {
    core: u16,
    after_ns: Vec<Nanos>,
    for_ns: Vec<Nanos>,
    computed_ns: Vec<Nanos>,
    workers: Vec<Option<u32>>,
}

#[derive(Default, Serialize, Deserialize)]
struct StoredSamples {
    at_ns: Vec<Nanos>,
    in_flight: Vec<f64>,
    on_core: Vec<f64>,
}

/// Implements writing and reading by the stored form of each type.
macro_rules! travels_as {
    ($($type:ty => $stored:ty;)*) => { $(
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                <$stored>::from(self).serialize(serializer)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<$type, D::Error> {
                let stored = <$stored>::deserialize(deserializer)?;
                stored.try_into().map_err(D::Error::custom)
            }
        }
    )* };
}

travels_as! {
    Trace => StoredTrace<'_>;
    Lane => StoredLane;
    CoreLane => StoredCoreLane;
}

impl<'a> From<&'a Trace> for StoredTrace<'a> {
    fn from(trace: &'a Trace) -> StoredTrace<'a> {
        let samples = trace.samples.iter();
        let (at_ns, in_flight, on_core) = samples
            .map(|sample| (sample.at, sample.in_flight, sample.on_core))
            .collect();
        StoredTrace {
            now_ns: trace.now,
            concluded: trace.is_concluded,
            thinned: trace.is_thinned,
            watched: trace.is_watched,
            begun: trace.tasks.0,
            ended: trace.tasks.1,
            failed: trace.tasks.2,
            lanes: trace.lanes.as_slice().into(),
            on_cores: Some(trace.cores.lanes.as_slice().into()),
            samples: StoredSamples {
                at_ns,
                in_flight,
                on_core,
            },
            cores: trace.cores.times.as_slice().into(),
            curves: Some(Cow::Borrowed(&trace.cores.curves)),
            others: trace.cores.others.as_slice().into(),
        }
    }
}

impl From<&Lane> for StoredLane {
    fn from(lane: &Lane) -> StoredLane {
        let events = &lane.transitions;
        let gaps = (0..).zip(events).filter(|(_, event)| event.after_gap);
        let letter = |event: &Transition| event.phase.description().letter;
        let (phases, tasks, cores) = events
            .iter()
            .map(|event| (letter(event), event.task, event.core))
            .collect();
        StoredLane {
            after_ns: steps(events.iter().map(|event| event.at)),
            phases,
            tasks,
            cores,
            gaps: gaps.map(|(index, _)| index).collect(),
            last_stamp_ns: lane.last_stamp,
            on_task_ns: Some(lane.on_task),
            migrations: Some(lane.migrations),
            dropped: lane.dropped,
            in_doubt: lane.is_uncertain,
        }
    }
}

impl From<&CoreLane> for StoredCoreLane {
    fn from(lane: &CoreLane) -> StoredCoreLane {
        let mut end = 0;
        let row = |segment: &CoreSegment| {
            let after = segment.from - std::mem::replace(&mut end, segment.until);
            let who = (segment.who != SEVERAL).then_some(segment.who);
            (after, segment.until - segment.from, who)
        };
        let (after_ns, for_ns, workers) = lane.segments.iter().map(row).collect();
        StoredCoreLane {
            core: lane.core,
            after_ns,
            for_ns,
            computed_ns: steps(lane.segments.iter().map(|segment| segment.computed)),
            workers,
        }
    }
}

/// The distance of each value from the previous one; that of the first is from 0.
fn steps(values: impl Iterator<Item = Nanos>) -> Vec<Nanos> {
    let mut before = 0;
    values
        .map(|value| value - std::mem::replace(&mut before, value))
        .collect()
}

impl TryFrom<StoredTrace<'_>> for Trace {
    type Error = String;

    fn try_from(stored: StoredTrace<'_>) -> Result<Trace, String> {
        let workers = stored.lanes.len();
        if workers as u64 > MAX_THREADS {
            return Err(format!("a trace of {workers} workers"));
        }
        let mut ends = stored.lanes.iter().map(|lane| lane.last_stamp);
        if stored.now_ns > LONGEST || ends.any(|end| end > LONGEST) {
            return Err("a trace of more than thirty years".into());
        }
        let mut trace = Trace {
            summary: TraceSums::new(workers),
            samples: stored.samples.restored()?,
            cores: Cores {
                // If the stored rows of the cores are complete, the lanes must not add to them.
                seen: vec![stored.on_cores.as_ref().map_or(0, |_| Nanos::MAX); workers],
                lanes: rows(stored.on_cores.unwrap_or_default().into_owned(), workers)?,
                times: core_times(stored.cores.into_owned()),
                curves: curves(stored.curves.unwrap_or_default().into_owned())?,
                others: shares(stored.others.into_owned())?,
            },
            now: stored.now_ns,
            tasks: (stored.begun, stored.ended, stored.failed),
            is_concluded: stored.concluded,
            is_thinned: stored.thinned,
            is_watched: stored.watched,
            lanes: stored.lanes.into_owned(),
            ..Trace::default()
        };
        (0..workers).for_each(|worker| trace.fold(worker, 0));
        trace.settle();
        Ok(trace)
    }
}

impl TryFrom<StoredLane> for Lane {
    type Error = String;

    fn try_from(stored: StoredLane) -> Result<Lane, String> {
        let events = stored.after_ns.len();
        let lengths = [stored.phases.len(), stored.tasks.len(), stored.cores.len()];
        if events == 0 || lengths != [events; 3] {
            return Err("a lane whose arrays differ in length, or without events".into());
        }
        let mut lane = Lane::default();
        lane.transitions.reserve_exact(events);
        let (mut at, mut gaps) = (0u64, stored.gaps.into_iter().peekable());
        for (index, letter) in stored.phases.chars().enumerate() {
            at = at
                .checked_add(stored.after_ns[index])
                .filter(|at| *at <= LONGEST)
                .ok_or("a moment beyond thirty years")?;
            let unknown = || {
                format!(
                    "the phase \"{}\"",
                    clean(letter.encode_utf8(&mut [0; 4]), 1)
                )
            };
            let phase = Phase::from_letter(letter).ok_or_else(unknown)?;
            lane.push(Transition {
                at,
                task: stored.tasks[index],
                phase,
                core: stored.cores[index],
                after_gap: gaps.next_if(|gap| *gap as usize == index).is_some(),
            });
        }
        if gaps.next().is_some() {
            return Err("a gap at an event that there is not".into());
        }
        lane.last_stamp = lane.last_stamp.max(stored.last_stamp_ns);
        // The events of a thinned lane do not show these totals.
        lane.on_task = stored.on_task_ns.unwrap_or(lane.on_task).min(LONGEST);
        lane.migrations = stored
            .migrations
            .unwrap_or(lane.migrations)
            .min(u64::from(u32::MAX));
        lane.dropped = stored.dropped.min(u64::from(u32::MAX));
        lane.is_uncertain = stored.in_doubt;
        lane.shrink();
        Ok(lane)
    }
}

impl TryFrom<StoredCoreLane> for CoreLane {
    type Error = String;

    fn try_from(stored: StoredCoreLane) -> Result<CoreLane, String> {
        let all = stored.after_ns.len();
        let lengths = [&stored.for_ns, &stored.computed_ns].map(Vec::len);
        if lengths != [all; 2] || stored.workers.len() != all {
            return Err("a core whose arrays differ in length".into());
        }
        let mut end: Nanos = 0;
        let mut segment = |index: usize| {
            let from = end.checked_add(stored.after_ns[index])?;
            let (length, computed) = (stored.for_ns[index], stored.computed_ns[index]);
            end = from.checked_add(length)?;
            let who = stored.workers[index].unwrap_or(SEVERAL);
            (computed <= length && end <= LONGEST)
                .then(|| CoreSegment::new(from, end, computed, who))
        };
        let segments: Option<Vec<CoreSegment>> = (0..all).map(&mut segment).collect();
        let segments = segments.ok_or("a core computed for longer than it was there")?;
        Ok(CoreLane::sealed(stored.core, segments.into_iter()))
    }
}

/// Rows of cores, checked: they are in order of their numbers, and all their workers exist.
fn rows(rows: Vec<CoreLane>, workers: usize) -> Result<Vec<CoreLane>, String> {
    let mut had = rows.iter().flat_map(|lane| &lane.segments);
    if had.any(|segment| segment.who != SEVERAL && segment.who as usize >= workers) {
        return Err("a core had a worker that there is not".into());
    }
    if !rows.is_sorted_by(|a, b| a.core < b.core) {
        return Err("cores that are not in order".into());
    }
    Ok(rows)
}

impl StoredSamples {
    fn restored(self) -> Result<Vec<Sample>, String> {
        let all = self.at_ns.len();
        let is_measured = |value: &f64| (0.0..=1e9).contains(value);
        let (in_flight, on_core) = (&self.in_flight, &self.on_core);
        if [in_flight, on_core].map(Vec::len) != [all; 2] || !self.at_ns.is_sorted() {
            return Err("samples that are not in order".into());
        }
        if !in_flight.iter().chain(on_core).all(is_measured) {
            return Err("a sample that cannot have been measured".into());
        }
        let sample = |index| Sample {
            at: self.at_ns[index],
            in_flight: in_flight[index],
            on_core: on_core[index],
        };
        Ok((0..all).map(sample).collect())
    }
}

fn curves(mut curves: CoreCurves) -> Result<CoreCurves, String> {
    if curves.workers_ns.len() != curves.at_ns.len() || !curves.at_ns.is_sorted() {
        return Err("curves of cores that are not in order".into());
    }
    curves.apart_ns = curves.apart_ns.clamp(1, LONGEST);
    curves.workers_ns = curves.workers_ns.into_iter().map(core_times).collect();
    Ok(curves)
}

fn core_times(mut cores: Vec<(u16, Nanos)>) -> Vec<(u16, Nanos)> {
    cores.truncate(CORES_MAX);
    cores
        .iter_mut()
        .for_each(|(_, time)| *time = LONGEST.min(*time));
    cores
}

fn shares(others: Vec<(u16, f64)>) -> Result<Vec<(u16, f64)>, String> {
    let is_share = |(_, share): &(u16, f64)| (0.0..=1.0).contains(share);
    if others.iter().all(is_share) {
        Ok(others)
    } else {
        Err("a share of a core beyond 0 to 1".into())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{
        super::{Batch, LaneUpdate},
        *,
    };
    use crate::{
        domain::{phase::Phase, trace::Who},
        fixtures::damage::{cases, damaged},
    };

    const MS: Nanos = 1_000_000;

    /// A run of some workers that wander between two cores, in batches of 10 ms. Events beyond the room in a lane are
    /// dropped.
    fn run(workers: u32, steps: &[(u8, u8, bool)], conclude: bool) -> Trace {
        let mut trace = Trace::new(workers);
        let mut dropped = vec![0; workers as usize];
        for (number, chunk) in (0u64..).zip(steps.chunks(workers as usize * 3)) {
            let mut lanes = vec![LaneUpdate::default(); workers as usize];
            for (i, (phase, after, gap)) in chunk.iter().enumerate() {
                let worker = i % workers as usize;
                let at = number * 10 * MS
                    + (i / workers as usize) as u64 * 3 * MS
                    + u64::from(*after) * 1_000;
                let phase = Phase::from_number(phase % 7).unwrap();
                let task = (phase != Phase::Idle).then_some(number as u32);
                dropped[worker] += u64::from(*gap);
                let core = u16::from(after % 2);
                lanes[worker].transitions.push(Transition {
                    at,
                    task,
                    phase,
                    core,
                    after_gap: *gap,
                });
                lanes[worker].last_stamp = at + 500_000;
                lanes[worker].dropped = dropped[worker];
                lanes[worker].cpu = at / 3;
            }
            trace.apply(Batch {
                now: number * 10 * MS + 10 * MS,
                lanes,
                cores: vec![(0, number * 5 * MS), (1, number)],
                others: vec![(0, 0.25), (1, 0.5)],
                begun: number as u32 + 1,
                ended: number as u32,
                failed: 0,
                deaths: vec![],
            });
        }
        if conclude {
            trace.conclude(trace.now);
        }
        trace
    }

    fn back(trace: &Trace) -> Trace {
        let json = serde_json::to_string(trace).unwrap();
        serde_json::from_str(&json).unwrap_or_else(|error| panic!("{error}: {json}"))
    }

    /// Whether both traces look the same in every drawing.
    fn same_look(a: &Trace, b: &Trace) -> Result<(), TestCaseError> {
        let moments: Vec<Nanos> = (0..=40).map(|i| a.now * i / 40).collect();
        prop_assert_eq!(a.now, b.now);
        prop_assert_eq!(&a.samples, &b.samples);
        prop_assert_eq!(&a.cores.times, &b.cores.times);
        prop_assert_eq!(&a.cores.others, &b.cores.others);
        prop_assert_eq!(a.tasks, b.tasks);
        prop_assert_eq!(a.workers_by_phase(), b.workers_by_phase());
        prop_assert_eq!((a.dropped(), a.migrations()), (b.dropped(), b.migrations()));
        prop_assert_eq!(
            (a.is_concluded, a.is_thinned),
            (b.is_concluded, b.is_thinned)
        );
        for (a, b) in a.lanes.iter().zip(&b.lanes) {
            prop_assert_eq!(&a.transitions, &b.transitions);
        }
        let all = 0..a.lanes.len();
        if !a.is_thinned {
            prop_assert_eq!(
                a.times_together(all.clone(), &moments),
                b.times_together(all.clone(), &moments)
            );
        }
        for pair in moments.windows(2) {
            for worker in all.clone() {
                prop_assert_eq!(
                    a.times_between(worker, pair[0], pair[1]),
                    b.times_between(worker, pair[0], pair[1])
                );
            }
            for (a, b) in a.cores.lanes.iter().zip(&b.cores.lanes) {
                prop_assert_eq!(a.core, b.core);
                prop_assert_eq!(a.between(pair[0], pair[1]), b.between(pair[0], pair[1]));
            }
            for core in 0..2 {
                let share = |trace: &Trace| trace.cores.curves.share(core, pair[0], pair[1]);
                prop_assert_eq!(share(a), share(b));
            }
        }
        prop_assert_eq!(a.cores.lanes.len(), b.cores.lanes.len());
        Ok(())
    }

    proptest! {
        #[test]
        fn a_restored_trace_looks_the_same(
            workers in 1u32..5, conclude: bool, thin: bool,
            steps in proptest::collection::vec((any::<u8>(), any::<u8>(), prop::bool::weighted(0.05)), 1..200),
        ) {
            let mut trace = run(workers, &steps, conclude);
            if thin {
                trace.thin(8);
            }
            same_look(&trace, &back(&trace))?;
        }

    }

    /// Traces of runs that had ended, and of one that had not.
    fn traces() -> Vec<Vec<u8>> {
        let steps: Vec<_> = (0..30).map(|i| (1 + i % 3, i, i % 7 == 0)).collect();
        let traces = [
            run(2, &steps, true),
            run(1, &steps[..3], true),
            run(3, &steps, false),
        ];
        traces
            .map(|trace| serde_json::to_vec(&trace).unwrap())
            .into()
    }

    proptest! {
        #![proptest_config(cases(3_000))]

        #[test]
        fn a_damaged_trace_is_refused_or_drawn_but_never_panics(json in damaged(traces())) {
            if let Ok(trace) = serde_json::from_slice::<Trace>(&json) {
                let moments = [0, trace.now / 2, trace.now];
                let _ = trace.times_together(0..trace.lanes.len(), &moments);
                for core in &trace.cores.lanes {
                    let _ = core.between(0, trace.now);
                }
                let mut thinned = trace;
                thinned.thin(4);
            }
        }
    }

    #[test]
    fn without_the_rows_of_the_cores_they_are_made_from_the_lanes() {
        let steps: Vec<_> = (0..30).map(|i| (1 + i % 2, i, false)).collect();
        let trace = run(2, &steps, true);
        let mut json = serde_json::to_value(&trace).unwrap();
        json.as_object_mut().unwrap().remove("on_cores");
        let restored: Trace = serde_json::from_value(json).unwrap();
        let on = |trace: &Trace| {
            trace
                .cores
                .lane(0)
                .map(|lane| lane.between(0, trace.now).who != Who::Nobody)
        };
        assert_eq!(on(&restored), on(&trace));
        assert_eq!(on(&restored), Some(true));
    }

    #[test]
    fn what_cannot_be_drawn_is_refused_with_a_reason() {
        let trace = run(1, &[(1, 0, false), (2, 9, false)], true);
        let json = serde_json::to_value(&trace).unwrap();
        for (pointer, wrong) in [
            ("/now_ns", serde_json::json!(u64::MAX)),
            ("/lanes/0/phases", serde_json::json!("sxc")),
            ("/lanes/0/phases", serde_json::json!("s")),
            ("/lanes/0/after_ns/1", serde_json::json!(u64::MAX)),
            ("/lanes/0/gaps", serde_json::json!([77])),
            ("/on_cores/0/workers/0", serde_json::json!(1)),
            ("/on_cores/0/computed_ns/0", serde_json::json!(u64::MAX)),
            ("/samples/on_core/0", serde_json::json!(-1.0)),
            ("/others/0/1", serde_json::json!(1.5)),
        ] {
            let mut json = json.clone();
            *json.pointer_mut(pointer).unwrap() = wrong;
            assert!(serde_json::from_value::<Trace>(json).is_err(), "{pointer}");
        }
    }
}
