//! Groups of bars over an axis, with the spread of the measurements.
//!
//! ```text
//!      │                ★
//!  10×▔│═══ ideal      ███┬
//!      │               ███│
//!      │               ███•
//!   5×▔│       ▒▒▒     ███┴
//!      │       ▒▒▒     ███
//!      │──▁▁▁──▒▒▒─────███── serial
//!   0×▔▔▔▔▔▔▔▔▔▔▲▔▔▔▔▔▔━━━▔▔
//!       serial  2       4
//! ```
//!
//! A bar stands on the axis and is filled with the character of its series up to its value. The eighth of a cell where
//! it ends is drawn as a block. A round number is at the upper edge of its row, like a bar that ends there. The
//! interval and the single values are beside a bar, because nothing is drawn over it. A bar that is not measured yet
//! keeps its place.

use std::ops::Range;

use ratatui::{buffer::Buffer, layout::Rect, style::Style, text::Span, widgets::Widget};

use crate::{
    domain::stats::Interval,
    present::chart::{AxisScale, BarChart, ChartBar, Layout, middle},
    ui::{
        area::{cells, split_below, split_left},
        theme::{BAND, CURSOR, STRONG},
        widget::RISING,
    },
};

/// The columns of the bars of a curve, and the value of the curve there.
type BarCurve = Vec<(Range<u16>, Option<f64>)>;

/// A bar chart.
pub struct DrawnChart<'a> {
    /// The data of the chart.
    pub chart: &'a BarChart,
    /// The fill of the bars of each series, serial first.
    pub inks: &'a [Span<'a>],
    /// The places of the bars.
    pub layout: &'a Layout,
    /// The scale of the axis.
    pub scale: AxisScale,
    /// Curves behind the bars, each with its glyph and its values. Later curves are drawn over earlier ones.
    pub curves: Vec<(Span<'a>, BarCurve)>,
    /// The indices of the group under the cursor and of the bar within it.
    pub cursor: (usize, usize),
}

/// The width of the numbers beside the axis, and of the axis itself, in columns.
pub const GUTTER: u16 = 8;
/// The height of the axis and of the labels below it, in rows.
pub const BELOW: u16 = 2;

/// The part of a chart's room for its bars.
pub fn plot(area: Rect) -> Rect {
    let (_, right) = split_left(area, GUTTER);
    split_below(right, BELOW).0
}

