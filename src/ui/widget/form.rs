//! Draws a form: its rows above, and the remarks below them. The room for the remarks is reserved, so that nothing
//! moves while values change.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};
use unicode_width::UnicodeWidthStr;

use crate::{
    present::table::shortened,
    ui::{
        area::{cells, split_above},
        form::{Form, FormField},
        panel::{draw_arrows, draw_lines, typed, wrapped},
        theme::{CURSOR, STRONG, Theme, strong_if},
    },
};

/// The number of rows below a wide form: an empty row, and the rows reserved for remarks.
const BELOW: usize = 4;
/// The minimum width at which two lines are enough for the remarks about a row. A narrower form has three.
const ROOMY: u16 = 44;

/// The width of the labels, in columns.
const LABELS: usize = 10;

/// A form with its remarks.
pub struct FormView<'a> {
    /// The subject of the form.
    pub title: &'static str,
    /// The width with the border, in columns, if the form lies over panels.
    pub width: u16,
    /// The form: its rows and its cursor.
    pub form: &'a dyn Form,
    /// The number of rows reserved for the form, even if it has fewer.
    pub kept: usize,
    /// Whether keys act on the form.
    pub focused: bool,
    /// A text that replaces the remark about the selected row.
    pub about: Option<String>,
    /// What the form will start, or why it cannot, as a sentence.
    pub outcome: Result<&'a str, &'a str>,
    /// The words before what will happen.
    pub lead: &'static str,
    /// The key that starts it, if the form shows one.
    pub key: Option<&'static str>,
}

impl FormView<'_> {
    /// The height without the border, in rows, if the form lies over panels.
    pub fn height(&self) -> usize {
        self.form.rows().len().max(self.kept) + BELOW
    }

    /// Draws as many rows as fit, including the selected row, and the remarks below them.
    pub fn draw(&self, theme: Theme, area: Rect, buf: &mut Buffer) {
        let rows = self.form.rows();
        let foot = self.foot(theme, area.width);
        let (above, below) = self.split(rows.len(), foot.len(), area);
        let first = self.first(rows.len(), above);
        let lines = rows.iter().enumerate().skip(first);
        let lines = lines.map(|(at, row)| self.line(at, row, area.width, theme));
        draw_lines(lines, above, buf);
        draw_arrows(first, rows.len(), above, buf);
        draw_lines(foot, below, buf);
    }

    /// The form row at this height of the area.
    pub fn row_at(&self, area: Rect, y: u16) -> Option<usize> {
        let rows = self.form.rows().len();
        let foot = self.foot(Theme::plain(), area.width);
        let (above, _) = self.split(rows, foot.len(), area);
        let at = y.checked_sub(above.y).filter(|row| *row < above.height)?;
        let at = self.first(rows, above) + usize::from(at);
        (at < rows).then_some(at)
    }

    /// The first row in view. It is chosen so that the row after the selected one is visible too, which shows that the
    /// form continues.
    fn first(&self, rows: usize, room: Rect) -> usize {
        let room = usize::from(room.height);
        let behind_cursor = (self.form.entry().at + 2).saturating_sub(room);
        behind_cursor.min(rows.saturating_sub(room))
    }

    /// The room of the rows and the room of the remarks below them. The remarks are close to the rows, even in a tall
    /// panel.
    fn split(&self, rows: usize, foot: usize, area: Rect) -> (Rect, Rect) {
        let reserved = if area.width < ROOMY { BELOW } else { BELOW - 1 };
        let foot = cells(foot.max(reserved)).min(area.height.saturating_sub(1));
        split_above(
            area,
            (area.height - foot).min(cells(rows.max(self.kept)) + 1),
        )
    }

    /// The mistake; otherwise what the form will start and the remark about the row.
    fn foot(&self, theme: Theme, width: u16) -> Vec<Line<'static>> {
        let entry = self.form.entry();
        let outcome = match entry.wrong().map_or(self.outcome, Err) {
            Ok(outcome) => outcome,
            Err(wrong) => return wrapped(&format!("! {wrong}"), width, theme.error()).collect(),
        };
        let about = || self.form.row().map(|row| row.about);
        let said = match (&entry.remark, &self.about) {
            (Some(remark), _) => wrapped(remark, width, STRONG),
            (None, Some(about)) => wrapped(about, width, Style::new()),
            (None, None) => wrapped(&about().unwrap_or_default(), width, Style::new()),
        };
        let indent = self.key.map_or(0, |_| 2);
        let outcome = Some(outcome).filter(|outcome| !outcome.is_empty());
        let outcome = outcome.map(|outcome| format!("{}{outcome}", self.lead));
        let outcome = outcome.into_iter();
        let outcome =
            outcome.flat_map(|outcome| wrapped(&outcome, width.saturating_sub(indent), STRONG));
        let mut foot: Vec<Line<'static>> = outcome.collect();
        if let Some(key) = self.key {
            let keys = std::iter::once(key).chain(std::iter::repeat(" "));
            for (line, key) in foot.iter_mut().zip(keys) {
                let key = Span::styled(key, if key == " " { Style::new() } else { CURSOR });
                line.spans.splice(0..0, [key, Span::raw(" ")]);
            }
        }
        foot.extend(said);
        foot
    }

    fn line(&self, at: usize, row: &FormField, width: u16, theme: Theme) -> Line<'static> {
        let here = self.focused && self.form.entry().at == at;
        let mut line = Line::from(Span::styled(
            format!("{:<LABELS$}", row.label),
            strong_if(here),
        ));
        // The columns for the marks of the cursor and of a mistake are always reserved.
        let room = usize::from(width).saturating_sub(LABELS + 2);
        if let (Some(field), true) = (self.form.entry().field(), here) {
            line.push_span(Span::raw(" "));
            line.spans
                .extend(typed(field, row.unit.width() + 1, cells(room + 1)).spans);
            line.push_span(Span::raw(format!(" {}", row.unit)));
            return line;
        }
        let mut value = row.value.clone();
        if value.width() > room {
            value = shortened(row.short.as_ref().unwrap_or(&value), room);
        }
        line.push_span(match (here, row.is_wrong) {
            (true, true) => Span::styled(format!("‹{value}›!"), theme.error()),
            (true, false) => Span::styled(format!("‹{value}›"), CURSOR),
            (false, true) => Span::styled(format!(" {value} !"), theme.error()),
            (false, false) => Span::raw(format!(" {value} ")),
        });
        line.push_span(Span::raw(row.note.clone()));
        line
    }
}
