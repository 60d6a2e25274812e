//! What a process does when a signal arrives, unless it has a handler.

use nix::sys::signal::{SigHandler, Signal, signal};

/// Makes this process ignore these signals.
pub fn ignore<const N: usize>(signals: [Signal; N]) {
    for which in signals {
        // SAFETY: ignoring a signal runs no code of this program.
        let _ = unsafe { signal(which, SigHandler::SigIgn) };
    }
}

/// Restores the default action of these signals.
pub fn reset<const N: usize>(signals: [Signal; N]) {
    for which in signals {
        // SAFETY: the default action runs no code of this program.
        let _ = unsafe { signal(which, SigHandler::SigDfl) };
    }
}
