//! Groups of bars over an axis, with the spread of what was measured.
//!
//! ```text
//!  10× ┤                ★
//!      │═══ ideal      ┬──
//!      │               ┴██ •
//!   5× ┤       ╳╳╳     ███
//!      │       ╳╳╳     ███
//!      │──▁▁▁──╳╳╳─────███── serial
//!      └─────────▲─━━━━━━━━━
//!       serial  2       4
//! ```
//!
//! A bar is filled with its series' character up to its value; the eighth of a cell where it ends is drawn as a block. Over
//! it stand the ends of an interval, beside it single values. Bars that are not measured yet keep their place.

mod layout;

pub use layout::{Layout, Span};

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::Widget;

use crate::domain::stats::Interval;
use crate::present::chart::{BarGroup, ChartBar, Scale};
use crate::ui::area::{cells, split_below, split_left};
use crate::ui::theme::{BAND, CURSOR, STRONG};
use crate::ui::widget::RISING;

/// What a series looks like.
pub struct Ink {
    /// The character that fills its bars.
    pub fill: &'static str,
    /// Its style.
    pub style: Style,
}

/// A line behind the bars.
pub struct Line<'a> {
    /// How high it is at a group, counted from 0; between two groups, between them. `None` where it is not drawn.
    pub at: Box<dyn Fn(f64) -> Option<f64> + 'a>,
    /// What it is made of.
    pub symbol: &'static str,
    /// Its style.
    pub style: Style,
}

/// A bar chart.
pub struct Chart<'a> {
    /// What each series looks like, serial first.
    pub inks: &'a [Ink],
    /// The bars.
    pub groups: &'a [BarGroup],
    /// Where the groups stand.
    pub layout: &'a Layout,
    /// Of the axis.
    pub scale: Scale,
    /// How its numbers are written.
    pub label: &'a dyn Fn(f64) -> String,
    /// Later ones over earlier ones.
    pub lines: Vec<Line<'a>>,
    /// Whose bars are drawn, counted without serial, which is drawn anyway.
    pub shown: Range<usize>,
    /// The group, and which of its bars.
    pub cursor: Option<(usize, usize)>,
}

/// Columns of the numbers beside the axis, and of the axis.
pub const GUTTER: u16 = 8;
/// Rows of the axis and of the labels below it.
pub const BELOW: u16 = 2;

/// The part of a chart's room where its bars stand.
pub fn plot(area: Rect) -> Rect {
    let (_, right) = split_left(area, GUTTER);
    split_below(right, BELOW).0
}

