//! A small single-threaded process that forks workers on request, reaps them and tells how they ended.
//!
//! The program itself has threads and never forks: a fork copies only the calling thread, and whatever lock another one
//! held stays locked in the child for ever. The zygote is forked before the first thread exists. It also holds the
//! loopback server of the `io` workload, and cleans up when the program is gone, however it went: then its socket
//! reports the end of file.

mod group;
mod process;
mod protocol;

use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::time::Duration;

use nix::errno::Errno;
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::{ForkResult, Pid, fork};

use super::EngineError;
use super::arena::Arena;
use super::latch::wait_readable;
use super::loopback::Site;
use super::python::program::Program;
use super::scratch::Scratch;
use super::worker::Assignment;
use super::{clock, os};
use crate::domain::time::Nanos;
pub use protocol::{News, ProcessEnd};
use protocol::{Reply, Request};

/// How long the zygote may take to read a request, and to answer one that has an answer: it needs milliseconds.
const ANSWER_MAX: Duration = Duration::from_secs(5);
/// How long it may take to end with all that it has made, before it is killed: longer than it gives its children.
const FAREWELL_MAX: Nanos = 3_000_000_000;
/// How long what was killed may take to be gone: the kernel needs no more than a moment.
const GONE_MAX: Nanos = 1_000_000_000;
/// How long processes that are asked to end may take before they are killed.
const ORPHANS_MAX: Nanos = 500_000_000;
/// How often it is looked whether something is gone.
const BETWEEN_LOOKS: Duration = Duration::from_millis(2);

/// The program's end of the socket to its zygote.
#[derive(Debug)]
pub struct Zygote {
    socket: UnixStream,
    pid: Pid,
    server_runs: bool,
    /// The process group of the program that runs.
    program: Option<u32>,
    /// It did not answer, or is gone.
    is_lost: bool,
}

impl Zygote {
    /// Forks it. Call this while the program has one thread.
    ///
    /// # Errors
    /// When the system refuses the socket or the fork.
    pub fn fork(arena: &Arc<Arena>, scratch: &Scratch) -> io::Result<Zygote> {
        let (ours, theirs) = UnixStream::pair()?;
        ours.set_read_timeout(Some(ANSWER_MAX))?;
        ours.set_write_timeout(Some(ANSWER_MAX))?;
        // SAFETY: the program has one thread, by this function's contract, so the child may do anything.
        match unsafe { fork() }? {
            ForkResult::Parent { child } => Ok(Zygote {
                socket: ours,
                pid: child,
                server_runs: false,
                program: None,
                is_lost: false,
            }),
            ForkResult::Child => {
                drop(ours);
                process::run(theirs, arena, scratch)
            }
        }
    }

    /// Its process number.
    pub fn pid(&self) -> u32 {
        self.pid.as_raw().unsigned_abs()
    }

    /// Asks for all workers of a run. How it went comes as news.
    ///
    /// # Errors
    /// When the zygote is gone.
    pub fn fork_workers(&mut self, assignment: &Assignment) -> Result<(), EngineError> {
        let request = Request::ForkWorkers {
            plan: (*assignment.plan).clone(),
            port: assignment.port,
            limits: assignment.limits,
        };
        self.send(&request)
    }

    /// Starts a program, one at a time. How it goes on comes as news.
    ///
    /// # Errors
    /// When the zygote is gone.
    pub fn execute(&mut self, program: &Program) -> Result<(), EngineError> {
        self.send(&Request::Execute {
            program: program.clone(),
        })
    }

    /// Ends the program with all that it has made; its end is reported as usual.
    pub fn kill_program(&mut self) {
        // A zygote that is gone has taken its children along.
        let _ = self.send(&Request::KillProgram);
    }

    /// Starts the loopback server in a process of its own. Returns its port.
    ///
    /// # Errors
    /// When the zygote is gone, or the system refuses the server a socket or a process.
    pub fn start_server(&mut self, site: Site) -> Result<u16, EngineError> {
        self.send(&Request::Serve { site })?;
        loop {
            match self.receive()? {
                Reply::Serving { port } => {
                    self.server_runs = true;
                    return Ok(port);
                }
                Reply::ServeFailed { why } => {
                    return Err(EngineError::NoServer(why));
                }
                // Left over from a run that broke.
                _ => {}
            }
        }
    }

