//! The pages of the loopback site: real text of exactly the requested length, and no two pages alike.
//!
//! A page is never stored. It is described by a few numbers and copied out in chunks, so that a thousand connections to
//! pages of megabytes need no memory for them.

/// The text of the pages; see `assets/README.md`. Pure ASCII, so that a page may be cut anywhere.
const TEXT: &[u8] = include_str!("../../../assets/pages.txt").as_bytes();

/// The end of a page that is large enough to be HTML.
const CLOSING: &[u8] = b"\n</pre></body></html>\n";

/// The distance between the starting points of neighbouring pages. It is a prime, so that the pages go through the
/// whole text before two start at the same place. It is large enough that neighbours have nothing in common.
const ROTATION_BYTES: usize = 7_919;

/// Content `i` of a site whose pages have `page_bytes` bytes each: exactly `page_bytes` bytes of ASCII.
///
/// It is the text of `assets/pages.txt`, started at a line that depends on `i` and repeated as needed, in a small HTML
/// document with `i` in its title. A page too small for the document is `i`, a line feed and text. One too small for
/// that is the last digits of `i`. Pages of different `i` differ as long as `page_bytes` has room for the digits.
pub fn page(i: usize, page_bytes: u32) -> Vec<u8> {
    let mut bytes = vec![0; page_bytes as usize];
    let copied = PageContent::page(i, page_bytes).copy_at(0, &mut bytes);
    debug_assert_eq!(copied, bytes.len());
    bytes
}

/// A page, or other content, that can be copied from any offset.
#[derive(Debug, Default)]
pub struct PageContent {
    /// What comes before the page's text.
    pub opening: Vec<u8>,
    /// Where the page's text starts in the text of all pages.
    pub start: usize,
    /// The length of the page's text.
    pub text_bytes: usize,
    /// What comes after the page's text.
    pub closing: &'static [u8],
}

impl PageContent {
    /// Describes page `i`.
    pub fn page(i: usize, page_bytes: u32) -> Self {
        let wanted = page_bytes as usize;
        let (opening, closing) = wrapper(i, wanted);
        let text_bytes = wanted - opening.len() - closing.len();
        Self {
            opening,
            start: start_of_text(i),
            text_bytes,
            closing,
        }
    }

    /// Copies bytes of the page, from `offset` on, into `into`, as many as fit. Returns how many were copied: 0 from
    /// the end of the page on.
    pub fn copy_at(&self, offset: usize, into: &mut [u8]) -> usize {
        let mut copied = 0;
        while copied < into.len() {
            let chunk = self.chunk_at(offset + copied);
            if chunk.is_empty() {
                break;
            }
            let bytes = chunk.len().min(into.len() - copied);
            into[copied..copied + bytes].copy_from_slice(&chunk[..bytes]);
            copied += bytes;
        }
        copied
    }

    /// The longest contiguous run of the page's bytes from `offset` on.
    fn chunk_at(&self, offset: usize) -> &[u8] {
        let Some(in_text) = offset.checked_sub(self.opening.len()) else {
            return &self.opening[offset..];
        };
        if in_text < self.text_bytes {
            let run = &TEXT[(self.start + in_text) % TEXT.len()..];
            return &run[..run.len().min(self.text_bytes - in_text)];
        }
        self.closing
            .get(in_text - self.text_bytes..)
            .unwrap_or_default()
    }
}

/// What comes before and after the text of page `i`, together at most `wanted` bytes.
fn wrapper(i: usize, wanted: usize) -> (Vec<u8>, &'static [u8]) {
    let document = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Page {i}</title></head>\n<body><pre>\n"
    );
    if document.len() + CLOSING.len() <= wanted {
        return (document.into_bytes(), CLOSING);
    }
    let mut number = format!("{i}\n").into_bytes();
    if wanted < number.len() {
        // Neighbouring pages differ in the last digits.
        number.pop();
        number.drain(..number.len() - wanted);
    }
    (number, b"")
}

/// The start of the first line at or after the place to which `i` rotates the text.
fn start_of_text(i: usize) -> usize {
    let rotated = (i % TEXT.len()) * ROTATION_BYTES % TEXT.len();
    let next_line = TEXT[rotated..]
        .iter()
        .position(|&b| b == b'\n')
        .map_or(0, |at| rotated + at + 1);
    next_line % TEXT.len()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_page_has_exactly_the_asked_number_of_bytes() {
        for bytes in [
            0, 1, 2, 3, 7, 100, 126, 127, 128, 129, 4_096, 65_536, 148_423, 1_000_000,
        ] {
            for i in [0, 9, 10, 12_345] {
                assert_eq!(
                    page(i, bytes).len(),
                    bytes as usize,
                    "page {i} of {bytes} bytes"
                );
            }
        }
    }

    #[test]
    fn pages_of_different_numbers_differ() {
        for bytes in [3, 5, 100, 4_096] {
            let different: HashSet<Vec<u8>> = (0..1_000).map(|i| page(i, bytes)).collect();
            assert_eq!(different.len(), 1_000, "pages of {bytes} bytes");
        }
    }

    #[test]
    fn neighbouring_pages_have_different_text_not_only_different_titles() {
        let texts: HashSet<Vec<u8>> = (0..64).map(|i| page(i, 4_096)[200..600].to_vec()).collect();
        assert_eq!(texts.len(), 64);
    }

    #[test]
    fn a_large_page_is_an_html_document_with_its_number_in_the_title() {
        let html = String::from_utf8(page(17, 4_096)).expect("pages are ASCII");
        assert!(html.starts_with("<!doctype html>"), "{html}");
        assert!(html.contains("<title>Page 17</title>"), "{html}");
        assert!(html.ends_with("</html>\n"), "{html}");
    }

    #[test]
    fn a_page_longer_than_the_text_repeats_it() {
        let long = page(
            3,
            u32::try_from(2 * TEXT.len() + 500).expect("the text is small"),
        );
        let text = &long[long.len() - CLOSING.len() - 2 * TEXT.len()..long.len() - CLOSING.len()];
        assert_eq!(text[..TEXT.len()], text[TEXT.len()..]);
    }

    #[test]
    fn copying_in_chunks_yields_the_same_page() {
        let described = PageContent::page(5, 300_000);
        let mut chunks = Vec::new();
        let mut buffer = [0; 777];
        loop {
            match described.copy_at(chunks.len(), &mut buffer) {
                0 => break,
                bytes => chunks.extend_from_slice(&buffer[..bytes]),
            }
        }
        assert_eq!(chunks, page(5, 300_000));
    }

    #[test]
    fn the_largest_number_and_size_are_described_without_trouble() {
        let described = PageContent::page(usize::MAX, u32::MAX);
        let mut end = [0; 22];
        assert_eq!(described.copy_at(u32::MAX as usize - 22, &mut end), 22);
        assert_eq!(&end, CLOSING);
        assert_eq!(described.copy_at(u32::MAX as usize, &mut end), 0);
    }

    #[test]
    fn the_text_is_ascii_without_control_characters_and_needs_no_escaping_in_html() {
        let unfit = |&b: &u8| !(b == b'\n' || matches!(b, 0x20..=0x7e)) || matches!(b, b'<' | b'&');
        assert_eq!(TEXT.iter().copied().find(|b| unfit(b)), None);
        assert!((60_000..=160_000).contains(&TEXT.len()));
    }
}
