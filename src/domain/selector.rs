//! Which kept runs are meant: `3`, `#3`, `3..7`, `last`, or the name that the user gave.

use std::collections::BTreeSet;

/// What can be meant: a kept run or sweep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate<'a> {
    /// Its number.
    pub number: usize,
    /// What the user calls it.
    pub name: Option<&'a str>,
}

/// The numbers of the candidates that these words mean: each once, in the order in which they were asked for; those of a
/// range ascend. The candidates ascend.
///
/// A word is a number (`3` or `#3`), a range of numbers with both ends (`3..7`; without an end, `3..` or `..7`, as far as
/// there are any), `last`, or a name as it was given. Several may stand in one word, between commas.
///
/// # Errors
/// One sentence about the first word that means nothing here, or more than one thing.
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

/// What a word looks like.
#[derive(Debug, PartialEq, Eq)]
enum Word {
    Last,
    Number(usize),
    /// With both ends; without them as far as there is anything.
    Range(usize, usize),
    /// A number that nothing has.
    TooLarge,
    Name,
}

impl Word {
    fn of(text: &str) -> Word {
        if text == "last" {
            return Word::Last;
        }
        match text.split_once("..") {
            Some(("", "")) | None => Word::of_number(text),
            Some((from, to)) => match (Word::end(from, 0), Word::end(to, usize::MAX)) {
                (Some(from), Some(to)) => Word::Range(from, to),
                _ => Word::Name,
            },
        }
    }

    fn of_number(text: &str) -> Word {
        let digits = text.strip_prefix('#').unwrap_or(text);
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Word::Name;
        }
        digits.parse().map_or(Word::TooLarge, Word::Number)
    }

    /// The end of a range, which is `open` where there is none.
    fn end(text: &str, open: usize) -> Option<usize> {
        match Word::of_number(text) {
            _ if text.is_empty() => Some(open),
            Word::Number(number) => Some(number),
            Word::TooLarge => Some(usize::MAX),
            _ => None,
        }
    }
}

fn of_word(word: &str, candidates: &[Candidate<'_>]) -> Result<Vec<usize>, String> {
    // A name from a file of somebody else may hold anything.
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
    let Some(last) = candidates.last() else {
        return Err("there are no runs".into());
    };
    match Word::of(word) {
        Word::Last => Ok(vec![last.number]),
        Word::Number(number)
            if candidates
                .iter()
                .any(|candidate| candidate.number == number) =>
        {
            Ok(vec![number])
        }
        Word::Number(_) | Word::TooLarge => {
            let number = word.trim_start_matches('#');
            Err(format!("there is no run #{number}: {}", extent(candidates)))
        }
        Word::Range(from, to) if from > to => Err(format!(
            "the range {word} is upside down: write {to}..{from}"
        )),
        Word::Range(from, to) => {
            let within = candidates.iter().map(|candidate| candidate.number);
            let numbers: Vec<usize> = within
                .filter(|number| (from..=to).contains(number))
                .collect();
            let none = || {
                format!(
                    "there is no run in the range {word}: {}",
                    extent(candidates)
                )
            };
            if numbers.is_empty() {
                Err(none())
            } else {
                Ok(numbers)
            }
        }
        Word::Name => match &of_name(word, candidates)[..] {
            [] => Err(format!(
                "no run is called \"{word}\": use a number, a range as 3..7, last, or a name that was given"
            )),
            [number] => Ok(vec![*number]),
            several => Err(format!(
                "several runs are called \"{word}\": {}; use a number",
                several
                    .iter()
                    .map(|number| format!("#{number}"))
                    .collect::<Vec<_>>()
                    .join(", ")
            )),
        },
    }
}

fn of_name(word: &str, candidates: &[Candidate<'_>]) -> Vec<usize> {
    let named = candidates
        .iter()
        .filter(|candidate| candidate.name == Some(word));
    named.map(|candidate| candidate.number).collect()
}

/// Which numbers there are.
fn extent(candidates: &[Candidate<'_>]) -> String {
    match candidates {
        [] => "there are none".into(),
        [only] => format!("the only one is #{}", only.number),
        [first, .., last] => format!("they go from #{} to #{}", first.number, last.number),
    }
}

#[cfg(test)]
mod tests {
    use super::super::name;
    use super::*;
    use proptest::prelude::*;

    const RUNS: [Candidate<'_>; 6] = [
        Candidate {
            number: 1,
            name: None,
        },
        Candidate {
            number: 2,
            name: Some("before"),
        },
        Candidate {
            number: 4,
            name: Some("twice"),
        },
        Candidate {
            number: 5,
            name: Some("twice"),
        },
        Candidate {
            number: 7,
            name: None,
        },
        Candidate {
            number: 12,
            name: Some("a, b"),
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
            ("7..3", "upside down: write 3..7"),
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
            let run = Candidate { number: 3, name: Some(&name) };
            prop_assert_eq!(select([&name[..]], &[RUNS[0], run]), Ok(vec![3]));
        }
    }
}
