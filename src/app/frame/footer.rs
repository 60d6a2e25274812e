//! The keys that work here and now.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    text::{Line, Span},
};

use crate::{
    app::{App, lead::Offer},
    ui::{area::cells, panel::draw_lines, theme::CURSOR},
};

/// Draws the keys that work here.
pub fn draw(app: &App, area: Rect, buf: &mut Buffer) {
    for (offer, place) in offered(app, area) {
        draw_lines([line(&offer)], place, buf);
    }
}

/// The keys that have room, the most useful first, and where they are.
pub fn offered(app: &App, area: Rect) -> Vec<(Offer, Rect)> {
    let mut x = area.x + 1;
    let mut places = vec![];
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
