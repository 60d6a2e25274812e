//! Where everything in the timeline stands: the same for drawing and for the mouse.

use std::ops::Range;

use ratatui::layout::Rect;

use crate::app::App;
use crate::app::screens::timeline::Rows;
use crate::domain::time::Nanos;
use crate::ui::area::{first_around, split_below, split_left};
use crate::ui::panel::inside;
use crate::ui::widget::gantt::Pitch;
use crate::ui::window::Window;

/// The overview takes so much of the width, with the line that shows which part of it is in view: at 1,000 workers it
/// tells more than the few bars beside it.
const OVERVIEW_SHARE: u16 = 5;
/// It gets no wider than so many columns.
const OVERVIEW_MOST: u16 = 32;

/// Where everything in the timeline stands; what has no room is empty.
pub struct Geometry {
    /// The names of the rows.
    pub labels: Rect,
    /// The bars.
    pub bars: Rect,
    /// The time axis, below the bars.
    pub axis: Rect,
    /// The overview of all rows, beside the bars, if they are too many for the screen.
    pub overview: Rect,
    /// How high the bars are.
    pub pitch: Pitch,
    /// Which rows are in view, of how many.
    pub in_view: Range<usize>,
    /// How many rows there are.
    pub rows: usize,
    /// Which stretch of time is in view.
    pub window: Window,
}

impl Geometry {
    /// The timeline of the run that is shown, in a panel of this size; `None` before the first run, and if the picture of
    /// the run is missing.
    pub fn of(app: &App, area: Rect, gutter: u16) -> Option<Geometry> {
        let shown = app.pictured()?;
        let (view, rows) = (app.timeline(), app.timeline_rows());
        let (above, axis) = split_below(inside(area), 1);
        let height = usize::from(above.height);
        let aside = if rows > height && view.rows == Rows::Workers {
            (above.width / OVERVIEW_SHARE).min(OVERVIEW_MOST)
        } else {
            0
        };
        let (labels, right) = split_left(above, gutter);
        let (bars, aside) = split_left(right, right.width.saturating_sub(aside));
        let first = first_around(view.row, rows, height);
        Some(Geometry {
            labels,
            bars,
            axis: Rect {
                x: bars.x,
                width: bars.width,
                ..axis
            },
            overview: split_left(aside, 1).1,
            pitch: Pitch::fitting(rows, above.height),
            in_view: first..rows.min(first + height),
            rows,
            window: view.window(shown.trace()),
        })
    }

    /// The room of each bar that is in view, with its row's number.
    pub fn bars_in_view(&self) -> impl Iterator<Item = (Rect, usize)> {
        self.pitch.bars(self.bars).zip(self.in_view.clone())
    }

    /// The room of a row's bar, if it is in view.
    pub fn bar_of(&self, row: usize) -> Option<Rect> {
        let (bar, _) = self.bars_in_view().find(|(_, here)| *here == row)?;
        Some(bar)
    }

    /// Where the name of a bar stands: beside its lowest row.
    pub fn label_of(&self, bar: Rect) -> Rect {
        let (_, lowest) = split_below(bar, 1);
        Rect {
            y: lowest.y,
            height: 1,
            ..self.labels
        }
    }

    /// Which row has its bar, or the name of it, there, if one has.
    pub fn row_at(&self, y: u16) -> Option<usize> {
        self.bars_in_view()
            .find(|(bar, _)| (bar.top()..bar.bottom()).contains(&y))
            .map(|(_, row)| row)
    }

    /// The column of the bars that stands for a moment, if it is in view.
    pub fn column_of(&self, at: Nanos) -> Option<u16> {
        self.window
            .part_of(at, self.bars.width)
            .map(|column| self.bars.x + column)
    }
}
