//! A run in progress: the supervisor creates the workers, opens the gate, watches, and concludes.

use std::{
    env,
    os::fd::AsFd,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex,
        atomic::{
            AtomicBool, AtomicU64,
            Ordering::{Acquire, Relaxed, Release},
        },
    },
    thread::{Builder, JoinHandle},
    time::Duration,
};

use super::{
    arena::{self, Arena, load_known},
    clock::{self, CpuWatch},
    command,
    conclude::{self, Facts, Watched},
    executor::{
        AWAY_MAX, Ending, Executor, arrived, note_panics, processes::ForkExecutor,
        python::PythonExecutor, threads::ThreadExecutor,
    },
    fetch::FetchLimits,
    gil::Gil,
    handover::{self, Post},
    latch::wait_readable,
    loopback::Site,
    os,
    outside::Outside,
    python::{function, order},
    sampler::Sampler,
    scratch::Scratch,
    shared_file,
    sync::lock,
    worker::Assignment,
    zygote::Zygote,
};
use crate::{
    catalog::{model, workload::PAGE_BYTES},
    domain::{
        addresses::Addresses,
        login::Secrets,
        record::{CampaignPart, Record, RunOrder},
        time::Nanos,
        trace::Batch,
    },
    engine::EngineError,
};

/// The interval at which the supervisor reads the lanes, in milliseconds: twice per frame of the explorer.
const SAMPLE_MS: u16 = 33;
/// The time limit for a worker to notice the cancellation. After that it is killed, if it can be.
const GRACE: Nanos = 250_000_000;
/// The time limit for the zygote to report the end of killed workers. Thousands of them need a second or two.
const REPORT_MAX: Nanos = 5_000_000_000;

/// The result of a run whose supervisor panicked.
const DEFECT: &str =
    "the run failed: its supervisor ended without a result, which is a defect of this program";

/// A report from a run in progress.
#[derive(Debug)]
pub enum Report {
    /// What happened since the previous report.
    Batch(Batch),
    /// The run is over. No report follows.
    Concluded(Box<Record>),
    /// The run is over without a record; the sentence gives the reason. No report follows.
    Broken(String),
}

/// The resources that runs share, one run at a time.
#[derive(Debug)]
pub struct RunContext {
    /// The shared memory in which runs happen.
    pub arena: Arc<Arena>,
    /// The process that forks workers.
    pub zygote: Mutex<Zygote>,
    /// The directory for the files of runs.
    pub scratch: Scratch,
    /// The limits of fetches. Tests set shorter ones than usual, because they cannot wait so long.
    pub limits: Mutex<FetchLimits>,
    /// Whether the kernel is asked to record the switches of Python's threads. Tests do without, as in a container.
    pub may_record: AtomicBool,
    /// When the current run was started; 0 if there is none.
    pub run: AtomicU64,
    /// Whether records list all tasks, however many there are.
    pub all_tasks: AtomicBool,
    /// How long the user has suspended the program since the last run read this, in nanoseconds.
    pub suspended: AtomicU64,
}

/// The handle of a run that has been started.
#[derive(Debug)]
pub struct Run {
    context: Arc<RunContext>,
    /// Identifies the run, because a handle stops only its own.
    started: Nanos,
    supervisor: Option<JoinHandle<()>>,
}

