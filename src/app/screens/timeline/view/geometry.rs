//! The places of the timeline's parts, for drawing and for the mouse.

use std::ops::Range;

use ratatui::layout::Rect;

use crate::{
    app::{
        App,
        screens::timeline::{Rows, view::legend::LINES},
    },
    domain::time::Nanos,
    ui::{
        area::{cells, first_around, split_above, split_below, split_left},
        panel::inside,
        widget::gantt::Pitch,
        window::Window,
    },
};

/// The overview has one of this many parts of the width, including the line that marks the part in view. With 1,000
/// workers, it shows more than the few bars beside it.
const OVERVIEW_SHARE: u16 = 5;
/// The maximum width of the overview, in columns.
const OVERVIEW_MOST: u16 = 32;

/// Bars of up to this many workers have the same height.
const COMPARABLE: usize = 4;

/// The places of the timeline's parts. A part without room is empty.
pub struct TimelineGeometry {
    /// The names of the rows.
    pub labels: Rect,
    /// The area of the bars.
    pub bars: Rect,
    /// The time axis, just below the bars.
    pub axis: Rect,
    /// The overview of all rows, beside the bars, if not all bars fit on the screen.
    pub overview: Rect,
    /// The legend of the marks, below the axis. Marks that do not fit here are on the border.
    pub legend: Rect,
    /// The height and spacing of the bars.
    pub pitch: Pitch,
    /// The worker of each row; empty in the view by core.
    pub workers: Vec<usize>,
    /// The rows in view.
    pub in_view: Range<usize>,
    /// The number of rows.
    pub rows: usize,
    /// The window of time in view.
    pub window: Window,
}

impl TimelineGeometry {
    /// The timeline of the shown run, in a panel of this size; `None` before the first run, and if the trace of the run
    /// is missing.
    pub fn of(app: &App, area: Rect, gutter: u16) -> Option<TimelineGeometry> {
        let shown = app.shown_with_trace()?;
        let (view, rows) = (app.timeline(), app.timeline_rows());
        let room = inside(area);
        let height = usize::from(room.height.saturating_sub(1));
        let pitch = pitch(rows, cells(height));
        let used = cells(rows)
            .saturating_mul(pitch.rows())
            .saturating_sub(pitch.gap);
        let (above, below) = split_above(room, used.min(cells(height)));
        let (axis, below) = split_above(below, 1);
        let aside = if rows > height && view.rows == Rows::Workers {
            (above.width / OVERVIEW_SHARE).min(OVERVIEW_MOST)
        } else {
            0
        };
        let (labels, right) = split_left(above, gutter);
        let (bars, aside) = split_left(right, right.width.saturating_sub(aside));
        let first = first_around(view.row, rows, height);
        // If there is room, an empty row separates the legend from the axis.
        let apart = u16::from(below.height > 1);
        let (_, legend) = split_above(split_left(below, gutter).1, apart);
        Some(TimelineGeometry {
            labels,
            bars,
            axis: Rect {
                x: bars.x,
                width: bars.width,
                ..axis
            },
            overview: split_left(aside, 1).1,
            legend,
            pitch,
            workers: app.workers_in_order(),
            in_view: first..rows.min(first + height),
            rows,
            window: view.window(shown.trace()),
        })
    }

    /// The area of each bar in view, with the number of its row.
    pub fn bars_in_view(&self) -> impl Iterator<Item = (Rect, usize)> {
        self.pitch.bars(self.bars).zip(self.in_view.clone())
    }

    /// The area of a row's bar, if it is in view.
    pub fn bar_of(&self, row: usize) -> Option<Rect> {
        let (bar, _) = self.bars_in_view().find(|(_, here)| *here == row)?;
        Some(bar)
    }

    /// The area of a worker's bar, if it is in view.
    pub fn bar_of_worker(&self, worker: usize) -> Option<Rect> {
        self.bar_of(self.workers.iter().position(|here| *here == worker)?)
    }

    /// The place of the name of a bar: beside its lowest row.
    pub fn label_of(&self, bar: Rect) -> Rect {
        let (_, lowest) = split_below(bar, 1);
        Rect {
            y: lowest.y,
            height: 1,
            ..self.labels
        }
    }

    /// The row whose bar or name is at this height, if any.
    pub fn row_at(&self, y: u16) -> Option<usize> {
        self.bars_in_view()
            .find(|(bar, _)| (bar.top()..bar.bottom()).contains(&y))
            .map(|(_, row)| row)
    }

    /// The column of a moment in the bars, if it is in view.
    pub fn column_of(&self, at: Nanos) -> Option<u16> {
        self.window
            .part_of(at, self.bars.width)
            .map(|column| self.bars.x + column)
    }
}

/// The height and spacing of the bars. A few workers have bars as tall as those of four, so that twice the ink is twice
/// the work from run to run. Below bars of more than one row, the legend has its lines.
fn pitch(rows: usize, height: u16) -> Pitch {
    let most = rows.max(COMPARABLE);
    let beside_legend = height.saturating_sub(LINES + 1);
    let mut pitch = Pitch::fitting(most, beside_legend);
    if pitch.bar == 1 {
        pitch = Pitch::fitting(most, height);
    }
    // With fewer bars, there is room for gaps.
    let apart = cells(rows).saturating_mul(pitch.bar + 1);
    if pitch.bar > 1 && apart <= height + 1 {
        pitch.gap = 1;
    }
    pitch
}
