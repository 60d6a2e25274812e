//! The contents of the one file that all workers of an `io` run wrote, as the article's code does.
//!
//! Each write opens the file, which empties it, writes a page starting at the first byte, and closes it. Workers that
//! do so at the same time lose and mix each other's pages. If a page is written over a longer one, the rest of the
//! longer one remains after it. If a worker continues to write after the file was emptied by another worker, there are
//! zeros before its bytes.

use std::cmp::Reverse;

use serde::{Deserialize, Serialize};

/// The name of the file.
pub const NAME: &str = "output.txt";
/// The maximum number of pieces that are listed of a mixture.
pub const PIECES_LISTED: usize = 100;
/// Texts have a few bytes in common by chance. A shorter match within a page does not show where the bytes come from.
const LEAST_MATCH: usize = 16;

/// The kind of contents that the file has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FileContent {
    /// There is no file, because no task got as far as opening it.
    Missing,
    /// Nothing: it was emptied and then not written.
    Empty,
    /// One page from its first byte to its last, and nothing else.
    Whole,
    /// The beginning of one page.
    Part,
    /// Anything else: bytes of several pages, gaps of zeros, or bytes that match no page.
    Mixture,
}

/// Where a piece of the file comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "source", content = "page")]
pub enum Source {
    /// The page of the address with this number, as the tasks write it. Among identical pages it is the one with the
    /// lowest number.
    Page(u32),
    /// Zero bytes, which no worker wrote: the file was emptied, and a worker continued to write after this gap.
    Zeros,
    /// A page of a real address. It is not known which one, because those pages are not kept.
    SomePage,
    /// Unknown.
    Unknown,
}

/// Successive bytes from one source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilePart {
    /// The origin of the bytes.
    #[serde(flatten)]
    pub source: Source,
    /// The position of the first byte in the file.
    pub at: u64,
    /// The number of bytes, at least one.
    pub bytes: u64,
}

/// The result of writing to the shared file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharedFile {
    /// What the file contains at the end.
    pub content: FileContent,
    /// The length of the file at the end, in bytes.
    pub bytes: u64,
    /// The first [`PIECES_LISTED`] pieces, in their order in the file.
    pub pieces: Vec<FilePart>,
    /// The number of different pages for which some task wrote its page as often as it should.
    pub pages_written: u64,
    /// How often a page was written to its end.
    pub writes: u64,
    /// How often a worker found, just before it closed the file, that the length was different from what it had
    /// written. At least this many writes were spoilt while their worker still had the file open.
    pub spoilt: u64,
}

/// The kind of a content and the sources of its pieces. `pages` returns the pages one by one, with their numbers, as
/// the tasks write them. Every worker starts at the first byte, so a byte of a page has the same position in the file
/// as in the page.
pub fn examine(
    content: &[u8],
    pages: impl IntoIterator<Item = (u32, String)>,
) -> (FileContent, Vec<FilePart>) {
    let mut runs = vec![];
    let mut lengths = vec![];
    for (number, page) in pages {
        runs.extend(common_runs(content, number, page.as_bytes()));
        lengths.push((number, page.len() as u64));
    }
    let pieces = pieces(content, runs);
    let kind = match pieces[..] {
        [] => FileContent::Empty,
        [
            FilePart {
                source: Source::Page(number),
                bytes,
                ..
            },
        ] if lengths.contains(&(number, bytes)) => FileContent::Whole,
        [
            FilePart {
                source: Source::Page(_),
                ..
            },
        ] => FileContent::Part,
        _ => FileContent::Mixture,
    };
    (kind, pieces)
}

/// The kind of a content whose pages are not known: whether it reads as one `str(bytes)` of Python.
pub fn examine_unknown(content: &[u8]) -> (FileContent, Vec<FilePart>) {
    let kind = match length_of_bytes_literal(content) {
        _ if content.is_empty() => return (FileContent::Empty, vec![]),
        Some(length) if length == content.len() => FileContent::Whole,
        None if !content.contains(&0) && content.starts_with(b"b") => FileContent::Part,
        _ => return (FileContent::Mixture, pieces(content, vec![])),
    };
    let all = FilePart {
        source: Source::SomePage,
        at: 0,
        bytes: content.len() as u64,
    };
    (kind, vec![all])
}

/// The length of the literal `b'…'` at the start of `text`; `None` if there is none, or if it does not end.
fn length_of_bytes_literal(text: &[u8]) -> Option<usize> {
    let quote = *text
        .strip_prefix(b"b")?
        .first()
        .filter(|first| matches!(first, b'\'' | b'"'))?;
    let mut at = 2;
    loop {
        match *text.get(at)? {
            b'\\' => at += 2,
            0 => return None,
            byte if byte == quote => return Some(at + 1),
            _ => at += 1,
        }
    }
}

/// Bytes of the file that equal those of one page at the same position.
#[derive(Clone, Copy, Debug)]
struct MatchingBytes {
    number: u32,
    from: usize,
    to: usize,
}

/// The ranges in which both have the same bytes, without those that are too short to show anything.
fn common_runs(content: &[u8], number: u32, page: &[u8]) -> impl Iterator<Item = MatchingBytes> {
    let common = content.len().min(page.len());
    let mut at = 0;
    let all = std::iter::from_fn(move || {
        let from = (at..common).find(|i| content[*i] == page[*i])?;
        let end = (from..common).find(|i| content[*i] != page[*i]);
        at = end.unwrap_or(common);
        Some(MatchingBytes {
            number,
            from,
            to: at,
        })
    });
    all.filter(|run| run.from == 0 || run.to == page.len() || run.to - run.from >= LEAST_MATCH)
}

