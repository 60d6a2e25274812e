//! Runs the user's commands, one for each task. Each is in a process group of its own, and nothing that it started
//! outlives the worker.

use std::{
    ffi::OsString,
    io::{self, PipeReader, PipeWriter, Read},
    os::{
        fd::{AsFd, BorrowedFd, OwnedFd},
        unix::{
            ffi::OsStringExt,
            process::{CommandExt, ExitStatusExt},
        },
    },
    process::{Command, ExitStatus, Stdio},
    sync::atomic::{AtomicU8, Ordering::Relaxed},
    time::Duration,
};

use nix::{
    fcntl::{FcntlArg, OFlag, fcntl},
    sys::{
        signal::{
            Signal::{self, SIGCHLD, SIGCONT, SIGHUP, SIGINT, SIGKILL, SIGTERM, SIGXFSZ},
            kill, killpg,
        },
        wait::{WaitPidFlag, WaitStatus, waitpid},
    },
    unistd::{Pid, getpid},
};

use crate::{
    catalog::workload::CALL_TIMEOUT,
    domain::{
        command::Template,
        phase::Phase,
        text::{clean, counted, grouped, plain},
        time::Nanos,
    },
    engine::{
        clock::{self, wait_until},
        command::{Lines, PrintedDigest, told},
        error::Unfinished,
        latch::wait_readable,
        os::{self, CommandFiles, CommandUsage},
        signals::reset,
        worker::{Assignment, Worker},
    },
};

/// How often a running command is looked at, in milliseconds, at the least.
const LOOK_MS: u16 = 4;
/// The more workers there are, the less often each looks at its command, so that watching takes less than a hundredth of
/// a core.
const LOOK_MS_PER_WORKER: u32 = 2;
/// The time between the request to exit and the kill of a command. It is shorter than the time after which a worker that
/// was told to stop is killed.
const GRACE: Duration = Duration::from_millis(100);
/// The time limit for killed processes to disappear.
const GONE_MAX: Duration = Duration::from_secs(1);

/// The commands of one worker.
#[derive(Debug)]
pub struct Commands {
    assignment: Assignment,
    template: Result<Template, String>,
    inputs: Result<Option<Lines>, String>,
    limit_ms: u64,
    look_ms: u16,
    pipe: Option<(PipeReader, PipeWriter)>,
    /// What the last command waited for when that was last known.
    wait: AtomicU8,
}

/// A command that runs.
struct RunningCommand {
    pid: Pid,
    /// Becomes readable when it has exited.
    exit: Option<OwnedFd>,
    files: CommandFiles,
    printed: PrintedDigest,
    deadline: Nanos,
    looked: Nanos,
}

/// How a command ended.
enum CommandEnd {
    ByItself,
    TooLong,
    Stopped,
}

impl Commands {
    /// Prepares the commands of a worker, which becomes the parent of all that they leave behind.
    pub fn prepare(assignment: &Assignment) -> Option<Commands> {
        let command = assignment.plan.command()?;
        os::adopt_orphans();
        let workers = assignment.plan.workers;
        let look_ms = u16::try_from(LOOK_MS_PER_WORKER * workers).unwrap_or(u16::MAX);
        Some(Commands {
            template: command.template(),
            inputs: Lines::of(&command.inputs),
            limit_ms: assignment
                .plan
                .given(&CALL_TIMEOUT)
                .unwrap_or(CALL_TIMEOUT.default),
            look_ms: look_ms.max(LOOK_MS),
            pipe: pipe().ok(),
            wait: AtomicU8::new(Phase::Subprocess as u8),
            assignment: assignment.clone(),
        })
    }

