//! What stands on the frame of the history, and in it where there is no row.

use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::super::field;
use super::super::panel::on_border;
use super::super::theme::Theme;
use crate::app::App;
use crate::app::filter::Filter;
use crate::domain::text::{counted, grouped};
use crate::present::table::shortened;

/// Which part of the history is shown and, where there is room beside it, that there is more than this session.
pub fn titles(
    app: &App,
    part: Option<(usize, usize, usize)>,
    width: usize,
) -> (String, Line<'static>) {
    let (left, right) = (title(app, part), title_right(app));
    let fits = left.width() + right.width() + 4 <= width;
    (
        shortened(&left, width.saturating_sub(2)),
        if fits { right } else { Line::default() },
    )
}

fn title(app: &App, part: Option<(usize, usize, usize)>) -> String {
    let number = |n: usize| grouped(n as u64);
    match (app.filter().filter(|filter| !filter.is_empty()), part) {
        (Some(filter), _) => {
            let (shown, of) = filter.found();
            format!(
                "History · {} of {} match ‘{}’",
                number(shown),
                number(of),
                filter.field().text().trim()
            )
        }
        (None, Some((first, last, total))) => {
            format!(
                "History · {}–{} of {} runs",
                number(first),
                number(last),
                number(total)
            )
        }
        (None, None) => "History".into(),
    }
}

/// That there is more than this session, and how to see it or not.
fn title_right(app: &App) -> Line<'static> {
    let told = match (app.browse().earlier(), app.browse().shows_earlier()) {
        (0, _) => return Line::default(),
        (earlier, false) => format!(" + {} earlier: H ", grouped(earlier as u64)),
        (_, true) => " all sessions: H hides ".into(),
    };
    Line::styled(told, on_border(Style::new()))
}

/// The text that is being typed, with what it is; or the filter that is kept, with how to get rid of it.
pub fn prompt(app: &App, theme: Theme, width: u16) -> Option<Line<'static>> {
    let (before, field) = match (app.naming(), app.filter()) {
        (Some(naming), _) => (format!(" Name of #{}: ", naming.number), &naming.field),
        (None, Some(filter)) if filter.is_typed() => (" Filter: ".into(), filter.field()),
        (None, Some(filter)) => return Some(kept(filter, theme, width)),
        (None, None) => return None,
    };
    let room = width.saturating_sub(u16::try_from(before.len() + 1).unwrap_or(u16::MAX));
    let mut line = field::line(field, theme, room);
    for span in &mut line.spans {
        span.style = on_border(span.style);
    }
    line.spans
        .insert(0, Span::styled(before, on_border(Style::new())));
    line.spans.push(Span::styled(" ", on_border(Style::new())));
    Some(line)
}

fn kept(filter: &Filter, theme: Theme, width: u16) -> Line<'static> {
    let behind = " · Esc shows all ";
    let room = usize::from(width).saturating_sub(behind.len() + 9);
    Line::from(vec![
        Span::styled(" Filter: ", on_border(Style::new())),
        Span::styled(
            shortened(filter.field().text().trim(), room),
            on_border(theme.strong()),
        ),
        Span::styled(behind, on_border(Style::new())),
    ])
}

/// Why there is no row, and what to do about it; `None` if there is one.
pub fn nothing_shown(app: &App) -> Option<String> {
    let browse = app.browse();
    if !browse.order().is_empty() || app.is_running() {
        return None;
    }
    let earlier = match browse.earlier() {
        0 => String::new(),
        _ if browse.shows_earlier() => String::new(),
        n => format!(" H shows {} of earlier sessions.", counted(n as u64, "run")),
    };
    Some(match app.filter().filter(|filter| !filter.is_empty()) {
        Some(filter) => {
            let what = shortened(filter.field().text().trim(), 30);
            let then = if earlier.is_empty() { "" } else { " Then" };
            format!("No run matches ‘{what}’. Esc shows all runs again.{then}{earlier}")
        }
        None if app.history().can_restore() && earlier.is_empty() => {
            "No run is left. u brings back what was deleted last.".into()
        }
        None => format!(
            "No run yet. Each run becomes a row here, with its speed-up over the serial run of the same work.{earlier}"
        ),
    })
}
