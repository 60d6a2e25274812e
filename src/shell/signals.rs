//! Turns signals into calls on a separate thread, and keeps two kinds from killing the program.

use std::sync::{Arc, atomic::AtomicBool};

use signal_hook::consts::{SIGALRM, SIGIO, SIGPROF, SIGQUIT, SIGUSR1, SIGUSR2, SIGVTALRM, SIGXCPU};
pub use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGTERM, SIGTSTP, SIGWINCH};

use super::thread::spawn;
use crate::engine::os;

/// The signals that end a program which does not handle them, as far as they do not report a crash.
pub const ENDING: &[i32] = &[
    SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGALRM, SIGIO, SIGPROF, SIGUSR1, SIGUSR2, SIGVTALRM, SIGXCPU,
];

/// Makes a write fail if a file grows beyond the user's limit, instead of killing the program. Call this before
/// anything forks, so that the children inherit it. (Rust ignores SIGPIPE by itself.)
pub fn survive_file_size_limit() {
    // A handler has the same effect as ignoring the signal: the write returns EFBIG. If it cannot be set, the program
    // still works below the limit.
    let _ = signal_hook::flag::register(
        signal_hook::consts::SIGXFSZ,
        Arc::new(AtomicBool::new(false)),
    );
}

/// Calls `on_signal` for each of `signals`, on a thread that does nothing else. Call it after the zygote was forked.
///
/// # Errors
/// If that is not possible; the message is one sentence.
pub fn listen(
    signals: &[i32],
    mut on_signal: impl FnMut(i32) + Send + 'static,
) -> Result<(), String> {
    let problem = |error: std::io::Error| format!("cannot listen for signals: {error}");
    let mut pending = signal_hook::iterator::Signals::new(signals).map_err(problem)?;
    let listen = move || {
        // Signals must be handled promptly even beside thousands of computing threads.
        os::request_short_time_slices();
        pending.forever().for_each(&mut on_signal);
    };
    spawn("signals", listen).map_err(problem)
}

/// The exit code of a program that was killed by this signal.
pub fn exit_code(signal: i32) -> u8 {
    u8::try_from(128 + signal).unwrap_or(u8::MAX)
}

/// Exits at once. It runs no destructor, flushes no buffer and takes no lock, so it works even if other threads are
/// stuck.
pub fn exit_now(code: u8) -> ! {
    signal_hook::low_level::exit(i32::from(code))
}
