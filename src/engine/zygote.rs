//! A small single-threaded process that forks workers on request, reaps them and reports how they exited.
//!
//! The program itself has threads and never forks: a fork copies only the calling thread, and a lock that another
//! thread held stays locked in the child for ever. The zygote is forked before the first thread exists. It also starts
//! the loopback server of the `io` workload, and it cleans up when the program is gone. It notices that from the end of
//! file on its socket, however the program exited.

mod group;
mod process;
mod protocol;

use std::{
    io,
    net::Shutdown,
    os::{fd::AsFd, unix::net::UnixStream},
    sync::{
        Arc,
        atomic::{AtomicI32, Ordering::Relaxed},
    },
    time::Duration,
};

use group::ProcessGroup;
use nix::{
    errno::Errno,
    sys::{
        signal::{Signal, kill, killpg},
        wait::{WaitPidFlag, WaitStatus, waitpid},
    },
    unistd::{ForkResult, Pid, fork},
};
use protocol::ZygoteRequest;
pub use protocol::{Environment, News, ProcessEnd, Program};

use super::{
    EngineError, arena::Arena, borrowed_terminal::BorrowedTerminal, clock::wait_until,
    latch::wait_readable, loopback::Site, scratch::Scratch, worker::Assignment,
};

/// The time limit of the zygote for reading a request, and for answering one that has an answer. It needs milliseconds.
const ANSWER_MAX: Duration = Duration::from_secs(5);
/// The time limit of the zygote for exiting with all its processes. After that it is killed. It is longer than the time
/// limit of its children.
const EXIT_MAX: Duration = Duration::from_secs(3);
/// The time limit for killed processes to disappear. The kernel needs no more than a moment.
const GONE_MAX: Duration = Duration::from_secs(1);
/// The time limit for processes that are asked to exit. After that they are killed.
const ORPHANS_MAX: Duration = Duration::from_millis(500);

/// The program's end of the socket to its zygote.
#[derive(Debug)]
pub struct Zygote {
    /// Readable if there is news.
    pub socket: UnixStream,
    /// The process id of the zygote, which is also the id of the group of all processes that it has forked.
    pub pid: Pid,
    server_runs: bool,
    /// The process group of the running program, 0 if there is none. It is shared with the code that suspends and
    /// continues the group.
    pub program: Arc<AtomicI32>,
}

impl Zygote {
    /// Forks the zygote, which gives `terminal` back if the program is killed. Call this while the program has one thread.
    ///
    /// # Errors
    /// If the system refuses the socket or the fork.
    pub fn fork(
        arena: &Arc<Arena>,
        scratch: &Scratch,
        terminal: Option<&BorrowedTerminal>,
    ) -> io::Result<Zygote> {
        let (ours, theirs) = UnixStream::pair()?;
        ours.set_read_timeout(Some(ANSWER_MAX))?;
        ours.set_write_timeout(Some(ANSWER_MAX))?;
        // SAFETY: by this function's contract the program has one thread, so the child may do anything.
        match unsafe { fork() }? {
            ForkResult::Parent { child } => Ok(Zygote {
                socket: ours,
                pid: child,
                server_runs: false,
                program: Arc::default(),
            }),
            ForkResult::Child => {
                drop(ours);
                process::run(theirs, arena, scratch, terminal)
            }
        }
    }

    /// Asks for all workers of a run. The result arrives as news.
    ///
    /// # Errors
    /// If the zygote is gone.
    pub fn fork_workers(&mut self, assignment: &Assignment) -> Result<(), EngineError> {
        self.send(&ZygoteRequest::ForkWorkers {
            plan: (*assignment.plan).clone(),
            port: assignment.port,
            limits: assignment.limits,
        })
    }

    /// Starts a program. Only one may run at a time. What happens to it arrives as news.
    ///
    /// # Errors
    /// If the zygote is gone.
    pub fn execute(&mut self, program: Program) -> Result<(), EngineError> {
        self.send(&ZygoteRequest::Execute(program))
    }

