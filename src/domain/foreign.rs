//! Checks and cleans untrusted input, in one place: everything that is read from files that anyone may have written.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, de::Error};

use super::{address::masked_in, text::clean};

/// The maximum length of a text that is read from a file, in characters. Longer texts are cut.
const TEXT_MAX: usize = 2_000;
/// The largest number of seconds, or of workers at once, that is accepted: about 30 years.
pub const MEASURED_MAX: f64 = 1e9;
/// The maximum number of cores that is accepted: more than any machine has.
const CORES_MAX: u32 = 1 << 16;

/// A key of an object. It is borrowed from the text if possible, because a history has very many keys.
#[derive(Debug, Deserialize)]
pub struct BorrowedKey<'a>(#[serde(borrow)] pub Cow<'a, str>);

/// A number that [`measured`] accepts.
#[derive(Debug, Deserialize)]
pub struct MeasuredNumber(#[serde(deserialize_with = "measured")] pub f64);

/// Text without characters that could command a terminal or reorder the text around them.
///
/// # Errors
/// If the value is not text.
pub fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(clean(&String::deserialize(deserializer)?, TEXT_MAX))
}

/// The output of a program in several lines. Each line is cleaned like [`text`], and passwords are hidden as in
/// [`error_or_null`].
///
/// # Errors
/// If the value is not text.
pub fn printed<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(cleaned_lines(&masked_in(&String::deserialize(
        deserializer,
    )?)))
}

/// Why something failed, if it did. Passwords are hidden, because the errors of earlier versions may quote
/// them.
///
/// # Errors
/// If the value is neither text nor null.
pub fn error_or_null<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<String>, D::Error> {
    Ok(text_or_null(deserializer)?.map(|text| masked_in(&text)))
}

/// Cleans each line of characters that could command a terminal or reorder the text around them.
pub fn cleaned_lines(text: &str) -> String {
    let lines: Vec<String> = text.split('\n').map(|line| clean(line, TEXT_MAX)).collect();
    lines.join("\n")
}

/// Like [`text`], but the value may be null.
///
/// # Errors
/// If the value is neither text nor null.
pub fn text_or_null<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<String>, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.map(|text| clean(&text, TEXT_MAX)))
}

/// A measured number. Null counts as 0, because JSON writes it for a number that it cannot express.
///
/// # Errors
/// If the number is negative or absurdly large.
pub fn measured<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    Ok(measured_or_null(deserializer)?.unwrap_or(0.0))
}

/// Like [`measured`], but null becomes `None`, for a number that is not known.
///
/// # Errors
/// If the number is negative or absurdly large.
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

/// The number of cores of a machine.
///
/// # Errors
/// If it is 0, or more than any machine has.
pub fn cores<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    match u32::deserialize(deserializer)? {
        cores @ 1..=CORES_MAX => Ok(cores),
        cores => Err(Error::custom(format!("a machine with {cores} cores"))),
    }
}
