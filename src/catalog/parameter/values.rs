//! Values of parameters.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::Parameter;

/// Values that were given. All others are defaults.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Values(
    /// Pairs of id and value in the order of the ids, so that equal values are equal lists. A plan has only a few
    /// values, so a search is cheap, whereas reading a history creates three of these lists for each run.
    Vec<(Cow<'static, str>, u64)>,
);

impl Values {
    /// The given value of a parameter, or its default.
    pub fn get(&self, parameter: &Parameter) -> u64 {
        self.given(parameter).unwrap_or(parameter.default)
    }

    /// The given value of a parameter, if there is one.
    pub fn given(&self, parameter: &Parameter) -> Option<u64> {
        Some(self.0[self.place(parameter).ok()?].1)
    }

    /// Whether a switch is on.
    pub fn is_on(&self, switch: &Parameter) -> bool {
        self.get(switch) != 0
    }

    /// Sets the value of a parameter.
    pub fn set(&mut self, parameter: &Parameter, value: u64) {
        match self.place(parameter) {
            Ok(at) => self.0[at].1 = value,
            Err(at) => self.0.insert(at, (parameter.id.into(), value)),
        }
    }

    /// Removes the value of a parameter, so that its default applies. Returns the removed value.
    pub fn unset(&mut self, parameter: &Parameter) -> Option<u64> {
        let at = self.place(parameter).ok()?;
        Some(self.0.remove(at).1)
    }

    /// Only the values of these parameters, with the defaults made explicit.
    pub fn of<'p>(&self, parameters: impl IntoIterator<Item = &'p Parameter>) -> Values {
        let mut values = Values::default();
        for parameter in parameters {
            values.set(parameter, self.get(parameter));
        }
        values
    }

    /// The index of a parameter's value, or where to insert it.
    fn place(&self, parameter: &Parameter) -> Result<usize, usize> {
        self.0
            .binary_search_by(|given| (*given.0).cmp(parameter.id))
    }
}
