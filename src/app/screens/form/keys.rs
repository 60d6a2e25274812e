//! The keys of the plan's form, besides those of every form.

use std::sync::LazyLock;

use crate::{
    app::{
        App,
        keys::{Keys, bind, keys},
    },
    domain::plan::Field,
    ui::form::Form,
};

/// The keys while the form of the plan is focused.
#[rustfmt::skip]
pub static PLAN: LazyLock<Keys> = LazyLock::new(|| keys("In the form of the plan", |_, _| {}, vec![
    bind("Enter", "Enter choose", 3, "type a number; in a row without one: the next choice", App::edit_row)
        .labelled(label_of_enter),
    bind("+ | =", "+- one more/less", 4, "one more", |app| app.form.change_by_one(true)),
    bind("-", "", 0, "one less", |app| app.form.change_by_one(false)),
]));

/// What Enter does in the row of the cursor, if that is not the next choice.
fn label_of_enter(app: &App) -> Option<&'static str> {
    match app.form.field() {
        Field::Python => Some("Enter list"),
        _ => app.form.can_type().then_some("Enter edit"),
    }
}
