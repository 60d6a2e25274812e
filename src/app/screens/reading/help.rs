//! The help: made from the table of keys, so that it cannot lie. What works where the user is comes first.

use crate::app::keys::Keys;
use crate::app::screens::all_keys;
use crate::app::screens::reading::{Entry, Section, article};

/// What follows the keys.
const TEXT: &str = include_str!("../../../../assets/help/help.md");

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
    sections.extend(article::sections(TEXT));
    sections
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::keys::everywhere;
    use crate::app::screens::history::keys::HISTORY;
    use crate::domain::phase::Phase;

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
