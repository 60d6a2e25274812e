//! The chart of a sweep, in place of the panels.
//!
//! ```text
//!  header
//!  VERDICT: the best so far
//!  aside
//! ╭ Sweep #3 · speed-up over serial, by workers ─────────╮
//! │ 10×▔│                                  ★             │
//! │     │                           ██▒▒  ██▒▒           │   the bars, as large as there is room for them
//! │  5×▔│                    ██▒▒   ██▒▒  ██▒▒           │
//! │     │             ██▒▒   ██▒▒   ██▒▒  ██▒▒           │
//! │  0×▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▲▔▔▔▔▔            │
//! │       serial   1     2     4     8     16            │
//! │ workers  threads          processes                  │   on large screens: all points as numbers
//! │ threads × 8 · 7.2× (6.9–7.4) · 0.45 s · three runs   │   the point under the cursor
//! │ run 12 of 44 · round 1 of 3 ▕███      ▏ about 20 s   │   the progress
//! │ threads: 9.8× with 16 workers; processes: …          │   the conclusion, or the fitted laws
//! ╰ █ threads  ▒ processes  ─ serial  ═ full use ────────╯
//!  footer
//! ```

mod table;

use std::{collections::HashSet, ops::Range};

use ratatui::{
    buffer::Buffer,
    layout::{
        Constraint::{Fill, Length},
        Layout, Position, Rect,
    },
    style::Style,
    text::{Line, Span},
    widgets::Widget,
};
use unicode_width::UnicodeWidthStr;

use crate::{
    app::{
        App,
        frame::{header, layout::Panels},
        message::ClickTarget,
        screen::ScreenClass,
        screens::{
            sweep::{self, Sketch, laws},
            teaching::view::draw_band,
        },
    },
    catalog::model::Model,
    domain::model_variant::ModelVariant,
    present::{
        chart::{AxisScale, Layout as Bars, Plotted},
        sentence::work,
        table::{fitting, in_rows},
    },
    ui::{
        area::{cells, split_above, split_below, split_left},
        panel::{block, draw_block, draw_lines, draw_text, inside, on_border, wrap},
        theme::{STRONG, Theme},
        widget::{
            bar::Bar as ProgressBar,
            chart,
            chart::{DrawnChart, GUTTER},
        },
    },
};

/// The minimum columns and rows inside the frame at which all points are below the chart as numbers.
const ROOM_FOR_TABLE: (u16, u16) = (90, 24);
/// The marks besides the bars, with their meaning, the most important first.
const MARKS: [(&str, &str); 9] = [
    ("★", "best"),
    ("─", "serial"),
    ("═", "full use"),
    ("━", "now"),
    ("○", "warm-up"),
    ("·", "to come"),
    ("✗", "failed"),
    ("┬", "95 % interval"),
    ("•", "one run"),
];
/// How many of them come before the fitted laws.
const SERIAL_AND_BEST: usize = 3;
/// The width of a name in the legend that has room for nothing but a letter of the model and a version, in columns.
const NARROW: usize = 12;
/// The width of the progress bar, in columns.
const PROGRESS: u16 = 20;

/// Draws the chart with everything around it.
pub fn screen(app: &App, theme: Theme, panels: &Panels, area: Rect, buf: &mut Buffer) {
    header::header(app, panels.header, buf);
    if app.screen() == ScreenClass::Teaching {
        let (_, below_header) = split_above(area, 1);
        let conclusion = app.sketch().map_or("", |sketch| &sketch.conclusion);
        let band = split_above(below_header, 2).0;
        draw_band([app.headline(), conclusion], band, buf);
    } else {
        header::verdict(app, panels.verdict, buf);
        header::aside(app, panels.aside, buf);
    }
    if let Some(chart) = PlacedChart::of(app, theme, area) {
        chart.draw(buf);
    }
}

/// The target at this place of the chart.
pub fn target(app: &App, area: Rect, here: Position) -> Option<ClickTarget> {
    let chart = PlacedChart::of(app, Theme::plain(), area)?;
    let point = chart.point_at(here).map(ClickTarget::SweepPoint);
    let is_inside = chart.frame.contains(here);
    is_inside.then(|| point.unwrap_or(ClickTarget::Chart))
}

