//! A program with all that it makes: one process group, which ends as a whole.

use std::fs::OpenOptions;
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::fcntl::{FcntlArg, FdFlag, OFlag, fcntl};
use nix::sys::signal::{SigHandler, Signal, killpg, signal};
use nix::unistd::{Pid, getpid};

use super::protocol::ProcessEnd;
use crate::engine::os;
use crate::engine::python::program::Program;

/// How long a group has between being asked to end and being killed. Python's resource tracker takes no notice of being
/// asked, but sees that the others are gone, and removes the semaphores that they have left.
const GRACE: Duration = Duration::from_millis(100);
/// How often the rest of a group is looked at: a process that is no child of the zygote's ends without a notice.
const LOOK_MS: u16 = 5;
/// How long what was killed may take to be gone: the kernel needs no more than a moment.
const GONE_MAX: Duration = Duration::from_secs(1);

/// The processes of a program.
#[derive(Debug)]
pub(super) struct Group {
    id: Pid,
    /// How the first process ended.
    first: Option<ProcessEnd>,
    /// When it was asked to end.
    asked: Option<Instant>,
}

impl Group {
    pub(super) fn new(id: Pid) -> Group {
        Group {
            id,
            first: None,
            asked: None,
        }
    }

    pub(super) fn is_led_by(&self, pid: Pid) -> bool {
        self.id == pid
    }

    /// The first process has ended: all others end with it.
    pub(super) fn first_ended(&mut self, end: ProcessEnd) {
        self.first = Some(end);
        self.end();
    }

    /// Asks all of its processes to end.
    pub(super) fn end(&mut self) {
        if self.asked.is_none() {
            self.asked = Some(Instant::now());
            let _ = killpg(self.id, Signal::SIGTERM);
            // One that was stopped could not end.
            let _ = killpg(self.id, Signal::SIGCONT);
        }
    }

    /// How long to wait until it is looked at again, while it ends.
    pub(super) fn patience_ms(&self) -> Option<u16> {
        self.asked.map(|_| LOOK_MS)
    }

    fn is_empty(&self) -> bool {
        killpg(self.id, None).is_err()
    }

    /// How the first process ended, once nothing of the group is left. Kills what does not end by itself.
    pub(super) fn outcome(&mut self) -> Option<ProcessEnd> {
        let is_gone = self.is_gone();
        // What cannot be killed, as in a file system that hangs, is not waited for.
        let is_given_up = self.asked.is_some_and(|asked| asked.elapsed() > GONE_MAX);
        if self.first.is_some() && (is_gone || is_given_up) {
            self.first.take()
        } else {
            None
        }
    }

    /// Whether nothing of it is left. Kills what does not end by itself, once it was asked to.
    pub(super) fn is_gone(&mut self) -> bool {
        if self.asked.is_some_and(|asked| asked.elapsed() > GRACE) {
            let _ = killpg(self.id, Signal::SIGKILL);
        }
        self.is_empty()
    }
}

/// Starts a program in a group of its own. It dies with the zygote.
pub(super) fn spawn(program: &Program) -> io::Result<Pid> {
    // Without waiting: where nobody reads any more, the program is gone, and this process is about to follow it.
    let output = OpenOptions::new()
        .write(true)
        .custom_flags(libc::O_NONBLOCK)
        .open(&program.output)?;
    fcntl(&output, FcntlArg::F_SETFL(OFlag::empty()))?;
    let mut command = Command::new(&program.path);
    command
        .args(&program.arguments)
        .current_dir(&program.directory)
        .process_group(0);
    command
        .stdin(Stdio::null())
        .stdout(output.try_clone()?)
        .stderr(output);
    for (name, _) in std::env::vars_os().filter(|(name, _)| Program::hides(&name.to_string_lossy()))
    {
        command.env_remove(name);
    }
    command.envs(
        program
            .environment
            .iter()
            .map(|(name, value)| (name, value)),
    );
    let (zygote, inherited) = (getpid(), program.inherited.clone());
    let settle_in = move || {
        if !os::die_with_parent(zygote) {
            return Err(io::Error::other("the zygote is gone"));
        }
        for default in [
            Signal::SIGINT,
            Signal::SIGHUP,
            Signal::SIGXFSZ,
            Signal::SIGCHLD,
        ] {
            // SAFETY: the default action runs no code of ours.
            unsafe { signal(default, SigHandler::SigDfl) }?;
        }
        for descriptor in &inherited {
            // SAFETY: the program's descriptors are open in the zygote, under the same numbers, as long as it lives.
            let descriptor = unsafe { std::os::fd::BorrowedFd::borrow_raw(*descriptor) };
            fcntl(descriptor, FcntlArg::F_SETFD(FdFlag::empty()))?;
        }
        Ok(())
    };
    // SAFETY: the zygote has one thread, so its child may do anything before it becomes the program.
    unsafe { command.pre_exec(settle_in) };
    let child = command.spawn()?;
    Ok(Pid::from_raw(child.id().cast_signed()))
}
