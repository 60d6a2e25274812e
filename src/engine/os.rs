//! Everything that is specific to an operating system. Support for another system needs another file with the same
//! functions.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "linux")]
pub use linux::*;

#[cfg(not(target_os = "linux"))]
compile_error!(
    "pconc-tui runs on Linux; another system needs its own file beside src/engine/os/linux.rs"
);
