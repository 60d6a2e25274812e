//! What the shells need of the engine: one session, in which runs happen one at a time.

use std::{
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

pub use super::run::{Report, Run};
use super::{
    arena::Arena,
    calibrate, clock, machine, os,
    python::{find, probe::probe},
    run::RunContext,
    scratch::{self, Scratch},
    zygote::Zygote,
};
use crate::{
    domain::{
        machine::{Limits, Machine},
        python::{FoundPython, Pythons, UselessPython},
        speed::Speed,
    },
    engine::EngineError,
};

/// How often it is looked whether a run is over that keeps others waiting.
const BETWEEN_LOOKS: Duration = Duration::from_millis(50);

/// The engine, ready to run plans. Dropping it ends the zygote and removes all temporary files.
#[derive(Debug)]
pub struct Session {
    /// Unique; its text sorts by time (UUID version 7).
    pub id: String,
    /// What its runs need and share.
    pub context: Arc<RunContext>,
    /// The zygote, whose group all forked processes are in.
    zygote: Pid,
    /// The process group of the interpreter that is at work now; 0 if there is none.
    program: Arc<AtomicI32>,
    /// When the program was suspended; 0 while it is not.
    suspended_at: AtomicU64,
    /// What this machine is.
    pub machine: Machine,
    /// How many workers it allows.
    pub limits: Limits,
}

impl Session {
    /// Maps the arena and forks the zygote: call it while the program has one thread, and before signals are handled.
    ///
    /// # Errors
    /// One sentence, when the system refuses memory, descriptors or the fork.
    pub fn prepare() -> Result<Session, EngineError> {
        // Whoever started us may have blocked signals; the mask survives exec, and without SIGCHLD no worker ends.
        let _ = SigSet::empty().thread_set_mask();
        let open_files = os::raise_open_files();
        scratch::sweep(&scratch::temporary());
        let arena =
            Arena::map().map_err(EngineError::system("cannot map the memory for measuring"))?;
        let arena = Arc::new(arena);
        let scratch = Scratch::below(&scratch::temporary());
        let zygote = Zygote::fork(&arena, &scratch)
            .map_err(EngineError::system("cannot fork the zygote"))?;
        let (zygote_pid, program) = (zygote.pid, zygote.program.clone());
        let context = RunContext {
            arena,
            zygote: Mutex::new(zygote),
            scratch,
            limits: Mutex::default(),
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

    /// Asks what this file is, if it is an interpreter; a name without a slash is looked for on `PATH`. Takes some 50 ms.
    ///
    /// # Errors
    /// Why it is of no use, in one sentence.
    pub fn python(&self, written: &Path) -> Result<FoundPython, UselessPython> {
        let found = probe(&self.context, &find::meant(written), &|| false);
        found.expect("nobody gives up here")
    }

    /// The default interpreter: `python3` on `PATH`; where there is no such file, the first that is found and of use.
    ///
    /// # Errors
    /// Why there is none, in one sentence. A `python3` that is of no use is not replaced by another: nobody would know.
    pub fn default_python(&self) -> Result<FoundPython, EngineError> {
        let mut first_useless = None;
        for file in find::candidates() {
            match self.python(&file) {
                Ok(found) => return Ok(found),
                Err(useless) if file == find::meant(Path::new("python3")) => {
                    let what = useless.sentence + ": name another one with --python";
                    return Err(EngineError::new(what));
                }
                Err(useless) => first_useless = first_useless.or(Some(useless.sentence)),
            }
        }
        Err(EngineError::new(first_useless.unwrap_or_else(|| {
            "there is no Python 3.8 or newer, neither on PATH nor in pyenv: name one with --python".into()
        })))
    }

    /// All interpreters of this machine: those that were named first, then `PATH`'s and pyenv's. Each is asked, which takes
    /// some 50 ms; a run that starts meanwhile comes first.
    pub fn find_pythons(&self, named: &[PathBuf]) -> Pythons {
        let mut pythons = Pythons::default();
        let files = named
            .iter()
            .map(|written| find::meant(written))
            .chain(find::candidates());
        let is_busy = || self.context.run.load(Relaxed) != 0;
        for file in files {
            // As often as it takes to come to an end while no run goes on.
            let asked = loop {
                while is_busy() {
                    std::thread::sleep(BETWEEN_LOOKS);
                }
                if let Some(asked) = probe(&self.context, &file, &is_busy) {
                    break asked;
                }
            };
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

    /// Stops the workers that are processes, and the server: those that are threads stop with the program. A run that
    /// goes on stands still, and its record says so.
    pub fn suspend(&self) {
        self.suspended_at.store(clock::now(), Relaxed);
        self.signal(Signal::SIGSTOP);
        // It has to go on: it sees to the end of the others.
        let _ = kill(self.zygote, Signal::SIGCONT);
    }

    /// Lets them go on.
    pub fn wake(&self) {
        let since = self.suspended_at.swap(0, Relaxed);
        if since > 0 {
            let suspended = &self.context.suspended;
            suspended.fetch_add(clock::now() - since, Relaxed);
        }
        self.signal(Signal::SIGCONT);
    }

    /// Signals all processes but the program, those of an interpreter that executes a run now included.
    fn signal(&self, signal: Signal) {
        let _ = killpg(self.zygote, signal);
        let interpreter = self.program.load(Relaxed);
        if interpreter > 0 {
            let _ = killpg(Pid::from_raw(interpreter), signal);
        }
    }
}
