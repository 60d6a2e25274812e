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
use ratatui::style::{Modifier, Style};
use ratatui::widgets::Widget;

use super::RISING;
use crate::domain::stats::Interval;
use crate::present::chart::{BarGroup, ChartBar, Scale};

/// What a series looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ink {
    /// The character that fills its bars.
    pub fill: &'static str,
    /// Its style.
    pub style: Style,
}

/// A line behind the bars.
#[derive(Clone, Copy)]
pub struct Line<'a> {
    /// How high it is at a group, counted from 0; between two groups, between them. `None` where it is not drawn.
    pub at: &'a dyn Fn(f64) -> Option<f64>,
    /// What it is made of.
    pub symbol: &'static str,
    /// Its style.
    pub style: Style,
}

/// A bar chart.
#[derive(Clone)]
pub struct Chart<'a> {
    inks: &'a [Ink],
    groups: &'a [BarGroup],
    scale: Scale,
    label: &'a dyn Fn(f64) -> String,
    lines: Vec<Line<'a>>,
    layout: &'a Layout,
    /// Whose bars are drawn, counted without serial, which is drawn anyway.
    shown: Range<usize>,
    cursor: Option<(usize, usize)>,
    strong: Style,
    reversed: Style,
}

/// Columns of the numbers beside the axis, and of the axis.
pub const GUTTER: u16 = 8;
/// Rows of the axis and of the labels below it.
pub const BELOW: u16 = 2;

/// The part of a chart's room where its bars stand.
pub fn plot(area: Rect) -> Rect {
    let (left, below) = (GUTTER.min(area.width), BELOW.min(area.height));
    Rect {
        x: area.x + left,
        width: area.width - left,
        height: area.height - below,
        ..area
    }
}