    /// Executes the command of a task and waits for it.
    ///
    /// # Errors
    /// If it did not exit with status 0, with what it printed last; or if the run was cancelled.
    pub fn execute(&self, worker: &mut Worker, task: u32) -> Result<(), Unfinished> {
        let name = self
            .assignment
            .plan
            .command()
            .map_or("", |command| command.name());
        let input = self.input(task).map_err(Unfinished::Failed)?;
        let failed = |cause: &str, printed: &str| {
            Unfinished::Failed(told(&clean(name, 80), cause, input, printed))
        };
        let started = self.start(input);
        let mut running = started
            .map_err(|error| failed(&format!("could not be started ({})", plain(&error)), ""))?;
        let group = &self.assignment.arena.lane(worker.writer.worker).group;
        group.store(running.pid.as_raw().unsigned_abs(), Relaxed);
        let end = self.watch(worker, &mut running);
        let usage = self.end(worker, &mut running, &end);
        // What it left behind may still be in its group.
        if killpg(running.pid, None).is_err() {
            group.store(0, Relaxed);
        }
        let printed = running.printed;
        let cause = match usage.map(|status| (end, status)) {
            Err(error) => plain(&error),
            Ok((CommandEnd::Stopped, _)) => return Err(Unfinished::Cancelled),
            Ok((CommandEnd::TooLong, _)) => {
                format!(
                    "took longer than {}, which --timeout does not allow",
                    self.limit()
                )
            }
            Ok((CommandEnd::ByItself, status)) if status.success() => {
                worker.note(task, &printed.text());
                return Ok(());
            }
            Ok((CommandEnd::ByItself, status)) => cause(status),
        };
        Err(failed(&cause, &printed.tail()))
    }

    /// The input of a task; `None` if there are no inputs.
    fn input(&self, task: u32) -> Result<Option<&[u8]>, String> {
        match &self.inputs {
            Err(sentence) => Err(sentence.clone()),
            Ok(None) => Ok(None),
            Ok(Some(lines)) => match lines.get(task as usize) {
                Some(line) => Ok(Some(line)),
                None => Err(format!(
                    "there is no input {}",
                    grouped(u64::from(task) + 1)
                )),
            },
        }
    }

