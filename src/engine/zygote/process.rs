//! The process of the zygote: its loop, its children, its exit.

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
                SIGBUS, SIGCHLD, SIGCONT, SIGHUP, SIGINT, SIGKILL, SIGPIPE, SIGSEGV, SIGTERM,
                SIGXFSZ,
            },
            kill,
        },
        wait::{WaitPidFlag, WaitStatus, waitpid},
    },
    unistd::{ForkResult, Pid, dup2_stderr, dup2_stdin, dup2_stdout, fork, getpid, setpgid},
};

use super::{
    group::{ProcessGroup, spawn},
    protocol::{self, Environment, News, ProcessEnd, Program, ZygoteRequest},
};
use crate::{
    domain::{plan::Plan, text},
    engine::{
        arena::Arena,
        borrowed_terminal::BorrowedTerminal,
        clock::wait_until,
        fetch::FetchLimits,
        handover, kernel,
        latch::{Latch, wait_readable},
        loopback::{self, Site},
        os,
        scratch::Scratch,
        signals::{ignore, reset},
        worker::Assignment,
    },
};

/// The time limit for killed processes to disappear at the end. A process that cannot be killed, for example in a file
/// system that hangs, is not waited for.
const EXIT_MAX: Duration = Duration::from_secs(2);
/// The time limit for what killed workers left behind to disappear.
const STRAYS_MAX: Duration = Duration::from_millis(500);

/// The kind of a child that the zygote has forked. The first process of a program is not in this list; it leads its own
/// group.
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
    program: Option<ProcessGroup>,
    /// Whether workers run commands of the user's. What these leave behind when a worker is killed comes to the zygote.
    has_commands: bool,
}

/// The zygote's life. Exits when the program is gone.
pub fn run(
    socket: UnixStream,
    arena: &Arc<Arena>,
    scratch: &Scratch,
    terminal: Option<&BorrowedTerminal>,
) -> ! {
    detach();
    let mut process = Process {
        socket,
        arena: arena.clone(),
        scratch: scratch.clone(),
        children: HashMap::new(),
        program: None,
        has_commands: false,
    };
    let _ = process.serve_program();
    // A terminal that does not read delays this, and nothing should compute meanwhile.
    process.kill(|_| true);
    terminal.inspect(|terminal| terminal.give_back_for_the_dead());
    process.clean_up();
    // SAFETY: exits at once. Nothing that the fork copied from the program may run its destructor here.
    unsafe { libc::_exit(0) }
}

/// Detaches the forked process from the terminal and from inherited outputs, which it would keep open.
fn detach() {
    os::name_thread("pconc-zygote");
    // The zygote may have a thousand computing children, and it must notice their exits.
    os::request_short_time_slices();
    // A group of its own, so that Ctrl-C reaches only the program. A session of its own would change the workers' share
    // of the cores under autogroup scheduling.
    let _ = setpgid(Pid::from_raw(0), Pid::from_raw(0));
    os::adopt_orphans();
    // A stopped zygote would not notice that the program is gone.
    os::wake_when_parent_ends();
    if let Ok(null) = OpenOptions::new().read(true).write(true).open("/dev/null") {
        let _ = (dup2_stdin(&null), dup2_stdout(&null), dup2_stderr(&null));
    }
    // The program's panic hook would write to its terminal.
    std::panic::set_hook(Box::new(|_| {}));
    // The kernel sends SIGHUP to the whole group if the program dies while its workers are stopped.
    ignore([SIGINT, SIGHUP, SIGPIPE, SIGXFSZ]);
    // A worker that crashes must die. Rust's handler for stack overflows swallows the first of these signals.
    reset([SIGSEGV, SIGBUS, SIGTERM]);
}

impl Process {
    /// Handles requests and reaps children until the program is gone.
    fn serve_program(&mut self) -> io::Result<Infallible> {
        let child_ended = Latch::opened_by(SIGCHLD as i32)?;
        loop {
            let patience = self.program.as_ref().and_then(ProcessGroup::patience_ms);
            let [request, ended] =
                wait_readable([self.socket.as_fd(), child_ended.as_fd()], patience);
            if ended {
                child_ended.close();
            }
            // Also without a notification, because one may have arrived between the two.
            self.reap()?;
            self.report_program_end()?;
            if request {
                let request = protocol::receive(&mut self.socket)?;
                self.perform(request)?;
            }
        }
    }

    fn perform(&mut self, request: ZygoteRequest) -> io::Result<()> {
        match request {
            ZygoteRequest::ForkWorkers { plan, port, limits } => {
                self.fork_workers(plan, port, limits)?
            }
            ZygoteRequest::Execute(program) => self.execute(&program)?,
            ZygoteRequest::Kill => self.kill(|child| child != Child::Server),
            ZygoteRequest::Serve(site) => {
                let port = self.fork_server(&site);
                self.report(News::Server(port.map_err(|error| error.to_string())))?;
            }
            ZygoteRequest::StopServer => self.stop_server(),
        }
        Ok(())
    }

