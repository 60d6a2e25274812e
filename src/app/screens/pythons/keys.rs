//! The keys of the list of interpreters.

use std::sync::LazyLock;

use crate::app::App;
use crate::app::keys::{FAR, Keys, PAGE, bind, keys, step};

/// While a Python interpreter is chosen.
#[rustfmt::skip]
pub static PYTHONS: LazyLock<Keys> = LazyLock::new(|| keys("In the list of Python interpreters", App::step_pythons, vec![
    bind("Enter | Space", "Enter choose", 2, "take this interpreter; also Space", App::take_python).when(App::has_python),
    step("↑ k", "", 0, "the interpreter above", -1),
    step("↓ j", "↑↓ interpreter", 2, "the interpreter below", 1),
    step("PgUp", "", 0, "ten interpreters up", -PAGE),
    step("PgDn", "", 0, "ten interpreters down", PAGE),
    step("Home g", "", 0, "the first interpreter", -FAR),
    step("End G", "", 0, "the last interpreter", FAR),
]));
