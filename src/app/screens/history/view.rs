//! The runs of the session, and of earlier ones where the user wants to see them, with speed-up bars.
//!
//! ```text
//!        #↑ work model     workers tasks  time (s) speed-up                            conc. par. eff. (%)
//!   B     1 cpu  serial          1     8     1.213     1.0× ▃▃▃▃▃▃▃▃▃ baseline           1.0  1.0      100
//! ▸● ★    2 cpu  processes       2     8     0.634     1.9× ▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆ ★ fastest  2.0  1.9       95
//! ```
//!
//! What a column says is in [`crate::app::screens::history::columns`]; where it stands is in `geometry`.

pub(crate) mod geometry;
mod told;

pub use crate::app::screens::history::view::geometry::{HistoryRow, heading_at, row_at};
pub(crate) use crate::app::screens::history::view::geometry::{run_at, runs_in};
pub(crate) use crate::app::screens::history::view::told::{nothing_shown, prompt};

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::Widget;
use unicode_width::UnicodeWidthStr;

use crate::app::App;
use crate::app::live::Live;
use crate::app::screens::history::columns;
use crate::app::screens::history::columns::Row;
use crate::app::screens::history::view::geometry::{BAR, Geometry, Placed, WORD};
use crate::app::screens::sweep::sketch::span;
use crate::domain::executor::Executor;
use crate::domain::history::{Entry, SweepEntry};
use crate::domain::text::counted;
use crate::present::sentence;
use crate::present::table::{fitting, shortened};
use crate::ui::area::split_left;
use crate::ui::panel::{block, draw_block, draw_lines, draw_text, inside, wrap};
use crate::ui::theme::{STRONG, Theme, strong_if};
use crate::ui::widget::bar::Bar;

/// A bar gets no longer than this.
const LONGEST: u16 = 40;
/// From so many columns on, there is a word behind it.
const ROOM_FOR_WORD: u16 = BAR + WORD / 3 + 1;

/// The table.
pub fn panel(app: &App, focused: bool, theme: Theme, area: Rect, buf: &mut Buffer) {
    let geometry = Geometry::of(app, inside(area));
    let width = area.width.saturating_sub(4);
    let (title, right) = told::titles(app, geometry.part(app), usize::from(width));
    let frame = block(title, focused, theme)
        .title(right.right_aligned())
        .title_bottom(prompt(app, width));
    let inner = draw_block(&frame, area, buf);
    if let Some(nothing) = nothing_shown(app) {
        draw_lines(wrap(&nothing, inner.width), inner, buf);
        return;
    }
    for placed in &geometry.columns {
        let heading = placed.heading(app.columns().sort());
        draw_text(heading, Style::new(), placed.area(geometry.heading), buf);
    }
    let columns = &geometry.columns;
    for (row, run) in runs_in(app, geometry.rows, geometry.has_sessions) {
        match run {
            HistoryRow::Entry(entry) => draw_entry(app, entry, columns, theme, row, buf),
            HistoryRow::Sweep(sweep) => draw_sweep(app, sweep, columns, theme, row, buf),
            HistoryRow::Session(Some(first)) => draw_session(app, first, theme, row, buf),
            HistoryRow::Session(None) => {}
            HistoryRow::Live(live) => draw_live(app, live, columns, row, buf),
        }
    }
}

fn draw_entry(
    app: &App,
    entry: &Entry,
    columns: &[Placed],
    theme: Theme,
    row: Rect,
    buf: &mut Buffer,
) {
    // One column per sign, so that they stand below each other.
    draw_text(signs(app, entry).concat(), STRONG, row, buf);
    let is_chosen = app.browse().selected() == Some(entry.number);
    for placed in columns {
        let area = placed.area(row);
        let style = match placed.column.id {
            columns::SPEED_UP if entry.record.ending.tasks_failed > 0 => theme.error(),
            id => strong_if(is_chosen || id == columns::SPEED_UP),
        };
        let text = placed.aligned(&placed.column.cell(Row::Entry(entry)));
        draw_text(text, style, area, buf);
        if let (columns::BAR, Some(factor)) = (placed.column.id, entry.assessment.speedup) {
            draw_gain(app, Some(entry), factor, theme, (area, ROOM_FOR_WORD), buf);
        }
    }
}

/// A sweep in a row: its words take the place of what only a run has, its best point gives the speed-up.
fn draw_sweep(
    app: &App,
    sweep: &SweepEntry,
    columns: &[Placed],
    theme: Theme,
    row: Rect,
    buf: &mut Buffer,
) {
    let is_chosen = app.browse().selected() == Some(sweep.number);
    draw_sign(is_chosen, row, buf);
    let result = columns
        .iter()
        .find(|placed| placed.column.id == columns::SPEED_UP);
    let end = result.map_or(row.right(), |placed| placed.area(row).x);
    for placed in columns {
        let mut area = placed.area(row);
        let text = match placed.column.id {
            columns::MODEL => {
                area.width = end.saturating_sub(area.x + 1);
                let room = usize::from(area.width);
                shortened(&sweep_in_words(app, sweep, room), room)
            }
            columns::BAR => {
                let best = sweep.best().and_then(|best| best.speedup);
                if let Some(best) = best {
                    draw_gain(app, None, best.value, theme, (area, ROOM_FOR_WORD), buf);
                }
                continue;
            }
            _ => match placed.column.cell(Row::Sweep(sweep)) {
                // The words of the sweep go on over the columns of which it has nothing to say.
                nothing if nothing.is_empty() => continue,
                text => placed.aligned(&text),
            },
        };
        draw_text(text, strong_if(is_chosen), area, buf);
    }
}

