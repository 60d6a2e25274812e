//! The chart of a sweep: bars over numbers of workers, a series per model.
//!
//! ```text
//!   8× ┤            ★
//!      ┤          ┬ █          bar: the median; whisker: its 95 % interval; ★ the best configuration
//!   4× ┤   ┬ █ ┬ █ █           dotted: as many times faster as there are workers; dashed: fitted
//!      └───────────────
//!         1    2    4
//! ```

use std::fmt::Write as _;

use maud::{Markup, Render, html};

use super::WIDTH;
use super::ink;
use crate::domain::executor::Executor;
use crate::present::chart::{ChartBar, Measure, Scale};

/// How high a chart is with a legend of one line, in the picture's units.
const HEIGHT: u32 = 400;
/// From one line of the legend to the next.
const LEADING: u32 = 19;
const LEFT: f64 = 70.0;
const RIGHT: f64 = 915.0;
const TOP: f64 = 46.0;
const BOTTOM: f64 = 352.0;
/// How much of a group's room its bars take.
const FILLED: f64 = 0.78;
/// A bar is not wider than that.
const BAR_MAX: f64 = 64.0;
/// Room that a character of a number above a bar needs.
const CHARACTER: f64 = 6.6;

/// The least distance between the names of two lines.
const WORDS_APART: f64 = 13.0;

/// The bars of one executor.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::export) struct Series {
    pub executor: Executor,
    /// Which of the sweep's interpreters it is, from 0; 0 without any.
    pub interpreter: usize,
    /// One per number of workers.
    pub bars: Vec<ChartBar>,
    /// A fitted curve: its name, and a value per number of workers.
    pub fitted: Option<(&'static str, Vec<f64>)>,
}

/// A chart, ready to be drawn.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::export) struct Chart {
    pub measure: Measure,
    pub title: String,
    /// Numbers of workers, ascending.
    pub workers: Vec<u32>,
    pub series: Vec<Series>,
    /// The medians of the serial runs with which others are compared, each with what it is called.
    pub serial: Vec<(String, f64)>,
    /// The highest speed-up that there can be, by number of workers.
    pub ideal: Vec<f64>,
    /// Unique in the document.
    pub id: String,
}

impl Chart {
    /// How much room it takes.
    pub fn height(&self) -> u32 {
        HEIGHT + self.below_first_line()
    }

    /// How much more room the legend takes than its first line has.
    fn below_first_line(&self) -> u32 {
        self.legend()
            .iter()
            .map(|entry| entry.line)
            .max()
            .unwrap_or(0)
            * LEADING
    }

    fn plot(&self) -> Markup {
        html! {
            (self.scale())
            @for (at, workers) in self.workers.iter().enumerate() {
                text x=(self.centre(at as f64)) y=(BOTTOM + 20.0) text-anchor="middle" { (workers) }
                (self.bars(at))
            }
            text x=(f64::midpoint(LEFT, RIGHT)) y=(BOTTOM + 40.0) text-anchor="middle" class="soft" { "workers" }
            (self.lines())
            line x1=(LEFT) x2=(RIGHT) y1=(BOTTOM) y2=(BOTTOM) class="axis" {}
            (self.references())
        }
    }

    fn all_bars(&self) -> impl Iterator<Item = &ChartBar> {
        self.series.iter().flat_map(|series| &series.bars)
    }

    /// The value at the upper edge.
    fn end(&self) -> f64 {
        let highest = self
            .all_bars()
            .filter_map(|bar| Some(bar.range()?.high.max(bar.value?)));
        let serial = self.serial.iter().map(|(_, median)| *median);
        let highest = highest.chain(serial).fold(0.0, f64::max);
        if highest.is_finite() && highest > 0.0 {
            highest * 1.12
        } else {
            1.0
        }
    }

    fn y(&self, value: f64) -> f64 {
        let share = (value / self.end()).clamp(0.0, 1.0);
        rounded(BOTTOM - share * (BOTTOM - TOP))
    }

