//! A closer look at the run that is shown: the frozen trace, the cursor, and what is under the cursor.

use crate::{
    app::{
        App, Shown,
        live::Live,
        screens::timeline::{Rows, TimelineView},
    },
    domain::{
        phase::Phase,
        record::{Outcome, TaskRecord},
        text::grouped,
        time::{Nanos, nanos},
        trace::{Direction, Segment, TaskStory, Trace, Who},
    },
};

/// The details of the place under the timeline's cursor.
#[derive(Clone, Copy, Debug)]
pub struct Inspection<'a> {
    /// The selected row.
    pub place: TimelineRow,
    /// The time since `t0`.
    pub at: Nanos,
    /// The worker: that of the row, or the one that computed on the row's core.
    pub worker: Option<usize>,
    /// What the worker was doing then; `None` before and after the run.
    pub segment: Option<Segment>,
    /// The task that the worker was executing, if any.
    pub task: Option<TaskStory>,
    /// Why the task failed, if it did and the run is over.
    pub failure: Option<&'a str>,
    /// Whether the trace was thinned to save memory. A segment then stands for several, and no time is exact.
    pub is_thinned: bool,
}

/// A row of the timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimelineRow {
    /// The row of a worker.
    Worker(usize),
    /// The row of a core, and the workers that computed on it at the cursor.
    Core(u16, Who),
}

/// The trace of a run at the moment when the user froze it.
#[derive(Debug)]
pub(crate) struct Frozen {
    /// The number of the run in the history, once it has ended.
    pub(crate) number: usize,
    live: Box<Live>,
}

