//! How to execute the calls of a function, or a command: what a race found, why, and what to beware of.

use super::pitfall::{
    self, CallEvidence, CodeEvidence, FunctionEvidence, MemoryEvidence, Pitfall, PitfallSigns,
    ResultEvidence, Rung, ThreadEvidence,
};
use crate::{
    catalog::{
        model::Model,
        pitfall::{MEMORY_LEFT, PitfallKind},
        workload::CHUNK_SIZE,
    },
    domain::{
        function::{FunctionFacts, SeenFunction},
        machine::Machine,
        model_variant::ModelVariant,
        phase::Phase,
        python::GilState,
        race::{Doubt, Entry, LOOP, RaceCourse, Standing, time_s},
        record::{Outcome, Record},
        stats::{self, Ratio, Spread},
        subject::AdviceSubject,
        time::seconds,
    },
};

/// What is known about a function and its machine besides its runs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Surroundings {
    /// The number of usable cores.
    pub cores: u32,
    /// How many of them workers can keep busy: a quota may allow a fraction.
    pub full_use: f64,
    /// The memory that is available, in bytes.
    pub available_bytes: Option<u64>,
    /// What cannot be pickled.
    pub unpicklable: Vec<String>,
    /// The line in which the module starts workers when it is imported.
    pub unguarded_line: Option<u32>,
}

impl Surroundings {
    /// What is known of a machine with this much available memory.
    pub fn on(machine: &Machine, available_bytes: Option<u64>) -> Surroundings {
        Surroundings {
            cores: machine.cores_usable,
            full_use: machine.full_use(),
            available_bytes,
            ..Surroundings::default()
        }
    }

    /// The same with what is known of a function.
    pub fn and_of(self, seen: &SeenFunction) -> Surroundings {
        let unpicklable = seen.unpicklable.iter();
        let unpicklable = unpicklable.map(|(what, why)| format!("the {what} ({why})"));
        Surroundings {
            unpicklable: unpicklable.collect(),
            unguarded_line: seen.unguarded_line,
            ..self
        }
    }
}

/// How to execute the calls of a function.
#[derive(Clone, Debug, PartialEq)]
pub struct Advised {
    /// The function or the command, with its inputs.
    pub subject: AdviceSubject,
    /// The answer.
    pub choice: AdvisedChoice,
    /// How many times as fast as the loop the chosen way is, or the fastest one if none is chosen.
    pub gain: Option<Ratio>,
    /// Why.
    pub why: Why,
    /// What was tried, in the order of the families.
    pub tried: Vec<Tried>,
    /// What to beware of.
    pub pitfalls: Vec<Pitfall>,
    /// How the code ran that does what is advised; `None` if it has not run.
    pub checked: Option<Checked>,
    /// The number of inputs, and how many of them were measured.
    pub inputs: u32,
    /// See [`Advised::inputs`].
    pub tasks: u32,
    /// How often the function was called.
    pub calls: u64,
    /// How long the race took, in seconds, and how long it was allowed to.
    pub spent_s: f64,
    /// See [`Advised::spent_s`].
    pub budget_s: f64,
}

/// A way to execute calls.
#[derive(Clone, Debug, PartialEq)]
pub struct CallWay {
    /// How.
    pub executor: ModelVariant,
    /// The number of workers.
    pub workers: u32,
    /// How many inputs a process gets at a time.
    pub chunk: u64,
}

/// How the code ran that does what is advised.
#[derive(Clone, Debug, PartialEq)]
pub enum Checked {
    /// To its end, in this many seconds.
    Ran(f64),
    /// The same; and it printed what the commands had printed one after the other.
    Same(f64),
    /// Without an error for this many seconds, then it was stopped.
    Stopped(f64),
    /// It failed; this is the end of what it printed.
    Failed(String),
}

/// The answer.
#[derive(Clone, Debug, PartialEq)]
pub enum AdvisedChoice {
    /// This way is worth it.
    Use(CallWay),
    /// The loop is good enough. Here is the fastest way besides it, if there is any.
    Neither(Option<CallWay>),
    /// It cannot be told.
    CannotTell(Unclear),
}

