//! What can go wrong with a function when its calls are executed at the same time, each with its evidence: one pure rule per
//! pitfall.

use std::collections::BTreeMap;

use crate::catalog::{
    model::Model,
    pitfall::{
        CHUNK_PAYS, COMPUTES, FREE_CORES, HANDING_OVER_S, LONGEST_SHARE, MEMORY_LEFT,
        OVERLAPPING_CORES, OWN_CORES, OWN_LOCK, PITFALLS, PitfallKind, SLOWED, SMALL_CALL,
        STARTING_S, UNEVEN,
    },
};

/// A pitfall of a function.
#[derive(Clone, Debug, PartialEq)]
pub struct Pitfall {
    /// What it is.
    pub kind: PitfallKind,
    /// Whether it is one of a command, and not of a function.
    pub is_of_command: bool,
    /// What was seen.
    pub seen: PitfallSigns,
}

/// What was seen of a pitfall.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "the variants say what their fields are")]
pub enum PitfallSigns {
    /// What cannot be pickled, in words.
    Unpicklable(Vec<String>),
    /// How many results of so many differ from the loop's.
    Differing {
        results: usize,
        of: usize,
        model: Model,
    },
    /// How many results of two loops differ.
    Random { results: usize, of: usize },
    /// The names of these global variables.
    Globals(Vec<String>),
    /// So many threads ran besides the workers.
    Threads(u32),
    /// Threads kept so many cores busy.
    Cores(f64),
    /// A call takes this long, handing it over that long, and chunks of this size pay.
    Small {
        call_s: f64,
        over_s: f64,
        chunk: u64,
    },
    /// So many workers of this many bytes were asked for, and so many fit.
    Memory {
        worker: u64,
        workers: u32,
        fits: u32,
    },
    /// The longest call and a typical one, in seconds.
    Longest { longest_s: f64, typical_s: f64 },
    /// So many calls are answered at a time; a call takes this many times as long with more workers.
    AtOnce {
        workers: u32,
        more: u32,
        slower: f64,
    },
    /// The source of the function starts workers in this line.
    Unguarded { line: u32 },
    /// The share of their time that threads waited for a lock of the program's own.
    OwnLock(f64),
    /// How often calls raised exceptions, by type.
    Raised {
        kinds: Vec<(String, u64)>,
        calls: u64,
    },
}

/// What was measured about a function, as far as pitfalls need it. What is not known is empty.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FunctionEvidence {
    /// Whether it is about a command, and not about a function.
    pub is_command: bool,
    /// The number of usable cores.
    pub cores: u32,
    /// The number of calls of a run.
    pub calls: u32,
    /// Whether the interpreter has a lock.
    pub has_gil: bool,
    /// How long a call takes, and for what.
    pub call: CallEvidence,
    /// What the calls return.
    pub results: ResultEvidence,
    /// What threads did.
    pub threads: ThreadEvidence,
    /// What processes need.
    pub memory: MemoryEvidence,
    /// What was seen of the code.
    pub code: CodeEvidence,
    /// Runs of the family that was chosen: workers, seconds of a call, cores in use, by number of workers.
    pub ladder: Vec<Rung>,
    /// The number of workers that are enough.
    pub enough: Option<u32>,
    /// How many calls can run at once before the cores are full: 1 under a lock.
    pub computing_at_once: f64,
}

/// A call in the loop.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CallEvidence {
    /// How long a call typically takes, in seconds.
    pub typical_s: f64,
    /// The longest call, in seconds.
    pub longest_s: f64,
    /// The share of a call for which it uses a core, from 0 to 1.
    pub computes: f64,
    /// How many cores a call uses: more than 1 if it computes in parallel itself.
    pub cores: f64,
    /// Pickling of a call and its result, in seconds.
    pub pickling_s: f64,
}

/// The digests of results, one list per run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ResultEvidence {
    /// The results of each loop.
    pub loops: Vec<Vec<Option<String>>>,
    /// The results of threads, or of commands at once.
    pub at_once: Vec<Vec<Option<String>>>,
}

/// Threads that executed calls.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ThreadEvidence {
    /// The most threads besides the workers.
    pub beside: u32,
    /// The largest number of cores that they kept busy.
    pub cores: Option<f64>,
    /// The share of their calls' time, from 0 to 1, in which they waited for a lock of the program's own; the largest of all runs, beyond what
    /// the loop waits.
    pub own_lock: f64,
}

