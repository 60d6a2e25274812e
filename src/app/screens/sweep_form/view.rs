//! The form that begins a sweep, over the panels. Rows below are reserved, so that nothing jumps while values change.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};

use crate::{
    app::{
        App,
        frame::layout::Panels,
        message::Target,
        screens::{
            sweep::SweepForm,
            sweep_form::{FormRow, SweepFormScreen},
        },
        view::View,
    },
    catalog::workload::{LATENCY_MAX, LATENCY_MIN},
    domain::{addresses::Addresses, speed::Speed, text::counted},
    present::table::shortened,
    ui::{
        area::{cells, split_above},
        panel::{block, draw_arrows, draw_lines, draw_over, first_in_form, form_row, wrapped},
        theme::{CURSOR, STRONG, Theme},
    },
};

/// Columns with the border.
const WIDTH: u16 = 60;
/// Rows below those that the cursor goes through: an empty one, the forecast and what there is to say.
const BELOW: u16 = 4;
/// Rows above those that the cursor goes through: the work, and serial.
const ABOVE: u16 = 2;
/// Columns of the labels.
const LABELS: usize = 12;

impl View for SweepFormScreen {
    fn size(&self, app: &App, _room: Rect) -> (u16, usize) {
        let rows = app.sweeps.form.rows().len();
        (WIDTH, rows + usize::from(ABOVE + BELOW))
    }

    fn draw(&self, app: &App, theme: Theme, _panels: &Panels, area: Rect, buf: &mut Buffer) {
        let form = &app.sweeps.form;
        let inner = draw_over(&block("Sweep", true, theme), area, buf);
        let (above, area, first) = places(form, inner);
        let room = usize::from(inner.width).saturating_sub(LABELS + 1);
        let fixed = [
            ("Work", shortened(&work(app), room)),
            ("Models", "[x] serial: always, once per round".into()),
        ];
        let fixed = fixed.map(|(label, value)| format!("{label:<LABELS$} {value}"));
        draw_lines(fixed, above, buf);
        let rows = form.rows();
        let shown = rows.iter().skip(first);
        draw_lines(shown.map(|row| line(form, *row, theme)), area, buf);
        draw_arrows(first, rows.len(), area, buf);
        let (_, below) = split_above(inner, ABOVE + area.height + 1);
        let said = match &form.forecast {
            Ok(forecast) => [(forecast.clone(), STRONG), (form.about(), Style::new())].to_vec(),
            Err(invalid) => vec![(format!("! {}", invalid.sentence), theme.error())],
        };
        let said = said.iter();
        let said = said.flat_map(|(text, style)| wrapped(text, inner.width, *style));
        draw_lines(said, below, buf);
    }

    fn target(&self, app: &App, inner: Rect, row: u16) -> Option<Target> {
        let form = &app.sweeps.form;
        let (_, area, first) = places(form, inner);
        let row = row.checked_sub(area.y).filter(|row| *row < area.height)?;
        let found = form.rows().get(first + usize::from(row)).copied();
        found.map(Target::SweepRow)
    }
}

/// The rooms above and of the rows that the cursor goes through, of which one at least is shown, and the first of them in
/// view.
fn places(form: &SweepForm, inner: Rect) -> (Rect, Rect, usize) {
    let rows = form.rows();
    let (above, below) = split_above(inner, ABOVE);
    let room = usize::from(below.height.saturating_sub(BELOW)).max(1);
    let (area, _) = split_above(below, cells(rows.len().min(room)));
    (above, area, first_in_form(&rows, &form.row, room))
}

/// What is measured, of the main form.
fn work(app: &App) -> String {
    let draft = app.setup().draft();
    // Where the main form is wrong, the forecast says so.
    let plan = draft
        .clone()
        .calibrated(&Speed::uniform(1e6))
        .validate(app.limits());
    let Ok(plan) = plan else {
        return draft.workload.name().into();
    };
    let tasks = counted(plan.tasks.into(), "task");
    let size = match plan.addresses() {
        Some(Addresses::Loopback(_)) => {
            let [min, max] = [&LATENCY_MIN, &LATENCY_MAX].map(|end| draft.get(end));
            format!("· {min}–{max} ms")
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

fn line(form: &SweepForm, row: FormRow, theme: Theme) -> Line<'static> {
    let here = form.row == row;
    let (label, value) = form.texts(row);
    let label = format!("{label:<LABELS$}");
    if let (true, Some(field)) = (here, &form.typed) {
        let (before, behind) = field.parts();
        return Line::from(vec![
            Span::styled(label, STRONG),
            Span::styled(format!(" {before}▏{behind}"), CURSOR),
        ]);
    }
    let wrong = form.forecast.as_ref().err();
    let is_wrong = wrong.and_then(|invalid| form.row_of(invalid)) == Some(row);
    form_row(label, &value, here, is_wrong, theme)
}
