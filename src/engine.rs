//! STAND-IN: will be replaced by the real engine.

pub mod clock;
pub mod doctor;
pub mod session;