impl<'a> Chart<'a> {
    /// These groups, placed so, over this scale, whose numbers are written so.
    pub fn new(
        groups: &'a [BarGroup],
        layout: &'a Layout,
        inks: &'a [Ink],
        scale: Scale,
        label: &'a dyn Fn(f64) -> String,
    ) -> Chart<'a> {
        let (strong, reversed) = (
            Style::new().add_modifier(Modifier::BOLD),
            Style::new().add_modifier(Modifier::REVERSED),
        );
        Chart {
            inks,
            groups,
            scale,
            label,
            lines: vec![],
            layout,
            shown: 0..usize::MAX,
            cursor: None,
            strong,
            reversed,
        }
    }

    /// Of the other series than serial, only these.
    pub fn showing(self, shown: &Range<usize>) -> Chart<'a> {
        Chart {
            shown: shown.clone(),
            ..self
        }
    }

    /// The bars of a group that are drawn.
    fn bars<'g>(&self, group: &'g BarGroup) -> impl Iterator<Item = &'g ChartBar> {
        let is_shown = |bar: &&ChartBar| {
            let other = bar.series.checked_sub(1);
            other.is_none_or(|other| self.shown.contains(&other))
        };
        group.bars.iter().filter(is_shown)
    }

    /// With a line behind the bars; later ones over earlier ones.
    pub fn line(mut self, line: Line<'a>) -> Chart<'a> {
        self.lines.push(line);
        self
    }

    /// With the cursor on this bar of this group.
    pub fn cursor(mut self, group: usize, bar: usize) -> Chart<'a> {
        self.cursor = Some((group, bar));
        self
    }

    /// The height of a value in eighths of a row.
    fn eighths(&self, value: f64, rows: u16) -> u32 {
        let share = if value.is_nan() {
            0.0
        } else {
            (value / self.scale.top).clamp(0.0, 1.0)
        };
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
    fn in_view(&self) -> impl Iterator<Item = (usize, usize, Span, &BarGroup)> {
        let first = self.layout.first;
        let groups = self.layout.groups.iter().enumerate();
        groups.filter_map(move |(i, span)| Some((i, first + i, *span, self.groups.get(first + i)?)))
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
            let label = (self.label)(tick);
            let room = usize::from(GUTTER - 2);
            buf.set_stringn(area.x, y, format!("{label:>room$}"), room, Style::new());
            buf.set_string(axis, y, "┤", Style::new());
        }
        if plot.bottom() < area.bottom() {
            let line = "─".repeat(usize::from(plot.width));
            buf.set_stringn(
                axis,
                plot.bottom(),
                format!("└{line}"),
                usize::from(plot.width) + 1,
                Style::new(),
            );
        }
    }

    fn draw_line(&self, line: &Line<'_>, plot: Rect, buf: &mut Buffer) {
        for column in 0..plot.width {
            let height = self
                .group_at(column)
                .and_then(line.at)
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
        let first = groups.first()?;
        let middle = |span: &Span| f64::from(span.from + span.to) / 2.0 - 0.5;
        let column = f64::from(column);
        let offset = self.layout.first as f64;
        if column < middle(first) {
            return (column >= f64::from(first.from)).then_some(offset);
        }
        for (i, pair) in groups.windows(2).enumerate() {
            let (from, to) = (middle(&pair[0]), middle(&pair[1]));
            if (from..to).contains(&column) {
                return Some(offset + i as f64 + (column - from) / (to - from));
            }
        }
        let last = groups.last()?;
        (column < f64::from(last.to)).then_some(offset + groups.len() as f64 - 1.0)
    }

    fn draw_bar(&self, bar: &ChartBar, span: Span, plot: Rect, buf: &mut Buffer) {
        let Some(ink) = self.inks.get(bar.series) else {
            return;
        };
        let place = Rect {
            x: plot.x + span.from,
            width: span.to - span.from,
            ..plot
        };
        let Some(value) = bar.value else {
            if let Some(y) = bar.warm_up.and_then(|value| self.row(value, plot)) {
                buf.set_string(plot.x + span.middle(), y, "○", ink.style);
                return;
            }
            buf.set_string(
                plot.x + span.middle(),
                plot.bottom() - 1,
                if bar.failed > 0 { "✗" } else { "·" },
                self.strong,
            );
            return;
        };
        let eighths = self.eighths(value, plot.height);
        for (up, y) in (place.top()..place.bottom()).rev().enumerate() {
            let symbol = match eighths.saturating_sub(8 * up as u32) {
                0 => break,
                8.. => ink.fill,
                part => RISING[part as usize],
            };
            for x in place.left()..place.right() {
                buf[(x, y)].reset();
                buf[(x, y)].set_symbol(symbol).set_style(ink.style);
            }
        }
        self.draw_interval(bar, ink, span, plot, buf);
        if self.layout.has_ticks {
            for single in &bar.singles {
                if let Some(y) = self.row(*single, plot) {
                    buf.set_string(place.right(), y, "•", Style::new());
                }
            }
        }
        self.draw_sign(bar, value, span, plot, buf);
    }

    /// The ends of the interval, where it is longer than a row: a shorter one cannot be told from where the bar ends.
    fn draw_interval(&self, bar: &ChartBar, ink: &Ink, span: Span, plot: Rect, buf: &mut Buffer) {
        let Some(Interval { low, high }) = bar.interval else {
            return;
        };
        if (high - low) / self.scale.top * f64::from(plot.height) < 1.0 {
            return;
        }
        let (Some(low), high) = (self.row(low, plot), self.row(high, plot)) else {
            return;
        };
        let top = high.unwrap_or(plot.y);
        if top >= low {
            return;
        }
        let x = plot.x + span.middle();
        for y in top..=low {
            let symbol = match y {
                _ if y == top && high.is_some() => "┬",
                _ if y == low => "┴",
                _ => "│",
            };
            let cell = &mut buf[(x, y)];
            // On ink, the line is what is left out of it.
            let style = if cell.symbol() == "█" {
                ink.style.patch(self.reversed)
            } else {
                self.strong
            };
            cell.reset();
            cell.set_symbol(symbol).set_style(style);
        }
    }

    /// Over whatever the bar has drawn; in its top row if there is no room above.
    fn draw_sign(&self, bar: &ChartBar, value: f64, span: Span, plot: Rect, buf: &mut Buffer) {
        if !bar.is_best {
            return;
        }
        let height = |value: f64| (self.eighths(value, plot.height).div_ceil(8)) as u16;
        let end = bar
            .interval
            .and_then(|interval| self.row(interval.high, plot))
            .unwrap_or(plot.bottom());
        let top = (plot.bottom() - height(value)).min(end);
        let y = top.saturating_sub(1).max(plot.y);
        buf.set_string(plot.x + span.middle(), y, "★", self.strong);
    }

    /// What is measured now, what is marked, and the cursor: on the axis.
    fn draw_feet(&self, y: u16, plot: Rect, buf: &mut Buffer) {
        for (i, number, _, group) in self.in_view() {
            for (at, bar) in self.bars(group).enumerate() {
                let span = self.layout.bar(i, at);
                if bar.is_now {
                    for x in span.columns() {
                        buf.set_string(plot.x + x, y, "━", self.reversed);
                    }
                }
                if bar.is_marked {
                    buf.set_string(plot.x + span.from, y, "●", self.strong);
                }
                if self.cursor == Some((number, at)) {
                    buf.set_string(plot.x + span.middle(), y, "▲", self.strong);
                }
            }
        }
    }

    /// Labels that have room; the cursor's comes first.
    fn draw_labels(&self, y: u16, plot: Rect, buf: &mut Buffer) {
        let width =
            |group: &BarGroup| u16::try_from(group.label.chars().count()).unwrap_or(u16::MAX);
        let place = |span: Span, width: u16| {
            let middle = (span.from + span.to) / 2;
            let from = middle
                .saturating_sub(width / 2)
                .min(plot.width.saturating_sub(width));
            Span {
                from,
                to: from.saturating_add(width).min(plot.width),
            }
        };
        let here = |number: usize| self.cursor.is_some_and(|(group, _)| group == number);
        let kept = self.in_view().find(|(_, number, ..)| here(*number));
        let kept = kept.map(|(_, _, span, group)| place(span, width(group)));
        let mut free = 0;
        for (_, number, span, group) in self.in_view() {
            let at = place(span, width(group));
            let hides_kept = kept.is_some_and(|kept| at.to >= kept.from && at.from <= kept.to);
            if !here(number) && (at.from < free || hides_kept) {
                continue;
            }
            let style = if here(number) {
                self.strong.patch(self.reversed)
            } else {
                Style::new()
            };
            buf.set_stringn(
                plot.x + at.from,
                y,
                &group.label,
                usize::from(at.to - at.from),
                style,
            );
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
        for (i, _, _, group) in self.in_view() {
            for (at, bar) in self.bars(group).enumerate() {
                let span = self.layout.bar(i, at);
                if span.to <= plot.width {
                    self.draw_bar(bar, span, plot, buf);
                }
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
