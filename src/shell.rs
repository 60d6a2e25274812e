//! What both shells need to live in an operating system: exit codes, signals, threads, and a terminal.

pub mod exit;
pub mod signals;
pub mod spelling;
pub mod terminal;
pub mod thread;