impl App {
    /// The details of the place under the cursor, if the timeline has one.
    pub fn inspection(&self) -> Option<Inspection<'_>> {
        let view = &self.timeline.view;
        let at = view.cursor?;
        let trace = self.shown_with_trace()?.trace();
        let place = match view.rows {
            Rows::Workers => TimelineRow::Worker(self.worker_of_row()?),
            Rows::Cores => {
                let core = *self.cores_shown().get(view.row)?;
                let lane = trace.cores.lane(core);
                TimelineRow::Core(
                    core,
                    lane.map_or(Who::Nobody, |lane| lane.between(at, at + 1).who),
                )
            }
        };
        let worker = match place {
            TimelineRow::Worker(worker) => Some(worker),
            TimelineRow::Core(_, Who::One(worker)) => usize::try_from(worker).ok(),
            TimelineRow::Core(..) => None,
        };
        let task = worker.and_then(|worker| trace.task_at(worker, at));
        let failure =
            task.and_then(|story| self.failures().find(|failure| failure.task == story.task));
        Some(Inspection {
            place,
            at,
            worker,
            segment: worker.and_then(|worker| trace.segment_at(worker, at)),
            task,
            failure: failure.and_then(|failure| failure.error.as_deref()),
            is_thinned: trace.is_thinned,
        })
    }

    /// The workers in the order of their rows; empty in the view by core.
    pub fn workers_in_order(&self) -> Vec<usize> {
        let view = &self.timeline.view;
        let shown = self
            .shown_with_trace()
            .filter(|_| view.rows == Rows::Workers);
        shown.map_or_else(Vec::new, |shown| view.workers_in_order(shown.trace()))
    }

    /// The worker under the cursor, if there is a cursor. The rows of a live run may be sorted anew.
    pub(crate) fn worker_under_cursor(&self) -> Option<usize> {
        self.timeline.view.cursor?;
        self.worker_of_row()
    }

    /// The worker whose row is selected; `None` in the view by core.
    fn worker_of_row(&self) -> Option<usize> {
        let workers = self.workers_in_order();
        workers.get(self.timeline.view.row).copied()
    }

    /// Keeps the cursor on this worker.
    pub(crate) fn look_at_worker(&mut self, worker: Option<usize>) {
        if let Some(worker) = worker {
            self.timeline.view.row = self.row_of(worker);
        }
    }

    /// The row of a worker.
    fn row_of(&self, worker: usize) -> usize {
        let mut rows = self.workers_in_order().into_iter();
        rows.position(|here| here == worker).unwrap_or(0)
    }

    /// Sorts the workers by what they did, or by their numbers again. The cursor stays on its worker.
    pub(crate) fn sort_workers(&mut self) {
        let worker = self.worker_under_cursor();
        self.timeline.view.busiest_first ^= true;
        // Without a cursor, the user wants to see the first row.
        self.timeline.view.row = worker.map_or(0, |worker| self.row_of(worker));
    }

    /// The cores of the view by core: those that the run could use or did use, in ascending order.
    pub fn cores_shown(&self) -> Vec<u16> {
        let mut cores: Vec<u16> = match self.shown() {
            None => vec![],
            Some(Shown::Entry(entry)) => entry.record.cores.iter().map(|core| core.core).collect(),
            Some(Shown::Live(live)) => live
                .trace
                .cores
                .times
                .iter()
                .map(|(core, _)| *core)
                .collect(),
        };
        let machine = self.machine_shown();
        let usable = usize::try_from(machine.cores_usable).unwrap_or(usize::MAX);
        for number in &machine.cores {
            if cores.len() < usable && !cores.contains(number) {
                cores.push(*number);
            }
        }
        cores.sort_unstable();
        cores
    }

    /// The number of rows in the timeline of the shown run.
    pub fn timeline_rows(&self) -> usize {
        match (self.shown_with_trace(), self.timeline.view.rows) {
            (None, _) => 0,
            (Some(shown), Rows::Workers) => shown.trace().lanes.len(),
            (Some(_), Rows::Cores) => self.cores_shown().len(),
        }
    }

    /// The failed tasks of the shown run, as far as its record keeps them. They failed by themselves or with their
    /// worker. Tasks that the user stopped have not failed. Empty during the run, because failures are known only at
    /// its end.
    pub fn failures(&self) -> impl Iterator<Item = &TaskRecord> {
        let ending = self
            .shown()
            .and_then(Shown::entry)
            .map(|entry| &entry.record.ending);
        ending.into_iter().flat_map(|ending| {
            let was_stopped = ending.outcome == Outcome::Cancelled;
            let has_failed = move |task: &&TaskRecord| !was_stopped || task.end_s.is_some();
            ending.failures.iter().filter(has_failed)
        })
    }

    /// The frozen trace, if it is shown. Its run is still in progress, or has ended in the meantime.
    pub fn frozen(&self) -> Option<&Live> {
        let is_on = || self.is_running().then_some(self.history.next_number());
        let shown = self.chosen().or_else(is_on)?;
        let frozen = self.timeline.frozen.as_ref()?;
        (frozen.number == shown).then_some(&*frozen.live)
    }

    /// The number of the run whose trace is frozen.
    pub(crate) fn frozen_number(&self) -> Option<usize> {
        Some(self.timeline.frozen.as_ref()?.number)
    }

    /// Freezes the trace of the live run, or lets the shown one continue. Recording always continues.
    pub(crate) fn toggle_freeze(&mut self) {
        // The notice may say that the run has ended in the meantime.
        self.out.notice.take_if(|notice| !notice.is_error);
        let live = self.live().filter(|_| self.frozen().is_none());
        self.timeline.frozen = live.map(|live| Frozen {
            number: self.history.next_number(),
            live: Box::new(live.clone()),
        });
        // The frozen run had a row of its own.
        self.rearrange();
    }

    /// Switches the rows between cores and workers. What is under the cursor stays under it.
    pub(crate) fn turn_view(&mut self) {
        let row = self.inspection().and_then(|under| match under.place {
            TimelineRow::Worker(_) => {
                let computed = under
                    .segment
                    .filter(|segment| segment.phase == Phase::Computing)?;
                let mut cores = self.cores_shown().into_iter();
                cores.position(|shown| shown == computed.core)
            }
            TimelineRow::Core(..) => under.worker,
        });
        self.timeline.view.turn();
        self.timeline.view.row = match self.timeline.view.rows {
            Rows::Workers => row.map_or(0, |worker| self.row_of(worker)),
            Rows::Cores => row.unwrap_or(0),
        };
    }

    /// Changes the view, given the shown trace.
    pub(crate) fn look(&mut self, change: impl FnOnce(&mut TimelineView, &Trace)) {
        let mut view = self.timeline.view;
        if let Some(shown) = self.shown_with_trace() {
            change(&mut view, shown.trace());
        }
        self.timeline.view = view;
    }

    /// Moves the cursor to the start of the next or previous segment of the same worker, or turn on the same core.
    pub(crate) fn step_segment(&mut self, step: Direction) {
        let core = match self.timeline.view.rows {
            Rows::Workers => None,
            Rows::Cores => self.cores_shown().get(self.timeline.view.row).copied(),
        };
        self.step_to(step, |trace, worker, at, step| match core {
            None => trace.segment_from(worker, at, step),
            Some(core) => trace.turn_from(core, at, step),
        });
    }

    /// Moves the cursor to the start of the next or previous task of the same worker.
    pub(crate) fn step_task(&mut self, step: Direction) {
        self.step_to(step, Trace::task_from);
    }

    fn step_to(
        &mut self,
        step: Direction,
        start: impl Fn(&Trace, usize, Nanos, Direction) -> Option<Nanos>,
    ) {
        let worker = self.worker_of_row();
        self.look(|view, trace| {
            let here = view.cursor.unwrap_or(view.window(trace).from);
            if let Some(at) = start(trace, worker.unwrap_or_default(), here, step) {
                view.look_at(at, trace);
            }
        });
    }

    /// Moves the cursor to the next or previous failed task of any worker.
    pub(crate) fn step_failure(&mut self, step: Direction) {
        let Some(Shown::Entry(entry)) = self.shown() else {
            self.show_notice("failed tasks are known when the run has finished");
            return;
        };
        // One nanosecond before the end, where the failure is marked, so that the cursor is still inside the failed
        // task.
        let place = |failure: &TaskRecord| {
            let end = nanos(failure.end_s.unwrap_or(failure.start_s));
            (end.saturating_sub(1), failure.worker as usize)
        };
        let places: Vec<_> = self.failures().map(place).collect();
        let kept = places.len();
        let all_kept =
            entry.record.ending.failures.len() == entry.record.ending.tasks_failed as usize;
        // A failure belongs to a worker, so the rows have to be workers.
        if self.timeline.view.rows == Rows::Cores {
            self.timeline.view.turn();
        }
        let here = self.inspection();
        let here = here.and_then(|here| Some((here.at, here.worker?)));
        let is_next = |place: &(Nanos, usize)| here.is_none_or(|here| *place > here);
        let is_before = |place: &(Nanos, usize)| here.is_none_or(|here| *place < here);
        let places = places.into_iter();
        let next = match step {
            Direction::Next => places.filter(is_next).min(),
            Direction::Previous => places.filter(is_before).max(),
        };
        if let Some((at, worker)) = next {
            self.timeline.view.row = self.row_of(worker);
            self.look(|view, trace| view.look_at(at, trace));
            return;
        }
        self.show_notice(match step {
            _ if kept == 0 => "no task of this run failed".into(),
            Direction::Next if !all_kept => {
                format!("only the first {} failures are kept", grouped(kept as u64))
            }
            _ => "no other failure in this direction".into(),
        });
    }

    /// Zooms to the segment under the cursor.
    pub(crate) fn zoom_to_segment(&mut self) {
        if let Some(segment) = self.segment() {
            self.look(|view, trace| view.zoom_to(segment.from, segment.to, trace));
        }
    }

    /// The segment under the cursor.
    pub(crate) fn segment(&self) -> Option<Segment> {
        self.inspection()?.segment
    }
}

