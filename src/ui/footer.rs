//! The keys that work here and now.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

use unicode_width::UnicodeWidthStr;

use super::theme::Theme;
use crate::app::App;
use crate::app::command::Binding;

/// The most useful keys first; the least useful are dropped when the row is short.
pub fn draw(app: &App, theme: Theme, area: Rect, buf: &mut Buffer) {
    for (binding, place) in offered(app, area) {
        let (key, label) = parts(binding);
        let (after, _) = buf.set_span(place.x, place.y, &Span::styled(key, theme.cursor()), place.width);
        buf.set_span(after + 1, place.y, &Span::raw(label), place.right().saturating_sub(after + 1));
    }
}

/// The keys that have room, and where they stand.
pub fn offered(app: &App, area: Rect) -> Vec<(&'static Binding, Rect)> {
    let mut x = area.x + 1;
    let mut places = vec![];
    for binding in app.keys_here() {
        let (key, label) = parts(binding);
        let width = u16::try_from(key.width() + 1 + label.width()).unwrap_or(u16::MAX);
        if x.saturating_add(width) > area.right() {
            break;
        }
        places.push((binding, Rect { x, width, ..area }));
        x += width + 2;
    }
    places
}

/// The key and what it does.
fn parts(binding: &Binding) -> (&'static str, &'static str) {
    binding.label.split_once(' ').unwrap_or((binding.label, ""))
}
