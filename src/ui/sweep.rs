//! The chart of a sweep, in place of the panels.
//!
//! ```text
//!  header
//!  VERDICT: the best so far
//!  aside
//! ╭ Sweep #3 · speed-up over serial, by workers ─────────╮
//! │ 10× ┤                                  ★             │
//! │     │                           ██╳╳  ██╳╳           │   the bars, as large as there is room for them
//! │  5× ┤                    ██╳╳   ██╳╳  ██╳╳           │
//! │     └──────────────────────────────▲─────            │
//! │       serial   1     2     4     8     16            │
//! │ workers  threads          processes                  │   on large screens: all points as numbers
//! │ threads × 8 · 7.2× (6.9–7.4) · 0.45 s · three runs   │   the point under the cursor
//! │ run 12 of 44 · round 1 of 3 ▕███      ▏ about 20 s   │   how far it is
//! │ threads: 9.8× with 16 workers; processes: …          │   what to conclude, or what fitted curves say
//! ╰ █ threads  ╳ processes  ─ serial  ═ ideal ───────────╯
//!  footer
//! ```

pub mod form;
mod table;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;
use unicode_width::UnicodeWidthStr;

use super::details;
use super::header;
use super::layout::Panels;
use super::panel::{
    block, draw_block, draw_lines, draw_over, draw_scrolled, inside, on_border, wrap,
};
use super::theme::Theme;
use super::widget::bar::Bar as ProgressBar;
use super::widget::chart::{self, Chart, GUTTER, Ink, Layout};
use crate::app::App;
use crate::app::details::Row;
use crate::app::overlay::Scroll;
use crate::app::pointer::Target;
use crate::app::screen::Screen;
use crate::app::sweep::{Law, Sketch};
use crate::catalog::model::Model;
use crate::domain::executor::Executor;
use crate::present::chart::{ChartBar, Measure, Scale};
use crate::present::sentence::conclusion::place;
use crate::present::table::shortened;

/// From so many columns and rows inside the frame on, all points stand below the chart as numbers.
const ROOM_FOR_TABLE: (u16, u16) = (90, 24);
/// So much more than the largest value has room, so that a sign stands above it.
const HEADROOM: f64 = 1.06;
/// Columns of the bar of progress.
const PROGRESS: u16 = 20;

/// The chart with what stands around it.
pub fn screen(app: &App, theme: Theme, panels: &Panels, area: Rect, buf: &mut Buffer) {
    header::header(app, theme, panels.header, buf);
    if app.screen() == Screen::Teaching {
        band(app, theme, band_area(area), buf);
    } else {
        header::verdict(app, theme, panels.verdict, buf);
        header::aside(app, theme, panels.aside, buf);
    }
    if let Some(sketch) = app.sketch() {
        draw(app, sketch, theme, chart_area(area), buf);
    }
}

/// Two rows of the teaching layout, below the header.
fn band_area(area: Rect) -> Rect {
    Rect {
        y: area.y + 1,
        height: 2,
        ..area
    }
    .intersection(area)
}

/// Below the rows on top, above the footer.
fn chart_area(area: Rect) -> Rect {
    Rect {
        y: area.y + 3,
        height: area.height.saturating_sub(4),
        ..area
    }
    .intersection(area)
}

/// What came out, reversed over the whole width.
fn band(app: &App, theme: Theme, area: Rect, buf: &mut Buffer) {
    let style = header::band(theme);
    let notice = app.notice().map(|notice| notice.sentence.as_str());
    let second = notice
        .or_else(|| app.sketch().map(|sketch| sketch.words.conclusion.as_str()))
        .unwrap_or_default();
    let lines = [
        (app.headline(), style),
        (second, style.remove_modifier(Modifier::BOLD)),
    ];
    for (row, (text, style)) in area.rows().zip(lines) {
        buf.set_style(row, style);
        let room = usize::from(row.width.saturating_sub(4));
        buf.set_stringn(row.x + 2, row.y, shortened(text, room), room, style);
    }
}