/// Why nothing can be told.
#[derive(Clone, Debug, PartialEq)]
pub enum Unclear {
    /// Only one call was measured, because a call takes so long.
    OneCall,
    /// The loop could not do the calls; here is why.
    LoopBroke(Option<String>),
    /// No workers could do the calls.
    NoneRan,
    /// The user stopped the race.
    Stopped,
    /// The budget allowed too few runs.
    TooFew,
    /// Other programs disturbed the runs.
    Disturbed,
    /// Whether this way is faster than the loop by enough.
    OverLoop(CallWay),
    /// Which of these ways is the better one.
    Between(CallWay, CallWay),
}

/// Why the answer is what it is, from the loop.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Why {
    /// The shares of a call by phase, the largest first, in parts of 1.
    pub shares: Vec<(Phase, f64)>,
    /// The share of a call for which it uses a core, from 0 to 1.
    pub computes: f64,
    /// How long the loop takes, in seconds.
    pub loop_s: f64,
    /// How long a typical call takes in it, and the longest one, in seconds.
    pub call_s: f64,
    /// See [`Why::call_s`].
    pub longest_s: f64,
    /// How long the module took to import, in seconds.
    pub import_s: Option<f64>,
    /// Pickling an input and a result, in seconds a call.
    pub pickling_s: Option<[f64; 2]>,
    /// How long it takes until the first call, with the workers of the answer, in seconds.
    pub start_s: Option<f64>,
    /// What each more worker costs in memory, in bytes.
    pub worker_bytes: Option<u64>,
    /// How many such workers fit in the available memory.
    pub fitting: Option<u64>,
    /// The number of workers with which nothing more was gained.
    pub no_gain: Option<u32>,
}

/// A way that was tried.
#[derive(Clone, Debug, PartialEq)]
pub struct Tried {
    /// The way.
    pub way: CallWay,
    /// The number of runs, and how many of them were disturbed.
    pub runs: usize,
    /// See [`Tried::runs`].
    pub disturbed: usize,
    /// The time of its calls, in seconds.
    pub time: Option<Spread>,
    /// How many times as fast as the loop it is.
    pub gain: Option<Ratio>,
    /// The mean number of cores in use.
    pub cores: Option<f64>,
    /// What became of it.
    pub fate: Fate,
}

/// What became of a way that was tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Speed-ups are measured against it.
    Loop,
    /// It is the answer.
    Chosen,
    /// It dropped out: another family is faster.
    Lost,
    /// It was measured until the end.
    Stayed,
    /// It returns something else than the loop.
    Differs,
    /// It could not do the calls; here is why.
    Broke(Option<String>),
}

/// The runs of a race, by what they ran.
struct Runs<'r> {
    course: &'r RaceCourse,
    records: Vec<(Entry, &'r Record)>,
}

impl<'r> Runs<'r> {
    /// The runs of an entry with the inputs that were measured.
    fn of(&self, entry: Entry) -> impl Iterator<Item = &'r Record> {
        let tasks = self.course.race.tasks;
        let is_it =
            move |(of, record): &&(Entry, &Record)| *of == entry && record.plan.tasks == tasks;
        self.records.iter().filter(is_it).map(|(_, record)| *record)
    }

    /// The runs of the loop, with any number of inputs.
    fn loops(&self) -> impl Iterator<Item = &'r Record> {
        let is_it = |(of, _): &&(Entry, &Record)| of.family == LOOP;
        self.records.iter().filter(is_it).map(|(_, record)| *record)
    }

    /// The runs of workers that are processes and take part in the race for it.
    fn processes(&self) -> impl Iterator<Item = &'r Record> {
        self.with(Model::PythonProcesses)
            .chain(self.with(Model::Processes))
    }

    /// The runs of this model.
    fn with(&self, model: Model) -> impl Iterator<Item = &'r Record> {
        let is_it = move |(_, record): &&(Entry, &Record)| record.plan.model() == model;
        self.records.iter().filter(is_it).map(|(_, record)| *record)
    }

    fn facts(&self, entry: Entry) -> impl Iterator<Item = &'r FunctionFacts> {
        let ended = |record: &&Record| record.ending.outcome == Outcome::Completed;
        let ended = self.of(entry).filter(ended);
        ended.filter_map(|record| record.system.function.as_ref())
    }

    fn way(&self, entry: Entry) -> CallWay {
        let plan = self.course.plan(entry);
        let chunk = plan.as_ref().and_then(|plan| plan.given(&CHUNK_SIZE));
        let executor = self.course.executors().nth(entry.family);
        CallWay {
            executor: plan
                .map(|plan| plan.executor)
                .or(executor)
                .expect("every family has an executor"),
            workers: entry.workers,
            chunk: chunk.unwrap_or(1),
        }
    }
}

