//! A plan that is happening: the supervisor creates the workers, opens the gate, watches, and concludes.

use std::os::fd::AsFd;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU64};
use std::sync::{Arc, Mutex};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use super::arena::Arena;
use super::clock::{self, CpuWatch};
use super::conclude;
use super::executor::processes::ForkCrew;
use super::executor::python::PythonCrew;
use super::executor::rayon::RayonCrew;
use super::executor::threads::ThreadCrew;
use super::executor::{Crew, arrived, note_panics};
use super::facts::{Ending, Facts, Watching};
use super::fetch::Limits;
use super::gil::Gil;
use super::latch::wait_readable;
use super::lock::lock;
use super::loopback::Site;
use super::os;
use super::python::order;
use super::sampler::Sampler;
use super::scratch::Scratch;
use super::shared_file;
use super::worker::Assignment;
use super::zygote::Zygote;
use crate::catalog::model;
use crate::domain::addresses::Addresses;
use crate::domain::login::Secrets;
use crate::domain::plan::Plan;
use crate::domain::record::{Part, Record, RunOrder};
use crate::domain::time::Nanos;
use crate::domain::trace::Batch;
use crate::engine::EngineError;

/// How often the supervisor looks at the lanes, in milliseconds: twice per frame of the explorer.
const SAMPLE_MS: u16 = 33;
/// If the supervisor comes back this much later than it wanted to, it was not the scheduler: the program was stopped.
const AWAY_MAX: Nanos = 1_000_000_000;
/// How long a worker may take to notice that the run is cancelled before it is killed, if it can be.
const GRACE: Nanos = 250_000_000;
/// How long the end of killed workers may take to be reported: thousands of them need a second or two.
const REPORT_MAX: Nanos = 5_000_000_000;

/// What a run tells while it happens.
#[derive(Debug)]
pub enum Report {
    /// What was seen since the last one.
    Batch(Batch),
    /// It is over. Nothing follows.
    Concluded(Box<Record>),
}

/// What runs need and share, one at a time.
#[derive(Debug)]
pub struct Ground {
    /// Where runs happen.
    pub arena: Arc<Arena>,
    /// Who forks.
    pub zygote: Mutex<Zygote>,
    /// Where files go.
    pub scratch: Scratch,
    /// How far fetches may go.
    pub limits: Mutex<Limits>,
    /// The moment at which the run was started that happens now; 0 if there is none.
    pub run: AtomicU64,
    /// Whether records list their tasks however many there are.
    pub all_tasks: AtomicBool,
    /// For how long the user has suspended the program since this was asked for last, in nanoseconds.
    pub suspended: AtomicU64,
    /// The process group of the interpreter that executes a run now; 0 if there is none.
    pub program: AtomicI32,
}

/// A run that has been started.
#[derive(Debug)]
pub struct Run {
    ground: Arc<Ground>,
    /// A handle stops only its own run.
    started: Nanos,
    supervisor: Option<JoinHandle<()>>,
}

impl Run {
    /// Starts a run on `ground`, which must not be busy. The CPU time that the caller takes meanwhile is that of watching.
    ///
    /// # Errors
    /// When another run is going on or there is no thread for the supervisor.
    pub fn start(
        ground: &Arc<Ground>,
        order: RunOrder,
        report: impl FnMut(Report) + Send + 'static,
    ) -> Result<Run, EngineError> {
        let started = clock::now();
        let run = &ground.run;
        if run.compare_exchange(0, started, Acquire, Relaxed).is_err() {
            return Err(EngineError::new("another run is going on: stop it first"));
        }
        let busy = Busy(ground.clone());
        ground.arena.reset(order.plan.workers(), order.plan.tasks());
        ground.arena.conceal(Secrets::of(order.plan.urls()));
        let watcher = CpuWatch::begin();
        let supervise = move || {
            os::ask_for_short_turns();
            Supervisor {
                ground: &busy.0,
                plan: Arc::new(order.plan),
                part: order.part,
                watcher,
                report,
            }
            .supervise();
        };
        let supervisor = Builder::new().name("supervisor".into()).spawn(supervise);
        let refused = "the system refused a thread for the supervisor";
        Ok(Run {
            ground: ground.clone(),
            started,
            supervisor: Some(supervisor.map_err(EngineError::system(refused))?),
        })
    }

    /// Cancels it: it concludes as cancelled within half a second.
    pub fn stop(&self) {
        if self.ground.run.load(Relaxed) == self.started {
            self.ground.arena.cancel();
        }
    }

    /// Waits until it has concluded and nothing of it is left.
    pub fn wait(mut self) {
        self.join();
    }

