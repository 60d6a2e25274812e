//! The screen. It draws the app; it changes nothing and computes no statistics. [`layout`] has a sketch of it.

mod footer;
pub(crate) mod header;
mod hit;
pub mod layout;
pub(crate) mod welcome;

pub use hit::hit;
use layout::Panels;
use ratatui::{Frame, buffer::Buffer, layout::Rect};

use crate::{
    app::{
        App,
        keys::lookup,
        screen::{Panel, SMALLEST, ScreenClass},
        screens::{cores, curves, form, history, sweep, teaching, timeline},
    },
    ui::{
        area,
        key::Key,
        panel::{clear_cut_words, draw_lines},
        theme::Theme,
    },
};

/// The minimum number of rows of the panels below an overlay that is as wide as the screen. If fewer would remain, the
/// overlay reaches down to the footer.
const STRIP: u16 = 5;

/// Draws the whole screen.
pub fn draw(app: &App, theme: &Theme, frame: &mut Frame<'_>) {
    draw_all(app, *theme, frame.area(), frame.buffer_mut());
    theme.finish(frame.buffer_mut());
}

/// How many columns the bars of the timeline have on a screen of this size, and how many bars are in view; `None` if
/// there are none yet.
pub fn room_for_bars(app: &App, (columns, rows): (u16, u16)) -> Option<(u16, u16)> {
    let panels = panels(app, Rect::new(0, 0, columns, rows));
    timeline::view::room_for_bars(app, panels.timeline, panels.gutter)
}

/// The places of the panels, for drawing and for finding what was clicked.
fn panels(app: &App, area: Rect) -> Panels {
    let placed = layout::panels(room(app, area), app.screen(), app.focus());
    let mut panels = teaching::view::fitted(app, placed);
    if app.notice().is_some() {
        panels.notice = panels.footer;
        panels.footer.y += 1;
    }
    panels
}

/// The area without the row of a notice, which is above the footer.
fn room(app: &App, area: Rect) -> Rect {
    area::split_below(area, u16::from(app.notice().is_some())).0
}

fn draw_all(app: &App, theme: Theme, area: Rect, buf: &mut Buffer) {
    if ScreenClass::of(area.width, area.height) == ScreenClass::TooSmall {
        too_small(app, area, buf);
        return;
    }
    let panels = panels(app, area);
    if app.chart().is_some() {
        sweep::view::screen(app, theme, &panels, room(app, area), buf);
    } else if teaching::view::is_on(app) {
        teaching::view::draw(app, theme, &panels, buf);
    } else {
        draw_panels(app, theme, &panels, buf);
    }
    header::notice(app, theme, panels.notice, buf);
    footer::draw(app, panels.footer, buf);
    teaching::view::draw_pressed(app, &panels, area, buf);
    draw_overlay(app, theme, &panels, area, buf);
}

fn draw_panels(app: &App, theme: Theme, panels: &Panels, buf: &mut Buffer) {
    header::header(app, panels.header, buf);
    header::verdict(app, panels.verdict, buf);
    header::aside(app, panels.aside, buf);
    // `Wide` lists all panels; those that are not shown have an empty area.
    for panel in ScreenClass::Wide.panels() {
        let focused = app.focus().panel == *panel;
        let (area, gutter) = (panels.of(*panel), panels.gutter);
        match panel {
            _ if area.is_empty() => {}
            Panel::Setup => form::view::panel(app, focused, theme, area, buf),
            Panel::Timeline => timeline::view::panel(app, focused, theme, area, gutter, buf),
            Panel::Cores => cores::view::panel(app, focused, theme, area, gutter, buf),
            Panel::Curves => curves::view::panel(app, focused, theme, area, gutter, buf),
            Panel::History => history::view::panel(app, focused, theme, area, buf),
        }
    }
}

fn draw_overlay(app: &App, theme: Theme, panels: &Panels, area: Rect, buf: &mut Buffer) {
    if let Some((overlay, over)) = app.overlay().zip(overlay_area(app, area)) {
        clear_cut_words(over, buf);
        overlay.screen().draw(app, theme, panels, over, buf);
    }
}

/// The area of the screen over the panels, if there is one. It never covers the footer.
fn overlay_area(app: &App, area: Rect) -> Option<Rect> {
    let (above_footer, _) = area::split_below(room(app, area), 1);
    let (width, rows) = app.overlay()?.screen().size(app, above_footer);
    let height = area::cells(rows + 2);
    let mut over = area::centred(above_footer, width, height);
    let below = above_footer.bottom() - over.bottom();
    if over.width == above_footer.width && below < STRIP {
        over.height += below;
    }
    Some(over)
}

/// Says how much room is needed and how much there is, as far as the text fits.
fn too_small(app: &App, area: Rect, buf: &mut Buffer) {
    // While the user types a text, q is a letter. During a run it asks, and there is no room for the question.
    let q_works = lookup(Key::Char('q'), &app.keys()).is_some_and(|(keys, _)| !keys.takes_text)
        && !app.is_running();
    let quits = if q_works {
        "q or Ctrl-C quits"
    } else {
        "Ctrl-C quits"
    };
    let lines = [
        "pconc-tui needs more room:".to_string(),
        format!("{}×{} at least,", SMALLEST.0, SMALLEST.1),
        format!("this is {}×{}.", area.width, area.height),
        quits.into(),
    ];
    draw_lines(lines, area, buf);
}
