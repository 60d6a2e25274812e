//! Lists that are written without being built.

use serde::{Serialize, Serializer};

/// A sequence that is made while it is written.
#[derive(Clone, Copy, Debug)]
pub struct Sequence<F>(pub F);

impl<F, I> Serialize for Sequence<F>
where
    F: Fn() -> I,
    I: Iterator<Item: Serialize>,
{
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq((self.0)())
    }
}
