//! What both shells need from the operating system: exit codes, signals, threads, and a terminal.

pub mod exit;
pub mod signals;
pub mod spelling;
pub mod terminal;
pub mod thread;
