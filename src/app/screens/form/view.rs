//! The form: its rows above, and below them what there is to say about the chosen one and about the run to come. The
//! rows below are reserved, so that nothing jumps while values change.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};
use unicode_width::UnicodeWidthStr;

use crate::{
    app::{
        App,
        frame::layout::Panels,
        message::Target,
        screens::form::{FormScreen, Setup},
        view::View,
    },
    domain::plan::Field,
    present::table::shortened,
    ui::{
        area::{cells, split_above},
        panel::{
            block, draw_arrows, draw_frame, draw_lines, draw_over, first_in_form, form_row, wrapped,
        },
        theme::{CURSOR, STRONG, Theme},
    },
};

/// Columns of the labels.
const LABELS: usize = 10;
/// The most rows that a form has.
const MOST_ROWS: u16 = 13;
/// Columns of the form over the panels, with its border, and its rows.
const OVERLAY: (u16, usize) = (54, MOST_ROWS as usize + 4);
/// From so many columns on, two rows are enough for what there is to say about a field, else three.
const ROOMY: u16 = 44;

impl View for FormScreen {
    fn size(&self, _app: &App, _room: Rect) -> (u16, usize) {
        OVERLAY
    }

    fn draw(&self, app: &App, theme: Theme, _panels: &Panels, area: Rect, buf: &mut Buffer) {
        let inner = draw_over(&block("Plan", true, theme), area, buf);
        form(app, true, theme, inner, buf);
    }

    fn target(&self, app: &App, inner: Rect, row: u16) -> Option<Target> {
        row_at(app, true, inner, row).map(Target::FormRow)
    }
}

/// The form in its panel.
pub fn panel(app: &App, focused: bool, theme: Theme, area: Rect, buf: &mut Buffer) {
    let inner = draw_frame("Plan", focused, theme, area, buf);
    form(app, focused, theme, inner, buf);
}

/// As many rows as fit, the chosen one among them, above what there is to say.
fn form(app: &App, focused: bool, theme: Theme, area: Rect, buf: &mut Buffer) {
    let foot = foot(app, focused, theme, area.width);
    let (above, below) = split_rows(foot.len(), area);
    let setup = app.setup();
    let rows = setup.rows();
    let first = first_in_form(&rows, &setup.row(), above.height.into());
    let lines = rows.iter().skip(first).map(|row| {
        let is_here = focused && *row == setup.row();
        line(setup, *row, is_here, area.width, theme)
    });
    draw_lines(lines, above, buf);
    draw_arrows(first, rows.len(), above, buf);
    draw_lines(foot, below, buf);
}

/// The row of the form that stands at this height of the room inside its border.
pub fn row_at(app: &App, focused: bool, inner: Rect, y: u16) -> Option<Field> {
    let foot = foot(app, focused, Theme::plain(), inner.width);
    let (area, _) = split_rows(foot.len(), inner);
    let rows = app.setup().rows();
    let first = first_in_form(&rows, &app.setup().row(), area.height.into());
    let row = y.checked_sub(area.y).filter(|row| *row < area.height)?;
    rows.get(first + usize::from(row)).copied()
}

/// The room of the rows, and below it that of a foot of so many lines.
fn split_rows(foot: usize, area: Rect) -> (Rect, Rect) {
    let reserved = 1 + if area.width < ROOMY { 3 } else { 2 };
    let foot = cells(foot).max(reserved).min(area.height.saturating_sub(1));
    // The foot is close to the rows, however high the panel is.
    split_above(area, (area.height - foot).min(MOST_ROWS + 1))
}

/// What is wrong; or else what `r` will do, and what there is to say about the chosen row. Without the cursor, the model
/// is what counts.
fn foot(app: &App, focused: bool, theme: Theme, width: u16) -> Vec<Line<'static>> {
    let setup = app.setup();
    let forecast = match setup.forecast() {
        Ok(forecast) => forecast,
        Err(invalid) => {
            return wrapped(&format!("! {}", invalid.sentence), width, theme.error()).collect();
        }
    };
    // The key, as in the footer, where it does something.
    let key = if app.is_busy() {
        Span::raw(" ")
    } else {
        Span::styled("r", CURSOR)
    };
    let keys = std::iter::once(key).chain(std::iter::repeat(Span::raw(" ")));
    let forecast = wrapped(forecast, width.saturating_sub(2), STRONG);
    let forecast = forecast.zip(keys).map(|(mut line, key)| {
        line.spans.splice(0..0, [key, Span::raw(" ")]);
        line
    });
    let remark = setup
        .remark()
        .filter(|remark| remark.field == setup.row() && !remark.is_error);
    let said = match remark {
        Some(remark) => wrapped(&remark.sentence, width, STRONG),
        None if focused => wrapped(&setup.about(), width, Style::new()),
        None => wrapped(&setup.about_model(), width, Style::new()),
    };
    forecast.chain(said).collect()
}

fn line(setup: &Setup, row: Field, here: bool, width: u16, theme: Theme) -> Line<'static> {
    let label = format!("{:<LABELS$}", setup.label(row));
    if let (Some(typed), true) = (setup.typed(), here) {
        let unit = match row {
            Field::Number(parameter) => parameter.unit(),
            _ => "",
        };
        return Line::from(vec![
            Span::styled(label, STRONG),
            Span::styled(format!(" {typed}▏"), CURSOR),
            Span::raw(format!(" {unit}")),
        ]);
    }
    let is_wrong = setup.forecast().is_err_and(|invalid| invalid.field == row);
    let mut value = setup.value(row);
    // The marks of the cursor and of a mistake have their columns in any case.
    let room = usize::from(width).saturating_sub(LABELS + 2);
    if value.width() > room {
        value = shortened(&setup.short_value(row), room);
    }
    form_row(label, &value, here, is_wrong, theme)
}
