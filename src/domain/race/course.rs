//! A race as plans and records.

use super::{Entry, LOOP, LapResult, Race, Track, WAITS};
use crate::{
    catalog::{caveat::CaveatKind, model::Model, workload::CHUNK_SIZE},
    domain::{
        command::SeenCommand,
        function::SeenFunction,
        machine::WorkerLimits,
        model_variant::ModelVariant,
        plan::{Draft, Plan},
        python::{GilState, Interpreter},
        record::{Outcome, Record},
    },
};

/// A chunk of calls takes at least this long, in seconds, where the race may choose its size.
const CHUNK_S: f64 = 0.003;

/// A race and the drafts of its families.
#[derive(Clone, Debug, PartialEq)]
pub struct RaceCourse {
    /// The progress.
    pub race: Race,
    /// The families: the loop, then the others, the simplest one first.
    drafts: Vec<Draft>,
    limits: WorkerLimits,
    /// How many calls the loop's first run with all inputs could not do.
    failing: Option<u32>,
    /// Digests of the results of each loop, with its number of calls.
    loops: Vec<(u32, Vec<Option<String>>)>,
}

impl RaceCourse {
    /// Everything that can execute the calls of a function: the loop first, then the simplest one. Of further interpreters,
    /// threads take part if they share no lock. `draft` has what the user gave besides.
    pub fn families(
        seen: &SeenFunction,
        pythons: &[&Interpreter],
        draft: impl Fn(Model) -> Draft,
        limits: &WorkerLimits,
    ) -> Vec<Draft> {
        let of = |(model, python): (Model, &Interpreter)| Draft {
            workers: if model.is_serial() { 1 } else { 2 },
            tasks: seen.calls,
            function: Some(Box::new(seen.function.clone())),
            python: Some(python.clone()),
            ..draft(model)
        };
        let models = [
            Model::PythonSerial,
            Model::PythonAsyncio,
            Model::PythonThreads,
            Model::PythonInterpreters,
            Model::PythonProcesses,
        ];
        let passes = |model: &Model| seen.check_pickling(*model).is_ok();
        let first = pythons.first().into_iter();
        let usual = first.flat_map(|python| {
            models
                .into_iter()
                .filter(passes)
                .map(|model| (model, *python))
        });
        let free = pythons
            .iter()
            .skip(1)
            .filter(|python| python.gil == GilState::Off);
        let besides = free.map(|python| (Model::PythonThreads, *python));
        let drafts = usual.chain(besides).map(of);
        drafts.filter(|draft| draft.check(limits).is_ok()).collect()
    }

    /// The command's executions one after the other, and several at once.
    pub fn at_once(seen: &SeenCommand, draft: Draft) -> Vec<Draft> {
        let with = |workers: u64| Draft {
            workers,
            tasks: seen.times,
            command: Some(Box::new(seen.command.clone())),
            ..draft.clone()
        };
        vec![with(1), with(2)]
    }

    /// A race of these families, the loop first and the simplest of the others next. The number of tasks is that of the
    /// inputs.
    pub fn new(drafts: Vec<Draft>, limits: &WorkerLimits, cores: u32, budget_s: f64) -> RaceCourse {
        let inputs = drafts[LOOP].tasks.try_into().unwrap_or(u32::MAX);
        let most = |draft: &Draft| {
            draft
                .most_workers(limits)
                .most
                .try_into()
                .unwrap_or(u32::MAX)
        };
        let track = Track {
            inputs,
            most: drafts.iter().skip(1).map(most).collect(),
            cores,
            budget_s,
        };
        RaceCourse {
            race: Race::new(track),
            drafts,
            limits: limits.clone(),
            failing: None,
            loops: vec![],
        }
    }

    /// The plan to measure next, given the run that was measured last.
    pub fn next(&mut self, last: Option<&Record>) -> Option<Plan> {
        let result = last.map(|last| self.result(last));
        let entry = self.race.next(result)?;
        self.plan(entry)
    }

