//! A bar per core over time, with the worker that computed there above it.
//!
//! ```text
//! w3        w1      ╷4 ≈≈≈≈≈≈ w2       the worker whose turn starts here; ╷ if its number has no room; ≈ if several took turns
//! ████████▆▆███████████▇▇▇███ █████    the ink of a column is the share of its time that our workers computed on the core;
//!                                      a dot if none did
//!
//! w3██████▆▆w1█████████≈▇▇███ w2███    if a bar is one row high, the numbers are in it
//! ```
//!
//! Drawing costs one look-up per column, independent of the number of events.

use ratatui::{buffer::Buffer, layout::Rect, style::Style, widgets::Widget};

use crate::{
    domain::{
        phase::{Phase, PhaseTimes},
        trace::{OnCore, Trace, Who},
    },
    ui::{
        area::split_above,
        theme::{STRONG, Theme},
        widget::{
            RISING,
            gantt::{CellInk, Pitch},
        },
        window::Window,
    },
};

/// Several workers took turns within a column.
pub const TURNS: &str = "≈";
/// Another worker's turn starts here and is too short for the worker's number.
pub const STARTS: &str = "╷";

/// Bars of some cores of a trace.
///
/// The cores on which workers computed are `Trace::cores`. A core on which no worker computed has an empty bar. A row's
/// label belongs to the lowest row of each bar, as in [`crate::ui::widget::gantt::Gantt`], because its ink is there.
pub struct CoreGantt<'a> {
    /// The trace to draw.
    pub trace: &'a Trace,
    /// The numbers of the cores, from top to bottom.
    pub cores: &'a [u16],
    /// The window of time in view.
    pub window: Window,
    /// The height and spacing of the bars. In bars taller than one row, the top row shows the workers' numbers.
    pub pitch: Pitch,
    /// The theme of the bars.
    pub theme: Theme,
}

impl CoreGantt<'_> {
    fn draw_core(&self, core: u16, bar: Rect, buf: &mut Buffer) {
        let has_names_above = bar.height > 1;
        let (_, ink) = split_above(bar, has_names_above.into());
        let columns = ink.columns().zip(0..).map(|(room, column)| {
            let (on_core, times) = self.column(core, column, bar.width);
            let mut shown = CellInk::of(&times, ink.height * 8);
            if shown.eighths > 0 {
                // The bar of an idle core stays at the bottom, not above the ink.
                shown.other = None;
            }
            shown.draw(room, self.theme, buf);
            on_core.who
        });
        let turns = turns(columns);
        let ends = turns.iter().skip(1).map(|turn| turn.from);
        for (turn, next) in turns.iter().zip(ends.chain([bar.width])) {
            let room = usize::from(next - turn.from);
            if has_names_above {
                self.name_above(turn, room, bar, buf);
            } else {
                self.name_within(turn, room, bar, buf);
            }
        }
    }

    /// What the core did in a column: for which worker, and for how much of the elapsed time.
    fn column(&self, core: u16, column: u16, columns: u16) -> (OnCore, PhaseTimes) {
        let moment = |i: u16| self.window.boundary(i, columns).min(self.trace.now);
        let (from, to) = (moment(column), moment(column + 1));
        let nobody = OnCore {
            time: 0,
            who: Who::Nobody,
        };
        let lane = self.trace.cores.lane(core);
        let on_core = lane.map_or(nobody, |lane| lane.between(from, to));
        let mut times = PhaseTimes::default();
        times[Phase::Computing] = on_core.time;
        times[Phase::Idle] = (to - from).saturating_sub(on_core.time);
        (on_core, times)
    }

    fn name_above(&self, turn: &Turn, room: usize, row: Rect, buf: &mut Buffer) {
        let x = row.x + turn.from;
        let Some(worker) = turn.worker else {
            let turns = TURNS.repeat(usize::from(turn.until - turn.from));
            buf.set_string(x, row.y, turns, Style::new());
            return;
        };
        let is_last = usize::from(turn.from) + room == usize::from(row.width);
        let name = name(worker, room, is_last).unwrap_or(STARTS.into());
        buf.set_string(x, row.y, name, STRONG);
    }

    /// Writes the name of a worker into a bar of one row. Names replace ink there, so this writes as few as possible.
    fn name_within(&self, turn: &Turn, room: usize, row: Rect, buf: &mut Buffer) {
        let name = match turn.worker {
            None => TURNS.into(),
            Some(worker) => name(worker, room, false).unwrap_or_default(),
        };
        for (x, character) in (row.x + turn.from..row.right()).zip(name.chars()) {
            let cell = &mut buf[(x, row.y)];
            // Over full ink, the cell stays as full as it was.
            let style = if cell.symbol() == RISING[8] {
                self.theme.phase(Phase::Computing).reversed()
            } else {
                STRONG
            };
            cell.reset();
            cell.set_char(character).set_style(style);
        }
    }
}

