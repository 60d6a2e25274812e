//! The zygote's own process: its loop, its children, its end.

use std::{
    collections::HashMap,
    convert::Infallible,
    fs::OpenOptions,
    io,
    os::{
        fd::{AsFd, AsRawFd},
        unix::net::UnixStream,
    },
    sync::Arc,
    time::Duration,
};

use nix::{
    errno::Errno,
    sys::{
        signal::{
            Signal::{
                SIGBUS, SIGCHLD, SIGHUP, SIGINT, SIGKILL, SIGPIPE, SIGSEGV, SIGTERM, SIGXFSZ,
            },
            kill,
        },
        wait::{WaitPidFlag, WaitStatus, waitpid},
    },
    unistd::{ForkResult, Pid, dup2_stderr, dup2_stdin, dup2_stdout, fork, getpid, setpgid},
};

use super::{
    group::{Group, ignore, reset, spawn},
    protocol::{self, News, ProcessEnd, Program, Request},
};
use crate::{
    domain::{plan::Plan, text},
    engine::{
        arena::Arena,
        clock::wait_until,
        fetch::Limits,
        kernel,
        latch::{Latch, wait_readable},
        loopback::{self, Site},
        os,
        scratch::Scratch,
        worker::Assignment,
    },
};

/// How long what is killed at the end may take to be gone. What cannot be killed, as in a file system that hangs, is not
/// waited for.
const FAREWELL_MAX: Duration = Duration::from_secs(2);

/// What a child of the zygote is that it has forked. The first process of a program leads the group of that.
#[derive(Clone, Copy, PartialEq)]
enum Child {
    Worker(u32),
    Server,
}

struct Process {
    socket: UnixStream,
    arena: Arc<Arena>,
    scratch: Scratch,
    children: HashMap<Pid, Child>,
    program: Option<Group>,
}

/// The zygote's life. Ends with the process, when the program is gone.
pub fn run(socket: UnixStream, arena: &Arc<Arena>, scratch: &Scratch) -> ! {
    settle_in();
    let mut process = Process {
        socket,
        arena: arena.clone(),
        scratch: scratch.clone(),
        children: HashMap::new(),
        program: None,
    };
    let _ = process.serve_program();
    process.clean_up();
    // SAFETY: ends this process at once: nothing of the program's that was copied by the fork shall run its end here.
    unsafe { libc::_exit(0) }
}

/// Makes the copied process one of its own: out of the terminal's reach, holding nobody's output open.
fn settle_in() {
    os::name_thread("pconc-zygote");
    // Its children may be a thousand, all computing, and it has to see them end.
    os::request_short_time_slices();
    // Its own group, so that Ctrl-C reaches only the program. Not its own session: under autogroup scheduling that
    // would change the workers' share of the cores.
    let _ = setpgid(Pid::from_raw(0), Pid::from_raw(0));
    os::adopt_orphans();
    // Stopped, it would not see that the program is gone.
    os::wake_when_parent_ends();
    if let Ok(null) = OpenOptions::new().read(true).write(true).open("/dev/null") {
        let _ = (dup2_stdin(&null), dup2_stdout(&null), dup2_stderr(&null));
    }
    // The program's panic hook would write to its terminal.
    std::panic::set_hook(Box::new(|_| {}));
    // SIGHUP is sent to its whole group if the program dies while its workers are stopped.
    ignore([SIGINT, SIGHUP, SIGPIPE, SIGXFSZ]);
    // A worker that crashes shall die of it: Rust's handler for stack overflows swallows the first one.
    reset([SIGSEGV, SIGBUS, SIGTERM]);
}

impl Process {
    /// Serves requests and reaps children until the program is gone.
    fn serve_program(&mut self) -> io::Result<Infallible> {
        let child_ended = Latch::opened_by(SIGCHLD as i32)?;
        loop {
            let patience = self.program.as_ref().and_then(Group::patience_ms);
            let [request, ended] =
                wait_readable([self.socket.as_fd(), child_ended.as_fd()], patience);
            if ended {
                child_ended.close();
            }
            // Also without a notice: one may have come between the two.
            self.reap()?;
            self.see_to_program()?;
            if request {
                let request = protocol::receive(&mut self.socket)?;
                self.perform(request)?;
            }
        }
    }

    fn perform(&mut self, request: Request) -> io::Result<()> {
        match request {
            Request::ForkWorkers { plan, port, limits } => self.fork_workers(plan, port, limits)?,
            Request::Execute(program) => self.execute(&program)?,
            Request::Kill => self.kill(|child| child != Child::Server),
            Request::Serve(site) => {
                let port = self.fork_server(&site);
                self.report(News::Server(port.map_err(|error| error.to_string())))?;
            }
            Request::StopServer => self.kill(|child| child == Child::Server),
        }
        Ok(())
    }

