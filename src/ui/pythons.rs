//! The Python interpreters of this machine, over the panels: those that can be used to choose from, then the others, each
//! with the reason.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::layout::centred;
use super::panel::{block, draw_over, draw_scrolled, inside, wrap};
use super::theme::Theme;
use crate::app::App;
use crate::app::overlay::Scroll;
use crate::app::setup::Search;
use crate::domain::python::{FoundPython, UselessPython};
use crate::domain::text::clean;
use crate::present::table::shortened;

/// The widest that it gets, with its frame.
const WIDTH: u16 = 84;
/// Columns of a version with its letter.
const VERSIONS: usize = 9;
/// So much of a foreign text is shown.
const FOREIGN: usize = 300;

/// Where it lies, as high as the list is long.
pub fn area(app: &App, area: Rect) -> Rect {
    let width = WIDTH.min(area.width);
    let rows = lines(app, 0, Theme::plain(), inside(Rect { width, ..area }).width).len();
    centred(area, width, u16::try_from(rows + 2).unwrap_or(u16::MAX))
}

/// The list, with the cursor on an interpreter.
pub fn overlay(app: &App, cursor: usize, theme: Theme, area: Rect, buf: &mut Buffer) {
    let inner = draw_over(&block("Python interpreters", true, theme), area, buf);
    let lines = lines(app, cursor, theme, inner.width);
    draw_scrolled(
        &lines,
        Line::clone,
        scroll(app, cursor, inner.height),
        theme,
        inner,
        buf,
    );
}

/// The interpreter that stands in row `y` of the screen, with the list in `over`.
pub fn row_at(app: &App, cursor: usize, over: Rect, y: u16) -> Option<usize> {
    let inner = inside(over);
    let row = y.checked_sub(inner.y).filter(|row| *row < inner.height)?;
    let rows = lines(app, cursor, Theme::plain(), inner.width).len();
    let at = usize::from(scroll(app, cursor, inner.height).first(rows, inner.height) + row);
    (at < app.setup().found_pythons().len()).then_some(at)
}

/// The cursor is in the middle of so many rows where it can be; on the last one the reasons below come into view.
fn scroll(app: &App, cursor: usize, rows: u16) -> Scroll {
    if cursor + 1 >= app.setup().found_pythons().len() && cursor > 0 {
        return Scroll::FromEnd(0);
    }
    Scroll::FromTop(u16::try_from(cursor.saturating_sub(usize::from(rows / 2))).unwrap_or(u16::MAX))
}

fn lines(app: &App, cursor: usize, theme: Theme, width: u16) -> Vec<Line<'static>> {
    let Search::Ended(pythons) = app.pythons() else {
        return vec![Line::from("looking for Python…")];
    };
    let width = width.saturating_sub(1);
    let mut lines: Vec<Line<'static>> = pythons
        .found
        .iter()
        .enumerate()
        .map(|(at, found)| usable(found, at == cursor, theme, width))
        .collect();
    if lines.is_empty() {
        let said = "No Python was found that the tasks could be executed by: Python 3.8 or newer, as python3 on PATH or \
                    in pyenv. Everything else works without it.";
        lines.extend(
            wrap(said, width)
                .into_iter()
                .map(|text| Line::styled(text, theme.strong())),
        );
    }
    if !pythons.useless.is_empty() {
        lines.push(Line::default());
        lines.push(Line::styled("Of no use", theme.strong()));
        lines.extend(
            pythons
                .useless
                .iter()
                .flat_map(|python| useless(python, width)),
        );
    }
    lines
}

/// "▸ 3.13.0    GIL on   /usr/bin/python3.13".
fn usable(found: &FoundPython, here: bool, theme: Theme, width: u16) -> Line<'static> {
    let (sign, style) = if here {
        ("▸ ", theme.cursor())
    } else {
        ("  ", Style::new())
    };
    let interpreter = &found.interpreter;
    let version = format!("{:<VERSIONS$}", interpreter.version_name());
    let gil = format!(" {:<8} ", interpreter.gil.words());
    let room = usize::from(width).saturating_sub(sign.width() + VERSIONS + gil.len());
    Line::from(vec![
        Span::styled(sign, theme.strong()),
        Span::styled(version, style),
        Span::raw(gil),
        Span::raw(tail(&clean(&interpreter.path, FOREIGN), room)),
    ])
}

fn useless(python: &UselessPython, width: u16) -> Vec<Line<'static>> {
    let said = clean(&python.sentence, FOREIGN);
    let rows = wrap(&said, width.saturating_sub(2));
    rows.into_iter()
        .map(|row| Line::from(format!("  {}", shortened(&row, usize::from(width)))))
        .collect()
}

/// The end of a path, which tells more than its begin.
fn tail(path: &str, room: usize) -> String {
    let length = path.width();
    if length <= room {
        return path.into();
    }
    let kept: String = path.chars().skip(length - room.saturating_sub(1)).collect();
    format!("…{kept}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_path_without_room_the_end_is_shown() {
        assert_eq!(tail("/usr/bin/python3", 20), "/usr/bin/python3");
        assert_eq!(tail("/usr/bin/python3", 8), "…python3");
        assert_eq!(tail("/usr/bin/python3", 0), "…");
    }
}
