//! What a file or an answer may contain when anyone may have written it: good ones with parts changed, and anything.

use std::{env, ops::Range};

use proptest::{collection::vec, prelude::*, sample::Index, sample::select};

/// What is put into a text: numbers at the ends of their types, other values and brackets of JSON, parts of HTTP, and
/// characters that command terminals or are none.
const PIECES: [&[u8]; 40] = [
    b"",
    b"0",
    b"-1",
    b"-0",
    b"1",
    b"4294967296",
    b"9007199254740993",
    b"9223372036854775807",
    b"18446744073709551615",
    b"18446744073709551616",
    b"1e309",
    b"1e-400",
    b"1e18",
    b"0.5",
    b"NaN",
    b"null",
    b"true",
    b"[]",
    b"{}",
    b"[[[[[[[[",
    b"}}",
    b"]",
    b"\"",
    b"\"\"",
    b"\\ud800",
    b"\\u0000",
    b",",
    b":",
    b"\r\n",
    b"\n",
    b"\0",
    b"\xff",
    b"\x1b[2J",
    b"\xe2\x80\xae",
    b"\xc3\xa9",
    b" ",
    b"@",
    b"://",
    b"%",
    b"..",
];

/// How many inputs a property is tried with: as many as `PROPTEST_CASES` says, or else these.
pub fn cases(few: u32) -> ProptestConfig {
    let given = ProptestConfig::default();
    ProptestConfig {
        cases: if env::var_os("PROPTEST_CASES").is_some() {
            given.cases
        } else {
            few
        },
        failure_persistence: None,
        ..given
    }
}

#[derive(Clone, Debug)]
enum Change {
    /// Puts a piece in place of a word, such as a number or the inside of a string.
    Word(Index, usize),
    /// Puts a piece in place of up to 20 bytes.
    Bytes(Index, usize, usize),
    /// Repeats up to 40 bytes.
    Repeat(Index, usize),
    /// Changes a byte.
    Byte(Index, u8),
    /// Ends the text.
    End(Index),
}

fn change() -> impl Strategy<Value = Change> {
    let piece = || 0..PIECES.len();
    prop_oneof![
        6 => (any::<Index>(), piece()).prop_map(|(at, piece)| Change::Word(at, piece)),
        3 => (any::<Index>(), 0usize..20, piece()).prop_map(|(at, length, piece)| Change::Bytes(at, length, piece)),
        2 => (any::<Index>(), 1usize..40).prop_map(|(at, length)| Change::Repeat(at, length)),
        2 => (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Change::Byte(at, byte)),
        1 => any::<Index>().prop_map(Change::End),
    ]
}

/// One of these texts with up to five changes, or any bytes.
pub fn damaged(good: Vec<Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
    let changed = (select(good), vec(change(), 1..6))
        .prop_map(|(good, changes)| changes.into_iter().fold(good, changed));
    prop_oneof![15 => changed, 1 => vec(any::<u8>(), 0..100)]
}

/// The same as text, as a program reads it that replaces what is not UTF-8.
pub fn damaged_text(good: Vec<String>) -> impl Strategy<Value = String> {
    let bytes = good.into_iter().map(String::into_bytes).collect();
    damaged(bytes).prop_map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

fn changed(mut text: Vec<u8>, change: Change) -> Vec<u8> {
    if text.is_empty() {
        return text;
    }
    let part = |at: Index, length: usize| {
        let at = at.index(text.len());
        at..(at + length).min(text.len())
    };
    match change {
        Change::Word(at, piece) => {
            let word = word(&text, at.index(text.len()));
            text.splice(word, PIECES[piece].iter().copied());
        }
        Change::Bytes(at, length, piece) => {
            let part = part(at, length);
            text.splice(part, PIECES[piece].iter().copied());
        }
        Change::Repeat(at, length) => {
            let part = part(at, length);
            let again = text[part.clone()].to_vec();
            text.splice(part.start..part.start, again);
        }
        Change::Byte(at, byte) => {
            let at = at.index(text.len());
            text[at] = byte;
        }
        Change::End(at) => text.truncate(at.index(text.len())),
    }
    text
}

/// The word around a place, or the next one.
fn word(text: &[u8], at: usize) -> Range<usize> {
    let is_of_word = |byte: &u8| byte.is_ascii_alphanumeric() || b"+-._".contains(byte);
    let begin = at + text[at..].iter().position(is_of_word).unwrap_or(0);
    let before = text[..begin]
        .iter()
        .rev()
        .take_while(|byte| is_of_word(byte));
    let behind = text[begin..].iter().take_while(|byte| is_of_word(byte));
    begin - before.count()..begin + behind.count()
}
