//! Pitfalls in words.

use crate::{
    analysis::pitfall::{Pitfall, PitfallSigns},
    domain::text::{self, bytes, capitalized, counted, duration, grouped, listed, speedup},
};

/// The most names that a sentence lists.
const NAMES: usize = 5;

/// What was seen, and what to do: two sentences.
pub fn sentences(pitfall: &Pitfall) -> String {
    let advice = advice(pitfall);
    format!("{}. {}", capitalized(&seen(pitfall)), capitalized(&advice))
}

/// What was seen, without a full stop.
pub fn seen(pitfall: &Pitfall) -> String {
    if pitfall.is_of_command {
        return seen_of_command(&pitfall.seen);
    }
    match &pitfall.seen {
        PitfallSigns::Unpicklable(what) => format!("{} cannot be pickled", listed(what, "and")),
        PitfallSigns::Differing { results, of, .. } => format!(
            "with threads, {} differ from the loop's, although two loops agree, so the function is probably not thread-safe",
            some_of(*results, *of)
        ),
        PitfallSigns::Random { results, of } => format!(
            "two loops over the same inputs differ in {}, so the results are random or depend on earlier calls",
            some_of(*results, *of)
        ),
        PitfallSigns::Globals(names) => format!(
            "calls change {}, and each process changes a copy of its own, which is lost",
            names_of(names)
        ),
        PitfallSigns::Threads(threads) => format!(
            "{} ran besides the workers, and fight with them for the cores",
            counted((*threads).into(), "thread")
        ),
        PitfallSigns::Cores(cores) => format!(
            "threads kept {cores:.1} cores busy, so the function releases the GIL while it computes"
        ),
        PitfallSigns::Small { call_s, over_s, .. } => format!(
            "a call takes {}, and handing one to a process about {}",
            duration(*call_s),
            duration(*over_s)
        ),
        PitfallSigns::Memory {
            worker,
            workers,
            fits,
        } => memory(*worker, *workers, *fits),
        PitfallSigns::Longest {
            longest_s,
            typical_s,
        } => longest(*longest_s, *typical_s),
        PitfallSigns::AtOnce {
            workers,
            more,
            slower,
        } => at_once(*workers, *more, *slower),
        PitfallSigns::OwnLock(share) => format!(
            "threads waited for a lock of the program's own for {:.0} % of a call",
            share * 100.0
        ),
        PitfallSigns::Unguarded { line } => format!(
            "line {line} of the module starts workers whenever the module is imported, also in a spawned process"
        ),
        PitfallSigns::Raised { kinds, calls } => format!(
            "of {}, some raise an exception ({})",
            counted(*calls, "call"),
            raised(kinds)
        ),
    }
}

/// The same about a command. What only a function can have is not said.
fn seen_of_command(seen: &PitfallSigns) -> String {
    match seen {
        PitfallSigns::Differing { results, of, .. } => format!(
            "at once, {} of the commands differ from those one after the other, although these agree, so commands probably \
             use the same files",
            some_of(*results, *of)
        ),
        PitfallSigns::Random { results, of } => format!(
            "the same commands one after the other differ in {}, so their output is random or depends on earlier ones",
            some_of(*results, *of)
        ),
        PitfallSigns::Cores(cores) => format!("a command keeps {cores:.1} cores busy by itself"),
        PitfallSigns::Small { call_s, over_s, .. } => format!(
            "a command takes {}, and starting one about {}",
            duration(*call_s),
            duration(*over_s)
        ),
        PitfallSigns::Memory {
            worker,
            workers,
            fits,
        } => format!(
            "a command takes up to {}, and {fits} of {workers} at once fit into the available memory",
            bytes(*worker)
        ),
        PitfallSigns::Longest {
            longest_s,
            typical_s,
        } => format!(
            "the longest command takes {}, and a typical one {}: at the end all wait for the longest one",
            duration(*longest_s),
            duration(*typical_s)
        ),
        PitfallSigns::AtOnce {
            workers,
            more,
            slower,
        } => format!(
            "with {more} at once a command takes {} as long as with {workers}, while cores are free: what the commands wait \
             for answers about {workers} at a time",
            speedup(*slower)
        ),
        PitfallSigns::Raised { kinds, calls } => format!(
            "of {}, some fail ({})",
            counted(*calls, "command"),
            raised(kinds)
        ),
        PitfallSigns::Unpicklable(_)
        | PitfallSigns::Globals(_)
        | PitfallSigns::Threads(_)
        | PitfallSigns::OwnLock(_)
        | PitfallSigns::Unguarded { .. } => String::new(),
    }
}

/// What to do, with the numbers of what was seen.
pub fn advice(pitfall: &Pitfall) -> String {
    let advice = pitfall.kind.description().advice;
    match &pitfall.seen {
        PitfallSigns::Small { chunk, .. } if pitfall.is_of_command => {
            format!("{advice} {chunk} or more")
        }
        PitfallSigns::Memory { fits, .. } if pitfall.is_of_command && *fits > 0 => {
            format!("run {fits} at once at most")
        }
        PitfallSigns::Longest { .. } if pitfall.is_of_command => {
            "put the longest ones first, or split them".into()
        }
        PitfallSigns::Differing { .. } if pitfall.is_of_command => {
            "give each command files and directories of its own".into()
        }
        PitfallSigns::Random { .. } if pitfall.is_of_command => {
            "compare the results yourself".into()
        }
        PitfallSigns::AtOnce { .. } if pitfall.is_of_command => {
            "more at once gain nothing until the server, its rate limit or the disk allows more"
                .into()
        }
        PitfallSigns::Small { chunk, .. } => {
            format!("{advice}={chunk} or more, where processes pay at all")
        }
        PitfallSigns::Memory { fits, .. } if *fits > 0 => format!("{advice}: {fits} at most"),
        _ => advice.into(),
    }
}

fn longest(longest_s: f64, typical_s: f64) -> String {
    format!(
        "the longest call takes {}, and a typical one {}: all workers wait for the longest one at the end",
        duration(longest_s),
        duration(typical_s)
    )
}

fn at_once(workers: u32, more: u32, slower: f64) -> String {
    format!(
        "with {more} workers a call takes {} as long as with {workers}, while cores are free: what the calls wait for \
         answers about {workers} at a time",
        speedup(slower)
    )
}

fn memory(worker: u64, workers: u32, fits: u32) -> String {
    let (processes, each) = (counted_processes(workers), bytes(worker));
    format!("{processes} take {each} each, and {fits} fit into the available memory")
}

fn some_of(results: usize, of: usize) -> String {
    let results = grouped(results as u64);
    format!("{results} of {}", counted(of as u64, "result"))
}

fn raised(kinds: &[(String, u64)]) -> String {
    let kinds = kinds.iter().take(NAMES);
    let kinds = kinds.map(|(kind, times)| format!("{} {}", grouped(*times), text::clean(kind, 60)));
    kinds.collect::<Vec<_>>().join(", ")
}

fn counted_processes(n: u32) -> String {
    let plural = if n == 1 { "" } else { "es" };
    format!("{n} process{plural}")
}

fn names_of(names: &[String]) -> String {
    let shown: Vec<String> = names
        .iter()
        .take(NAMES)
        .map(|name| text::clean(name, 60))
        .collect();
    let more = names.len().saturating_sub(NAMES) as u64;
    match more {
        0 => format!("the global {}", listed(&shown, "and")),
        more => format!(
            "the globals {} and {}",
            shown.join(", "),
            counted(more, "more")
        ),
    }
}
