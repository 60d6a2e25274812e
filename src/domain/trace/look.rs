//! Looks closer: what one worker was doing at one moment, on which task, and where the next change is.
//!
//! Each question costs O(log events). A question about a task also costs that task's events, which are neighbours,
//! because one worker executes a task once and without another task in between.

use super::{Trace, Transition};
use crate::domain::{
    phase::{Phase, PhaseTimes},
    time::Nanos,
};

/// A time in which a worker did one thing, according to its events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// The phase of the worker.
    pub phase: Phase,
    /// The start, since `t0`.
    pub from: Nanos,
    /// The end, since `t0`. For an open segment, until when it is known.
    pub to: Nanos,
    /// Whether the segment had not ended when the trace was last updated.
    pub is_open: bool,
    /// The worker's task, if it had one.
    pub task: Option<u32>,
    /// The core of the stamp with which the segment started. While the worker waits it is not on a core.
    pub core: u16,
}

impl Segment {
    /// The segment from one event to the next.
    pub(super) fn between(event: &Transition, next: &Transition) -> Segment {
        let segment = event.until(next.at);
        Segment {
            phase: if next.after_gap {
                Phase::Lost
            } else {
                segment.phase
            },
            ..segment
        }
    }
}

impl Transition {
    /// The segment that this event started, up to `to`.
    pub(super) fn until(&self, to: Nanos) -> Segment {
        Segment {
            phase: self.phase,
            from: self.at,
            to,
            is_open: false,
            task: self.task,
            core: self.core,
        }
    }
}

/// The execution of a task on its worker's lane, as far as it got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TaskStory {
    /// The task's number.
    pub task: u32,
    /// The start, since `t0`.
    pub from: Nanos,
    /// The end, since `t0`. For a running task, until when it is known.
    pub to: Nanos,
    /// Whether the task is still running, as far as the trace shows.
    pub is_open: bool,
    /// How long the worker was in each phase during the task.
    pub times: PhaseTimes,
    /// When the task had fetched its page: the end of its last wait for the network before it touched a file.
    pub fetched: Option<Nanos>,
}

/// The direction of a search in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// To later times.
    Next,
    /// To earlier times.
    Previous,
}

impl Direction {
    /// The start of the next item after `t`, or of the previous one before `t`. The items are in order. For `Previous`,
    /// the item in which `t` lies counts unless it starts exactly at `t`.
    pub(super) fn start<T>(self, all: &[T], t: Nanos, at: impl Fn(&T) -> Nanos) -> Option<Nanos> {
        let index = match self {
            Direction::Next => all.partition_point(|one| at(one) <= t),
            Direction::Previous => all.partition_point(|one| at(one) < t).checked_sub(1)?,
        };
        all.get(index).map(at)
    }
}

fn is_same_task(one: &Transition, other: &Transition) -> bool {
    one.task == other.task
}

impl Trace {
    /// What `worker` was doing at `t`; `None` beyond the end of the trace.
    pub fn segment_at(&self, worker: usize, t: Nanos) -> Option<Segment> {
        let lane = self.lanes.get(worker)?;
        let index = lane.index_at(t).filter(|_| t <= self.now)?;
        let segment = lane
            .segments_from(index, self.now)
            .find(|segment| t < segment.to || segment.is_open)?;
        let is_open = segment.is_open && !self.is_concluded;
        Some(Segment { is_open, ..segment })
    }

    /// The task that `worker` was executing at `t`, if it had one.
    pub fn task_at(&self, worker: usize, t: Nanos) -> Option<TaskStory> {
        let lane = self.lanes.get(worker)?;
        let index = lane.index_at(t).filter(|_| t <= self.now)?;
        let task = lane.transitions[index].task?;
        let so_far = lane.transitions[..=index]
            .chunk_by(is_same_task)
            .next_back()?;
        let from_start = &lane.transitions[index + 1 - so_far.len()..];
        let events = from_start.chunk_by(is_same_task).next()?;
        let next = from_start.get(events.len());
        let from = events[0].at;
        let to = next.map_or(self.now.max(from), |next| next.at);
        let fetched = events
            .windows(2)
            .take_while(|pair| pair[0].phase != Phase::File)
            .filter(|pair| pair[0].phase == Phase::Network)
            .last()
            .map(|pair| pair[1].at);
        Some(TaskStory {
            task,
            from,
            to,
            is_open: next.is_none() && !self.is_concluded,
            times: lane.times_between(from, to, self.now),
            fetched,
        })
    }

