//! CPython, started by the zygote: its workers are threads, processes, subinterpreters or tasks of an event loop, and write
//! into the same lanes as all others.

use std::os::fd::{AsFd, BorrowedFd};
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::{Acquire, Relaxed};

use super::{Crew, Death, DiedLanes, End};
use crate::domain::record::PrintedOutput;
use crate::domain::text;
use crate::domain::time::Nanos;
use crate::engine::EngineError;
use crate::engine::arena::{Arena, LaneState};
use crate::engine::latch::wait_readable;
use crate::engine::python::order;
use crate::engine::python::output::Output;
use crate::engine::worker::Assignment;
use crate::engine::zygote::{News, ProcessEnd, Zygote};
use crate::engine::{clock, os};

/// For so long nothing may happen before all workers have arrived: a pool of hundreds of processes takes longer as a whole,
/// but its next worker does not.
const SILENCE_MAX: Nanos = 30_000_000_000;
/// How long the interpreter may take to end when its tasks are done.
const FAREWELL_MAX: Nanos = 5_000_000_000;
/// Whoever looks so seldom was stopped meanwhile.
const AWAY_MAX: Nanos = 1_000_000_000;
/// How long an interpreter that was killed may take to be gone.
const GONE_MAX: Nanos = 2_000_000_000;

/// The workers of an interpreter.
#[derive(Debug)]
pub struct PythonCrew<'z> {
    assignment: Assignment,
    zygote: &'z mut Zygote,
    /// Where its process group is written down, for who stops and continues it.
    group: &'z AtomicU32,
    output: Option<Output>,
    died: DiedLanes,
    /// How many workers had arrived, and when the last of them was noticed.
    arrived: (u32, Nanos),
    /// When it was noticed that all tasks had ended, and when that was looked for last.
    done: Option<Nanos>,
    looked: Nanos,
    /// Which worker died first, by Python's account.
    first_death: Option<Death>,
    /// Whether something of it may be left.
    is_alive: bool,
    is_killed: bool,
    /// Whether the workers that were lost with it have been told.
    is_told: bool,
    end: End,
}

impl<'z> PythonCrew<'z> {
    /// A crew for this assignment, still without workers.
    pub fn new(
        assignment: Assignment,
        zygote: &'z mut Zygote,
        group: &'z AtomicU32,
    ) -> PythonCrew<'z> {
        PythonCrew {
            assignment,
            zygote,
            group,
            output: None,
            died: DiedLanes::default(),
            done: None,
            looked: clock::now(),
            first_death: None,
            arrived: (0, clock::now()),
            is_alive: false,
            is_killed: false,
            is_told: false,
            end: End::default(),
        }
    }

    fn start(&mut self) -> Result<(), EngineError> {
        let Assignment {
            arena,
            plan,
            scratch,
            ..
        } = &self.assignment;
        let program = order::program(arena, plan, scratch).ok_or(EngineError::NoSharedMemory)?;
        let doing = format!("cannot use the directory {}", scratch.path().display());
        let output = Output::open(&scratch.output()).map_err(EngineError::system(doing))?;
        self.output = Some(output);
        self.zygote.execute(&program)
    }

    fn arena(&self) -> &Arena {
        &self.assignment.arena
    }

    /// Takes in what the zygote tells.
    fn hear(&mut self, news: News) -> Result<(), EngineError> {
        match news {
            News::ProgramStarted { pid } => self.group.store(pid, Relaxed),
            News::ProgramNotStarted { why } => {
                self.is_alive = false;
                let python = self.python();
                return Err(EngineError::NotStarted { python, why });
            }
            News::ProgramEnded { end } => self.ended(end),
            News::WorkerEnded { .. } | News::WorkerNotForked { .. } | News::ServerEnded => {}
        }
        Ok(())
    }

    fn python(&self) -> String {
        self.assignment
            .plan
            .python()
            .map_or("Python".into(), |python| {
                text::clean(&python.interpreter.path, 200)
            })
    }

    fn ended(&mut self, end: ProcessEnd) {
        self.is_alive = false;
        self.group.store(0, Relaxed);
        let arena = self.arena();
        let said = arena.text(arena.header().python.failure.load(Acquire));
        let is_done = arena.header().python.done_at.load(Relaxed) > 0;
        self.end.failure = match said {
            Some(said) => Some(said),
            None if end.is_success() || self.is_killed || is_done => None,
            // What was killed has not said why.
            None if matches!(end, ProcessEnd::Killed(_)) => Some(format!("the interpreter {end}")),
            None => Some(format!("the interpreter {end}{}", self.last_words())),
        };
    }

    /// What was printed so far, without passwords.
    fn printed(&self) -> Option<PrintedOutput> {
        let printed = self.output.as_ref()?.printed()?;
        Some(PrintedOutput {
            text: self.arena().concealed(&printed.text),
            ..printed
        })
    }

    /// The last line that was printed, which says why Python ended, if it does.
    fn last_words(&self) -> String {
        let last = self.printed().and_then(|printed| {
            printed
                .text
                .lines()
                .last()
                .map(|line| text::clean(line, 200))
        });
        last.map(|line| format!(", and said last: {line}"))
            .unwrap_or_default()
    }

    /// Workers that did not come to their end: told when the interpreter is gone.
    fn lost(&mut self) -> Vec<Death> {
        if std::mem::replace(&mut self.is_told, true) {
            return vec![];
        }
        let arena = self.assignment.arena.clone();
        let mut deaths = self.died.news(&arena);
        if let (Some(first), Some(failure)) = (
            deaths.first().or(self.first_death.as_ref()),
            &mut self.end.failure,
        ) {
            *failure = format!("{first}: {failure}");
        }
        let named = self.died.told().clone();
        let lost = (0..arena.workers()).filter(|worker| {
            !named.contains(worker) && arena.lane(*worker).state() == LaneState::Working
        });
        let cause = if named.is_empty() {
            "ended with the interpreter"
        } else {
            "was ended with the broken pool"
        };
        deaths.extend(lost.map(|worker| Death::noticed(&arena, worker, cause.into())));
        deaths
    }

    /// Sees to it that nothing is waited for that will not come.
    fn look_for_hangs(&mut self) -> Result<(), EngineError> {
        if self.is_killed {
            return Ok(());
        }
        let now = clock::now();
        if now - std::mem::replace(&mut self.looked, now) > AWAY_MAX {
            // Nobody looked for so long: the program was stopped, and the interpreter with it.
            (self.arrived.1, self.done) = (now, self.done.map(|_| now));
        }
        if self.has_done_all() {
            if now - *self.done.get_or_insert(now) > FAREWELL_MAX {
                self.end.did_not_end = true;
                self.kill();
            }
            return Ok(());
        }
        let arrived = arrived(self.arena());
        if arrived > self.arrived.0 {
            self.arrived = (arrived, clock::now());
        }
        if arrived < self.arena().workers() && clock::now() - self.arrived.1 > SILENCE_MAX {
            let workers = self.arena().workers();
            self.kill();
            return Err(EngineError::Hangs {
                python: self.python(),
                arrived,
                workers,
            });
        }
        Ok(())
    }

    /// Whether all tasks have ended: what is left is to say so and to leave.
    fn has_done_all(&self) -> bool {
        let arena = self.arena();
        let ended = || {
            (0..arena.workers())
                .map(|worker| arena.lane(worker).ended.load(Relaxed))
                .sum::<u32>()
        };
        arena.header().python.done_at.load(Relaxed) > 0 || ended() >= arena.tasks()
    }

    /// The workers book their CPU time for themselves, as they cannot add to a number that others add to.
    fn gather_cores(&self) {
        let arena = self.arena();
        for core in os::affinity() {
            let booked =
                (0..arena.workers()).map(|worker| arena.lane_core(worker, core).load(Relaxed));
            arena.core(core).workers.store(booked.sum(), Relaxed);
        }
    }
}

