//! Threads that nothing waits for.

use std::{io, thread::Builder};

/// Starts a thread.
///
/// # Errors
/// If the system has no thread to spare.
pub fn spawn(name: &str, body: impl FnOnce() + Send + 'static) -> io::Result<()> {
    Builder::new().name(name.into()).spawn(body).map(drop)
}
