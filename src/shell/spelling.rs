//! The characters and colours that this environment can show.

use std::io::{self, IsTerminal, Write};

use jiff::tz::TimeZone;

use crate::{
    domain::look,
    present::{ascii, sentence::set_time_zone},
};

/// `text` in the characters of the user's environment: according to the locale and the terminal, or
/// in ASCII if the user asks for that.
pub fn spelled(text: &str, ascii: bool) -> String {
    // A file may be read elsewhere.
    let is_on_console = || io::stdout().is_terminal() && look::is_console(variable);
    if ascii || !look::is_utf8(variable) || is_on_console() {
        ascii::transcribed(text)
    } else {
        text.into()
    }
}

/// Writes one line to stderr. If stderr is closed, the line is dropped, because the user does not want to read it.
pub fn say(sentence: &str) {
    let _ = writeln!(io::stderr(), "pconc-tui: {}", spelled(sentence, false));
}

/// From now on, times are shown in the local time zone.
pub fn use_local_time() {
    set_time_zone(TimeZone::system());
}

/// A variable of the environment, if it is set.
pub fn variable(name: &str) -> Option<String> {
    std::env::var_os(name).map(|value| value.to_string_lossy().into_owned())
}
