//! The signs of runs. They are the same in every table, and so is their meaning.

use crate::domain::history::{EntryTest, RunEntry};

/// Each sign, its meaning, and the test for the runs that have it.
pub const MARKS: [(&str, &str, EntryTest); 3] = [
    ("B", "baseline", |run| run.assessment.is_baseline),
    ("★", "fastest", |run| run.assessment.is_fastest),
    ("!", "has caveats", RunEntry::has_caveats),
];

/// The signs of a run.
pub fn of(run: &RunEntry) -> impl Iterator<Item = &'static str> {
    let there = MARKS.iter().filter(|(.., is_there)| is_there(run));
    there.map(|(sign, ..)| *sign)
}

/// The meaning of the signs that these runs have.
pub fn legend<'r>(runs: impl Iterator<Item = &'r RunEntry> + Clone) -> String {
    let there = MARKS
        .iter()
        .filter(|(.., is_there)| runs.clone().any(is_there));
    let said = there.map(|(sign, meaning, _)| format!("{sign} {meaning}"));
    said.collect::<Vec<_>>().join("  ")
}
