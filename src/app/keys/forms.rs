//! The keys of every form.

use std::sync::LazyLock;

use crate::app::keys::{FAR, Keys, bind, keys, step, with};

/// The keys in a form.
#[rustfmt::skip]
pub static ROWS: LazyLock<Keys> = LazyLock::new(|| keys("In a form", |app, by| app.form_here_mut().step(by), vec![
    step("↑ k", "", 0, "the row above", -1),
    step("↓ j", "↑↓ row", 8, "the row below", 1),
    bind("← h", "", 0, "the previous choice, or a smaller number", |app| app.form_here_mut().change(false)).when(|app| app.form_here().can_change()),
    bind("→ l", "←→ change", 3, "the next choice, or a larger number", |app| app.form_here_mut().change(true)).when(|app| app.form_here().can_change()),
    with("0-9 | Backspace Del", "", 0, "type the number of this row; Backspace goes on from the one that is there", |app, key| app.form_here_mut().begin_typing(key))
        .when(|app| app.form_here().can_type()).or_says(|app| app.form_here().has_numbers().then_some("this row has no number: ↑↓ go to one")),
    step("g | Home", "", 0, "the first row; also Home", -FAR),
    step("G | End", "", 0, "the last row; also End", FAR),
]));

/// The keys in a form that lies over the panels.
#[rustfmt::skip]
pub static OVER: LazyLock<Keys> = LazyLock::new(|| keys("In a form over the panels", |app, by| app.form_here_mut().step(by), vec![
    step("Tab", "", 0, "the row below", 1),
    step("Shift-Tab", "", 0, "the row above", -1),
    bind("Space", "", 0, "the next choice, or a larger number", |app| app.form_here_mut().change(true)).when(|app| app.form_here().can_change()),
]));

/// The keys while a value is typed in a form.
#[rustfmt::skip]
pub static FIELD: LazyLock<Keys> = LazyLock::new(|| keys("In a field of a form", |app, by| app.form_here_mut().step(by), vec![
    bind("Enter", "Enter accept", 2, "accept what was typed", |app| { app.form_here_mut().accept(); }),
    bind("Esc", "Esc cancel", 2, "keep the old value", |app| app.form_here_mut().abandon()),
    step("↑ | Shift-Tab", "", 0, "accept it and go to the row above", -1),
    step("↓ | Tab", "", 0, "accept it and go to the row below", 1),
]));
