//! A command that runs: what its first thread does, and what the kernel reports at its end.

use std::{
    fs::File,
    io,
    os::{
        fd::{FromRawFd, OwnedFd},
        unix::{fs::FileExt, process::ExitStatusExt},
    },
    process::ExitStatus,
    sync::Arc,
};

use nix::{
    sys::wait::{Id, WaitPidFlag, WaitStatus, waitid},
    unistd::Pid,
};

use super::blocked::{ProcessFiles, ThreadFiles};
use crate::{
    domain::{phase::Phase, time::Nanos},
    engine::outside::seen::Showed,
};

/// What the kernel reports about a command at its end, with the processes that it waited for.
#[derive(Clone, Copy, Debug, Default)]
pub struct CommandUsage {
    /// CPU time.
    pub cpu: Nanos,
    /// The largest memory of any of its processes, in bytes.
    pub peak_bytes: u64,
    /// Voluntary context switches.
    pub voluntary: u64,
    /// Involuntary context switches.
    pub involuntary: u64,
    /// How long its first thread waited for a core.
    pub waited: Nanos,
}

/// What another process did that executes a worker's task.
#[derive(Clone, Copy, Debug)]
pub struct Followed {
    /// How long its thread computed.
    pub computed: Nanos,
    /// How long its thread waited for a core.
    pub ready: Nanos,
    /// What it did for the rest of the time.
    pub otherwise: Phase,
    /// Whether it does that now.
    pub waits: bool,
    /// The core that it used last, if it used any.
    pub core: Option<u16>,
}

/// Looks at the first thread of a running command.
#[derive(Debug)]
pub struct CommandFiles {
    pid: Pid,
    schedstat: Option<File>,
    stat: Option<File>,
    thread: Option<ThreadFiles>,
    /// CPU time, and waiting for a core, at the last look.
    used: [Nanos; 2],
    /// What it waited for when that was last known.
    wait: Phase,
}

impl CommandFiles {
    /// The files of a command that has just been started. `wait` is what it waits for until that is known.
    pub fn open(pid: Pid, wait: Phase) -> CommandFiles {
        let open = |name: &str| File::open(format!("/proc/{pid}/{name}")).ok();
        CommandFiles {
            pid,
            schedstat: open("schedstat"),
            stat: open("stat"),
            thread: None,
            used: [0; 2],
            wait,
        }
    }

    /// What the command did since the last look. Of one that has exited, nothing can be sampled any more.
    pub fn look(&mut self, has_exited: bool) -> Followed {
        let waits = !has_exited && self.sample();
        let used = self
            .schedstat
            .as_ref()
            .and_then(clocks)
            .unwrap_or(self.used);
        let [computed, ready] = [0, 1].map(|at| used[at].saturating_sub(self.used[at]));
        self.used = used;
        Followed {
            computed,
            ready,
            otherwise: self.wait,
            waits,
            core: self.stat.as_ref().filter(|_| computed > 0).and_then(core),
        }
    }

    /// How long its first thread has waited for a core so far.
    pub fn waited(&self) -> Nanos {
        self.used[1]
    }

    /// The CPU time of its first thread so far.
    pub fn cpu(&self) -> Nanos {
        self.used[0]
    }

    /// What it waited for when that was last known.
    pub fn wait(&self) -> Phase {
        self.wait
    }

    /// Samples what the thread waits for. Returns whether it waits.
    fn sample(&mut self) -> bool {
        if self.thread.is_none() {
            let pid = self.pid.as_raw().unsigned_abs();
            self.thread = ThreadFiles::open(Arc::new(ProcessFiles::open(pid)), pid).ok();
        }
        match self.thread.as_ref().and_then(ThreadFiles::look) {
            Some(Showed::Waits(phase)) => {
                // The lock of an interpreter is one of the command's own.
                let phase = phase.map(|phase| match phase {
                    Phase::Gil => Phase::Lock,
                    other => other,
                });
                self.wait = phase.unwrap_or(self.wait);
                true
            }
            _ => false,
        }
    }
}

/// CPU time and time of waiting for a core, in nanoseconds.
fn clocks(schedstat: &File) -> Option<[Nanos; 2]> {
    let mut buffer = [0; 96];
    let length = schedstat.read_at(&mut buffer, 0).ok()?;
    let text = std::str::from_utf8(&buffer[..length]).ok()?;
    let mut numbers = text.split_whitespace().map(|number| number.parse().ok());
    Some([numbers.next()??, numbers.next()??])
}

/// The core on which the thread ran last.
fn core(stat: &File) -> Option<u16> {
    let mut buffer = [0; 1024];
    let length = stat.read_at(&mut buffer, 0).ok()?;
    let text = String::from_utf8_lossy(&buffer[..length]);
    // The name, in parentheses, may contain anything. The processor is the 39th field, and the state the third.
    let (_, rest) = text.rsplit_once(") ")?;
    rest.split_whitespace().nth(36)?.parse().ok()
}

/// Becomes readable when this child has exited. `None` if the system has nothing like it.
pub fn exit_of(pid: Pid) -> Option<OwnedFd> {
    // SAFETY: the call takes two numbers.
    let descriptor = unsafe { libc::syscall(libc::SYS_pidfd_open, pid.as_raw(), 0) };
    let descriptor = i32::try_from(descriptor)
        .ok()
        .filter(|number| *number >= 0)?;
    // SAFETY: the kernel has just made this descriptor, and nobody else has it.
    Some(unsafe { OwnedFd::from_raw_fd(descriptor) })
}

/// Whether this child has exited. It can still be reaped.
pub fn has_exited(pid: Pid) -> bool {
    let flags = WaitPidFlag::WEXITED | WaitPidFlag::WNOHANG | WaitPidFlag::WNOWAIT;
    !matches!(waitid(Id::Pid(pid), flags), Ok(WaitStatus::StillAlive))
}

/// Waits for a child, and reaps it.
///
/// # Errors
/// If it is no child of this process.
pub fn reap(pid: Pid) -> io::Result<(ExitStatus, CommandUsage)> {
    let mut status = 0;
    // SAFETY: a structure of numbers, for which zeros are valid.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: both pointers are to variables of the right type.
    while unsafe { libc::wait4(pid.as_raw(), &raw mut status, 0, &raw mut usage) } < 0 {
        let error = io::Error::last_os_error();
        if error.kind() != io::ErrorKind::Interrupted {
            return Err(error);
        }
    }
    let number = |value: i64| u64::try_from(value).unwrap_or(0);
    let time =
        |time: libc::timeval| number(time.tv_sec) * 1_000_000_000 + number(time.tv_usec) * 1_000;
    let used = CommandUsage {
        cpu: time(usage.ru_utime) + time(usage.ru_stime),
        peak_bytes: number(usage.ru_maxrss) * 1024,
        voluntary: number(usage.ru_nvcsw),
        involuntary: number(usage.ru_nivcsw),
        waited: 0,
    };
    Ok((ExitStatus::from_raw(status), used))
}