/// What a model's bars look like.
fn ink(model: Model, theme: Theme) -> Ink {
    let (fill, hue) = model.description().ink;
    Ink {
        fill,
        style: theme.hue(hue),
    }
}

/// Where everything stands inside the frame.
struct Geometry {
    chart: Rect,
    table: Rect,
    about: Rect,
    progress: Rect,
    notes: Rect,
    layout: Layout,
    /// The models whose bars are drawn, counted without serial.
    models: std::ops::Range<usize>,
}

impl Geometry {
    fn of(app: &App, sketch: &Sketch, area: Rect) -> Geometry {
        let inner = inside(area);
        let notes = match inner.height {
            ..8 => 0,
            8..16 => 2,
            _ => 3,
        };
        let (rest, notes) = split_below(inner, notes);
        let (rest, progress) = split_below(rest, u16::from(inner.height >= 8));
        let (rest, about) = split_below(rest, u16::from(inner.height >= 6));
        let is_roomy = inner.width >= ROOM_FOR_TABLE.0 && inner.height >= ROOM_FOR_TABLE.1;
        let rows = u16::try_from(sketch.groups.len() + 1)
            .unwrap_or(u16::MAX)
            .min(rest.height / 3);
        let (chart, table) = split_below(rest, if is_roomy { rows } else { 0 });
        let (models, layout) = layout(app, sketch, chart.width.saturating_sub(GUTTER));
        Geometry {
            chart,
            table,
            about,
            progress,
            notes,
            layout,
            models,
        }
    }
}

/// All models if the thinnest bars have room, else the one under the cursor; of that, if need be, not all numbers of workers.
fn layout(app: &App, sketch: &Sketch, width: u16) -> (std::ops::Range<usize>, Layout) {
    let models = sketch.executors.len();
    let bars = |models: usize| -> Vec<usize> {
        let parallel = sketch.groups.len().saturating_sub(1);
        std::iter::once(1)
            .chain(std::iter::repeat_n(models, parallel))
            .collect()
    };
    if let Some(layout) = Layout::whole(&bars(models), width) {
        return (0..models, layout);
    }
    let (here, group) = app
        .chart()
        .map_or((0, 0), |chart| (chart.executor(), chart.place().0));
    let only = bars(1);
    let layout = Layout::whole(&only, width).unwrap_or_else(|| Layout::around(&only, group, width));
    (here..(here + 1).min(models), layout)
}

fn split_below(area: Rect, below: u16) -> (Rect, Rect) {
    let below = below.min(area.height);
    let above = area.height - below;
    (
        Rect {
            height: above,
            ..area
        },
        Rect {
            y: area.y + above,
            height: below,
            ..area
        },
    )
}

fn draw(app: &App, sketch: &Sketch, theme: Theme, area: Rect, buf: &mut Buffer) {
    let geometry = Geometry::of(app, sketch, area);
    let frame = block(title(sketch, &geometry, area.width), true, theme)
        .title_bottom(legend(sketch, &geometry, theme, area.width));
    draw_block(&frame, area, buf);
    draw_chart(app, sketch, &geometry, theme, buf);
    table::draw(app, sketch, theme, geometry.table, buf);
    draw_about(sketch, theme, geometry.about, buf);
    draw_progress(app, sketch, theme, geometry.progress, buf);
    draw_notes(sketch, geometry.notes, buf);
}

/// What the bars are, and which of them are not shown; in as many words as fit.
fn title(sketch: &Sketch, geometry: &Geometry, width: u16) -> String {
    let unit = match sketch.measure {
        Measure::SpeedUp => "speed-up over serial",
        Measure::Time => "time",
    };
    let only = match geometry.models.clone() {
        models if models.len() == sketch.executors.len() => String::new(),
        models => format!(
            " · only {}: ↑↓",
            sketch
                .executors
                .get(models.start)
                .map_or("serial".into(), |it| it.name())
        ),
    };
    let (first, shown) = (geometry.layout.first, geometry.layout.groups.len());
    let part = match sketch.groups.get(first..first + shown) {
        Some([from, .., to]) if shown < sketch.groups.len() => {
            format!(" · {}–{} shown", from.label, to.label)
        }
        _ => String::new(),
    };
    let candidates = [
        format!(
            "{} · {unit}, by number of workers{only}{part}",
            sketch.words.title
        ),
        format!("{} · {unit} by workers{only}{part}", sketch.words.title),
        format!("{unit} by workers{only}{part}"),
    ];
    let fits = |title: &&String| title.width() + 6 <= usize::from(width);
    candidates
        .iter()
        .find(fits)
        .unwrap_or(&candidates[2])
        .clone()
}