    fn start(&self, input: Option<&[u8]>) -> io::Result<RunningCommand> {
        let template = self
            .template
            .as_ref()
            .map_err(|why| io::Error::other(why.clone()))?;
        let (_, output) = self
            .pipe
            .as_ref()
            .ok_or_else(|| io::Error::other("no pipe is left"))?;
        let words = template
            .arguments(input)
            .into_iter()
            .map(OsString::from_vec);
        let words: Vec<OsString> = words.collect();
        let mut command = Command::new(&words[0]);
        command
            .args(&words[1..])
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output.try_clone()?);
        let worker = getpid();
        let prepare = move || {
            if !os::die_with_parent(worker) {
                return Err(io::Error::other("the worker is gone"));
            }
            reset([SIGINT, SIGHUP, SIGTERM, SIGXFSZ, SIGCHLD]);
            Ok(())
        };
        // SAFETY: the worker has one thread, so its child may do anything before it becomes the command.
        unsafe { command.pre_exec(prepare) };
        let child = command.spawn()?;
        let pid = Pid::from_raw(child.id().cast_signed());
        let now = clock::now();
        let wait = Phase::from_number(self.wait.load(Relaxed));
        Ok(RunningCommand {
            pid,
            exit: os::exit_of(pid),
            files: CommandFiles::open(pid, wait.unwrap_or(Phase::Subprocess)),
            printed: PrintedDigest::default(),
            deadline: now + self.limit_ms * 1_000_000,
            looked: now,
        })
    }

    /// Follows a command until it ends, takes too long, or the run is cancelled.
    fn watch(&self, worker: &mut Worker, running: &mut RunningCommand) -> CommandEnd {
        let stop = self.assignment.arena.stop.as_fd();
        loop {
            let [_, printed, stopped] = self.wait(running, stop);
            if printed {
                self.drain(running);
            }
            // The first look at a command that has ended shows its whole life.
            let is_over = os::has_exited(running.pid);
            let now = clock::now();
            if is_over || now - running.looked >= u64::from(self.look_ms) * 900_000 {
                worker.writer.follow(&running.files.look(is_over));
                running.looked = now;
            }
            if is_over {
                return CommandEnd::ByItself;
            }
            if stopped || now >= running.deadline {
                self.finish(running);
                worker.writer.follow(&running.files.look(true));
                return if stopped {
                    CommandEnd::Stopped
                } else {
                    CommandEnd::TooLong
                };
            }
        }
    }

    fn wait(&self, running: &RunningCommand, stop: BorrowedFd<'_>) -> [bool; 3] {
        let Some((output, _)) = &self.pipe else {
            return [false; 3];
        };
        let left = running
            .deadline
            .saturating_sub(clock::now())
            .div_ceil(1_000_000);
        let most = u16::try_from(left).unwrap_or(u16::MAX);
        match &running.exit {
            Some(exit) => {
                let patience = self.look_ms.min(most);
                wait_readable([exit.as_fd(), output.as_fd(), stop], Some(patience))
            }
            // Without news of its end, it is looked at more often.
            None => {
                let [printed, stopped] = wait_readable([output.as_fd(), stop], Some(1));
                [false, printed, stopped]
            }
        }
    }

    /// Asks a command to exit with its group, and kills what does not.
    fn finish(&self, running: &RunningCommand) {
        let _ = killpg(running.pid, SIGTERM);
        let _ = killpg(running.pid, SIGCONT);
        wait_until(GRACE, || os::has_exited(running.pid));
        let _ = killpg(running.pid, SIGKILL);
        wait_until(GONE_MAX, || os::has_exited(running.pid));
    }

    /// Reaps a command, and adds up what it used.
    fn end(
        &self,
        worker: &mut Worker,
        running: &mut RunningCommand,
        end: &CommandEnd,
    ) -> io::Result<ExitStatus> {
        let (status, usage) = os::reap(running.pid)?;
        if !matches!(end, CommandEnd::Stopped) {
            self.drain(running);
        }
        self.wait.store(running.files.wait() as u8, Relaxed);
        worker
            .writer
            .add_cpu(usage.cpu.saturating_sub(running.files.cpu()));
        worker.add_usage(&CommandUsage {
            waited: running.files.waited(),
            ..usage
        });
        reap_orphans();
        Ok(status)
    }

    /// Reads what was printed since the last time.
    fn drain(&self, running: &mut RunningCommand) {
        let mut buffer = [0; 16 << 10];
        let output = self.pipe.as_ref().map(|(reader, _)| reader);
        // A command that prints without end must not keep the worker from looking at the time.
        for _ in 0..16 {
            let Some(Ok(read @ 1..)) = output.map(|mut output| output.read(&mut buffer)) else {
                return;
            };
            running.printed.add(&buffer[..read]);
        }
    }

    fn limit(&self) -> String {
        match self.limit_ms.is_multiple_of(1_000) {
            true => counted(self.limit_ms / 1_000, "second"),
            false => format!("{} ms", grouped(self.limit_ms)),
        }
    }
}

impl Drop for Commands {
    /// Ends everything that the commands left behind.
    fn drop(&mut self) {
        let ask = |signal: Signal| {
            for child in os::children() {
                let _ = kill(child, signal);
            }
        };
        let are_gone = || {
            reap_orphans();
            os::children().is_empty()
        };
        if are_gone() {
            return;
        }
        ask(SIGTERM);
        ask(SIGCONT);
        // Whoever dies leaves its own children to this process.
        if !wait_until(GRACE, are_gone) {
            wait_until(GONE_MAX, || {
                ask(SIGKILL);
                are_gone()
            });
        }
    }
}

/// Reaps what the commands left behind and has exited.
fn reap_orphans() {
    while let Ok(WaitStatus::Exited(..) | WaitStatus::Signaled(..)) =
        waitpid(None, Some(WaitPidFlag::WNOHANG))
    {}
}

/// The pipe that receives what all commands of a worker print. Neither end waits for the other in this process.
fn pipe() -> io::Result<(PipeReader, PipeWriter)> {
    let (reader, writer) = io::pipe()?;
    fcntl(&reader, FcntlArg::F_SETFL(OFlag::O_NONBLOCK))?;
    Ok((reader, writer))
}

/// How a command ended, as the rest of a sentence.
fn cause(status: ExitStatus) -> String {
    let signal = status
        .signal()
        .map(|number| match Signal::try_from(number) {
            Ok(signal) => format!("was killed by {signal}"),
            Err(_) => format!("was killed by signal {number}"),
        });
    signal.unwrap_or_else(|| format!("ended with status {}", status.code().unwrap_or(-1)))
}
