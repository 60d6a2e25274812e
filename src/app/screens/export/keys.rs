//! The keys of the export, besides those of every form.

use std::sync::LazyLock;

use crate::app::{
    App,
    keys::{Keys, bind, keys},
    screens::export::form::Stage,
};

/// The keys while the content, format and name of a file are chosen.
#[rustfmt::skip]
pub static EXPORT: LazyLock<Keys> = LazyLock::new(|| keys("In the export", |_, _| {}, vec![
    bind("Enter", "Enter write", 2, "write the file, unless it exists", |app| app.write_file(false)),
    bind("Ctrl-O", "Ctrl-O write over", 2, "overwrite the existing file", |app| app.write_file(true))
        .when(|app| app.exporting().is_some_and(|form| matches!(form.stage, Stage::Refused { exists: true, .. }))),
    bind("Esc", "Esc close", 3, "write nothing", App::close).when(App::can_close),
]));

/// The keys while the file is written.
#[rustfmt::skip]
pub static WRITING: LazyLock<Keys> = LazyLock::new(|| keys("While a file is written", |_, _| {}, vec![
    bind("Esc", "Esc close, and go on writing", 1, "close the form; the file is written nevertheless", App::leave_export),
]));