/// What the marks mean, as many as fit, the bars first.
fn legend(sketch: &Sketch, geometry: &Geometry, theme: Theme, width: u16) -> Line<'static> {
    let drawn = sketch
        .executors
        .get(geometry.models.clone())
        .unwrap_or_default();
    let mut entries: Vec<(String, Style, String)> = drawn
        .iter()
        .zip(names(drawn, usize::from(width)))
        .map(|(one, name)| {
            (
                ink(one.model, theme).fill.repeat(2),
                ink(one.model, theme).style,
                name,
            )
        })
        .collect();
    entries.push(("═".into(), Style::new(), "ideal".into()));
    entries.extend(
        sketch
            .laws
            .iter()
            .map(|law| (symbol(law).to_string(), Style::new(), law_name(law).into())),
    );
    entries.push(("─".into(), Style::new(), "serial".into()));
    entries.push(("★".into(), theme.strong(), "best".into()));
    let mut points = sketch.groups.iter().flat_map(|group| &group.bars);
    if points.clone().any(|point| point.is_now) {
        entries.push(("━".into(), theme.cursor(), "now".into()));
    }
    let is_warm_up = |bar: &ChartBar| bar.value.is_none() && bar.warm_up.is_some();
    if points.any(is_warm_up) {
        entries.push(("○".into(), Style::new(), "warm-up".into()));
    }
    let mut spans = vec![Span::raw(" ")];
    let mut left = usize::from(width).saturating_sub(6);
    for (mark, style, name) in entries {
        let needed = mark.width() + name.width() + 3;
        let Some(rest) = left.checked_sub(needed) else {
            break;
        };
        left = rest;
        spans.push(Span::styled(mark, on_border(style)));
        spans.push(Span::styled(format!(" {name}  "), on_border(Style::new())));
    }
    Line::from(spans)
}

/// The names of all these bars in as many words as there is room for; in the fewest where there is none.
fn names(drawn: &[Executor], width: usize) -> Vec<String> {
    let in_short = |one: &Executor| one.label().replace("python-", "py-");
    let model_alone = |one: &Executor| one.model.label().replace("python-", "py-");
    let candidates = [
        drawn.iter().map(Executor::label).collect::<Vec<String>>(),
        drawn.iter().map(in_short).collect(),
        drawn.iter().map(model_alone).collect(),
        drawn
            .iter()
            .map(|one| one.model.name().replace("python-", "py-"))
            .collect(),
    ];
    // Two marks and three blanks besides each name, and the frame.
    let needed = |names: &[String]| names.iter().map(|name| name.width() + 5).sum::<usize>() + 6;
    let fitting = candidates.iter().find(|names| needed(names) <= width);
    fitting.or(candidates.last()).cloned().unwrap_or_default()
}

fn symbol(law: &Law) -> &'static str {
    match law {
        Law::Amdahl(_) => "╌",
        Law::Universal(_) => "≈",
    }
}

fn law_name(law: &Law) -> &'static str {
    match law {
        Law::Amdahl(_) => "Amdahl, fitted",
        Law::Universal(_) => "USL, fitted",
    }
}

