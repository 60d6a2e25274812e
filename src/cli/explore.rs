//! The options of the explorer, which have no command before them.

use clap::Args;

use super::values;
use crate::domain::look::{ColorChoice, LookOptions, ThemeName};

#[derive(Debug, Args)]
#[command(next_help_heading = "Options of the explorer")]
pub(super) struct ExploreArguments {
    /// Begin with the teaching layout
    ///
    /// Fewer panels, larger figures, the pressed keys visible. P changes it while the explorer runs.
    #[arg(long)]
    present: bool,

    /// Which colours: ansi, safe, contrast or mono [default: ansi]
    ///
    /// Ctrl-T changes them while the explorer runs.
    #[arg(long, value_name = "THEME", value_parser = values::themes(), allow_hyphen_values = true)]
    #[arg(hide_possible_values = true)]
    theme: Option<ThemeName>,

    /// How many colours [default: auto]
    ///
    /// One of auto, never, always, 16, 256 and true. auto takes as many as the terminal says it has, and none with NO_COLOR; always takes 16 at least.
    #[arg(long, value_name = "WHEN", value_parser = values::color_choices(), allow_hyphen_values = true)]
    #[arg(hide_possible_values = true)]
    color: Option<ColorChoice>,

    /// Leave the mouse to the terminal, to select text
    ///
    /// M takes it and releases it while the explorer runs.
    #[arg(long)]
    no_mouse: bool,
}

impl ExploreArguments {
    /// What they ask for.
    pub(super) fn options(&self, ascii: bool) -> LookOptions {
        LookOptions {
            theme: self.theme.unwrap_or_default(),
            colors: self.color.unwrap_or_default(),
            ascii,
            mouse: !self.no_mouse,
            present: self.present,
        }
    }

    /// The first of them that was given.
    pub(super) fn first_given(&self) -> Option<&'static str> {
        let given = [
            ("--present", self.present),
            ("--theme", self.theme.is_some()),
            ("--color", self.color.is_some()),
            ("--no-mouse", self.no_mouse),
        ];
        given.into_iter().find_map(|(flag, given)| given.then_some(flag))
    }

    /// Why a command cannot have them.
    pub(super) fn misplaced(&self) -> String {
        let flag = self.first_given().unwrap_or_default();
        format!("{flag} belongs to the explorer, which opens without a command: leave out one of them")
    }
}
