//! Selects kept runs: by `3`, `#3`, `3..7`, `last`, or the name that the user gave.

use std::collections::BTreeSet;

/// A kept run or sweep that can be selected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate<'a> {
    /// The number on the screen.
    pub number: usize,
    /// What the user calls it; `None` without a name.
    pub name: Option<&'a str>,
    /// Whether the run belongs to a sweep, which represents it in lists. `last` never selects such a run.
    pub is_part: bool,
}

/// The numbers of the candidates that these words select. Each number occurs once, in the order of the words; the
/// numbers of a range ascend. The candidates must be in ascending order.
///
/// A word is a number (`3` or `#3`), a range of numbers that includes both ends (`3..7`, or `3..` and `..7`, which are
/// open at one end), `last`, or a name. A word may contain several of these, separated by commas.
///
/// # Errors
/// If a word selects nothing, or if it is ambiguous. The message is one sentence about the first such word.
pub fn select<'a>(
    words: impl IntoIterator<Item = &'a str>,
    candidates: &[Candidate<'_>],
) -> Result<Vec<usize>, String> {
    let mut seen = BTreeSet::new();
    let mut selected = vec![];
    for word in words {
        for number in of_word(word, candidates)? {
            if seen.insert(number) {
                selected.push(number);
            }
        }
    }
    Ok(selected)
}

/// A number as it is written, with or without `#`. A number that is too large becomes one that no run has.
fn number(text: &str) -> Option<usize> {
    let digits = text.strip_prefix('#').unwrap_or(text);
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| digits.parse().unwrap_or(usize::MAX))
}

/// Both ends of a range. A missing end becomes the lowest or highest number.
fn range(text: &str) -> Option<(usize, usize)> {
    let end = |text: &str, open| number(text).or(text.is_empty().then_some(open));
    let (from, to) = text.split_once("..").filter(|ends| *ends != ("", ""))?;
    Some((end(from, 0)?, end(to, usize::MAX)?))
}

fn of_word(word: &str, candidates: &[Candidate<'_>]) -> Result<Vec<usize>, String> {
    // The whole word is tried first, because a name from a shared file may contain commas.
    let named = of_name(word, candidates);
    if !named.is_empty() || !word.contains(',') {
        return of_part(word, candidates);
    }
    let mut numbers = vec![];
    for part in word
        .split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
    {
        numbers.extend(of_part(part, candidates)?);
    }
    Ok(numbers)
}

fn of_part(word: &str, candidates: &[Candidate<'_>]) -> Result<Vec<usize>, String> {
    let of_list = candidates.iter().rev().find(|run| !run.is_part);
    let Some(last) = of_list.or(candidates.last()) else {
        return Err("there are no runs".into());
    };
    if word == "last" {
        return Ok(vec![last.number]);
    }
    let of_number = |asked| (asked..=asked, format!("#{}", word.trim_start_matches('#')));
    let of_range = |(from, to)| (from..=to, format!("in the range {word}"));
    let asked = range(word).map(of_range);
    if let Some((asked, what)) = asked.or_else(|| number(word).map(of_number)) {
        let (from, to) = (asked.start(), asked.end());
        if asked.is_empty() {
            return Err(format!("the range {word} is reversed; write {to}..{from}"));
        }
        let numbers = candidates.iter().map(|candidate| candidate.number);
        let within: Vec<usize> = numbers.filter(|number| asked.contains(number)).collect();
        if within.is_empty() {
            return Err(format!("there is no run {what}: {}", extent(candidates)));
        }
        return Ok(within);
    }
    match &of_name(word, candidates)[..] {
        [] => Err(format!(
            "no run is called \"{word}\"; use a number, a range such as 3..7, last, or a name"
        )),
        [number] => Ok(vec![*number]),
        several => {
            let several: Vec<String> = several.iter().map(|number| format!("#{number}")).collect();
            Err(format!(
                "several runs are called \"{word}\": {}; use a number",
                several.join(", ")
            ))
        }
    }
}

fn of_name(word: &str, candidates: &[Candidate<'_>]) -> Vec<usize> {
    let named = candidates
        .iter()
        .filter(|candidate| candidate.name == Some(word));
    named.map(|candidate| candidate.number).collect()
}

/// Describes which numbers exist.
fn extent(candidates: &[Candidate<'_>]) -> String {
    match candidates {
        [] => "there are none".into(),
        [only] => format!("the only one is #{}", only.number),
        [first, .., last] => format!("they go from #{} to #{}", first.number, last.number),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{super::name, *};

    const RUNS: [Candidate<'_>; 6] = [
        Candidate {
            number: 1,
            name: None,
            is_part: false,
        },
        Candidate {
            number: 2,
            name: Some("before"),
            is_part: false,
        },
        Candidate {
            number: 4,
            name: Some("twice"),
            is_part: false,
        },
        Candidate {
            number: 5,
            name: Some("twice"),
            is_part: false,
        },
        Candidate {
            number: 7,
            name: None,
            is_part: false,
        },
        Candidate {
            number: 12,
            name: Some("a, b"),
            is_part: false,
        },
    ];

    fn selected(words: &[&str]) -> Result<Vec<usize>, String> {
        select(words.iter().copied(), &RUNS)
    }

    #[test]
    fn numbers_ranges_last_and_names_are_found_each_once_in_the_order_asked_for() {
        for (words, expected) in [
            (&["4"][..], &[4][..]),
            (&["#4"], &[4]),
            (&["last"], &[12]),
            (&["before"], &[2]),
            (&["2..5"], &[2, 4, 5]),
            (&["3..6"], &[4, 5]),
            (&["5.."], &[5, 7, 12]),
            (&["..2"], &[1, 2]),
            (&["#1..#2"], &[1, 2]),
            (&["7", "1..4", "before", "last"], &[7, 1, 2, 4, 12]),
            (&["7,1..2, last"], &[7, 1, 2, 12]),
            (&["a, b"], &[12]),
            (&["0..99999999999999999999999"], &[1, 2, 4, 5, 7, 12]),
        ] {
            assert_eq!(selected(words).as_deref(), Ok(expected), "{words:?}");
        }
    }

    #[test]
    fn what_is_not_there_or_not_clear_gets_a_sentence_that_says_what_there_is() {
        for (word, told) in [
            ("3", "there is no run #3: they go from #1 to #12"),
            (
                "99999999999999999999999",
                "there is no run #99999999999999999999999",
            ),
            ("8..11", "no run in the range 8..11"),
            ("7..3", "reversed; write 3..7"),
            ("twice", "#4, #5; use a number"),
            ("after", "no run is called \"after\""),
            ("-1", "no run is called \"-1\""),
            ("..", "no run is called"),
            ("", "no run is called"),
            ("Last", "no run is called"),
        ] {
            let sentence = selected(&[word]).unwrap_err();
            assert!(sentence.contains(told), "{word}: {sentence}");
        }
        assert_eq!(select(["last"], &[]), Err("there are no runs".into()));
    }

    proptest! {
        #[test]
        fn whatever_may_be_a_name_finds_its_run(name in "\\PC{1,12}") {
            prop_assume!(name::check(&name).is_ok());
            let run = Candidate { number: 3, name: Some(&name), is_part: false };
            prop_assert_eq!(select([&name[..]], &[RUNS[0], run]), Ok(vec![3]));
        }
    }
}