/// The fill of a model's bars.
fn ink(model: Model, theme: Theme) -> Span<'static> {
    let (fill, hue) = model.description().ink;
    Span::styled(fill, theme.hue(hue))
}

/// A chart, and the places of its parts.
struct PlacedChart<'a> {
    app: &'a App,
    theme: Theme,
    sketch: &'a Sketch,
    at: &'a sweep::SweepChart,
    frame: Rect,
    /// The areas inside the frame: the chart, the table, the point under the cursor, the progress, the notes.
    rooms: [Rect; 5],
    layout: Bars,
    /// The models whose bars are drawn, counted without serial.
    models: Range<usize>,
}

impl PlacedChart<'_> {
    fn of(app: &App, theme: Theme, area: Rect) -> Option<PlacedChart<'_>> {
        let (sketch, at) = (app.sketch()?, app.chart()?);
        // Below the rows at the top, above the footer.
        let frame = split_below(split_above(area, 3).1, 1).0;
        let inner = inside(frame);
        let texts = sketch.notes.iter();
        let lines: usize = texts.map(|text| wrap(text, inner.width).len()).sum();
        let notes = match inner.height {
            ..8 => 0,
            8..16 => 2,
            // The notes on two laws may take a row more than other notes. It is reserved, so that nothing moves during
            // a sweep.
            _ => cells(lines).clamp(3, 4),
        };
        let progress = u16::from(inner.height >= 8);
        let about = u16::from(inner.height >= 6);
        let rest = inner.height - notes - progress - about;
        let is_roomy = inner.width >= ROOM_FOR_TABLE.0 && inner.height >= ROOM_FOR_TABLE.1;
        let rows = cells(sketch.chart.groups.len() + 1);
        let table = if is_roomy { rows.min(rest / 3) } else { 0 };
        let below = [table, about, progress, notes].map(Length);
        let rooms: [Rect; 5] = Layout::vertical(std::iter::once(Fill(1)).chain(below)).areas(inner);
        // All models if the narrowest bars have room; otherwise the model under the cursor and, if necessary, only some
        // of its worker counts.
        let width = rooms[0].width.saturating_sub(GUTTER);
        let bars = |models: &Range<usize>| {
            let mut bars = vec![models.clone(); sketch.chart.groups.len()];
            bars[0] = 0..1;
            bars
        };
        let count = sketch.chart.executors.len();
        let mut models = 0..count;
        let layout = Bars::whole(&bars(&models), width).unwrap_or_else(|| {
            models = at.executor..(at.executor + 1).min(count);
            let only = bars(&models);
            let around = || Bars::around(&only, at.place().0, width);
            Bars::whole(&only, width).unwrap_or_else(around)
        });
        Some(PlacedChart {
            app,
            theme,
            sketch,
            at,
            frame,
            rooms,
            layout,
            models,
        })
    }

    fn draw(&self, buf: &mut Buffer) {
        let [chart, table, about, progress, notes] = self.rooms;
        self.draw_chart(chart, buf);
        let legend = self.legend(|mark| chart.positions().any(|at| buf[at].symbol() == mark));
        let frame = block(self.title(), true, self.theme).title_bottom(legend);
        draw_block(&frame, self.frame, buf);
        table::draw(&self.sketch.chart, self.at.place(), table, buf);
        draw_text(self.about(about.width), STRONG, about, buf);
        self.draw_progress(progress, buf);
        if !notes.is_empty() {
            let texts = self.sketch.notes.iter();
            let lines = texts.flat_map(|text| wrap(text, notes.width)).collect();
            let lines = in_rows(lines, notes.height.into(), notes.width);
            draw_lines(lines, notes, buf);
        }
    }

    /// What the bars show, and which bars are not shown, in as many words as fit.
    fn title(&self) -> String {
        let sketch = self.sketch;
        let unit = match sketch.chart.plotted {
            Plotted::SpeedUp => over(&sketch.chart.executors),
            Plotted::Time => "time",
        };
        let models = &self.models;
        let only = if models.len() == sketch.chart.executors.len() {
            String::new()
        } else {
            let executor = sketch.chart.executors.get(models.start);
            let name = executor.map_or("serial".into(), ModelVariant::name);
            format!(" · {name} only, ↑↓ for others")
        };
        let (first, shown) = (self.layout.first, self.layout.groups.len());
        let part = match sketch.chart.groups.get(first..first + shown) {
            Some([from, .., to]) if shown < sketch.chart.groups.len() => {
                format!(" · {}–{} shown", from.label, to.label)
            }
            _ => String::new(),
        };
        let title = &sketch.title;
        let candidates = [
            format!("{title} · {unit}, by number of workers{only}{part}"),
            format!("{title} · {unit} by workers{only}{part}"),
            format!("{unit} by workers{only}{part}"),
            format!("{unit}{only}{part}"),
        ];
        fitting(candidates, |title| {
            title.width() + 6 <= usize::from(self.frame.width)
        })
    }

    /// The meaning of the marks that are drawn, as many as fit, the bars first.
    fn legend(&self, is_drawn: impl Fn(&str) -> bool) -> Line<'static> {
        let (sketch, width) = (self.sketch, usize::from(self.frame.width));
        let drawn = sketch.chart.executors.get(self.models.clone());
        let drawn = drawn.unwrap_or_default();
        let mut entries: Vec<(Span<'_>, String)> = vec![];
        for (one, name) in drawn.iter().zip(names(drawn, width)) {
            let Span { content, style } = ink(one.model, self.theme);
            entries.push((Span::styled(content.repeat(2), style), name));
        }
        let laws = sketch.laws.iter().map(|law| laws::mark(&law.fit));
        let marks = MARKS.into_iter().take(SERIAL_AND_BEST).chain(laws);
        let marks = marks.chain(MARKS.into_iter().skip(SERIAL_AND_BEST));
        let marks = marks.filter(|(mark, _)| is_drawn(mark));
        entries.extend(marks.map(|(mark, name)| (Span::styled(mark, STRONG), name.to_string())));
        let mut line = Line::raw(" ");
        for (mark, name) in entries {
            let name = Span::raw(format!(" {name}  "));
            if line.width() + mark.width() + name.width() + 3 > width {
                break;
            }
            line.extend([mark, name]);
        }
        on_border(line)
    }

    fn draw_chart(&self, area: Rect, buf: &mut Buffer) {
        let (sketch, theme) = (self.sketch, self.theme);
        let parallel = sketch.chart.executors.iter().map(|executor| executor.model);
        let models = std::iter::once(Model::Serial).chain(parallel);
        let inks: Vec<Span<'_>> = models.map(|model| ink(model, theme)).collect();
        let scale = AxisScale::reaching(sketch.chart.peak, chart::plot(area).height);
        let curves = sketch.laws.iter().map(|law| {
            let style = inks.get(law.series).map_or(Style::new(), |ink| ink.style);
            let (mark, _) = laws::mark(&law.fit);
            (
                Span::styled(mark, style),
                sketch.chart.curve(law, &self.layout),
            )
        });
        let chart = DrawnChart {
            chart: &sketch.chart,
            inks: &inks,
            scale,
            curves: curves.collect(),
            layout: &self.layout,
            cursor: self.at.place(),
        };
        chart.render(area, buf);
    }

    /// The point under the cursor, in as many words as fit.
    fn about(&self, width: u16) -> String {
        let about = &self.sketch.about;
        let candidates = (1..=about.len()).rev();
        let candidates = candidates.map(|parts| format!("▲ {}", about[..parts].join(" · ")));
        fitting(candidates, |text| text.width() <= usize::from(width))
    }

    /// Draws the progress of the sweep, or how it ended.
    fn draw_progress(&self, area: Rect, buf: &mut Buffer) {
        let Some(progress) = self.app.sweep_progress(self.at.number) else {
            draw_text(&self.sketch.ended, Style::new(), area, buf);
            return;
        };
        let digits = progress.of.to_string().len();
        let (run, of) = (progress.run, progress.of);
        let round = match progress.round {
            0 => "warm-up round".to_string(),
            round => format!("round {round} of {}", progress.rounds),
        };
        let left = progress.remaining_s.map(about_seconds).unwrap_or_default();
        let run_of = format!("run {run} of {of}");
        let width = "run  of ".len() + 2 * digits;
        let text = format!("{run_of:<width$} · {round:<13} ");
        let (_, behind) = split_left(area, cells(text.width() + 1));
        let bar = Rect {
            width: PROGRESS.min(behind.width.saturating_sub(1)),
            ..behind
        };
        let blanks = " ".repeat(usize::from(bar.width));
        let behind = Span::raw(format!("[{blanks}]{left}"));
        draw_lines([vec![Span::styled(text, STRONG), behind]], area, buf);
        let done = f64::from(run.saturating_sub(1)) / f64::from(of.max(1));
        ProgressBar::new(done, self.theme.parallelism()).render(bar, buf);
    }

    /// The configuration whose bar is at this place.
    fn point_at(&self, here: Position) -> Option<usize> {
        let [room, ..] = self.rooms;
        let column = here.x.checked_sub(chart::plot(room).x);
        let (group, bar) = self.layout.at(column.filter(|_| room.contains(here))?)?;
        self.sketch
            .chart
            .groups
            .get(group)?
            .bars
            .get(bar)?
            .configuration
    }
}

