//! The Python interpreters of this machine, over the panels: first those that can be chosen, then the others, each with
//! the reason.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    text::{Line, Span},
};

use crate::{
    app::{
        App,
        frame::layout::Panels,
        message::ClickTarget,
        screens::{form::Search, pythons::PythonList},
        view::View,
    },
    domain::{
        python::FoundPython,
        text::{clean, wrap},
    },
    present::table::{shortened, tail},
    ui::{
        panel::{
            around, block, draw_over, draw_scrolled, inside, scrolled_at, with_cursor, wrapped,
        },
        scroll::Scroll,
        theme::{STRONG, Theme},
    },
};

/// The maximum width, with the frame.
const WIDTH: u16 = 84;
/// The width of a version with its letter, in columns.
const VERSIONS: usize = 9;
/// The width of the cursor's sign, a version, and the state of the lock, in columns.
const BEFORE_PATH: usize = 2 + VERSIONS + 10;
/// The maximum number of characters that are shown of untrusted text.
const FOREIGN: usize = 300;

impl View for PythonList {
    /// The list has one row per line.
    fn size(&self, app: &App, room: Rect) -> (u16, usize) {
        let width = WIDTH.min(room.width);
        let inner = inside(Rect { width, ..room });
        (width, lines(app, 0, inner.width).len())
    }

    fn draw(&self, app: &App, theme: Theme, _panels: &Panels, area: Rect, buf: &mut Buffer) {
        let inner = draw_over(&block("Python interpreters", true, theme), area, buf);
        let lines = lines(app, self.row, inner.width);
        let scroll = scroll(app, self.row, inner);
        draw_scrolled(&lines, Line::clone, scroll, inner, buf);
    }

    fn target(&self, app: &App, inner: Rect, row: u16) -> Option<ClickTarget> {
        let rows = lines(app, self.row, inner.width).len();
        let at = scrolled_at(rows, scroll(app, self.row, inner), inner, row)?;
        (at < app.setup().found_pythons().len()).then_some(ClickTarget::ListRow(at))
    }
}

/// With the cursor on the last interpreter, the reasons below it are in view.
fn scroll(app: &App, cursor: usize, inner: Rect) -> Scroll {
    if cursor + 1 >= app.setup().found_pythons().len() && cursor > 0 {
        Scroll::FromEnd(0)
    } else {
        around(cursor, inner)
    }
}

fn lines(app: &App, cursor: usize, width: u16) -> Vec<Line<'static>> {
    let Search::Ended(pythons) = app.form.pythons() else {
        return vec![Line::from("looking for Python…")];
    };
    let width = width.saturating_sub(1);
    let found = pythons.found.iter().enumerate();
    let mut lines: Vec<Line<'static>> = found
        .map(|(at, found)| usable(found, at == cursor, width))
        .collect();
    if lines.is_empty() {
        let said = "No usable Python was found. It takes CPython 3.8 or newer, on PATH or in \
         pyenv. Everything else works without it.";
        lines.extend(wrapped(said, width, STRONG));
    }
    if !pythons.useless.is_empty() {
        lines.push(Line::default());
        lines.push(Line::styled("Not usable", STRONG));
    }
    for python in &pythons.useless {
        let said = wrap(&clean(&python.sentence, FOREIGN), width.saturating_sub(2));
        lines.extend(
            said.iter()
                .map(|row| Line::from(format!("  {}", shortened(row, usize::from(width))))),
        );
    }
    lines
}

/// "▸ 3.13.0    GIL on   /usr/bin/python3.13".
fn usable(found: &FoundPython, here: bool, width: u16) -> Line<'static> {
    let interpreter = &found.interpreter;
    let version = format!("{:<VERSIONS$}", interpreter.version_name());
    let path = clean(&interpreter.path, FOREIGN);
    let rest = format!(
        " {:<8} {}",
        interpreter.gil.words(),
        tail(&path, usize::from(width).saturating_sub(BEFORE_PATH))
    );
    let mut line = Line::from_iter(with_cursor(here, version));
    line.push_span(Span::raw(rest));
    line
}
