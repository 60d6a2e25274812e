//! The format of numbers and of untrusted text on every screen and in every table.

use std::{borrow::Cow, fmt};

use textwrap::{Options, WordSplitter};
use unicode_width::UnicodeWidthStr;

/// A duration with three significant digits and a unit: `12.3 ms`, `1.23 s`.
pub fn duration(seconds: f64) -> String {
    let (value, unit) = match seconds {
        s if s >= 60.0 => return minutes(s),
        s if s >= 0.9995 => (s, "s"),
        s if s >= 0.000_999_5 => (s * 1e3, "ms"),
        s => (s * 1e6, "µs"),
    };
    format!("{value:.*} {unit}", decimals(value).min(2))
}

/// How many decimals give three significant digits. Values below 1 have at most three decimals.
pub fn decimals(value: f64) -> usize {
    match value {
        v if v >= 99.95 => 0,
        v if v >= 9.995 => 1,
        v if v >= 0.995 => 2,
        _ => 3,
    }
}

fn minutes(seconds: f64) -> String {
    let whole = seconds.round() as u64;
    format!("{} min {:02} s", whole / 60, whole % 60)
}

/// Seconds in a column of times, with their unit. Three decimals align the points. A time that is too short for three
/// decimals has a smaller unit, which stands out.
pub fn column_seconds(seconds: f64) -> String {
    if seconds > 0.0 && seconds < LEAST_IN_SECONDS {
        duration(seconds)
    } else {
        format!("{} s", with_groups(seconds, 3))
    }
}

/// The shortest time that has two significant digits with three decimals of a second.
pub const LEAST_IN_SECONDS: f64 = 0.0095;

/// A number that is not negative, rounded to this many decimals and grouped before the point.
pub fn with_groups(value: f64, decimals: usize) -> String {
    let plain = format!("{value:.decimals$}");
    let (whole, fraction) = plain.split_at(plain.find('.').unwrap_or(plain.len()));
    let whole = whole.parse().map_or_else(|_| whole.into(), grouped);
    whole + fraction
}

/// A speed-up of single runs, with two significant digits, because more would suggest a false precision.
pub fn speedup(factor: f64) -> String {
    let decimals = match factor {
        f if f >= 9.95 => 0,
        // A gain of less than a tenth must not be printed as 1.1.
        f if (1.05..1.1).contains(&f) => 2,
        f if f >= 0.995 => 1,
        f if f >= 0.0995 => 2,
        _ => 3,
    };
    format!("{factor:.decimals$}×")
}

/// A whole number in groups of three digits: `10 000 000`.
pub fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() * 4 / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(' ');
        }
        out.push(digit);
    }
    out
}

/// A list as in "serial, threads or rayon", with `word` before the last name.
pub fn listed(names: &[impl AsRef<str>], word: &str) -> String {
    let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
    match &names[..] {
        [first @ .., last] if !first.is_empty() => {
            format!("{} {word} {last}", first.join(", "))
        }
        _ => names.concat(),
    }
}

/// A share as a whole percentage: "31 %".
pub fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

/// The text with a capital first letter, as a sentence starts.
pub fn capitalized(text: &str) -> String {
    let mut rest = text.chars();
    let first = rest.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(rest).collect()
}

/// A count with its noun, for example "1 task" and "4 000 threads".
pub fn counted(n: u64, noun: &str) -> String {
    format!("{} {noun}{}", grouped(n), if n == 1 { "" } else { "s" })
}

/// A number that may be a fraction, with up to two digits after the point, and its noun: "2 cores", "1.5 cores".
pub fn amount(n: f64, noun: &str) -> String {
    let whole = n.round();
    if (n - whole).abs() < 0.005 {
        return counted(whole as u64, noun);
    }
    format!("{} {noun}s", short(n))
}

/// A number with up to two digits after the point.
pub fn short(n: f64) -> String {
    let digits = format!("{n:.2}");
    digits.trim_end_matches('0').trim_end_matches('.').into()
}

/// Bytes in the largest unit in which the number is at least 1.
pub fn bytes(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["B", "kB", "MB", "GB", "TB"];
    let mut value = bytes as f64;
    let mut unit = 0;
    while value >= 1000.0 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    let decimals = usize::from(unit > 0);
    format!("{value:.decimals$} {}", UNITS[unit])
}

/// The text with `~` in place of the user's home directory, as a shell writes it. Names that only start or end the same stay.
pub fn with_tilde(text: &str, home: &str) -> String {
    let home = home.trim_end_matches('/');
    if home.is_empty() {
        return text.into();
    }
    let mut parts = text.split(home);
    let mut shown = parts.next().unwrap_or_default().to_owned();
    let in_name = |c: char| c.is_alphanumeric() || "-_.".contains(c);
    for part in parts {
        let goes_on = part.starts_with(in_name) || shown.ends_with(in_name);
        shown.push_str(if goes_on { home } else { "~" });
        shown.push_str(part);
    }
    shown
}

