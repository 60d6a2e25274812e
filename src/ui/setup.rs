//! The form.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::layout::centred;
use super::panel::{block, draw_block, draw_lines, draw_over, wrap};
use super::theme::Theme;
use crate::app::App;
use crate::app::screen::Panel;
use crate::app::setup::{Row, Setup};

/// Columns of the labels.
const LABELS: usize = 10;

/// The form in its panel.
pub fn panel(app: &App, theme: Theme, area: Rect, buf: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let focused = app.focus().panel == Panel::Setup;
    let inner = draw_block(&block("Plan", focused, theme), area, buf);
    draw_form(app.setup(), focused, theme, inner, buf);
}

/// Where the form lies over the panels.
pub fn overlay_area(app: &App, area: Rect) -> Rect {
    let rows = u16::try_from(app.setup().rows().len()).unwrap_or(u16::MAX);
    centred(area, 46, rows.saturating_add(6))
}

/// The form over the panels.
pub fn overlay(app: &App, theme: Theme, area: Rect, buf: &mut Buffer) {
    let inner = draw_over(&block("Plan", true, theme), area, buf);
    draw_form(app.setup(), true, theme, inner, buf);
}

fn draw_form(setup: &Setup, focused: bool, theme: Theme, area: Rect, buf: &mut Buffer) {
    let (rows, lines) = lines(setup, focused, theme, area.width).into_iter().unzip::<_, _, Vec<_>, Vec<_>>();
    draw_lines(&lines[first_in_view(&rows, setup, focused, area)..], area, buf);
}

/// The row of the form that stands at this height of the room inside its border.
pub fn row_at(setup: &Setup, focused: bool, inner: Rect, y: u16) -> Option<Row> {
    let rows: Vec<Row> =
        lines(setup, focused, Theme::plain(), inner.width).into_iter().map(|(row, _)| row).collect();
    let below = usize::from(y.checked_sub(inner.y).filter(|_| y < inner.bottom())?);
    rows.get(first_in_view(&rows, setup, focused, inner) + below).copied()
}

/// The first line in view: the row of the cursor stays in view with what is said below it.
fn first_in_view(rows: &[Row], setup: &Setup, focused: bool, area: Rect) -> usize {
    let at = |row: &Row| focused && *row == setup.row();
    let cursor = rows.iter().position(at).unwrap_or(0);
    let needed = (cursor + 4).min(rows.len());
    needed.saturating_sub(usize::from(area.height)).min(cursor)
}

/// All lines of the form, each with the row that it belongs to.
fn lines(setup: &Setup, focused: bool, theme: Theme, width: u16) -> Vec<(Row, Line<'static>)> {
    let mut lines = vec![];
    for row in setup.rows() {
        lines.push((row, line(setup, row, focused && row == setup.row(), theme)));
        let remark = setup.remark().filter(|remark| remark.field == row.field() && row == setup.row());
        if let Some(remark) = remark {
            let style = if remark.is_error { theme.error() } else { theme.strong() };
            let indented = |text| (row, Line::styled(format!("  {text}"), style));
            lines.extend(wrap(&remark.sentence, width.saturating_sub(2)).into_iter().map(indented));
        } else if row == Row::Model {
            let said = wrap(setup.model().description(), width.saturating_sub(2));
            lines.extend(said.into_iter().map(|text| (row, Line::raw(format!("  {text}")))));
        }
    }
    lines
}

fn line(setup: &Setup, row: Row, here: bool, theme: Theme) -> Line<'static> {
    let label = format!("{:<LABELS$}", setup.label(row));
    let label = if here { Span::styled(label, theme.strong()) } else { Span::raw(label) };
    let value = match setup.typed() {
        Some(typed) if here => {
            let unit = setup.unit(row);
            return Line::from(vec![
                label,
                Span::styled(format!(" {typed}▏"), theme.cursor()),
                Span::raw(format!(" {unit}")),
            ]);
        }
        _ => setup.value(row),
    };
    if here {
        return Line::from(vec![label, Span::styled(format!("‹{value}›"), theme.cursor())]);
    }
    Line::from(vec![label, Span::raw(format!(" {value}"))])
}
