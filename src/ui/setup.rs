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

/// The form over the panels.
pub fn overlay(app: &App, theme: Theme, area: Rect, buf: &mut Buffer) {
    let rows = u16::try_from(app.setup().rows().len()).unwrap_or(u16::MAX);
    let area = centred(area, 46, rows.saturating_add(6));
    let inner = draw_over(&block("Plan", true, theme), area, buf);
    draw_form(app.setup(), true, theme, inner, buf);
}

fn draw_form(setup: &Setup, focused: bool, theme: Theme, area: Rect, buf: &mut Buffer) {
    let (lines, cursor) = lines(setup, focused, theme, area.width);
    // The row of the cursor stays in view with what is said below it.
    let needed = (cursor + 4).min(lines.len());
    let first = needed.saturating_sub(usize::from(area.height)).min(cursor);
    draw_lines(&lines[first..], area, buf);
}

/// All lines of the form, and which of them has the cursor.
fn lines(setup: &Setup, focused: bool, theme: Theme, width: u16) -> (Vec<Line<'static>>, usize) {
    let mut lines = vec![];
    let mut cursor = 0;
    for row in setup.rows() {
        let here = focused && row == setup.row();
        if here {
            cursor = lines.len();
        }
        lines.push(line(setup, row, here, theme));
        let remark = setup.remark().filter(|remark| remark.field == row.field() && row == setup.row());
        if let Some(remark) = remark {
            let style = if remark.is_error { theme.error() } else { theme.strong() };
            let indented = |text| Line::styled(format!("  {text}"), style);
            lines.extend(wrap(&remark.sentence, width.saturating_sub(2)).into_iter().map(indented));
        } else if row == Row::Model {
            let said = wrap(setup.model().description(), width.saturating_sub(2));
            lines.extend(said.into_iter().map(|text| Line::raw(format!("  {text}"))));
        }
    }
    (lines, cursor)
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