/// The memory of processes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MemoryEvidence {
    /// The memory of a process, in bytes.
    pub worker_bytes: Option<u64>,
    /// What is available besides, in bytes.
    pub available_bytes: Option<u64>,
    /// The number of processes that were tried at most.
    pub processes: u32,
}

/// What the code of a function does, as far as it was seen.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CodeEvidence {
    /// What cannot be pickled.
    pub unpicklable: Vec<String>,
    /// The global variables that calls change.
    pub changed_globals: Vec<String>,
    /// The line in which the module starts workers when it is imported.
    pub unguarded_line: Option<u32>,
    /// Exceptions by type.
    pub raised: BTreeMap<String, u64>,
}

/// A run with a number of workers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rung {
    /// The number of workers.
    pub workers: u32,
    /// How long a call took, in seconds.
    pub call_s: f64,
    /// The mean number of cores in use.
    pub cores: f64,
    /// The time of the whole run, in seconds.
    pub time_s: f64,
}

/// The pitfalls that the evidence shows, in the order of the catalogue.
pub fn pitfalls(evidence: &FunctionEvidence) -> Vec<Pitfall> {
    let kinds = PITFALLS.iter().map(|description| description.kind);
    let seen = kinds.filter_map(|kind| {
        Some(Pitfall {
            kind,
            is_of_command: evidence.is_command,
            seen: seen(kind, evidence)?,
        })
    });
    seen.collect()
}

fn seen(kind: PitfallKind, evidence: &FunctionEvidence) -> Option<PitfallSigns> {
    match kind {
        PitfallKind::NotPicklable => not_picklable(evidence),
        PitfallKind::ResultsDiffer => results_differ(evidence),
        PitfallKind::RandomResults => random(evidence),
        PitfallKind::GlobalsLost => globals_lost(evidence),
        PitfallKind::ThreadsBeside => threads_beside(evidence),
        PitfallKind::OwnLock => own_lock(evidence),
        PitfallKind::ReleasesGil => releases_gil(evidence),
        PitfallKind::TooSmall => too_small(evidence),
        PitfallKind::Memory => memory(evidence),
        PitfallKind::Uneven => uneven(evidence),
        PitfallKind::OutsideLimit => outside_limit(evidence),
        PitfallKind::NoGuard => evidence
            .code
            .unguarded_line
            .map(|line| PitfallSigns::Unguarded { line }),
        PitfallKind::Raises => raises(evidence).filter(|_| !evidence.is_command),
        PitfallKind::CommandFails => raises(evidence).filter(|_| evidence.is_command),
        PitfallKind::SmallCommand => small_command(evidence),
        PitfallKind::OwnCores => own_cores(evidence),
    }
}

fn not_picklable(evidence: &FunctionEvidence) -> Option<PitfallSigns> {
    let what = &evidence.code.unpicklable;
    (!what.is_empty()).then(|| PitfallSigns::Unpicklable(what.clone()))
}

/// How many known results of two runs differ, and how many are known of both.
fn differing(one: &[Option<String>], other: &[Option<String>]) -> (usize, usize) {
    let both = one.iter().zip(other);
    let known = both.filter_map(|(one, other)| Some((one.as_ref()?, other.as_ref()?)));
    let differ: Vec<bool> = known.map(|(one, other)| one != other).collect();
    (
        differ.iter().filter(|differ| **differ).count(),
        differ.len(),
    )
}

fn random(evidence: &FunctionEvidence) -> Option<PitfallSigns> {
    let (first, others) = evidence.results.loops.split_first()?;
    let compared = others.iter().map(|other| differing(first, other));
    let (results, of) = compared.max()?;
    (results > 0).then_some(PitfallSigns::Random { results, of })
}

fn results_differ(evidence: &FunctionEvidence) -> Option<PitfallSigns> {
    if evidence.results.loops.len() < 2 || random(evidence).is_some() {
        return None;
    }
    let compared = evidence.results.at_once.iter();
    let (results, of) = compared
        .map(|threads| differing(&evidence.results.loops[0], threads))
        .max()?;
    let model = match evidence.is_command {
        true => Model::Processes,
        false => Model::PythonThreads,
    };
    (results > 0).then_some(PitfallSigns::Differing { results, of, model })
}

