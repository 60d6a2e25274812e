//! The form that begins a sweep, over the panels. Rows below are reserved, so that nothing jumps while values change.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::app::App;
use crate::app::sweep::SweepForm;
use crate::app::sweep::form::FormRow;
use crate::domain::addresses::Addresses;
use crate::present::table::shortened;
use crate::ui::layout::centred;
use crate::ui::panel::{block, draw_lines, draw_over, inside, wrap};
use crate::ui::theme::Theme;

/// Columns with the border.
const WIDTH: u16 = 60;
/// Rows below those that the cursor goes through: an empty one, the forecast and what there is to say.
const BELOW: u16 = 4;
/// Rows above those that the cursor goes through: the work, and serial.
const ABOVE: u16 = 2;
/// Columns of the labels.
const LABELS: usize = 12;

/// Where it lies.
pub fn area(app: &App, area: Rect) -> Rect {
    let rows = u16::try_from(app.sweep_form().rows().len()).unwrap_or(u16::MAX);
    centred(area, WIDTH, rows.saturating_add(ABOVE + BELOW + 2))
}

/// The row of the form at this height of the screen, with the form in `over`.
pub fn row_at(app: &App, over: Rect, y: u16) -> Option<FormRow> {
    let inner = inside(over);
    let row = usize::from(y.checked_sub(inner.y + ABOVE)?);
    let form = app.sweep_form();
    in_view(form, inner.height).get(row).copied()
}

/// The rows that have room inside of a frame of this height, the cursor's among them.
fn in_view(form: &SweepForm, height: u16) -> Vec<FormRow> {
    let rows = form.rows();
    let room = usize::from(height.saturating_sub(ABOVE + BELOW)).max(1);
    let cursor = rows.iter().position(|row| *row == form.row()).unwrap_or(0);
    // A row more than the cursor's, so that it is seen that the form goes on.
    let first = (cursor + 2)
        .saturating_sub(room)
        .min(rows.len().saturating_sub(room));
    rows.into_iter().skip(first).take(room).collect()
}

/// The form over the panels.
pub fn overlay(app: &App, theme: Theme, area: Rect, buf: &mut Buffer) {
    let inner = draw_over(&block("Sweep", true, theme), area, buf);
    let form = app.sweep_form();
    let work = shortened(
        &work(app),
        usize::from(inner.width).saturating_sub(LABELS + 1),
    );
    let mut lines = vec![
        Line::from(format!("{:<LABELS$} {work}", "Work")),
        Line::from(format!(
            "{:<LABELS$} [x] serial: always, once per round",
            "Models"
        )),
    ];
    let shown = in_view(form, inner.height);
    lines.extend(shown.iter().map(|row| line(app, *row, theme)));
    lines.push(Line::default());
    match form.forecast() {
        Ok(forecast) => {
            lines.extend(
                wrap(forecast, inner.width)
                    .into_iter()
                    .map(|text| Line::styled(text, theme.strong())),
            );
        }
        Err(invalid) => {
            let said = wrap(&format!("! {}", invalid.sentence), inner.width);
            lines.extend(
                said.into_iter()
                    .map(|text| Line::styled(text, theme.error())),
            );
        }
    }
    if form.forecast().is_ok() {
        lines.extend(wrap(&form.about(), inner.width).into_iter().map(Line::from));
    }
    draw_lines(&lines, inner, buf);
    draw_arrows(form, &shown, theme, inner, buf);
}

/// Arrows say where there are more rows.
fn draw_arrows(form: &SweepForm, shown: &[FormRow], theme: Theme, inner: Rect, buf: &mut Buffer) {
    let rows = form.rows();
    let end = inner.right().saturating_sub(1);
    let last = inner.y
        + ABOVE
        + u16::try_from(shown.len())
            .unwrap_or(u16::MAX)
            .saturating_sub(1);
    if shown.first() != rows.first() {
        buf.set_string(end, inner.y + ABOVE, "↑", theme.strong());
    }
    if shown.last() != rows.last() {
        buf.set_string(end, last, "↓", theme.strong());
    }
}

/// What is measured, of the main form.
fn work(app: &App) -> String {
    let draft = app.setup().draft();
    // Where the main form is wrong, the forecast says so.
    let plan = draft
        .clone()
        .calibrated(&crate::domain::speed::Speed::uniform(1e6))
        .validate(app.limits());
    let Ok(plan) = plan else {
        return draft.workload.name().into();
    };
    let tasks = crate::domain::text::counted(plan.tasks().into(), "task");
    let size = match plan.addresses() {
        Some(Addresses::Loopback { latency, .. }) => {
            format!("· {}–{} ms", latency.min_ms, latency.max_ms)
        }
        Some(Addresses::Urls(_)) => "· real addresses".into(),
        // The number that the user gave: steps, or a time.
        None => {
            let given = draft.parameters().next();
            given.map_or_else(String::new, |parameter| {
                format!("of {}", parameter.text(draft.get(parameter)))
            })
        }
    };
    format!("{} · {tasks} {size}", plan.label())
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
    let label = if here {
        Span::styled(label, theme.strong())
    } else {
        Span::raw(label)
    };
    if let (true, Some(field)) = (here, form.typed()) {
        let (before, behind) = field.parts();
        let typed = Span::styled(format!(" {before}▏{behind}"), theme.cursor());
        return Line::from(vec![label, typed]);
    }
    let value = match row {
        FormRow::Model(model) => {
            format!(
                "{} {}",
                if form.has(model) { "[x]" } else { "[ ]" },
                form.label(model)
            )
        }
        _ => form.value(row),
    };
    let is_wrong = form
        .forecast()
        .is_err_and(|invalid| form.row_of(invalid) == Some(row));
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
    Line::from(vec![
        label,
        Span::styled(format!("{before}{value}{after}"), style),
    ])
}
