//! The form: its rows above, and below them what there is to say about the chosen one and about the run to come. The
//! rows below are reserved, so that nothing jumps while values change.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::layout::centred;
use super::panel::{block, draw_block, draw_lines, draw_over, wrap};
use super::theme::Theme;
use crate::app::App;
use crate::app::screen::Panel;
use crate::app::setup::{Remark, Setup};
use crate::domain::plan::Field;
use crate::present::table::shortened;

/// Columns of the labels.
const LABELS: usize = 10;
/// The most rows that a form has.
const MOST_ROWS: u16 = 13;
/// Columns and rows of the form over the panels, with its border.
const OVERLAY: (u16, u16) = (54, MOST_ROWS + 6);
/// From so many columns on, two rows are enough for what there is to say about a field, else three.
const ROOMY: u16 = 44;

/// The form in its panel.
pub fn panel(app: &App, theme: Theme, area: Rect, buf: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let focused = app.focus().panel == Panel::Setup;
    let inner = draw_block(&block("Plan", focused, theme), area, buf);
    draw_form(app, focused, theme, inner, buf);
}

/// Where the form lies over the panels.
pub fn overlay_area(area: Rect) -> Rect {
    centred(area, OVERLAY.0, OVERLAY.1)
}

/// The form over the panels.
pub fn overlay(app: &App, theme: Theme, area: Rect, buf: &mut Buffer) {
    let inner = draw_over(&block("Plan", true, theme), area, buf);
    draw_form(app, true, theme, inner, buf);
}

fn draw_form(app: &App, focused: bool, theme: Theme, area: Rect, buf: &mut Buffer) {
    let foot = foot(app, focused, theme, area.width);
    let rows = rows_area(foot.len(), area);
    draw_rows(app.setup(), focused, theme, rows, buf);
    let below = Rect {
        y: rows.bottom(),
        height: area.height - rows.height,
        ..area
    };
    draw_lines(&foot, below, buf);
}

/// The row of the form that stands at this height of the room inside its border.
pub fn row_at(app: &App, focused: bool, inner: Rect, y: u16) -> Option<Field> {
    let area = rows_area(foot(app, focused, Theme::plain(), inner.width).len(), inner);
    let below = usize::from(y.checked_sub(area.y).filter(|_| y < area.bottom())?);
    app.setup()
        .rows()
        .get(first_in_view(app.setup(), area) + below)
        .copied()
}

/// The room of the rows, above a foot of so many lines.
fn rows_area(foot: usize, area: Rect) -> Rect {
    let reserved = 1 + if area.width < ROOMY { 3 } else { 2 };
    let foot = u16::try_from(foot)
        .unwrap_or(u16::MAX)
        .max(reserved)
        .min(area.height.saturating_sub(1));
    // The foot is close to the rows, however high the panel is.
    Rect {
        height: (area.height - foot).min(MOST_ROWS + 1),
        ..area
    }
}

/// The first row in view: a row more than the cursor's is, so that it is seen that the form goes on.
fn first_in_view(setup: &Setup, area: Rect) -> usize {
    let (rows, room) = (setup.rows(), usize::from(area.height));
    let cursor = rows.iter().position(|row| *row == setup.row()).unwrap_or(0);
    (cursor + 2)
        .saturating_sub(room)
        .min(rows.len().saturating_sub(room))
}

/// As many rows as fit, the chosen one among them; an arrow says where there are more.
fn draw_rows(setup: &Setup, focused: bool, theme: Theme, area: Rect, buf: &mut Buffer) {
    let rows = setup.rows();
    let first = first_in_view(setup, area);
    let lines: Vec<Line<'_>> = rows
        .iter()
        .map(|row| {
            line(
                setup,
                *row,
                focused && *row == setup.row(),
                area.width,
                theme,
            )
        })
        .collect();
    draw_lines(&lines[first..], area, buf);
    if area.is_empty() {
        return;
    }
    let (end, last) = (area.right() - 1, area.bottom() - 1);
    if first > 0 {
        buf.set_string(end, area.y, "↑", theme.strong());
    }
    if first + usize::from(area.height) < rows.len() {
        buf.set_string(end, last, "↓", theme.strong());
    }
}

/// What is wrong; or else what `r` will do, and what there is to say about the chosen row. Without the cursor, the model
/// is what counts.
fn foot(app: &App, focused: bool, theme: Theme, width: u16) -> Vec<Line<'static>> {
    let setup = app.setup();
    let forecast = match setup.forecast() {
        Ok(forecast) => forecast,
        Err(invalid) => {
            return styled(&format!("! {}", invalid.sentence), width, |text| {
                Line::styled(text, theme.error())
            });
        }
    };
    let said = match remark(setup) {
        Some(remark) => styled(&remark.sentence, width, |text| {
            Line::styled(text, theme.strong())
        }),
        None if focused => styled(&setup.about(app.limits()), width, Line::raw),
        None => styled(&setup.about_model(), width, Line::raw),
    };
    let key = if app.is_busy() {
        Span::raw(" ")
    } else {
        Span::styled("r", theme.cursor())
    };
    beside(key, forecast, theme, width)
        .into_iter()
        .chain(said)
        .collect()
}

/// The key, as in the footer, where it does something, and how long the run will take.
fn beside(key: Span<'static>, forecast: &str, theme: Theme, width: u16) -> Vec<Line<'static>> {
    let mut lines = styled(forecast, width.saturating_sub(2), |text| {
        Line::styled(text, theme.strong())
    });
    for (i, line) in lines.iter_mut().enumerate() {
        let before = if i == 0 { key.clone() } else { Span::raw(" ") };
        line.spans.splice(0..0, [before, Span::raw(" ")]);
    }
    lines
}

fn styled(text: &str, width: u16, style: impl Fn(String) -> Line<'static>) -> Vec<Line<'static>> {
    wrap(text, width).into_iter().map(style).collect()
}

/// What there is to say about the chosen row.
fn remark(setup: &Setup) -> Option<&Remark> {
    setup
        .remark()
        .filter(|remark| remark.field == setup.row() && !remark.is_error)
}

fn line(setup: &Setup, row: Field, here: bool, width: u16, theme: Theme) -> Line<'static> {
    let label = format!("{:<LABELS$}", setup.label(row));
    let label = if here {
        Span::styled(label, theme.strong())
    } else {
        Span::raw(label)
    };
    if let (Some(typed), true) = (setup.typed(), here) {
        let typed = Span::styled(format!(" {typed}▏"), theme.cursor());
        return Line::from(vec![label, typed, Span::raw(format!(" {}", unit(row)))]);
    }
    let is_wrong = setup.forecast().is_err_and(|invalid| invalid.field == row);
    let value = setup.value(row);
    // The marks of the cursor and of a mistake have their columns in any case.
    let room = usize::from(width).saturating_sub(LABELS + 2);
    let fits = value.width() <= room;
    let value = if fits {
        value
    } else {
        shortened(&setup.short_value(row), room)
    };
    match (here, is_wrong) {
        (true, true) => Line::from(vec![
            label,
            Span::styled(format!("‹{value}›!"), theme.error()),
        ]),
        (false, true) => Line::from(vec![
            label,
            Span::styled(format!(" {value} !"), theme.error()),
        ]),
        (true, false) => Line::from(vec![
            label,
            Span::styled(format!("‹{value}›"), theme.cursor()),
        ]),
        (false, false) => Line::from(vec![label, Span::raw(format!(" {value}"))]),
    }
}

/// The unit of a row's number, or nothing.
fn unit(row: Field) -> &'static str {
    match row {
        Field::Number(parameter) => parameter.unit(),
        _ => "",
    }
}
