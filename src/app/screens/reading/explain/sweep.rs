//! Sweeps: the form, and the chart.

use crate::app::screens::reading::Look;
use crate::app::screens::reading::explain::{Entry, Section};

pub(crate) fn form() -> Vec<Section> {
    let asked = vec![
        Entry::plain(
            "A sweep measures the work of the main form under several models with several numbers of workers. Serial is always \
             measured, once per round, as speed-ups need it.",
        ),
        Entry::named(
            "workers",
            "a list: 1,2,4 or 1..16 or 2^0..2^4 (powers of two) or cores, also mixed",
        ),
        Entry::named(
            "rounds",
            "in each round every configuration is measured once; one round before them warms up and is not counted",
        ),
        Entry::named(
            "seed",
            "the order of each round is shuffled, so that heat and drift hit all alike: the same seed, the same order",
        ),
    ];
    let how = vec![Entry::plain(
        "The number of runs is exact. The time is an estimate from the size of the tasks and what this machine has measured \
         so far; while the sweep goes on, from its own runs.",
    )];
    vec![
        Section::new("What is asked for", asked),
        Section::new("How long it takes", how),
    ]
}

pub(crate) fn chart() -> Vec<Section> {
    let mut marks = vec![Entry::named(
        "a bar",
        "the median of the counted runs of one model with so many workers; each model has a pattern of its own",
    )];
    let signs = [
        (
            "┬ ┴",
            "the 95 % interval of that median, from resampling the runs; with few runs it is coarse, and it is not drawn where it is shorter than a row",
        ),
        ("•", "single runs, where there is room"),
        (
            "★",
            "the best of all: nothing is clearly faster, and nothing as fast has fewer workers",
        ),
        (
            "○",
            "the run that warmed up, which is not counted: a bar takes its place",
        ),
        ("·", "not measured yet"),
        ("✗", "no run succeeded"),
        ("━", "on the axis: being measured now"),
        ("●", "on the axis: one of its runs is marked"),
        (
            "▲",
            "on the axis: the cursor, whose numbers stand below the chart",
        ),
        ("─", "serial, which everything is measured against"),
        (
            "═",
            "the ideal: each worker does its share, as far as there are tasks, and cores for what they compute. It is computed, not measured",
        ),
        (
            "╌ ≈",
            "fitted to the measured speed-ups of the cursor's model: Amdahl's law, and the Universal Scalability Law (Gunther). They are drawn only where something was measured",
        ),
    ];
    marks.extend(signs.map(|(sign, said)| Entry::sign(sign, Look::Strong, said)));
    let measured = vec![
        Entry::plain(
            "Every configuration is measured once per round, in an order that is shuffled anew each time. The first round warms \
             up and is not counted.",
        ),
        Entry::named(
            "speed-up",
            "the median time of the sweep\'s serial runs over the median time of the configuration",
        ),
        Entry::named(
            "serial part",
            "Karp and Flatt: which share of the work would have to be serial to explain the speed-up",
        ),
        Entry::named("per worker", "the speed-up over the number of workers"),
    ];
    vec![
        Section::new("What the marks mean", marks),
        Section::new("How it was measured", measured),
    ]
}
