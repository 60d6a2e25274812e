//! Values of parameters.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Parameter;

/// The values that were given; all others have their defaults.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Values(BTreeMap<Cow<'static, str>, u64>);

impl Values {
    /// The value of a parameter: what was given, or its default.
    pub fn get(&self, parameter: &Parameter) -> u64 {
        self.given(parameter).unwrap_or(parameter.default)
    }

    /// The value that was given.
    pub fn given(&self, parameter: &Parameter) -> Option<u64> {
        self.0.get(parameter.id).copied()
    }

    /// Whether a switch is on.
    pub fn is_on(&self, switch: &Parameter) -> bool {
        self.get(switch) != 0
    }

    /// Gives a parameter a value.
    pub fn set(&mut self, parameter: &Parameter, value: u64) {
        self.0.insert(parameter.id.into(), value);
    }

    /// Takes the value of a parameter away, so that its default holds; returns what it was.
    pub fn unset(&mut self, parameter: &Parameter) -> Option<u64> {
        self.0.remove(parameter.id)
    }

    /// The values of these parameters alone, each said explicitly.
    pub fn of<'p>(&self, parameters: impl IntoIterator<Item = &'p Parameter>) -> Values {
        Values(
            parameters
                .into_iter()
                .map(|parameter| (parameter.id.into(), self.get(parameter)))
                .collect(),
        )
    }
}
