//! Values of options: text becomes a number with a unit that the domain counts in, or one sentence.

use clap::ValueEnum;
use clap::builder::PossibleValue;

use crate::catalog::model::Model;
use crate::catalog::workload::Workload;
use crate::domain::address::masked;
use crate::domain::look::{ColorChoice, ThemeName};
use crate::domain::python::StartMethod;
use crate::domain::sweep::parse_counts;
use crate::domain::text;
use crate::present::format::Format;

/// How much of a wrong value a sentence repeats, in characters.
const MAX_SHOWN: usize = 60;

/// The range that latencies are drawn from, as it was written: perhaps upside down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Latency {
    /// The first number, in milliseconds.
    pub(super) min_ms: u64,
    /// The second one, in milliseconds.
    pub(super) max_ms: u64,
}

/// Names that the command line takes, and completions and help list.
macro_rules! names {
    ($($type:ty: $description:expr;)*) => { $(
        impl ValueEnum for $type {
            fn value_variants<'a>() -> &'a [Self] {
                &Self::ALL
            }

            fn to_possible_value(&self) -> Option<PossibleValue> {
                let description: Option<fn(Self) -> &'static str> = $description;
                let help = description.map(|description| description(*self));
                Some(PossibleValue::new(self.name()).help(help))
            }
        }
    )* };
}

names! {
    Workload: Some(Workload::line);
    Model: Some(Model::line);
    StartMethod: Some(StartMethod::description);
    Format: Some(Format::description);
    ThemeName: Some(ThemeName::description);
    ColorChoice: None;
}

/// Names as in "serial, threads or rayon".
pub(super) fn one_of(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [only] => (*only).to_string(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

/// A wrong value as a sentence may repeat it: cut off, and without a password, should it be an address.
pub(super) fn shown(foreign: &str) -> String {
    let foreign = if foreign.contains("://") {
        masked(foreign)
    } else {
        foreign.to_owned()
    };
    let more = if foreign.chars().nth(MAX_SHOWN).is_some() {
        "…"
    } else {
        ""
    };
    format!("'{}{more}'", text::clean(&foreign, MAX_SHOWN))
}

/// Numbers of workers as a text that can be understood: what `cores` means in it, only the machine knows.
pub(super) fn counts(text: &str) -> Result<String, String> {
    if !text.contains("cores") {
        parse_counts(text, 1)?;
    }
    Ok(text.into())
}

/// A whole number: `10000000`, `10_000_000` or `1e7`.
pub(super) fn count(text: &str) -> Result<u64, String> {
    if is_negative(text) {
        return Err(format!(
            "{} is negative: write a whole number such as 8",
            shown(text)
        ));
    }
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (Some(mantissa), Some(exponent)) = (digits(mantissa), digits(exponent)) else {
        return Err(format!(
            "{} is not a whole number such as 8, 10_000_000 or 1e7",
            shown(text)
        ));
    };
    whole(&mantissa, &exponent).ok_or_else(|| format!("{} is too large a number", shown(text)))
}

fn is_negative(text: &str) -> bool {
    text.strip_prefix('-')
        .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit() || c == '.'))
}

/// The digits of a number, without the underscores that group them.
fn digits(text: &str) -> Option<String> {
    let grouped = text.starts_with(|c: char| c.is_ascii_digit()) && !text.ends_with('_');
    let known = text.chars().all(|c| c.is_ascii_digit() || c == '_');
    (grouped && known).then(|| text.replace('_', ""))
}

fn whole(mantissa: &str, exponent: &str) -> Option<u64> {
    let factor = 10u64.checked_pow(exponent.parse().ok()?)?;
    mantissa.parse::<u64>().ok()?.checked_mul(factor)
}

/// Bytes: `60000`, `60k` or `1M`.
pub(super) fn size(text: &str) -> Result<u64, String> {
    let bare = text.strip_suffix('B').unwrap_or(text);
    let (number, factor) = match bare.strip_suffix(['k', 'K']) {
        Some(number) => (number, 1_000),
        None => bare
            .strip_suffix('M')
            .map_or((bare, 1), |number| (number, 1_000_000)),
    };
    if !is_negative(text) && digits(number).is_none() && count(number).is_err() {
        return Err(format!(
            "{} is not a size such as 60000, 60k or 1M",
            shown(text)
        ));
    }
    count(number)?
        .checked_mul(factor)
        .ok_or_else(|| format!("{} is too large a number", shown(text)))
}

/// A duration in whole microseconds: a number and `s`, `ms`, `us` or `µs`.
pub(super) fn microseconds(text: &str) -> Result<u64, String> {
    if is_negative(text) {
        return Err(format!(
            "{} is negative: write a time such as 250ms",
            shown(text)
        ));
    }
    let unit_at = text.find(|c: char| !(c.is_ascii_digit() || c == '.' || c == '_'));
    let (number, unit) = text.split_at(unit_at.unwrap_or(text.len()));
    // Both micro signs that keyboards and fonts offer: U+00B5 and the Greek letter U+03BC.
    let decimals = match unit {
        "s" => 6,
        "ms" => 3,
        "us" | "\u{b5}s" | "\u{3bc}s" => 0,
        "" if digits(number).is_some() => {
            return Err(format!(
                "{} has no unit: write {number}ms, for example",
                shown(text)
            ));
        }
        _ => return Err(no_duration(text)),
    };
    scaled(number, decimals)
        .ok_or_else(|| no_duration(text))?
        .map_err(|problem| format!("{} is {problem}", shown(text)))
}