/// A system error in the system's words for the end of a sentence, without Rust's "(os error 28)". Only the first letter
/// of the words is made small, as a path may follow.
pub fn plain(error: &impl fmt::Display) -> String {
    let text = error.to_string();
    let words = text.split(" (os error").next().unwrap_or_default();
    let mut letters = words.chars();
    let first = letters.next().map(char::to_lowercase);
    first.into_iter().flatten().chain(letters).collect()
}

/// At most `most` characters of untrusted text. Each character that could command a terminal or reorder the text around
/// it is replaced by `\u{fffd}`.
pub fn clean(foreign: &str, most: usize) -> String {
    let harmless = |c| {
        if is_treacherous(c) {
            char::REPLACEMENT_CHARACTER
        } else {
            c
        }
    };
    foreign.chars().take(most).map(harmless).collect()
}

/// Whether the character is a control character, a bidirectional control or a line separator. Line breaks are control
/// characters, because a sentence is one line. Joiners are allowed, because Persian words and emoji of families contain
/// them.
pub fn is_treacherous(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// Whether the text is one line of at most `width` columns, so that it needs no wrapping. (The wrapping counts each part of a
/// joined emoji.)
pub fn is_line_of(width: usize, text: &str) -> bool {
    !text.contains('\n') && !text.ends_with(' ') && text.width() <= width
}

/// The text in lines of at most `width` columns, broken at spaces. A word that is longer than a line is broken at the
/// end of the line.
pub fn wrap(text: &str, width: u16) -> Vec<String> {
    if is_line_of(width.into(), text) {
        return vec![text.into()];
    }
    let options = Options::new(width.max(1).into()).word_splitter(WordSplitter::NoHyphenation);
    let lines = textwrap::wrap(text, options).into_iter();
    lines.map(Cow::into_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_home_directory_is_a_tilde_and_what_only_looks_like_it_is_not() {
        let text = "/home/anna/x, /home/annabel, /mnt/home/anna, /home/anna";
        let shown = "~/x, /home/annabel, /mnt/home/anna, ~";
        for home in ["/home/anna", "/home/anna/"] {
            assert_eq!(with_tilde(text, home), shown);
        }
        assert_eq!(with_tilde(text, "/"), text);
    }

    #[test]
    fn durations_keep_three_significant_digits_across_units() {
        for (seconds, text) in [
            (0.000_012_34, "12.3 µs"),
            (0.001, "1.00 ms"),
            (0.0999, "99.9 ms"),
            (0.9996, "1.00 s"),
            (12.34, "12.3 s"),
            (59.0, "59.0 s"),
            (75.2, "1 min 15 s"),
        ] {
            assert_eq!(duration(seconds), text);
        }
    }

    #[test]
    fn speedups_have_two_significant_digits() {
        assert_eq!(speedup(1.949), "1.9×");
        assert_eq!(speedup(12.4), "12×");
        assert_eq!(speedup(0.996), "1.0×");
        assert_eq!(
            (speedup(1.057), speedup(1.1)),
            ("1.06×".into(), "1.1×".into()),
            "no gain, a gain"
        );
        assert_eq!(speedup(0.54), "0.54×");
        assert_eq!(speedup(0.054), "0.054×");
    }

    #[test]
    fn foreign_text_cannot_move_the_cursor_or_turn_the_line_around() {
        assert_eq!(clean("a\x1b[2Jb\u{202e}c", 100), "a\u{fffd}[2Jb\u{fffd}c");
        assert_eq!(clean("äöü", 2), "äö");
    }

    #[test]
    fn system_errors_lose_their_number() {
        let error = std::io::Error::from_raw_os_error(28);
        assert!(!plain(&error).contains("os error") && !plain(&error).is_empty());
    }

    #[test]
    fn large_counts_are_grouped() {
        assert_eq!(grouped(10_000_000), "10 000 000");
        assert_eq!(grouped(999), "999");
    }

    #[test]
    fn text_breaks_at_spaces() {
        assert_eq!(
            wrap("at most 4 000: a limit of this program", 21),
            ["at most 4 000: a", "limit of this program"]
        );
        assert_eq!(wrap("", 0), [""]);
    }

    #[test]
    fn a_text_that_fits_its_columns_is_not_broken_whatever_its_letters() {
        for fits in [
            "👨\u{200d}👩\u{200d}👧 familie",
            "क\u{94d}षेत्र",
            "漢字テスト",
        ] {
            let width = u16::try_from(fits.width()).unwrap();
            assert_eq!(wrap(fits, width), [fits]);
        }
    }

    #[test]
    fn a_word_longer_than_a_line_is_broken_and_nothing_of_it_is_lost() {
        assert_eq!(
            wrap("see http://a.example/ü/long ok", 10),
            ["see", "http://a.e", "xample/ü/l", "ong ok"]
        );
        assert_eq!(wrap("exactly-ten", 11), ["exactly-ten"]);
    }
}
