//! What all panels share: a border with titles, lines of text, texts that scroll.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Padding, Widget};

use super::theme::Theme;
use crate::app::overlay::Scroll;
pub use crate::domain::text::wrap;

/// A bordered block with a title.
pub fn block<'a>(title: impl Into<String>, focused: bool, theme: Theme) -> Block<'a> {
    let (style, border) = theme.border(focused);
    let title_style = on_border(if focused {
        theme.strong()
    } else {
        Style::new()
    });
    let title = Span::styled(format!(" {} ", title.into()), title_style);
    Block::bordered()
        .border_type(border)
        .border_style(style)
        .title(title)
        .padding(Padding::horizontal(1))
}

/// A style that does not inherit the border's.
pub fn on_border(style: Style) -> Style {
    let fg = style.fg.unwrap_or(Color::Reset);
    let dim = style.add_modifier.contains(Modifier::DIM);
    if dim {
        style.fg(fg)
    } else {
        style.fg(fg).remove_modifier(Modifier::DIM)
    }
}

/// Draws a block and returns the room inside.
pub fn draw_block(block: &Block<'_>, area: Rect, buf: &mut Buffer) -> Rect {
    let inner = block.inner(area);
    block.render(area, buf);
    inner
}

/// The room inside a panel of this size.
pub fn inside(area: Rect) -> Rect {
    block("", false, Theme::plain()).inner(area)
}

/// An emptied block over whatever is there; returns the room inside.
pub fn draw_over(block: &Block<'_>, area: Rect, buf: &mut Buffer) -> Rect {
    Clear.render(area, buf);
    draw_block(block, area, buf)
}

/// Lines from the top of `area` down, as many as fit.
pub fn draw_lines(lines: &[Line<'_>], area: Rect, buf: &mut Buffer) {
    for (row, line) in area.rows().zip(lines) {
        buf.set_line(row.x, row.y, line, row.width);
    }
}

/// A few words in the middle of a room that has nothing else in it.
pub fn draw_centred(text: &str, area: Rect, buf: &mut Buffer) {
    let lines: Vec<Line<'_>> = wrap(text, area.width)
        .into_iter()
        .map(|line| Line::raw(line).centered())
        .collect();
    let rows = u16::try_from(lines.len())
        .unwrap_or(u16::MAX)
        .min(area.height);
    let middle = Rect {
        y: area.y + (area.height - rows) / 2,
        height: rows,
        ..area
    };
    for (line, row) in lines.iter().zip(middle.rows()) {
        line.render(row, buf);
    }
}

/// Rows of a text that scrolls, each drawn as the line that it becomes; what is above and below the view is told in the
/// last column.
pub fn draw_scrolled<'a, T>(
    rows: &'a [T],
    line: impl Fn(&'a T) -> Line<'a>,
    scroll: Scroll,
    theme: Theme,
    area: Rect,
    buf: &mut Buffer,
) {
    if area.is_empty() {
        return;
    }
    let first = usize::from(scroll.first(rows.len(), area.height));
    let text = Rect {
        width: area.width - 1,
        ..area
    };
    for (place, row) in text.rows().zip(rows.iter().skip(first)) {
        buf.set_line(place.x, place.y, &line(row), place.width);
    }
    if first > 0 {
        buf.set_string(area.right() - 1, area.y, "↑", theme.strong());
    }
    if first + usize::from(area.height) < rows.len() {
        buf.set_string(area.right() - 1, area.bottom() - 1, "↓", theme.strong());
    }
}
