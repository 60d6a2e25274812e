//! A program with all that it makes: one process group, which ends as a whole.

use std::{
    fs::OpenOptions,
    io,
    os::{
        fd::BorrowedFd,
        unix::{fs::OpenOptionsExt, process::CommandExt},
    },
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use nix::{
    fcntl::{FcntlArg, FdFlag, OFlag, fcntl},
    sys::signal::{
        SigHandler, Signal,
        Signal::{SIGCHLD, SIGCONT, SIGHUP, SIGINT, SIGKILL, SIGTERM, SIGXFSZ},
        killpg, signal,
    },
    unistd::{Pid, getpid},
};

use super::protocol::{ProcessEnd, Program};
use crate::engine::{os, scratch::Scratch};

/// How long a group has between being asked to end and being killed. Python's resource tracker takes no notice of being
/// asked, but sees that the others are gone, and removes the semaphores that they have left: killed with them, it would
/// leave them to nobody.
const GRACE: Duration = Duration::from_millis(100);
/// How often the rest of a group is looked at: a process that is no child of the zygote's ends without a notice.
const LOOK_MS: u16 = 5;
/// How long what was killed may take to be gone: the kernel needs no more than a moment.
const GONE_MAX: Duration = Duration::from_secs(1);
/// Variables of the environment that would change what Python does; of these only [`KEPT`] is left.
const HIDDEN: &str = "PYTHON";
/// Decides whether a free-threaded build has its lock: that is the user's to say.
const KEPT: &str = "PYTHON_GIL";
/// The longest name of a directory for temporary files in which multiprocessing's server still finds room for the name of
/// its socket: the system allows 107 bytes, and `/pymp-xxxxxxxx/listener-xxxxxxxx` are 32 of them.
const SOCKET_DIRECTORY_MAX: usize = 75;

/// The processes of a program.
#[derive(Debug)]
pub struct Group {
    /// The number of the group, and of its first process.
    pub id: Pid,
    /// How the first process ended: all others end with it.
    pub first: Option<ProcessEnd>,
    /// When it was asked to end.
    asked: Option<Instant>,
}

impl Group {
    /// The group of this number, which goes on.
    pub fn new(id: Pid) -> Group {
        Group {
            id,
            first: None,
            asked: None,
        }
    }

    /// Asks all of its processes to end.
    pub fn end(&mut self) {
        if self.asked.is_none() {
            self.asked = Some(Instant::now());
            let _ = killpg(self.id, SIGTERM);
            // One that was stopped could not end.
            let _ = killpg(self.id, SIGCONT);
        }
    }

    /// How long to wait until it is looked at again, while it ends.
    pub fn patience_ms(&self) -> Option<u16> {
        self.asked.map(|_| LOOK_MS)
    }

    fn was_asked_before(&self, time: Duration) -> bool {
        self.asked.is_some_and(|asked| asked.elapsed() > time)
    }

    /// Whether nothing of it is left, not even to be reaped.
    pub fn is_empty(&self) -> bool {
        killpg(self.id, None).is_err()
    }

    /// How the first process ended, once nothing of the group is left. Kills what does not end by itself.
    pub fn outcome(&mut self) -> Option<ProcessEnd> {
        // What cannot be killed, as in a file system that hangs, is not waited for.
        if self.is_gone() || self.was_asked_before(GONE_MAX) {
            self.first.take()
        } else {
            None
        }
    }

    /// Whether nothing of it is left. Kills what does not end by itself, once it was asked to.
    pub fn is_gone(&mut self) -> bool {
        if self.was_asked_before(GRACE) {
            let _ = killpg(self.id, SIGKILL);
        }
        self.is_empty()
    }
}

/// Starts a program in a group of its own. It dies with the zygote. Its modules are looked for in the session's directory, and
/// its temporary files go there, so that they are removed with it however it ends; the user's environment says nothing else
/// to Python.
pub fn spawn(program: &Program, scratch: &Scratch) -> io::Result<Pid> {
    // Without waiting: where nobody reads any more, the program is gone, and this process is about to follow it.
    let output = OpenOptions::new()
        .write(true)
        .custom_flags(libc::O_NONBLOCK)
        .open(scratch.output())?;
    fcntl(&output, FcntlArg::F_SETFL(OFlag::empty()))?;
    let own = &*scratch.directory;
    let mut command = Command::new(&program.path);
    command
        .args(&program.arguments)
        .current_dir(program.directory.as_ref().map_or(own, Path::new))
        .process_group(0)
        .stdin(Stdio::null())
        .stdout(output.try_clone()?)
        .stderr(output);
    let is_hidden = |name: &str| name.starts_with(HIDDEN) && name != KEPT;
    for (name, _) in std::env::vars_os().filter(|(name, _)| is_hidden(&name.to_string_lossy())) {
        command.env_remove(name);
    }
    command.env("PYTHONPATH", own).env("PYTHONNOUSERSITE", "1");
    if own.as_os_str().len() <= SOCKET_DIRECTORY_MAX {
        command.env("TMPDIR", own);
    }
    let (zygote, inherited) = (getpid(), program.inherited.clone());
    let settle_in = move || {
        if !os::die_with_parent(zygote) {
            return Err(io::Error::other("the zygote is gone"));
        }
        reset([SIGINT, SIGHUP, SIGXFSZ, SIGCHLD]);
        for descriptor in &inherited {
            // SAFETY: the program's descriptors are open in the zygote, under the same numbers, as long as it lives.
            let descriptor = unsafe { BorrowedFd::borrow_raw(*descriptor) };
            fcntl(descriptor, FcntlArg::F_SETFD(FdFlag::empty()))?;
        }
        Ok(())
    };
    // SAFETY: the zygote has one thread, so its child may do anything before it becomes the program.
    unsafe { command.pre_exec(settle_in) };
    let child = command.spawn()?;
    Ok(Pid::from_raw(child.id().cast_signed()))
}

/// Lets these signals be ignored.
pub fn ignore<const N: usize>(signals: [Signal; N]) {
    for which in signals {
        // SAFETY: no code of ours is run.
        let _ = unsafe { signal(which, SigHandler::SigIgn) };
    }
}

/// Lets these signals do what they do by default.
pub fn reset<const N: usize>(signals: [Signal; N]) {
    for which in signals {
        // SAFETY: no code of ours is run.
        let _ = unsafe { signal(which, SigHandler::SigDfl) };
    }
}