fn no_duration(text: &str) -> String {
    format!(
        "{} is not a time such as 250ms, 0.25s or 500us",
        shown(text)
    )
}

/// `number` times ten to the power of `decimals`; `None` if it is no number.
fn scaled(number: &str, decimals: usize) -> Option<Result<u64, &'static str>> {
    let (before, after) = number.split_once('.').unwrap_or((number, "0"));
    let before = digits(before)?;
    let after = digits(after)?;
    let after = after.trim_end_matches('0');
    if after.len() > decimals {
        return Some(Err("finer than a microsecond, which is the finest allowed"));
    }
    let all = format!("{before}{after}{}", "0".repeat(decimals - after.len()));
    Some(all.parse().map_err(|_| "too long a time"))
}

/// A duration in whole milliseconds.
pub(super) fn milliseconds(text: &str) -> Result<u64, String> {
    let us = microseconds(text)?;
    if us.is_multiple_of(1_000) {
        Ok(us / 1_000)
    } else {
        Err(format!(
            "{} is not a whole number of milliseconds",
            shown(text)
        ))
    }
}

/// `100ms..400ms`, or one time for all addresses.
pub(super) fn latency(text: &str) -> Result<Latency, String> {
    let (min, max) = text.split_once("..").unwrap_or((text, text));
    if min.is_empty() || max.is_empty() {
        return Err(format!(
            "{} is not a range such as 100ms..400ms",
            shown(text)
        ));
    }
    Ok(Latency {
        min_ms: milliseconds(min)?,
        max_ms: milliseconds(max)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_may_be_grouped_or_have_an_exponent() {
        for (text, number) in [
            ("0", 0),
            ("8", 8),
            ("10_000_000", 10_000_000),
            ("1e7", 10_000_000),
        ] {
            assert_eq!(count(text), Ok(number), "{text}");
        }
    }

    #[test]
    fn what_is_no_whole_number_is_refused_with_an_example() {
        for (text, why) in [
            ("-5", "negative"),
            ("four", "not a whole number"),
            ("", "not a whole number"),
            ("2.5", "not a whole number"),
            ("+3", "not a whole number"),
            ("_1", "not a whole number"),
            ("1_", "not a whole number"),
            ("1e", "not a whole number"),
            ("--tasks", "not a whole number"),
            ("99999999999999999999", "too large"),
            ("1e30", "too large"),
        ] {
            let sentence = count(text).expect_err(text);
            assert!(sentence.contains(why), "{text}: {sentence}");
        }
    }

    #[test]
    fn sizes_have_decimal_units() {
        for (text, bytes) in [
            ("60000", 60_000),
            ("60k", 60_000),
            ("60kB", 60_000),
            ("1M", 1_000_000),
        ] {
            assert_eq!(size(text), Ok(bytes), "{text}");
        }
        for bad in ["k", "60q", "-1k", "1.5k", "99999999999999999M", ""] {
            assert!(size(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn durations_need_a_number_and_a_unit() {
        for (text, us) in [
            ("5ms", 5_000),
            ("0.25s", 250_000),
            ("500us", 500),
            ("500\u{b5}s", 500),
            ("500\u{3bc}s", 500),
            ("1.5ms", 1_500),
            ("0ms", 0),
        ] {
            assert_eq!(microseconds(text), Ok(us), "{text}");
        }
        assert!(microseconds("250").is_err_and(|sentence| sentence.contains("250ms")));
        for bad in [
            "ms",
            "",
            "5 ms",
            "5min",
            "5h",
            "1.2.3s",
            ".5s",
            "-5ms",
            "1e3ms",
            "0.5us",
            "99999999999999999999s",
        ] {
            assert!(microseconds(bad).is_err(), "{bad}");
        }
        assert!(milliseconds("500us").is_err());
    }

    #[test]
    fn a_latency_is_a_range_or_one_time() {
        assert_eq!(
            latency("100ms..0.4s"),
            Ok(Latency {
                min_ms: 100,
                max_ms: 400
            })
        );
        assert_eq!(
            latency("200ms"),
            Ok(Latency {
                min_ms: 200,
                max_ms: 200
            })
        );
        for bad in ["100ms..", "..400ms", "..", "100..400ms", "a..b"] {
            assert!(latency(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_sentence_repeats_only_harmless_text() {
        let sentence = shown("\u{1b}[2J\nthreads");
        assert!(!sentence.contains(char::is_control), "{sentence}");
        assert!(shown(&"x".repeat(1_000)).chars().count() < 70);
    }
}