fn draw_chart(app: &App, sketch: &Sketch, geometry: &Geometry, theme: Theme, buf: &mut Buffer) {
    let models = std::iter::once(Model::Serial)
        .chain(sketch.executors.iter().map(|executor| executor.model));
    let inks: Vec<Ink> = models.map(|model| ink(model, theme)).collect();
    let scale = Scale::reaching(sketch.peak * HEADROOM, chart::plot(geometry.chart).height);
    let label = |value: f64| sketch.measure.tick(value, scale);
    let ideal = |group: f64| sketch.groups.get(group.round() as usize)?.ideal;
    let serial = |_: f64| sketch.serial;
    let laws: Vec<(Curve, &Law)> = sketch
        .laws
        .iter()
        .map(|law| (curve(sketch, *law), law))
        .collect();
    let line = |at, symbol, style| chart::Line { at, symbol, style };
    let mut chart = Chart::new(&sketch.groups, &geometry.layout, &inks, scale, &label)
        .showing(&geometry.models)
        .line(line(&serial, "─", Style::new()))
        .line(line(&ideal, "═", Style::new()));
    let (group, bar) = app.chart().map_or((0, 0), crate::app::sweep::Chart::place);
    for (at, law) in &laws {
        let style = inks
            .get(app.chart().map_or(0, |chart| chart.executor() + 1))
            .map_or(Style::new(), |ink| ink.style);
        chart = chart.line(line(&**at, symbol(law), style));
    }
    let bar = if group == 0 {
        0
    } else {
        bar - geometry.models.start.min(bar)
    };
    chart.cursor(group, bar).render(geometry.chart, buf);
}

/// How high a curve is at a group, counted from 0, or between two.
type Curve = Box<dyn Fn(f64) -> Option<f64>>;

/// A law between the measured numbers of workers: on a scale on which these stand in equal distances.
fn curve(sketch: &Sketch, law: Law) -> Curve {
    let workers: Vec<f64> = sketch
        .groups
        .iter()
        .map(|group| f64::from(group.workers))
        .collect();
    let (measure, serial) = (
        sketch.measure,
        sketch
            .groups
            .first()
            .and_then(|group| group.bars.first()?.value),
    );
    Box::new(move |group| {
        // Serial is no number of workers.
        let from = (group.floor() as usize).max(1);
        let part = (group - from as f64).max(0.0);
        let (here, next) = (
            workers.get(from)?,
            workers.get(from + 1).or(workers.get(from))?,
        );
        if group < 0.75 {
            return None;
        }
        let speedup = law.at(here * (next / here).powf(part))?;
        match measure {
            Measure::SpeedUp => Some(speedup),
            Measure::Time => serial.map(|serial| serial / speedup),
        }
    })
}

/// The point under the cursor, in as many words as fit.
fn draw_about(sketch: &Sketch, theme: Theme, area: Rect, buf: &mut Buffer) {
    let mut text = String::new();
    for (i, part) in sketch.words.about.iter().enumerate() {
        let longer = if i == 0 {
            format!("▲ {part}")
        } else {
            format!("{text} · {part}")
        };
        if longer.width() > usize::from(area.width) {
            break;
        }
        text = longer;
    }
    buf.set_stringn(
        area.x,
        area.y,
        text,
        usize::from(area.width),
        theme.strong(),
    );
}

/// How far the sweep is, or how it ended.
fn draw_progress(app: &App, sketch: &Sketch, theme: Theme, area: Rect, buf: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let is_its = app
        .live_sweep()
        .is_some_and(|live| app.chart().is_some_and(|chart| chart.number == live.number));
    let Some(progress) = app.sweep_progress().filter(|_| is_its) else {
        buf.set_stringn(
            area.x,
            area.y,
            &sketch.words.ended,
            usize::from(area.width),
            Style::new(),
        );
        return;
    };
    let digits = progress.of.to_string().len();
    let round = match progress.round {
        0 => "warming up".to_string(),
        round => format!("round {round} of {}", progress.rounds),
    };
    let left = progress.remaining_s.map_or_else(String::new, |seconds| {
        format!(" {} left", about_seconds(seconds))
    });
    let text = format!(
        "run {:>digits$} of {} · {round:<12} ",
        progress.run, progress.of
    );
    let (x, _) = buf.set_stringn(
        area.x,
        area.y,
        text,
        usize::from(area.width),
        theme.strong(),
    );
    let room = Rect {
        x,
        width: (PROGRESS + 2).min(area.right().saturating_sub(x)),
        ..area
    };
    let ends = format!(
        "[{}]",
        " ".repeat(usize::from(room.width.saturating_sub(2)))
    );
    buf.set_stringn(x, area.y, ends, usize::from(room.width), Style::new());
    let bar = Rect {
        x: room.x + 1,
        width: room.width.saturating_sub(2),
        ..area
    };
    let done = f64::from(progress.run.saturating_sub(1)) / f64::from(progress.of.max(1));
    ProgressBar::new(done, theme.parallelism()).render(bar, buf);
    buf.set_stringn(
        room.right(),
        area.y,
        left,
        usize::from(area.right() - room.right()),
        Style::new(),
    );
}

