//! CPython, started by the zygote: its workers are threads, processes, subinterpreters or tasks of an event loop, and write
//! into the same lanes as all others.

use std::os::fd::AsFd;
use std::sync::atomic::AtomicI32;
use std::sync::atomic::Ordering::{Acquire, Relaxed};

use super::{Crew, Death, End, arrived, note_panics};
use crate::domain::record::PrintedOutput;
use crate::domain::text;
use crate::domain::time::Nanos;
use crate::engine::EngineError;
use crate::engine::arena::{Arena, LaneState};
use crate::engine::latch::wait_readable;
use crate::engine::python::output::Output;
use crate::engine::python::{not_started, order};
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
    group: &'z AtomicI32,
    output: Option<Output>,
    /// How many workers had arrived, and when the last of them was noticed.
    arrived: (u32, Nanos),
    /// When it was noticed that all tasks had ended, and when that was looked for last.
    done: Option<Nanos>,
    looked: Nanos,
    /// Whether something of it may be left.
    is_alive: bool,
    is_killed: bool,
    end: End,
}

impl<'z> PythonCrew<'z> {
    /// A crew for this assignment, still without workers.
    pub fn new(
        assignment: Assignment,
        zygote: &'z mut Zygote,
        group: &'z AtomicI32,
    ) -> PythonCrew<'z> {
        PythonCrew {
            assignment,
            zygote,
            group,
            output: None,
            done: None,
            looked: clock::now(),
            arrived: (0, clock::now()),
            is_alive: false,
            is_killed: false,
            end: End::default(),
        }
    }

    fn start(&mut self) -> Result<(), EngineError> {
        let scratch = &self.assignment.scratch;
        let program = order::program(&self.assignment)?;
        let doing = format!("cannot use the directory {}", scratch.path().display());
        let output = Output::open(&scratch.output()).map_err(EngineError::system(doing))?;
        self.output = Some(output);
        self.zygote.execute(program)
    }

    fn arena(&self) -> &Arena {
        &self.assignment.arena
    }

    /// Takes in what the zygote tells.
    fn hear(&mut self, news: News, deaths: &mut Vec<Death>) -> Result<(), EngineError> {
        match news {
            News::ProgramStarted(Ok(group)) => self.group.store(group, Relaxed),
            News::ProgramStarted(Err(why)) => {
                self.is_alive = false;
                return Err(not_started(&self.python(), &why));
            }
            News::ProgramEnded { end } => self.ended(end, deaths),
            _ => {}
        }
        Ok(())
    }

    fn python(&self) -> String {
        let python = self.assignment.plan.python();
        python.map_or("Python".into(), |python| {
            text::clean(&python.interpreter.path, 200)
        })
    }

    /// The interpreter has ended, and with it the workers that did not come to their end.
    fn ended(&mut self, end: ProcessEnd, deaths: &mut Vec<Death>) {
        self.gone();
        let arena = &self.assignment.arena;
        let python = &arena.header().python;
        let is_done = python.done_at.load(Relaxed) > 0;
        let failure = match arena.text(python.failure.load(Acquire)) {
            Some(said) => Some(said),
            None if end.is_success() || self.is_killed || is_done => None,
            // What was killed has not said why.
            None if matches!(end, ProcessEnd::Killed(_)) => Some(format!("the interpreter {end}")),
            None => Some(format!("the interpreter {end}{}", self.last_words())),
        };
        note_panics(arena, deaths);
        let first = deaths.first().map(|first| format!("{first}: "));
        let cause = match first {
            None => "ended with the interpreter",
            Some(_) => "was ended with the broken pool",
        };
        for (worker, lane) in (0..).zip(arena.lanes()) {
            if lane.state() == LaneState::Working {
                deaths.push(Death::noticed(arena, worker, cause.into()));
            }
        }
        self.end.failure = failure.map(|failure| first.unwrap_or_default() + &failure);
    }

    /// Nothing of it is left.
    fn gone(&mut self) {
        self.is_alive = false;
        self.group.store(0, Relaxed);
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
        let printed = self.printed();
        let last = printed
            .as_ref()
            .and_then(|printed| printed.text.lines().last());
        last.map(|line| format!(", and said last: {}", text::clean(line, 200)))
            .unwrap_or_default()
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
        let (arrived, workers) = (arrived(self.arena()), self.arena().workers());
        if arrived > self.arrived.0 {
            self.arrived = (arrived, now);
        }
        if arrived < workers && now - self.arrived.1 > SILENCE_MAX {
            self.kill();
            let python = self.python();
            return Err(EngineError::new(format!(
                "{python} hangs: {arrived} of {workers} workers were there, and for 30 s no other came"
            )));
        }
        Ok(())
    }

    /// Whether all tasks have ended: what is left is to say so and to leave.
    fn has_done_all(&self) -> bool {
        let arena = self.arena();
        let ended = || {
            arena
                .lanes()
                .map(|lane| lane.ended.load(Relaxed))
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
            arena.core(core).store(booked.sum(), Relaxed);
        }
    }
}

impl Crew for PythonCrew<'_> {
    fn create(&mut self) -> Result<(), EngineError> {
        self.start()?;
        self.is_alive = true;
        self.arrived.1 = clock::now();
        Ok(())
    }

    fn zygote(&mut self) -> Option<&mut Zygote> {
        Some(self.zygote)
    }

    fn news(&mut self, deaths: &mut Vec<Death>) -> Result<(), EngineError> {
        if let Some(output) = &mut self.output {
            output.drain();
        }
        // All of it ends with the zygote.
        while let Some(news) = self.zygote.news().inspect_err(|_| self.gone())? {
            self.hear(news, deaths)?;
        }
        self.gather_cores();
        if self.is_alive {
            self.look_for_hangs()?;
        }
        Ok(())
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

    /// It is over when the interpreter is gone with all that it has made; after an error, that is still to come.
    fn join(&mut self) {
        let deadline = clock::now() + GONE_MAX;
        while self.is_alive && clock::now() < deadline {
            wait_readable([self.zygote.as_fd()], Some(10));
            if self.news(&mut vec![]).is_err() {
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
