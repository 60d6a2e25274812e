//! The claims over the whole screen: the list of them, and a page for each.

mod page;

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    text::{Line, Span},
};

use crate::{
    app::{
        App,
        frame::layout::Panels,
        message::ClickTarget,
        screens::claims::{ClaimList, page::ROOMY},
        view::View,
    },
    present::sentence::INTERVAL,
    ui::{
        area::{split_above, split_left},
        panel::{
            around, block, draw_over, draw_scrolled, draw_text, on_border, scrolled_at, with_cursor,
        },
        scroll::Scroll,
        theme::{BAND, Theme},
    },
};

/// The columns before what is known about a claim.
const INDENT: &str = "       ";

impl View for ClaimList {
    /// The size of the whole room.
    fn size(&self, _app: &App, room: Rect) -> (u16, usize) {
        (room.width, usize::from(room.height))
    }

    fn draw(&self, app: &App, theme: Theme, _panels: &Panels, area: Rect, buf: &mut Buffer) {
        let mut frame = block("The article's claims", true, theme);
        if self.rows.iter().any(|(_, state)| state.contains("× (")) {
            frame = frame.title_bottom(on_border(format!(" {INTERVAL} ")));
        }
        let inner = draw_over(&frame, area, buf);
        let (above, list) = split_list(inner);
        draw_band([&self.progress], above, buf);
        let lines = self.lines(app, list);
        draw_scrolled(&lines, Line::clone, self.scroll(app, list), list, buf);
    }

    fn target(&self, app: &App, inner: Rect, row: u16) -> Option<ClickTarget> {
        let (_, list) = split_list(inner);
        let lines = self.lines(app, list).len();
        let line = scrolled_at(lines, self.scroll(app, list), list, row)?;
        Some(ClickTarget::ListRow(line / self.apart(list)))
    }
}

impl ClaimList {
    /// The distance from one claim to the next.
    fn apart(&self, list: Rect) -> usize {
        let has_room = self.rows.len() * 3 <= usize::from(list.height) + 1;
        if has_room { 3 } else { 2 }
    }

    fn lines(&self, app: &App, list: Rect) -> Vec<Line<'_>> {
        let cursor = app.claims().chosen;
        let rows = self
            .rows
            .iter()
            .enumerate()
            .flat_map(|(at, (title, state))| {
                let title = Line::from_iter(with_cursor(at == cursor, title.clone()));
                let state = Line::from_iter([Span::raw(INDENT), Span::raw(state)]);
                let empty = (self.apart(list) > 2).then(Line::default);
                [title, state].into_iter().chain(empty)
            });
        rows.collect()
    }

    /// With the cursor on the last claim, all of it is in view.
    fn scroll(&self, app: &App, list: Rect) -> Scroll {
        match app.claims().chosen + 1 {
            below if below >= self.rows.len() => Scroll::FromEnd(0),
            below => around((below - 1) * self.apart(list), list),
        }
    }
}

/// The rows of a sentence above everything, and the rest, apart from each other if there is room.
fn split_list(inner: Rect) -> (Rect, Rect) {
    let (rows, gap) = if inner.height < ROOMY { (1, 0) } else { (3, 1) };
    let (above, below) = split_above(inner, rows);
    (above, split_above(below, gap).1)
}

/// Draws lines reversed over the whole width, in the middle of the area.
pub(in crate::app) fn draw_band<'a>(
    lines: impl IntoIterator<Item = &'a String>,
    area: Rect,
    buf: &mut Buffer,
) {
    buf.set_style(area, BAND);
    let lines: Vec<&String> = lines.into_iter().collect();
    let above = usize::from(area.height).saturating_sub(lines.len()) / 2;
    for (row, text) in area.rows().skip(above).zip(lines) {
        draw_text(text, BAND, split_left(row, 1).1, buf);
    }
}
