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

use maud::{Markup, html};

use super::{Picture, WIDTH, rounded};
use crate::{
    domain::{history::SweepEntry, plan::Plan, sweep},
    present::chart::{ChartBar, Measure, Scale},
};

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

/// Speed-up if there is any, and time: what each is about, and how it looks.
pub(in crate::export) fn all(shared: &SweepEntry) -> Vec<(String, Picture)> {
    [Measure::SpeedUp, Measure::Time]
        .map(|measure| Chart::new(shared, measure))
        .iter()
        .filter(|chart| chart.all_bars().any(|bar| bar.value.is_some()))
        .map(|chart| (chart.title(), chart.picture()))
        .collect()
}

/// The bars of one executor.
struct Series<'a> {
    of: &'a sweep::Series,
    class: String,
    /// One per number of workers.
    bars: Vec<ChartBar>,
}

struct Chart<'a> {
    shared: &'a SweepEntry,
    measure: Measure,
    /// Numbers of workers, ascending.
    workers: &'a [u32],
    series: Vec<Series<'a>>,
    /// The medians of the serial runs with which others are compared, each with what it is called, the highest first. Over
    /// them, speed-ups are 1 for all kins; times differ.
    serial: Vec<(String, f64)>,
}

impl<'a> Chart<'a> {
    fn new(shared: &'a SweepEntry, measure: Measure) -> Chart<'a> {
        let (plan, results) = (&shared.sweep.plan, &shared.results);
        let workers = match &plan.workers[..] {
            [] => &[1],
            workers => workers,
        };
        let (asked, pythons) = (plan.parallel_executors(), plan.pythons());
        let is_asked =
            |series: &&sweep::Series| asked.contains(&series.executor) || results.series.len() == 1;
        let bar = |at: Option<usize>| {
            ChartBar::of(at.and_then(|at| results.summaries[at].as_ref()), measure)
        };
        let series = results.series.iter().filter(is_asked).map(|of| {
            let executor = &of.executor;
            let python = executor.python.as_ref().map(|python| &python.interpreter);
            // Bars by the second interpreter have an outline, those by others a dashed one.
            let outline = match pythons.iter().position(|other| Some(other) == python) {
                None | Some(0) => "",
                Some(1) => " another",
                Some(_) => " third",
            };
            Series {
                of,
                class: format!("m-{}{outline}", executor.model.name()),
                bars: workers
                    .iter()
                    .map(|workers| bar(plan.configuration(executor, *workers)))
                    .collect(),
            }
        });
        let name = |plan: &Plan| match plan.interpreter() {
            None => "serial".into(),
            Some(_) if pythons.len() == 1 => "one thread".into(),
            Some(interpreter) => interpreter.version_name(),
        };
        let configurations = plan.configurations.iter().enumerate();
        let mut serial: Vec<(String, f64)> = configurations
            .filter(|(at, _)| plan.base_of(*at) == *at)
            .filter_map(|(at, plan)| Some((name(plan), bar(Some(at)).value?)))
            .collect();
        if measure == Measure::SpeedUp {
            serial.truncate(1);
        }
        serial.sort_by(|a, b| b.1.total_cmp(&a.1));
        Chart {
            shared,
            measure,
            workers,
            series: series.collect(),
            serial,
        }
    }

    fn title(&self) -> String {
        let plan = &self.shared.sweep.plan;
        let over = match (plan.work().interpreter(), plan.pythons().len()) {
            (None, 0) => "serial",
            (None, _) => "serial or one Python thread",
            (Some(_), 1) => "one Python thread",
            (Some(_), _) => "one thread of each Python",
        };
        let what = match self.measure {
            Measure::SpeedUp => format!("Speed-up: times faster than {over}"),
            Measure::Time => "Time".into(),
        };
        format!("{what}, over the number of workers (median of the rounds, 95 % interval)")
    }

    fn picture(&self) -> Picture {
        let legend = self.legend();
        let content = html! {
            text x="0" y="14" class="strong" { (self.title()) }
            (legend.content)
            g transform={ "translate(0 " (legend.height) ")" } { (self.plot()) }
        };
        Picture {
            height: HEIGHT + legend.height,
            content,
        }
    }

    fn plot(&self) -> Markup {
        html! {
            (self.scale())
            @for (at, workers) in self.workers.iter().enumerate() {
                text x=(self.centre(at)) y=(BOTTOM + 20.0) text-anchor="middle" { (workers) }
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
        let bars = self.all_bars();
        let highest = bars.filter_map(|bar| Some(bar.range()?.high.max(bar.value?)));
        let serial = self.serial.iter().map(|(_, median)| *median);
        let highest = highest.chain(serial).fold(0.0, f64::max);
        if highest.is_finite() && highest > 0.0 {
            highest * 1.12
        } else {
            1.0
        }
    }

    fn y(&self, value: f64) -> f64 {
        rounded(BOTTOM - (value / self.end()).clamp(0.0, 1.0) * (BOTTOM - TOP))
    }

    /// The middle of a group.
    fn centre(&self, at: usize) -> f64 {
        rounded(LEFT + (at as f64 + 0.5) * self.group())
    }

    /// How wide a group is.
    fn group(&self) -> f64 {
        (RIGHT - LEFT) / self.workers.len() as f64
    }

    fn bar(&self) -> f64 {
        (self.group() * FILLED / self.series.len().max(1) as f64).min(BAR_MAX)
    }

    /// Whether there is room for the longest number above a bar: all of them have one, or none.
    fn has_numbers(&self) -> bool {
        let numbers = self.all_bars().filter_map(|bar| bar.value);
        let lengths = numbers.map(|value| self.measure.words(value).chars().count());
        self.bar() >= lengths.max().unwrap_or(0) as f64 * CHARACTER
    }

    /// Over speed-ups, the ideal and what was fitted, only within what was measured: the law with more parameters, where it
    /// could be fitted. Each with its class and a value per number of workers.
    fn curves(&self) -> Vec<(String, Vec<f64>)> {
        if self.measure == Measure::Time {
            return vec![];
        }
        let SweepEntry { sweep, results, .. } = self.shared;
        let cores = self.shared.provenance.machine.cores_usable;
        let workers = || self.workers.iter().copied();
        let ideal = workers().map(|workers| sweep.plan.ideal_speedup(workers, cores, results));
        let fitted = self.series.iter().filter_map(|series| {
            let law = series.of.fits.as_ref()?.universal.law;
            let class = format!("fitted l-{}", series.of.executor.model.name());
            Some((
                class,
                workers()
                    .map(|workers| law.speedup(workers.into()))
                    .collect(),
            ))
        });
        std::iter::once(("ideal".into(), ideal.collect()))
            .chain(fitted)
            .collect()
    }

    /// What the bars and lines are. Its first line has its room anyhow.
    fn legend(&self) -> Picture {
        let bars = self.series.iter();
        let bars = bars.map(|series| (series.of.executor.label(), &*series.class, false));
        let lines = [
            ("ideal: no worker and no core wasted", "ideal"),
            ("fitted: Universal Scalability Law", "fitted l-serial"),
        ];
        let lines = lines.into_iter().take(self.curves().len());
        let lines = lines.map(|(words, class)| (words.to_string(), class, true));
        let (mut next, mut down) = (0.0, 0);
        // Room for its sign, its words, and what sets it apart from the next one.
        let mut place = |words: &str, is_line: bool| {
            let (sign, character) = if is_line { (62.0, 6.2) } else { (48.0, 7.0) };
            let wide = sign + character * words.chars().count() as f64;
            if next > 0.0 && next + wide > f64::from(WIDTH) {
                (next, down) = (0.0, down + LEADING);
            }
            let x = next;
            next += wide;
            (x, down)
        };
        let content = html! {
            @for (words, class, is_line) in bars.chain(lines) {
                @let (x, down) = place(&words, is_line);
                @if is_line {
                    line x1=(x) x2=(x + 34.0) y1=(down + 31) y2=(down + 31) class=(class) {}
                } @else {
                    rect x=(x) y=(down + 24) width="22" height="13" class=(class) {}
                }
                text x=(x + if is_line { 40.0 } else { 28.0 }) y=(down + 35) class="small" { (words) }
            }
        };
        Picture {
            height: down,
            content,
        }
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
        let first = self.centre(at) - wide * self.series.len() as f64 / 2.0;
        html! {
            @for (place, series) in self.series.iter().enumerate() {
                (self.drawn_bar(rounded(first + wide * place as f64), series, &series.bars[at]))
            }
        }
    }

    fn drawn_bar(&self, x: f64, series: &Series<'_>, bar: &ChartBar) -> Markup {
        let (Some(median), Some(range)) = (bar.value, bar.range()) else {
            return Markup::default();
        };
        let wide = (self.bar() - 2.0).max(1.0);
        let (y, middle) = (self.y(median), rounded(x + wide / 2.0));
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
                    (series.of.executor.name()) ": " (self.measure.words(median))
                    " (" (self.measure.words(range.low)) " – " (self.measure.words(range.high)) ")"
                }
                rect x=(x) y=(y) width=(rounded(wide)) height=(rounded(BOTTOM - y))
                    class=(series.class) {}
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
        let name = match self.measure {
            Measure::SpeedUp => "speedup",
            Measure::Time => "time",
        };
        let clip = format!("clip-{name}-{}", self.shared.number);
        html! {
            clipPath id=(clip) {
                rect x=(LEFT) y=(TOP) width=(RIGHT - LEFT) height=(BOTTOM - TOP) {}
            }
            g clip-path={ "url(#" (clip) ")" } {
                @for (class, values) in self.curves() {
                    path class=(class) d=(self.line(&values)) {}
                }
            }
        }
    }

    /// The serial runs.
    fn references(&self) -> Markup {
        let mut free = f64::NEG_INFINITY;
        let mut place = |y: f64| {
            let words = (y + 4.0).max(free);
            free = words + WORDS_APART;
            words
        };
        html! {
            @for (name, median) in &self.serial {
                @let y = self.y(*median);
                line x1=(LEFT) x2=(RIGHT) y1=(y) y2=(y) class="reference" {}
                text x=(RIGHT + 6.0) y=(place(y)) class="small soft" { (name) " " (self.measure.words(*median)) }
            }
        }
    }

    /// A line through a value per group; above the upper edge it goes on as far as it can be seen.
    fn line(&self, values: &[f64]) -> String {
        let mut path = String::new();
        let values = values.iter().enumerate();
        for (at, value) in values.filter(|(_, value)| value.is_finite()) {
            let y = rounded(BOTTOM - value / self.end() * (BOTTOM - TOP)).clamp(-1e5, 1e5);
            let command = if path.is_empty() { 'M' } else { 'L' };
            let _ = write!(path, "{command}{} {y}", self.centre(at));
        }
        path
    }
}
