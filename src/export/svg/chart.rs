//! Draws the chart of a sweep.

use std::{fmt::Write as _, ops::Range};

use maud::{Markup, html};

use super::{SvgPart, WIDTH, rounded};
use crate::{
    analysis::shared::Shared,
    domain::{history::SweepEntry, stats::fit::Law, sweep::SweepPlan},
    present::chart::{AxisScale, BarChart, ChartBar, Fitted, Layout, Plotted},
};

/// The height of a chart with a legend of one line, in the picture's units.
const HEIGHT: u32 = 418;
/// The distance of two lines of the legend.
const LEADING: u32 = 19;
const LEFT: f64 = 70.0;
const RIGHT: f64 = 890.0;
const TOP: f64 = 60.0;
const BOTTOM: f64 = 360.0;
/// The minimum number of columns for the bars, and the number of rows for the axis. The layout is that of a screen.
const COLUMNS: u16 = 96;
const ROWS: u16 = 18;
/// The width of a character in a number above a bar, and in a label below a group.
const CHARACTER: f64 = 6.6;
const DIGIT: f64 = 9.0;

/// The minimum distance between the names of two lines, in the picture's units.
const WORDS_APART: f64 = 13.0;

/// The charts of speed-up, if there is any, and of time, each with its title.
pub(in crate::export) fn all(shared: &Shared<'_>, sweep: &SweepEntry) -> Vec<(String, SvgPart)> {
    let plan = &sweep.sweep.plan;
    let mut runs = vec![vec![]; plan.configurations.len()];
    for run in shared.runs_of(&sweep.sweep) {
        if let Some(at) = plan.index_of(&run.record.plan) {
            runs[at].push(&run.record);
        }
    }
    [Plotted::SpeedUp, Plotted::Time]
        .map(|plotted| Painted::new(plan, BarChart::of(sweep, plotted, &runs)))
        .iter()
        .filter(|painted| painted.chart.bars().any(|bar| bar.value.is_some()))
        .map(|painted| (painted.title(), painted.picture()))
        .collect()
}

struct Painted<'a> {
    plan: &'a SweepPlan,
    chart: BarChart,
    layout: Layout,
    /// The width of a column.
    column: f64,
    scale: AxisScale,
}

