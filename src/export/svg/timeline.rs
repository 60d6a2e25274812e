//! The timeline of a run: a lane per worker, or per group of workers if there are many.
//!
//! ```text
//! worker 0  ▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅     in each column of the picture, each phase has as much of the lane's height as it had of
//! worker 1  ▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅     the column's time: computing at the bottom, waiting above
//!           0 s     0.2 s
//! ```
//!
//! It is drawn from sums and never from events, so the picture of a million tasks is no larger than one of a hundred.

use std::{fmt::Write as _, ops::Range};

use maud::{Markup, html};

use super::{SvgPart, WIDTH, rounded};
use crate::{
    domain::{
        history::RunEntry,
        phase::{Phase, PhaseTimes},
        plan::Lock,
        record::Record,
        text::{duration, grouped},
        time::{Nanos, seconds},
        trace::Trace,
    },
    present::chart::{moment, round_lengths},
};

/// The maximum number of lanes. If there are more workers, they are grouped.
const ROWS_MAX: usize = 48;
/// The left edge and the width of the bars, in the picture's units.
const LEFT: u32 = 90;
const PLOT: u32 = 900;
/// The possible numbers of columns, at least 150. With each, a column is a whole number of units wide.
const COLUMNS: [u32; 5] = [900, 450, 300, 225, 180];
/// The distance of two lanes.
const GAP: u32 = 3;
/// The maximum number of ticks on the axis, besides 0.
const TICKS: u64 = 9;
/// The height of the ticks and labels below the lanes.
const AXIS: u32 = 24;
/// The number of entries in a line of the legend, and the width and height of each.
const ENTRIES: usize = 2;
const WIDE: usize = 500;
const ENTRY: u32 = 20;
/// Heights are counted in halves of a unit.
const HALVES: u32 = 2;

/// The upper edges of the phases of [`Phase::STACK`] in a column, in halves of a unit.
type Heights = [u32; Phase::STACK.len()];

/// A run's timeline, with about `cells` columns in all its lanes together. `None` if there is no trace. Its axis ends
/// with the longest run of the same work in `among`, so that a shorter run visibly ends earlier.
pub(in crate::export) fn of(run: &RunEntry, among: &[&RunEntry], cells: u32) -> Option<SvgPart> {
    let trace = run.loaded_trace()?;
    let same = among
        .iter()
        .filter(|other| other.record.plan.same_work(&run.record.plan));
    let until = same
        .filter_map(|other| other.loaded_trace())
        .map(|trace| trace.now)
        .max();
    let rows = trace.lanes.len().min(ROWS_MAX);
    let most = cells / rows.max(1) as u32;
    let columns = COLUMNS.into_iter().find(|columns| *columns <= most);
    let timeline = SvgTimeline {
        trace,
        until: until.unwrap_or(0).max(1),
        columns: columns.unwrap_or(150),
        rows,
    };
    let content = html! {
        (timeline.axis())
        @for row in 0..rows { (timeline.row(row)) }
        (timeline.end())
    };
    Some(SvgPart {
        height: timeline.bottom() + AXIS,
        content,
    })
}

/// A run's timeline, drawn on an axis that may be longer than the run.
struct SvgTimeline<'a> {
    trace: &'a Trace,
    until: Nanos,
    columns: u32,
    rows: usize,
}

impl SvgTimeline<'_> {
    /// The height of a lane.
    fn lane(&self) -> u32 {
        match self.rows {
            0..=4 => 30,
            5..=8 => 24,
            9..=16 => 18,
            17..=32 => 13,
            _ => 10,
        }
    }

    fn bottom(&self) -> u32 {
        self.rows as u32 * (self.lane() + GAP)
    }

    fn x(&self, t: Nanos) -> f64 {
        rounded(f64::from(LEFT) + t as f64 / self.until as f64 * f64::from(PLOT))
    }

    fn axis(&self) -> Markup {
        let mut steps = round_lengths();
        let step = steps
            .find(|step| self.until / step <= TICKS)
            .unwrap_or(Nanos::MAX);
        let (tip, words) = (self.bottom() + 4, self.bottom() + 18);
        html! {
            @for t in (0..=self.until / step).map(|n| n * step) {
                @let x = self.x(t);
                @let anchor = if x > f64::from(WIDTH) - 30.0 { "end" } else { "middle" };
                line x1=(x) x2=(x) y1="0" y2=(tip) class="grid" {}
                text x=(x) y=(words) text-anchor=(anchor) class="small soft" { (moment(t, step)) }
            }
        }
    }

    fn row(&self, row: usize) -> Markup {
        let lane = self.lane();
        let top = row as u32 * (lane + GAP);
        let workers = self.trace.lanes_of_row(row, self.rows);
        let width = rounded(self.x(self.trace.now.min(self.until)) - f64::from(LEFT));
        html! {
            rect x=(LEFT) y=(top) width=(width) height=(lane) class="row" {}
            text x=(LEFT - 8) y=(top + lane / 2 + 4) text-anchor="end" class="small" { (name(&workers)) }
            @for (phase, path) in areas(&self.heights(workers), PLOT / self.columns, top + lane) {
                path class=(phase.description().class) d=(path) {}
            }
        }
    }

    /// The upper edges of the phases of these workers, for each column.
    fn heights(&self, workers: Range<usize>) -> Vec<Heights> {
        let moment =
            |column: u32| u128::from(self.until) * u128::from(column) / u128::from(self.columns);
        let moments: Vec<Nanos> = (0..=self.columns)
            .map(|column| moment(column) as Nanos)
            .collect();
        let times: Vec<PhaseTimes> = if workers.len() == 1 {
            let times = |pair: &[Nanos]| self.trace.times_between(workers.start, pair[0], pair[1]);
            moments.windows(2).map(times).collect()
        } else {
            self.trace.times_together(workers.clone(), &moments)
        };
        let most = f64::from(self.lane() * HALVES);
        let column = |(times, pair): (&PhaseTimes, &[Nanos])| {
            let whole = ((pair[1] - pair[0]) * workers.len() as u64).max(1) as f64;
            let mut sum = 0;
            Phase::STACK.map(|phase| {
                sum += times[phase];
                (sum as f64 / whole * most).round().min(most) as u32
            })
        };
        times.iter().zip(moments.windows(2)).map(column).collect()
    }

    /// A mark at the end of the run, with its time.
    fn end(&self) -> Markup {
        let now = self.trace.now;
        let x = self.x(now.min(self.until));
        let bottom = self.bottom().saturating_sub(GAP);
        html! {
            line x1=(x) x2=(x) y1="0" y2=(bottom) class="end" {}
            @if now as f64 <= self.until as f64 * 0.9 {
                text x=(x + 6.0) y=(bottom / 2 + 4) class="strong" { (duration(seconds(now))) }
            }
        }
    }
}