    fn result(&mut self, record: &Record) -> LapResult {
        let failed = record.ending.tasks_failed;
        let is_loop = record.plan.is_serial();
        if is_loop && self.failing.is_none_or(|failing| failing < failed) {
            self.failing = Some(failed);
        }
        let did_some = failed < record.plan.tasks;
        // What fails in the loop fails everywhere.
        let did_all = did_some && failed <= self.failing.unwrap_or(0);
        if is_loop {
            self.loops
                .push((record.plan.tasks, digests(record).to_vec()));
        }
        let did_all = did_all && !self.differs(record);
        // Calls that wait are not slowed down by a busy core.
        let on_calls_s = record.times.concurrency * record.times.wall_s;
        let computes = (record.times.cpu_s / on_calls_s.max(1e-9)).clamp(0.0, 1.0);
        LapResult {
            time_s: time_s(record),
            cost_s: record.times.wall_s + record.times.teardown_s,
            is_disturbed: record.is_disturbed()
                && (computes >= WAITS || record.has_caveat(CaveatKind::Suspended)),
            is_sound: record.ending.outcome == Outcome::Completed && did_all,
            computes,
        }
    }

    /// Whether some results of a run are certainly not those of the loop: two loops or more agree about them.
    pub fn differs(&self, record: &Record) -> bool {
        let same = self
            .loops
            .iter()
            .filter(|(tasks, _)| *tasks == record.plan.tasks);
        let mut loops = same.map(|(_, digests)| &digests[..]);
        let (Some(first), Some(second)) = (loops.next(), loops.next()) else {
            return false;
        };
        let are_one = |a: &[Option<String>], b: &[Option<String>]| {
            let mut both = a.iter().zip(b);
            both.all(|(a, b)| a.is_none() || b.is_none() || a == b)
        };
        are_one(first, second)
            && loops.all(|other| are_one(first, other))
            && !are_one(first, digests(record))
    }

    /// The plan of an entry with the inputs that are measured.
    pub fn plan(&self, entry: Entry) -> Option<Plan> {
        let draft = &self.drafts[entry.family];
        let mut draft = Draft {
            workers: entry.workers.into(),
            tasks: self.race.tasks.into(),
            ..draft.clone()
        };
        if draft.model.has_processes() && self.chunk_is_open(&draft) {
            draft.set(&CHUNK_SIZE, self.chunk(entry.workers));
        }
        draft.validate(&self.limits).ok()
    }

    fn chunk_is_open(&self, draft: &Draft) -> bool {
        draft.values.given(&CHUNK_SIZE).is_none()
    }

    /// How many calls a process gets at a time: enough for a chunk to be worth handing over, and few enough for every worker
    /// to get some chunks.
    fn chunk(&self, workers: u32) -> u64 {
        let times = self.race.all_times(Entry::LOOP);
        let Some(loop_s) = times.into_iter().reduce(f64::min) else {
            return 1;
        };
        let call_s = (loop_s / f64::from(self.race.tasks)).max(1e-9);
        let most = u64::from(self.race.tasks / (4 * workers)).max(1);
        ((CHUNK_S / call_s) as u64).clamp(1, most)
    }

    /// The family of a run; `None` if it is not part of the race.
    pub fn entry_of(&self, record: &Record) -> Option<Entry> {
        let plan = &record.plan;
        // Commands one after the other have the same executor as several at once.
        let is_it = |(family, executor): (usize, ModelVariant)| {
            (executor == plan.executor && (family == LOOP) == plan.is_serial()).then_some(family)
        };
        let family = self.executors().enumerate().find_map(is_it);
        family.map(|family| Entry {
            family,
            workers: plan.workers,
        })
    }

    /// How the families execute calls, by number.
    pub fn executors(&self) -> impl Iterator<Item = ModelVariant> {
        let plan = |family| {
            let workers = if family == LOOP { 1 } else { 2 };
            Some(self.plan(Entry { family, workers })?.executor)
        };
        let model = |family: usize| ModelVariant {
            model: self.drafts[family].model,
            python: None,
        };
        (0..self.drafts.len()).map(move |family| plan(family).unwrap_or_else(|| model(family)))
    }
}

/// The digests of the results.
fn digests(record: &Record) -> &[Option<String>] {
    let facts = record.system.function.as_ref();
    facts.map_or(&[], |facts| &facts.results)
}

/// How long the calls took with their workers, in seconds: without the start of the interpreter and its imports, which a program
/// has anyway.
pub fn time_s(record: &Record) -> f64 {
    let python = record.interpreter.python.as_ref();
    let before = python.map_or(0.0, |python| {
        python.interpreter_s.unwrap_or(0.0) + python.imports_s.unwrap_or(0.0)
    });
    // A loop makes no workers, so what this program does until the first call is not its time. Those of commands are this
    // program's own.
    let is_own = record.plan.is_serial() || record.plan.workload.is_command();
    let before = match is_own {
        true => record.times.startup_s.unwrap_or(before),
        false => before,
    };
    (record.times.wall_s - before).max(1e-6)
}
