//! Looking closer: what one worker was doing at one moment, on which task, and where the next change is.
//!
//! Every question costs O(log events), and that about a task what it did until its first file besides: a task is executed
//! once, by one worker and without another in between, so its events are neighbours, and both ends of them are found by
//! galloping.

use super::{Lane, Trace};
use crate::domain::phase::{Phase, PhaseTimes};
use crate::domain::time::{Nanos, STALE_AFTER};

/// A stretch of time in which a worker did one thing, as far as its events tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slice {
    /// What it did.
    pub phase: Phase,
    /// When it began, since `t0`.
    pub from: Nanos,
    /// When it ended, since `t0`; of an open one, until when it is known.
    pub to: Nanos,
    /// Whether it still goes on.
    pub is_open: bool,
    /// On which task, if on one.
    pub task: Option<u32>,
    /// The core of the stamp that began it; while the worker waits it is on none.
    pub core: u16,
}

/// A task on its worker's lane, as far as it was executed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TaskStory {
    /// Its number.
    pub task: u32,
    /// When it began, since `t0`.
    pub from: Nanos,
    /// When it ended, since `t0`; of an open one, until when it is known.
    pub to: Nanos,
    /// Whether it still goes on.
    pub is_open: bool,
    /// How long its worker was in each phase meanwhile.
    pub times: PhaseTimes,
    /// When it had fetched what it had to: the end of its last waiting for the network, before it touched a file.
    pub fetched: Option<Nanos>,
}

/// Where to look next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Later.
    Next,
    /// Earlier.
    Previous,
}

impl Trace {
    /// What `worker` was doing at `t`; `None` beyond the end of the picture.
    pub fn slice_at(&self, worker: usize, t: Nanos) -> Option<Slice> {
        let lane = self.lanes.get(worker)?;
        let index = lane.index_at(t).filter(|_| t <= self.now)?;
        let begun = lane.transitions()[index];
        let whole = |phase, from, to, is_open| Slice {
            phase,
            from,
            to,
            is_open,
            task: begun.task,
            core: begun.core,
        };
        if let Some(next) = lane.transitions().get(index + 1) {
            let phase = if next.after_gap {
                Phase::Lost
            } else {
                begun.phase
            };
            return Some(whole(phase, begun.at, next.at, false));
        }
        let is_open = !self.concluded;
        let seen = lane.last_stamp();
        let is_stale = begun.phase == Phase::Computing && self.now > seen + STALE_AFTER;
        Some(match is_stale {
            true if t >= seen => whole(Phase::Ready, seen, self.now, is_open),
            true => whole(begun.phase, begun.at, seen, false),
            false => whole(begun.phase, begun.at, self.now.max(begun.at), is_open),
        })
    }

    /// The task that `worker` was executing at `t`, if it was on one.
    pub fn task_at(&self, worker: usize, t: Nanos) -> Option<TaskStory> {
        let lane = self.lanes.get(worker)?;
        let index = lane.index_at(t).filter(|_| t <= self.now)?;
        let task = lane.transitions()[index].task?;
        let (first, after) = (lane.first_of_task(index), lane.end_of_task(index));
        let from = lane.transitions()[first].at;
        let next = lane.transitions().get(after);
        let to = next.map_or(self.now.max(from), |next| next.at);
        let times = lane
            .times_until(to, self.now)
            .since(&lane.times_until(from, self.now));
        let fetched = lane.transitions()[first..after]
            .windows(2)
            .take_while(|pair| pair[0].phase != Phase::File)
            .filter(|pair| pair[0].phase == Phase::Network)
            .last()
            .map(|pair| pair[1].at);
        Some(TaskStory {
            task,
            from,
            to,
            is_open: next.is_none() && !self.concluded,
            times,
            fetched,
        })
    }

    /// When the next or previous slice of `worker` begins, seen from `t`: backwards, the one that `t` is in counts
    /// unless it begins just there.
    pub fn slice_from(&self, worker: usize, t: Nanos, step: Step) -> Option<Nanos> {
        let events = self.lanes.get(worker)?.transitions();
        match step {
            Step::Next => events.get(events.partition_point(|event| event.at <= t)),
            Step::Previous => events
                .partition_point(|event| event.at < t)
                .checked_sub(1)
                .map(|i| &events[i]),
        }
        .map(|event| event.at)
    }