impl App {
    /// The window of time and the workers in view.
    pub fn timeline(&self) -> &TimelineView {
        &self.timeline.view
    }

    pub(crate) fn has_trace(&self) -> bool {
        self.shown_with_trace().is_some()
    }

    pub(crate) fn has_started(&self) -> bool {
        self.shown_with_trace()
            .is_some_and(|shown| shown.trace().now > 0)
    }

    pub(crate) fn is_zoomed(&self) -> bool {
        self.timeline.view.zoom.is_some() && self.has_trace()
    }

    pub(crate) fn shows_workers(&self) -> bool {
        self.has_trace() && self.timeline.view.rows == Rows::Workers
    }

    pub(crate) fn can_freeze(&self) -> bool {
        self.frozen().is_some() || (self.is_running() && !self.has_chosen())
    }

    pub(crate) fn step_timeline(&mut self, by: isize) {
        self.timeline.view.move_row(by, self.timeline_rows());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        app::message::{Effect, Msg},
        catalog::{model::Model, workload::Workload},
        domain::{machine::WorkerLimits, record::TaskOutcome, speed::Speed},
        fixtures::{
            explorer::{Scenario, machine},
            sample,
        },
        ui::key::{
            Key,
            Key::{Char, End, Esc, Home, Left, Right},
        },
    };

