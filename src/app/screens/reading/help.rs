//! The help: made from the table of keys, so that it cannot lie. What works where the user is comes first.

use crate::app::keys::Keys;
use crate::app::screens::all_keys;
use crate::app::screens::reading::{Entry, Look, Section};
use crate::domain::phase::Phase;

/// The help for somebody who is where these contexts hold, innermost first.
pub(crate) fn help(here: &[&'static Keys]) -> Vec<Section> {
    let place = |keys: &&'static Keys| {
        let here = here.iter().position(|other| std::ptr::eq(*other, *keys));
        here.unwrap_or(usize::MAX)
    };
    let mut all = all_keys();
    all.sort_by_key(place);
    let mut sections: Vec<Section> = vec![];
    for keys in all {
        let entries = keys.bindings.iter();
        let entries = entries.map(|binding| Entry::named(binding.shown, binding.explanation));
        match sections.last_mut() {
            Some(last) if keys.heading.is_empty() => last.entries.extend(entries),
            Some(_) => sections.push(Section::new(keys.heading, entries.collect())),
            None => {
                let heading = format!("Here · {}", keys.heading);
                sections.push(Section::new(heading, entries.collect()));
            }
        }
    }
    sections.extend([bars(), words(), signs()]);
    sections
}

fn bars() -> Section {
    let phases = Phase::MEASURED
        .into_iter()
        .chain([Phase::Lost])
        .map(Entry::phase);
    Section::new(
        "What a bar says: its ink is the share of the time that was computing",
        phases.collect(),
    )
}

fn words() -> Section {
    let entries = vec![
        Entry::named(
            "concurrency",
            "how many tasks are in flight: begun and not yet ended",
        ),
        Entry::named(
            "parallelism",
            "how many workers are on a core at the same time",
        ),
    ];
    Section::new("The two numbers that it is all about", entries)
}

fn signs() -> Section {
    Section::new(
        "What stands before a run in the history",
        signs_of_history(),
    )
}

/// The signs of the history, with their meaning.
pub(crate) fn signs_of_history() -> Vec<Entry> {
    [
        ("▸", "shown above"),
        ("●", "marked, to be compared"),
        (
            "B",
            "the baseline: chosen with b, else the latest serial run without failures",
        ),
        (
            "★",
            "the fastest run of its work, clearly ahead of all others",
        ),
        (
            "!",
            "there is a reason to trust it less: Enter shows all of them",
        ),
    ]
    .map(|(sign, said)| Entry::sign(sign, Look::Strong, said))
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::keys::everywhere;
    use crate::app::screens::history::keys::HISTORY;

    fn headings(here: &[&'static Keys]) -> Vec<String> {
        help(here)
            .iter()
            .map(|section| section.heading.to_string())
            .collect()
    }

    #[test]
    fn what_works_here_comes_first_and_every_key_once() {
        let here: [&'static Keys; 4] = [
            &HISTORY,
            &everywhere::PANELS,
            &everywhere::COMMON,
            &everywhere::ALWAYS,
        ];
        let headings = headings(&here);
        assert_eq!(
            headings[..3],
            ["Here · In the history", "Runs and panels", "Everywhere"]
        );
        let listed: usize = help(&here)
            .iter()
            .map(|section| section.entries.len())
            .sum::<usize>()
            - Phase::COUNT
            - 2
            - 5;
        assert_eq!(
            listed,
            all_keys()
                .map(|keys| keys.bindings.len())
                .iter()
                .sum::<usize>()
        );
    }
}
