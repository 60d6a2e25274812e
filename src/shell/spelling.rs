//! Which characters and colours this environment is good for.

use std::io::{self, Write};

use crate::domain::look::{self, ColorChoice, Look};
use crate::present::ascii;

/// How text is written where the user reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spelling {
    ascii: bool,
}

impl Spelling {
    /// As the locale says, or in ASCII if the user asks for it.
    pub fn asked(ascii: bool) -> Spelling {
        Spelling {
            ascii: ascii || !look::is_utf8(variable),
        }
    }

    /// As the locale says.
    pub fn of_locale() -> Spelling {
        Spelling::asked(false)
    }

    /// `text`, as it can be shown.
    pub fn spell(self, text: &str) -> String {
        if self.ascii {
            ascii::transcribed(text)
        } else {
            text.into()
        }
    }
}

/// Writes one line to stderr. Whoever closed it does not want to read it.
pub fn say(sentence: &str) {
    let sentence = Spelling::of_locale().spell(sentence);
    let _ = writeln!(io::stderr(), "pconc-tui: {sentence}");
}

/// What comes of the user's wishes in this environment.
pub fn look(options: Look<ColorChoice>) -> Look {
    options.resolved(variable)
}

/// A variable of the environment, if it is set and text.
pub fn variable(name: &str) -> Option<String> {
    std::env::var_os(name).map(|value| value.to_string_lossy().into_owned())
}
