//! Parses values of options: text becomes a number in the domain's unit, or one sentence.

use clap::{ValueEnum, builder::PossibleValue};

use crate::{
    catalog::{
        claim::{CLAIMS, Claim},
        model::Model,
        workload::Workload,
    },
    domain::{
        address::masked,
        function::{self, Function},
        look::{ColorChoice, ThemeName},
        python::StartMethod,
        text,
    },
    present::format::Format,
};

/// The maximum number of characters of an invalid value that a sentence quotes.
const MAX_SHOWN: usize = 60;

/// Names that the command line accepts and that completions and help list.
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

/// An invalid value for a sentence: shortened, and without a password if it is an address.
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

fn refused<T>(text: &str, why: &str) -> Result<T, String> {
    Err(format!("{} {why}", shown(text)))
}

/// A whole number: `10000000`, `10_000_000` or `1e7`.
pub(super) fn count(text: &str) -> Result<u64, String> {
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (Some(mantissa), Some(exponent)) = (digits(mantissa), digits(exponent)) else {
        let why = if is_negative(text) {
            "is negative: write a whole number such as 8"
        } else {
            "is not a whole number such as 8, 10_000_000 or 1e7"
        };
        return refused(text, why);
    };
    let number = || -> Option<u64> {
        let factor = 10u64.checked_pow(exponent.parse().ok()?)?;
        factor.checked_mul(mantissa.parse().ok()?)
    };
    number().map_or_else(|| refused(text, "is too large a number"), Ok)
}

/// The time that several runs may take, in seconds: from one second to an hour.
pub(super) fn budget(text: &str) -> Result<f64, String> {
    match microseconds(text)? as f64 / 1e6 {
        seconds @ 1.0..=3600.0 => Ok(seconds),
        _ => refused(text, "is not between 1s and 3600s"),
    }
}

/// The number of a claim.
pub(super) fn claim(text: &str) -> Result<u8, String> {
    let claim = u8::try_from(count(text)?).ok().and_then(Claim::by_number);
    claim.map_or_else(
        || {
            let last = CLAIMS.len();
            refused(
                text,
                &format!("is not the number of a claim, from 1 to {last}"),
            )
        },
        |claim| Ok(claim.number),
    )
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
        return refused(text, "is not a size such as 60000, 60k or 1M");
    }
    count(number)?
        .checked_mul(factor)
        .map_or_else(|| refused(text, "is too large a number"), Ok)
}

/// Reads a duration such as `250ms`, `0.25s` or `500us`, in microseconds. Finer durations are refused.
pub(super) fn microseconds(text: &str) -> Result<u64, String> {
    const NO_TIME: &str = "is not a time such as 250ms, 0.25s or 500us";
    if is_negative(text) {
        return refused(text, "is negative: write a time such as 250ms");
    }
    let unit_at = text.find(|c: char| !(c.is_ascii_digit() || c == '.' || c == '_'));
    let (number, unit) = text.split_at(unit_at.unwrap_or(text.len()));
    // Both micro signs that keyboards and fonts offer: U+00B5 and the Greek letter U+03BC.
    let decimals = match unit {
        "s" => 6,
        "ms" => 3,
        "us" | "\u{b5}s" | "\u{3bc}s" => 0,
        "" if digits(number).is_some() => {
            return refused(text, &format!("has no unit: write {number}ms, for example"));
        }
        _ => return refused(text, NO_TIME),
    };
    let (before, after) = number.split_once('.').unwrap_or((number, "0"));
    let (Some(before), Some(after)) = (digits(before), digits(after)) else {
        return refused(text, NO_TIME);
    };
    let after = after.trim_end_matches('0');
    if after.len() > decimals {
        return refused(
            text,
            "is finer than a microsecond, which is the finest allowed",
        );
    }
    let all = format!("{before}{after}{}", "0".repeat(decimals - after.len()));
    all.parse().or_else(|_| refused(text, "is too long a time"))
}

/// A function of the user's: `FILE.py:NAME` or `package.module:NAME`.
pub(super) fn target(text: &str) -> Result<String, String> {
    match Function::check_target(text) {
        Ok(()) => Ok(text.into()),
        Err(what) => refused(text, what),
    }
}

/// Whole numbers from the first to before the second: `0..100`.
pub(super) fn range(text: &str) -> Result<(i64, i64), String> {
    function::range(text).or_else(|what| refused(text, what))
}

/// A duration in whole milliseconds.
pub(super) fn milliseconds(text: &str) -> Result<u64, String> {
    match microseconds(text)? {
        us if us.is_multiple_of(1_000) => Ok(us / 1_000),
        _ => refused(text, "is not a whole number of milliseconds"),
    }
}

/// `100ms..400ms`, or one time for all addresses: both ends in milliseconds. Their order is not checked here.
pub(super) fn latency(text: &str) -> Result<(u64, u64), String> {
    let (min, max) = text.split_once("..").unwrap_or((text, text));
    if min.is_empty() || max.is_empty() {
        return refused(text, "is not a range such as 100ms..400ms");
    }
    Ok((milliseconds(min)?, milliseconds(max)?))
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
        assert_eq!(latency("100ms..0.4s"), Ok((100, 400)));
        assert_eq!(latency("200ms"), Ok((200, 200)));
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