impl Widget for CoreGantt<'_> {
    fn render(self, area: Rect, buf: &mut Buffer) {
        let area = area.intersection(buf.area);
        for (bar, core) in self.pitch.bars(area).zip(self.cores) {
            if !bar.is_empty() {
                self.draw_core(*core, bar, buf);
            }
        }
    }
}

/// Neighbouring columns in which a core computed for the same worker, or in each of which several workers took turns.
struct Turn {
    /// The worker; `None` if several took turns.
    worker: Option<u32>,
    from: u16,
    /// The column after the last one.
    until: u16,
}

/// The turns on a core, in order. A column without computing ends a turn only if a different worker comes next.
fn turns(columns: impl Iterator<Item = Who>) -> Vec<Turn> {
    let mut turns: Vec<Turn> = vec![];
    for (who, from) in columns.zip(0u16..) {
        let on_it = turns.last().and_then(|turn| turn.worker);
        let worker = match who {
            Who::Nobody => continue,
            Who::One(worker) => Some(worker),
            // The turn of the first worker started in an earlier column, so this column belongs to the second one.
            Who::Handover(leaves, comes) if on_it == Some(leaves) => Some(comes),
            Who::Handover(..) | Who::Several => None,
        };
        let until = from + 1;
        match turns.last_mut() {
            // A turn of several workers spans only neighbouring columns.
            Some(turn) if turn.worker == worker && (worker.is_some() || turn.until == from) => {
                turn.until = until;
            }
            _ => turns.push(Turn {
                worker,
                from,
                until,
            }),
        }
    }
    turns
}

