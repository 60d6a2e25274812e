//! Common parts of panels: a border with titles, lines of text, and texts that scroll.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::{Color, Modifier, Style},
    text::{Line, Span, Text},
    widgets::{Block, Clear, Padding, Widget},
};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

pub use crate::domain::text::wrap;
use crate::{
    present::table::shortened,
    ui::{
        area::{cells, centred},
        field::TextField,
        scroll::Scroll,
        text::{TextPart, TextStyle},
        theme::{CURSOR, STRONG, Theme, strong_if},
    },
};

/// A bordered block with a title.
pub fn block<'a>(title: impl Into<String>, focused: bool, theme: Theme) -> Block<'a> {
    let (style, border) = theme.border(focused);
    let title = format!(" {} ", title.into());
    Block::bordered()
        .border_type(border)
        .border_style(style)
        .title(on_border(Span::styled(title, strong_if(focused))))
        .padding(Padding::horizontal(1))
}

/// A line that does not inherit the style of its border.
pub fn on_border<'a>(line: impl Into<Line<'a>>) -> Line<'a> {
    let mut line = line.into();
    for span in &mut line.spans {
        let style = span.style.fg(span.style.fg.unwrap_or(Color::Reset));
        span.style = if style.add_modifier.contains(Modifier::DIM) {
            style
        } else {
            style.remove_modifier(Modifier::DIM)
        };
    }
    line
}

/// Draws a block and returns the room inside.
pub fn draw_block(block: &Block<'_>, area: Rect, buf: &mut Buffer) -> Rect {
    block.render(area, buf);
    block.inner(area)
}

/// Draws a border with a title, and returns the room inside.
pub fn draw_frame(
    title: impl Into<String>,
    focused: bool,
    theme: Theme,
    area: Rect,
    buf: &mut Buffer,
) -> Rect {
    draw_block(&block(title, focused, theme), area, buf)
}

/// Clears the area, draws a block over it, and returns the room inside.
pub fn draw_over(block: &Block<'_>, area: Rect, buf: &mut Buffer) -> Rect {
    Clear.render(area, buf);
    draw_block(block, area, buf)
}

/// The room inside a panel of this size.
pub fn inside(area: Rect) -> Rect {
    block("", false, Theme::plain()).inner(area)
}

/// Draws a text from the left of `area`. Dots mark the end of a text that does not fit.
pub fn draw_text(text: impl AsRef<str>, style: Style, area: Rect, buf: &mut Buffer) {
    draw_lines([Line::styled(text.as_ref(), style)], area, buf);
}

/// Shortens a line to at most this many columns. Dots mark the end of a longer line.
pub fn shorten(line: &mut Line<'_>, room: usize) {
    if line.width() <= room {
        return;
    }
    let mut left = room;
    line.spans.retain_mut(|span| {
        let (before, width) = (left, span.width());
        if width >= left {
            span.content = shortened(&format!("{}…", span.content), left).into();
        }
        left = left.saturating_sub(width);
        before > 0
    });
}

/// Clears what would be left of words and numbers that an overlay on this area hides in part: "0.96×" without its first
/// digit would read as another number.
pub fn clear_cut_words(over: Rect, buf: &mut Buffer) {
    let screen = buf.area;
    for row in over.rows() {
        let last = over.right().saturating_sub(1);
        clear_rest_of_word(over.left(), (screen.left()..over.left()).rev(), row.y, buf);
        clear_rest_of_word(last, over.right()..screen.right(), row.y, buf);
    }
}

/// Clears the columns `seen`, the nearest first, as far as they continue the word in the column `hidden`.
fn clear_rest_of_word(hidden: u16, seen: impl Iterator<Item = u16>, y: u16, buf: &mut Buffer) {
    let is_of_word = |buf: &Buffer, x: u16| {
        let is_of_word = |c: char| c.is_alphanumeric() || ".,:×%+-/()'…".contains(c);
        buf[(x, y)].symbol().chars().all(is_of_word)
    };
    if !is_of_word(buf, hidden) {
        return;
    }
    for x in seen {
        if !is_of_word(buf, x) {
            return;
        }
        buf[(x, y)].set_symbol(" ");
    }
}

/// A row of a text to read.
pub fn read(pieces: &[TextPart], theme: Theme) -> Line<'_> {
    let span = |piece: &'_ TextPart| {
        let style = match piece.look {
            TextStyle::Phase(phase) if piece.text.is_empty() => return theme.mark(phase),
            TextStyle::Phase(phase) => theme.phase(phase),
            TextStyle::Plain => Style::new(),
            TextStyle::Strong => STRONG,
            TextStyle::Error => theme.error(),
            TextStyle::Concurrency => theme.concurrency(),
            TextStyle::Parallelism => theme.parallelism(),
        };
        Span::styled(piece.text.to_string(), style)
    };
    pieces.iter().map(span).collect()
}

/// Draws lines from the top of `area` down, as many as fit. Dots mark the end of a line that is too long.
pub fn draw_lines<'a, L: Into<Line<'a>>>(
    lines: impl IntoIterator<Item = L>,
    area: Rect,
    buf: &mut Buffer,
) {
    for (row, line) in area.rows().zip(lines) {
        let mut line = line.into();
        shorten(&mut line, row.width.into());
        buf.set_line(row.x, row.y, &line, row.width);
    }
}

/// A text in lines of at most this many columns, all in the same style.
pub fn wrapped(
    text: &str,
    width: u16,
    style: Style,
) -> impl Iterator<Item = Line<'static>> + use<> {
    let lines = wrap(text, width).into_iter();
    lines.map(move |line| Line::from(Span::styled(line, style)))
}

