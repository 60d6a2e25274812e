//! The options of the explorer, which have no command before them.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use crate::domain::look::{ColorChoice, Look, LookOptions, ThemeName};

#[derive(Debug, Args)]
#[command(next_help_heading = "Options of the explorer")]
pub(super) struct ExploreArguments {
    /// Begin with the teaching layout
    ///
    /// Fewer panels, larger figures, the pressed keys visible. P changes it while the explorer runs.
    #[arg(long)]
    present: bool,

    /// Which colours: ansi, safe, contrast, mono [default: ansi]
    ///
    /// Ctrl-T changes them while the explorer runs.
    #[arg(hide_possible_values = true)]
    #[arg(long, value_name = "THEME", allow_hyphen_values = true)]
    #[arg(hide_possible_values = true)]
    theme: Option<ThemeName>,

    /// How many: auto, never, always, 16, 256, true [default: auto]
    ///
    /// auto takes as many as the terminal says it has, and none with NO_COLOR; always takes 16 at least.
    #[arg(hide_possible_values = true)]
    #[arg(long, value_name = "WHEN", allow_hyphen_values = true)]
    #[arg(hide_possible_values = true)]
    #[arg(hide_short_help = true)]
    color: Option<ColorChoice>,

    /// A Python to choose from besides those on PATH and in pyenv
    ///
    /// A file, or a name on PATH; once for each. The first is what a python model begins with.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::ExecutablePath, hide_short_help = true)]
    python: Vec<PathBuf>,

    /// Leave the mouse to the terminal, to select text
    ///
    /// M takes it and releases it while the explorer runs.
    #[arg(long, hide_short_help = true)]
    no_mouse: bool,
}

impl ExploreArguments {
    /// What they ask for.
    pub(super) fn options(&self, ascii: bool) -> LookOptions {
        LookOptions {
            look: Look {
                theme: self.theme.unwrap_or_default(),
                colors: self.color.unwrap_or_default(),
                ascii,
                mouse: !self.no_mouse,
            },
            present: self.present,
        }
    }

    /// The interpreters that the user named.
    pub(super) fn pythons(&self) -> Vec<PathBuf> {
        self.python.clone()
    }

    /// The first of them that was given.
    pub(super) fn first_given(&self) -> Option<&'static str> {
        let given = [
            ("--present", self.present),
            ("--theme", self.theme.is_some()),
            ("--color", self.color.is_some()),
            ("--python", !self.python.is_empty()),
            ("--no-mouse", self.no_mouse),
        ];
        given
            .into_iter()
            .find_map(|(flag, given)| given.then_some(flag))
    }

    /// Why a command cannot have them.
    pub(super) fn misplaced(&self) -> String {
        let flag = self.first_given().unwrap_or_default();
        format!(
            "{flag} belongs to the explorer, which opens without a command: leave out one of them"
        )
    }
}