/// A worker's name that fits into `room` columns and leaves one free unless it is the last; `None` if no name fits.
fn name(worker: u32, room: usize, is_last: bool) -> Option<String> {
    let fits = |name: &String| name.len() + usize::from(!is_last) <= room;
    [format!("w{worker}"), worker.to_string()]
        .into_iter()
        .find(fits)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::{
        time::Nanos,
        trace::{Batch, LaneUpdate, Transition},
    };

    /// Workers that compute in turns: `(worker, core, from, until)`. Between two turns a worker is idle.
    fn trace(workers: usize, turns: &[(usize, u16, Nanos, Nanos)], end: Nanos) -> Trace {
        let mut lanes = vec![
            LaneUpdate {
                last_stamp: end,
                ..LaneUpdate::default()
            };
            workers
        ];
        for (worker, core, from, until) in turns {
            let event = |at, phase| Transition {
                at,
                task: Some(0),
                phase,
                core: *core,
                after_gap: false,
            };
            lanes[*worker]
                .transitions
                .extend([event(*from, Phase::Computing), event(*until, Phase::Idle)]);
        }
        let mut trace = Trace::new(u32::try_from(workers).unwrap());
        trace.apply(Batch {
            now: end,
            lanes,
            ..Batch::default()
        });
        trace.conclude(end);
        trace
    }

    fn drawn(trace: &Trace, to: Nanos, width: u16, pitch: Pitch) -> Vec<String> {
        let cores: Vec<u16> = trace.cores.lanes.iter().map(|lane| lane.core).collect();
        let height = pitch.rows() * u16::try_from(cores.len()).unwrap();
        let bars = CoreGantt {
            trace,
            cores: &cores,
            window: Window { from: 0, to },
            pitch,
            theme: Theme::plain(),
        };
        rendered(bars, Rect::new(0, 0, width, height))
    }

    fn rendered(bars: CoreGantt<'_>, area: Rect) -> Vec<String> {
        let mut buf = Buffer::empty(area);
        bars.render(area, &mut buf);
        area.rows()
            .map(|row| row.columns().map(|at| buf[(at.x, at.y)].symbol()).collect())
            .collect()
    }

    const HIGH: Pitch = Pitch { bar: 2, gap: 0 };

    #[test]
    fn the_name_above_a_core_is_at_the_start_of_each_workers_turn() {
        let trace = trace(4, &[(3, 0, 0, 400), (1, 0, 400, 800), (0, 1, 0, 800)], 800);
        assert_eq!(
            drawn(&trace, 800, 8, HIGH),
            ["w3  w1  ", "████████", "w0      ", "████████"]
        );
    }

    #[test]
    fn ink_is_the_share_of_time_that_workers_computed_on_the_core() {
        let turns = [
            (0, 0, 0, 100),
            (0, 0, 100, 150),
            (0, 0, 200, 225),
            (0, 0, 300, 301),
        ];
        let trace = trace(1, &turns, 600);
        // The rest of a column belongs to no worker, and so does the time after the last turn. After the end of the run
        // the bar is empty.
        assert_eq!(drawn(&trace, 800, 8, HIGH), ["w0      ", "█▄▂···  "]);
    }

    #[test]
    fn the_mark_of_an_idle_core_is_at_the_bottom_and_not_above_the_ink() {
        let trace = trace(1, &[(0, 0, 0, 25)], 200);
        assert_eq!(
            drawn(&trace, 200, 2, Pitch { bar: 3, gap: 0 }),
            ["w0", "  ", "▄·"]
        );
    }

    #[test]
    fn if_several_take_turns_within_a_column_a_mark_says_so() {
        let mut turns = vec![(2, 0, 0, 400)];
        turns.extend((0..40u64).map(|i| (i as usize % 2, 0, 400 + i * 10, 410 + i * 10)));
        turns.push((2, 0, 800, 1_200));
        let trace = trace(3, &turns, 1_200);
        assert_eq!(
            drawn(&trace, 1_200, 12, HIGH),
            ["w2  ≈≈≈≈w2  ", "████████████"]
        );
    }

    #[test]
    fn a_column_in_which_one_worker_leaves_and_another_comes_starts_the_turn_of_the_latter() {
        let trace = trace(2, &[(0, 0, 0, 350), (1, 0, 350, 800)], 800);
        assert_eq!(drawn(&trace, 800, 8, HIGH), ["w0 w1   ", "████████"]);
    }

    #[test]
    fn a_turn_without_room_for_its_name_has_its_number_or_a_tick() {
        let turns = [
            (0, 0, 0, 200),
            (123, 0, 200, 500),
            (7, 0, 500, 600),
            (45, 0, 600, 1_000),
        ];
        let trace = trace(124, &turns, 1_000);
        assert_eq!(drawn(&trace, 1_000, 10, HIGH), ["0 ╷  ╷w45 ", "██████████"]);
    }

    #[test]
    fn a_worker_that_moves_is_on_one_core_and_then_on_the_other() {
        let trace = trace(2, &[(1, 0, 0, 400), (1, 1, 400, 800)], 800);
        assert_eq!(
            drawn(&trace, 800, 8, HIGH),
            ["w1      ", "████····", "    w1  ", "····████"]
        );
        assert_eq!(trace.migrations(), 1);
    }

    #[test]
    fn a_worker_that_pauses_and_continues_is_named_once() {
        let trace = trace(2, &[(1, 0, 0, 200), (1, 0, 500, 800)], 800);
        assert_eq!(drawn(&trace, 800, 8, HIGH), ["w1      ", "██···███"]);
    }

    #[test]
    fn in_a_bar_of_one_row_the_names_are_in_the_ink_and_leave_the_rest_of_it() {
        let mut turns = vec![(3, 0, 0, 400)];
        turns.extend((0..40u64).map(|i| (i as usize % 2, 0, 400 + i * 10, 410 + i * 10)));
        let trace = trace(4, &turns, 800);
        assert_eq!(drawn(&trace, 800, 8, Pitch::DENSE), ["w3██≈███"]);
    }

    #[test]
    fn a_core_that_no_worker_computed_on_has_an_empty_bar() {
        let trace = trace(1, &[(0, 0, 0, 400)], 400);
        let bars = CoreGantt {
            trace: &trace,
            cores: &[0, 1],
            window: Window { from: 0, to: 400 },
            pitch: HIGH,
            theme: Theme::plain(),
        };
        assert_eq!(
            rendered(bars, Rect::new(0, 0, 4, 4)),
            ["w0  ", "████", "    ", "····"]
        );
    }

    proptest! {
        #[test]
        fn any_room_and_any_window_can_be_drawn(
            width in 0u16..200, height in 0u16..40, bar in 0u16..9, from in any::<u64>(), span in 1u64..,
        ) {
            let trace = trace(3, &[(0, 0, 0, 200), (2, 0, 200, 350), (1, 900, 10, 100)], 400);
            let window = Window { from, to: from.saturating_add(span) };
            let mut buf = Buffer::empty(Rect::new(0, 0, 50, 10));
            let pitch = Pitch { bar, gap: 1 };
            let bars = CoreGantt { trace: &trace, cores: &[0, 900], window, pitch, theme: Theme::default() };
            bars.render(Rect::new(3, 1, width, height), &mut buf);
        }
    }
}
