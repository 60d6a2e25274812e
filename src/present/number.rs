//! How numbers are written, by what they are.

use crate::catalog::metric::Unit;
use crate::domain::text::{bare_seconds, bytes, duration, grouped, speedup, three_digits};

/// What stands where there is no number, or none that makes sense.
pub const NOTHING: &str = "–";

/// A number that is read alone, with its unit.
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

/// The same where there is little room: averages have one decimal.
pub fn in_narrow_column(unit: Unit, value: f64) -> String {
    match unit {
        Unit::Average => format!("{value:.1}"),
        _ => in_column(unit, value),
    }
}

/// What a heading says of the unit.
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

/// A number that may not be known.
pub fn or_nothing(value: Option<f64>, text: impl Fn(f64) -> String) -> String {
    value.map_or_else(|| NOTHING.into(), text)
}
