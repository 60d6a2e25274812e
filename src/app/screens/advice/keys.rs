//! The keys of the advice.

use std::sync::LazyLock;

use crate::app::{
    App,
    keys::{Keys, bind, keys, list},
};

/// The keys before the function is called.
#[rustfmt::skip]
pub static ASKED: LazyLock<Keys> = LazyLock::new(|| keys("Before the advice", App::scroll, vec![
    bind("Enter", "Enter start", 1, "call the function, and find out how to execute its calls", App::begin_advice)
        .when(App::is_free).or_says(App::why_busy),
]));

/// The keys once it is told.
#[rustfmt::skip]
pub static TOLD: LazyLock<Keys> = LazyLock::new(|| keys("On the advice", App::scroll, vec![
    bind("o", "o export", 2, "write the advice with its runs to a file, as a report for example", App::open_export)
        .when(App::has_measured).or_says(App::why_no_run),
    bind("r", "r repeat", 3, "find it out again", App::begin_advice).when(App::is_free).or_says(App::why_busy),
]));

/// The keys on the page, whatever it shows.
#[rustfmt::skip]
pub static ADVICE: LazyLock<Keys> = LazyLock::new(|| keys("On any advice", App::scroll, list("row", "↑↓ scroll", 4)));
