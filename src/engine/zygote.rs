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

use nix::unistd::{ForkResult, Pid, fork};

use super::arena::Arena;
use super::latch::wait_readable;
use super::loopback::Site;
use super::python::program::Program;
use super::scratch::Scratch;
use super::worker::Assignment;
use protocol::{Reply, Request};

/// The program's end of the socket to its zygote.
#[derive(Debug)]
pub struct Zygote {
    socket: UnixStream,
    pid: Pid,
    server_runs: bool,
}

/// What happened to the zygote's children.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// A worker is gone.
    WorkerEnded {
        /// Who.
        worker: u32,
        /// How, as in "was killed by SIGKILL".
        cause: String,
    },
    /// A worker never came into being.
    WorkerNotForked {
        /// Who.
        worker: u32,
        /// The system's reason.
        why: String,
    },
    /// A program runs.
    ProgramStarted {
        /// Its process number, which is that of its group.
        pid: u32,
    },
    /// A program could not be started.
    ProgramNotStarted {
        /// The system's reason.
        why: String,
    },
    /// A program is gone, with everything of its group.
    ProgramEnded {
        /// How its first process ended, as in "was killed by SIGKILL".
        cause: String,
        /// Whether that ended by itself and with status 0.
        success: bool,
    },
    /// The loopback server is gone.
    ServerEnded,
}

impl Zygote {
    /// Forks it. Call this while the program has one thread.
    ///
    /// # Errors
    /// When the system refuses the socket or the fork.
    pub fn fork(arena: &Arc<Arena>, scratch: &Scratch) -> io::Result<Zygote> {
        let (ours, theirs) = UnixStream::pair()?;
        // SAFETY: the program has one thread, by this function's contract, so the child may do anything.
        match unsafe { fork() }? {
            ForkResult::Parent { child } => Ok(Zygote { socket: ours, pid: child, server_runs: false }),
            ForkResult::Child => {
                drop(ours);
                process::run(theirs, arena, scratch)
            }
        }
    }

    /// Its process number.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.pid.as_raw().unsigned_abs()
    }

    /// Asks for all workers of a run. How it went comes as news.
    ///
    /// # Errors
    /// When the zygote is gone.
    pub fn fork_workers(&mut self, assignment: &Assignment) -> Result<(), String> {
        let request = Request::ForkWorkers { plan: (*assignment.plan).clone(), port: assignment.port };
        self.send(&request)
    }

    /// Starts a program, one at a time. How it goes on comes as news.
    ///
    /// # Errors
    /// When the zygote is gone.
    pub fn execute(&mut self, program: &Program) -> Result<(), String> {
        self.send(&Request::Execute { program: program.clone() })
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
    pub fn start_server(&mut self, site: Site) -> Result<u16, String> {
        self.send(&Request::Serve { site })?;
        loop {
            match self.receive()? {
                Reply::Serving { port } => {
                    self.server_runs = true;
                    return Ok(port);
                }
                Reply::ServeFailed { why } => {
                    return Err(format!("the loopback server could not start: {why}"));
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

    /// The next piece of news, if there is one now.
    ///
    /// # Errors
    /// When the zygote is gone.
    pub fn news(&mut self) -> Result<Option<News>, String> {
        if wait_readable([self.socket.as_fd()], Some(0)) == [false] {
            return Ok(None);
        }
        self.news_now()
    }

    fn news_now(&mut self) -> Result<Option<News>, String> {
        Ok(match self.receive()? {
            Reply::WorkerEnded { worker, cause } => Some(News::WorkerEnded { worker, cause }),
            Reply::WorkerNotForked { worker, why } => Some(News::WorkerNotForked { worker, why }),
            Reply::ServerEnded => {
                self.server_runs = false;
                Some(News::ServerEnded)
            }
            Reply::ProgramStarted { pid } => Some(News::ProgramStarted { pid }),
            Reply::ProgramNotStarted { why } => Some(News::ProgramNotStarted { why }),
            Reply::ProgramEnded { cause, success } => Some(News::ProgramEnded { cause, success }),
            Reply::Serving { .. } | Reply::ServeFailed { .. } => None,
        })
    }

    fn send(&mut self, request: &Request) -> Result<(), String> {
        protocol::send(&mut self.socket, request).map_err(|_| gone())
    }

    fn receive(&mut self) -> Result<Reply, String> {
        protocol::receive(&mut self.socket).map_err(|_| {
            self.server_runs = false;
            gone()
        })
    }
}

fn gone() -> String {
    "the zygote, the process which forks workers and serves pages, is gone: start the program again".into()
}

impl AsFd for Zygote {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

impl Drop for Zygote {
    /// Ends it, and waits until it has ended its children and removed its files.
    fn drop(&mut self) {
        let _ = self.socket.shutdown(std::net::Shutdown::Both);
        let _ = nix::sys::wait::waitpid(self.pid, None);
    }
}
