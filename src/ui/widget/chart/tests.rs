use std::borrow::Cow;

use proptest::prelude::*;

use crate::{domain::stats::Interval, present::chart::BarGroup, ui::widget::chart::*};

const fn ink(fill: &'static str) -> Span<'static> {
    Span {
        content: Cow::Borrowed(fill),
        style: Style::new(),
    }
}

static INKS: [Span<'_>; 2] = [ink("█"), ink("╳")];

fn bar(series: usize, value: f64) -> ChartBar {
    ChartBar {
        series,
        value: Some(value),
        ..ChartBar::default()
    }
}

fn group(label: &str, bars: Vec<ChartBar>) -> BarGroup {
    BarGroup {
        label: label.into(),
        short: label.into(),
        bars,
    }
}

fn sizes(groups: &[BarGroup]) -> Vec<Range<usize>> {
    groups.iter().map(|group| 0..group.bars.len()).collect()
}

fn drawn_with(
    groups: &[BarGroup],
    layout: &Layout,
    scale: AxisScale,
    (width, height): (u16, u16),
    with: impl FnOnce(&mut DrawnChart<'_>),
) -> Vec<String> {
    let chart = BarChart {
        groups: groups.to_vec(),
        ..BarChart::default()
    };
    drawn_chart(&chart, layout, scale, (width, height), with)
}

fn drawn_chart(
    chart: &BarChart,
    layout: &Layout,
    scale: AxisScale,
    (width, height): (u16, u16),
    with: impl FnOnce(&mut DrawnChart<'_>),
) -> Vec<String> {
    let area = Rect::new(0, 0, width, height);
    let mut buf = Buffer::empty(area);
    let mut chart = DrawnChart {
        chart,
        inks: &INKS,
        layout,
        scale,
        curves: vec![],
        cursor: (usize::MAX, 0),
    };
    with(&mut chart);
    chart.render(area, &mut buf);
    let text = |row: Rect| {
        row.columns()
            .map(|at| buf[(at.x, at.y)].symbol())
            .collect::<String>()
    };
    area.rows()
        .map(|row| text(row).trim_end().to_string())
        .collect()
}

fn on(group: usize, bar: usize) -> impl FnOnce(&mut DrawnChart<'_>) {
    move |chart| chart.cursor = (group, bar)
}

fn layout(groups: &[BarGroup], width: u16) -> Layout {
    Layout::whole(&sizes(groups), width - GUTTER).expect("there is room")
}

const FOUR: AxisScale = AxisScale {
    top: 4.0,
    step: 2.0,
};

#[test]
fn bars_end_at_their_value_to_the_eighth_and_labels_are_below_their_group() {
    let groups = [
        group("1", vec![bar(0, 1.0), bar(1, 1.0)]),
        group("16", vec![bar(0, 3.5), bar(1, 2.0)]),
    ];
    let placed = layout(&groups, 36);
    let drawn = drawn_with(&groups, &placed, FOUR, (36, 6), on(1, 0));
    assert_eq!(
        drawn,
        [
            "    4×▔│                 ▄▄▄",
            "       │                 ███",
            "    2×▔│                 ███  ╳╳╳",
            "       │   ███  ╳╳╳      ███  ╳╳╳",
            "    0×▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▲▔▔▔▔▔▔▔▔▔",
            "               1            16",
        ]
    );
}

#[test]
fn what_is_not_measured_keeps_its_place_and_says_so() {
    let measured = [group("1", vec![bar(0, 4.0)]), group("2", vec![bar(0, 4.0)])];
    let mut missing = measured.clone();
    missing[1].bars[0] = ChartBar {
        value: None,
        is_now: true,
        ..bar(0, 0.0)
    };
    let placed = layout(&measured, 20);
    let draw = |groups: &[BarGroup]| drawn_with(groups, &placed, FOUR, (20, 4), |_| ());
    let (with, without) = (draw(&measured), draw(&missing));
    assert_eq!(without[1].matches('·').count(), 1);
    assert!(without[2].contains("━━") && !with[2].contains('━'));
    assert_eq!(with[3], without[3], "nothing moves");
}

#[test]
fn an_interval_is_drawn_if_it_is_longer_than_a_row_and_single_values_if_there_is_room() {
    let whisker = ChartBar {
        interval: Some(Interval {
            low: 1.0,
            high: 4.0,
        }),
        is_best: true,
        singles: vec![1.5, 2.5],
        ..bar(0, 2.0)
    };
    let narrow = ChartBar {
        interval: Some(Interval {
            low: 1.9,
            high: 2.1,
        }),
        ..bar(0, 2.0)
    };
    let groups = [group("a", vec![whisker]), group("b", vec![narrow])];
    let placed = layout(&groups, 26);
    assert!(placed.has_beside);
    let drawn = drawn_with(
        &groups,
        &placed,
        AxisScale {
            top: 5.0,
            step: 5.0,
        },
        (26, 7),
        |_| (),
    );
    assert_eq!(
        drawn,
        [
            "    5×▔│",
            "       │       ┬",
            "       │    ★  •",
            "       │  █████•   █████",
            "       │  █████┴   █████",
            "    0×▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔",
            "            a        b",
        ]
    );
}

#[test]
fn lines_are_behind_the_bars_and_end_at_their_values() {
    let with_ideal = |value, ideal| ChartBar {
        ideal: Some(ideal),
        ..bar(0, value)
    };
    let chart = BarChart {
        groups: vec![
            group("1", vec![with_ideal(1.0, 2.0)]),
            group("2", vec![with_ideal(4.0, 9.0)]),
        ],
        serial: vec![("serial".into(), 1.0)],
        ..BarChart::default()
    };
    let placed = layout(&chart.groups, 20);
    let drawn = drawn_chart(&chart, &placed, FOUR, (20, 6), |chart| {
        let columns = chart.layout.bars.iter().map(|(_, columns)| columns.clone());
        let curve = columns.zip([Some(3.0), Some(4.0)]).collect();
        chart.curves = vec![(Span::raw("≈"), curve)];
    });
    let bars = ["  ≈≈≈≈███", " ≈    ███", "═════  ███", "███───███"];
    for (row, bars) in drawn.iter().zip(bars) {
        assert!(row.contains(bars), "{drawn:#?}");
    }
    assert_eq!(
        drawn.concat().matches('═').count(),
        5,
        "what is above the plot is not drawn at its edge"
    );
}

#[test]
fn labels_that_would_touch_are_left_out_but_never_the_cursors() {
    let groups: Vec<BarGroup> = (1..=12)
        .map(|n| group(&format!("{}", n * 100), vec![bar(0, 1.0)]))
        .collect();
    let placed = Layout::whole(&sizes(&groups), 24).unwrap();
    for cursor in 0..12 {
        let drawn = drawn_with(&groups, &placed, FOUR, (32, 5), on(cursor, 0));
        let labels: Vec<&str> = drawn[4].split_whitespace().collect();
        assert!(labels.contains(&&*groups[cursor].label), "{labels:?}");
        assert!(
            labels
                .iter()
                .all(|label| groups.iter().any(|group| group.label == **label)),
            "{labels:?}"
        );
    }
}

#[test]
fn if_bars_touch_only_the_part_of_an_interval_above_them_is_drawn() {
    let spread = |value| ChartBar {
        interval: Some(Interval {
            low: value - 1.0,
            high: value + 1.0,
        }),
        is_best: true,
        ..bar(0, value)
    };
    let groups = [group("a", vec![spread(2.0), spread(1.0)])];
    let placed = layout(&groups, GUTTER + 3);
    assert!(!placed.has_beside);
    let scale = AxisScale {
        top: 5.0,
        step: 5.0,
    };
    let drawn = drawn_with(&groups, &placed, scale, (GUTTER + 3, 7), |_| ());
    let bars = ["", "★", "┬★", "█┬", "██"];
    for (row, bars) in drawn.iter().zip(bars) {
        assert_eq!(row.split_once('│').unwrap().1.trim(), bars, "{drawn:#?}");
    }
}

proptest! {
    #[test]
    fn bars_are_whole_and_signs_are_above_their_middle(
        values in proptest::collection::vec((0.1f64..10.0, 0.0f64..3.0), 1..12), width in 20u16..150, height in 8u16..30,
    ) {
        let bars = values.iter().map(|(value, spread)| ChartBar {
            interval: Some(Interval { low: (value - spread).max(0.0), high: value + spread }),
            singles: vec![*value],
            is_best: true,
            ..bar(0, *value)
        });
        let groups: Vec<BarGroup> = bars.map(|bar| group("n", vec![bar])).collect();
        let room = width - GUTTER;
        let placed = Layout::whole(&sizes(&groups), room).unwrap_or_else(|| Layout::around(&sizes(&groups), 0, room));
        let most = values.iter().map(|(value, spread)| value + spread).fold(0.0, f64::max);
        let scale = AxisScale::reaching(most, height - BELOW);
        let drawn = drawn_with(&groups, &placed, scale, (width, height), |_| ());
        let cell = |x: u16, y: u16| drawn[usize::from(y)].chars().nth(usize::from(GUTTER + x)).unwrap_or(' ');
        let base = height - BELOW - 1;
        for (_, columns) in &placed.bars {
            let star = (0..base).find(|y| cell(middle(columns), *y) == '★');
            prop_assert!(star.is_some(), "{drawn:#?}");
            let ink = |x: u16| (0..=base).filter(|y| ('▁'..='█').contains(&cell(x, *y))).count();
            let inks: Vec<usize> = columns.clone().map(ink).collect();
            prop_assert!(inks.iter().all(|ink| *ink == inks[0] && *ink > 0), "{inks:?} {drawn:#?}");
            prop_assert_eq!(middle(columns) - columns.start, columns.end - 1 - middle(columns));
        }
        let ticks: Vec<usize> = (0..drawn.len()).filter(|y| drawn[*y].chars().nth(6) == Some('▔')).collect();
        prop_assert_eq!(ticks.last(), Some(&usize::from(height - BELOW)), "the zero is the axis");
        prop_assert!(ticks.windows(3).all(|three| three[1] - three[0] == three[2] - three[1]), "{:?}", ticks);
    }

    #[test]
    fn absurd_values_and_sizes_draw_something_or_nothing(
        values in proptest::collection::vec(proptest::option::of(any::<f64>()), 1..30),
        width in 0u16..80, height in 0u16..20, top in prop_oneof![Just(f64::NAN), Just(0.0), any::<f64>()],
    ) {
        let bars = values.iter().map(|value| ChartBar {
            value: *value, interval: value.map(|value| Interval { low: value, high: value * 2.0 }), singles: vec![f64::NAN, -1.0], is_best: true,
            ..bar(0, 0.0)
        });
        let groups: Vec<BarGroup> = bars.map(|bar| group("1000", vec![bar])).collect();
        let room = width.saturating_sub(GUTTER);
        let placed = Layout::whole(&sizes(&groups), room).unwrap_or_else(|| Layout::around(&sizes(&groups), 0, room));
        let scale = AxisScale { top, ..AxisScale::reaching(1.0, height) };
        let scale = if top.is_finite() { AxisScale::reaching(top, height) } else { scale };
        drawn_with(&groups, &placed, scale, (width, height), on(0, 0));
    }
}