/// What a sweep measures; while it goes on, how far it is.
fn sweep_in_words(app: &App, sweep: &SweepEntry, room: usize) -> String {
    let plan = &sweep.sweep.plan;
    let models: Vec<String> = plan
        .parallel_executors()
        .iter()
        .map(Executor::name)
        .collect();
    let name = sweep
        .name
        .as_ref()
        .map(|name| format!(" “{name}”"))
        .unwrap_or_default();
    let (models, span) = (models.join(", "), span(sweep));
    let rounds = counted(plan.repeats.into(), "round");
    let begin = match app.sweep_progress(sweep.number) {
        Some(progress) => format!("sweep{name}, run {} of {}", progress.run, progress.of),
        None => format!("sweep{name}"),
    };
    let candidates = [
        format!("{begin}: {models} · {span} · {rounds}"),
        format!("{begin}: {models} · {span}"),
        format!("{begin}: {models}"),
        begin,
    ];
    fitting(candidates, |text| text.width() <= room)
}

/// When and where the runs below were measured, on a thin line.
fn draw_session(app: &App, first: &Entry, theme: Theme, row: Rect, buf: &mut Buffer) {
    let line = "─".repeat(usize::from(row.width));
    draw_text(line, theme.secondary(), row, buf);
    let room = row.width.saturating_sub(6);
    let text = sentence::origin::session(first, app.history().here());
    let text = shortened(&text, usize::from(room));
    let (_, behind) = split_left(row, 2);
    draw_text(format!(" {text} "), Style::new(), behind, buf);
}

/// The signs of a run; blanks for those that it does not have.
pub(crate) fn signs(app: &App, entry: &Entry) -> [&'static str; 5] {
    let browse = app.browse();
    [
        (browse.selected() == Some(entry.number), "▸"),
        (browse.marked().contains(&entry.number), "●"),
        (entry.assessment.is_baseline, "B"),
        (entry.assessment.is_fastest, "★"),
        (entry.is_doubted(), "!"),
    ]
    .map(|(is_there, sign)| if is_there { sign } else { " " })
}

/// The sign of what is chosen, before a row that has no other.
fn draw_sign(is_chosen: bool, row: Rect, buf: &mut Buffer) {
    if is_chosen {
        draw_text("▸", STRONG, row, buf);
    }
}

fn draw_live(app: &App, live: &Live, columns: &[Placed], row: Rect, buf: &mut Buffer) {
    draw_sign(app.browse().selected().is_none(), row, buf);
    let cell = |placed: &Placed| {
        let number = app.history().next_number();
        placed.column.cell(Row::Live(live, number))
    };
    let mut free = None;
    for placed in columns {
        match cell(placed) {
            nothing if nothing.is_empty() => free = free.or(Some(placed.area(row).x)),
            text => draw_text(placed.aligned(&text), Style::new(), placed.area(row), buf),
        }
    }
    // What is not known yet leaves room for how far it has come.
    if let Some(x) = free {
        let width = row.right().saturating_sub(x);
        let done = live.done(usize::from(width));
        draw_text(done, Style::new(), Rect { x, width, ..row }, buf);
    }
}

/// A speed-up as a bar, as a share of the largest; behind it, in a room of so many columns, a word of the run that has it.
/// The fastest run's bar is twice as high as the others'.
pub(crate) fn draw_gain(
    app: &App,
    entry: Option<&Entry>,
    factor: f64,
    theme: Theme,
    (room, room_for_word): (Rect, u16),
    buf: &mut Buffer,
) {
    let (height, word) = match entry.map(|entry| &entry.assessment) {
        Some(of) if of.is_fastest => (6, " ★ fastest"),
        Some(of) if of.is_baseline => (3, " baseline"),
        _ => (3, ""),
    };
    let kept = if room.width < room_for_word { 0 } else { WORD };
    let width = room.width.saturating_sub(kept).min(LONGEST);
    let share = factor / app.browse().most();
    let bar = Rect { width, ..room };
    let full = Bar::new(share, theme.parallelism()).low(height);
    full.render(bar, buf);
    let behind = Rect {
        x: bar.x + (share.clamp(0.0, 1.0) * f64::from(width)).round() as u16,
        width: kept,
        ..bar
    };
    draw_text(word, STRONG, behind, buf);
}