impl RunContext {
    /// Starts a run. Only one run may happen at a time. `report` is called on the supervisor's thread. The CPU time of
    /// the calling thread during the run counts as watching.
    ///
    /// # Errors
    /// If another run is in progress, or if the system refuses a thread for the supervisor. Later errors are in the
    /// record.
    pub fn start(
        self: &Arc<RunContext>,
        order: impl Into<RunOrder>,
        mut report: impl FnMut(Report) + Send + 'static,
    ) -> Result<Run, EngineError> {
        let RunOrder { plan, part } = order.into();
        let started = clock::now();
        let run = &self.run;
        if run.compare_exchange(0, started, Acquire, Relaxed).is_err() {
            return Err(EngineError::new(
                "another run is in progress; stop it first",
            ));
        }
        self.arena.reset(plan.workers, plan.tasks);
        let home = env::home_dir().unwrap_or_default();
        let secrets = Secrets::of(plan.urls(), home.to_string_lossy().into_owned());
        self.arena.conceal(secrets);
        let interval = plan.given(&model::SWITCH_INTERVAL);
        let assignment = Assignment {
            arena: self.arena.clone(),
            block: handover::block(&plan),
            plan: Arc::new(plan),
            port: 0,
            limits: *lock(&self.limits),
            scratch: self.scratch.clone(),
            gil: interval.map(|us| Arc::new(Gil::new(Duration::from_micros(us)))),
        };
        let (watcher, context) = (CpuWatch::start(), self.clone());
        let supervise = move || {
            os::request_short_time_slices();
            let supervisor = Supervisor {
                context: &context,
                assignment,
                part,
                watcher,
                report: &mut report,
                ending: Ending::default(),
                gate_opened: false,
                cancelled_at: None,
                killed: false,
                sampling: 0,
                post: None,
            };
            let ended = catch_unwind(AssertUnwindSafe(|| supervisor.supervise()));
            context.free();
            // Without this report the receiver would wait for ever.
            if ended.is_err() {
                report(Report::Broken(DEFECT.into()));
            }
        };
        let supervisor = Builder::new().name("supervisor".into()).spawn(supervise);
        let refused = "the system refused a thread for the supervisor";
        let supervisor = supervisor.inspect_err(|_| self.free());
        Ok(Run {
            context: self.clone(),
            started,
            supervisor: Some(supervisor.map_err(EngineError::system(refused))?),
        })
    }

    /// Allows the next run.
    fn free(&self) {
        // Release: pairs with the Acquire of the next start, which resets the arena.
        self.run.store(0, Release);
    }
}

impl Run {
    /// Cancels the run, which then concludes as cancelled within half a second.
    pub fn stop(&self) {
        if self.context.run.load(Relaxed) == self.started {
            self.context.arena.cancel();
        }
    }
}

impl Drop for Run {
    /// A run does not outlive its handle: this waits until the run has concluded and nothing of it is left.
    fn drop(&mut self) {
        self.stop();
        if let Some(supervisor) = self.supervisor.take() {
            let _ = supervisor.join();
        }
    }
}

/// One run as the supervising thread sees it.
struct Supervisor<'c, R> {
    context: &'c RunContext,
    assignment: Assignment,
    part: Option<CampaignPart>,
    /// Watches the CPU time of the thread that started the run and displays it.
    watcher: CpuWatch,
    report: R,
    ending: Ending,
    gate_opened: bool,
    cancelled_at: Option<Nanos>,
    killed: bool,
    /// CPU time of sampling during the run.
    sampling: Nanos,
    /// Sends a block to workers that are processes.
    post: Option<Post>,
}

