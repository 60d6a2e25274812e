//! Keys of texts that are typed or read, wherever they are.

use std::sync::LazyLock;

use crate::app::{
    App,
    keys::{Keys, keys, list, with},
};

/// The keys while any text is being typed.
#[rustfmt::skip]
pub static TYPING: LazyLock<Keys> = LazyLock::new(|| keys("In any text field", |_, _| {}, vec![
    with("a-z", "", 0, "type a character", App::type_text),
    with("Backspace | Del", "Backspace erase", 5, "erase the character before the cursor; Del erases the one after it", App::type_text),
    with("← → | Home End", "←→ move", 6, "move the cursor; Home and End go to the ends of the text", App::type_text),
    with("Ctrl-U", "Ctrl-U erase to start", 5, "erase everything before the cursor", App::type_text),
    with("Ctrl-W", "", 0, "erase the word before the cursor", App::type_text),
]).taking_text().when(|app| !app.is_writing_file()));

/// The keys while a text is read.
#[rustfmt::skip]
pub static READING: LazyLock<Keys> = LazyLock::new(|| keys("In a text such as this", App::scroll, list("row", "↑↓ scroll", 3)));
