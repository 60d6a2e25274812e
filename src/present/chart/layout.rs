//! The positions of the bars of a chart. They are as wide as the room allows, and never cut.

use std::ops::Range;

/// The maximum distance between two groups, unless their bars are wider.
const FARTHEST: usize = 8;

/// The positions of the bars of a chart, in columns from the left of the plot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The columns of each group in view.
    pub groups: Vec<Range<u16>>,
    /// The first group in view.
    pub first: usize,
    /// Each bar in view: its group, its place in the group, and its columns. Group and place are counted among all
    /// bars.
    pub bars: Vec<((usize, usize), Range<u16>)>,
    /// Whether each bar has a column beside it for the interval and the single values.
    pub has_beside: bool,
}

/// The middle one of these columns.
pub fn middle(columns: &Range<u16>) -> u16 {
    columns.start + (columns.end - columns.start).saturating_sub(1) / 2
}

/// A number of columns, limited to the width that a chart can have.
fn columns(n: usize) -> u16 {
    u16::try_from(n).unwrap_or(u16::MAX)
}

#[derive(Clone, Copy)]
struct Widths {
    /// The width of a bar: an odd number, because signs are above the middle.
    bar: usize,
    /// The distance from one bar to the next.
    step: usize,
    /// The distance between two groups.
    gap: usize,
}

/// The widths in documents, which can be as wide as necessary.
const DRAWN: Widths = Widths::of(7, 9, 4);
/// From the widest to the narrowest.
const WIDTHS: [Widths; 9] = [
    Widths::of(13, 15, 6),
    Widths::of(9, 11, 5),
    DRAWN,
    Widths::of(5, 7, 4),
    Widths::of(3, 5, 4),
    Widths::of(3, 4, 3),
    Widths::of(3, 3, 3),
    Widths::of(1, 2, 3),
    Widths::of(1, 1, 1),
];

impl Widths {
    const fn of(bar: usize, step: usize, gap: usize) -> Widths {
        Widths { bar, step, gap }
    }

    /// The columns from the start of the first bar to the end of the last one.
    fn group(self, bars: usize) -> usize {
        (bars * self.step + self.bar).saturating_sub(self.step)
    }

    fn all(self, groups: &[Range<usize>]) -> usize {
        let widths = groups.iter().map(|bars| self.group(bars.len()) + self.gap);
        widths.sum()
    }
}

impl Layout {
    /// The layout with all groups within `width` columns; `None` if even the narrowest bars do not fit.
    pub fn whole(groups: &[Range<usize>], width: u16) -> Option<Layout> {
        let fits = |widths: &Widths| widths.all(groups) <= usize::from(width);
        let widths = WIDTHS.into_iter().find(fits)?;
        Some(Layout::placed(groups, 0, widths, width))
    }

    /// The layout with all groups in a document, and its width: as many columns as they take, but at least `least`.
    pub fn drawn(groups: &[Range<usize>], least: u16) -> (Layout, u16) {
        let width = columns(DRAWN.all(groups)).max(least);
        (Layout::placed(groups, 0, DRAWN, width), width)
    }

    /// The layout with as many groups around this one as have room, with bars of one column.
    pub fn around(groups: &[Range<usize>], group: usize, width: u16) -> Layout {
        let [.., widths] = WIDTHS;
        let most = groups.iter().map(|bars| widths.group(bars.len())).max();
        let room = usize::from(width) / (most.unwrap_or(0) + widths.gap);
        let room = room.min(groups.len());
        let first = group.saturating_sub(room / 2).min(groups.len() - room);
        Layout::placed(&groups[first..first + room], first, widths, width)
    }

    /// Distributes the remaining room between the groups and around them.
    fn placed(groups: &[Range<usize>], first: usize, widths: Widths, width: u16) -> Layout {
        let left = usize::from(width).saturating_sub(widths.all(groups));
        let farthest = FARTHEST.max(widths.bar);
        let more = (left / groups.len().max(1)).min(farthest - widths.gap);
        let gap = widths.gap + more;
        let mut from = gap / 2 + left.saturating_sub(more * groups.len()) / 2;
        let range = |from, width| columns(from)..columns(from + width);
        let mut layout = Layout {
            groups: vec![],
            first,
            bars: vec![],
            has_beside: widths.step > widths.bar,
        };
        for (group, bars) in (first..).zip(groups) {
            let width = widths.group(bars.len());
            layout.groups.push(range(from, width));
            let starts = (from..).step_by(widths.step);
            let places = bars.clone().zip(starts);
            let places = places.map(|(bar, from)| ((group, bar), range(from, widths.bar)));
            layout.bars.extend(places);
            from += width + gap;
        }
        layout
    }

    /// The group and the bar at this column, if there is one.
    pub fn at(&self, column: u16) -> Option<(usize, usize)> {
        let mut groups = self.groups.iter();
        let here = self.first + groups.position(|columns| columns.contains(&column))?;
        let bars = self.bars.iter().filter(|((group, _), _)| *group == here);
        let nearest = bars.min_by_key(|(_, columns)| middle(columns).abs_diff(column));
        nearest.map(|(place, _)| *place)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn bars_get_thinner_until_all_fit_and_then_not_all_are_shown() {
        let two_models = [0..1, 0..2, 0..2, 0..2, 0..2, 0..2];
        let bar = |width| Some(Layout::whole(&two_models, width)?.bars[0].1.len());
        assert_eq!(
            [111, 89, 67, 56, 34, 17].map(bar),
            [7, 5, 3, 3, 1, 1].map(Some)
        );
        assert_eq!(bar(16), None);
        let part = Layout::around(&two_models, 4, 9);
        assert_eq!((part.first, part.groups.len()), (3, 3));
    }

    proptest! {
        #[test]
        fn bars_are_inside_the_plot_apart_from_each_other_and_are_found_at_their_columns(
            bars in proptest::collection::vec(1usize..6, 1..40), width in 0u16..300, group in 0usize..40,
        ) {
            let group = group.min(bars.len() - 1);
            let groups: Vec<_> = bars.iter().map(|bars| 3..3 + bars).collect();
            let layout = Layout::whole(&groups, width).unwrap_or_else(|| Layout::around(&groups, group, width));
            let mut end = 0;
            for (place, columns) in &layout.bars {
                prop_assert!(columns.start >= end && columns.end <= width, "{:?} in {}", columns, width);
                prop_assert_eq!(layout.at(middle(columns)), Some(*place));
                end = columns.end;
            }
            let in_view = layout.first..layout.first + layout.groups.len();
            let all: Vec<_> = in_view.clone().flat_map(|group| groups[group].clone().map(move |bar| (group, bar))).collect();
            prop_assert_eq!(layout.bars.iter().map(|(place, _)| *place).collect::<Vec<_>>(), all);
            prop_assert!(layout.groups.is_empty() || in_view.contains(&group) || layout.groups.len() == bars.len());
        }
    }
}