impl<R: FnMut(Report)> Supervisor<'_, R> {
    fn supervise(mut self) {
        let mut zygote = lock(&self.context.zygote);
        let record = self.measure(&mut zygote);
        drop(zygote);
        self.context.arena.reset(0, 0);
        (self.report)(Report::Concluded(Box::new(record)));
    }

    /// Prepares everything that has to exist before the clock starts.
    fn prepare(&mut self, zygote: &mut Zygote) -> Result<(), EngineError> {
        let (plan, scratch) = (&self.assignment.plan, &self.assignment.scratch);
        let cannot = |what: &str| {
            let directory = scratch.directory.display();
            EngineError::system(format!("cannot {what} the directory {directory}"))
        };
        if plan.writes_files() || plan.model().is_python() || Post::is_needed(plan) {
            scratch.make()?;
        }
        if let Some(Addresses::Loopback(latencies_ms)) = plan.addresses() {
            self.assignment.port = zygote.start_server(Site {
                latencies_ms: latencies_ms.clone(),
                page_bytes: plan.size.get(&PAGE_BYTES) as u32,
            })?;
        }
        if Post::is_needed(plan) {
            let post = Post::open(scratch, self.assignment.block.clone());
            self.post = Some(post.map_err(cannot("make a socket in"))?);
        }
        self.assignment.arena.share_block(&self.assignment.block);
        if plan.model().is_python() {
            order::write(&self.assignment).map_err(cannot("write to"))?;
        }
        Ok(())
    }

    /// Measures from `t0` until all workers are gone.
    fn measure(&mut self, zygote: &mut Zygote) -> Record {
        let context = self.context;
        let arena = &*context.arena;
        let prepared = self.prepare(zygote);
        let started_at = jiff::Timestamp::now().to_string();
        let (suspended, throttled) = (clock::suspended(), os::throttled());
        let mut sampler = Sampler::start(arena.workers());
        let may_record = context.may_record.load(Relaxed);
        sampler.outside = Outside::start(context.arena.clone(), &self.assignment.plan, may_record);
        let t0 = clock::now();
        arena.header().t0.store(t0, Relaxed);
        context.suspended.store(0, Relaxed);
        match prepared {
            Err(error) => self.break_off(error),
            Ok(()) => self.execute(zygote, &mut sampler),
        }
        let joined = clock::now() - t0;
        let wall = conclude::wall(arena, &self.ending.deaths, joined);
        (self.report)(Report::Batch(sampler.conclude(
            arena,
            &self.ending.deaths,
            wall,
        )));
        let managed = load_known(&arena.header().python.manager_cpu).unwrap_or(0);
        let unbooked = unbooked(arena);
        let outside = sampler.outside.take();
        let watched = Watched {
            recorded: sampler.recorded,
            overlap: sampler.overlap.conclude(wall),
            cores: sampler.cores(arena, wall, managed + unbooked),
            cpu: self.sampling + self.watcher.taken() + outside.as_ref().map_or(0, Outside::cpu),
            outside,
        };
        let ending = self.ended(zygote, suspended, &throttled);
        let gil = self.assignment.gil.as_ref();
        let facts = Facts {
            arena,
            plan: &self.assignment.plan,
            started_at,
            wall,
            joined,
            gil_switches: gil.map(|gil| gil.switches()),
            watched,
            shared_file: shared_file::examine(&self.assignment),
            function: function::facts(&self.assignment)
                .or_else(|| command::facts(&self.assignment)),
            ending,
            all_tasks: context.all_tasks.load(Relaxed),
        };
        context.scratch.remove();
        Record {
            campaign: self.part.take(),
            ..facts.record()
        }
    }

    /// How the run ended, with what happened since the machine had been suspended, and the program throttled, for so long.
    fn ended(&mut self, zygote: &mut Zygote, suspended: Nanos, throttled: &[Nanos]) -> Ending {
        let RunContext {
            arena,
            suspended: by_user,
            ..
        } = self.context;
        Ending {
            cancelled: self.ending.error.is_none() && arena.is_stopping(),
            suspended: clock::suspended().saturating_sub(suspended),
            // The time for which the user suspended the program is known exactly. Any other stop shows only if it was
            // long.
            stopped: self.ending.stopped.max(by_user.swap(0, Relaxed)),
            throttled: os::throttled_since(throttled),
            quota: os::cpu_quota(),
            server_died: self.assignment.port > 0 && !zygote.stop_server(),
            ..std::mem::take(&mut self.ending)
        }
    }

    fn break_off(&mut self, why: impl Into<String>) {
        self.ending.error = Some(why.into());
        self.context.arena.cancel();
    }

    /// Creates the workers, and watches until they are all gone.
    fn execute(&mut self, zygote: &mut Zygote, sampler: &mut Sampler) {
        let mut executor = executor(self.assignment.clone(), zygote);
        if let Err(error) = executor.create() {
            self.break_off(error);
        }
        self.watch(executor.as_mut(), sampler);
        executor.join(&mut self.ending);
    }

    /// Opens the gate when all workers have arrived, and reports what happens until the run is over.
    fn watch(&mut self, executor: &mut dyn Executor, sampler: &mut Sampler) {
        let arena = &*self.context.arena;
        let mut sampled = clock::now();
        loop {
            // Checked before the news is taken, so that the news about the last worker is not missed.
            let over = executor.is_over();
            let looked = clock::now();
            if !over {
                wait_for_news(arena, executor);
            }
            let away = clock::now() - looked;
            if away > AWAY_MAX {
                self.ending.stopped += away;
                // The workers were stopped, too, so their time to exit starts again.
                self.cancelled_at = self.cancelled_at.map(|_| clock::now());
            }
            if let Err(error) = executor.news(&mut self.ending) {
                self.break_off(error);
            }
            note_panics(arena, &mut self.ending.deaths);
            if over {
                return;
            }
            self.open_gate_when_ready(sampler);
            self.enforce_stop(executor);
            if clock::now() - sampled >= u64::from(SAMPLE_MS) * 1_000_000 {
                sampled = clock::now();
                let cpu = clock::thread_cpu();
                let batch = sampler.sample(arena, &self.ending.deaths);
                (self.report)(Report::Batch(batch));
                self.sampling += clock::thread_cpu() - cpu;
            }
        }
    }

    fn open_gate_when_ready(&mut self, sampler: &mut Sampler) {
        if self.gate_opened {
            return;
        }
        let arena = &*self.context.arena;
        // If one worker cannot be watched at all, nobody tells what the others wait for either.
        sampler.outside.take_if(|outside| outside.attach().is_err());
        if let Some(death) = self.ending.deaths.first()
            && self.ending.error.is_none()
            && !arena.is_stopping()
        {
            // The gate would wait for this worker for ever. If its interpreter said why, that counts.
            let failure = self.ending.failure.take();
            let why = failure.unwrap_or_else(|| format!("{death} before the run started"));
            self.break_off(why);
        }
        if arena.is_stopping() || arrived(arena) == arena.workers() {
            arena.gate.open();
            self.gate_opened = true;
        }
    }

    fn enforce_stop(&mut self, executor: &mut dyn Executor) {
        if !self.context.arena.is_stopping() {
            return;
        }
        let now = clock::now();
        let since = now - *self.cancelled_at.get_or_insert(now);
        if since > GRACE && !self.killed {
            executor.kill();
            self.killed = true;
        }
        if since > GRACE + REPORT_MAX
            && let Some(zygote) = executor.zygote()
        {
            // The zygote should have reported the end of killed workers by now.
            zygote.abandon();
        }
    }
}

