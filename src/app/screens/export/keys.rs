//! The keys of the export.

use std::sync::LazyLock;

use crate::app::{
    App,
    keys::{Binding, Keys, bind, keys, step},
    screens::export::form::Exporting,
};

#[rustfmt::skip]
fn writing() -> [Binding; 2] {
    let may_write = |app: &App| app.exporting().is_some_and(|form| form.writing.is_none());
    let exists = |app: &App| app.exporting().is_some_and(|form| form.exists);
    [
        bind("Enter", "Enter write", 2, "write the file, never over an existing one", |app| app.write_file(false)).when(may_write),
        bind("Ctrl-O", "Ctrl-O write over", 2, "write over the file that exists", |app| app.write_file(true)).when(exists),
    ]
}

/// While what is written to a file, and how, is chosen.
#[rustfmt::skip]
pub static EXPORT: LazyLock<Keys> = LazyLock::new(|| {
    let has_choice = |app: &App| app.exporting().is_some_and(Exporting::has_choice);
    keys("In the export", |app, by| app.with_export(|form| form.step(by)), writing().into_iter().chain([
        step("↑ k | Shift-Tab", "", 0, "the row above", -1),
        step("↓ j | Tab", "↑↓ format, file", 3, "the next format; the lowest row is the file's name", 1),
        bind("← h", "", 0, "the previous choice of what is written", |app| app.with_export(|form| form.turn(-1))).when(has_choice),
        bind("→ l", "←→ what", 3, "the next choice of what is written: marked runs, the chosen one, all", |app| app.with_export(|form| form.turn(1))).when(has_choice),
    ]).collect())
});

/// While the name of a file to share is being typed.
#[rustfmt::skip]
pub static FILE: LazyLock<Keys> = LazyLock::new(|| keys("In the name of a file", |app, by| app.with_export(|form| form.step(by)), writing().into_iter().chain([
    bind("Esc", "Esc close", 3, "write nothing", App::close).when(App::can_close),
    step("↑ | Shift-Tab", "↑ formats", 4, "back to the formats", -1),
]).collect()));
