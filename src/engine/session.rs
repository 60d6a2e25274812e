//! The engine as the shells use it: one session, in which runs happen one at a time.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicI32, AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use nix::{
    sys::signal::{SigSet, Signal, kill, killpg},
    unistd::Pid,
};

use super::{
    arena::Arena,
    borrowed_terminal::BorrowedTerminal,
    calibrate, clock,
    command::{self, PrintedTally},
    machine, os,
    python::{find, inspect, probe::probe, tryout},
    run::RunContext,
    scratch::{self, Scratch},
    zygote::{Environment, Zygote},
};
pub use super::{
    python::{inspect::FunctionRefusal, tryout::ProgramRun},
    run::{Report, Run},
};
use crate::{
    domain::{
        command::{SeenCommand, UserCommand},
        function::{Function, SeenFunction},
        machine::{Machine, WorkerLimits},
        python::{FoundPython, Interpreter, Pythons, UselessPython},
        speed::Speed,
    },
    engine::EngineError,
};

/// The interval at which a waiting thread checks whether a run has ended.
const BETWEEN_LOOKS: Duration = Duration::from_millis(50);

/// The engine, ready to execute plans. Dropping it stops the zygote and removes all temporary files.
#[derive(Debug)]
pub struct Session {
    /// A unique id whose text sorts by time (UUID version 7).
    pub id: String,
    /// The resources of the runs.
    pub context: Arc<RunContext>,
    /// The process id of the zygote. All forked processes are in its group.
    zygote: Pid,
    /// The process group of the interpreter that is running; 0 if there is none.
    program: Arc<AtomicI32>,
    /// When the program was suspended; 0 if it is not suspended.
    suspended_at: AtomicU64,
    /// The description of this machine.
    pub machine: Machine,
    /// The maximum number of workers on this machine.
    pub limits: WorkerLimits,
}

impl Session {
    /// Maps the arena and forks the zygote. Call it while the program has one thread, and before signals are handled.
    ///
    /// # Errors
    /// If the system refuses memory, descriptors or the fork; the message is one sentence.
    pub fn prepare() -> Result<Session, EngineError> {
        Session::prepare_in(None)
    }

    /// The same for a program that changes this terminal, which is given back even if the program is killed.
    ///
    /// # Errors
    /// See [`Session::prepare`].
    pub fn prepare_in(terminal: Option<&BorrowedTerminal>) -> Result<Session, EngineError> {
        // The parent may have blocked signals, and the mask survives exec. Without SIGCHLD the end of a worker would go
        // unnoticed.
        let _ = SigSet::empty().thread_set_mask();
        let open_files = os::raise_open_files();
        scratch::sweep(&scratch::temporary());
        let arena =
            Arena::map().map_err(EngineError::system("cannot map the memory for measuring"))?;
        let arena = Arc::new(arena);
        let scratch = Scratch::below(&scratch::temporary());
        let zygote = Zygote::fork(&arena, &scratch, terminal)
            .map_err(EngineError::system("cannot fork the zygote"))?;
        let (zygote_pid, program) = (zygote.pid, zygote.program.clone());
        let context = RunContext {
            arena,
            zygote: Mutex::new(zygote),
            scratch,
            limits: Mutex::default(),
            may_record: AtomicBool::new(true),
            run: AtomicU64::new(0),
            all_tasks: AtomicBool::new(false),
            suspended: AtomicU64::new(0),
        };
        Ok(Session {
            id: uuid::Uuid::now_v7().to_string(),
            context: Arc::new(context),
            zygote: zygote_pid,
            program,
            suspended_at: AtomicU64::new(0),
            machine: machine::examine(),
            limits: machine::limits(open_files),
        })
    }

    /// Probes this file for an interpreter. A name without a slash is looked up on `PATH`. Takes about 50 ms.
    ///
    /// # Errors
    /// If it is not a usable interpreter; the message is one sentence.
    pub fn python(&self, written: &Path) -> Result<FoundPython, UselessPython> {
        let file = find::resolved(written);
        let found = probe(&self.context, &file, &Environment::Own, &|| false);
        found.expect("nobody gives up here")
    }

    /// The interpreter that executes the user's function, in the user's environment: the named file, or else that of the
    /// environment. It is started by this name, because a wrapper may prepare what it needs. Only for a shim, which chooses
    /// among interpreters and prepares nothing, it is what the shim chose.
    ///
    /// # Errors
    /// If it is not a usable interpreter; the message is one sentence.
    pub fn users_python(&self, written: Option<&Path>) -> Result<FoundPython, UselessPython> {
        let file = match written {
            Some(written) => find::resolved(written),
            None => find::of_environment(|name| std::env::var_os(name)),
        };
        let users = Environment::Users(BTreeMap::new());
        let found = probe(&self.context, &file, &users, &|| false);
        let mut found = found.expect("nobody gives up here")?;
        if !find::is_shim(&file) {
            found.interpreter.path = file.to_string_lossy().into_owned();
        }
        Ok(found)
    }

