//! The history: the runs of this session, and of earlier ones if the user wants to see them, with speed-up bars.

pub(crate) mod geometry;
mod titles;

use ratatui::{buffer::Buffer, layout::Rect, style::Style, text::Line, widgets::Widget};
use unicode_width::UnicodeWidthStr;

pub use crate::app::screens::history::view::geometry::{HistoryRow, heading_at, row_at};
pub(crate) use crate::app::screens::history::view::{
    geometry::{drawn_at, rows_in},
    titles::{nothing_shown, prompt},
};
use crate::{
    app::{
        App,
        screens::{
            history::{
                columns,
                columns::RowSource,
                view::geometry::{HistoryGeometry, PlacedColumn, SIGNS, WORD},
            },
            sweep::sketch::span,
        },
    },
    domain::{history::RunEntry, model_variant::ModelVariant, text::counted},
    present::{
        marks::{self, MARKS},
        sentence,
        table::{fitting, shortened},
    },
    ui::{
        area::split_left,
        panel::{block, draw_block, draw_lines, draw_text, inside, on_border, wrap},
        theme::{STRONG, Theme, strong_if},
        widget::bar::Bar,
    },
};

/// The sign of rows that another machine measured, if no heading says where.
const ELSEWHERE: &str = "≠";
/// The maximum length of a bar, in columns.
const LONGEST: u16 = 40;
/// The minimum width of the bar's column with a word after the bar.
const ROOM_FOR_WORD: u16 = 28;

/// Draws the panel with the table.
pub fn panel(app: &App, focused: bool, theme: Theme, area: Rect, buf: &mut Buffer) {
    let geometry = HistoryGeometry::of(app, inside(area));
    let width = area.width.saturating_sub(4);
    let (title, right) = titles::titles(app, geometry.part(app), usize::from(width));
    let frame = block(title, focused, theme)
        .title(right.right_aligned())
        .title_bottom(below(app, &geometry, width));
    let inner = draw_block(&frame, area, buf);
    if let Some(nothing) = nothing_shown(app) {
        let said = wrap(&nothing, inner.width).into_iter().map(Line::from);
        let mut lines: Vec<Line<'_>> = said.collect();
        let keys = titles::first_keys(app);
        if lines.len() + 1 + keys.len() <= usize::from(inner.height) {
            lines.push(Line::default());
            lines.extend(keys);
        }
        draw_lines(lines, inner, buf);
        return;
    }
    for placed in &geometry.columns {
        let heading = placed.heading(app.columns().sort);
        draw_text(heading, Style::new(), placed.area(geometry.heading), buf);
    }
    for (area, row) in rows_in(app, geometry.rows, geometry.has_sessions) {
        match row {
            HistoryRow::Run(run) => {
                draw_row(app, run, &geometry.columns, theme, area, buf);
                if !geometry.has_sessions && is_elsewhere(app, run) {
                    let beside_signs = split_left(area, SIGNS).1;
                    draw_text(ELSEWHERE, STRONG, split_left(beside_signs, 1).0, buf);
                }
            }
            HistoryRow::Session(first) => draw_session(app, first, theme, area, buf),
        }
    }
}

/// The text that is being typed; otherwise the meaning of the signs in view.
fn below(app: &App, geometry: &HistoryGeometry, width: u16) -> Line<'static> {
    let typed = prompt(app, width);
    if typed.width() > 0 {
        return typed;
    }
    let rows = rows_in(app, geometry.rows, geometry.has_sessions);
    let runs: Vec<RowSource<'_>> = rows
        .filter_map(|(_, row)| match row {
            HistoryRow::Run(run) => Some(run),
            HistoryRow::Session(_) => None,
        })
        .collect();
    let mut said = vec![marks::legend(runs.iter().filter_map(|run| run.entry()))];
    if !geometry.has_sessions && runs.iter().any(|run| is_elsewhere(app, *run)) {
        said.push(format!("{ELSEWHERE} another machine"));
    }
    said.retain(|text| !text.is_empty());
    let said = said.join("  ");
    let said =
        Some(format!(" {said} ")).filter(|line| !said.is_empty() && line.width() <= width.into());
    on_border(said.unwrap_or_default())
}

/// Whether another machine measured this row.
fn is_elsewhere(app: &App, run: RowSource<'_>) -> bool {
    let entry = app.run_at(run.number());
    entry.is_some_and(|entry| !entry.provenance.is_same_machine(app.history().here()))
}