    /// Starts the loopback server in a separate process. Returns its port.
    ///
    /// # Errors
    /// If the zygote is gone, or if the system refuses the server a socket or a process.
    pub fn start_server(&mut self, site: Site) -> Result<u16, EngineError> {
        self.send(&ZygoteRequest::Serve(site))?;
        loop {
            // Any other news is left over from a run that failed.
            if let News::Server(port) = self.receive()? {
                return port.map_err(|why| {
                    EngineError::new(format!("the loopback server could not start: {why}"))
                });
            }
        }
    }

    /// Stops the loopback server, and waits until it is gone. Returns whether it had run until then.
    pub fn stop_server(&mut self) -> bool {
        // Under models without processes, the news has not been read meanwhile.
        while let Ok(Some(_)) = self.news() {}
        if !self.server_runs {
            return false;
        }
        let _ = self.send(&ZygoteRequest::StopServer);
        let mut had_run = true;
        while self.server_runs {
            match self.receive() {
                Ok(News::ServerEnded(end)) => had_run = end == ProcessEnd::STOPPED,
                Ok(_) => {}
                Err(_) => break,
            }
        }
        had_run
    }

    /// Kills all workers, and the program with all its processes. Their exits are reported as usual.
    pub fn kill(&mut self) {
        // If the zygote is gone, its children are gone, too.
        let _ = self.send(&ZygoteRequest::Kill);
    }

    /// Kills a zygote that does not respond, with all its processes. From then on it counts as gone.
    pub fn abandon(&mut self) {
        let _ = self.socket.shutdown(Shutdown::Both);
        self.server_runs = false;
        // Everything that it forked is in its own group.
        let _ = killpg(self.pid, Signal::SIGKILL);
        let _ = kill(self.pid, Signal::SIGKILL);
        // Earlier messages are obsolete: a program whose start they report was killed with the zygote.
        while protocol::receive::<News>(&mut self.socket).is_ok() {}
        let program = self.program.swap(0, Relaxed);
        if program > 0 {
            end_orphans(Pid::from_raw(program));
        }
    }

    /// The next message, if one has arrived.
    ///
    /// # Errors
    /// If the zygote is gone.
    pub fn news(&mut self) -> Result<Option<News>, EngineError> {
        match wait_readable([self.socket.as_fd()], Some(0)) {
            [true] => self.receive().map(Some),
            [false] => Ok(None),
        }
    }

    fn send(&mut self, request: &ZygoteRequest) -> Result<(), EngineError> {
        // The zygote may have been stopped, and would not read the request.
        let _ = kill(self.pid, Signal::SIGCONT);
        protocol::send(&mut self.socket, request).map_err(|_| self.lost())
    }

    fn receive(&mut self) -> Result<News, EngineError> {
        let news = protocol::receive(&mut self.socket).map_err(|_| self.lost())?;
        match news {
            News::Server(Ok(_)) => self.server_runs = true,
            News::ServerEnded(_) => self.server_runs = false,
            News::ProgramStarted(Ok(group)) => self.program.store(group, Relaxed),
            News::ProgramEnded(_) => self.program.store(0, Relaxed),
            _ => {}
        }
        Ok(news)
    }

    fn lost(&mut self) -> EngineError {
        self.abandon();
        EngineError::new(
            "the zygote, which forks workers and serves pages, is gone; start the program again",
        )
    }

    /// Whether the zygote exits and is reaped within the limit.
    fn ends_within(&self, limit: Duration) -> bool {
        wait_until(limit, || {
            let status = waitpid(self.pid, Some(WaitPidFlag::WNOHANG));
            !matches!(status, Ok(WaitStatus::StillAlive) | Err(Errno::EINTR))
        })
    }
}

/// Ends the group of a program whose zygote is gone. The group's first process has died with the zygote. Killing the
/// group at once would leak its semaphores; see [`group`].
fn end_orphans(program: Pid) {
    let mut group = ProcessGroup::new(program);
    group.end();
    wait_until(ORPHANS_MAX, || group.is_empty());
    let _ = killpg(program, Signal::SIGKILL);
}

impl Drop for Zygote {
    /// Stops the zygote, and waits until it has ended its children and removed its files. If it does not exit, kills it
    /// with its children.
    fn drop(&mut self) {
        let _ = self.socket.shutdown(Shutdown::Both);
        let _ = kill(self.pid, Signal::SIGCONT);
        if !self.ends_within(EXIT_MAX) {
            self.abandon();
            self.ends_within(GONE_MAX);
        }
    }
}
