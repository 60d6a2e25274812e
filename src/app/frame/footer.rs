//! The footer: the keys that work at the moment.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    text::{Line, Span},
};

use crate::{
    app::{App, keys::everywhere::HELP, lead::Offer},
    ui::{area::cells, panel::draw_lines, theme::CURSOR},
};

/// Draws the keys that work at the moment.
pub fn draw(app: &App, area: Rect, buf: &mut Buffer) {
    for (offer, place) in offered(app, area) {
        draw_lines([line(&offer)], place, buf);
    }
}

/// The keys for which there is room, the most useful first, with their areas. The help explains all keys, so it is
/// always there, at the right end.
pub fn offered(app: &App, area: Rect) -> Vec<(Offer, Rect)> {
    let mut offers = app.keys_here();
    let help = offers
        .iter()
        .position(|offer| offer.binding.means(HELP))
        .map(|at| offers.remove(at));
    let (mut x, mut end) = (area.x + 1, area.right());
    let mut places = vec![];
    if let Some(offer) = help {
        let width = cells(line(&offer).width());
        end = end.saturating_sub(width + 1).max(area.x);
        places.push((offer, Rect::new(end, area.y, width, area.height)));
        end = end.saturating_sub(2);
    }
    for offer in offers {
        let width = cells(line(&offer).width());
        if x.saturating_add(width) > end {
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
