//! The keys of the form for a sweep, besides those of every form.

use std::sync::LazyLock;

use crate::{
    app::{
        App,
        keys::{Keys, bind, keys, with},
    },
    ui::form::Form,
};

/// The keys in the form for a sweep.
#[rustfmt::skip]
pub static SWEEP_FORM: LazyLock<Keys> = LazyLock::new(|| keys("In the form for a sweep", |_, _| {}, vec![
    bind("Enter s r", "Enter start", 2, "start the sweep", App::start_sweep).when(|app| app.is_free() && app.sweeps.form.estimate.is_ok()),
    bind("Space", "Space tick", 3, "measure the model, or do not", |app| app.sweeps.form.change(true)).when(|app| app.sweeps.form.can_change() && !app.sweeps.form.can_type()),
    with("0-9 c | Backspace Del", "0-9 type", 3, "type numbers of workers, rounds or the seed; Backspace edits what is there", |app, key| app.sweeps.form.begin_typing(key))
        .when(|app| app.sweeps.form.can_type()).or_says(|_| Some("this row has no number: ↑↓ go to one")),
]));
