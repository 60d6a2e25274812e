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

mod table;

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::Constraint::{Fill, Length};
use ratatui::layout::{Layout, Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;
use unicode_width::UnicodeWidthStr;

use crate::app::App;
use crate::app::frame::header;
use crate::app::frame::header::in_rows;
use crate::app::frame::layout::Panels;
use crate::app::message::Target;
use crate::app::screen::Screen;
use crate::app::screens::sweep;
use crate::app::screens::sweep::Sketch;
use crate::app::screens::teaching::view::draw_band;
use crate::catalog::model::Model;
use crate::domain::executor::Executor;
use crate::domain::stats::fit::{Fit, Law};
use crate::present::chart::{ChartBar, Measure, Scale};
use crate::present::table::fitting;
use crate::ui::area::{cells, split_above, split_below, split_left};
use crate::ui::panel::{block, draw_block, draw_lines, draw_text, inside, on_border, wrap};
use crate::ui::theme::{CURSOR, STRONG, Theme};
use crate::ui::widget::bar::Bar as ProgressBar;
use crate::ui::widget::chart;
use crate::ui::widget::chart::{Chart, GUTTER, Ink, Layout as Bars};

/// From so many columns and rows inside the frame on, all points stand below the chart as numbers.
const ROOM_FOR_TABLE: (u16, u16) = (90, 24);
/// So much more than the largest value has room, so that a sign stands above it.
const HEADROOM: f64 = 1.06;
/// Columns of the bar of progress.
const PROGRESS: u16 = 20;

/// The chart with what stands around it.
pub fn screen(app: &App, theme: Theme, panels: &Panels, area: Rect, buf: &mut Buffer) {
    header::header(app, panels.header, buf);
    let sketch = app.sketch();
    if app.screen() == Screen::Teaching {
        let (_, below_header) = split_above(area, 1);
        let notice = app.notice().map(|notice| notice.sentence.as_str());
        let conclusion = sketch.map_or("", |sketch| &sketch.words.conclusion);
        let said = [app.headline(), notice.unwrap_or(conclusion)];
        draw_band(said, split_above(below_header, 2).0, buf);
    } else {
        header::verdict(app, panels.verdict, buf);
        header::aside(app, theme, panels.aside, buf);
    }
    if let (Some(sketch), Some(chart)) = (sketch, app.chart()) {
        draw(app, sketch, chart, theme, chart_area(area), buf);
    }
}

/// Below the rows on top, above the footer.
fn chart_area(area: Rect) -> Rect {
    let (_, below) = split_above(area, 3);
    split_below(below, 1).0
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
    layout: Bars,
    /// The models whose bars are drawn, counted without serial.
    models: Range<usize>,
}

impl Geometry {
    fn of(sketch: &Sketch, at: &sweep::Chart, area: Rect) -> Geometry {
        let inner = inside(area);
        let notes = match inner.height {
            ..8 => 0,
            8..16 => 2,
            _ => 3,
        };
        let progress = u16::from(inner.height >= 8);
        let about = u16::from(inner.height >= 6);
        let rest = inner.height - notes - progress - about;
        let is_roomy = inner.width >= ROOM_FOR_TABLE.0 && inner.height >= ROOM_FOR_TABLE.1;
        let rows = cells(sketch.groups.len() + 1);
        let table = if is_roomy { rows.min(rest / 3) } else { 0 };
        let below = [table, about, progress, notes].map(Length);
        let rows = Layout::vertical(std::iter::once(Fill(1)).chain(below));
        let [chart, table, about, progress, notes] = rows.areas(inner);
        let (models, layout) = bars(sketch, at, chart.width.saturating_sub(GUTTER));
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
fn bars(sketch: &Sketch, at: &sweep::Chart, width: u16) -> (Range<usize>, Bars) {
    let models = sketch.executors.len();
    if let Some(layout) = Bars::whole(&bars_of(sketch, models), width) {
        return (0..models, layout);
    }
    let only = bars_of(sketch, 1);
    let around = || Bars::around(&only, at.place().0, width);
    let layout = Bars::whole(&only, width).unwrap_or_else(around);
    let here = at.executor();
    (here..(here + 1).min(models), layout)
}

/// How many bars each group has where so many models are drawn: serial, which is always drawn, is one.
fn bars_of(sketch: &Sketch, models: usize) -> Vec<usize> {
    let mut bars = vec![models; sketch.groups.len()];
    bars[0] = 1;
    bars
}

fn draw(app: &App, sketch: &Sketch, at: &sweep::Chart, theme: Theme, area: Rect, buf: &mut Buffer) {
    let geometry = Geometry::of(sketch, at, area);
    let frame = block(title(sketch, &geometry, area.width), true, theme)
        .title_bottom(legend(sketch, &geometry, theme, area.width));
    draw_block(&frame, area, buf);
    draw_chart(sketch, at, &geometry, theme, buf);
    table::draw(sketch, at.place(), geometry.table, buf);
    let about = about(sketch, geometry.about.width);
    draw_text(about, STRONG, geometry.about, buf);
    draw_progress(app, sketch, at, theme, geometry.progress, buf);
    draw_notes(sketch, geometry.notes, buf);
}

/// What the bars are, and which of them are not shown; in as many words as fit.
fn title(sketch: &Sketch, geometry: &Geometry, width: u16) -> String {
    let unit = match sketch.measure {
        Measure::SpeedUp => "speed-up over serial",
        Measure::Time => "time",
    };
    let models = &geometry.models;
    let only = if models.len() == sketch.executors.len() {
        String::new()
    } else {
        let executor = sketch.executors.get(models.start);
        let name = executor.map_or("serial".into(), Executor::name);
        format!(" · only {name}: ↑↓")
    };
    let (first, shown) = (geometry.layout.first, geometry.layout.groups.len());
    let part = match sketch.groups.get(first..first + shown) {
        Some([from, .., to]) if shown < sketch.groups.len() => {
            format!(" · {}–{} shown", from.label, to.label)
        }
        _ => String::new(),
    };
    let title = &sketch.words.title;
    let candidates = [
        format!("{title} · {unit}, by number of workers{only}{part}"),
        format!("{title} · {unit} by workers{only}{part}"),
        format!("{unit} by workers{only}{part}"),
    ];
    fitting(candidates, |title| title.width() + 6 <= usize::from(width))
}

/// What the marks mean, as many as fit, the bars first.
fn legend(sketch: &Sketch, geometry: &Geometry, theme: Theme, width: u16) -> Line<'static> {
    let models = geometry.models.clone();
    let drawn = sketch.executors.get(models).unwrap_or_default();
    let bars = drawn.iter().zip(names(drawn, usize::from(width)));
    let bars = bars.map(|(one, name)| {
        let Ink { fill, style } = ink(one.model, theme);
        (Span::styled(fill.repeat(2), style), name)
    });
    let plain = |(mark, name): (&'static str, &str)| (Span::raw(mark), name.to_string());
    let laws = sketch.laws.iter().map(|law| plain(mark_of(law)));
    let mut entries: Vec<(Span<'_>, String)> = bars.collect();
    entries.push(plain(("═", "ideal")));
    entries.extend(laws);
    entries.push(plain(("─", "serial")));
    entries.push((Span::styled("★", STRONG), "best".into()));
    let mut points = sketch.groups.iter().flat_map(|group| &group.bars);
    if points.clone().any(|point| point.is_now) {
        entries.push((Span::styled("━", CURSOR), "now".into()));
    }
    let is_warm_up = |bar: &ChartBar| bar.value.is_none() && bar.warm_up.is_some();
    if points.any(is_warm_up) {
        entries.push(plain(("○", "warm-up")));
    }
    let mut line = Line::raw(" ");
    for (mark, name) in entries {
        let name = Span::raw(format!(" {name}  "));
        if line.width() + mark.width() + name.width() + 5 > usize::from(width) {
            break;
        }
        line.push_span(mark);
        line.push_span(name);
    }
    on_border(line)
}

/// The names of all these bars in as many words as there is room for; in the fewest where there is none.
fn names(drawn: &[Executor], width: usize) -> Vec<String> {
    let in_words: [fn(&Executor) -> String; 4] = [
        |one| one.label(),
        |one| one.label().replace("python-", "py-"),
        |one| one.model.label().replace("python-", "py-"),
        |one| one.model.name().replace("python-", "py-"),
    ];
    let named = in_words.map(|words| drawn.iter().map(words).collect::<Vec<String>>());
    // Two marks and three blanks besides each name, and the frame.
    let needed = |names: &[String]| names.iter().map(|name| name.width() + 5).sum::<usize>() + 6;
    fitting(named, |names| needed(names) <= width)
}

/// What the curve of a law is made of, and what it is called.
fn mark_of(fit: &Fit) -> (&'static str, &'static str) {
    match fit.law {
        Law::Amdahl { .. } => ("╌", "Amdahl, fitted"),
        Law::Universal { .. } => ("≈", "USL, fitted"),
    }
}

fn draw_chart(
    sketch: &Sketch,
    at: &sweep::Chart,
    geometry: &Geometry,
    theme: Theme,
    buf: &mut Buffer,
) {
    let parallel = sketch.executors.iter().map(|executor| executor.model);
    let models = std::iter::once(Model::serial(false)).chain(parallel);
    let inks: Vec<Ink> = models.map(|model| ink(model, theme)).collect();
    let scale = Scale::reaching(sketch.peak * HEADROOM, chart::plot(geometry.chart).height);
    let ideal = |group: f64| sketch.groups.get(group.round() as usize)?.ideal;
    let mut lines = vec![
        chart::Line {
            at: Box::new(|_| sketch.serial),
            symbol: "─",
            style: Style::new(),
        },
        chart::Line {
            at: Box::new(ideal),
            symbol: "═",
            style: Style::new(),
        },
    ];
    let fitted = inks.get(at.executor() + 1);
    lines.extend(sketch.laws.iter().map(|law| chart::Line {
        at: Box::new(|group| curve(sketch, law, group)),
        symbol: mark_of(law).0,
        style: fitted.map_or(Style::new(), |ink| ink.style),
    }));
    let (group, bar) = at.place();
    let before = if group == 0 {
        bar
    } else {
        geometry.models.start
    };
    let chart = Chart {
        inks: &inks,
        groups: &sketch.groups,
        scale,
        label: &|value| sketch.measure.tick(value, scale),
        lines,
        layout: &geometry.layout,
        shown: geometry.models.clone(),
        cursor: Some((group, bar.saturating_sub(before))),
    };
    chart.render(geometry.chart, buf);
}

/// How high a law is at a group, counted from 0, or between two: on a scale on which the measured numbers of workers stand
/// in equal distances.
fn curve(sketch: &Sketch, law: &Fit, group: f64) -> Option<f64> {
    // Serial is no number of workers.
    let from = (group.floor() as usize).max(1);
    let part = (group - from as f64).max(0.0);
    let workers = |at: usize| Some(f64::from(sketch.groups.get(at)?.workers));
    let here = workers(from)?;
    let next = workers(from + 1).unwrap_or(here);
    if group < 0.75 {
        return None;
    }
    let speedup = law.at(here * (next / here).powf(part))?;
    match sketch.measure {
        Measure::SpeedUp => Some(speedup),
        Measure::Time => Some(sketch.serial? / speedup),
    }
}

/// The point under the cursor, in as many words as fit.
fn about(sketch: &Sketch, width: u16) -> String {
    let mut text = String::new();
    for part in &sketch.words.about {
        let before = if text.is_empty() { "▲" } else { " ·" };
        let longer = format!("{text}{before} {part}");
        if longer.width() > usize::from(width) {
            break;
        }
        text = longer;
    }
    text
}

/// How far the sweep is, or how it ended.
fn draw_progress(
    app: &App,
    sketch: &Sketch,
    at: &sweep::Chart,
    theme: Theme,
    area: Rect,
    buf: &mut Buffer,
) {
    let is_its = app
        .live_sweep()
        .is_some_and(|live| at.number == live.number);
    let Some(progress) = app.sweep_progress().filter(|_| is_its) else {
        draw_text(&sketch.words.ended, Style::new(), area, buf);
        return;
    };
    let digits = progress.of.to_string().len();
    let (run, of) = (progress.run, progress.of);
    let round = match progress.round {
        0 => "warming up".to_string(),
        round => format!("round {round} of {}", progress.rounds),
    };
    let left = progress.remaining_s.map(about_seconds).unwrap_or_default();
    let text = format!("run {run:>digits$} of {of} · {round:<12} ");
    let before = cells(text.width() + 1);
    let (_, behind) = split_left(area, before);
    let bar = Rect {
        width: PROGRESS.min(behind.width.saturating_sub(1)),
        ..behind
    };
    let blanks = " ".repeat(usize::from(bar.width));
    let line = vec![
        Span::styled(text, STRONG),
        Span::raw(format!("[{blanks}]{left}")),
    ];
    draw_lines([line], area, buf);
    let done = f64::from(run.saturating_sub(1)) / f64::from(of.max(1));
    ProgressBar::new(done, theme.parallelism()).render(bar, buf);
}

/// In steps that do not flicker.
fn about_seconds(seconds: f64) -> String {
    match seconds {
        s if s >= 90.0 => format!(" about {:.0} min left", (s / 60.0).ceil()),
        s => format!(" about {:>2.0} s left", s.ceil()),
    }
}

/// What to conclude; instead of that what fitted curves say, while they are drawn.
fn draw_notes(sketch: &Sketch, area: Rect, buf: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let words = &sketch.words;
    let texts = if words.laws.is_empty() {
        std::slice::from_ref(&words.conclusion)
    } else {
        &words.laws
    };
    let lines = texts.iter().flat_map(|text| wrap(text, area.width));
    let lines = in_rows(lines.collect(), area.height.into(), area.width);
    draw_lines(lines, area, buf);
}

/// What is at this place of the chart.
pub fn target(app: &App, area: Rect, here: Position) -> Option<Target> {
    let (sketch, at) = (app.sketch()?, app.chart()?);
    let area = chart_area(area);
    if !area.contains(here) {
        return None;
    }
    let geometry = Geometry::of(sketch, at, area);
    Some(point_at(sketch, &geometry, here).map_or(Target::Chart, Target::SweepPoint))
}

fn point_at(sketch: &Sketch, geometry: &Geometry, here: Position) -> Option<usize> {
    let plot = chart::plot(geometry.chart);
    let column = here
        .x
        .checked_sub(plot.x)
        .filter(|_| geometry.chart.contains(here))?;
    let bars = bars_of(sketch, geometry.models.len());
    let (group, bar) = geometry.layout.at(column, &bars)?;
    let before = if group == 0 { 0 } else { geometry.models.start };
    let bar = sketch.groups.get(group)?.bars.get(before + bar)?;
    Some(bar.configuration)
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