impl Advised {
    /// What the records of a race say.
    pub fn of<'r>(
        course: &RaceCourse,
        records: impl IntoIterator<Item = &'r Record>,
        subject: AdviceSubject,
        around: &Surroundings,
    ) -> Advised {
        let known = |record: &'r Record| Some((course.entry_of(record)?, record));
        let records: Vec<_> = records.into_iter().filter_map(known).collect();
        let runs = Runs { course, records };
        let race = &course.race;
        let standing = race.standing();
        let choice = choice(&runs, standing);
        let best = match standing {
            Standing::Use(entry) | Standing::Neither(Some(entry)) => Some(entry),
            Standing::CannotTell(Doubt::OverLoop(entry) | Doubt::Between(entry, _)) => Some(entry),
            _ => race.leader().map(|leader| race.chosen_of(leader.family)),
        };
        let chosen = match standing {
            Standing::Use(entry) => Some(entry),
            _ => None,
        };
        // Without an answer, nobody knows with how many workers nothing more is gained.
        let evidence = FunctionEvidence {
            enough: chosen.map(|chosen| chosen.workers),
            is_command: subject.is_command(),
            ..evidence(&runs, best, around)
        };
        let called = |(_, record): &(Entry, &Record)| {
            u64::from(record.plan.tasks - record.ending.tasks_not_begun)
        };
        Advised {
            subject,
            gain: best.and_then(|best| race.gain(best)),
            why: why(&runs, best, &evidence),
            tried: tried(&runs, chosen),
            pitfalls: pitfall::pitfalls(&evidence),
            checked: None,
            inputs: race.track().inputs,
            tasks: race.tasks,
            calls: runs.records.iter().map(called).sum(),
            spent_s: race.track().budget_s - race.left_s(),
            budget_s: race.track().budget_s,
            choice,
        }
    }

    /// The way that is advised, with the loop for neither.
    pub fn way(&self) -> Option<&CallWay> {
        match &self.choice {
            AdvisedChoice::Use(way) => Some(way),
            _ => None,
        }
    }

    /// The exceptions that calls raised, if any did.
    pub fn raises(&self) -> bool {
        self.has(PitfallKind::Raises)
    }

    /// Whether it has this pitfall.
    pub fn has(&self, kind: PitfallKind) -> bool {
        self.pitfalls.iter().any(|pitfall| pitfall.kind == kind)
    }

    /// What was seen of this pitfall.
    pub fn seen(&self, kind: PitfallKind) -> Option<&PitfallSigns> {
        let mut pitfalls = self.pitfalls.iter();
        let pitfall = pitfalls.find(|pitfall| pitfall.kind == kind);
        pitfall.map(|pitfall| &pitfall.seen)
    }
}

fn choice(runs: &Runs<'_>, standing: Standing) -> AdvisedChoice {
    let way = |entry| runs.way(entry);
    let broken = runs.loops().filter(|record| {
        record.ending.outcome == Outcome::Failed || record.ending.tasks_failed == record.plan.tasks
    });
    if let (Some(record), true) = (
        broken.last(),
        runs.course.race.all_times(Entry::LOOP).is_empty(),
    ) {
        return AdvisedChoice::CannotTell(Unclear::LoopBroke(reason(record)));
    }
    let was_stopped = runs
        .records
        .iter()
        .any(|(_, record)| record.ending.outcome == Outcome::Cancelled);
    match standing {
        Standing::Use(entry) => AdvisedChoice::Use(way(entry)),
        Standing::Neither(entry) => AdvisedChoice::Neither(entry.map(way)),
        Standing::CannotTell(_) if was_stopped => AdvisedChoice::CannotTell(Unclear::Stopped),
        Standing::CannotTell(doubt) => AdvisedChoice::CannotTell(match doubt {
            Doubt::OneCall => Unclear::OneCall,
            Doubt::NoneRan => Unclear::NoneRan,
            Doubt::TooFew => Unclear::TooFew,
            Doubt::Disturbed => Unclear::Disturbed,
            Doubt::OverLoop(entry) => Unclear::OverLoop(way(entry)),
            Doubt::Between(one, other) => Unclear::Between(way(one), way(other)),
        }),
    }
}