/// A few words in the middle of an area that shows nothing else.
pub fn draw_centred(text: &str, area: Rect, buf: &mut Buffer) {
    let text = Text::from_iter(wrap(text, area.width)).centered();
    let rows = cells(text.height());
    text.render(centred(area, area.width, rows), buf);
}

/// A text that the user types, with its cursor, in at most `width` columns. A longer text is cut to the part around the
/// cursor, and `behind` columns after the text stay free.
pub fn typed(field: &TextField, behind: usize, width: u16) -> Line<'static> {
    let room = usize::from(width.max(1));
    let (before, after) = field.parts();
    let mut after = after.chars();
    let under = after.next().unwrap_or(' ');
    // The cursor after the text needs a column, too.
    let taken = columns(under) + behind;
    let mut hidden = (before.width() + taken).saturating_sub(room);
    let before: String = before
        .chars()
        .skip_while(|c| {
            let is_hidden = hidden > 0;
            hidden = hidden.saturating_sub(columns(*c));
            is_hidden
        })
        .collect();
    let mut left = room.saturating_sub(before.width() + columns(under));
    let after = after.take_while(|c| {
        let fits = columns(*c) <= left;
        left = left.saturating_sub(columns(*c));
        fits
    });
    let after: String = after.collect();
    Line::from(vec![
        Span::styled(before, STRONG),
        Span::styled(under.to_string(), CURSOR),
        Span::styled(after, STRONG),
    ])
}

fn columns(c: char) -> usize {
    c.width().unwrap_or(0)
}

/// The start of a list row: a sign if the cursor is `here`, and what the row is about.
pub fn with_cursor(here: bool, text: String) -> [Span<'static>; 2] {
    let (sign, style) = if here {
        ("▸ ", CURSOR)
    } else {
        ("  ", Style::new())
    };
    [Span::styled(sign, STRONG), Span::styled(text, style)]
}

/// Keeps the cursor in the middle of a list if possible.
pub fn around(cursor: usize, area: Rect) -> Scroll {
    let above = cursor.saturating_sub(usize::from(area.height / 2));
    Scroll::FromTop(cells(above))
}

/// The row of a scrolling text that is drawn in row `y` of the screen, if any.
pub fn scrolled_at(rows: usize, scroll: Scroll, area: Rect, y: u16) -> Option<usize> {
    let row = y.checked_sub(area.y).filter(|row| *row < area.height)?;
    let at = usize::from(scroll.first(rows, area.height) + row);
    (at < rows).then_some(at)
}

/// Draws the rows of a text that scrolls; `line` turns each row into a line. The last column shows whether there is
/// more above or below.
pub fn draw_scrolled<'a, T>(
    rows: &'a [T],
    line: impl Fn(&'a T) -> Line<'a>,
    scroll: Scroll,
    area: Rect,
    buf: &mut Buffer,
) {
    let first = usize::from(scroll.first(rows.len(), area.height));
    let text = Rect {
        width: area.width.saturating_sub(1),
        ..area
    };
    draw_lines(rows.iter().skip(first).map(line), text, buf);
    draw_arrows(first, rows.len(), area, buf);
}

/// Shows in the last column whether there is more text above and below `area`.
pub fn draw_arrows(first: usize, rows: usize, area: Rect, buf: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let end = area.right() - 1;
    if first > 0 {
        buf.set_string(end, area.y, "↑", STRONG);
    }
    if first + usize::from(area.height) < rows {
        buf.set_string(end, area.bottom() - 1, "↓", STRONG);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_word_or_number_that_an_overlay_cuts_nothing_is_left_and_whole_ones_stay() {
        let mut buf =
            Buffer::with_lines(["some concurrency 0.96× end", "ab █████████████████ 12 cd"]);
        clear_cut_words(Rect::new(8, 0, 10, 2), &mut buf);
        let rows: Vec<String> = (0..2)
            .map(|y| (0..26).map(|x| buf[(x, y)].symbol()).collect())
            .collect();
        // The overlay is drawn over its own columns afterwards.
        assert_eq!(rows[0], "some    currency 0     end");
        assert_eq!(rows[1], "ab █████████████████ 12 cd", "bars are no words");
    }

    #[test]
    fn the_cursor_is_in_view_however_wide_the_characters_are() {
        let field = TextField::new("数据科学数据科学", 40);
        for width in 1..20 {
            let line = typed(&field, 0, width);
            assert!(line.width() <= usize::from(width), "{width}: {line}");
            assert_eq!(line.spans[1].content, " ", "the cursor is behind the text");
        }
        assert_eq!(typed(&field, 0, 5).to_string(), "科学 ");
        assert_eq!(typed(&field, 0, 4).to_string(), "学 ");
    }
    use crate::ui::key::Key;

    fn drawn(field: &TextField, width: u16) -> String {
        typed(field, 0, width)
            .spans
            .iter()
            .map(|span| span.content.as_ref())
            .collect()
    }

    #[test]
    fn a_text_that_is_too_long_shows_what_is_around_the_cursor() {
        let mut field = TextField::new("gil threads", 20);
        assert_eq!(drawn(&field, 20), "gil threads ");
        assert_eq!(drawn(&field, 6), "reads ");
        field.apply(Key::Home);
        assert_eq!(drawn(&field, 6), "gil th");
        assert_eq!(drawn(&field, 0), "g");
    }
}
