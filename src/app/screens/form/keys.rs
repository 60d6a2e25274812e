//! The keys of the form.

use std::sync::LazyLock;

use crate::app::{
    App,
    keys::{FAR, Keys, bind, keys, step, with},
};

/// While the form is focused.
#[rustfmt::skip]
pub static FORM: LazyLock<Keys> = LazyLock::new(|| keys("In the form", |app, by| app.form.step_row(by), vec![
    step("↑ k", "", 0, "the field above", -1),
    step("↓ j", "", 0, "the field below", 1),
    bind("← h", "", 0, "the previous choice, or a smaller number", |app| app.form.change(false)),
    bind("→ l", "←→ change", 3, "the next choice, or a larger number", |app| app.form.change(true)),
    bind("+ | =", "+- by one", 4, "one more", |app| app.form.change_by_one(true)),
    bind("-", "", 0, "one less", |app| app.form.change_by_one(false)),
    step("g | Home", "", 0, "the first field; also Home", -FAR),
    step("G | End", "", 0, "the last field; also End", FAR),
    bind("Enter", "Enter type", 3, "type a number; the next choice where there is none", App::edit),
    with("0-9", "", 0, "type the number of this row", |app, key| app.form.begin_typing(key))
        .when(|app| app.form.can_type()).or_says(|_| Some("this row has no number: ↑↓ go to one, Tab leaves the form")),
]));

/// While a number is being typed.
#[rustfmt::skip]
pub static NUMBER: LazyLock<Keys> = LazyLock::new(|| keys("In a number", |_, _| {}, vec![
    with("0-9", "0-9 digits", 2, "make up the number", |app, key| app.form.type_digit(key)),
    bind("Enter", "Enter accept", 3, "take the number", |app| app.form.accept()),
    bind("Esc", "Esc abandon", 4, "keep the number that was there", |app| app.form.abandon()),
    bind("Backspace | Del", "Backspace erase", 5, "take the last digit away", |app| app.form.erase()),
]).taking_text());