/// Why a run did not do its calls.
fn reason(record: &Record) -> Option<String> {
    let failure = record.ending.failures.first();
    let of_call = failure.and_then(|failure| failure.error.clone());
    record.ending.error.clone().or(of_call)
}

fn tried(runs: &Runs<'_>, chosen: Option<Entry>) -> Vec<Tried> {
    let race = &runs.course.race;
    let mut entries: Vec<Entry> = runs.records.iter().map(|(entry, _)| *entry).collect();
    entries.sort_unstable_by_key(|entry| (entry.family, entry.workers));
    entries.dedup();
    let row = |entry: Entry| {
        let counted = || {
            runs.of(entry)
                .filter(|record| record.ending.outcome == Outcome::Completed)
        };
        let first = counted().next();
        let times = race.all_times(entry);
        let fate = match entry {
            _ if chosen == Some(entry) => Fate::Chosen,
            Entry { family: LOOP, .. } => Fate::Loop,
            _ if runs.of(entry).any(|record| runs.course.differs(record)) => Fate::Differs,
            _ if race.has_broken(entry.family) => Fate::Broke(runs.of(entry).find_map(reason)),
            _ if race.has_lost(entry.family) => Fate::Lost,
            _ => Fate::Stayed,
        };
        Tried {
            way: runs.way(entry),
            runs: runs.of(entry).count(),
            disturbed: race
                .laps
                .iter()
                .filter(|lap| lap.entry == entry && lap.result.is_disturbed)
                .count(),
            time: stats::spread(&times, 1),
            gain: race.gain(entry).filter(|_| entry.family != LOOP),
            cores: first.map(|record| record.times.cpu_s / time_s(record)),
            fate,
        }
    };
    entries.into_iter().map(row).collect()
}

fn why(runs: &Runs<'_>, best: Option<Entry>, evidence: &FunctionEvidence) -> Why {
    let race = &runs.course.race;
    let loops = race.all_times(Entry::LOOP);
    let best_record = best.and_then(|best| runs.of(best).next());
    let facts = runs.facts(Entry::LOOP).next();
    let pickling = runs.processes().find_map(pickling);
    let larger = best.and_then(|best| {
        let tried = race.entries_of(best.family);
        tried
            .into_iter()
            .map(|entry| entry.workers)
            .find(|workers| *workers > best.workers)
    });
    let usable = evidence
        .memory
        .available_bytes
        .map(|bytes| bytes as f64 * (1.0 - MEMORY_LEFT));
    Why {
        shares: shares(runs),
        computes: evidence.call.computes,
        loop_s: stats::median(&loops).unwrap_or(0.0),
        call_s: evidence.call.typical_s,
        longest_s: evidence.call.longest_s,
        import_s: facts.and_then(|facts| facts.import_s),
        pickling_s: pickling,
        start_s: best_record.and_then(start_s),
        worker_bytes: evidence.memory.worker_bytes,
        fitting: usable
            .zip(evidence.memory.worker_bytes)
            .map(|(usable, worker)| (usable / worker.max(1) as f64) as u64),
        no_gain: larger,
    }
}

/// How long the pool took until its first call, in seconds.
fn start_s(record: &Record) -> Option<f64> {
    let python = record.interpreter.python.as_ref()?;
    let before = python.interpreter_s? + python.imports_s?;
    Some((record.times.startup_s? - before).max(0.0))
}