fn draw_row(
    app: &App,
    run: RowSource<'_>,
    columns: &[PlacedColumn],
    theme: Theme,
    row: Rect,
    buf: &mut Buffer,
) {
    // Each sign has its own column, so that equal signs are below each other.
    draw_text(signs(app, run).concat(), STRONG, row, buf);
    let failed = run.entry().map_or(0, |run| run.record.ending.tasks_failed);
    let mut free = None;
    for placed in columns {
        let area = placed.area(row);
        if placed.column.id == columns::BAR {
            draw_gain(app, run, theme, (area, ROOM_FOR_WORD), buf);
        }
        let text = placed.cell(run);
        if text.is_empty() {
            free = free.or(Some(area.x));
            continue;
        }
        let style = match placed.column.id {
            columns::SPEED_UP if failed > 0 => theme.error(),
            id => strong_if(is_chosen(app, run) || id == columns::SPEED_UP),
        };
        draw_text(text, style, area, buf);
    }
    let x_of = |id: &str| {
        let placed = columns.iter().find(|placed| placed.column.id == id);
        placed.map(|placed| placed.area(row).x)
    };
    // The progress of a run takes the room of the values that are not known yet. The words of a sweep extend over the
    // columns that are empty for a sweep.
    let (start, end) = match run {
        RowSource::Entry(_) => (None, None),
        RowSource::Live(..) => (free, None),
        RowSource::Sweep(_) => (x_of(columns::MODEL), x_of(columns::SPEED_UP)),
    };
    let Some(x) = start else { return };
    let width = end.map_or(row.right(), |end| end - 1).saturating_sub(x);
    let text = remark(app, run, width.into());
    let style = strong_if(is_chosen(app, run));
    draw_text(text, style, Rect { x, width, ..row }, buf);
}

/// What a row says besides its cells, in `room` columns: what a sweep measures, and the progress of a run or sweep.
fn remark(app: &App, run: RowSource<'_>, room: usize) -> String {
    let sweep = match run {
        RowSource::Entry(_) => return String::new(),
        RowSource::Live(live, _) => return live.done(room),
        RowSource::Sweep(sweep) => sweep,
    };
    let plan = &sweep.sweep.plan;
    let models = plan.parallel_executors();
    let models: Vec<String> = models.iter().map(ModelVariant::name).collect();
    let name = sweep.name.as_ref().map(|name| format!(" “{name}”"));
    let mut what = format!("sweep{}", name.unwrap_or_default());
    if let Some(progress) = app.sweep_progress(sweep.number) {
        what += &format!(", run {} of {}", progress.run, progress.of);
    }
    let rounds = counted(plan.repeats.into(), "round");
    let said = [
        what,
        ": ".into(),
        models.join(", "),
        " · ".into(),
        span(sweep),
        " · ".into(),
        rounds,
    ];
    let candidates = [7, 5, 3, 1].map(|pieces| said[..pieces].concat());
    shortened(&fitting(candidates, |text| text.width() <= room), room)
}

/// Draws when and where the runs below were measured, on a thin line.
fn draw_session(app: &App, first: &RunEntry, theme: Theme, row: Rect, buf: &mut Buffer) {
    let line = "─".repeat(usize::from(row.width));
    draw_text(line, theme.secondary(), row, buf);
    let room = row.width.saturating_sub(6);
    let text = sentence::origin::session(first, app.history().here());
    let text = shortened(&text, usize::from(room));
    let (_, behind) = split_left(row, 2);
    draw_text(format!(" {text} "), Style::new(), behind, buf);
}

/// Whether a row is the chosen one. If no row is chosen, it is that of the live run.
pub(crate) fn is_chosen(app: &App, run: RowSource<'_>) -> bool {
    let number = Some(run.number()).filter(|_| !matches!(run, RowSource::Live(..)));
    app.browse().selected() == number
}

/// The signs of a run, with a space for each sign that it does not have.
pub(crate) fn signs(app: &App, run: RowSource<'_>) -> [&'static str; 5] {
    let sign = |is_there: bool, sign| if is_there { sign } else { " " };
    let is_marked = app.browse().marked().contains(&run.number());
    let [baseline, fastest, doubted] =
        MARKS.map(|(of_run, _, is_its)| sign(run.entry().is_some_and(is_its), of_run));
    let chosen = sign(is_chosen(app, run), "▸");
    [chosen, sign(is_marked, "●"), baseline, fastest, doubted]
}

/// Draws a speed-up as a bar, as a share of the largest. A word about the run follows the bar. The bar of the fastest
/// run is twice as tall as the others.
pub(crate) fn draw_gain(
    app: &App,
    run: RowSource<'_>,
    theme: Theme,
    (room, room_for_word): (Rect, u16),
    buf: &mut Buffer,
) {
    let Some(factor) = run.speedup() else { return };
    let (height, word) = match run.entry().map(|run| &run.assessment) {
        Some(of) if of.is_fastest => (6, " ★ fastest"),
        Some(of) if of.is_baseline => (3, " baseline"),
        _ => (3, ""),
    };
    let kept = if room.width < room_for_word { 0 } else { WORD };
    let width = room.width.saturating_sub(kept).min(LONGEST);
    let bar = Rect { width, ..room };
    let share = factor / app.browse().most(run.number());
    let full = Bar::new(share, theme.parallelism()).low(height);
    full.render(bar, buf);
    let end = (share.clamp(0.0, 1.0) * f64::from(width)).round() as u16;
    let (behind, _) = split_left(split_left(room, end).1, kept);
    draw_text(word, STRONG, behind, buf);
}