fn globals_lost(evidence: &FunctionEvidence) -> Option<PitfallSigns> {
    let names = &evidence.code.changed_globals;
    (!names.is_empty()).then(|| PitfallSigns::Globals(names.clone()))
}

fn threads_beside(evidence: &FunctionEvidence) -> Option<PitfallSigns> {
    let is_parallel = evidence.threads.beside > 0 && evidence.call.computes > COMPUTES;
    is_parallel.then_some(PitfallSigns::Threads(evidence.threads.beside))
}

fn releases_gil(evidence: &FunctionEvidence) -> Option<PitfallSigns> {
    // Threads of a library also keep cores busy.
    let is_alone = evidence.threads.beside == 0;
    let overlaps = |cores: &f64| *cores >= OVERLAPPING_CORES;
    let cores = evidence.threads.cores.filter(overlaps)?;
    let releases = evidence.has_gil && evidence.call.computes >= COMPUTES && is_alone;
    releases.then_some(PitfallSigns::Cores(cores))
}

fn own_lock(evidence: &FunctionEvidence) -> Option<PitfallSigns> {
    let share = evidence.threads.own_lock;
    (share >= OWN_LOCK).then_some(PitfallSigns::OwnLock(share))
}

/// The chunk size at which handing over calls of this length costs little; 1 if it does with single calls.
pub fn paying_chunk(call_s: f64, pickling_s: f64, calls: u32) -> u64 {
    let over_s = HANDING_OVER_S + pickling_s;
    if call_s >= SMALL_CALL * over_s {
        return 1;
    }
    // Pickling costs the same for each call of a chunk.
    let chunk = CHUNK_PAYS * HANDING_OVER_S / call_s.max(1e-9);
    (chunk.ceil() as u64).clamp(2, u64::from(calls).max(2))
}

/// A command that takes about as long as it takes to start one.
fn small_command(evidence: &FunctionEvidence) -> Option<PitfallSigns> {
    let call_s = evidence.call.typical_s;
    let is_small = evidence.is_command && call_s > 0.0 && call_s < SMALL_CALL * STARTING_S;
    is_small.then_some(PitfallSigns::Small {
        call_s,
        over_s: STARTING_S,
        chunk: (CHUNK_PAYS * STARTING_S / call_s).ceil() as u64,
    })
}

/// A command that uses several cores by itself.
fn own_cores(evidence: &FunctionEvidence) -> Option<PitfallSigns> {
    let has_own = evidence.is_command && evidence.call.cores >= OWN_CORES;
    has_own.then_some(PitfallSigns::Cores(evidence.call.cores))
}

fn too_small(evidence: &FunctionEvidence) -> Option<PitfallSigns> {
    if evidence.is_command {
        return None;
    }
    let CallEvidence {
        typical_s: call_s,
        pickling_s,
        ..
    } = evidence.call;
    let chunk = paying_chunk(call_s, pickling_s, evidence.calls);
    (chunk > 1 && call_s > 0.0).then_some(PitfallSigns::Small {
        call_s,
        over_s: HANDING_OVER_S + pickling_s,
        chunk,
    })
}

fn memory(evidence: &FunctionEvidence) -> Option<PitfallSigns> {
    let memory = &evidence.memory;
    let (worker, available) = (memory.worker_bytes?, memory.available_bytes?);
    let usable = available as f64 * (1.0 - MEMORY_LEFT);
    let fits = (usable / worker.max(1) as f64) as u32;
    let workers = memory.processes;
    (workers > fits).then_some(PitfallSigns::Memory {
        worker,
        workers,
        fits,
    })
}

fn uneven(evidence: &FunctionEvidence) -> Option<PitfallSigns> {
    let CallEvidence {
        longest_s,
        typical_s: call_s,
        ..
    } = evidence.call;
    let at_once = evidence
        .enough
        .or(Some(evidence.memory.processes))
        .filter(|workers| *workers > 1)?;
    let others_s = call_s * f64::from(evidence.calls.saturating_sub(1)) + longest_s;
    let shortest_s = (others_s / f64::from(at_once)).max(longest_s);
    let is_limit = longest_s >= LONGEST_SHARE * shortest_s && longest_s >= UNEVEN * call_s;
    (is_limit && call_s > 0.0).then_some(PitfallSigns::Longest {
        longest_s,
        typical_s: call_s,
    })
}