    /// Ends the loopback server, and waits until it is gone. True if it was still there.
    pub fn stop_server(&mut self) -> bool {
        // Under models without processes nobody has listened meanwhile.
        while let Ok(Some(_)) = self.news() {}
        if !self.server_runs {
            return false;
        }
        let _ = self.send(&Request::StopServer);
        while self.server_runs {
            if self.news_now().is_err() {
                break;
            }
        }
        true
    }

    /// Kills all workers; their ends are reported as usual.
    pub fn kill_workers(&mut self) {
        // A zygote that is gone has taken its children along.
        let _ = self.send(&Request::KillWorkers);
    }

    /// Kills it with all that it has made, as it does not do what it was asked for. From then on it is gone.
    pub fn abandon(&mut self) {
        self.is_lost = true;
        self.server_runs = false;
        // Its own group has all that it forked.
        os::kill_group(self.pid());
        os::kill_process(self.pid());
        if let Some(group) = self.program.take() {
            end_orphans(group);
        }
    }

    /// The next piece of news, if there is one now.
    ///
    /// # Errors
    /// When the zygote is gone.
    pub fn news(&mut self) -> Result<Option<News>, EngineError> {
        if self.is_lost {
            return Err(EngineError::ZygoteGone);
        }
        if wait_readable([self.socket.as_fd()], Some(0)) == [false] {
            return Ok(None);
        }
        self.news_now()
    }

    fn news_now(&mut self) -> Result<Option<News>, EngineError> {
        let Reply::News(news) = self.receive()? else {
            return Ok(None);
        };
        match news {
            News::ServerEnded => self.server_runs = false,
            News::ProgramStarted { pid } => self.program = Some(pid),
            News::ProgramEnded { .. } => self.program = None,
            _ => {}
        }
        Ok(Some(news))
    }

    fn send(&mut self, request: &Request) -> Result<(), EngineError> {
        if self.is_lost {
            return Err(EngineError::ZygoteGone);
        }
        // Somebody may have stopped it, and then it would do nothing.
        os::wake(self.pid());
        protocol::send(&mut self.socket, request).map_err(|_| self.lost())
    }

    fn receive(&mut self) -> Result<Reply, EngineError> {
        protocol::receive(&mut self.socket).map_err(|_| self.lost())
    }

    fn lost(&mut self) -> EngineError {
        self.abandon();
        EngineError::ZygoteGone
    }

    /// Whether it is gone, and reaped, before so much time has passed.
    fn ends_within(&self, limit: Nanos) -> bool {
        let deadline = clock::now() + limit;
        loop {
            match waitpid(self.pid, Some(WaitPidFlag::WNOHANG)) {
                Ok(WaitStatus::StillAlive) | Err(Errno::EINTR) if clock::now() < deadline => {
                    std::thread::sleep(BETWEEN_LOOKS);
                }
                Ok(WaitStatus::StillAlive) | Err(Errno::EINTR) => return false,
                _ => return true,
            }
        }
    }
}

/// Ends a group whose zygote is gone; its first process has died with that. Asked to end, workers do; Python's resource tracker
/// takes no notice, but then sees that it is alone, and removes the semaphores that they have left: killed with them, it would
/// leave them to nobody.
fn end_orphans(group: u32) {
    os::ask_group_to_end(group);
    let deadline = clock::now() + ORPHANS_MAX;
    while os::is_group_there(group) && clock::now() < deadline {
        std::thread::sleep(BETWEEN_LOOKS);
    }
    os::kill_group(group);
}

impl AsFd for Zygote {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

impl Drop for Zygote {
    /// Ends it, and waits until it has ended its children and removed its files; kills it with them if it does not.
    fn drop(&mut self) {
        let _ = self.socket.shutdown(std::net::Shutdown::Both);
        os::wake(self.pid());
        if !self.ends_within(FAREWELL_MAX) {
            self.abandon();
            self.ends_within(GONE_MAX);
        }
    }
}