impl Chart<'_> {
    /// The height of a value in eighths of a row.
    fn eighths(&self, value: f64, rows: u16) -> u32 {
        let share = (value / self.scale.top).clamp(0.0, 1.0);
        let eighths = (share * f64::from(rows) * 8.0).round() as u32;
        // What was measured is seen.
        if value > 0.0 { eighths.max(1) } else { eighths }
    }

    /// The row that a value lies in, which is the top one of a bar that ends there; `None` if it is above the plot.
    fn row(&self, value: f64, plot: Rect) -> Option<u16> {
        if !(0.0..=self.scale.top * (1.0 + 1e-9)).contains(&value) || plot.is_empty() {
            return None;
        }
        let up = (value / self.scale.top * f64::from(plot.height) - 1e-9).ceil() - 1.0;
        let up = up.max(0.0) as u16;
        Some(plot.bottom() - 1 - up.min(plot.height - 1))
    }

    /// Groups in view, each with its number among all.
    fn in_view(&self) -> impl Iterator<Item = (usize, Span, &BarGroup)> {
        let groups = self.groups.iter().enumerate().skip(self.layout.first);
        let spans = self.layout.groups.iter();
        groups
            .zip(spans)
            .map(|((number, group), span)| (number, *span, group))
    }

    /// Bars in view, each with its group's number among all and its own in that, and where it stands.
    fn bars_in_view(&self) -> impl Iterator<Item = ((usize, usize), Span, &ChartBar)> {
        let is_shown = |bar: &&ChartBar| {
            let other = bar.series.checked_sub(1);
            other.is_none_or(|other| self.shown.contains(&other))
        };
        self.in_view().flat_map(move |(number, _, group)| {
            let bars = group.bars.iter().filter(is_shown).enumerate();
            bars.map(move |(at, bar)| {
                let span = self.layout.bar(number - self.layout.first, at);
                ((number, at), span, bar)
            })
        })
    }

    fn draw_axis(&self, area: Rect, plot: Rect, buf: &mut Buffer) {
        let axis = plot.x.saturating_sub(1);
        for y in plot.top()..plot.bottom() {
            buf.set_string(axis, y, "│", Style::new());
        }
        for tick in self.scale.ticks().filter(|tick| *tick > 0.0) {
            let Some(y) = self.row(tick, plot) else {
                continue;
            };
            let room = usize::from(GUTTER - 2);
            let label = format!("{:>room$}", (self.label)(tick));
            buf.set_stringn(area.x, y, label, room, Style::new());
            buf.set_string(axis, y, "┤", Style::new());
        }
        if plot.bottom() < area.bottom() {
            let width = usize::from(plot.width);
            let line = format!("└{}", "─".repeat(width));
            buf.set_stringn(axis, plot.bottom(), line, width + 1, Style::new());
        }
    }

    fn draw_line(&self, line: &Line<'_>, plot: Rect, buf: &mut Buffer) {
        for column in 0..plot.width {
            let height = self
                .group_at(column)
                .and_then(&line.at)
                .and_then(|value| self.row(value, plot));
            if let Some(y) = height {
                buf[(plot.x + column, y)]
                    .set_symbol(line.symbol)
                    .set_style(line.style);
            }
        }
    }

    /// Between which groups a column is: 1.5 is in the middle between the second and the third. `None` outside of all.
    fn group_at(&self, column: u16) -> Option<f64> {
        let groups = &self.layout.groups;
        if !(groups.first()?.from..groups.last()?.to).contains(&column) {
            return None;
        }
        let column = f64::from(column);
        let middle = |span: &Span| f64::from(span.from + span.to) / 2.0 - 0.5;
        let next = groups.partition_point(|span| middle(span) <= column);
        let before = next.saturating_sub(1);
        let (from, to) = (middle(&groups[before]), groups.get(next).map(middle));
        // Before the first one's middle and behind the last one's there is nothing to be between.
        let part = to.filter(|to| *to > from);
        let part = part.map_or(0.0, |to| (column - from) / (to - from));
        Some((self.layout.first + before) as f64 + part)
    }

    fn draw_bar(&self, bar: &ChartBar, span: Span, plot: Rect, buf: &mut Buffer) {
        let Some(ink) = self.inks.get(bar.series) else {
            return;
        };
        let middle = plot.x + span.middle();
        let Some(value) = bar.value else {
            let none = if bar.failed > 0 { "✗" } else { "·" };
            let warm_up = bar.warm_up.and_then(|value| self.row(value, plot));
            match warm_up {
                Some(y) => buf.set_string(middle, y, "○", ink.style),
                None => buf.set_string(middle, plot.bottom() - 1, none, STRONG),
            }
            return;
        };
        let place = Rect {
            x: plot.x + span.from,
            width: span.to - span.from,
            ..plot
        };
        let eighths = self.eighths(value, plot.height);
        for (up, row) in (0..).zip(place.rows().rev()) {
            let symbol = match eighths.saturating_sub(8 * up) {
                0 => break,
                8.. => ink.fill,
                part => RISING[part as usize],
            };
            for at in row.positions() {
                buf[at].reset();
                buf[at].set_symbol(symbol).set_style(ink.style);
            }
        }
        self.draw_interval(bar.interval, ink, middle, plot, buf);
        if self.layout.has_ticks() {
            let rows = bar.singles.iter();
            for y in rows.filter_map(|single| self.row(*single, plot)) {
                buf.set_string(place.right(), y, "•", Style::new());
            }
        }
        if bar.is_best {
            // Over whatever the bar has drawn; in its top row if there is no room above.
            let end = bar
                .interval
                .and_then(|interval| self.row(interval.high, plot))
                .unwrap_or(plot.bottom());
            let top = (plot.bottom() - eighths.div_ceil(8) as u16).min(end);
            let y = top.saturating_sub(1).max(plot.y);
            buf.set_string(middle, y, "★", STRONG);
        }
    }

    /// The ends of the interval, where it is longer than a row: a shorter one cannot be told from where the bar ends.
    fn draw_interval(
        &self,
        interval: Option<Interval>,
        ink: &Ink,
        x: u16,
        plot: Rect,
        buf: &mut Buffer,
    ) {
        let Some(Interval { low, high }) = interval else {
            return;
        };
        if (high - low) / self.scale.top * f64::from(plot.height) < 1.0 {
            return;
        }
        let Some(low) = self.row(low, plot) else {
            return;
        };
        let high = self.row(high, plot);
        let top = high.unwrap_or(plot.y);
        if top >= low {
            return;
        }
        for y in top..=low {
            let symbol = match y {
                _ if Some(y) == high => "┬",
                _ if y == low => "┴",
                _ => "│",
            };
            let cell = &mut buf[(x, y)];
            // On ink, the line is what is left out of it.
            let style = if cell.symbol() == "█" {
                ink.style.patch(CURSOR)
            } else {
                STRONG
            };
            cell.reset();
            cell.set_symbol(symbol).set_style(style);
        }
    }

    /// What is measured now, what is marked, and the cursor: on the axis.
    fn draw_feet(&self, y: u16, plot: Rect, buf: &mut Buffer) {
        for (place, span, bar) in self.bars_in_view() {
            if bar.is_now {
                for x in span.columns() {
                    buf.set_string(plot.x + x, y, "━", CURSOR);
                }
            }
            if bar.is_marked {
                buf.set_string(plot.x + span.from, y, "●", STRONG);
            }
            if self.cursor == Some(place) {
                buf.set_string(plot.x + span.middle(), y, "▲", STRONG);
            }
        }
    }

    /// Labels that have room; the cursor's comes first.
    fn draw_labels(&self, y: u16, plot: Rect, buf: &mut Buffer) {
        let here = self.cursor.map(|(group, _)| group);
        let placed = || {
            self.in_view().map(|(number, span, group)| {
                let width = cells(group.label.chars().count());
                let from = ((span.from + span.to) / 2)
                    .saturating_sub(width / 2)
                    .min(plot.width.saturating_sub(width));
                let to = from.saturating_add(width).min(plot.width);
                (Some(number) == here, Span { from, to }, &group.label)
            })
        };
        let kept = placed().find(|(is_here, ..)| *is_here);
        let mut free = 0;
        for (is_here, at, label) in placed() {
            let hides = |kept: Span| at.to >= kept.from && at.from <= kept.to;
            let hides_kept = kept.is_some_and(|(_, kept, _)| hides(kept));
            if !is_here && (at.from < free || hides_kept) {
                continue;
            }
            let style = if is_here { BAND } else { Style::new() };
            let width = usize::from(at.to - at.from);
            buf.set_stringn(plot.x + at.from, y, label, width, style);
            free = at.to + 1;
        }
    }
}

impl Widget for &Chart<'_> {
    fn render(self, area: Rect, buf: &mut Buffer) {
        let area = area.intersection(buf.area);
        let plot = plot(area);
        if plot.is_empty() {
            return;
        }
        self.draw_axis(area, plot, buf);
        for line in &self.lines {
            self.draw_line(line, plot, buf);
        }
        for (_, span, bar) in self.bars_in_view() {
            if span.to <= plot.width {
                self.draw_bar(bar, span, plot, buf);
            }
        }
        if plot.bottom() < area.bottom() {
            self.draw_feet(plot.bottom(), plot, buf);
        }
        if plot.bottom() + 1 < area.bottom() {
            self.draw_labels(plot.bottom() + 1, plot, buf);
        }
    }
}

#[cfg(test)]
mod tests;
