//! CPython, started by the zygote. Its workers are threads, processes, subinterpreters or tasks of an event loop, and
//! they write into the same lanes as all other workers.

use std::{
    collections::HashSet,
    sync::atomic::{
        AtomicU32,
        Ordering::{Acquire, Relaxed},
    },
};

use super::{AWAY_MAX, Death, Ending, Executor, arrived, note_panics};
use crate::{
    catalog::workload::CALL_TIMEOUT,
    domain::{record::PrintedOutput, text, time::Nanos},
    engine::{
        EngineError,
        arena::{LaneHeader, LaneState},
        clock, os,
        python::{function, not_started, order, output::OutputReader},
        worker::Assignment,
        zygote::{News, ProcessEnd, Zygote},
    },
};

/// The maximum time until the next worker arrives. A pool of hundreds of processes takes longer as a whole, but each of
/// its workers does not.
const SILENCE_MAX: Nanos = 30_000_000_000;
/// The time between two counts of threads. A count costs some microseconds per thread.
const BETWEEN_COUNTS: Nanos = 100_000_000;
/// The maximum number of processes whose threads are counted.
const COUNTED_MAX: usize = 32;
/// The maximum time for the interpreter to exit after its last task.
const EXIT_MAX: Nanos = 5_000_000_000;

/// The workers of an interpreter.
#[derive(Debug)]
pub struct PythonExecutor<'z> {
    assignment: Assignment,
    zygote: &'z mut Zygote,
    output: Option<OutputReader>,
    /// The number of workers that had arrived, and whether all tasks had ended, at the last check.
    progress: (u32, bool),
    /// The time of the last check, and since when the progress has been the same.
    looked: Nanos,
    since: Nanos,
    /// For each worker that executes a call: how many had ended before, and since when it executes this one.
    calls: Vec<Option<(u32, Nanos)>>,
    /// The most threads that ran at the same moment besides the workers, and when they were counted last.
    others: (Option<u32>, Nanos),
    /// Whether a process of the interpreter may still exist.
    is_alive: bool,
    is_killed: bool,
    /// The output before the interpreter was killed.
    printed_alive: Option<PrintedOutput>,
}

