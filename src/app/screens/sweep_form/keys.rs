//! The keys of the form for a sweep.

use std::sync::LazyLock;

use crate::app::{
    App,
    keys::{FAR, Keys, bind, keys, step, with},
};

/// In the form for a sweep.
#[rustfmt::skip]
pub static SWEEP_FORM: LazyLock<Keys> = LazyLock::new(|| keys("In the form for a sweep", |app, by| app.sweeps.form.step(by), vec![
    bind("Enter s r", "Enter start", 2, "start the sweep", App::start_sweep).when(|app| app.is_free() && app.sweeps.form.forecast.is_ok()),
    step("↑ k", "", 0, "the row above", -1),
    step("↓ j", "↑↓ row", 4, "the row below", 1),
    bind("← h", "", 0, "the choice before, or one less", |app| app.sweeps.form.change(false)),
    bind("→ l | Space", "←→ change", 3, "the next choice, or one more; also Space", |app| app.sweeps.form.change(true)),
    with("0-9 c | Backspace Del", "0-9 type", 3, "type the numbers of workers, the rounds or the seed; Backspace goes on from what is there", |app, key| app.sweeps.form.begin_typing(key)),
    step("Home g", "", 0, "the first row", -FAR),
    step("End G", "", 0, "the last row", FAR),
]));

/// While something is typed in that form.
#[rustfmt::skip]
pub static FIELD: LazyLock<Keys> = LazyLock::new(|| keys("In a field of that form", |app, by| app.sweeps.form.step(by), vec![
    bind("Enter", "Enter accept", 2, "take what was typed", |app| app.sweeps.form.accept()),
    step("↑", "", 0, "take it, and go to the row above", -1),
    step("↓", "", 0, "take it, and go to the row below", 1),
    bind("Esc", "Esc abandon", 2, "keep what was there", |app| app.sweeps.form.typed = None),
]));
