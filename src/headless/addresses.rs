//! Reads the file of addresses that `--urls` names.

use std::{fs::File, io::Read, path::Path};

use crate::{
    catalog::workload::ADDRESSES,
    domain::{
        address::{check_address, masked_in, shown},
        text,
    },
    shell::exit::Failure,
};

/// The maximum size of the file, in bytes: far more than the permitted number of addresses needs.
const MAX_FILE_BYTES: u64 = 10 << 20;
/// The maximum length of a path in a sentence, in characters.
const MAX_SHOWN: usize = 200;

/// The addresses in the file, one per line. Empty lines and lines that start with `#` are ignored.
///
/// # Errors
/// If the file or one of its lines is not usable; the message is one sentence.
pub fn read(path: &Path) -> Result<Vec<String>, Failure> {
    let addresses = content(path).and_then(|content| addresses(&content));
    addresses.map_err(|problem| {
        // The user may have given an address instead of a file.
        let name = text::clean(&masked_in(&path.to_string_lossy()), MAX_SHOWN);
        Failure::usage(format!("cannot use the URL file {name}: {problem}"))
    })
}

fn content(path: &Path) -> Result<String, String> {
    if path.is_dir() {
        return Err("it is a directory; a text file with one address per line is needed".into());
    }
    // The limit also applies to a device or pipe without an end.
    let mut bytes = vec![];
    let read =
        File::open(path).and_then(|file| file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes));
    read.map_err(|error| error.to_string())?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(format!(
            "it is larger than the {} that are allowed",
            text::bytes(MAX_FILE_BYTES)
        ));
    }
    let text = String::from_utf8(bytes).ok();
    text.filter(|text| !text.contains('\0'))
        .ok_or_else(|| "it is not text; write one http or https address per line".into())
}

fn addresses(content: &str) -> Result<Vec<String>, String> {
    let mut addresses = vec![];
    // Some editors start a file with a byte order mark.
    let content = content.strip_prefix('\u{feff}').unwrap_or(content);
    for (index, line) in content.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        check_address(line)
            .map_err(|problem| format!("line {}: {problem}, not {}", index + 1, shown(line)))?;
        addresses.push(line.to_string());
    }
    let most = ADDRESSES.range.end();
    match addresses.len() as u64 {
        0 => Err("it contains no address; write one http or https address per line".into()),
        many if many > *most => Err(format!(
            "it has {many} addresses, and at most {most} are allowed"
        )),
        _ => Ok(addresses),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use proptest::prelude::*;

    use super::*;
    use crate::fixtures::damage::{cases, damaged_text};

    proptest! {
        #![proptest_config(cases(3_000))]

        #[test]
        fn no_damaged_list_panics_and_a_refusal_is_one_clean_sentence(
            list in damaged_text(vec![
                "# pages\r\nhttp://a.example/b?c=d#e\n\nhttps://anna:p%40ss@[::1]:8443/x|y\n".into(),
                "http://127.0.0.1:80/\n".into(),
            ])
        ) {
            match addresses(&list) {
                Ok(found) => prop_assert!(found.iter().all(|one| check_address(one).is_ok())),
                Err(why) => prop_assert!(!why.is_empty() && !why.contains(char::is_control), "{why}"),
            }
        }
    }

    fn read_bytes(bytes: &[u8]) -> Result<Vec<String>, Failure> {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("list.txt");
        fs::write(&path, bytes).unwrap();
        read(&path)
    }

    #[test]
    fn comments_blank_lines_and_foreign_line_ends_are_understood() {
        let list = "\u{feff}# pages\r\nhttp://a.example/\r\n\r\n  https://b.example/x  \n# end";
        assert_eq!(
            read_bytes(list.as_bytes()).unwrap(),
            ["http://a.example/", "https://b.example/x"]
        );
    }

    #[test]
    fn every_useless_file_gets_one_sentence() {
        let many = "http://a.example/\n".repeat(1_001);
        let huge = "#\n".repeat(6 << 20);
        for (bytes, why) in [
            (&b""[..], "no address"),
            (b"# nothing\n", "no address"),
            (b"\xff\xfe\x00\x01", "not text"),
            (b"http://a.example/\0", "not text"),
            (b"http://a.example/\nfile:///etc/passwd\n", "line 2"),
            (b"example.org\n", "line 1"),
            (many.as_bytes(), "at most 1000"),
            (huge.as_bytes(), "larger"),
        ] {
            let sentence = read_bytes(bytes).expect_err(why).sentence;
            assert!(sentence.contains(why), "{sentence}");
            assert!(!sentence.contains('\n'), "{sentence}");
        }
        let directory = tempfile::tempdir().unwrap();
        assert!(
            read(directory.path()).is_err_and(|failure| failure.sentence.contains("directory"))
        );
        assert!(
            read(&directory.path().join("none"))
                .is_err_and(|failure| failure.sentence.contains("none"))
        );
    }
}
