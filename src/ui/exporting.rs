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

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::layout::centred;
use super::panel::{block, draw_lines, draw_over, wrap};
use super::theme::Theme;
use crate::app::App;
use crate::app::exporting::{ExportRow, Exporting};
use crate::present::format::Format;

/// Columns of the form with its border.
const WIDTH: u16 = 78;
/// Rows of what is said below the fields.
const SAID: u16 = 2;
/// Columns of the labels.
const LABELS: usize = 8;
/// Columns of a format's name.
const NAMES: usize = 13;

/// Where it lies.
pub fn area(area: Rect) -> Rect {
    let rows = u16::try_from(Exporting::rows().len()).unwrap_or(u16::MAX);
    centred(area, WIDTH, rows + SAID + 2)
}

/// The form.
pub fn overlay(app: &App, form: &Exporting, theme: Theme, area: Rect, buf: &mut Buffer) {
    let inner = draw_over(&block("Export", true, theme), area, buf);
    let rows = Exporting::rows();
    let mut lines: Vec<Line<'_>> = rows
        .iter()
        .map(|row| line(form, *row, inner.width, theme))
        .collect();
    lines.extend(said(app, form, inner.width, theme));
    draw_lines(&lines, inner, buf);
}

fn line(form: &Exporting, row: ExportRow, width: u16, theme: Theme) -> Line<'static> {
    let is_here = form.row() == row;
    let label = match row {
        ExportRow::Scope => "What",
        ExportRow::Format(format) if format == Format::FILES[0] => "Format",
        ExportRow::Format(_) => "",
        ExportRow::File => "File",
    };
    let mut spans = vec![Span::raw(format!("{label:<LABELS$}"))];
    match row {
        ExportRow::Scope => spans.push(scope(form, is_here, theme)),
        ExportRow::Format(format) => spans.extend(format_row(form, format, is_here, theme)),
        ExportRow::File => spans.extend(file(
            form,
            is_here,
            usize::from(width).saturating_sub(LABELS),
            theme,
        )),
    }
    Line::from(spans)
}

fn scope(form: &Exporting, is_here: bool, theme: Theme) -> Span<'static> {
    let style = if is_here {
        theme.cursor()
    } else {
        theme.strong()
    };
    let label = &form.scope().label;
    Span::styled(
        if form.has_choice() {
            format!("‹{label}›")
        } else {
            label.clone()
        },
        style,
    )
}

fn format_row(form: &Exporting, format: Format, is_here: bool, theme: Theme) -> Vec<Span<'static>> {
    let sign = if form.format() == format {
        "▸ "
    } else {
        "  "
    };
    let style = match (is_here, form.format() == format) {
        (true, _) => theme.cursor(),
        (false, true) => theme.strong(),
        (false, false) => Style::new(),
    };
    vec![
        Span::styled(sign, theme.strong()),
        Span::styled(format!("{:<NAMES$}", format.name()), style),
        Span::raw(format!(" {}", format.description())),
    ]
}

/// The name with its cursor; of a long one, the part around it.
fn file(form: &Exporting, is_here: bool, room: usize, theme: Theme) -> Vec<Span<'static>> {
    let (before, after) = form.file().parts();
    if !is_here {
        return vec![Span::styled(format!("{before}{after}"), theme.strong())];
    }
    let hidden = (before.width() + 2).saturating_sub(room);
    let before: String = before.chars().skip(hidden).collect();
    let mut after = after.chars();
    let under = after.next().unwrap_or(' ');
    vec![
        Span::styled(before, theme.strong()),
        Span::styled(under.to_string(), theme.cursor()),
        Span::styled(after.collect::<String>(), theme.strong()),
    ]
}

/// What went wrong, what the file will lack, or else where it will be.
fn said(app: &App, form: &Exporting, width: u16, theme: Theme) -> Vec<Line<'static>> {
    let indent = " ".repeat(LABELS);
    let room = width.saturating_sub(LABELS as u16);
    let indented = |text: &str, style: Style| -> Vec<Line<'static>> {
        let lines = wrap(text, room).into_iter();
        lines
            .map(|line| Line::from(vec![Span::raw(indent.clone()), Span::styled(line, style)]))
            .collect()
    };
    if form.is_writing() {
        return indented("writing…", Style::new());
    }
    if let Some(problem) = form.problem() {
        let help = if form.exists() {
            ": Ctrl-O writes over it"
        } else {
            ""
        };
        return indented(&format!("! {problem}{help}"), theme.error());
    }
    let place = match app.directory() {
        Some(directory) => format!("in {directory}"),
        None => "in the directory that pconc-tui was started in".into(),
    };
    let mut lines = indented(&place, Style::new());
    lines.truncate(1);
    lines.extend(
        form.lack()
            .into_iter()
            .flat_map(|lack| indented(&lack, Style::new())),
    );
    lines
}
