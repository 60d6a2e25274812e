//! What advice is about: a function or a command of the user's.

use super::{
    command::{SeenCommand, UserCommand},
    function::{Function, Inputs, SeenFunction},
};

/// What advice is about.
#[derive(Clone, Debug, PartialEq)]
pub enum AdviceSubject {
    /// A Python function.
    Function(Function),
    /// A command.
    Command(UserCommand),
}

impl AdviceSubject {
    /// Its name without its place.
    pub fn name(&self) -> &str {
        match self {
            AdviceSubject::Function(function) => function.name(),
            AdviceSubject::Command(command) => command.name(),
        }
    }

    /// It as the user wrote it.
    pub fn written(&self) -> &str {
        match self {
            AdviceSubject::Function(function) => &function.target,
            AdviceSubject::Command(command) => &command.line,
        }
    }

    /// Whether it is a command.
    pub fn is_command(&self) -> bool {
        matches!(self, AdviceSubject::Command(_))
    }

    /// Whether it is executed once for each input.
    pub fn has_inputs(&self) -> bool {
        let (AdviceSubject::Function(Function { inputs, .. })
        | AdviceSubject::Command(UserCommand { inputs, .. })) = self;
        *inputs != Inputs::None
    }
}

impl From<&SeenFunction> for AdviceSubject {
    fn from(seen: &SeenFunction) -> AdviceSubject {
        AdviceSubject::Function(seen.function.clone())
    }
}

impl From<&SeenCommand> for AdviceSubject {
    fn from(seen: &SeenCommand) -> AdviceSubject {
        AdviceSubject::Command(seen.command.clone())
    }
}
