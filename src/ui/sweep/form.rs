//! The form that begins a sweep, over the panels. Rows below are reserved, so that nothing jumps while values change.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::app::App;
use crate::app::sweep::form::{FormRow, ROWS, row_of};
use crate::domain::workload::{Addresses, Workload};
use crate::ui::header::shortened;
use crate::ui::layout::centred;
use crate::ui::panel::{block, draw_lines, draw_over, inside, wrap};
use crate::ui::theme::Theme;

/// Columns and rows with the border.
const SIZE: (u16, u16) = (60, 15);
/// Rows above those that the cursor goes through: the work, and serial.
const ABOVE: u16 = 2;
/// Columns of the labels.
const LABELS: usize = 12;

/// Where it lies.
pub fn area(area: Rect) -> Rect {
    centred(area, SIZE.0, SIZE.1)
}

/// The row of the form at this height of the screen, with the form in `over`.
pub fn row_at(over: Rect, y: u16) -> Option<FormRow> {
    let row = y.checked_sub(inside(over).y + ABOVE)?;
    ROWS.get(usize::from(row)).copied()
}

/// The form over the panels.
pub fn overlay(app: &App, theme: Theme, area: Rect, buf: &mut Buffer) {
    let inner = draw_over(&block("Sweep", true, theme), area, buf);
    let form = app.sweep_form();
    let work = shortened(&work(app), usize::from(inner.width).saturating_sub(LABELS + 1));
    let mut lines = vec![
        Line::from(format!("{:<LABELS$} {work}", "Work")),
        Line::from(format!("{:<LABELS$} [x] serial: always, once per round", "Models")),
    ];
    lines.extend(ROWS.into_iter().map(|row| line(app, row, theme)));
    lines.push(Line::default());
    match form.forecast() {
        Ok(forecast) => {
            lines.extend(
                wrap(forecast, inner.width).into_iter().map(|text| Line::styled(text, theme.strong())),
            );
        }
        Err(invalid) => {
            let said = wrap(&format!("! {}", invalid.sentence), inner.width);
            lines.extend(said.into_iter().map(|text| Line::styled(text, theme.error())));
        }
    }
    if form.forecast().is_ok() {
        lines.extend(wrap(&form.about(), inner.width).into_iter().map(Line::from));
    }
    draw_lines(&lines, inner, buf);
}

/// What is measured, of the main form.
fn work(app: &App) -> String {
    let draft = app.setup().draft();
    // Where the main form is wrong, the forecast says so.
    let plan = draft.clone().calibrated(&crate::domain::speed::Speed::uniform(1e6)).validate(app.limits());
    let Ok(plan) = plan else { return draft.workload.name().into() };
    let tasks = crate::domain::text::counted(plan.tasks().into(), "task");
    match plan.workload() {
        Workload::Cpu { .. } => {
            format!("cpu · {tasks} of {}", app.setup().value(crate::app::setup::Row::TaskSize))
        }
        Workload::Io { addresses: Addresses::Loopback { latency, .. }, .. } => {
            format!("{} · {tasks} · {}–{} ms", plan.workload().label(), latency.min_ms, latency.max_ms)
        }
        Workload::Io { .. } => format!("{} · {tasks} · real addresses", plan.workload().label()),
    }
}

fn line(app: &App, row: FormRow, theme: Theme) -> Line<'static> {
    let form = app.sweep_form();
    let here = form.row() == row;
    let label = match row {
        FormRow::Model(_) => "",
        FormRow::Workers => "Workers",
        FormRow::Repeats => "Rounds",
        FormRow::Seed => "Seed",
    };
    let label = format!("{label:<LABELS$}");
    let label = if here { Span::styled(label, theme.strong()) } else { Span::raw(label) };
    if let (true, Some(field)) = (here, form.typed()) {
        let (before, behind) = field.parts();
        let typed = Span::styled(format!(" {before}▏{behind}"), theme.cursor());
        return Line::from(vec![label, typed]);
    }
    let value = match row {
        FormRow::Model(model) => {
            format!("{} {}", if form.has(model) { "[x]" } else { "[ ]" }, model.label())
        }
        _ => form.value(row),
    };
    let is_wrong = form.forecast().is_err_and(|invalid| row_of(invalid) == Some(row));
    let (before, after) = match (here, is_wrong) {
        (true, true) => ("‹", "›!"),
        (true, false) => ("‹", "›"),
        (false, true) => (" ", " !"),
        (false, false) => (" ", ""),
    };
    let style = match (here, is_wrong) {
        (_, true) => theme.error(),
        (true, false) => theme.cursor(),
        (false, false) => ratatui::style::Style::new(),
    };
    Line::from(vec![label, Span::styled(format!("{before}{value}{after}"), style)])
}
