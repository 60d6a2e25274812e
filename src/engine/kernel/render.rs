//! The text that CPython prints for a `bytes` object. The article's I/O kernel writes `str(page)`, and so does this
//! one.
//!
//! `str(b)` of a `bytes` object is its `repr`: `b'...'`, with everything escaped that is not printable ASCII.

/// Writes into `out` what CPython's `str(bytes)` and `repr(bytes)` return. `out` is cleared first and keeps its
/// capacity, so that one string can serve many calls.
///
/// The quotes are `'`, unless the bytes contain a `'` and no `"`. Backslash and the quote are escaped by a backslash.
/// Tab, line feed and carriage return become `\t`, `\n`, `\r`. Any other byte outside 0x20..=0x7e becomes `\x` and two
/// lower-case hexadecimal digits. The result is pure ASCII and at most 4 × `bytes.len()` + 3 bytes long.
pub fn python_str_of_bytes(bytes: &[u8], out: &mut String) {
    out.clear();
    // Only line ends make text longer, about one byte in fifty. Room for an eighth avoids a second allocation.
    out.reserve(bytes.len() + bytes.len() / 8 + 3);
    let quote = quote_for(bytes);
    out.push('b');
    out.push(char::from(quote));
    push_escaped(bytes, quote, out);
    out.push(char::from(quote));
}

fn quote_for(bytes: &[u8]) -> u8 {
    if bytes.contains(&b'\'') && !bytes.contains(&b'"') {
        b'"'
    } else {
        b'\''
    }
}

/// Copies whole runs of plain bytes. Nearly all of a page is plain, and one copy is much faster than many.
fn push_escaped(mut bytes: &[u8], quote: u8, out: &mut String) {
    while !bytes.is_empty() {
        let plain = bytes
            .iter()
            .position(|&b| !is_plain(b, quote))
            .unwrap_or(bytes.len());
        let (run, rest) = bytes.split_at(plain);
        out.push_str(str::from_utf8(run).expect("plain bytes are ASCII"));
        let Some((&special, rest)) = rest.split_first() else {
            return;
        };
        out.extend(special.escape_ascii().map(char::from));
        bytes = rest;
    }
}

fn is_plain(byte: u8, quote: u8) -> bool {
    matches!(byte, 0x20..=0x7e) && byte != b'\\' && byte != quote
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    fn rendered(bytes: &[u8]) -> String {
        let mut out = String::new();
        python_str_of_bytes(bytes, &mut out);
        out
    }

    #[test]
    fn bytes_are_rendered_as_cpython_renders_them() {
        for (bytes, expected) in [
            (&b""[..], "b''"),
            (b"plain text", "b'plain text'"),
            (b"it's", "b\"it's\""),
            (b"say \"hi\"", "b'say \"hi\"'"),
            (b"it's \"both\"", "b'it\\'s \"both\"'"),
            (b"'", "b\"'\""),
            (b"\"", "b'\"'"),
            (b"\t\n\r\\", "b'\\t\\n\\r\\\\'"),
            (
                b"\x00\x07\x0b\x1b\x1f\x20\x7e\x7f\x80\xff",
                "b'\\x00\\x07\\x0b\\x1b\\x1f ~\\x7f\\x80\\xff'",
            ),
            ("é€".as_bytes(), "b'\\xc3\\xa9\\xe2\\x82\\xac'"),
            (b"a\\'b", "b\"a\\\\'b\""),
        ] {
            assert_eq!(rendered(bytes), expected);
        }
    }

    #[test]
    fn earlier_content_of_the_string_is_removed() {
        let mut out = "before".to_owned();
        python_str_of_bytes(b"after", &mut out);
        assert_eq!(out, "b'after'");
    }

    #[test]
    fn a_second_call_needs_no_new_allocation() {
        let mut out = String::new();
        python_str_of_bytes(&[0; 1_000], &mut out);
        let capacity = out.capacity();
        python_str_of_bytes(&[0; 1_000], &mut out);
        assert_eq!((out.len(), out.capacity()), (4_003, capacity));
    }

    #[test]
    fn all_bytes_are_rendered_as_the_installed_python_renders_them() {
        let script = "b=bytes(range(256))\nfor c in (b, b.replace(b'\"',b''), b.replace(b\"'\",b'')): print(str(c))";
        let Ok(python) = Command::new("python3").args(["-I", "-c", script]).output() else {
            println!("skipped: there is no python3 to compare with");
            return;
        };
        assert!(python.status.success(), "{python:?}");
        let all: Vec<u8> = (0..=255).collect();
        let without = |left_out: u8| {
            all.iter()
                .copied()
                .filter(|&b| b != left_out)
                .collect::<Vec<u8>>()
        };
        let ours = [
            rendered(&all),
            rendered(&without(b'"')),
            rendered(&without(b'\'')),
        ]
        .join("\n");
        assert_eq!(
            String::from_utf8_lossy(&python.stdout).trim_end_matches('\n'),
            ours
        );
    }
}