    fn join(&mut self) {
        if let Some(supervisor) = self.supervisor.take() {
            let _ = supervisor.join();
        }
    }
}

impl Drop for Run {
    /// A run does not outlive its handle.
    fn drop(&mut self) {
        self.stop();
        self.join();
    }
}

/// Frees the ground at the end of a run, also if there is no thread for its supervisor, or that panics.
struct Busy(Arc<Ground>);

impl Drop for Busy {
    fn drop(&mut self) {
        // Release: pairs with the Acquire of the next start, which resets the arena again.
        self.0.run.store(0, Release);
    }
}

/// One run, seen from the thread that watches it.
struct Supervisor<'g, R> {
    ground: &'g Ground,
    plan: Arc<Plan>,
    part: Option<Part>,
    /// Of the thread that started the run, and shows it.
    watcher: CpuWatch,
    report: R,
}

/// What the supervisor learned while it watched, and what it did.
#[derive(Debug, Default)]
struct Seen {
    ending: Ending,
    gate_opened: bool,
    cancelled_at: Option<Nanos>,
    killed: bool,
    abandoned: bool,
    /// CPU time of sampling while the run went on.
    sampling: Nanos,
}

impl<R: FnMut(Report)> Supervisor<'_, R> {
    fn supervise(mut self) {
        let mut zygote = lock(&self.ground.zygote);
        let prepared = self.prepare(&mut zygote);
        let record = self.measure(&mut zygote, prepared);
        drop(zygote);
        self.ground.arena.reset(0, 0);
        (self.report)(Report::Concluded(Box::new(record)));
    }

    /// What has to be there before the clock starts. Returns the server's port, 0 where there is none.
    fn prepare(&self, zygote: &mut Zygote) -> Result<u16, EngineError> {
        let scratch = &self.ground.scratch;
        let cannot = |what: &str| {
            let directory = scratch.path().display();
            EngineError::system(format!("cannot {what} the directory {directory}"))
        };
        if self.needs_directory() {
            scratch.make().map_err(cannot("make"))?;
        }
        let port = match self.plan.addresses() {
            Some(Addresses::Loopback {
                latencies_ms,
                page_bytes,
                ..
            }) => zygote.start_server(Site {
                latencies_ms: latencies_ms.clone(),
                page_bytes: *page_bytes,
            })?,
            _ => 0,
        };
        if self.plan.model().is_python() {
            order::write(&self.assignment(port, None)).map_err(cannot("write to"))?;
        }
        Ok(port)
    }

    fn needs_directory(&self) -> bool {
        self.plan.writes_files() || self.plan.model().is_python()
    }

    /// Removes what `prepare` made. True if the server should have been there and was not.
    fn leave_io(&self, zygote: &mut Zygote) -> bool {
        if self.needs_directory() {
            self.ground.scratch.remove();
        }
        let Some(addresses) = self.plan.addresses() else {
            return false;
        };
        let was_there = zygote.stop_server();
        matches!(addresses, Addresses::Loopback { .. }) && !was_there
    }

    fn assignment(&self, port: u16, gil: Option<Arc<Gil>>) -> Assignment {
        Assignment {
            arena: self.ground.arena.clone(),
            plan: self.plan.clone(),
            port,
            limits: *lock(&self.ground.limits),
            scratch: self.ground.scratch.clone(),
            gil,
        }
    }

    /// From `t0` until all workers are gone.
    fn measure(&mut self, zygote: &mut Zygote, prepared: Result<u16, EngineError>) -> Record {
        let arena = self.ground.arena.clone();
        let interval = self.plan.given(&model::SWITCH_INTERVAL);
        let gil = interval.map(|us| Arc::new(Gil::new(Duration::from_micros(us))));
        let started_at = jiff::Timestamp::now().to_string();
        let suspended = clock::suspended();
        let mut sampler = Sampler::begin();
        let t0 = clock::now();
        arena.header().t0.store(t0, Relaxed);
        let mut seen = Seen::default();
        self.ground.suspended.store(0, Relaxed);
        match prepared {
            Err(error) => seen.ending.error = Some(error.into()),
            Ok(port) => {
                let mut crew = crew(self.ground, self.assignment(port, gil.clone()), zygote);
                if let Err(error) = crew.create() {
                    seen.ending.error = Some(error.into());
                    arena.cancel();
                }
                self.watch(crew.as_mut(), &mut sampler, &mut seen);
                crew.join();
                seen.ending.end = crew.end();
            }
        }
        let joined = clock::now() - t0;
        let wall = conclude::wall(&arena, &seen.ending.deaths, joined);
        let last = sampler.conclude(&arena, &seen.ending.deaths, wall);
        (self.report)(Report::Batch(last));
        let facts = Facts {
            arena: &arena,
            plan: &self.plan,
            part: self.part.clone(),
            started_at,
            wall,
            joined,
            gil_switches: gil.map(|gil| gil.switches()),
            watching: Watching {
                events: sampler.recorded,
                cpu: seen.sampling + self.watcher.taken(),
            },
            cores: sampler.cores.conclude(&arena, wall),
            shared_file: shared_file::examine(&arena, &self.plan, &self.ground.scratch),
            ending: Ending {
                cancelled: seen.ending.error.is_none() && arena.is_stopping(),
                suspended: clock::suspended().saturating_sub(suspended),
                // What the user did is known exactly; somebody else's doing only shows where it was long.
                stopped: (seen.ending.stopped).max(self.ground.suspended.swap(0, Relaxed)),
                server_died: self.leave_io(zygote),
                ..seen.ending
            },
            all_tasks: self.ground.all_tasks.load(Relaxed),
        };
        facts.record()
    }

    /// Opens the gate when all have arrived, and reports what happens until it is over.
    fn watch(&mut self, crew: &mut dyn Crew, sampler: &mut Sampler, seen: &mut Seen) {
        let arena = self.ground.arena.clone();
        let mut sampled = clock::now();
        loop {
            // Before the news are taken: what happened to the last worker must not be missed.
            let over = crew.is_over();
            let looked = clock::now();
            if !over {
                wait_for_news(&arena, crew);
            }
            let away = clock::now() - looked;
            if away > AWAY_MAX {
                seen.ending.stopped += away;
                // The others were stopped, too: their time to end begins anew.
                seen.cancelled_at = seen.cancelled_at.map(|_| clock::now());
            }
            if let Err(error) = crew.news(&mut seen.ending.deaths) {
                seen.ending.error = Some(error.into());
                arena.cancel();
            }
            note_panics(&arena, &mut seen.ending.deaths);
            if over {
                return;
            }
            see_to_the_gate(&arena, seen);
            see_to_the_stop(&arena, crew, seen);
            if clock::now() - sampled >= u64::from(SAMPLE_MS) * 1_000_000 {
                sampled = clock::now();
                let cpu = clock::thread_cpu();
                let batch = sampler.sample(&arena, &seen.ending.deaths);
                (self.report)(Report::Batch(batch));
                seen.sampling += clock::thread_cpu() - cpu;
            }
        }
    }
}