impl<'z> PythonExecutor<'z> {
    /// An executor for this assignment, still without workers.
    pub fn new(assignment: Assignment, zygote: &'z mut Zygote) -> PythonExecutor<'z> {
        PythonExecutor {
            assignment,
            zygote,
            output: None,
            progress: (0, false),
            looked: clock::now(),
            since: clock::now(),
            calls: vec![],
            others: (None, 0),
            is_alive: false,
            is_killed: false,
            printed_alive: None,
        }
    }

    fn python(&self) -> String {
        let python = self.assignment.plan.python();
        python.map_or("Python".into(), |python| {
            text::clean(&python.interpreter.path, 200)
        })
    }

    /// Handles the exit of the interpreter, with which all workers exit that had not finished.
    fn ended(&mut self, end: ProcessEnd, ending: &mut Ending) {
        self.is_alive = false;
        let arena = &self.assignment.arena;
        let python = &arena.header().python;
        let is_done = python.done_at.load(Relaxed) > 0;
        let failure = match arena.text(python.failure.load(Acquire)) {
            Some(said) => Some(said),
            None if end.is_success() || self.is_killed || is_done => None,
            // A killed interpreter cannot have printed the reason.
            None if matches!(end, ProcessEnd::Killed(_)) => Some(format!("the interpreter {end}")),
            None => Some(format!("the interpreter {end}{}", self.last_line())),
        };
        let deaths = &mut ending.deaths;
        note_panics(arena, deaths);
        let first = deaths.first().map(|first| format!("{first}: "));
        let cause = match first {
            None => "ended with the interpreter",
            Some(_) => "was ended when the pool broke",
        };
        for (worker, lane) in (0..).zip(arena.lanes()) {
            if lane.state() == LaneState::Working {
                deaths.push(Death::noticed(arena, worker, cause.into()));
            }
        }
        ending.failure = failure.map(|failure| first.unwrap_or_default() + &failure);
    }

    /// Reads what was printed since the last call. It must also be read while the interpreter is being killed:
    /// otherwise the interpreter would wait for a reader instead of removing its semaphores.
    fn listen(&mut self) {
        if let Some(output) = &mut self.output {
            output.drain();
        }
    }

    /// The output so far, without passwords. What the interpreter prints about being killed does not count.
    fn printed(&self) -> Option<PrintedOutput> {
        if self.is_killed {
            return self.printed_alive.clone();
        }
        let printed = self.output.as_ref()?.printed()?;
        Some(PrintedOutput {
            text: self.assignment.arena.concealed(&printed.text),
            ..printed
        })
    }

    /// The last printed line, which usually says why Python exited.
    fn last_line(&self) -> String {
        let printed = self.printed();
        let last = printed
            .as_ref()
            .and_then(|printed| printed.text.lines().last());
        last.map(|line| format!(", and said last: {}", text::clean(line, 200)))
            .unwrap_or_default()
    }

    /// Kills an interpreter that hangs.
    fn look_for_hangs(&mut self, ending: &mut Ending) -> Result<(), EngineError> {
        if self.is_killed {
            return Ok(());
        }
        let (now, arena) = (clock::now(), &self.assignment.arena);
        let (arrived, workers) = (arrived(arena), arena.workers());
        let progress = (arrived, self.has_done_all());
        // If the supervisor did not check for this long, the program was stopped, and the interpreter with it.
        let was_away = now - std::mem::replace(&mut self.looked, now) > AWAY_MAX;
        if was_away || std::mem::replace(&mut self.progress, progress) != progress {
            self.since = now;
        }
        if was_away {
            self.calls.clear();
        }
        self.look_for_long_calls(now)?;
        let silence = now - self.since;
        if progress.1 {
            if silence > EXIT_MAX {
                ending.did_not_end = true;
                self.kill();
            }
        } else if arrived < workers && silence > SILENCE_MAX {
            self.kill();
            let python = self.python();
            return Err(EngineError::new(format!(
                "{python} hangs: {arrived} of {workers} workers were there, and for 30 s no other came"
            )));
        }
        Ok(())
    }

    /// Kills an interpreter in which a call of the user's function takes longer than it may.
    fn look_for_long_calls(&mut self, now: Nanos) -> Result<(), EngineError> {
        let Assignment { arena, plan, .. } = &self.assignment;
        let Some(limit_ms) = plan.given(&CALL_TIMEOUT).filter(|_| !arena.is_stopping()) else {
            return Ok(());
        };
        self.calls.resize(arena.workers() as usize, None);
        for (call, lane) in self.calls.iter_mut().zip(arena.lanes()) {
            let ended = lane.ended.load(Acquire);
            let since = call
                .filter(|(before, _)| *before == ended)
                .map(|(_, since)| since);
            let is_calling = lane.begun.load(Relaxed) > ended;
            *call = is_calling.then(|| (ended, since.unwrap_or(now)));
        }
        let is_long = |call: &Option<(u32, Nanos)>| {
            call.is_some_and(|(_, since)| now.saturating_sub(since) > limit_ms * 1_000_000)
        };
        let Some(worker) = self.calls.iter().position(is_long) else {
            return Ok(());
        };
        let sentence = function::too_long(&self.assignment, worker as u32, limit_ms);
        self.kill();
        Err(EngineError::new(sentence))
    }

    /// Counts the threads that run besides the workers, such as those of a library that computes with many.
    fn look_for_other_threads(&mut self) {
        let Assignment { arena, plan, .. } = &self.assignment;
        let now = clock::now();
        let (most, looked) = self.others;
        let is_calling = arena.lanes().any(|lane| lane.begun.load(Relaxed) > 0);
        if plan.function().is_none() || !is_calling || now - looked < BETWEEN_COUNTS {
            return;
        }
        let of = |field: fn(&LaneHeader) -> &AtomicU32| {
            arena.lanes().map(move |lane| field(lane).load(Relaxed))
        };
        let (pids, workers): (HashSet<u32>, HashSet<u32>) = (
            of(|lane| &lane.pid).collect(),
            of(|lane| &lane.tid).collect(),
        );
        let counted = pids.into_iter().filter(|pid| *pid > 0).take(COUNTED_MAX);
        let running = counted.map(|pid| os::running_threads(pid, |tid| workers.contains(&tid)));
        let running = running.sum::<u32>().max(most.unwrap_or(0));
        self.others = (Some(running), now);
    }

    /// Whether all tasks have ended, so that the interpreter only has to report and exit.
    fn has_done_all(&self) -> bool {
        let arena = &self.assignment.arena;
        let ended = arena.lanes().map(|lane| lane.ended.load(Relaxed));
        arena.header().python.done_at.load(Relaxed) > 0 || ended.sum::<u32>() >= arena.tasks()
    }

    /// Sums up the CPU time that the workers booked for themselves, because they cannot add to a shared number.
    fn gather_cores(&self) {
        let arena = &self.assignment.arena;
        for core in os::affinity() {
            let booked =
                (0..arena.workers()).map(|worker| arena.lane_core(worker, core).load(Relaxed));
            arena.core(core).store(booked.sum(), Relaxed);
        }
    }
}

impl Executor for PythonExecutor<'_> {
    fn create(&mut self) -> Result<(), EngineError> {
        let scratch = &self.assignment.scratch;
        let program = order::program(&self.assignment)?;
        let doing = format!("cannot use the directory {}", scratch.directory.display());
        let output = OutputReader::open(&scratch.output()).map_err(EngineError::system(doing))?;
        self.output = Some(output);
        self.zygote.execute(program)?;
        self.is_alive = true;
        self.since = clock::now();
        Ok(())
    }

    fn zygote(&mut self) -> Option<&mut Zygote> {
        Some(self.zygote)
    }

    fn news(&mut self, ending: &mut Ending) -> Result<(), EngineError> {
        self.listen();
        // All its processes exit with the zygote.
        while let Some(news) = self.zygote.news().inspect_err(|_| self.is_alive = false)? {
            match news {
                News::ProgramStarted(Err(why)) => {
                    self.is_alive = false;
                    return Err(not_started(&self.python(), &why));
                }
                News::ProgramEnded(end) => self.ended(end, ending),
                _ => {}
            }
        }
        self.gather_cores();
        if self.is_alive {
            self.look_for_other_threads();
            self.look_for_hangs(ending)?;
        }
        Ok(())
    }

    fn is_over(&self) -> bool {
        !self.is_alive
    }

    fn kill(&mut self) {
        self.listen();
        self.printed_alive = self.printed();
        self.is_killed = true;
        self.zygote.kill();
    }

    /// The run is over when the interpreter and all its processes are gone, so there is nothing to wait for.
    fn join(&mut self, ending: &mut Ending) {
        ending.printed = self.printed();
        ending.other_threads = self.others.0;
    }
}
