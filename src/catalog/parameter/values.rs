//! Values of parameters.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::Parameter;

/// The values that were given; all others have their defaults.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Values(
    /// By id, in the order of the ids: equal values are equal lists. A plan has a handful, so that a search costs nothing,
    /// and reading a history makes three such lists for each run.
    Vec<(Cow<'static, str>, u64)>,
);

impl Values {
    /// The value of a parameter: what was given, or its default.
    pub fn get(&self, parameter: &Parameter) -> u64 {
        self.given(parameter).unwrap_or(parameter.default)
    }

    /// The value that was given.
    pub fn given(&self, parameter: &Parameter) -> Option<u64> {
        Some(self.0[self.place(parameter).ok()?].1)
    }

    /// Whether a switch is on.
    pub fn is_on(&self, switch: &Parameter) -> bool {
        self.get(switch) != 0
    }

    /// Gives a parameter a value.
    pub fn set(&mut self, parameter: &Parameter, value: u64) {
        match self.place(parameter) {
            Ok(at) => self.0[at].1 = value,
            Err(at) => self.0.insert(at, (parameter.id.into(), value)),
        }
    }

    /// Takes the value of a parameter away, so that its default holds; returns what it was.
    pub fn unset(&mut self, parameter: &Parameter) -> Option<u64> {
        let at = self.place(parameter).ok()?;
        Some(self.0.remove(at).1)
    }

    /// The values of these parameters alone, each said explicitly.
    pub fn of<'p>(&self, parameters: impl IntoIterator<Item = &'p Parameter>) -> Values {
        let mut values = Values::default();
        for parameter in parameters {
            values.set(parameter, self.get(parameter));
        }
        values
    }

    /// Where the value of a parameter is, or would be.
    fn place(&self, parameter: &Parameter) -> Result<usize, usize> {
        self.0
            .binary_search_by(|given| (*given.0).cmp(parameter.id))
    }
}