    /// The middle of a group; between two groups for numbers in between.
    fn centre(&self, at: f64) -> f64 {
        rounded(LEFT + (at + 0.5) * self.group())
    }

    /// How wide a group is.
    fn group(&self) -> f64 {
        (RIGHT - LEFT) / self.workers.len().max(1) as f64
    }

    fn bar(&self) -> f64 {
        (self.group() * FILLED / self.series.len().max(1) as f64).min(BAR_MAX)
    }

    /// Whether there is room for the longest number above a bar: all of them have one, or none.
    fn has_numbers(&self) -> bool {
        let numbers = self.all_bars().filter_map(|bar| bar.value);
        let longest = numbers
            .map(|value| self.measure.words(value).chars().count())
            .max()
            .unwrap_or(0);
        self.bar() >= longest as f64 * CHARACTER
    }

    /// What the bars and lines are, in as many lines as that takes.
    fn legend(&self) -> Vec<Entry> {
        let bars = self.series.iter().map(|series| Entry {
            words: series.executor.label(),
            class: ink::bars(series.executor.model, series.interpreter),
            ..Entry::default()
        });
        let ideal = (self.measure == Measure::SpeedUp)
            .then(|| ("ideal: no worker and no core wasted".to_string(), "ideal"));
        let fitted = self.series.iter().find_map(|series| series.fitted.as_ref());
        let fitted = fitted.map(|(name, _)| (format!("fitted: {name}"), "fitted l-serial"));
        let lines = ideal.into_iter().chain(fitted).map(|(words, class)| Entry {
            words,
            class: class.into(),
            is_line: true,
            ..Entry::default()
        });
        let (mut x, mut line) = (0.0, 0);
        let placed = |entry: Entry| {
            if x > 0.0 && x + entry.wide() > f64::from(WIDTH) {
                (x, line) = (0.0, line + 1);
            }
            let entry = Entry { x, line, ..entry };
            x += entry.wide();
            entry
        };
        bars.chain(lines).map(placed).collect()
    }

    fn scale(&self) -> Markup {
        let scale = Scale::to(self.end(), 6);
        html! {
            @for value in scale.ticks() {
                @let y = self.y(value);
                line x1=(LEFT) x2=(RIGHT) y1=(y) y2=(y) class="grid" {}
                text x=(LEFT - 8.0) y=(y + 4.0) text-anchor="end" class="small soft" { (self.measure.tick(value, scale)) }
            }
        }
    }

    /// The bars of one number of workers.
    fn bars(&self, at: usize) -> Markup {
        let wide = self.bar();
        let first = self.centre(at as f64) - wide * self.series.len() as f64 / 2.0;
        html! {
            @for (place, series) in self.series.iter().enumerate() {
                @if let Some(bar) = series.bars.get(at) {
                    (self.drawn_bar(rounded(first + wide * place as f64), series, bar))
                }
            }
        }
    }

    fn drawn_bar(&self, x: f64, series: &Series, bar: &ChartBar) -> Markup {
        let (Some(median), Some(range)) = (bar.value, bar.range()) else {
            return Markup::default();
        };
        let (y, middle) = (self.y(median), rounded(x + self.bar() / 2.0));
        let (low, top) = (self.y(range.low), self.y(range.high));
        let cap = (self.bar() / 5.0).clamp(1.0, 7.0);
        let (left, right) = (rounded(middle - cap), rounded(middle + cap));
        let above = top.min(y) - 6.0;
        let above_number = if self.has_numbers() {
            above - 13.0
        } else {
            above
        };
        html! {
            g {
                title {
                    (series.executor.name()) ": " (self.measure.words(median))
                    " (" (self.measure.words(range.low)) " – " (self.measure.words(range.high)) ")"
                }
                rect x=(x) y=(y) width=(rounded((self.bar() - 2.0).max(1.0))) height=(rounded(BOTTOM - y))
                    class=(ink::bars(series.executor.model, series.interpreter)) {}
                @if range.high > range.low {
                    path class="whisker" d={
                        "M" (left) " " (low) "H" (right) "M" (middle) " " (low) "V" (top) "M" (left) " " (top) "H" (right)
                    } {}
                }
                @if self.has_numbers() {
                    text x=(middle) y=(rounded(above)) text-anchor="middle" class="small" { (self.measure.words(median)) }
                }
                @if bar.is_best {
                    text x=(middle) y=(rounded(above_number)) text-anchor="middle" class="title" { "★" }
                }
            }
        }
    }

