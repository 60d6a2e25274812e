//! Where a redirect leads to.
//!
//! ureq can follow redirects, but takes a location such as `file:///etc/passwd` or `mailto:x` for a path on
//! the same server. Here it is what RFC 3986 says it is: an address of another scheme, which is refused.

use std::fmt::Write;

use ureq::Body;
use ureq::http::{Response, StatusCode, header};

use crate::domain::address::check_address;

/// Where `response`, the answer to a GET for `base`, redirects to: None when it is no redirect.
///
/// # Errors
///
/// In words: when it does not say where to, or to an address that must not or cannot be fetched.
pub(super) fn target(
    base: &str,
    response: &Response<Body>,
) -> Result<Option<String>, &'static str> {
    if !redirects(response.status()) {
        return Ok(None);
    }
    let location = response
        .headers()
        .get(header::LOCATION)
        .ok_or("the server redirects without saying where")?;
    resolve(base, &percent_encoded(location.as_bytes())).map(Some)
}

/// The other statuses from 300 to 399 are answers in themselves.
fn redirects(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

/// `reference` as seen from `base`, an address that passes [`check_address`] (RFC 3986, section 5.2).
fn resolve(base: &str, reference: &str) -> Result<String, &'static str> {
    let reference = without_fragment(reference);
    let (scheme, origin, path) = parts(without_fragment(base));
    let target = if has_scheme(reference) {
        reference.to_owned()
    } else if reference.starts_with("//") {
        format!("{scheme}:{reference}")
    } else if reference.starts_with('/') {
        format!("{origin}{}", without_dot_segments(reference))
    } else if reference.starts_with('?') {
        format!("{origin}{path}{reference}")
    } else {
        let folder = path.rfind('/').map_or("/", |slash| &path[..=slash]);
        format!(
            "{origin}{}",
            without_dot_segments(&format!("{folder}{reference}"))
        )
    };
    if has_http_scheme(&target) {
        check_address(&target)
            .map_err(|_| "the server redirects to an address that is not valid")?;
        Ok(target)
    } else {
        Err("the server redirects to an address that is neither http nor https")
    }
}

fn without_fragment(address: &str) -> &str {
    address
        .split_once('#')
        .map_or(address, |(before, _)| before)
}

/// Scheme, scheme with host and port, and path (without the query) of an address that is a valid one.
fn parts(address: &str) -> (&str, &str, &str) {
    let start = address.find("://").map_or(0, |at| at + 3);
    let end_of_origin = address[start..]
        .find(['/', '?'])
        .map_or(address.len(), |at| start + at);
    let (origin, rest) = address.split_at(end_of_origin);
    let path = rest.split_once('?').map_or(rest, |(path, _)| path);
    (&address[..start.saturating_sub(3)], origin, path)
}

fn has_scheme(reference: &str) -> bool {
    reference.split_once(':').is_some_and(|(scheme, _)| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
    })
}

fn has_http_scheme(address: &str) -> bool {
    address.split_once(':').is_some_and(|(scheme, _)| {
        scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https")
    })
}

/// The path without `.` and `..`; a query behind it stays as it is. `..` does not lead above the root.
fn without_dot_segments(path_and_query: &str) -> String {
    let (path, query) =
        path_and_query.split_at(path_and_query.find('?').unwrap_or(path_and_query.len()));
    let mut kept: Vec<&str> = Vec::new();
    for segment in path.split('/').skip(1) {
        match segment {
            "." => {}
            ".." => _ = kept.pop(),
            segment => kept.push(segment),
        }
    }
    // What ends in a dot segment is a folder.
    if path.ends_with("/.") || path.ends_with("/..") {
        kept.push("");
    }
    format!("/{}{query}", kept.join("/"))
}

/// The bytes of a location field as text, with what does not belong into an address percent-encoded: many
/// servers send blanks and UTF-8 as they are.
fn percent_encoded(location: &[u8]) -> String {
    let mut text = String::with_capacity(location.len());
    for &byte in location.trim_ascii() {
        if byte.is_ascii_graphic() && !b"<>\"{}\\^`".contains(&byte) {
            text.push(char::from(byte));
        } else {
            write!(text, "%{byte:02X}").expect("a string takes everything");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_resolved_as_rfc_3986_has_it() {
        let base = "http://a:81/b/c/d?q=x/y#z";
        for (reference, target) in [
            ("https://x/y", "https://x/y"),
            ("HTTP://x/y#top", "HTTP://x/y"),
            ("//x:2/y", "http://x:2/y"),
            ("/g", "http://a:81/g"),
            ("/./g/../h?i=../j", "http://a:81/h?i=../j"),
            ("g", "http://a:81/b/c/g"),
            ("./g/", "http://a:81/b/c/g/"),
            ("..", "http://a:81/b/"),
            ("../g", "http://a:81/b/g"),
            ("../../../../g", "http://a:81/g"),
            ("?r", "http://a:81/b/c/d?r"),
            ("g?r/../s", "http://a:81/b/c/g?r/../s"),
            ("/web/http://x/", "http://a:81/web/http://x/"),
        ] {
            assert_eq!(
                resolve(base, reference).as_deref(),
                Ok(target),
                "{reference}"
            );
        }
        assert_eq!(resolve("http://a", "g").as_deref(), Ok("http://a/g"));
        assert_eq!(resolve("http://a?q", "g").as_deref(), Ok("http://a/g"));
    }

    #[test]
    fn addresses_of_other_schemes_are_refused_and_not_taken_for_paths() {
        for reference in [
            "file:///etc/passwd",
            "file:/etc/passwd",
            "mailto:a@b",
            "data:,x",
            "javascript:x",
            "ftp://a/",
        ] {
            let refusal = resolve("http://a/b", reference);
            assert!(
                refusal
                    .as_ref()
                    .is_err_and(|why| why.contains("neither http nor https")),
                "{refusal:?}"
            );
        }
    }

    #[test]
    fn addresses_that_are_not_valid_are_refused() {
        for reference in ["http://", "http:g", "//", "http://a:0/"] {
            assert!(resolve("http://a/b", reference).is_err(), "{reference}");
        }
    }

    #[test]
    fn blanks_and_foreign_letters_in_a_location_are_encoded() {
        assert_eq!(
            percent_encoded(" /a b/\u{e9}\u{1}?x=%20 ".as_bytes()),
            "/a%20b/%C3%A9%01?x=%20"
        );
    }
}
