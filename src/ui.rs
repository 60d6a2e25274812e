//! The screen: draws the app, changes nothing and computes no statistics. [`layout`] has a picture of it.

mod ascii;
mod comparison;
mod cores;
mod curves;
mod details;
mod exporting;
mod field;
mod footer;
mod header;
pub mod history;
mod hit;
pub mod layout;
mod panel;
mod present;
mod pythons;
mod reading;
mod setup;
mod sweep;
pub mod theme;
mod timeline;
mod welcome;
pub mod widget;

pub use hit::hit;
pub use theme::Theme;

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::app::App;
use crate::app::command::lookup;
use crate::app::key::Key;
use crate::app::overlay::{Overlay, Text};
use crate::app::screen::{SMALLEST, Screen};

/// Draws the whole screen.
pub fn draw(app: &App, theme: &Theme, frame: &mut Frame<'_>) {
    render(app, *theme, frame.area(), frame.buffer_mut());
    theme.finish(frame.buffer_mut());
}

/// How many columns the bars of the timeline have on a screen of this size, once there are any: a step of its cursor.
pub fn bar_columns(app: &App, (columns, rows): (u16, u16)) -> Option<u16> {
    let panels = panels(app, Rect::new(0, 0, columns, rows));
    timeline::bar_columns(app, panels.timeline, panels.gutter)
}

/// Where everything stands now: for drawing, and for finding what was clicked.
fn panels(app: &App, area: Rect) -> layout::Panels {
    let panels = layout::panels(area, app.screen(), app.focus());
    if present::is_on(app) {
        present::fitted(app, panels)
    } else {
        panels
    }
}

/// Draws the whole screen into a buffer.
fn render(app: &App, theme: Theme, area: Rect, buf: &mut Buffer) {
    if Screen::of(area.width, area.height) == Screen::TooSmall {
        too_small(app, area, buf);
        return;
    }
    let panels = panels(app, area);
    if app.chart().is_some() {
        sweep::screen(app, theme, &panels, area, buf);
    } else if present::is_on(app) {
        present::draw(app, theme, &panels, buf);
    } else {
        draw_panels(app, theme, &panels, buf);
    }
    footer::draw(app, theme, panels.footer, buf);
    draw_overlay(app, theme, &panels, area, buf);
}

fn draw_panels(app: &App, theme: Theme, panels: &layout::Panels, buf: &mut Buffer) {
    header::header(app, theme, panels.header, buf);
    header::verdict(app, theme, panels.verdict, buf);
    header::aside(app, theme, panels.aside, buf);
    setup::panel(app, theme, panels.setup, buf);
    timeline::panel(app, theme, panels.timeline, panels.gutter, buf);
    cores::draw(app, theme, panels.cores, panels.gutter, buf);
    curves::panel(app, theme, panels.curves, panels.gutter, buf);
    history::panel(app, theme, panels.history, buf);
}

fn draw_overlay(app: &App, theme: Theme, panels: &layout::Panels, area: Rect, buf: &mut Buffer) {
    let Some(over) = overlay_area(app, area) else {
        return;
    };
    match (app.overlay(), app.text()) {
        (Some(Overlay::Form), _) => setup::overlay(app, theme, over, buf),
        (Some(Overlay::SweepForm), _) => sweep::form::overlay(app, theme, over, buf),
        (
            Some(Overlay::Point {
                number,
                configuration,
                scroll,
            }),
            Some(Text::Details(rows)),
        ) => {
            sweep::point(
                app,
                (*number, *configuration),
                rows,
                *scroll,
                theme,
                over,
                buf,
            );
        }
        (Some(Overlay::Export(form)), _) => exporting::overlay(app, form, theme, over, buf),
        (Some(Overlay::Pythons { row }), _) => pythons::overlay(app, *row, theme, over, buf),
        (Some(Overlay::Columns), _) => history::columns(app, theme, panels.history, over, buf),
        (
            Some(Overlay::Help { scroll, .. } | Overlay::Explanation { scroll, .. }),
            Some(Text::Reading(text)),
        ) => {
            reading::overlay(text, *scroll, theme, over, buf);
        }
        (Some(Overlay::Details { number, scroll }), Some(Text::Details(rows))) => {
            if let Some(entry) = app.history().get(*number) {
                details::overlay(entry, rows, *scroll, theme, over, buf);
            }
        }
        (
            Some(Overlay::Comparison {
                numbers,
                scroll,
                zoom,
                ..
            }),
            Some(Text::Comparison(parts)),
        ) => {
            let view = comparison::View {
                numbers,
                parts,
                scroll: *scroll,
                zoom: *zoom,
            };
            comparison::overlay(app, view, theme, over, buf);
        }
        _ => {}
    }
}

/// Where the overlay lies, if there is one: never over the footer.
fn overlay_area(app: &App, area: Rect) -> Option<Rect> {
    let above_footer = Rect {
        height: area.height.saturating_sub(1),
        ..area
    };
    Some(match (app.overlay()?, app.text()) {
        (Overlay::Form, _) => setup::overlay_area(above_footer),
        (Overlay::Pythons { .. }, _) => pythons::area(app, above_footer),
        (Overlay::Columns, _) => history::columns_area(above_footer),
        (Overlay::SweepForm, _) => sweep::form::area(app, above_footer),
        (Overlay::Export(_), _) => exporting::area(above_footer),
        (_, Some(Text::Reading(text))) => reading::area(text, above_footer),
        (_, Some(Text::Details(rows))) => details::area(rows, above_footer),
        (_, Some(Text::Comparison(_)) | None) => above_footer,
    })
}

/// Says what is needed and what there is, as far as it fits.
fn too_small(app: &App, area: Rect, buf: &mut Buffer) {
    // Within a number, q is not a key.
    let q_works = lookup(Key::Char('q'), app.contexts()).is_some();
    let lines = [
        "pconc-tui needs more room:".to_string(),
        format!("{}×{} at least,", SMALLEST.0, SMALLEST.1),
        format!("this is {}×{}.", area.width, area.height),
        if q_works {
            "q or Ctrl-C quits"
        } else {
            "Ctrl-C quits"
        }
        .to_string(),
    ];
    for (row, text) in area.rows().zip(lines) {
        buf.set_line(row.x, row.y, &Line::from(text), row.width);
    }
}
