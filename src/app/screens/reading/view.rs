//! Texts over the panels: the help, and what the numbers of a screen mean.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::app::App;
use crate::app::frame::layout::Panels;
use crate::app::screens::reading::{Look, Piece, Reading};
use crate::app::view::View;
use crate::ui::panel::{block, draw_over, draw_scrolled};
use crate::ui::theme::{STRONG, Theme};

impl View for Reading {
    /// As high as the text is long, so that a short one leaves the panels in sight.
    fn size(&self, _app: &App, room: Rect) -> (u16, usize) {
        let text = self.text.as_ref();
        text.map_or((room.width, 0), |text| (text.width, text.lines.len()))
    }

    fn draw(&self, _app: &App, theme: Theme, _panels: &Panels, area: Rect, buf: &mut Buffer) {
        if let Some(text) = &self.text {
            let inner = draw_over(&block(&*text.title, true, theme), area, buf);
            draw_scrolled(&text.lines, |row| line(row, theme), self.scroll, inner, buf);
        }
    }
}

fn line(pieces: &[Piece], theme: Theme) -> Line<'_> {
    pieces.iter().map(|piece| span(piece, theme)).collect()
}

fn span(piece: &Piece, theme: Theme) -> Span<'_> {
    let style = match piece.look {
        Look::Phase(phase) if piece.text.is_empty() => return theme.mark(phase),
        Look::Phase(phase) => theme.phase(phase),
        Look::Plain | Look::Others => Style::new(),
        Look::Strong => STRONG,
        Look::Concurrency => theme.concurrency(),
        Look::Parallelism => theme.parallelism(),
    };
    Span::styled(&*piece.text, style)
}
