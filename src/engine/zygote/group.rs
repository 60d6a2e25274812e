//! A program with all the processes that it creates: one process group, which exits as a whole.

use std::{
    env,
    fs::OpenOptions,
    io,
    os::{
        fd::BorrowedFd,
        unix::{fs::OpenOptionsExt, process::CommandExt},
    },
    path::{self, Path},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use nix::{
    fcntl::{FcntlArg, FdFlag, OFlag, fcntl},
    sys::signal::{
        Signal::{SIGCHLD, SIGCONT, SIGHUP, SIGINT, SIGKILL, SIGTERM, SIGXFSZ},
        kill, killpg,
    },
    unistd::{Pid, getpid},
};

use super::protocol::{Environment, ProcessEnd, Program};
use crate::engine::{os, scratch::Scratch, signals::reset};

/// The time between the request to exit and the kill of a group. Python's resource tracker ignores the request, but it
/// notices that the others are gone, and removes the semaphores that they have left. If it were killed with them, the
/// semaphores would leak.
const GRACE: Duration = Duration::from_millis(100);
/// The interval at which the rest of a group is checked, in milliseconds. The zygote is not notified when a process
/// exits that is not its child.
const LOOK_MS: u16 = 5;
/// The time limit for killed processes to disappear. The kernel needs no more than a moment.
const GONE_MAX: Duration = Duration::from_secs(1);
/// The prefix of environment variables that would change what Python does. Of these only [`KEPT`] stays.
const HIDDEN: &str = "PYTHON";
/// The variable with which the user turns the lock of a free-threaded build on or off.
const KEPT: &str = "PYTHON_GIL";
/// The processes of a program.
#[derive(Debug)]
pub struct ProcessGroup {
    /// The id of the group and of its first process.
    pub id: Pid,
    /// How the first process exited. All others exit with it.
    pub first: Option<ProcessEnd>,
    /// When the group was asked to exit.
    pub asked: Option<Instant>,
    /// Whether processes that left the group, as daemons do, exit with it. The zygote adopts them.
    pub takes_daemons: bool,
}

impl ProcessGroup {
    /// The running group with this id.
    pub fn new(id: Pid) -> ProcessGroup {
        ProcessGroup {
            id,
            first: None,
            asked: None,
            takes_daemons: false,
        }
    }

    /// Asks all processes of the group to exit.
    pub fn end(&mut self) {
        if self.asked.is_none() {
            self.asked = Some(Instant::now());
            let _ = killpg(self.id, SIGTERM);
            // A stopped process could not exit.
            let _ = killpg(self.id, SIGCONT);
        }
    }

    /// The time until the next check while the group exits.
    pub fn patience_ms(&self) -> Option<u16> {
        self.asked.map(|_| LOOK_MS)
    }

    fn was_asked_before(&self, time: Duration) -> bool {
        self.asked.is_some_and(|asked| asked.elapsed() > time)
    }

    /// Whether no process of the group is left, not even an unreaped one.
    pub fn is_empty(&self) -> bool {
        killpg(self.id, None).is_err()
    }

    /// How the first process exited, once the whole group is gone. Kills processes that do not exit by themselves.
    pub fn outcome(&mut self) -> Option<ProcessEnd> {
        // A process that cannot be killed, for example in a file system that hangs, is not waited for.
        if self.is_gone() || self.was_asked_before(GONE_MAX) {
            self.first.take()
        } else {
            None
        }
    }

    /// Whether no process of the group is left. Kills processes that do not exit in time after the request.
    pub fn is_gone(&mut self) -> bool {
        let is_over = self.was_asked_before(GRACE);
        if is_over {
            let _ = killpg(self.id, SIGKILL);
        }
        let daemons: Vec<Pid> = self.daemons().collect();
        for daemon in daemons.iter().filter(|_| is_over) {
            let _ = kill(*daemon, SIGKILL);
        }
        self.is_empty() && daemons.is_empty()
    }

    /// The processes that left the group and exit with it all the same, as far as their parents are gone.
    fn daemons(&self) -> impl Iterator<Item = Pid> {
        let children = (self.takes_daemons && self.asked.is_some()).then(os::children);
        let group = self.id;
        children
            .into_iter()
            .flatten()
            .filter(move |child| *child != group)
    }
}

/// Starts a program in a separate group, which dies with the zygote, in its environment.
pub fn spawn(program: &Program, scratch: &Scratch) -> io::Result<Pid> {
    // Opened without blocking: without a reader, the program is gone, and this process is about to exit, too.
    let output = OpenOptions::new()
        .write(true)
        .custom_flags(libc::O_NONBLOCK)
        .open(scratch.output())?;
    fcntl(&output, FcntlArg::F_SETFL(OFlag::empty()))?;
    let own = &*scratch.directory;
    let mut command = Command::new(&program.path);
    command
        .args(&program.arguments)
        .process_group(0)
        .stdin(Stdio::null())
        .stdout(output.try_clone()?)
        .stderr(output);
    match &program.environment {
        Environment::Own => clean(&mut command, own),
        Environment::Users(besides) => drop(command.envs(besides)),
    }
    if let Some(directory) = &program.directory {
        command.current_dir(directory);
    }
    let (zygote, inherited) = (getpid(), program.inherited.clone());
    let prepare = move || {
        if !os::die_with_parent(zygote) {
            return Err(io::Error::other("the zygote is gone"));
        }
        reset([SIGINT, SIGHUP, SIGXFSZ, SIGCHLD]);
        for descriptor in &inherited {
            // SAFETY: the program's descriptors have the same numbers in the zygote and are open as long as it lives.
            let descriptor = unsafe { BorrowedFd::borrow_raw(*descriptor) };
            fcntl(descriptor, FcntlArg::F_SETFD(FdFlag::empty()))?;
        }
        Ok(())
    };
    // SAFETY: the zygote has one thread, so its child may do anything before it becomes the program.
    unsafe { command.pre_exec(prepare) };
    let child = command.spawn();
    let child = child.map_err(|error| explained(error, &command))?;
    Ok(Pid::from_raw(child.id().cast_signed()))
}

/// What does not exist, if that is not the program itself. The system's error does not say it.
fn explained(error: io::Error, command: &Command) -> io::Error {
    let what = match command.get_current_dir() {
        _ if error.kind() != io::ErrorKind::NotFound => return error,
        Some(directory) if !directory.exists() => {
            format!("the directory {} does not exist", directory.display())
        }
        _ if Path::new(command.get_program()).exists() => {
            "the interpreter that its first line names does not exist".into()
        }
        _ => return error,
    };
    io::Error::new(error.kind(), what)
}

/// Prepares a program for the session's own environment, whose temporary files are removed with the directory however
/// the program exits.
fn clean(command: &mut Command, own: &Path) {
    let is_hidden = |name: &str| name.starts_with(HIDDEN) && name != KEPT;
    for (name, _) in env::vars_os().filter(|(name, _)| is_hidden(&name.to_string_lossy())) {
        command.env_remove(name);
    }
    command
        .current_dir(own)
        .env("PYTHONPATH", own)
        .env("PYTHONNOUSERSITE", "1")
        .env("TMPDIR", own);
    // From that directory, a relative path would lead elsewhere.
    for name in ["SSL_CERT_FILE", "SSL_CERT_DIR"] {
        let given = env::var_os(name).unwrap_or_default();
        let places = env::split_paths(&given).filter_map(|place| path::absolute(place).ok());
        if let Ok(places) = env::join_paths(places)
            && !given.is_empty()
        {
            command.env(name, places);
        }
    }
}
