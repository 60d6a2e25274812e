//! A horizontal bar of one or two parts, in eighths of a cell. A low bar is lower than its row and in whole cells, so
//! that bars in neighbouring rows do not grow together.
//!
//! ```text
//! ██████▎▒▒
//! ▃▃▃▃▃▃
//! ▆▆▆▆▆▆▆▆▆▆
//! ```

use ratatui::{buffer::Buffer, layout::Rect, style::Style, widgets::Widget};

use crate::ui::widget::{GROWING, RISING};

/// A horizontal bar.
#[derive(Clone, Copy, Debug, Default)]
pub struct Bar {
    share: f64,
    rest: f64,
    style: Style,
    /// The height in eighths of a row; 0 for the whole row.
    height: usize,
}

impl Bar {
    /// A bar that fills this share of its room, from 0 to 1. Other values are clamped.
    pub fn new(share: f64, style: Style) -> Bar {
        Bar {
            share: share.clamp(0.0, 1.0),
            style,
            ..Bar::default()
        }
    }

    /// Makes the bar only this many eighths of a row tall.
    pub fn low(mut self, eighths: usize) -> Bar {
        self.height = eighths.min(8);
        self
    }

    /// Adds a second, hatched share that continues from the end of the first. NaN counts as 0.
    pub fn then(mut self, share: f64) -> Bar {
        self.rest = share.max(0.0).min(1.0 - self.share);
        self
    }

    fn symbol(&self, eighths: usize) -> &'static str {
        match (self.height, eighths) {
            (0, _) => GROWING[eighths],
            // No block is both low and narrow. Beside a number, the nearest whole cell is exact enough.
            (_, 0..4) => " ",
            (height, _) => RISING[height],
        }
    }
}

impl Widget for Bar {
    fn render(self, area: Rect, buf: &mut Buffer) {
        let area = area.intersection(buf.area);
        let width = f64::from(area.width);
        let eighths = (self.share * width * 8.0).round() as usize;
        let end = ((self.share + self.rest) * width).round() as usize;
        for row in area.rows() {
            for (i, at) in row.positions().enumerate() {
                let cell = &mut buf[at];
                match eighths.saturating_sub(i * 8).min(8) {
                    0 if i < end => {
                        cell.set_symbol("▒");
                    }
                    0 => break,
                    fill => {
                        cell.reset();
                        cell.set_symbol(self.symbol(fill)).set_style(self.style);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(bar: Bar, width: u16) -> String {
        let area = Rect::new(0, 0, width, 1);
        let mut buf = Buffer::empty(area);
        bar.render(area, &mut buf);
        buf.content().iter().map(|cell| cell.symbol()).collect()
    }

    #[test]
    fn a_bar_is_drawn_to_the_eighth_of_a_cell_and_others_follow_it() {
        assert_eq!(drawn(Bar::new(0.5, Style::new()), 10), "█████     ");
        assert_eq!(drawn(Bar::new(0.625, Style::new()).low(6), 4), "▆▆▆ ");
        assert_eq!(drawn(Bar::new(0.53125, Style::new()), 4), "██▏ ");
        assert_eq!(
            drawn(Bar::new(0.5, Style::new()).then(0.3), 10),
            "█████▒▒▒  "
        );
    }

    #[test]
    fn absurd_shares_are_clamped() {
        assert_eq!(drawn(Bar::new(f64::NAN, Style::new()), 2), "  ");
        assert_eq!(
            drawn(Bar::new(7.0, Style::new()).then(f64::INFINITY), 2),
            "██"
        );
        assert_eq!(drawn(Bar::new(-1.0, Style::new()), 0), "");
    }
}
