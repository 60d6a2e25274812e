//! Threads that nobody waits for.

use std::{io, thread::Builder};

/// Starts one.
///
/// # Errors
/// Where the system has none to spare.
pub fn spawn(name: &str, body: impl FnOnce() + Send + 'static) -> io::Result<()> {
    Builder::new().name(name.into()).spawn(body).map(drop)
}
