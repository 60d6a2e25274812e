//! The texts on the frame of the history, and inside it if there is no row.

use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use crate::{
    app::{
        App,
        keys::{Binding, everywhere::PANELS, lookup},
    },
    domain::text::{counted, grouped},
    present::table::shortened,
    ui::{
        area::cells,
        key::Key,
        panel::{on_border, typed},
        theme::STRONG,
    },
};

/// Which part of the history is shown and, if there is room beside it, that there are more sessions.
pub fn titles(
    app: &App,
    part: Option<(usize, usize, usize)>,
    width: usize,
) -> (String, Line<'static>) {
    let (left, right) = (title(app, part), title_right(app));
    let fits = left.width() + right.width() + 4 <= width;
    let left = shortened(&left, width.saturating_sub(2));
    (left, on_border(if fits { right } else { String::new() }))
}

/// The text of the filter, if there is one, with the number of runs that match and the number of all runs.
fn filter(app: &App) -> Option<(&str, (usize, usize))> {
    let filter = app
        .runs
        .filter
        .as_ref()
        .filter(|filter| !filter.is_empty())?;
    Some((filter.field.text().trim(), filter.found))
}

fn title(app: &App, part: Option<(usize, usize, usize)>) -> String {
    let number = |n: usize| grouped(n as u64);
    match (filter(app), part) {
        (Some((text, (shown, of))), _) => {
            let (shown, of) = (number(shown), number(of));
            format!("History · {shown} of {of} match ‘{text}’")
        }
        (None, Some((first, last, total))) => {
            let [first, last, total] = [first, last, total].map(number);
            format!("History · {first}–{last} of {total} runs")
        }
        (None, None) => "History".into(),
    }
}

/// Says that there are more sessions, and how to show or hide them.
fn title_right(app: &App) -> String {
    match (app.browse().earlier, app.browse().shows_earlier) {
        (0, _) => String::new(),
        (earlier, false) => format!(" H shows {} ", counted(earlier as u64, "earlier run")),
        (_, true) => " H hides earlier sessions ".into(),
    }
}

/// The text that is being typed with its label; or the active filter, and how to remove it.
pub fn prompt(app: &App, width: u16) -> Line<'static> {
    let (before, field, is_typed) = match (&app.runs.naming, &app.runs.filter) {
        (Some(naming), _) => {
            let before = format!(" Name of #{}: ", naming.number);
            (before, &naming.field, true)
        }
        (None, Some(filter)) => (" Filter: ".into(), &filter.field, filter.is_typed),
        (None, None) => return Line::default(),
    };
    let behind = if is_typed { " " } else { " · Esc shows all " };
    let room = width.saturating_sub(cells(before.len() + behind.len()));
    let mut line = if is_typed {
        typed(field, 0, room)
    } else {
        let text = shortened(field.text().trim(), room.into());
        Line::from(Span::styled(text, STRONG))
    };
    line.spans.insert(0, before.into());
    line.push_span(behind);
    on_border(line)
}

/// Why there is no row, and what to do about it; `None` if there is one.
pub fn nothing_shown(app: &App) -> Option<String> {
    let browse = app.browse();
    if !browse.order().is_empty() || app.is_running() {
        return None;
    }
    let earlier = match browse.earlier {
        n if n > 0 && !browse.shows_earlier => {
            format!(" H shows {} of earlier sessions.", counted(n as u64, "run"))
        }
        _ => String::new(),
    };
    Some(match filter(app) {
        Some((text, _)) => {
            let what = shortened(text, 30);
            let then = if earlier.is_empty() { "" } else { " Then" };
            format!("No run matches ‘{what}’. Esc shows all runs again.{then}{earlier}")
        }
        None if app.history().can_restore() && earlier.is_empty() => {
            "No run is left. u brings back what was removed last.".into()
        }
        None => format!(
            "No run yet. Each run becomes a row, with its speed-up over the serial run of the same \
             work.{earlier}"
        ),
    })
}

/// The keys that bring a run here, and what the user can do with it then. The texts come from the help.
pub fn first_keys(app: &App) -> Vec<Line<'static>> {
    let keys = ['1', 'V', 'r', 's', 'c', 'o'].map(Key::Char);
    let found = keys.into_iter().filter_map(|key| lookup(key, &[&PANELS]));
    let line = |(_, binding): (_, &'static Binding)| {
        let first = binding.explanation.split(';').next().unwrap_or_default();
        let now = (binding.label_now)(app).and_then(|label| label.split(' ').next());
        let shown = now.unwrap_or(binding.shown);
        let key = Span::styled(format!(" {shown:<5}"), STRONG);
        Line::from(vec![key, Span::raw(first)])
    };
    found.map(line).collect()
}
