//! The advice over the whole screen: a sentence in a band, and below it what is known. While it is measured, the timeline of
//! the run in progress stands at the bottom.

use ratatui::{buffer::Buffer, layout::Rect, text::Line};

use crate::{
    app::{
        App,
        frame::layout::Panels,
        screens::{advice::AdvicePage, claims::view::draw_band, timeline},
        view::View,
    },
    ui::{
        area::{cells, split_above, split_below},
        panel::{block, draw_over, draw_scrolled, read},
        text::TextLine,
        theme::Theme,
    },
};

/// The least height of the timeline with its frame, in rows.
const TIMELINE_ROWS: u16 = 7;

impl View for AdvicePage {
    /// The size of the whole room.
    fn size(&self, _app: &App, room: Rect) -> (u16, usize) {
        (room.width, usize::from(room.height))
    }

    fn draw(&self, app: &App, theme: Theme, panels: &Panels, area: Rect, buf: &mut Buffer) {
        let inner = draw_over(&block(&*self.title, true, theme), area, buf);
        let (band, below) = split_above(inner, cells(self.band.len()));
        draw_band(&self.band, band, buf);
        let left = below.height.saturating_sub(cells(self.lines.len()) + 1);
        let rows = if self.is_live {
            left.max(TIMELINE_ROWS).min(below.height)
        } else {
            0
        };
        let (text, timeline) = split_below(below, rows);
        draw_scrolled(&self.lines, |row| drawn(row, theme), self.scroll, text, buf);
        if rows > 0 {
            timeline::view::panel(app, false, theme, timeline, panels.gutter, buf);
        }
    }
}

fn drawn((line, is_pale): &(TextLine, bool), theme: Theme) -> Line<'_> {
    let line = read(line, theme);
    if *is_pale {
        line.style(theme.secondary())
    } else {
        line
    }
}