    /// Looks at the user's function, in the user's environment, without calling it. `calls` is the number of calls if it
    /// has no inputs. A run that starts meanwhile has priority.
    ///
    /// # Errors
    /// If it cannot be called; the message is one sentence, and Python's traceback.
    pub fn look_at(
        &self,
        interpreter: &Interpreter,
        function: Function,
        calls: u64,
    ) -> Result<SeenFunction, FunctionRefusal> {
        self.between_runs(|is_busy| {
            inspect::look_at(&self.context, interpreter, function.clone(), calls, is_busy)
        })
    }

    /// Looks at the user's command, without executing it. `times` is how often it is executed if it has no inputs.
    ///
    /// # Errors
    /// If it cannot be executed; the message is one sentence.
    pub fn look_at_command(
        &self,
        command: &UserCommand,
        times: u64,
    ) -> Result<SeenCommand, String> {
        command::look_at(command, times)
    }

    /// Asks until no run started meanwhile, because a run has priority.
    fn between_runs<T>(&self, ask: impl Fn(&dyn Fn() -> bool) -> Option<T>) -> T {
        let is_busy = || self.context.run.load(Relaxed) != 0;
        loop {
            while is_busy() {
                std::thread::sleep(BETWEEN_LOOKS);
            }
            if let Some(answer) = ask(&is_busy) {
                return answer;
            }
        }
    }

    /// The default interpreter: `python3` on `PATH`. If there is no such file, it is the first usable interpreter.
    ///
    /// # Errors
    /// If there is none; the message is one sentence. An unusable `python3` is an error, too: the user would not notice
    /// that a different interpreter was used.
    pub fn default_python(&self) -> Result<FoundPython, EngineError> {
        // Without temporary files no interpreter can be asked, so none of them is to blame.
        self.context.scratch.make()?;
        let mut first_useless = None;
        for file in find::candidates() {
            match self.python(&file) {
                Ok(found) => return Ok(found),
                Err(useless) if file == find::resolved(Path::new("python3")) => {
                    let what = useless.sentence + ": name another one with --python";
                    return Err(EngineError::new(what));
                }
                Err(useless) => first_useless = first_useless.or(Some(useless.sentence)),
            }
        }
        Err(EngineError::new(first_useless.unwrap_or_else(|| {
            "there is no Python 3.8 or newer on PATH or in pyenv; name one with --python".into()
        })))
    }

    /// Runs a program in the user's environment as if its file were in the working directory, until it has ended, `limit` is
    /// over, or `cancelled` returns true.
    pub fn try_program(
        &self,
        interpreter: &Interpreter,
        code: &str,
        limit: Duration,
        cancelled: &dyn Fn() -> bool,
    ) -> ProgramRun {
        tryout::try_program(&self.context, interpreter, code, limit, cancelled)
    }

    /// Runs a line for the shell in the user's environment until it has ended, `limit` is over, or `cancelled` returns true.
    /// Also returns what it printed, in numbers.
    pub fn try_line(
        &self,
        line: &str,
        limit: Duration,
        cancelled: &dyn Fn() -> bool,
    ) -> (ProgramRun, PrintedTally) {
        tryout::try_line(&self.context, line, limit, cancelled)
    }

    /// All interpreters of this machine: first the named ones, then those on `PATH` and of pyenv. Probing each takes
    /// about 50 ms; a run that starts meanwhile has priority.
    pub fn find_pythons(&self, named: &[PathBuf]) -> Pythons {
        let mut pythons = Pythons::default();
        let files = named
            .iter()
            .map(|written| find::resolved(written))
            .chain(find::candidates());
        for file in files {
            let asked = self
                .between_runs(|is_busy| probe(&self.context, &file, &Environment::Own, is_busy));
            match asked {
                Ok(found) => pythons.add(found),
                Err(useless) => pythons.useless.push(useless),
            }
        }
        pythons
    }

    /// How fast an idle core computes. Takes about 0.25 s of computing.
    pub fn calibrate(&self) -> Speed {
        calibrate::speed()
    }

    /// Stops the worker processes and the server. Workers that are threads stop with the program. A run in progress
    /// pauses, and its record says so.
    pub fn suspend(&self) {
        self.suspended_at.store(clock::now(), Relaxed);
        self.signal(Signal::SIGSTOP);
        // The zygote must continue, because it handles the exits of the others.
        let _ = kill(self.zygote, Signal::SIGCONT);
    }

    /// Continues what [`suspend`](Session::suspend) stopped.
    pub fn wake(&self) {
        let since = self.suspended_at.swap(0, Relaxed);
        if since > 0 {
            let suspended = &self.context.suspended;
            suspended.fetch_add(clock::now() - since, Relaxed);
        }
        self.signal(Signal::SIGCONT);
    }

    /// Signals all processes except the program itself, including those of an interpreter that executes a run.
    fn signal(&self, signal: Signal) {
        let _ = killpg(self.zygote, signal);
        let interpreter = self.program.load(Relaxed);
        let commands = self
            .context
            .arena
            .lanes()
            .map(|lane| lane.group.load(Relaxed).cast_signed());
        for group in commands.chain([interpreter]).filter(|group| *group > 0) {
            let _ = killpg(Pid::from_raw(group), signal);
        }
    }
}