/// Seconds of pickling a call's input and its result.
fn pickling(record: &Record) -> Option<[f64; 2]> {
    let facts = record.system.function.as_ref()?;
    let calls = f64::from(record.plan.tasks);
    Some([facts.pickling_in_s? / calls, facts.pickling_out_s? / calls])
}

/// The shares of a call by phase in the loop, the largest first.
fn shares(runs: &Runs<'_>) -> Vec<(Phase, f64)> {
    let in_call = |phase: &Phase| !matches!(phase, Phase::Starting | Phase::Idle | Phase::Lost);
    let time = |phase: Phase| -> f64 {
        let times = runs
            .of(Entry::LOOP)
            .map(|record| seconds(record.times.phases_s[phase]));
        times.sum()
    };
    let phases: Vec<Phase> = Phase::MEASURED.into_iter().filter(in_call).collect();
    let total: f64 = phases.iter().map(|phase| time(*phase)).sum();
    let mut shares: Vec<(Phase, f64)> = phases
        .into_iter()
        .map(|phase| (phase, time(phase) / total))
        .collect();
    shares.retain(|(_, share)| *share >= 0.005);
    shares.sort_by(|(_, a), (_, b)| b.total_cmp(a));
    shares
}

fn evidence(runs: &Runs<'_>, best: Option<Entry>, around: &Surroundings) -> FunctionEvidence {
    let race = &runs.course.race;
    let is_processes = best.is_some_and(|best| runs.way(best).executor.model.has_processes());
    let unpicklable = around.unpicklable.iter().cloned();
    let of_loop = of_loop(runs);
    let threads = || {
        let all = runs.with(Model::PythonThreads);
        all.filter(|record| record.plan.tasks == race.tasks)
    };
    let commands = || {
        let all = runs.with(Model::Processes);
        all.filter(|record| record.plan.tasks == race.tasks && !record.plan.is_serial())
    };
    let processes = || runs.processes();
    let pickling_s = processes().find_map(pickling);
    let cores = |record: &Record| record.times.cpu_s / time_s(record);
    // A wait for an event or a queue looks like one for a lock, and a loop has it, too.
    let alone = runs.of(Entry::LOOP).map(own_lock).fold(0.0, f64::max);
    FunctionEvidence {
        cores: around.cores,
        calls: race.tasks,
        call: CallEvidence {
            pickling_s: pickling_s.map_or(0.0, |[of_input, of_result]| of_input + of_result),
            ..of_loop.call
        },
        results: ResultEvidence {
            at_once: threads().chain(commands()).filter_map(digests).collect(),
            ..of_loop.results
        },
        threads: ThreadEvidence {
            cores: threads().map(cores).reduce(f64::max),
            own_lock: threads().map(own_lock).fold(0.0, f64::max) - alone,
            ..of_loop.threads
        },
        memory: MemoryEvidence {
            worker_bytes: processes().filter_map(worker_bytes).max(),
            available_bytes: around.available_bytes,
            processes: best
                .filter(|_| is_processes)
                .map_or(around.cores, |best| best.workers),
        },
        code: CodeEvidence {
            unpicklable: unpicklable.chain(unpicklable_result(runs)).collect(),
            unguarded_line: around.unguarded_line,
            ..of_loop.code
        },
        ladder: best
            .map(|best| ladder(runs, best.family))
            .unwrap_or_default(),
        computing_at_once: match of_loop.has_gil && !is_processes {
            true => 1.0,
            false => around.full_use,
        },
        ..of_loop
    }
}

/// The share of the calls' time in which they waited for a lock of the program's own.
fn own_lock(record: &Record) -> f64 {
    seconds(record.times.phases_s[Phase::Lock]) / on_calls_s(record).max(1e-9)
}