    fn fork_workers(&mut self, plan: Plan, port: u16, limits: FetchLimits) -> io::Result<()> {
        let (workers, block) = (plan.workers, handover::block(&plan));
        self.has_commands = plan.command().is_some();
        let assignment = Assignment {
            arena: self.arena.clone(),
            plan: Arc::new(plan),
            port,
            limits,
            scratch: self.scratch.clone(),
            gil: None,
            block,
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
            let mut group = ProcessGroup::new(pid);
            group.takes_daemons = program.environment != Environment::Own;
            self.program = Some(group);
        }
        let group = started.map(Pid::as_raw);
        self.report(News::ProgramStarted(
            group.map_err(|error| text::plain(&error)),
        ))
    }

    /// Reports the end of the program as soon as its whole group is gone.
    fn report_program_end(&mut self) -> io::Result<()> {
        match self.program.as_mut().and_then(ProcessGroup::outcome) {
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
            // `serve` returns only on an error. The process then exits, and its exit is reported.
            let _ = loopback::serve(listener, site);
        })?;
        Ok(port)
    }

    /// Forks a child that runs `life` and exits.
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
                    // The socket must not stay open here: otherwise the zygote's socket would not reach its end of file
                    // when the program exits.
                    let _ = nix::unistd::close(self.socket.as_raw_fd());
                    life();
                }
                // SAFETY: exits at once, without running what the zygote would run at its own exit.
                unsafe { libc::_exit(0) }
            }
        }
    }

    /// Kills these children and the program.
    fn kill(&mut self, which: impl Fn(Child) -> bool) {
        for (pid, _) in self.children.iter().filter(|(_, child)| which(**child)) {
            // A process that is already gone is reaped all the same.
            let _ = kill(*pid, SIGKILL);
        }
        self.program.iter_mut().for_each(ProcessGroup::end);
    }

    /// Stops the server, also if it was suspended. A server that something else kills usually ends with SIGKILL, and
    /// its connections close before the kernel reports its end. So only the signal tells who stopped it.
    fn stop_server(&self) {
        let servers = self.children.iter();
        for (pid, _) in servers.filter(|(_, child)| **child == Child::Server) {
            let _ = (kill(*pid, SIGTERM), kill(*pid, SIGCONT));
        }
    }

    /// Reaps and reports the processes that have exited.
    fn reap(&mut self) -> io::Result<()> {
        for (pid, end) in ended_children() {
            match self.children.remove(&pid) {
                Some(Child::Worker(worker)) => {
                    let cause = end.to_string();
                    wait_until(STRAYS_MAX, || self.are_strays_gone());
                    self.report(News::WorkerEnded { worker, cause })?;
                }
                Some(Child::Server) => self.report(News::ServerEnded(end))?,
                // The program's first process, or one of its orphans.
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

    /// Kills what commands have left behind whose worker is gone. Returns whether nothing of it is left.
    fn are_strays_gone(&self) -> bool {
        let program = self.program.as_ref().map(|group| group.id);
        let is_stray = |pid: &Pid| !self.children.contains_key(pid) && Some(*pid) != program;
        let strays = self.has_commands.then(os::children).into_iter().flatten();
        let strays: Vec<Pid> = strays.filter(is_stray).collect();
        for stray in &strays {
            let _ = kill(*stray, SIGKILL);
            let _ = waitpid(*stray, Some(WaitPidFlag::WNOHANG));
        }
        strays.is_empty()
    }

    fn report(&mut self, news: News) -> io::Result<()> {
        protocol::send(&mut self.socket, &news)
    }

    /// Ends everything that the zygote started, because the program is gone.
    fn clean_up(&mut self) {
        self.kill(|_| true);
        wait_until(EXIT_MAX, || self.are_all_gone());
        self.scratch.remove();
    }

    /// Whether all processes that the zygote started are gone. An orphan that has left the program's group, as a daemon
    /// does, was meant to outlive it, so it is not waited for.
    fn are_all_gone(&mut self) -> bool {
        for (pid, _) in ended_children() {
            self.children.remove(&pid);
        }
        self.children.is_empty()
            && self.are_strays_gone()
            && self.program.as_mut().is_none_or(ProcessGroup::is_gone)
    }
}

/// Reaps the children that have exited.
fn ended_children() -> impl Iterator<Item = (Pid, ProcessEnd)> {
    std::iter::from_fn(|| match waitpid(None, Some(WaitPidFlag::WNOHANG)) {
        Ok(WaitStatus::Signaled(pid, signal, _)) => Some((pid, ProcessEnd::Killed(signal as i32))),
        Ok(WaitStatus::Exited(pid, status)) => Some((pid, ProcessEnd::Exited(status))),
        _ => None,
    })
}
