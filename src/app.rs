//! The explorer as a pure state machine: messages go in, effects come out.

pub mod key;
pub mod message;
