//! Where the bars of a chart stand: as wide as there is room, and never cut.

use std::ops::Range;

use crate::ui::area::{cells, first_around};

/// The widest that a bar gets.
const WIDEST: usize = 8;
/// From this width on, single values stand beside a bar.
const ROOM_FOR_TICKS: usize = 3;
/// The most room between two groups.
const FARTHEST: usize = 8;

/// Where the bars of a chart stand, in columns from the left of the plot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// How wide things are.
    widths: Widths,
    /// Of each group in view, where it begins and ends.
    pub groups: Vec<Span>,
    /// The first group in view.
    pub first: usize,
}

/// A stretch of columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The first.
    pub from: u16,
    /// The first that does not belong to it.
    pub to: u16,
}

impl Span {
    fn of(from: usize, width: usize) -> Span {
        Span {
            from: cells(from),
            to: cells(from + width),
        }
    }

    /// Its columns.
    pub fn columns(self) -> Range<u16> {
        self.from..self.to
    }

    /// The column in its middle.
    pub fn middle(self) -> u16 {
        self.from + (self.to - self.from).saturating_sub(1) / 2
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Widths {
    bar: usize,
    /// Of a bar with the single values beside it.
    slot: usize,
    /// Between two bars.
    inner: usize,
    /// Between two groups.
    gap: usize,
}

impl Widths {
    fn of(bar: usize) -> Widths {
        let (inner, gap) = match bar {
            1 => (0, 1),
            2 => (0, 2),
            _ => (1, 3),
        };
        Widths {
            bar,
            slot: bar + usize::from(bar >= ROOM_FOR_TICKS),
            inner,
            gap,
        }
    }

    fn group(self, bars: usize) -> usize {
        bars * self.slot + bars.saturating_sub(1) * self.inner
    }

    fn all(self, bars: &[usize]) -> usize {
        bars.iter().map(|bars| self.group(*bars) + self.gap).sum()
    }
}

impl Layout {
    /// Groups of so many bars each, all of them in so many columns; `None` if the thinnest bars are too many.
    pub fn whole(bars: &[usize], width: u16) -> Option<Layout> {
        let fits = |widths: &Widths| widths.all(bars) <= usize::from(width);
        let widths = (1..=WIDEST).rev().map(Widths::of).find(fits)?;
        Some(Layout::placed(bars, 0, widths, width))
    }

    /// As many groups around this one as have room, with bars of one column.
    pub fn around(bars: &[usize], group: usize, width: u16) -> Layout {
        let widths = Widths::of(1);
        let most = bars.iter().map(|bars| widths.group(*bars)).max();
        let room = usize::from(width) / (most.unwrap_or(0) + widths.gap);
        let room = room.min(bars.len());
        let first = first_around(group, bars.len(), room);
        Layout::placed(&bars[first..first + room], first, widths, width)
    }

    /// What room is left goes between the groups and around them.
    fn placed(bars: &[usize], first: usize, widths: Widths, width: u16) -> Layout {
        let left = usize::from(width).saturating_sub(widths.all(bars));
        let more = (left / bars.len().max(1)).min(FARTHEST - widths.gap);
        let gap = widths.gap + more;
        let mut from = gap / 2 + left.saturating_sub(more * bars.len()) / 2;
        let span = |bars: &usize| {
            let width = widths.group(*bars);
            let span = Span::of(from, width);
            from += width + gap;
            span
        };
        Layout {
            widths,
            groups: bars.iter().map(span).collect(),
            first,
        }
    }

    /// Whether a column beside each bar is for its single values.
    pub fn has_ticks(&self) -> bool {
        self.widths.slot > self.widths.bar
    }

    /// Where a bar of a group in view stands: the group as it is counted in view.
    pub fn bar(&self, group: usize, bar: usize) -> Span {
        let step = self.widths.slot + self.widths.inner;
        let from = usize::from(self.groups[group].from) + bar * step;
        Span::of(from, self.widths.bar)
    }

    /// The group and the bar that stand at this column, if there are any; the group as it is counted of all.
    pub fn at(&self, column: u16, bars: &[usize]) -> Option<(usize, usize)> {
        let mut groups = self.groups.iter();
        let group = groups.position(|span| span.columns().contains(&column))?;
        let away = |bar: &usize| self.bar(group, *bar).middle().abs_diff(column);
        let bar = (0..*bars.get(self.first + group)?).min_by_key(away)?;
        Some((self.first + group, bar))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn bars_get_thinner_until_all_fit_and_then_not_all_are_shown() {
        let two_models = [1, 2, 2, 2, 2, 2];
        assert_eq!(
            Layout::whole(&two_models, 100).map(|layout| layout.widths.bar),
            Some(6)
        );
        assert_eq!(
            Layout::whole(&two_models, 48).map(|layout| layout.widths.bar),
            Some(2)
        );
        assert_eq!(
            Layout::whole(&two_models, 17).map(|layout| layout.widths.bar),
            Some(1)
        );
        assert_eq!(Layout::whole(&two_models, 16), None);
        let part = Layout::around(&two_models, 4, 9);
        assert_eq!((part.first, part.groups.len()), (3, 3));
    }

    proptest! {
        #[test]
        fn bars_lie_inside_the_plot_apart_from_each_other_and_are_found_where_they_are(
            bars in proptest::collection::vec(1usize..6, 1..40), width in 0u16..300, group in 0usize..40,
        ) {
            let group = group.min(bars.len() - 1);
            let layout = Layout::whole(&bars, width).unwrap_or_else(|| Layout::around(&bars, group, width));
            let mut end = 0;
            for in_view in 0..layout.groups.len() {
                for bar in 0..bars[layout.first + in_view] {
                    let span = layout.bar(in_view, bar);
                    prop_assert!(span.from >= end && span.to <= width, "{:?} in {}", span, width);
                    prop_assert_eq!(layout.at(span.middle(), &bars), Some((layout.first + in_view, bar)));
                    end = span.to;
                }
            }
            let in_view = layout.first..layout.first + layout.groups.len();
            prop_assert!(layout.groups.is_empty() || in_view.contains(&group) || layout.groups.len() == bars.len());
        }
    }
}