/// How many workers have arrived.
fn arrived(arena: &Arena) -> u32 {
    let is_there = |worker: &u32| arena.lane(*worker).state() != LaneState::Absent;
    (0..arena.workers()).filter(is_there).count() as u32
}

impl Crew for PythonCrew<'_> {
    fn create(&mut self) -> Result<(), EngineError> {
        self.start()?;
        self.is_alive = true;
        self.arrived.1 = clock::now();
        Ok(())
    }

    fn has_arrived(&self, arena: &Arena) -> bool {
        arrived(arena) == arena.workers()
    }

    fn news_descriptor(&self) -> Option<BorrowedFd<'_>> {
        Some(self.zygote.as_fd())
    }

    fn news(&mut self) -> Result<Vec<Death>, EngineError> {
        if let Some(output) = &mut self.output {
            output.drain();
        }
        loop {
            match self.zygote.news() {
                Ok(Some(news)) => self.hear(news)?,
                Ok(None) => break,
                Err(error) => {
                    // All of it has ended with the zygote.
                    self.group.store(0, Relaxed);
                    self.is_alive = false;
                    return Err(error);
                }
            }
        }
        self.gather_cores();
        if !self.is_alive {
            return Ok(self.lost());
        }
        self.look_for_hangs()?;
        let deaths = self.died.news(&self.assignment.arena);
        if self.first_death.is_none() {
            self.first_death = deaths.first().cloned();
        }
        Ok(deaths)
    }

    fn is_over(&self) -> bool {
        !self.is_alive
    }

    fn kill(&mut self) {
        if !self.is_killed {
            // What it says about being killed is not what it printed.
            if let Some(output) = &mut self.output {
                output.drain();
            }
            self.end.printed = self.printed();
        }
        self.is_killed = true;
        self.zygote.kill_program();
    }

    fn abandon(&mut self) {
        self.zygote.abandon();
    }

    /// It is over when the interpreter is gone with all that it has made; after an error, that is still to come.
    fn join(&mut self) {
        let deadline = clock::now() + GONE_MAX;
        while self.is_alive && clock::now() < deadline {
            wait_readable([self.zygote.as_fd()], Some(10));
            if self.news().is_err() {
                break;
            }
        }
        self.group.store(0, Relaxed);
    }

    fn end(&mut self) -> End {
        let mut end = std::mem::take(&mut self.end);
        if !self.is_killed {
            end.printed = self.printed();
        }
        end
    }
}
