//! What both shells need to live in an operating system: exit codes, signals, threads, a terminal, and
//! reports that never get lost.

pub mod exit;
pub mod reports;
pub mod signals;
pub mod spelling;
pub mod terminal;
pub mod thread;