    /// The start of the next or previous segment of `worker`, relative to `t`.
    pub fn segment_from(&self, worker: usize, t: Nanos, step: Direction) -> Option<Nanos> {
        step.start(&self.lanes.get(worker)?.transitions, t, |event| event.at)
    }

    /// The start of the next or previous turn on a core, relative to `t`.
    pub fn turn_from(&self, core: u16, t: Nanos, step: Direction) -> Option<Nanos> {
        let segments = &self.cores.lane(core)?.segments;
        step.start(segments, t, |segment| segment.from)
    }

    /// The start of the next or previous task of `worker`, relative to `t`. For `Previous`, the task in which `t` lies
    /// counts unless it starts exactly at `t`.
    pub fn task_from(&self, worker: usize, t: Nanos, step: Direction) -> Option<Nanos> {
        let lane = self.lanes.get(worker)?;
        let (here, events) = (lane.index_at(t)?, &lane.transitions);
        let is_begun = |group: &&[Transition]| group[0].task.is_some();
        let group = match step {
            Direction::Next => events[here..].chunk_by(is_same_task).skip(1).find(is_begun),
            Direction::Previous => events[..=here]
                .chunk_by(is_same_task)
                .rev()
                .filter(is_begun)
                .find(|group| group[0].at < t),
        };
        Some(group?[0].at)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{
        super::{Batch, LaneUpdate, Transition},
        *,
    };

    /// A trace with one lane of these events, each with its length.
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
    fn a_segment_says_what_when_and_on_which_task() {
        let mut trace = two_tasks();
        let segment = trace.segment_at(0, 15).unwrap();
        assert_eq!(
            (segment.phase, segment.from, segment.to, segment.task),
            (Phase::Network, 10, 40, Some(4))
        );
        assert!(!segment.is_open);
        assert!(trace.segment_at(0, 99).unwrap().is_open, "the run goes on");
        assert_eq!(
            (trace.segment_at(0, 101), trace.segment_at(7, 0)),
            (None, None)
        );
        trace.conclude(100);
        assert!(!trace.segment_at(0, 99).unwrap().is_open);
    }

    #[test]
    fn a_computing_segment_without_a_recent_stamp_is_ready_from_that_stamp_on() {
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
        let phases = [500, 20_000_000].map(|t| trace.segment_at(0, t).unwrap().phase);
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
    fn steps_lead_from_one_start_to_the_next() {
        let trace = two_tasks();
        let walk = |step: fn(&Trace, usize, Nanos, Direction) -> Option<Nanos>, from, way| {
            std::iter::successors(step(&trace, 0, from, way), |t| step(&trace, 0, *t, way))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            walk(Trace::segment_from, 5, Direction::Next),
            [10, 40, 60, 65]
        );
        assert_eq!(
            walk(Trace::segment_from, 45, Direction::Previous),
            [40, 10, 0]
        );
        assert_eq!(walk(Trace::task_from, 0, Direction::Next), [10, 65]);
        assert_eq!(walk(Trace::task_from, 100, Direction::Previous), [65, 10]);
    }

    proptest! {
        #[test]
        fn any_moment_lies_in_its_segment_and_the_segments_of_a_task_in_the_task(
            tasks in proptest::collection::vec((1usize..40, any::<bool>()), 1..30), at in 0u64..4_000,
        ) {
            let phases = [Phase::Computing, Phase::Gil, Phase::File];
            let events: Vec<_> = (0u32..)
                .zip(&tasks)
                .flat_map(|(task, (segments, pause))| {
                    let segment = move |i: usize| (Some(task), phases[i % 3], 7);
                    (0..*segments).map(segment).chain(pause.then_some((None, Phase::Idle, 3)))
                })
                .collect();
            let trace = trace_of(&events);
            let Some(segment) = trace.segment_at(0, at) else { return Ok(()) };
            prop_assert!(segment.from <= at && at <= segment.to);
            let story = trace.task_at(0, at);
            prop_assert_eq!(story.map(|story| story.task), segment.task);
            if let Some(story) = story {
                prop_assert!(story.from <= segment.from && segment.to <= story.to);
                prop_assert_eq!(story.times.total(), story.to - story.from);
                let segments = tasks[story.task as usize].0 as u64;
                prop_assert_eq!(story.to - story.from, segments * 7);
            }
        }
    }
}
