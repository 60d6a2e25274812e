//! How the screen looks: what the user asks for, and what the terminal can show.

/// A set of colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ThemeName {
    /// The terminal's own 16 colours.
    #[default]
    Ansi,
    /// Colours that colour-blind people can distinguish, even by their brightness alone.
    Safe,
    /// Bright on black, whatever the terminal's background.
    Contrast,
    /// No colour at all.
    Mono,
}

impl ThemeName {
    /// All themes, in the order in which they are offered.
    pub const ALL: [ThemeName; 4] = [
        ThemeName::Ansi,
        ThemeName::Safe,
        ThemeName::Contrast,
        ThemeName::Mono,
    ];

    /// The name on the command line and on the screen.
    pub fn name(self) -> &'static str {
        match self {
            ThemeName::Ansi => "ansi",
            ThemeName::Safe => "safe",
            ThemeName::Contrast => "contrast",
            ThemeName::Mono => "mono",
        }
    }

    /// The theme in one line.
    pub fn description(self) -> &'static str {
        match self {
            ThemeName::Ansi => "the terminal's own 16 colours",
            ThemeName::Safe => "safe for colour-blind eyes",
            ThemeName::Contrast => "bright on black, for projectors",
            ThemeName::Mono => "no colours",
        }
    }

    /// The next theme; after the last one, the first.
    pub fn next(self) -> ThemeName {
        let all = ThemeName::ALL.into_iter().cycle();
        let mut from_this = all.skip_while(|theme| *theme != self);
        from_this.nth(1).unwrap_or_default()
    }
}

/// The number of colours that the user wants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ColorChoice {
    /// As many as TERM and COLORTERM indicate; none with `NO_COLOR`.
    #[default]
    Auto,
    /// Without colours.
    Never,
    /// As many as TERM and COLORTERM indicate, but at least 16.
    Always,
    /// This many, whatever the environment variables indicate.
    Exactly(Colors),
}

impl ColorChoice {
    /// All choices, in the order in which they are offered.
    pub const ALL: [ColorChoice; 6] = [
        ColorChoice::Auto,
        ColorChoice::Never,
        ColorChoice::Always,
        ColorChoice::Exactly(Colors::Sixteen),
        ColorChoice::Exactly(Colors::Indexed),
        ColorChoice::Exactly(Colors::True),
    ];

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            ColorChoice::Auto => "auto",
            ColorChoice::Never | ColorChoice::Exactly(Colors::None) => "never",
            ColorChoice::Always => "always",
            ColorChoice::Exactly(Colors::Sixteen) => "16",
            ColorChoice::Exactly(Colors::Indexed) => "256",
            ColorChoice::Exactly(Colors::True) => "true",
        }
    }
}

/// How many colours a terminal shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Colors {
    /// Without colours.
    None,
    /// The 16 that every terminal has, as its user likes them.
    #[default]
    Sixteen,
    /// 256: the 16, a cube of 216 and 24 greys.
    Indexed,
    /// 24 bits.
    True,
}

impl Colors {
    /// A description such as "256 colours".
    pub fn description(self) -> &'static str {
        match self {
            Colors::None => "no colours",
            Colors::Sixteen => "16 colours",
            Colors::Indexed => "256 colours",
            Colors::True => "24-bit colours",
        }
    }
}

/// How the screen looks: as the user asks for it, or as the terminal can show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look<C = Colors> {
    /// The set of colours.
    pub theme: ThemeName,
    /// The number of colours.
    pub colors: C,
    /// Whether the screen uses only ASCII.
    pub ascii: bool,
    /// Whether the program uses the mouse; otherwise the terminal selects text with it.
    pub mouse: bool,
}

impl<C: Default> Default for Look<C> {
    fn default() -> Look<C> {
        Look {
            theme: ThemeName::default(),
            colors: C::default(),
            ascii: false,
            mouse: true,
        }
    }
}

impl Look<ColorChoice> {
    /// The look that these environment variables allow.
    pub fn resolved(self, variable: impl Fn(&str) -> Option<String>) -> Look {
        Look {
            theme: self.theme,
            colors: colors(self.colors, &variable),
            ascii: self.ascii || !is_utf8(&variable) || is_console(&variable),
            mouse: self.mouse,
        }
    }
}

fn colors(choice: ColorChoice, variable: impl Fn(&str) -> Option<String>) -> Colors {
    match choice {
        // https://no-color.org: the variable is present and not empty. A command-line option takes precedence.
        ColorChoice::Auto if set(&variable, "NO_COLOR").is_some() => Colors::None,
        ColorChoice::Auto => terminal_colors(variable),
        ColorChoice::Never => Colors::None,
        ColorChoice::Always => terminal_colors(variable).max(Colors::Sixteen),
        ColorChoice::Exactly(colors) => colors,
    }
}

/// Terminals that show 24-bit colours, as their TERM names them. COLORTERM does not get through ssh, and TERM does.
const MODERN: [&str; 9] = [
    "alacritty",
    "contour",
    "foot",
    "ghostty",
    "iterm2",
    "kitty",
    "konsole",
    "rio",
    "wezterm",
];

