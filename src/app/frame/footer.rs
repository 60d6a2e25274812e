//! The keys that work here and now; in the teaching layout those that were pressed.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::app::App;
use crate::app::lead::Offer;
use crate::app::screen::Screen;
use crate::app::screens::teaching::Pressed;
use crate::ui::area::cells;
use crate::ui::panel::draw_lines;
use crate::ui::theme::{CURSOR, strong_if};

/// The keys that work here; for a class, what its teacher pressed.
pub fn draw(app: &App, area: Rect, buf: &mut Buffer) {
    if tells_pressed(app) {
        draw_pressed(&app.teaching().pressed, area, buf);
    }
    for (offer, place) in offered(app, area) {
        draw_lines([line(&offer)], place, buf);
    }
}

fn tells_pressed(app: &App) -> bool {
    app.screen() == Screen::Teaching && !app.teaching().pressed.is_empty()
}

/// The keys that have room, the most useful first, and where they stand.
pub fn offered(app: &App, area: Rect) -> Vec<(Offer, Rect)> {
    let mut x = area.x + 1;
    let mut places = vec![];
    if tells_pressed(app) {
        return places;
    }
    for offer in app.keys_here() {
        let width = cells(line(&offer).width());
        if x.saturating_add(width) > area.right() {
            break;
        }
        places.push((offer, Rect { x, width, ..area }));
        x += width + 2;
    }
    places
}

/// The key and what it does.
fn line(offer: &Offer) -> Line<'_> {
    let (key, label) = offer.label.split_once(' ').unwrap_or((&offer.label, ""));
    Line::from(vec![
        Span::styled(key, CURSOR),
        Span::raw(" "),
        Span::raw(label),
    ])
}

/// From the left, the latest first; those that do not fit are left out whole. Of the first, what fits is shown.
fn draw_pressed(pressed: &[Pressed], area: Rect, buf: &mut Buffer) {
    let mut x = area.x + 1;
    for (i, pressed) in pressed.iter().enumerate() {
        let key = pressed_key(pressed, i == 0);
        if i > 0 && x.saturating_add(cells(key.width())) > area.right() {
            break;
        }
        let (after, _) = buf.set_line(x, area.y, &key, area.right().saturating_sub(x));
        x = after + 2;
    }
}

/// The latest one stands out.
fn pressed_key(pressed: &Pressed, is_latest: bool) -> Line<'static> {
    let times = match pressed.times {
        0 | 1 => String::new(),
        times => format!("  ×{times}"),
    };
    let style = strong_if(is_latest);
    let key = format!(" {} ", pressed.key);
    let meaning = format!(" {}{times}", pressed.meaning);
    Line::from(vec![
        Span::styled(key, CURSOR.patch(style)),
        Span::styled(meaning, style),
    ])
}
