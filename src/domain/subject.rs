//! What advice is about: a function or a command of the user's.

use super::{
    command::{SeenCommand, UserCommand},
    function::{Function, Inputs, SeenFunction},
};

/// What advice is about.
#[derive(Clone, Debug, PartialEq)]
pub enum Subject {
    /// A Python function.
    Function(Function),
    /// A command.
    Command(UserCommand),
}

impl Subject {
    /// Its name without its place.
    pub fn name(&self) -> &str {
        match self {
            Subject::Function(function) => function.name(),
            Subject::Command(command) => command.name(),
        }
    }

    /// It as the user wrote it.
    pub fn written(&self) -> &str {
        match self {
            Subject::Function(function) => &function.target,
            Subject::Command(command) => &command.line,
        }
    }

    /// Whether it is a command.
    pub fn is_command(&self) -> bool {
        matches!(self, Subject::Command(_))
    }

    /// Whether it is executed once for each input.
    pub fn has_inputs(&self) -> bool {
        let (Subject::Function(Function { inputs, .. })
        | Subject::Command(UserCommand { inputs, .. })) = self;
        *inputs != Inputs::None
    }
}

impl From<&SeenFunction> for Subject {
    fn from(seen: &SeenFunction) -> Subject {
        Subject::Function(seen.function.clone())
    }
}

impl From<&SeenCommand> for Subject {
    fn from(seen: &SeenCommand) -> Subject {
        Subject::Command(seen.command.clone())
    }
}