fn crew<'z>(
    ground: &'z Ground,
    assignment: Assignment,
    zygote: &'z mut Zygote,
) -> Box<dyn Crew + 'z> {
    match assignment.plan.model().description().crew {
        model::Crew::Threads => Box::new(ThreadCrew::new(assignment)),
        model::Crew::Pool => Box::new(RayonCrew::new(assignment)),
        model::Crew::Forks => Box::new(ForkCrew::new(assignment, zygote)),
        model::Crew::Python => Box::new(PythonCrew::new(assignment, zygote, &ground.program)),
    }
}

/// Waits until the bell rings, a child has ended, or it is time for a sample.
fn wait_for_news(arena: &Arena, crew: &mut dyn Crew) {
    let rang = match crew.zygote() {
        Some(zygote) => wait_readable([arena.bell.as_fd(), zygote.as_fd()], Some(SAMPLE_MS))[0],
        None => wait_readable([arena.bell.as_fd()], Some(SAMPLE_MS))[0],
    };
    if rang {
        arena.bell.close();
    }
}

fn see_to_the_gate(arena: &Arena, seen: &mut Seen) {
    if seen.gate_opened {
        return;
    }
    let ending = &mut seen.ending;
    if let Some(death) = ending.deaths.first()
        && ending.error.is_none()
        && !arena.is_stopping()
    {
        // The gate would wait for it for ever.
        ending.error = Some(format!("{death} before the run began"));
        arena.cancel();
    }
    if arena.is_stopping() || arrived(arena) == arena.workers() {
        arena.gate.open();
        seen.gate_opened = true;
    }
}

fn see_to_the_stop(arena: &Arena, crew: &mut dyn Crew, seen: &mut Seen) {
    if !arena.is_stopping() {
        return;
    }
    let now = clock::now();
    let since = now - *seen.cancelled_at.get_or_insert(now);
    if since > GRACE && !seen.killed {
        crew.kill();
        seen.killed = true;
    }
    if since > GRACE + REPORT_MAX && !seen.abandoned {
        // It should have reported the end of killed workers, and has not.
        if let Some(zygote) = crew.zygote() {
            zygote.abandon();
        }
        seen.abandoned = true;
    }
}