/// What the speed-ups of these bars are measured against.
fn over(executors: &[ModelVariant]) -> &'static str {
    let python = |one: &ModelVariant| one.model.is_python();
    match (executors.iter().any(python), executors.iter().all(python)) {
        (false, _) => "speed-up over serial",
        (true, true) => "speed-up over one Python thread",
        (true, false) => "speed-up over serial or one Python thread",
    }
}

/// The names of all these bars, in as many words as there is room for, or in the fewest that tell them apart.
fn names(drawn: &[ModelVariant], width: usize) -> Vec<String> {
    let in_words: [fn(&ModelVariant) -> String; 5] = [
        |one| one.label(),
        |one| one.label().replace("python-", "py-"),
        |one| one.model.label().replace("python-", "py-"),
        |one| one.model.name().replace("python-", "py-"),
        |one| work::model(one, NARROW, true),
    ];
    let named = in_words.map(|words| drawn.iter().map(words).collect::<Vec<String>>());
    let named = named.into_iter().filter(|names| {
        let different: HashSet<&String> = names.iter().collect();
        different.len() == names.len()
    });
    // Besides each name, there are two marks and three spaces; besides all of them, the frame.
    let needed = |names: &[String]| names.iter().map(|name| name.width() + 5).sum::<usize>() + 6;
    fitting(named, |names| needed(names) <= width)
}