fn outside_limit(evidence: &FunctionEvidence) -> Option<PitfallSigns> {
    let enough = evidence.enough?;
    let at = evidence.ladder.iter().find(|rung| rung.workers == enough)?;
    let more = evidence
        .ladder
        .iter()
        .rev()
        .find(|rung| rung.workers > enough)?;
    let slower = more.call_s / at.call_s.max(1e-9);
    let has_calls = more.workers <= evidence.calls;
    let rounds = |workers: u32| evidence.calls.div_ceil(workers);
    let could_gain = f64::from(rounds(more.workers)) <= 0.8 * f64::from(rounds(enough));
    let is_free = more.cores < FREE_CORES * evidence.computing_at_once;
    let is_no_gain = more.time_s >= at.time_s * 0.95;
    let waits = evidence.call.computes < COMPUTES;
    let is_limit = waits && slower >= SLOWED && has_calls && could_gain && is_free && is_no_gain;
    is_limit.then_some(PitfallSigns::AtOnce {
        workers: enough,
        more: more.workers,
        slower,
    })
}

fn raises(evidence: &FunctionEvidence) -> Option<PitfallSigns> {
    let kinds: Vec<(String, u64)> = evidence.code.raised.clone().into_iter().collect();
    let calls = u64::from(evidence.calls);
    (!kinds.is_empty()).then_some(PitfallSigns::Raised { kinds, calls })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usual() -> FunctionEvidence {
        FunctionEvidence {
            cores: 2,
            calls: 100,
            has_gil: true,
            call: CallEvidence {
                typical_s: 0.05,
                longest_s: 0.06,
                computes: 0.9,
                cores: 0.9,
                pickling_s: 0.0,
            },
            results: ResultEvidence {
                loops: vec![digests(&["a", "b"]), digests(&["a", "b"])],
                at_once: vec![digests(&["a", "b"])],
            },
            threads: ThreadEvidence {
                cores: Some(1.0),
                ..ThreadEvidence::default()
            },
            memory: MemoryEvidence {
                worker_bytes: Some(10 << 20),
                available_bytes: Some(1 << 30),
                processes: 4,
            },
            enough: Some(4),
            computing_at_once: 2.0,
            ..FunctionEvidence::default()
        }
    }

    fn digests(digests: &[&str]) -> Vec<Option<String>> {
        digests
            .iter()
            .map(|digest| Some((*digest).into()))
            .collect()
    }

    /// The only pitfall that a change of the usual evidence shows.
    fn only(change: impl FnOnce(&mut FunctionEvidence)) -> Option<Pitfall> {
        let mut evidence = usual();
        change(&mut evidence);
        let mut found = pitfalls(&evidence);
        assert!(found.len() < 2, "{found:?}");
        found.pop()
    }

    fn kind(change: impl FnOnce(&mut FunctionEvidence)) -> Option<PitfallKind> {
        only(change).map(|pitfall| pitfall.kind)
    }

    #[test]
    fn nothing_is_found_where_nothing_is_wrong() {
        assert_eq!(kind(|_| {}), None);
    }

    #[test]
    fn what_cannot_be_pickled_is_named() {
        let found = only(|evidence| evidence.code.unpicklable = vec!["the result".into()]);
        let seen = found.expect("it is a pitfall").seen;
        assert_eq!(seen, PitfallSigns::Unpicklable(vec!["the result".into()]));
    }

    #[test]
    fn results_that_differ_are_threads_fault_only_if_two_loops_agree() {
        let differs =
            |evidence: &mut FunctionEvidence| evidence.results.at_once.push(digests(&["a", "c"]));
        assert_eq!(kind(differs), Some(PitfallKind::ResultsDiffer));
        let random = |evidence: &mut FunctionEvidence| {
            differs(evidence);
            evidence.results.loops[1] = digests(&["x", "b"]);
        };
        assert_eq!(kind(random), Some(PitfallKind::RandomResults));
        let unknown =
            |evidence: &mut FunctionEvidence| evidence.results.at_once.push(vec![None, None]);
        assert_eq!(kind(unknown), None);
        let once = |evidence: &mut FunctionEvidence| {
            differs(evidence);
            evidence.results.loops.pop();
        };
        assert_eq!(kind(once), None, "nobody knows whether it is random");
    }

    #[test]
    fn globals_that_calls_change_are_lost_in_processes() {
        let changed =
            |evidence: &mut FunctionEvidence| evidence.code.changed_globals = vec!["CACHE".into()];
        assert_eq!(kind(changed), Some(PitfallKind::GlobalsLost));
    }

    #[test]
    fn threads_beside_the_workers_fight_for_cores_only_if_calls_compute() {
        assert_eq!(
            kind(|evidence| evidence.threads.beside = 3),
            Some(PitfallKind::ThreadsBeside)
        );
        let waits = |evidence: &mut FunctionEvidence| {
            evidence.threads.beside = 3;
            evidence.call.computes = 0.01;
        };
        assert_eq!(kind(waits), None);
    }

    #[test]
    fn threads_that_keep_two_cores_busy_under_a_lock_release_it() {
        let both = |evidence: &mut FunctionEvidence| evidence.threads.cores = Some(1.9);
        assert_eq!(kind(both), Some(PitfallKind::ReleasesGil));
        let free = |evidence: &mut FunctionEvidence| {
            both(evidence);
            evidence.has_gil = false;
        };
        assert_eq!(kind(free), None);
    }

    #[test]
    fn threads_that_wait_for_a_lock_of_the_programs_own_half_of_their_time_are_held_up_by_it() {
        let waiting =
            |share| move |evidence: &mut FunctionEvidence| evidence.threads.own_lock = share;
        assert_eq!(kind(waiting(0.8)), Some(PitfallKind::OwnLock));
        assert_eq!(kind(waiting(0.2)), None);
    }

    #[test]
    fn small_calls_get_a_chunk_size_at_which_processes_pay() {
        let small = |evidence: &mut FunctionEvidence| {
            evidence.call.typical_s = 20e-6;
            evidence.call.longest_s = 30e-6;
        };
        let Some(PitfallSigns::Small { chunk, .. }) = only(small).map(|found| found.seen) else {
            panic!("it is small");
        };
        assert_eq!(chunk, 100, "no more than there are calls");
        assert_eq!(paying_chunk(1e-3, 0.0, 1_000), 1);
        assert_eq!(paying_chunk(100e-6, 0.0, 1_000), 24);
    }

    #[test]
    fn processes_that_do_not_fit_are_counted() {
        let large =
            |evidence: &mut FunctionEvidence| evidence.memory.worker_bytes = Some(400 << 20);
        let seen = only(large).map(|found| found.seen);
        let expected = PitfallSigns::Memory {
            worker: 400 << 20,
            workers: 4,
            fits: 2,
        };
        assert_eq!(seen, Some(expected));
    }

    #[test]
    fn one_long_call_is_a_limit_if_everybody_waits_for_it() {
        let long = |evidence: &mut FunctionEvidence| evidence.call.longest_s = 3.0;
        assert_eq!(kind(long), Some(PitfallKind::Uneven));
        let among_many = |evidence: &mut FunctionEvidence| {
            evidence.call.longest_s = 0.3;
        };
        assert_eq!(kind(among_many), None);
    }

    fn server(slower: f64, cores: f64) -> impl Fn(&mut FunctionEvidence) {
        move |evidence| {
            let rung = |workers, call_s| Rung {
                workers,
                call_s,
                cores,
                time_s: 1.0,
            };
            evidence.call.computes = 0.02;
            evidence.ladder = vec![rung(2, 0.05), rung(4, 0.05), rung(8, 0.05 * slower)];
        }
    }

    #[test]
    fn calls_that_take_longer_beside_others_while_cores_are_free_wait_for_something_outside() {
        let seen = only(server(2.0, 0.1)).map(|found| found.seen);
        let expected = PitfallSigns::AtOnce {
            workers: 4,
            more: 8,
            slower: 2.0,
        };
        assert_eq!(seen, Some(expected));
        assert_eq!(kind(server(1.05, 0.1)), None);
        assert_eq!(kind(server(2.0, 1.9)), None, "the cores are the limit");
    }

    #[test]
    fn a_module_that_starts_workers_on_import_needs_a_guard() {
        assert_eq!(
            kind(|evidence| evidence.code.unguarded_line = Some(7)),
            Some(PitfallKind::NoGuard)
        );
    }

    #[test]
    fn exceptions_are_counted_by_type() {
        let raised =
            |evidence: &mut FunctionEvidence| evidence.code.raised = [("OSError".into(), 3)].into();
        let expected = PitfallSigns::Raised {
            kinds: vec![("OSError".into(), 3)],
            calls: 100,
        };
        assert_eq!(only(raised).map(|found| found.seen), Some(expected));
    }
}