/// The colours that TERM and COLORTERM indicate.
fn terminal_colors(variable: impl Fn(&str) -> Option<String>) -> Colors {
    let term = set(&variable, "TERM").unwrap_or_default();
    let color_term = set(&variable, "COLORTERM").unwrap_or_default();
    let is_modern = term.split('-').any(|part| MODERN.contains(&part));
    if term == "dumb"
        || ["vt100", "vt102", "vt220"]
            .iter()
            .any(|old| term.starts_with(old))
    {
        Colors::None
    } else if ["truecolor", "24bit"].contains(&color_term.as_str())
        || term.ends_with("-direct")
        || is_modern
    {
        Colors::True
    } else if term.contains("256color") {
        Colors::Indexed
    } else {
        Colors::Sixteen
    }
}

/// Whether the locale uses UTF-8. Without any variable it is the C locale, which uses ASCII.
pub fn is_utf8(variable: impl Fn(&str) -> Option<String>) -> bool {
    locale(variable).is_some_and(|(_, locale)| {
        let locale = locale.to_ascii_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    })
}

/// Whether the terminal is the Linux console, whose fonts lack most marks that are not ASCII.
pub fn is_console(variable: impl Fn(&str) -> Option<String>) -> bool {
    set(variable, "TERM").is_some_and(|term| term.split('-').next() == Some("linux"))
}

/// The variable that determines the character encoding, and its value: the first one that is set and not empty.
pub fn locale(variable: impl Fn(&str) -> Option<String>) -> Option<(&'static str, String)> {
    ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .find_map(|name| Some((name, set(&variable, name)?)))
}

/// An empty variable counts as not set.
fn set(variable: impl Fn(&str) -> Option<String>, name: &str) -> Option<String> {
    variable(name).filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(options: Look<ColorChoice>, variables: &[(&str, &str)]) -> Look {
        let value = |name: &str| {
            variables
                .iter()
                .find(|(known, _)| *known == name)
                .map(|(_, value)| (*value).to_string())
        };
        options.resolved(value)
    }

    #[test]
    fn the_first_variable_that_is_not_empty_decides_about_characters() {
        for (variables, ascii) in [
            (&[][..], true),
            (&[("LANG", "de_DE.UTF-8")], false),
            (&[("LANG", "en_US.utf8")], false),
            (&[("LANG", "C.UTF-8"), ("LC_ALL", "C")], true),
            (&[("LANG", "C.UTF-8"), ("LC_ALL", "")], false),
            (&[("LANG", "C"), ("LC_CTYPE", "en_US.UTF-8")], false),
            (&[("LC_CTYPE", "POSIX"), ("LC_ALL", "en_US.UTF-8")], false),
            (&[("LANG", "de_DE.ISO-8859-1")], true),
            (&[("LANG", "C.UTF-8"), ("TERM", "linux")], true),
            (&[("LANG", "C.UTF-8"), ("TERM", "linux-16color")], true),
            (&[("LANG", "C.UTF-8"), ("TERM", "xterm")], false),
        ] {
            assert_eq!(
                look(Look::default(), variables).ascii,
                ascii,
                "{variables:?}"
            );
        }
        let asked = Look {
            ascii: true,
            ..Look::default()
        };
        assert!(look(asked, &[("LANG", "C.UTF-8")]).ascii);
    }

    #[test]
    fn there_are_as_many_colours_as_the_terminal_says_unless_the_user_says_otherwise() {
        use ColorChoice::{Always, Auto, Exactly, Never};
        for (choice, variables, colors) in [
            (Auto, &[][..], Colors::Sixteen),
            (Auto, &[("TERM", "xterm-256color")], Colors::Indexed),
            (
                Auto,
                &[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")],
                Colors::True,
            ),
            (Auto, &[("TERM", "xterm-direct")], Colors::True),
            (Auto, &[("TERM", "xterm-kitty")], Colors::True),
            (Auto, &[("TERM", "foot-extra")], Colors::True),
            (Auto, &[("TERM", "alacritty")], Colors::True),
            (Auto, &[("TERM", "konsole-256color")], Colors::True),
            (Auto, &[("TERM", "screen-256color")], Colors::Indexed),
            (Auto, &[("TERM", "linux")], Colors::Sixteen),
            (Auto, &[("TERM", "vt220")], Colors::None),
            (
                Auto,
                &[("TERM", "dumb"), ("COLORTERM", "truecolor")],
                Colors::None,
            ),
            (
                Auto,
                &[("TERM", "xterm-256color"), ("NO_COLOR", "1")],
                Colors::None,
            ),
            (
                Auto,
                &[("TERM", "xterm-256color"), ("NO_COLOR", "")],
                Colors::Indexed,
            ),
            (
                Always,
                &[("TERM", "dumb"), ("NO_COLOR", "1")],
                Colors::Sixteen,
            ),
            (
                Always,
                &[("TERM", "xterm-256color"), ("NO_COLOR", "1")],
                Colors::Indexed,
            ),
            (Never, &[("COLORTERM", "24bit")], Colors::None),
            (Exactly(Colors::True), &[("TERM", "linux")], Colors::True),
        ] {
            let options = Look {
                colors: choice,
                ..Look::default()
            };
            assert_eq!(
                look(options, variables).colors,
                colors,
                "{choice:?} {variables:?}"
            );
        }
    }

    #[test]
    fn the_next_theme_leads_through_all_of_them() {
        let mut seen = vec![ThemeName::default()];
        while seen.len() < ThemeName::ALL.len() {
            seen.push(seen[seen.len() - 1].next());
        }
        assert_eq!(seen, ThemeName::ALL);
        assert_eq!(seen[3].next(), seen[0]);
    }
}