/// A duration in steps that do not flicker.
fn about_seconds(seconds: f64) -> String {
    match seconds {
        s if s >= 90.0 => format!(" about {:.0} min left", (s / 60.0).ceil()),
        s => format!(" about {:>2.0} s left", s.ceil()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        catalog::phase::Phase,
        domain::python::Python,
        fixtures::python::{free_threaded, interpreter},
        present::ascii::stand_in,
    };

    #[test]
    fn two_interpreters_of_a_model_have_different_names_in_any_legend() {
        let drawn = [interpreter(), free_threaded()].map(|interpreter| ModelVariant {
            model: Model::PythonThreads,
            python: Some(Python {
                interpreter,
                start_method: None,
            }),
        });
        for width in 0..120 {
            let names = names(&drawn, width);
            assert_ne!(names[0], names[1], "in {width} columns");
        }
    }

    #[test]
    fn no_bar_of_a_model_looks_like_waiting_for_the_lock() {
        let mark = Phase::Gil.description().mark;
        let ascii = |text: &str| text.chars().map(stand_in).collect::<String>();
        for model in Model::ALL {
            let (fill, _) = model.description().ink;
            assert!(fill != mark && ascii(fill) != ascii(mark), "{model:?}");
        }
    }

    #[test]
    fn the_bars_of_each_model_are_distinguishable_without_colour_and_in_ascii() {
        let fills = Model::ALL.map(|model| model.description().ink.0);
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
