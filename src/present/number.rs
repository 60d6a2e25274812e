//! The format of numbers, depending on their unit.

use crate::{
    catalog::metric::Unit,
    domain::{
        stats::Interval,
        text::{bytes, decimals, duration, grouped, speedup, with_groups},
    },
};

/// Stands for a number that is missing or makes no sense.
pub const NOTHING: &str = "–";

/// A number outside a table, with its unit.
pub fn with_unit(unit: Unit, value: f64) -> String {
    match unit {
        Unit::Seconds | Unit::Milliseconds => duration(value),
        Unit::Bytes => bytes(value as u64),
        Unit::Count => grouped(value as u64),
        Unit::Average => format!("{value:.2}"),
        Unit::Share => format!("{:.0} %", value * 100.0),
        Unit::Times => speedup(value),
    }
}

/// A number in a column whose heading has the unit.
pub fn in_column(unit: Unit, value: f64) -> String {
    match unit {
        Unit::Seconds => bare_seconds(value),
        Unit::Milliseconds => three_digits(value * 1e3),
        Unit::Bytes => three_digits(value / 1e6),
        Unit::Share => format!("{:.0}", value * 100.0),
        Unit::Count | Unit::Average | Unit::Times => with_unit(unit, value),
    }
}

/// A number in a narrow column. Averages have one decimal.
pub fn in_narrow_column(unit: Unit, value: f64) -> String {
    match unit {
        Unit::Average => format!("{value:.1}"),
        _ => in_column(unit, value),
    }
}

/// A heading with the unit.
pub fn heading(name: &str, unit: Unit) -> String {
    let symbol = match unit {
        Unit::Seconds => "s",
        Unit::Milliseconds => "ms",
        Unit::Bytes => "MB",
        Unit::Share => "%",
        Unit::Count | Unit::Average | Unit::Times => return name.into(),
    };
    format!("{name} ({symbol})")
}

/// A value as text, or a dash if it is not known.
pub fn or_nothing<T>(value: Option<T>, text: impl FnOnce(T) -> String) -> String {
    value.map_or_else(|| NOTHING.into(), text)
}

/// The ends of an interval: "1.88–1.97".
pub fn span(Interval { low, high }: Interval, text: impl Fn(f64) -> String) -> String {
    format!("{}–{}", text(low), text(high))
}

/// A value with its interval: "9.8× (9.6–9.9)", "1.21 s (1.19–1.25)".
pub fn with_interval(
    value: f64,
    interval: Option<Interval>,
    written: impl Fn(f64) -> String,
) -> String {
    let Some(Interval { low, high }) = interval else {
        return written(value);
    };
    let (low, high) = (written(low), written(high));
    let whole = written(value);
    let number = |c: char| c.is_ascii_digit() || c == '.';
    let unit = whole.trim_start_matches(number);
    let bare = |text: &str| {
        let bare = text.strip_suffix(unit)?;
        bare.chars().all(number).then(|| bare.to_string())
    };
    // If both ends have the same unit, it is written once.
    match (bare(&low), bare(&high)) {
        (Some(low), Some(high)) => format!("{whole} ({low}–{high})"),
        _ => format!("{whole} ({low}–{high})"),
    }
}

/// Seconds for a column whose heading has the unit and whose decimal points are aligned: three decimals, or more if a
/// short time needs them for three digits. Times of an hour or more have one.
pub fn bare_seconds(seconds: f64) -> String {
    let decimals = match seconds {
        s if s >= 999.9995 => 1,
        s if s <= 0.0 || s >= 0.0995 => 3,
        s if s >= 0.00995 => 4,
        s if s >= 0.000_995 => 5,
        s if s >= 0.000_099_5 => 6,
        _ => 7,
    };
    with_groups(seconds, decimals)
}

/// A time with its unit in few digits, for large figures.
pub fn in_few_digits(seconds: f64) -> String {
    match seconds {
        s if s < 0.0995 => format!("{:.1} ms", s * 1e3),
        s if s < 9.995 => format!("{s:.2} s"),
        s if s < 99.95 => format!("{s:.1} s"),
        s => format!("{s:.0} s"),
    }
}

/// Three significant digits, at most three decimals, no unit: `0.065`, `2.00`, `12.3`, `1 234`.
pub fn three_digits(value: f64) -> String {
    with_groups(value, decimals(value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::text::column_seconds;

    #[test]
    fn times_in_a_column_show_microseconds_and_hours() {
        for (seconds, with_unit, bare) in [
            (0.0, "0.000 s", "0.000"),
            (0.000_3, "300 µs", "0.000300"),
            (0.001_234, "1.23 ms", "0.00123"),
            (0.012_34, "0.012 s", "0.0123"),
            (0.099_7, "0.100 s", "0.100"),
            (1.2134, "1.213 s", "1.213"),
            (75.2, "75.200 s", "75.200"),
            (12_345.678, "12 345.678 s", "12 345.7"),
        ] {
            assert_eq!(
                (
                    column_seconds(seconds).as_str(),
                    bare_seconds(seconds).as_str()
                ),
                (with_unit, bare)
            );
        }
        assert_eq!(
            [0.065, 2.0, 12.34, 1234.0].map(three_digits),
            ["0.065", "2.00", "12.3", "1 234"]
        );
    }

    #[test]
    fn an_interval_has_its_unit_once_unless_the_units_differ() {
        let between = |low, high| Some(Interval { low, high });
        assert_eq!(
            with_interval(9.84, between(9.6, 9.9), speedup),
            "9.8× (9.6–9.9)"
        );
        assert_eq!(
            with_interval(1.0, between(0.9, 1.2), duration),
            "1.00 s (900 ms–1.20 s)"
        );
        assert_eq!(with_interval(1.0, None, duration), "1.00 s");
    }
}
