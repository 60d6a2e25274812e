//! The help, generated from the tables of keys, so that it cannot be wrong.

use crate::app::{
    keys::Keys,
    screens::{
        all_keys,
        reading::{Section, TextEntry, article},
    },
};

/// The text after the keys.
const TEXT: &str = include_str!("../../../../assets/help/help.md");

/// The help for a user in a place where these keys work, innermost first. How to run something comes before the keys
/// that work here.
pub(crate) fn help(here: &[&'static Keys]) -> Vec<Section> {
    let is = |keys: &'static Keys| move |other: &&'static Keys| std::ptr::eq(*other, keys);
    let mut all = all_keys();
    let to_run = all[0];
    let place = |keys: &&'static Keys| match here.iter().position(|other| is(keys)(other)) {
        Some(_) if is(to_run)(keys) => 0,
        Some(place) => place + 1,
        None => usize::MAX,
    };
    all.sort_by_key(place);
    let mut sections: Vec<Section> = vec![];
    for keys in all {
        let bindings = keys.bindings.iter();
        let entries =
            bindings.map(|binding| TextEntry::named(binding.shown, binding.explanation.clone()));
        match sections.last_mut() {
            Some(last) if keys.heading.is_empty() => last.entries.extend(entries),
            _ => {
                let is_here = here.first().is_some_and(is(keys));
                let mark = if is_here { "Here · " } else { "" };
                let heading = format!("{mark}{}", keys.heading);
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
    use crate::{
        app::{keys::everywhere, screens::history::keys::HISTORY},
        domain::phase::Phase,
    };

    fn headings(here: &[&'static Keys]) -> Vec<String> {
        help(here)
            .iter()
            .map(|section| section.heading.to_string())
            .collect()
    }

    #[test]
    fn how_something_is_run_and_what_works_here_come_first_and_every_key_once() {
        let here: [&'static Keys; 4] = [
            &HISTORY,
            &everywhere::PANELS,
            &everywhere::COMMON,
            &everywhere::ALWAYS,
        ];
        let headings = headings(&here);
        assert_eq!(
            headings[..3],
            ["Runs and panels", "Here · In the history", "Everywhere"]
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
