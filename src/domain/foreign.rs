//! What comes from files that anybody may have written, checked and cleaned once, where it enters.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, de::Error};

use super::{address::masked_in, text::clean};

/// The longest text that is taken from a file, in characters.
const TEXT_MAX: usize = 2_000;
/// The largest number of seconds, or of workers at once, that makes any sense: 30 years.
pub const MEASURED_MAX: f64 = 1e9;
/// More cores than any machine has.
const CORES_MAX: u32 = 1 << 16;

/// A key of an object; not copied where it stands in the text as it is, as a history has very many of them.
#[derive(Debug, Deserialize)]
pub struct BorrowedKey<'a>(#[serde(borrow)] pub Cow<'a, str>);

/// What [`measured`] takes.
#[derive(Debug, Deserialize)]
pub struct Measured(#[serde(deserialize_with = "measured")] pub f64);

/// Text, without what could command a terminal or reorder what is around it.
///
/// # Errors
/// It is no text.
pub fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(clean(&String::deserialize(deserializer)?, TEXT_MAX))
}

/// What a program printed, in several lines, each as [`text`] is, and as [`error_or_null`] without passwords.
///
/// # Errors
/// It is no text.
pub fn printed<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(cleaned_lines(&masked_in(&String::deserialize(
        deserializer,
    )?)))
}

/// Why something failed, if it did. Earlier versions kept the passwords of addresses with it.
///
/// # Errors
/// It is neither text nor null.
pub fn error_or_null<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<String>, D::Error> {
    Ok(text_or_null(deserializer)?.map(|text| masked_in(&text)))
}

/// Each line without what could command a terminal or reorder what is around it.
pub fn cleaned_lines(text: &str) -> String {
    let lines: Vec<String> = text.split('\n').map(|line| clean(line, TEXT_MAX)).collect();
    lines.join("\n")
}

/// The same, where there may be none.
///
/// # Errors
/// It is neither text nor null.
pub fn text_or_null<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<String>, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.map(|text| clean(&text, TEXT_MAX)))
}

/// A measured number. What JSON could not say (null) was nothing.
///
/// # Errors
/// It is negative or absurd.
pub fn measured<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    Ok(measured_or_null(deserializer)?.unwrap_or(0.0))
}

/// The same, where not knowing it says something.
///
/// # Errors
/// It is negative or absurd.
pub fn measured_or_null<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<f64>, D::Error> {
    match Option::<f64>::deserialize(deserializer)? {
        Some(value) if !(0.0..=MEASURED_MAX).contains(&value) => Err(Error::custom(format!(
            "{value:e} cannot have been measured"
        ))),
        value => Ok(value),
    }
}

/// How many cores a machine has.
///
/// # Errors
/// None, or more than any machine has.
pub fn cores<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    match u32::deserialize(deserializer)? {
        cores @ 1..=CORES_MAX => Ok(cores),
        cores => Err(Error::custom(format!("a machine with {cores} cores"))),
    }
}
