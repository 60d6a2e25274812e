//! Where the bars of a chart stand: as wide as there is room, and never cut.

use std::ops::Range;

/// The widest that a bar gets.
const WIDEST: u16 = 8;
/// From this width on, single values stand beside a bar.
const ROOM_FOR_TICKS: u16 = 3;
/// The most room between two groups.
const FARTHEST: u16 = 8;

/// Where the bars of a chart stand, in columns from the left of the plot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Columns of a bar.
    pub bar: u16,
    /// Whether a column beside each bar is for its single values.
    pub has_ticks: bool,
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
    /// Its columns.
    pub fn columns(self) -> Range<u16> {
        self.from..self.to
    }

    /// The column in its middle.
    pub fn middle(self) -> u16 {
        self.from + (self.to - self.from).saturating_sub(1) / 2
    }
}

/// How wide things are.
#[derive(Clone, Copy)]
struct Widths {
    bar: u16,
    /// Of single values beside a bar.
    ticks: u16,
    /// Between two bars.
    inner: u16,
    /// Between two groups.
    gap: u16,
}

impl Widths {
    fn of(bar: u16) -> Widths {
        let (inner, gap) = match bar {
            1 => (0, 1),
            2 => (0, 2),
            _ => (1, 3),
        };
        Widths {
            bar,
            ticks: u16::from(bar >= ROOM_FOR_TICKS),
            inner,
            gap,
        }
    }

    fn slot(self) -> u16 {
        self.bar + self.ticks
    }

    fn group(self, bars: usize) -> u64 {
        let bars = bars as u64;
        bars * u64::from(self.slot()) + bars.saturating_sub(1) * u64::from(self.inner)
    }

    fn all(self, bars: &[usize]) -> u64 {
        bars.iter()
            .map(|bars| self.group(*bars) + u64::from(self.gap))
            .sum()
    }
}

impl Layout {
    /// Groups of so many bars each, all of them in so many columns; `None` if the thinnest bars are too many.
    pub fn whole(bars: &[usize], width: u16) -> Option<Layout> {
        let fits = |widths: &Widths| widths.all(bars) <= u64::from(width);
        let widths = (1..=WIDEST).rev().map(Widths::of).find(fits)?;
        Some(placed(bars, 0, widths, width))
    }

    /// As many groups around this one as have room, with bars of one column.
    pub fn around(bars: &[usize], group: usize, width: u16) -> Layout {
        let widths = Widths::of(1);
        let most = bars
            .iter()
            .map(|bars| widths.group(*bars))
            .max()
            .unwrap_or(0)
            + u64::from(widths.gap);
        let room = usize::try_from(u64::from(width) / most.max(1))
            .unwrap_or(0)
            .min(bars.len());
        let first = group.saturating_sub(room / 2).min(bars.len() - room);
        placed(&bars[first..first + room], first, widths, width)
    }

    /// Where a bar of a group in view stands: the group as it is counted in view.
    pub fn bar(&self, group: usize, bar: usize) -> Span {
        let widths = Widths::of(self.bar);
        let step = u64::from(widths.slot() + widths.inner);
        let from = u64::from(self.groups[group].from) + bar as u64 * step;
        let from = u16::try_from(from).unwrap_or(u16::MAX);
        Span {
            from,
            to: from.saturating_add(self.bar),
        }
    }

    /// The group and the bar that stand at this column, if there are any; the group as it is counted of all.
    pub fn at(&self, column: u16, bars: &[usize]) -> Option<(usize, usize)> {
        let group = self
            .groups
            .iter()
            .position(|span| span.columns().contains(&column))?;
        let nearest = |bar: &usize| {
            let span = self.bar(group, *bar);
            span.middle().abs_diff(column)
        };
        let bar = (0..*bars.get(self.first + group)?).min_by_key(nearest)?;
        Some((self.first + group, bar))
    }
}

/// What room is left goes between the groups and around them.
fn placed(bars: &[usize], first: usize, widths: Widths, width: u16) -> Layout {
    let groups = bars.len() as u64;
    let left = u64::from(width).saturating_sub(widths.all(bars));
    let more = left
        .checked_div(groups)
        .unwrap_or(0)
        .min(u64::from(FARTHEST - widths.gap.min(FARTHEST)));
    let gap = u64::from(widths.gap) + more;
    let mut from = gap / 2 + left.saturating_sub(more * groups) / 2;
    let column = |at: u64| u16::try_from(at).unwrap_or(u16::MAX);
    let span = |bars: &usize| {
        let to = from + widths.group(*bars);
        let span = Span {
            from: column(from),
            to: column(to),
        };
        from = to + gap;
        span
    };
    let groups = bars.iter().map(span).collect();
    Layout {
        bar: widths.bar,
        has_ticks: widths.ticks > 0,
        groups,
        first,
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
            Layout::whole(&two_models, 100).map(|layout| layout.bar),
            Some(6)
        );
        assert_eq!(
            Layout::whole(&two_models, 48).map(|layout| layout.bar),
            Some(2)
        );
        assert_eq!(
            Layout::whole(&two_models, 17).map(|layout| layout.bar),
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