impl DrawnChart<'_> {
    /// The height of a value in eighths of a row; `None` if it is above the plot.
    fn eighths(&self, value: f64, plot: Rect) -> Option<u16> {
        let eighths = self.scale.share(value)? * f64::from(plot.height) * 8.0;
        // A measured value is always visible, however small.
        Some((eighths.round() as u16).max(u16::from(value > 0.0)))
    }

    /// The row of a value: the top row of a bar that ends there. `None` if the value is above the plot.
    fn row(&self, value: f64, plot: Rect) -> Option<u16> {
        let eighths = self.eighths(value, plot)?;
        Some(plot.bottom() - eighths.div_ceil(8).max(1))
    }

    fn draw_axis(&self, area: Rect, plot: Rect, buf: &mut Buffer) {
        let (axis, room) = (plot.x - 1, usize::from(GUTTER - 2));
        for y in plot.top()..plot.bottom() {
            buf.set_string(axis, y, "│", Style::new());
        }
        let base = "▔".repeat(usize::from(plot.width) + 1);
        buf.set_string(axis, plot.bottom(), base, Style::new());
        for tick in self.scale.ticks() {
            let zero = (tick == 0.0).then_some(plot.bottom());
            if let Some(y) = zero.or_else(|| self.row(tick, plot)) {
                let label = format!("{:>room$}▔", self.chart.plotted.tick(tick, self.scale));
                buf.set_stringn(area.x, y, label, room + 1, Style::new());
            }
        }
    }

    /// Draws the ideal above the columns of each bar, and one more column on either side.
    fn draw_ideals(&self, plot: Rect, buf: &mut Buffer) {
        for (_, bar, columns) in self.chart.placed(self.layout) {
            if let Some(y) = bar.ideal.and_then(|ideal| self.row(ideal, plot)) {
                for column in columns.start.saturating_sub(1)..(columns.end + 1).min(plot.width) {
                    buf.set_string(plot.x + column, y, "═", Style::new());
                }
            }
        }
    }

    /// Draws the reference lines from the first group to the last.
    fn draw_serial(&self, plot: Rect, buf: &mut Buffer) {
        let groups = &self.layout.groups;
        let (Some(first), Some(last)) = (groups.first(), groups.last()) else {
            return;
        };
        let line = "─".repeat(usize::from(last.end - first.start));
        for (_, value) in &self.chart.serial {
            if let Some(y) = self.row(*value, plot) {
                buf.set_string(plot.x + first.start, y, &line, Style::new());
            }
        }
    }

    /// Draws a curve, straight between the middles of two bars.
    fn draw_curve(&self, ink: &Span<'_>, curve: &BarCurve, plot: Rect, buf: &mut Buffer) {
        for two in curve.windows(2) {
            let [(from, Some(left)), (to, Some(right))] = &two else {
                continue;
            };
            let (from, to) = (middle(from), middle(to));
            for column in from..=to {
                let part = f64::from(column - from) / f64::from(to - from);
                if let Some(y) = self.row(left + (right - left) * part, plot) {
                    buf.set_span(plot.x + column, y, ink, 1);
                }
            }
        }
    }

    fn draw_bar(&self, bar: &ChartBar, columns: &Range<u16>, plot: Rect, buf: &mut Buffer) {
        let Some(ink) = self.inks.get(bar.series) else {
            return;
        };
        let middle = plot.x + middle(columns);
        let Some(value) = bar.value else {
            let (sign, height) = bar.sign();
            let style = bar.warm_up.map_or(STRONG, |_| ink.style);
            if let Some(y) = self.row(height, plot) {
                buf.set_string(middle, y, sign, style);
            }
            return;
        };
        let place = Rect {
            x: plot.x + columns.start,
            width: columns.end - columns.start,
            ..plot
        };
        let eighths = self.eighths(value.min(self.scale.top), plot).unwrap_or(0);
        for (up, row) in (0..).zip(place.rows().rev()) {
            let symbol = match eighths.saturating_sub(8 * up) {
                0 => break,
                8.. => &ink.content,
                part => RISING[part as usize],
            };
            for at in row.positions() {
                buf[at].reset();
                buf[at].set_symbol(symbol).set_style(ink.style);
            }
        }
        let mut top = plot.bottom() - eighths.div_ceil(8);
        let beside = self.layout.has_beside;
        if let Some((high, low)) = bar.interval.and_then(|of| self.rows(of, plot)) {
            let (x, end) = if beside {
                (place.right(), low + 1)
            } else {
                (middle, top)
            };
            for y in high..end {
                let symbol = match y {
                    _ if y == high => "┬",
                    _ if y == low => "┴",
                    _ => "│",
                };
                buf.set_string(x, y, symbol, STRONG);
            }
            top = if beside { top } else { top.min(high) };
        }
        let singles = bar.singles.iter().filter(|_| beside);
        for y in singles.filter_map(|single| self.row(*single, plot)) {
            buf.set_string(place.right(), y, "•", Style::new());
        }
        if bar.is_best {
            // In the top row of the bar if there is no room above it.
            buf.set_string(middle, top.saturating_sub(1).max(plot.y), "★", STRONG);
        }
    }

    /// The first and last row of an interval, if it spans more than one row. A shorter interval cannot be distinguished
    /// from the end of the bar.
    fn rows(&self, interval: Interval, plot: Rect) -> Option<(u16, u16)> {
        let Interval { low, high } = interval;
        let rows = (self.row(high, plot).unwrap_or(plot.y), self.row(low, plot)?);
        let is_long = (high - low) / self.scale.top * f64::from(plot.height) >= 1.0;
        (is_long && rows.0 < rows.1).then_some(rows)
    }

    /// Draws signs on the axis: for the configuration that is being measured, for marked ones, and for the cursor.
    fn draw_signs(&self, y: u16, plot: Rect, buf: &mut Buffer) {
        for (place, bar, columns) in self.chart.placed(self.layout) {
            let mut mark = |column, mark, style| buf.set_string(plot.x + column, y, mark, style);
            if bar.is_now {
                columns.clone().for_each(|column| mark(column, "━", CURSOR));
            }
            if bar.is_marked {
                mark(columns.start, "●", STRONG);
            }
            if self.cursor == place {
                mark(middle(columns), "▲", STRONG);
            }
        }
    }

    /// Draws the labels for which there is room. The label under the cursor has priority.
    fn draw_labels(&self, y: u16, plot: Rect, buf: &mut Buffer) {
        let groups = self.chart.groups.iter().enumerate().skip(self.layout.first);
        let mut next = self.layout.groups.iter().skip(1);
        let placed = groups.zip(&self.layout.groups);
        let placed = placed.map(|((number, group), columns)| {
            let place = |label: &str| {
                let width = cells(label.chars().count());
                let from = ((columns.start + columns.end) / 2).saturating_sub(width / 2);
                let from = from.min(plot.width.saturating_sub(width));
                from..(from + width).min(plot.width)
            };
            let next = next
                .next()
                .map_or(plot.width, |next| (next.start + next.end) / 2);
            let fits = place(&group.label).end < next;
            let label = if fits { &group.label } else { &group.short };
            (number == self.cursor.0, place(label), label)
        });
        let placed: Vec<_> = placed.collect();
        let kept = placed.iter().find(|(is_here, ..)| *is_here);
        let mut free = 0;
        for (is_here, at, label) in &placed {
            let hides_kept =
                kept.is_some_and(|(_, kept, _)| at.end >= kept.start && at.start <= kept.end);
            if !is_here && (at.start < free || hides_kept) {
                continue;
            }
            let style = if *is_here { BAND } else { Style::new() };
            buf.set_stringn(plot.x + at.start, y, label, at.len(), style);
            free = at.end + 1;
        }
    }
}

impl Widget for &DrawnChart<'_> {
    fn render(self, area: Rect, buf: &mut Buffer) {
        let area = area.intersection(buf.area);
        let plot = plot(area);
        if plot.is_empty() {
            return;
        }
        self.draw_axis(area, plot, buf);
        self.draw_ideals(plot, buf);
        self.draw_serial(plot, buf);
        for (ink, curve) in &self.curves {
            self.draw_curve(ink, curve, plot, buf);
        }
        for (_, bar, columns) in self.chart.placed(self.layout) {
            self.draw_bar(bar, columns, plot, buf);
        }
        self.draw_signs(plot.bottom(), plot, buf);
        self.draw_labels(plot.bottom() + 1, plot, buf);
    }
}

#[cfg(test)]
mod tests;
