//! The keys that work here and now; in the teaching layout those that were pressed.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use unicode_width::UnicodeWidthStr;

use super::theme::Theme;
use crate::app::App;
use crate::app::command::Binding;
use crate::app::screen::Screen;
use crate::app::teaching::Pressed;

/// The keys that work here; for a class, what its teacher pressed.
pub fn draw(app: &App, theme: Theme, area: Rect, buf: &mut Buffer) {
    if tells_pressed(app) {
        draw_pressed(app.teaching().pressed(), theme, area, buf);
        return;
    }
    for (binding, place) in offered(app, area) {
        let (key, label) = parts(binding);
        let (after, _) = buf.set_span(
            place.x,
            place.y,
            &Span::styled(key, theme.cursor()),
            place.width,
        );
        buf.set_span(
            after + 1,
            place.y,
            &Span::raw(label),
            place.right().saturating_sub(after + 1),
        );
    }
}

fn tells_pressed(app: &App) -> bool {
    app.screen() == Screen::Teaching && !app.teaching().pressed().is_empty()
}

/// The keys that have room, the most useful first, and where they stand.
pub fn offered(app: &App, area: Rect) -> Vec<(&'static Binding, Rect)> {
    let mut x = area.x + 1;
    let mut places = vec![];
    if tells_pressed(app) {
        return places;
    }
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

/// From the left, the latest first; those that do not fit are left out whole. Of the first, what fits is shown.
fn draw_pressed(pressed: &[Pressed], theme: Theme, area: Rect, buf: &mut Buffer) {
    let mut x = area.x + 1;
    for (i, pressed) in pressed.iter().enumerate() {
        let key = pressed_key(pressed, i == 0, theme);
        let width = u16::try_from(key.width()).unwrap_or(u16::MAX);
        if i > 0 && x.saturating_add(width) > area.right() {
            break;
        }
        let (after, _) = buf.set_line(x, area.y, &key, width.min(area.right().saturating_sub(x)));
        x = after + 2;
    }
}

/// The latest one stands out.
fn pressed_key(pressed: &Pressed, is_latest: bool, theme: Theme) -> Line<'static> {
    let times = if pressed.times > 1 {
        format!("  ×{}", pressed.times)
    } else {
        String::new()
    };
    let style = if is_latest {
        theme.strong()
    } else {
        Style::new()
    };
    let key = Span::styled(format!(" {} ", pressed.key), theme.cursor().patch(style));
    Line::from(vec![
        key,
        Span::styled(format!(" {}{times}", pressed.meaning), style),
    ])
}
