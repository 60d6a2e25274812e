//! The keys of the plan's form, besides those of every form.

use std::sync::LazyLock;

use crate::app::{
    App,
    keys::{Keys, bind, keys},
};

/// The keys while the form of the plan is focused.
#[rustfmt::skip]
pub static PLAN: LazyLock<Keys> = LazyLock::new(|| keys("In the form of the plan", |_, _| {}, vec![
    bind("Enter", "Enter type", 3, "type a number; in a row without one: the next choice", App::edit_row),
    bind("+ | =", "+- by one", 4, "one more", |app| app.form.change_by_one(true)),
    bind("-", "", 0, "one less", |app| app.form.change_by_one(false)),
]));