    /// When the next or previous turn on a core begins, seen from `t`: backwards, the one that `t` is in counts unless it
    /// begins just there.
    pub fn turn_from(&self, core: u16, t: Nanos, step: Step) -> Option<Nanos> {
        self.core_lane(core)?.turn_from(t, step)
    }

    /// When the next or previous task of `worker` begins, seen from `t`: backwards, the one that `t` is in counts unless
    /// it begins just there.
    pub fn task_from(&self, worker: usize, t: Nanos, step: Step) -> Option<Nanos> {
        let lane = self.lanes.get(worker)?;
        let here = lane.index_at(t)?;
        let begin = match step {
            Step::Next => lane.next_task(here)?,
            Step::Previous => lane.begun_before(here, t)?,
        };
        Some(lane.transitions()[begin].at)
    }
}

impl Lane {
    /// The first event with the same task as that at `index`, of those that lie together.
    fn first_of_task(&self, index: usize) -> usize {
        let events = self.transitions();
        let is_same = |back: usize| events[index - back].task == events[index].task;
        index + 1 - together(index + 1, events[index].task.is_some(), is_same)
    }

    /// The index behind the last event with the same task as that at `index`, of those that lie together.
    fn end_of_task(&self, index: usize) -> usize {
        let events = self.transitions();
        let is_same = |on: usize| events[index + on].task == events[index].task;
        index + together(events.len() - index, events[index].task.is_some(), is_same)
    }

    /// The first event of the next task behind the one at `index`.
    fn next_task(&self, index: usize) -> Option<usize> {
        let mut at = self.end_of_task(index);
        while self.transitions().get(at)?.task.is_none() {
            at = self.end_of_task(at);
        }
        Some(at)
    }

    /// The first event of the last task that began before `t`, which lies within the event at `index`.
    fn begun_before(&self, index: usize, t: Nanos) -> Option<usize> {
        let mut first = self.first_of_task(index);
        loop {
            let event = self.transitions()[first];
            if event.task.is_some() && event.at < t {
                return Some(first);
            }
            first = self.first_of_task(first.checked_sub(1)?);
        }
    }
}

/// How many of `most` neighbours belong together, of which the first does. Those of a task are all that belong to it, so
/// they are found by galloping; pauses come back, so theirs are counted.
fn together(most: usize, is_task: bool, is_same: impl Fn(usize) -> bool) -> usize {
    if !is_task {
        return (1..most).find(|i| !is_same(*i)).unwrap_or(most);
    }
    let mut beyond = 1;
    while beyond < most && is_same(beyond) {
        beyond *= 2;
    }
    let (mut inside, mut outside) = (beyond / 2, beyond.min(most));
    while outside - inside > 1 {
        let middle = inside.midpoint(outside);
        if is_same(middle) {
            inside = middle;
        } else {
            outside = middle;
        }
    }
    outside
}

#[cfg(test)]
mod tests {
    use super::super::{Batch, LaneUpdate, Transition};
    use super::*;
    use proptest::prelude::*;

    /// One lane that does this, each for so long.
    fn trace_of(events: &[(Option<u32>, Phase, Nanos)]) -> Trace {
        let mut at = 0;
        let mut transitions = vec![];
        for (task, phase, length) in events {
            transitions.push(Transition {
                at,
                task: *task,
                phase: *phase,
                core: 1,
                after_gap: false,
            });
            at += length;
        }
        let mut trace = Trace::new(1);
        let lanes = vec![LaneUpdate {
            transitions,
            last_stamp: at,
            ..LaneUpdate::default()
        }];
        trace.apply(Batch {
            now: at,
            lanes,
            ..Batch::default()
        });
        trace
    }

    fn two_tasks() -> Trace {
        trace_of(&[
            (None, Phase::Starting, 10),
            (Some(4), Phase::Network, 30),
            (Some(4), Phase::Computing, 20),
            (None, Phase::Idle, 5),
            (Some(9), Phase::Computing, 35),
        ])
    }

