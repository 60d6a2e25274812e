//! The keys that work here and now; in the teaching layout those that were pressed.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::theme::Theme;
use crate::app::App;
use crate::app::screen::Screen;
use crate::app::teaching::Pressed;

/// The keys that work here; for a class, what its teacher pressed.
pub fn draw(app: &App, theme: Theme, area: Rect, buf: &mut Buffer) {
    let pressed = app.teaching().pressed();
    let keys = if app.screen() == Screen::Teaching && !pressed.is_empty() {
        pressed.iter().enumerate().map(|(i, pressed)| pressed_key(pressed, i == 0, theme)).collect()
    } else {
        keys_here(app, theme)
    };
    draw_in_order(&keys, area, buf);
}

fn keys_here(app: &App, theme: Theme) -> Vec<Line<'static>> {
    app.keys_here()
        .into_iter()
        .map(|binding| {
            let (key, label) = binding.label.split_once(' ').unwrap_or((binding.label, ""));
            Line::from(vec![Span::styled(key, theme.cursor()), Span::raw(format!(" {label}"))])
        })
        .collect()
}

/// The latest one stands out.
fn pressed_key(pressed: &Pressed, is_latest: bool, theme: Theme) -> Line<'static> {
    let times = if pressed.times > 1 { format!("  ×{}", pressed.times) } else { String::new() };
    let style = if is_latest { theme.strong() } else { Style::new() };
    let key = Span::styled(format!(" {} ", pressed.key), theme.cursor().patch(style));
    Line::from(vec![key, Span::styled(format!(" {}{times}", pressed.meaning), style)])
}

/// From the left, the most important first; those that do not fit are left out whole. Of the first, what fits is shown.
fn draw_in_order(keys: &[Line<'_>], area: Rect, buf: &mut Buffer) {
    let mut x = area.x + 1;
    for (i, key) in keys.iter().enumerate() {
        let width = u16::try_from(key.width()).unwrap_or(u16::MAX);
        if i > 0 && x.saturating_add(width) > area.right() {
            break;
        }
        let (after, _) = buf.set_line(x, area.y, key, width.min(area.right().saturating_sub(x)));
        x = after + 2;
    }
}
