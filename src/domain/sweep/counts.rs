//! Worker counts in the user's notation: `1,2,4`, `1..16`, `2^0..2^4`, `cores`, and combinations of these.

use super::ascending;
use crate::domain::text::{self, grouped};

/// The maximum number of worker counts in a sweep.
pub const MAX_COUNTS: usize = 64;
/// The maximum number of characters of invalid input that an error message quotes.
const MAX_SHOWN: usize = 40;

/// The worker counts that `text` stands for, each once, in ascending order, all at least 1. Parts are separated by
/// commas. A part is a number, `2^4`, `cores`, or a range of two of these that includes both ends. A range between two
/// powers of two contains only the powers.
///
/// # Errors
/// If a part is invalid. The message is one sentence that names the part and says what is allowed.
pub fn parse_counts(text: &str, cores_usable: u32) -> Result<Vec<u64>, String> {
    if text.trim().is_empty() {
        return Err(
            "no number of workers was given; write them like 1,2,4 or 1..16 or 2^0..2^4 or cores"
                .into(),
        );
    }
    let mut counts = vec![];
    for part in text.split(',') {
        counts.extend(of_part(part.trim(), cores_usable)?);
        counts = ascending(&counts);
        if counts.len() > MAX_COUNTS {
            return Err(too_many(text, &format!("more than {MAX_COUNTS}")));
        }
    }
    Ok(counts)
}

/// One end of a range, or a single number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum RangeEnd {
    Number(u64),
    PowerOfTwo(u32),
}

impl RangeEnd {
    fn value(self) -> u64 {
        match self {
            RangeEnd::Number(number) => number,
            RangeEnd::PowerOfTwo(exponent) => 1 << exponent,
        }
    }
}

fn of_part(part: &str, cores_usable: u32) -> Result<Vec<u64>, String> {
    let Some((first, last)) = part.split_once("..") else {
        return end(part, cores_usable).map(|end| vec![end.value()]);
    };
    // Rust's notation for a range that includes its end is accepted, too.
    let last = last.strip_prefix('=').unwrap_or(last);
    let (first, last) = (
        end(first.trim(), cores_usable)?,
        end(last.trim(), cores_usable)?,
    );
    let (from, to) = (first.value(), last.value());
    if from > to {
        return Err(format!(
            "{} is reversed; the smaller number comes first",
            shown(part)
        ));
    }
    match (first, last) {
        (RangeEnd::PowerOfTwo(from), RangeEnd::PowerOfTwo(to)) => {
            Ok((from..=to).map(|exponent| 1 << exponent).collect())
        }
        _ if to - from >= MAX_COUNTS as u64 => {
            Err(too_many(part, &grouped((to - from).saturating_add(1))))
        }
        _ => Ok((from..=to).collect()),
    }
}

fn end(text: &str, cores_usable: u32) -> Result<RangeEnd, String> {
    if text == "cores" {
        return Ok(RangeEnd::Number(cores_usable.max(1).into()));
    }
    let exponent = text.strip_prefix("2^");
    let digits = exponent.unwrap_or(text);
    // Underscores are allowed between digits.
    let is_number = digits.starts_with(|c: char| c.is_ascii_digit())
        && !digits.ends_with('_')
        && digits.chars().all(|c| c.is_ascii_digit() || c == '_');
    if !is_number {
        return Err(format!(
            "{} is not a number of workers; write them like 1,2,4 or 1..16 or 2^0..2^4 or cores",
            shown(text)
        ));
    }
    match (digits.replace('_', "").parse::<u64>(), exponent) {
        (Ok(0), None) => Err("the smallest number of workers is 1, not 0".into()),
        (Ok(number), None) => Ok(RangeEnd::Number(number)),
        (Ok(exponent), Some(_)) if exponent < u64::BITS.into() => {
            Ok(RangeEnd::PowerOfTwo(exponent as u32))
        }
        _ => Err(format!("{} is too large a number of workers", shown(text))),
    }
}

fn too_many(text: &str, many: &str) -> String {
    format!(
        "{} stands for {many} numbers of workers, and at most {MAX_COUNTS} are allowed",
        shown(text)
    )
}

fn shown(foreign: &str) -> String {
    let rest = foreign.chars().nth(MAX_SHOWN);
    let more = rest.map_or("", |_| "…");
    format!("'{}{more}'", text::clean(foreign, MAX_SHOWN))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lists_ranges_powers_and_cores_may_be_mixed_and_come_out_ascending_and_once() {
        for (text, counts) in [
            ("1,2,4", vec![1, 2, 4]),
            (" 4 , 1,2,2 ", vec![1, 2, 4]),
            ("1..5", vec![1, 2, 3, 4, 5]),
            ("3..3", vec![3]),
            ("1..=3", vec![1, 2, 3]),
            ("2^0..2^4", vec![1, 2, 4, 8, 16]),
            ("2^3", vec![8]),
            ("cores", vec![6]),
            ("1..cores", vec![1, 2, 3, 4, 5, 6]),
            ("16,cores,2^0..2^2,5..7", vec![1, 2, 4, 5, 6, 7, 16]),
            ("1_000", vec![1_000]),
            ("2^0..8", (1..=8).collect()),
        ] {
            assert_eq!(parse_counts(text, 6), Ok(counts), "{text}");
        }
    }

    #[test]
    fn what_is_no_list_of_counts_gets_one_sentence_that_names_it() {
        for (text, why) in [
            ("", "no number"),
            (" ", "no number"),
            ("1,,2", "''"),
            ("1,", "''"),
            ("four", "'four'"),
            ("0", "the smallest number"),
            ("-1", "'-1'"),
            ("1..", "''"),
            ("..4", "''"),
            ("8..1", "reversed"),
            ("2^4..2^0", "reversed"),
            ("2^64", "too large"),
            ("2^99999999999999999999", "too large"),
            ("99999999999999999999", "too large"),
            ("2^", "'2^'"),
            ("3^2", "'3^2'"),
            ("1.5", "'1.5'"),
            ("1..100", "100"),
            ("0..18446744073709551615", "the smallest number"),
            ("1..18446744073709551615", "at most 64"),
            ("1..40,41..80", "more than 64"),
            ("1..2..3", "'2..3'"),
            ("cores\u{1b}[2J", "cores"),
        ] {
            let sentence = parse_counts(text, 2).expect_err(text);
            assert!(sentence.contains(why), "{text}: {sentence}");
            assert!(!sentence.contains(char::is_control), "{sentence}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_understood_or_refused(text in "[0-9a-z^., =_-]{0,24}") {
            if let Ok(counts) = parse_counts(&text, 4) {
                prop_assert!(counts.len() <= MAX_COUNTS && counts[0] >= 1);
                prop_assert!(counts.windows(2).all(|pair| pair[0] < pair[1]));
            }
        }
    }
}