/// The smallest number of pieces: at each position the page that matches longest continues.
fn pieces(content: &[u8], mut runs: Vec<MatchingBytes>) -> Vec<FilePart> {
    runs.sort_by_key(|run| (run.from, run.number));
    let mut coming = runs.into_iter().peekable();
    let mut reached: Vec<MatchingBytes> = vec![];
    let mut pieces: Vec<FilePart> = vec![];
    let mut at = 0;
    while at < content.len() {
        while let Some(run) = coming.next_if(|run| run.from <= at) {
            reached.push(run);
        }
        reached.retain(|run| run.to > at);
        let longest = reached
            .iter()
            .max_by_key(|run| (run.to, Reverse(run.number)));
        let (source, to) = match longest {
            Some(run) => (Source::Page(run.number), run.to),
            None => {
                let until = coming.peek().map_or(content.len(), |run| run.from);
                without_page(content, at, until)
            }
        };
        pieces.push(FilePart {
            source,
            at: at as u64,
            bytes: (to - at) as u64,
        });
        at = to;
    }
    pieces
}

/// The bytes from `at` to `until` at most that belong to no page: only zeros, or no zeros.
fn without_page(content: &[u8], at: usize, until: usize) -> (Source, usize) {
    let is_zero = content[at] == 0;
    let source = if is_zero {
        Source::Zeros
    } else {
        Source::Unknown
    };
    let end = (at..until).find(|i| (content[*i] == 0) != is_zero);
    (source, end.unwrap_or(until))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(number: u32) -> String {
        let lines = |i: u32| {
            format!(
                "line {i} of page {number} which says {}\\n",
                i * (number + 7)
            )
        };
        format!(
            "b'<title>Page {number}</title>{}'",
            (0..30 + number).map(lines).collect::<String>()
        )
    }

    fn examined(content: &[u8]) -> (FileContent, Vec<FilePart>) {
        examine(content, (0..12).map(|number| (number, page(number))))
    }

    fn sources(pieces: &[FilePart]) -> Vec<Source> {
        pieces.iter().map(|piece| piece.source).collect()
    }

    /// Pieces adjoin each other and cover the content.
    fn covers(pieces: &[FilePart], content: &[u8]) -> bool {
        let end = pieces
            .iter()
            .try_fold(0, |at, piece| (piece.at == at).then_some(at + piece.bytes));
        end == Some(content.len() as u64) && pieces.iter().all(|piece| piece.bytes > 0)
    }

    #[test]
    fn one_whole_page_is_recognised_as_the_one_it_is() {
        for number in 0..12 {
            let (content, pieces) = examined(page(number).as_bytes());
            assert_eq!(
                (content, sources(&pieces)),
                (FileContent::Whole, vec![Source::Page(number)])
            );
        }
    }

    #[test]
    fn a_page_over_a_longer_one_leaves_its_end_and_both_are_named() {
        let (short, long) = (page(3), page(11));
        let content = format!("{short}{}", &long[short.len()..]);
        let (kind, pieces) = examined(content.as_bytes());
        assert_eq!(kind, FileContent::Mixture);
        assert_eq!(sources(&pieces), [Source::Page(3), Source::Page(11)]);
        assert_eq!(pieces[0].bytes, short.len() as u64);
        assert!(covers(&pieces, content.as_bytes()));
    }

    #[test]
    fn a_gap_of_zeros_is_a_piece_of_its_own() {
        let mut content = page(5).into_bytes();
        content[..400].fill(0);
        let (kind, pieces) = examined(&content);
        assert_eq!(kind, FileContent::Mixture);
        assert_eq!(sources(&pieces), [Source::Zeros, Source::Page(5)]);
        assert_eq!((pieces[0].bytes, covers(&pieces, &content)), (400, true));
    }

    #[test]
    fn a_cut_page_is_a_part_and_nothing_is_empty() {
        let whole = page(7);
        let (kind, pieces) = examined(&whole.as_bytes()[..whole.len() / 2]);
        assert_eq!(
            (kind, sources(&pieces)),
            (FileContent::Part, vec![Source::Page(7)])
        );
        assert_eq!(examined(b""), (FileContent::Empty, vec![]));
    }

    #[test]
    fn foreign_bytes_are_not_given_to_any_page() {
        let content = format!("{}{}", page(2), "#".repeat(50));
        let (kind, pieces) = examined(content.as_bytes());
        assert_eq!(
            (kind, sources(&pieces)),
            (FileContent::Mixture, vec![Source::Page(2), Source::Unknown])
        );
        assert_eq!(pieces[1].bytes, 50);
    }

    #[test]
    fn without_the_pages_only_one_unbroken_literal_counts_as_whole() {
        for (content, kind) in [
            (&b"b'it\\'s one'"[..], FileContent::Whole),
            (b"b\"it's one\"", FileContent::Whole),
            (b"b'one'rest of two'", FileContent::Mixture),
            (b"b'cut sho", FileContent::Part),
            (b"\0\0\0ne'", FileContent::Mixture),
            (b"", FileContent::Empty),
        ] {
            let (found, pieces) = examine_unknown(content);
            assert_eq!(found, kind, "{:?}", String::from_utf8_lossy(content));
            assert!(covers(&pieces, content));
        }
    }

    #[test]
    fn in_json_a_piece_is_flat() {
        let piece = |source| {
            serde_json::to_value(FilePart {
                source,
                at: 5,
                bytes: 7,
            })
            .unwrap()
        };
        assert_eq!(
            piece(Source::Page(3)),
            serde_json::json!({"source": "page", "page": 3, "at": 5, "bytes": 7})
        );
        assert_eq!(
            piece(Source::Zeros),
            serde_json::json!({"source": "zeros", "at": 5, "bytes": 7})
        );
    }
}
