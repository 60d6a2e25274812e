//! All that is specific to an operating system. Another system is another file with these functions.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "linux")]
pub use linux::*;

#[cfg(not(target_os = "linux"))]
compile_error!(
    "pconc-tui runs on Linux; another system needs its own file beside src/engine/os/linux.rs"
);