    fn fork_workers(&mut self, plan: Plan, port: u16, limits: Limits) -> io::Result<()> {
        let workers = plan.workers;
        let assignment = Assignment {
            arena: self.arena.clone(),
            plan: Arc::new(plan),
            port,
            limits,
            scratch: self.scratch.clone(),
            gil: None,
        };
        for number in 0..workers {
            let live = || {
                os::name_thread(&format!("pconc-worker{number}"));
                kernel::live(&assignment, number, true);
            };
            if let Err(why) = self.fork_child(Child::Worker(number), live) {
                let cause = format!("could not be created: {}", why.desc().to_lowercase());
                self.report(News::WorkerEnded {
                    worker: number,
                    cause,
                })?;
            }
        }
        Ok(())
    }

    fn execute(&mut self, program: &Program) -> io::Result<()> {
        let started = spawn(program, &self.scratch);
        if let Ok(pid) = started {
            self.program = Some(Group::new(pid));
        }
        let group = started.map(Pid::as_raw);
        self.report(News::ProgramStarted(
            group.map_err(|error| text::plain(&error)),
        ))
    }

    /// Reports the end of the program as soon as nothing of its group is left.
    fn see_to_program(&mut self) -> io::Result<()> {
        match self.program.as_mut().and_then(Group::outcome) {
            Some(end) => {
                self.program = None;
                self.report(News::ProgramEnded(end))
            }
            None => Ok(()),
        }
    }

    fn fork_server(&mut self, site: &Site) -> io::Result<u16> {
        let listener = loopback::listen()?;
        let port = listener.local_addr()?.port();
        self.fork_child(Child::Server, move || {
            os::name_thread("pconc-server");
            // It only ever returns with an error; then the process ends, and its end is reported.
            let _ = loopback::serve(listener, site);
        })?;
        Ok(port)
    }

    /// Forks a child that lives its life and leaves.
    fn fork_child(&mut self, child: Child, life: impl FnOnce()) -> Result<(), Errno> {
        let zygote = getpid();
        // SAFETY: the zygote has one thread, so the child may do anything.
        match unsafe { fork() }? {
            ForkResult::Parent { child: pid } => {
                self.children.insert(pid, child);
                Ok(())
            }
            ForkResult::Child => {
                if os::die_with_parent(zygote) {
                    reset([SIGCHLD, SIGHUP]);
                    // Or the program's end would not be seen as the end of the file.
                    let _ = nix::unistd::close(self.socket.as_raw_fd());
                    life();
                }
                // SAFETY: leaves at once, without running what the zygote would run at its own end.
                unsafe { libc::_exit(0) }
            }
        }
    }

    /// Kills these children, and ends the program; the server alone is killed when there is none.
    fn kill(&mut self, which: impl Fn(Child) -> bool) {
        for (pid, _) in self.children.iter().filter(|(_, child)| which(**child)) {
            // One that is gone already is reaped all the same.
            let _ = kill(*pid, SIGKILL);
        }
        self.program.iter_mut().for_each(Group::end);
    }

    /// Reaps what has ended and reports it.
    fn reap(&mut self) -> io::Result<()> {
        for (pid, end) in ended_children() {
            match self.children.remove(&pid) {
                Some(Child::Worker(worker)) => {
                    let cause = end.to_string();
                    self.report(News::WorkerEnded { worker, cause })?;
                }
                Some(Child::Server) => self.report(News::ServerEnded)?,
                // The program's first process, or an orphan of it.
                None => {
                    if let Some(group) = self.program.as_mut().filter(|group| group.id == pid) {
                        group.first = Some(end);
                        group.end();
                    }
                }
            }
        }
        Ok(())
    }

    fn report(&mut self, news: News) -> io::Result<()> {
        protocol::send(&mut self.socket, &news)
    }

    /// The program is gone: nothing of it may stay behind.
    fn clean_up(&mut self) {
        self.kill(|_| true);
        wait_until(FAREWELL_MAX, || self.is_alone());
        self.scratch.remove();
    }

    /// Whether nothing is left of what it has made. An orphan that has left the program's group, as a daemon does, was meant to
    /// outlive it: nobody waits for that.
    fn is_alone(&mut self) -> bool {
        for (pid, _) in ended_children() {
            self.children.remove(&pid);
        }
        self.children.is_empty() && self.program.as_mut().is_none_or(Group::is_gone)
    }
}

/// Reaps the children that have ended.
fn ended_children() -> impl Iterator<Item = (Pid, ProcessEnd)> {
    std::iter::from_fn(|| match waitpid(None, Some(WaitPidFlag::WNOHANG)) {
        Ok(WaitStatus::Signaled(pid, signal, _)) => Some((pid, ProcessEnd::Killed(signal as i32))),
        Ok(WaitStatus::Exited(pid, status)) => Some((pid, ProcessEnd::Exited(status))),
        _ => None,
    })
}
