//! Finds what is under the pointer. The files that draw the targets know their places.

use ratatui::layout::{Position, Rect};

use super::{overlay_area, panels, room};
use crate::{
    app::{
        App,
        frame::{footer, layout::Panels},
        lead::Offer,
        message::ClickTarget,
        screen::{Panel, ScreenClass},
        screens::{
            form::view as setup,
            history::{columns::RowSource, view as history, view::HistoryRow},
            sweep::view as sweep,
            teaching::view as present,
            timeline::view as timeline,
        },
    },
    ui::{key::Key, panel::inside},
};

/// The target at this column and row of the screen, if the pointer can do anything there.
pub fn hit(app: &App, column: u16, row: u16) -> Option<ClickTarget> {
    let (columns, rows) = app.size();
    if app.screen() == ScreenClass::TooSmall {
        return None;
    }
    let area = Rect::new(0, 0, columns, rows);
    let here = Position { x: column, y: row };
    let panels = panels(app, area);
    if panels.footer.contains(here) {
        let mut offered = footer::offered(app, panels.footer).into_iter();
        let (offer, place) = offered.find(|(_, place)| place.contains(here))?;
        return key_at(&offer, column - place.x).map(ClickTarget::Offered);
    }
    match overlay_area(app, area) {
        Some(over) if over.contains(here) => {
            let overlay = app.overlay()?.screen();
            let found = overlay.target(app, inside(over), row);
            Some(found.unwrap_or(ClickTarget::Overlay))
        }
        Some(_) => Some(ClickTarget::Outside),
        None if app.chart().is_some() => sweep::target(app, room(app, area), here),
        None => in_panel(app, &panels, here),
    }
}

/// The key at this column of a label in the footer, counted from the start of the label. If it matters which of several
/// keys is pressed, the pointer must be on the key itself.
fn key_at(offer: &Offer, column: u16) -> Option<Key> {
    let binding = offer.binding;
    let here = offer.label.chars().nth(usize::from(column));
    match here.map(Key::Char) {
        _ if offer.key.is_some() => offer.key,
        here if binding.is_range() => here.filter(|key| binding.keys.contains(key)),
        _ => binding.keys.first().copied(),
    }
}

fn history_target(app: &App, area: Rect, here: Position) -> Option<ClickTarget> {
    let row = if present::is_on(app) {
        present::row_at(app, area, here.y)
    } else if here.y == inside(area).y {
        return history::heading_at(app, area, here.x).map(ClickTarget::Heading);
    } else {
        history::row_at(app, area, here.y)
    };
    match row? {
        HistoryRow::Run(RowSource::Live(..)) => Some(ClickTarget::HistoryRow(None)),
        HistoryRow::Run(run) => Some(ClickTarget::HistoryRow(Some(run.number()))),
        HistoryRow::Session(_) => None,
    }
}

fn in_panel(app: &App, panels: &Panels, here: Position) -> Option<ClickTarget> {
    // `Wide` lists all panels; those that are not shown have an empty area.
    let mut all = ScreenClass::Wide.panels().iter();
    let panel = *all.find(|panel| panels.of(**panel).contains(here))?;
    let area = panels.of(panel);
    let special = match panel {
        Panel::Setup => {
            let focused = app.focus().panel == Panel::Setup;
            setup::row_at(app, focused, inside(area), here.y)
        }
        Panel::Timeline => timeline::target(app, area, panels.gutter, here),
        Panel::History => history_target(app, area, here),
        Panel::Cores | Panel::Curves => None,
    };
    // On a small screen, the cores are a line that cannot be focused.
    let can_be_focused = app.screen().panels().contains(&panel);
    special.or(can_be_focused.then_some(ClickTarget::Panel(panel)))
}