/// CPU time of the workers that was on cores which nobody knows: of processes that the user's commands started.
fn unbooked(arena: &Arena) -> Nanos {
    let used: Nanos = arena.lanes().map(|lane| lane.cpu.load(Relaxed)).sum();
    let cores = 0..arena::CORES as u16;
    let booked: Nanos = cores.map(|core| arena.core(core).load(Relaxed)).sum();
    used.saturating_sub(booked)
}

fn executor(assignment: Assignment, zygote: &mut Zygote) -> Box<dyn Executor + '_> {
    match assignment.plan.model().description().executor {
        model::ExecutorKind::Threads | model::ExecutorKind::Pool => Box::new(ThreadExecutor {
            assignment,
            threads: vec![],
        }),
        model::ExecutorKind::Forks => Box::new(ForkExecutor {
            assignment,
            zygote,
            alive: 0,
        }),
        model::ExecutorKind::Python => Box::new(PythonExecutor::new(assignment, zygote)),
    }
}

/// Waits until the bell rings, the zygote has news, or the next sample is due.
fn wait_for_news(arena: &Arena, executor: &mut dyn Executor) {
    let bell = arena.bell.as_fd();
    let news = executor
        .zygote()
        .map_or(bell, |zygote| zygote.socket.as_fd());
    if wait_readable([bell, news], Some(SAMPLE_MS))[0] {
        arena.bell.close();
    }
}
