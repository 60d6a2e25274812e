//! Which runs of a history say something together.

use super::{Entry, History};
use crate::domain::repeats::is_repeat;

impl History {
    /// The sound runs that repeat the one with this number, itself among them, oldest first: see [`is_repeat`]. None if
    /// it is not sound itself, or warmed up.
    #[must_use]
    pub fn repeats_of(&self, number: usize) -> Vec<&Entry> {
        let Some(this) = self.get(number) else { return vec![] };
        let this = (&this.record, &*this.provenance);
        self.entries.iter().filter(|other| is_repeat(this, (&other.record, &other.provenance))).collect()
    }
}
