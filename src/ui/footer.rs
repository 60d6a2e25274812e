//! The keys that work here and now.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

use super::theme::Theme;
use crate::app::App;

/// The most useful keys first; the least useful are dropped when the row is short.
pub fn draw(app: &App, theme: Theme, area: Rect, buf: &mut Buffer) {
    let mut x = area.x + 1;
    for binding in app.keys_here() {
        let (key, label) = binding.label.split_once(' ').unwrap_or((binding.label, ""));
        let key = Span::styled(key, theme.cursor());
        let label = Span::raw(format!(" {label}"));
        let width = u16::try_from(key.width() + label.width()).unwrap_or(u16::MAX);
        if x.saturating_add(width) > area.right() {
            break;
        }
        let (after, _) = buf.set_span(x, area.y, &key, width);
        let (after, _) = buf.set_span(after, area.y, &label, width);
        x = after + 2;
    }
}
