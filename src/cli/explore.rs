//! The options of the explorer, which are used without a command or with `replay`.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use super::{
    function::{self, FunctionArguments},
    values,
};
use crate::{
    catalog::{
        model::Model,
        workload::{CALL_TIMEOUT, CHUNK_SIZE, Workload},
    },
    domain::{
        in_turn::BUDGET_S,
        look::{ColorChoice, Look, ThemeName},
        plan::Draft,
    },
};

/// The appearance of the explorer, and what it offers.
#[derive(Clone, Debug, Default, PartialEq, Args)]
#[command(next_help_heading = "Options of the explorer")]
pub struct Explore {
    /// Start with the teaching layout
    ///
    /// Fewer panels, larger figures, visible key presses. P switches it on and off.
    #[arg(long, hide_short_help = true)]
    pub present: bool,

    /// How long the runs of a question may take in total [default: 12s]
    ///
    /// A question measures its model and the baseline in turn, until the difference is clear or this time is used up.
    #[arg(long, value_name = "TIME", value_parser = values::budget, allow_hyphen_values = true)]
    #[arg(hide_short_help = true)]
    budget: Option<f64>,

    /// Which colours: ansi, safe, contrast, mono [default: ansi]
    ///
    /// Ctrl-T changes them while the explorer runs.
    #[arg(long, value_name = "THEME", allow_hyphen_values = true)]
    #[arg(hide_possible_values = true, hide_short_help = true)]
    theme: Option<ThemeName>,

    /// How many colours: auto, never, always, 16, 256, true [default: auto]
    ///
    /// auto uses as many as the terminal reports, and none with NO_COLOR; always uses at least 16.
    #[arg(long, value_name = "WHEN", allow_hyphen_values = true)]
    #[arg(hide_possible_values = true)]
    #[arg(hide_short_help = true)]
    color: Option<ColorChoice>,

    /// A Python to choose from besides those on PATH and in pyenv
    ///
    /// A file, or a name on PATH; once for each. The first is what a python model begins with.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::ExecutablePath, hide_short_help = true)]
    pub python: Vec<PathBuf>,

    /// Leave the mouse to the terminal, to select text
    ///
    /// M takes it and releases it while the explorer runs.
    #[arg(long, hide_short_help = true)]
    no_mouse: bool,
}

impl Explore {
    /// How long the runs of a question may take in total, in seconds.
    pub fn budget_s(&self) -> f64 {
        self.budget.unwrap_or(BUDGET_S)
    }

    /// How the explorer should look.
    pub fn look(&self, ascii: bool) -> Look<ColorChoice> {
        Look {
            theme: self.theme.unwrap_or_default(),
            colors: self.color.unwrap_or_default(),
            ascii,
            mouse: !self.no_mouse,
        }
    }
}

/// How the user's function is called, if the explorer opens with one.
#[derive(Clone, Debug, Default, PartialEq, Args)]
pub(super) struct CallArguments {
    /// How often a function without inputs is called, or a command run [default: 16]
    #[arg(long, value_name = "N", value_parser = values::count, allow_hyphen_values = true)]
    #[arg(hide_short_help = true, help_heading = function::HEADING, requires = function::NAMED)]
    #[arg(conflicts_with = "function inputs")]
    tasks: Option<u64>,

    /// How many inputs a process gets at a time [default: 1]
    #[arg(long, value_name = "N", value_parser = values::count, allow_hyphen_values = true)]
    #[arg(hide_short_help = true, help_heading = function::HEADING, requires = "function")]
    chunksize: Option<u64>,

    /// How long a call or a command may take [default: 20s]
    #[arg(long, value_name = "TIME", value_parser = values::milliseconds, allow_hyphen_values = true)]
    #[arg(hide_short_help = true, help_heading = function::HEADING, requires = function::NAMED)]
    timeout: Option<u64>,
}

impl CallArguments {
    /// The calls of the user's function, or the runs of their command, if the explorer opens with one.
    pub(super) fn of(&self, named: &FunctionArguments) -> Option<Draft> {
        let mut draft = match named.command() {
            Some(command) => Draft {
                command: Some(Box::new(command)),
                ..Draft::new(Workload::Command, Model::Processes, 1)
            },
            None => Draft {
                function: Some(Box::new(named.given()?)),
                ..Draft::new(Workload::Function, Model::PythonThreads, 1)
            },
        };
        draft.tasks = self.tasks.unwrap_or(draft.tasks);
        for (parameter, given) in [(&CHUNK_SIZE, self.chunksize), (&CALL_TIMEOUT, self.timeout)] {
            if let Some(value) = given {
                draft.set(parameter, value);
            }
        }
        Some(draft)
    }
}

/// The lesson.
#[derive(Clone, Debug, PartialEq, Args)]
#[command(after_long_help = LESSON_EXAMPLES)]
pub struct LessonRequest {
    #[command(flatten)]
    pub(super) explore: Option<Explore>,
}

const LESSON_EXAMPLES: &str = "\
Examples:
  pconc-tui lesson
  pconc-tui lesson --theme contrast             the same, for a projector

Space goes on. If other programs disturb the runs, p plays recorded ones instead.";

/// The shared file to look at.
#[derive(Clone, Debug, PartialEq, Args)]
#[command(after_long_help = EXAMPLES)]
pub struct Replay {
    /// A file that was written with --format json
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub file: PathBuf,

    #[command(flatten)]
    pub(super) explore: Option<Explore>,
}

const EXAMPLES: &str = "\
Examples:
  pconc-tui run --workload io --model threads --workers 16 --format json > run.json
  pconc-tui replay run.json

In the explorer p plays the chosen run again, as it happened. Runs of this machine can be
measured beside it, but no speed-up is ever taken between two machines.
Exit codes: 0 done, 2 the file cannot be replayed.";
