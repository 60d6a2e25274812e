//! The form that writes a file to share, over the panels.
//!
//! ```text
//! ╭ Export ───────────────────────────────────────────────────────╮
//! │ What    ‹ run #3 ›                                            │
//! │ Format  ▸ html          a report with pictures, for a browser │
//! │           json          everything: for programs, …           │
//! │ File    pconc-tui-run-3.html                                  │
//! │         in /home/ada                                          │
//! ╰───────────────────────────────────────────────────────────────╯
//! ```

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
        screens::export::form::{ExportRow, Exporting},
        view::View,
    },
    present::format::Format,
    ui::{
        panel::{block, draw_lines, draw_over, typed, wrapped},
        theme::{CURSOR, STRONG, Theme, strong_if},
    },
};

/// Columns of the form with its border.
const WIDTH: u16 = 78;
/// Rows of what is said below the fields.
const SAID: usize = 2;
/// Columns of the labels.
const LABELS: usize = 8;
/// Columns of a format's name.
const NAMES: usize = 13;

impl View for Exporting {
    fn size(&self, _app: &App, _room: Rect) -> (u16, usize) {
        (WIDTH, Exporting::rows().len() + SAID)
    }

    fn draw(&self, app: &App, theme: Theme, _panels: &Panels, area: Rect, buf: &mut Buffer) {
        let inner = draw_over(&block("Export", true, theme), area, buf);
        let room = inner.width.saturating_sub(LABELS as u16);
        let rows = Exporting::rows().into_iter();
        let rows = rows.map(|row| labelled(label(row), value(self, row, room)));
        let said = said(app, self, room, theme).into_iter();
        draw_lines(rows.chain(said.map(|line| labelled("", line))), inner, buf);
    }
}

fn label(row: ExportRow) -> &'static str {
    match row {
        ExportRow::Scope => "What",
        ExportRow::Format(format) if format == Format::FILES[0] => "Format",
        ExportRow::Format(_) => "",
        ExportRow::File => "File",
    }
}

fn labelled(label: &str, mut line: Line<'static>) -> Line<'static> {
    line.spans.insert(0, Span::raw(format!("{label:<LABELS$}")));
    line
}

fn value(form: &Exporting, row: ExportRow, room: u16) -> Line<'static> {
    let is_here = form.row == row;
    let cursor_or = |style| if is_here { CURSOR } else { style };
    match row {
        ExportRow::Scope => {
            let label = form.scope().label.clone();
            let text = if form.has_choice() {
                format!("‹{label}›")
            } else {
                label
            };
            Line::from(Span::styled(text, cursor_or(STRONG)))
        }
        ExportRow::Format(format) => {
            let is_chosen = form.format == format;
            let sign = if is_chosen { "▸ " } else { "  " };
            let style = cursor_or(strong_if(is_chosen));
            Line::from(vec![
                Span::styled(sign, STRONG),
                Span::styled(format!("{:<NAMES$}", format.name()), style),
                Span::raw(format!(" {}", format.description())),
            ])
        }
        ExportRow::File if is_here => typed(&form.file, 1, room),
        ExportRow::File => Line::from(Span::styled(form.file.text().to_string(), STRONG)),
    }
}

/// What went wrong, what the file will lack, or else where it will be.
fn said(app: &App, form: &Exporting, room: u16, theme: Theme) -> Vec<Line<'static>> {
    let plain = |text: &str| wrapped(text, room, Style::new());
    if let Some(told) = form.writing.as_ref().or(form.told.as_ref()) {
        return plain(told).collect();
    }
    if let Some(problem) = &form.problem {
        let help = if form.exists {
            ": Ctrl-O writes over it"
        } else {
            ""
        };
        return wrapped(&format!("! {problem}{help}"), room, theme.error()).collect();
    }
    let place = match app.directory() {
        Some(directory) => format!("in {directory}"),
        None => "in the directory that pconc-tui was started in".into(),
    };
    let lack = form.lack().into_iter();
    plain(&place)
        .take(1)
        .chain(lack.flat_map(|lack| plain(&lack)))
        .collect()
}