    /// The ideal and what was fitted, cut off at the upper edge.
    fn lines(&self) -> Markup {
        let clip = format!("clip-{}", self.id);
        html! {
            clipPath id=(clip) {
                rect x=(LEFT) y=(TOP) width=(RIGHT - LEFT) height=(BOTTOM - TOP) {}
            }
            g clip-path={ "url(#" (clip) ")" } {
                @if self.measure == Measure::SpeedUp {
                    path class="ideal" d=(self.line(&self.ideal)) {}
                }
                @for series in &self.series {
                    @if let Some((_, values)) = &series.fitted {
                        path class=(ink::fitted(series.executor.model)) d=(self.line(values)) {}
                    }
                }
            }
        }
    }

    /// The serial runs.
    fn references(&self) -> Markup {
        let mut highest_first = self.serial.clone();
        highest_first.sort_by(|a, b| b.1.total_cmp(&a.1));
        let mut free = f64::NEG_INFINITY;
        let mut place = |y: f64| {
            let words = (y + 4.0).max(free);
            free = words + WORDS_APART;
            words
        };
        html! {
            @for (name, median) in highest_first {
                @let y = self.y(median);
                line x1=(LEFT) x2=(RIGHT) y1=(y) y2=(y) class="reference" {}
                text x=(RIGHT + 6.0) y=(place(y)) class="small soft" { (name) " " (self.measure.words(median)) }
            }
        }
    }

    /// A line through a value per group; above the upper edge it goes on as far as it can be seen.
    fn line(&self, values: &[f64]) -> String {
        let mut path = String::new();
        for (at, value) in values
            .iter()
            .enumerate()
            .filter(|(_, value)| value.is_finite())
        {
            let y = rounded(BOTTOM - value / self.end() * (BOTTOM - TOP)).clamp(-1e5, 1e5);
            let command = if path.is_empty() { 'M' } else { 'L' };
            let _ = write!(path, "{command}{} {y}", self.centre(at as f64));
        }
        path
    }
}

/// Drawn with its upper edge at 0.
impl Render for Chart {
    fn render(&self) -> Markup {
        html! {
            text x="0" y="14" class="strong" { (self.title) }
            @for entry in self.legend() { (entry) }
            g transform={ "translate(0 " (self.below_first_line()) ")" } { (self.plot()) }
        }
    }
}

/// What a kind of bar or line is, where it stands in the legend.
#[derive(Clone, Debug, Default)]
struct Entry {
    words: String,
    class: String,
    /// Drawn as a line instead of a bar.
    is_line: bool,
    x: f64,
    /// From 0.
    line: u32,
}

impl Entry {
    /// Room for its sign, its words, and what sets it apart from the next one.
    fn wide(&self) -> f64 {
        let (sign, character) = if self.is_line {
            (62.0, 6.2)
        } else {
            (48.0, 7.0)
        };
        sign + character * self.words.chars().count() as f64
    }
}

impl Render for Entry {
    fn render(&self) -> Markup {
        let (x, down) = (self.x, self.line * LEADING);
        html! {
            @if self.is_line {
                line x1=(x) x2=(x + 34.0) y1=(down + 31) y2=(down + 31) class=(self.class) {}
            } @else {
                rect x=(x) y=(down + 24) width="22" height="13" class=(self.class) {}
            }
            text x=(x + if self.is_line { 40.0 } else { 28.0 }) y=(down + 35) class="small" { (self.words) }
        }
    }
}

/// To a tenth of a unit.
fn rounded(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}
