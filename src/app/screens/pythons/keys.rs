//! The keys of the list of interpreters.

use std::sync::LazyLock;

use crate::app::{
    App,
    keys::{Keys, bind, keys, list},
};

/// The keys while a Python interpreter is chosen.
#[rustfmt::skip]
pub static PYTHONS: LazyLock<Keys> = LazyLock::new(|| keys("In the list of Python interpreters", App::step_pythons, [
    list("interpreter", "↑↓ interpreter", 2),
    vec![
        bind("Enter | Space", "Enter choose", 2, "use this interpreter; also Space", App::take_python).when(App::has_python),
    ],
].concat()));