    fn press(app: &mut App, keys: &[Key]) -> Vec<Effect> {
        keys.iter()
            .flat_map(|key| app.update(Msg::Key(*key)))
            .collect()
    }

    /// An explorer whose timeline shows a live gil-threads run, and that run.
    fn running() -> (App, Scenario) {
        let mut app = App::new(machine(2), WorkerLimits::default());
        let _ = app.update(Msg::Resized {
            columns: 80,
            rows: 24,
        });
        let _ = app.update(Msg::Calibrated(Speed::uniform(40e6)));
        app.form
            .set_draft(sample::draft(Workload::Cpu, Model::GilThreads, 4));
        let effects = press(&mut app, &[Char('r')]);
        let [.., Effect::Start(plan)] = &effects[..] else {
            panic!("{effects:?}")
        };
        (app, Scenario::new(plan.clone(), 2))
    }

    #[test]
    fn a_frozen_trace_does_not_change_while_recording_continues_and_nothing_is_lost() {
        let (mut app, run) = running();
        let half = run.wall() / 2;
        let _ = app.update(Msg::Batch(run.batch(0, half)));
        press(&mut app, &[Char(' ')]);
        let headline = app.headline().to_string();
        let _ = app.update(Msg::Batch(run.batch(half, run.wall())));
        assert_eq!(app.shown().unwrap().trace().now, half);
        assert_eq!(app.headline(), headline);
        assert_eq!(app.live().unwrap().trace.now, run.wall());
        let _ = app.update(Msg::Concluded(Box::new(run.record())));
        assert_eq!(
            app.shown().unwrap().trace().now,
            half,
            "also beyond the end of the run"
        );
        press(&mut app, &[Char(' ')]);
        let trace = app.shown().unwrap().trace();
        assert_eq!((trace.now, trace.is_concluded), (run.wall(), true));
        let lanes = trace.lanes.len();
        let total: Nanos = (0..lanes)
            .map(|lane| trace.times_between(lane, 0, run.wall()).total())
            .sum();
        assert_eq!(total, run.wall() * lanes as u64);
    }

    #[test]
    fn a_frozen_run_that_has_ended_keeps_its_own_row_during_the_next_run() {
        let mut app = App::new(machine(2), WorkerLimits::default());
        let _ = app.update(Msg::Calibrated(Speed::uniform(40e6)));
        let effects = press(&mut app, &[Char('2')]);
        let [.., Effect::Start(serial)] = &effects[..] else {
            panic!("{effects:?}")
        };
        let run = Scenario::new(serial.clone(), 2);
        let _ = app.update(Msg::Batch(run.batch(0, run.wall() / 2)));
        press(&mut app, &[Char(' ')]);
        let effects = app.update(Msg::Concluded(Box::new(run.record())));
        assert!(
            matches!(&effects[..], [.., Effect::Start(_)]),
            "the campaign goes on"
        );
        assert_eq!(
            (app.browse().selected(), app.shown().unwrap().trace().now),
            (Some(1), run.wall() / 2)
        );
        assert!(
            app.headline().starts_with("frozen at "),
            "{}",
            app.headline()
        );
        press(&mut app, &[Char(' ')]);
        assert_eq!(app.browse().selected(), Some(1));
        assert!(app.shown().unwrap().trace().is_concluded && app.is_running());
    }