    #[test]
    fn a_slice_says_what_when_and_on_which_task() {
        let mut trace = two_tasks();
        let slice = trace.slice_at(0, 15).unwrap();
        assert_eq!(
            (slice.phase, slice.from, slice.to, slice.task),
            (Phase::Network, 10, 40, Some(4))
        );
        assert!(!slice.is_open);
        assert!(trace.slice_at(0, 99).unwrap().is_open, "the run goes on");
        assert_eq!((trace.slice_at(0, 101), trace.slice_at(7, 0)), (None, None));
        trace.conclude(100);
        assert!(!trace.slice_at(0, 99).unwrap().is_open);
    }

    #[test]
    fn a_computing_slice_without_a_recent_stamp_is_ready_from_that_stamp_on() {
        let mut trace = Trace::new(1);
        let computing = Transition {
            at: 0,
            task: Some(0),
            phase: Phase::Computing,
            core: 0,
            after_gap: false,
        };
        let lanes = vec![LaneUpdate {
            transitions: vec![computing],
            last_stamp: 1_000,
            ..LaneUpdate::default()
        }];
        trace.apply(Batch {
            now: 50_000_000,
            lanes,
            ..Batch::default()
        });
        let phases = [500, 20_000_000].map(|t| trace.slice_at(0, t).unwrap().phase);
        assert_eq!(phases, [Phase::Computing, Phase::Ready]);
    }

    #[test]
    fn a_task_says_how_long_it_waited_and_computed() {
        let trace = two_tasks();
        let story = trace.task_at(0, 45).unwrap();
        assert_eq!(
            (story.task, story.from, story.to, story.is_open),
            (4, 10, 60, false)
        );
        assert_eq!(
            (story.times[Phase::Network], story.times[Phase::Computing]),
            (30, 20)
        );
        assert_eq!(story.fetched, Some(40));
        assert_eq!((trace.task_at(0, 5), trace.task_at(0, 62)), (None, None));
        assert!(trace.task_at(0, 80).unwrap().is_open);
    }

    #[test]
    fn steps_lead_from_begin_to_begin() {
        let trace = two_tasks();
        let walk = |step: fn(&Trace, usize, Nanos, Step) -> Option<Nanos>, from, way| {
            std::iter::successors(step(&trace, 0, from, way), |t| step(&trace, 0, *t, way))
                .collect::<Vec<_>>()
        };
        assert_eq!(walk(Trace::slice_from, 5, Step::Next), [10, 40, 60, 65]);
        assert_eq!(walk(Trace::slice_from, 45, Step::Previous), [40, 10, 0]);
        assert_eq!(walk(Trace::task_from, 0, Step::Next), [10, 65]);
        assert_eq!(walk(Trace::task_from, 100, Step::Previous), [65, 10]);
    }

    proptest! {
        #[test]
        fn any_moment_lies_in_its_slice_and_the_slices_of_a_task_in_the_task(
            tasks in proptest::collection::vec((1usize..40, any::<bool>()), 1..30), at in 0u64..4_000,
        ) {
            let phases = [Phase::Computing, Phase::Gil, Phase::File];
            let events: Vec<_> = (0u32..)
                .zip(&tasks)
                .flat_map(|(task, (slices, pause))| {
                    let slice = move |i: usize| (Some(task), phases[i % 3], 7);
                    (0..*slices).map(slice).chain(pause.then_some((None, Phase::Idle, 3)))
                })
                .collect();
            let trace = trace_of(&events);
            let Some(slice) = trace.slice_at(0, at) else { return Ok(()) };
            prop_assert!(slice.from <= at && at <= slice.to);
            let story = trace.task_at(0, at);
            prop_assert_eq!(story.map(|story| story.task), slice.task);
            if let Some(story) = story {
                prop_assert!(story.from <= slice.from && slice.to <= story.to);
                prop_assert_eq!(story.times.total(), story.to - story.from);
                let slices = tasks[story.task as usize].0 as u64;
                prop_assert_eq!(story.to - story.from, slices * 7);
            }
        }
    }
}