/// What the loops show.
fn of_loop(runs: &Runs<'_>) -> FunctionEvidence {
    let loops = || runs.of(Entry::LOOP);
    let facts = || runs.facts(Entry::LOOP);
    let interpreter = loops().find_map(|record| record.plan.interpreter());
    let durations: Vec<f64> = loops().flat_map(durations).collect();
    let sum = |number: fn(&Record) -> f64| loops().map(number).sum::<f64>();
    let (cpu_s, busy_s) = (sum(|record| record.times.cpu_s), sum(on_calls_s));
    let calls = sum(|record| record.plan.tasks.into());
    let changed = facts().filter_map(|facts| facts.changed_globals.clone());
    let raised = facts().map(|facts| facts.raised.clone());
    FunctionEvidence {
        has_gil: interpreter.is_some_and(|python| python.gil == GilState::On),
        call: CallEvidence {
            // A list of calls is not kept if it is too long.
            typical_s: stats::median(&durations).unwrap_or(busy_s / f64::max(calls, 1.0)),
            longest_s: longest(runs),
            computes: (cpu_s / f64::max(busy_s, 1e-9)).clamp(0.0, 1.0),
            cores: cpu_s / f64::max(busy_s, 1e-9),
            pickling_s: 0.0,
        },
        results: ResultEvidence {
            loops: loops().filter_map(digests).collect(),
            at_once: vec![],
        },
        threads: ThreadEvidence {
            beside: facts()
                .filter_map(|facts| facts.other_threads)
                .min()
                .unwrap_or(0),
            ..ThreadEvidence::default()
        },
        code: CodeEvidence {
            changed_globals: changed.last().unwrap_or_default(),
            raised: raised
                .into_iter()
                .find(|raised| !raised.is_empty())
                .unwrap_or_default(),
            ..CodeEvidence::default()
        },
        ..FunctionEvidence::default()
    }
}

/// The digests of the results of a run.
fn digests(record: &Record) -> Option<Vec<Option<String>>> {
    let facts = record.system.function.as_ref()?;
    Some(facts.results.clone())
}

/// A result that processes could not pickle, and why.
fn unpicklable_result(runs: &Runs<'_>) -> Option<String> {
    let loop_failed = runs
        .of(Entry::LOOP)
        .any(|record| record.ending.tasks_failed > 0);
    let others = runs
        .with(Model::PythonProcesses)
        .chain(runs.with(Model::PythonInterpreters));
    let why = others
        .filter_map(reason)
        .find(|why| why.to_lowercase().contains("pickle"));
    let why = why.filter(|_| !loop_failed)?;
    Some(format!(
        "the result ({})",
        why.split(" (File").next().unwrap_or(&why)
    ))
}

/// How long the calls of a run took, in seconds.
fn durations(record: &Record) -> Vec<f64> {
    let tasks = record.tasks.iter().flatten();
    tasks
        .filter_map(|task| Some(task.end_s? - task.start_s))
        .collect()
}

/// The time that workers were in calls, summed over them, in seconds.
fn on_calls_s(record: &Record) -> f64 {
    record.times.concurrency * record.times.wall_s
}

/// The longest call that was about as long in every loop. Other programs make single calls long.
fn longest(runs: &Runs<'_>) -> f64 {
    let longest_of = |record: &Record| durations(record).into_iter().reduce(f64::max);
    let longest = runs.of(Entry::LOOP).filter_map(longest_of);
    longest.reduce(f64::min).unwrap_or(0.0)
}

/// The largest memory of a worker that is a process.
fn worker_bytes(record: &Record) -> Option<u64> {
    record
        .workers
        .iter()
        .filter_map(|worker| worker.memory_bytes)
        .max()
}

/// The runs of a family, one for each number of workers, in ascending order.
fn ladder(runs: &Runs<'_>, family: usize) -> Vec<Rung> {
    let race = &runs.course.race;
    let rung = |entry: Entry| {
        let records: Vec<&Record> = runs.of(entry).collect();
        let mean = |number: &dyn Fn(&Record) -> f64| {
            records.iter().map(|record| number(record)).sum::<f64>() / records.len().max(1) as f64
        };
        Rung {
            workers: entry.workers,
            call_s: mean(&|record| on_calls_s(record) / f64::from(record.plan.tasks)),
            cores: mean(&|record| record.times.cpu_s / time_s(record)),
            time_s: stats::median(&race.all_times(entry)).unwrap_or(f64::INFINITY),
        }
    };
    race.entries_of(family).into_iter().map(rung).collect()
}

#[cfg(test)]
mod tests;
