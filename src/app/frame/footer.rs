//! The footer: the keys that work at the moment.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    text::{Line, Span},
};

use crate::{
    app::{App, lead::Offer},
    ui::{area::cells, panel::draw_lines, theme::CURSOR},
};

/// Draws the keys that work at the moment.
pub fn draw(app: &App, area: Rect, buf: &mut Buffer) {
    for (offer, place) in offered(app, area) {
        draw_lines([line(&offer)], place, buf);
    }
}

/// The keys for which there is room, the most useful first, with their areas.
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