/// The name of a lane: "worker 3", or "3 – 7".
fn name(workers: &Range<usize>) -> String {
    match workers.len() {
        1 => format!("worker {}", grouped(workers.start as u64)),
        _ => format!("{} – {}", workers.start, workers.end.saturating_sub(1)),
    }
}

/// The areas of the phases, the tallest first. Each area goes from the lower edge of the lane to its own upper edge,
/// because areas that are drawn later cover earlier ones.
fn areas(columns: &[Heights], wide: u32, base: u32) -> Vec<(Phase, String)> {
    let mut areas = vec![];
    for (at, phase) in Phase::STACK.into_iter().enumerate().rev() {
        let upper = |column: &Heights| {
            let below = at.checked_sub(1).map_or(0, |below| column[below]);
            if column[at] > below { column[at] } else { 0 }
        };
        let heights: Vec<u32> = columns.iter().map(upper).collect();
        if heights.iter().any(|height| *height > 0) {
            areas.push((phase, outline(&heights, wide, base)));
        }
    }
    areas
}

/// The outline of an area with as few steps as possible.
fn outline(heights: &[u32], wide: u32, base: u32) -> String {
    let mut path = String::new();
    let (mut x, mut before) = (LEFT, 0);
    // The outline ends at the lower edge.
    for same in [heights, &[0]].concat().chunk_by(|a, b| a == b) {
        let (height, length) = (same[0], wide * same.len() as u32);
        let step = (f64::from(before) - f64::from(height)) / f64::from(HALVES);
        let _ = match (before, height) {
            (0, 0) => Ok(()),
            (0, _) => write!(path, "M{x} {base}v{step}h{length}"),
            (_, 0) => write!(path, "v{step}z"),
            (_, _) => write!(path, "v{step}h{length}"),
        };
        before = height;
        x += length;
    }
    path
}

/// The legend of these runs' timelines: the pattern, name and meaning of each phase that can occur in them.
pub(in crate::export) fn legend(runs: &[&RunEntry]) -> SvgPart {
    let records = || runs.iter().map(|run| &run.record);
    let mut seen: Vec<Phase> = records().flat_map(Record::phases).collect();
    if records().any(|record| record.measurement.events.dropped > 0) {
        seen.push(Phase::Lost);
    }
    let is_estimate = records().any(|record| record.measurement.phase_source.estimates_gil());
    let is_measured = records().any(|record| record.plan.lock() == Lock::Emulated);
    let estimated = |phase| match (phase, is_estimate, is_measured) {
        (Phase::Gil, true, false) => " (estimated)",
        (Phase::Gil, true, true) => " (Python's: estimated)",
        _ => "",
    };
    let phases: Vec<Phase> = Phase::all().filter(|phase| seen.contains(phase)).collect();
    let content = html! {
        @for (at, phase) in phases.iter().enumerate() {
            @let (x, y) = (at % ENTRIES * WIDE, (at / ENTRIES) as u32 * ENTRY);
            rect x=(x) y=(y + 3) width="28" height="14" class=(phase.description().class) {}
            text x=(x + 36) y=(y + 14) class="small" { (phase.name()) (estimated(*phase)) ": " (phase.meaning()) }
        }
    };
    SvgPart {
        height: phases.len().div_ceil(ENTRIES) as u32 * ENTRY + 4,
        content,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outline_goes_up_along_and_down_again() {
        assert_eq!(
            outline(&[0, 4, 4, 2, 0, 6], 10, 30),
            "M100 30v-2h20v1h10v1zM140 30v-3h10v3z"
        );
        assert_eq!(outline(&[0, 0], 10, 30), "");
    }

    #[test]
    fn a_phase_without_time_in_a_column_has_no_area_there() {
        let mut columns = [[0; Phase::STACK.len()]; 2];
        columns[0] = [4; Phase::STACK.len()];
        columns[1] = [4; Phase::STACK.len()];
        columns[1][0] = 0;
        let drawn: Vec<Phase> = areas(&columns, 10, 30)
            .into_iter()
            .map(|(phase, _)| phase)
            .collect();
        assert_eq!(drawn, [Phase::Ready, Phase::Computing]);
    }
}