/// In steps that do not flicker.
fn about_seconds(seconds: f64) -> String {
    match seconds {
        s if s >= 90.0 => format!("about {:.0} min", (s / 60.0).ceil()),
        s => format!("about {:>2.0} s", s.ceil()),
    }
}

/// What to conclude; instead of that what fitted curves say, while they are drawn.
fn draw_notes(sketch: &Sketch, area: Rect, buf: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let texts = if sketch.words.laws.is_empty() {
        vec![sketch.words.conclusion.clone()]
    } else {
        sketch.words.laws.clone()
    };
    let mut lines: Vec<String> = texts
        .iter()
        .flat_map(|text| wrap(text, area.width))
        .collect();
    let rows = usize::from(area.height);
    if lines.len() > rows {
        let rest = lines.split_off(rows - 1).join(" ");
        lines.push(shortened(&rest, usize::from(area.width)));
    }
    let lines: Vec<Line<'_>> = lines.into_iter().map(Line::from).collect();
    draw_lines(&lines, area, buf);
}

/// All runs and numbers of one point, over the chart.
pub fn point(
    app: &App,
    (number, configuration): (usize, usize),
    rows: &[Row],
    scroll: Scroll,
    theme: Theme,
    area: Rect,
    buf: &mut Buffer,
) {
    let Some(entry) = app.history().sweep(number) else {
        return;
    };
    let Some(plan) = entry.sweep.plan.configurations().get(configuration) else {
        return;
    };
    let title = format!("{} · sweep #{number}", place(plan));
    let inner = draw_over(&block(title, true, theme), area, buf);
    draw_scrolled(
        rows,
        |row| details::line(row, theme),
        scroll,
        theme,
        inner,
        buf,
    );
}

/// What is at this place of the chart.
pub fn target(app: &App, area: Rect, here: Position) -> Option<Target> {
    let sketch = app.sketch()?;
    let area = chart_area(area);
    if !area.contains(here) {
        return None;
    }
    let geometry = Geometry::of(app, sketch, area);
    let plot = chart::plot(geometry.chart);
    let found = (|| {
        let column = here
            .x
            .checked_sub(plot.x)
            .filter(|_| geometry.chart.contains(here))?;
        let drawn = |at: usize| if at == 0 { 1 } else { geometry.models.len() };
        let bars: Vec<usize> = (0..sketch.groups.len()).map(drawn).collect();
        let (group, bar) = geometry.layout.at(column, &bars)?;
        let model = if group == 0 {
            0
        } else {
            geometry.models.start + bar
        };
        Some(Target::SweepPoint(
            sketch.groups.get(group)?.bars.get(model)?.configuration,
        ))
    })();
    Some(found.unwrap_or(Target::Chart))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::present::ascii::stand_in;

    #[test]
    fn the_bars_of_each_model_are_told_apart_without_colour_also_in_ascii() {
        let fills = Model::ALL.map(|model| ink(model, Theme::plain()).fill);
        let in_ascii = fills.map(|fill| fill.chars().map(stand_in).collect::<String>());
        for (i, fill) in fills.iter().enumerate() {
            assert!(!fills[..i].contains(fill), "{fill}");
            assert!(
                in_ascii[i] != "?" && !in_ascii[..i].contains(&in_ascii[i]),
                "{fill}: {}",
                in_ascii[i]
            );
        }
    }
}
