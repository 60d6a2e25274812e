//! The texts of [`crate::app::reading`]: the help, and what a panel's numbers mean.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::layout::centred;
use super::panel::{block, draw_over, draw_scrolled};
use super::theme::{Theme, mark};
use crate::app::overlay::{Reading, Scroll};
use crate::app::reading::{Look, Piece};

/// Where a text lies over the panels: as high as it is long, so that a short one leaves them in sight.
pub fn area(reading: &Reading, area: Rect) -> Rect {
    let height = u16::try_from(reading.lines.len())
        .unwrap_or(u16::MAX)
        .saturating_add(2);
    centred(area, reading.width, height)
}

/// A text over the panels.
pub fn overlay(reading: &Reading, scroll: Scroll, theme: Theme, area: Rect, buf: &mut Buffer) {
    let inner = draw_over(&block(reading.title.as_str(), true, theme), area, buf);
    draw_scrolled(
        &reading.lines,
        |pieces| line(pieces, theme),
        scroll,
        theme,
        inner,
        buf,
    );
}

fn line(pieces: &[Piece], theme: Theme) -> Line<'_> {
    pieces.iter().map(|piece| span(piece, theme)).collect()
}

fn span(piece: &Piece, theme: Theme) -> Span<'_> {
    match piece.look {
        Look::Phase(phase) if piece.text.is_empty() => {
            Span::styled(mark(phase), theme.phase(phase))
        }
        look => Span::styled(&*piece.text, style(look, theme)),
    }
}

fn style(look: Look, theme: Theme) -> Style {
    match look {
        Look::Plain | Look::Others => Style::new(),
        Look::Strong => theme.strong(),
        Look::Phase(phase) => theme.phase(phase),
        Look::Concurrency => theme.concurrency(),
        Look::Parallelism => theme.parallelism(),
    }
}