    #[test]
    fn a_new_run_is_shown_from_its_start_although_the_previous_one_was_frozen() {
        let (mut app, run) = running();
        let _ = app.update(Msg::Batch(run.batch(0, run.wall())));
        press(&mut app, &[Char(' ')]);
        let _ = app.update(Msg::Concluded(Box::new(run.record())));
        assert!(matches!(
            press(&mut app, &[Char('r')])[..],
            [.., Effect::Start(_)]
        ));
        assert!(app.frozen().is_none() && app.shown().unwrap().trace().now == 0);
    }

    #[test]
    fn the_cursor_finds_each_turn_of_the_lock() {
        let (mut app, run) = running();
        let _ = app.update(Msg::Batch(run.batch(0, run.wall())));
        press(&mut app, &[Home]);
        assert_eq!(app.inspection().unwrap().at, 0);
        let mut phases = vec![];
        for _ in 0..4 {
            press(&mut app, &[Char('.')]);
            phases.push(app.inspection().unwrap().segment.unwrap().phase);
        }
        assert!(
            phases.contains(&Phase::Gil) && phases.contains(&Phase::Computing),
            "{phases:?}"
        );
        let before = app.inspection().unwrap().at;
        press(&mut app, &[Char(','), Char('.')]);
        assert_eq!(app.inspection().unwrap().at, before);
        press(&mut app, &[Char('t')]);
        let under = app.inspection().unwrap();
        assert_eq!(under.task.unwrap().from, under.at, "on the begin of a task");
        press(&mut app, &[End, Right, Left, Esc]);
        assert!(app.inspection().is_none());
    }

    #[test]
    fn zooming_to_what_is_under_the_cursor_shows_all_of_it() {
        let (mut app, run) = running();
        let _ = app.update(Msg::Batch(run.batch(0, run.wall())));
        press(&mut app, &[Home, Char('.'), Char('.'), Char('z')]);
        let segment = app.inspection().unwrap().segment.unwrap();
        let window = app.timeline().window(app.shown().unwrap().trace());
        assert!(window.from < segment.from && segment.to < window.to);
        assert!(window.span() < 4 * (segment.to - segment.from));
    }

    #[test]
    fn failures_are_found_at_their_marks_in_the_order_of_time() {
        let (mut app, run) = running();
        let _ = app.update(Msg::Batch(run.batch(0, run.wall())));
        press(&mut app, &[Char('n')]);
        assert!(app.notice().is_some(), "not known yet");
        let mut record = run.record();
        let task = |task: u32, worker, start_s| TaskRecord {
            task,
            worker,
            start_s,
            end_s: Some(start_s + 0.1),
            outcome: TaskOutcome::Failed,
            error: Some("no page".into()),
        };
        record.ending.failures = vec![task(0, 0, 0.002), task(3, 3, 0.002), task(1, 1, 0.3)];
        record.ending.tasks_failed = 3;
        let _ = app.update(Msg::Concluded(Box::new(record)));
        let mut found = vec![];
        for key in [Char('n'), Char('n'), Char('n'), Char('n'), Char('N')] {
            press(&mut app, &[key]);
            found.push((
                app.timeline().row,
                app.timeline().cursor.unwrap() / 1_000_000,
            ));
        }
        assert_eq!(found, [(0, 101), (3, 101), (1, 399), (1, 399), (3, 101)]);
    }
}