impl Painted<'_> {
    fn new(plan: &SweepPlan, chart: BarChart) -> Painted<'_> {
        let bars = chart.groups.iter().map(|group| 0..group.bars.len());
        let (layout, columns) = Layout::drawn(&bars.collect::<Vec<_>>(), COLUMNS);
        Painted {
            plan,
            layout,
            column: (RIGHT - LEFT) / f64::from(columns),
            scale: AxisScale::reaching(chart.peak, ROWS),
            chart,
        }
    }

    fn title(&self) -> String {
        let over = match (self.plan.work().interpreter(), self.plan.pythons().len()) {
            (None, 0) => "serial",
            (None, _) => "serial or one Python thread",
            (Some(_), 1) => "one Python thread",
            (Some(_), _) => "one thread of each Python",
        };
        let what = match self.chart.plotted {
            Plotted::SpeedUp => format!("Speed-up: times as fast as {over}"),
            Plotted::Time => "Time".into(),
        };
        format!("{what}, over the number of workers (median, 95 % interval and single runs)")
    }

    fn picture(&self) -> SvgPart {
        let legend = self.legend();
        let content = html! {
            text x="0" y="14" class="strong" { (self.title()) }
            (legend.content)
            g transform={ "translate(0 " (legend.height) ")" } { (self.plot()) }
        };
        SvgPart {
            height: HEIGHT + legend.height,
            content,
        }
    }

    fn plot(&self) -> Markup {
        let bars = || self.chart.placed(&self.layout);
        html! {
            (self.axis())
            @for (_, bar, columns) in bars() {
                @if let Some(y) = bar.ideal.and_then(|ideal| self.y(ideal)) {
                    @let (from, to) = (self.x(columns.start) - self.column, self.x(columns.end) + self.column);
                    line x1=(rounded(from)) x2=(rounded(to)) y1=(y) y2=(y) class="ideal" {}
                }
            }
            (self.serial())
            @for law in self.curves() {
                path class=(self.line_of(law.series)) d=(self.curve(law)) {}
            }
            @for (_, bar, columns) in bars() { (self.bar(bar, columns)) }
            line x1=(LEFT) x2=(RIGHT) y1=(BOTTOM) y2=(BOTTOM) class="axis" {}
        }
    }

    fn x(&self, column: u16) -> f64 {
        rounded(LEFT + f64::from(column) * self.column)
    }

    fn middle(&self, columns: &Range<u16>) -> f64 {
        rounded(self.x(columns.start).midpoint(self.x(columns.end)))
    }

    /// The position of a value; `None` if it is above the upper edge.
    fn y(&self, value: f64) -> Option<f64> {
        let share = self.scale.share(value)?;
        Some(rounded(BOTTOM - share * (BOTTOM - TOP)))
    }

    /// The classes of the bars of a series. Bars of the second interpreter have an outline, those of further ones a dashed
    /// outline.
    fn class(&self, series: usize) -> String {
        let Some(executor) = series.checked_sub(1).map(|at| &self.chart.executors[at]) else {
            return "m-serial".into();
        };
        let python = executor.python.as_ref().map(|python| &python.interpreter);
        let pythons = self.plan.pythons();
        let outline = match pythons.iter().position(|other| Some(other) == python) {
            None | Some(0) => "",
            Some(1) => " another",
            Some(_) => " third",
        };
        format!("m-{}{outline}", executor.model.name())
    }

    fn line_of(&self, series: usize) -> String {
        format!("fitted l-{}", self.chart.executors[series - 1].model.name())
    }

    /// The fitted laws with more parameters.
    fn curves(&self) -> impl Iterator<Item = &Fitted> {
        let is_universal = |law: &&Fitted| matches!(law.fit.law, Law::Universal { .. });
        self.chart.fitted.iter().filter(is_universal)
    }

    /// Whether the longest number fits above its bar. Either all bars have a number, or none.
    fn has_numbers(&self) -> bool {
        let numbers = self.chart.bars().filter_map(|bar| bar.value);
        let lengths = numbers.map(|value| self.chart.plotted.words(value).chars().count());
        let bar = self
            .layout
            .bars
            .iter()
            .map(|(_, columns)| columns.len())
            .max();
        bar.unwrap_or(0) as f64 * self.column >= lengths.max().unwrap_or(0) as f64 * CHARACTER
    }

    /// Explains the bars and lines. The chart always has room for its first line.
    fn legend(&self) -> SvgPart {
        let bars = (1..).zip(&self.chart.executors);
        let bars = bars.map(|(series, executor)| (executor.label(), self.class(series), false));
        let lines = [
            ("full use of every worker and core", "ideal"),
            ("fitted: Universal Scalability Law", "fitted l-serial"),
        ];
        let lines = lines.into_iter().take(1 + self.curves().count());
        let lines = lines.map(|(words, class)| (words.to_string(), class.into(), true));
        let (mut next, mut down) = (0.0, 0);
        // The width of an entry: its sign, its words, and the distance to the next one.
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
        SvgPart {
            height: down,
            content,
        }
    }

    /// The scale, and the labels below the groups for which there is room.
    fn axis(&self) -> Markup {
        let groups = self.chart.groups.iter().zip(&self.layout.groups);
        let mut free = 0.0;
        let labels = groups.filter(|(group, columns)| {
            let half = DIGIT / 2.0 * group.label.chars().count() as f64;
            let middle = self.middle(columns);
            let has_room = middle - half >= free;
            free = if has_room { middle + half } else { free };
            has_room
        });
        html! {
            @for value in self.scale.ticks() {
                @let y = self.y(value).unwrap_or(TOP);
                line x1=(LEFT) x2=(RIGHT) y1=(y) y2=(y) class="grid" {}
                text x=(LEFT - 8.0) y=(y + 4.0) text-anchor="end" class="small soft" {
                    (self.chart.plotted.tick(value, self.scale))
                }
            }
            @for (group, columns) in labels {
                text x=(self.middle(columns)) y=(BOTTOM + 20.0) text-anchor="middle" { (group.label) }
            }
            text x=(f64::midpoint(LEFT, RIGHT)) y=(BOTTOM + 40.0) text-anchor="middle" class="soft" { "workers" }
        }
    }

    /// The lines of the serial runs, with their names at the right.
    fn serial(&self) -> Markup {
        let mut free = f64::NEG_INFINITY;
        let mut place = |y: f64| {
            let words = (y + 4.0).max(free);
            free = words + WORDS_APART;
            words
        };
        html! {
            @for (name, value) in &self.chart.serial {
                @if let Some(y) = self.y(*value) {
                    line x1=(LEFT) x2=(RIGHT) y1=(y) y2=(y) class="reference" {}
                    text x=(RIGHT + 6.0) y=(place(y)) class="small soft" { (name) " " (self.chart.plotted.words(*value)) }
                }
            }
        }
    }

    /// A bar with its number and ★ above it, and its interval and single runs beside it.
    fn bar(&self, bar: &ChartBar, columns: &Range<u16>) -> Markup {
        let words = |value| self.chart.plotted.words(value);
        let (left, right) = (self.x(columns.start), self.x(columns.end));
        let middle = self.middle(columns);
        let Some(value) = bar.value else {
            let (sign, height) = bar.sign();
            let y = self.y(height).unwrap_or(TOP) - 4.0;
            return html! { text x=(middle) y=(y) text-anchor="middle" class="soft" { (sign) } };
        };
        let y = self.y(value).unwrap_or(TOP);
        let beside = rounded(right + self.column);
        let radius = rounded((self.column * 0.35).clamp(0.4, 2.2));
        let (above, above_number) = (y - 6.0, y - if self.has_numbers() { 19.0 } else { 6.0 });
        let configuration = bar.configuration.map(|at| &self.plan.configurations[at]);
        html! {
            g {
                @if let Some(plan) = configuration { title { (plan.executor.name()) ": " (bar.text) } }
                rect x=(left) y=(y) width=(rounded(right - left)) height=(rounded(BOTTOM - y)) class=(self.class(bar.series)) {}
                @if let Some(interval) = bar.interval.filter(|interval| interval.high > interval.low) {
                    @let (low, high) = (self.y(interval.low).unwrap_or(TOP), self.y(interval.high).unwrap_or(TOP));
                    @let (from, to) = (rounded(beside - 2.0 * radius), rounded(beside + 2.0 * radius));
                    path class="whisker" d={
                        "M" (from) " " (low) "H" (to) "M" (beside) " " (low) "V" (high) "M" (from) " " (high) "H" (to)
                    } {}
                }
                @for y in bar.singles.iter().filter_map(|single| self.y(*single)) {
                    circle cx=(beside) cy=(y) r=(radius) class="single" {}
                }
                @if self.has_numbers() {
                    text x=(middle) y=(rounded(above)) text-anchor="middle" class="small number" { (words(value)) }
                }
                @if bar.is_best {
                    text x=(middle) y=(rounded(above_number)) text-anchor="middle" class="title number" { "★" }
                }
            }
        }
    }

    /// The visible parts of a fitted curve.
    fn curve(&self, law: &Fitted) -> String {
        let (mut path, mut command) = (String::new(), 'M');
        for (columns, value) in self.chart.curve(law, &self.layout) {
            let Some(y) = value.and_then(|value| self.y(value)) else {
                command = 'M';
                continue;
            };
            let _ = write!(path, "{command}{} {y}", self.middle(&columns));
            command = 'L';
        }
        path
    }
}
