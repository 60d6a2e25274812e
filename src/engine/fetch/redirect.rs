//! The target of a redirect.
//!
//! ureq can follow redirects, but it treats a location such as `file:///etc/passwd` or `mailto:x` as a path on the same
//! server. Such a location is an address with a different scheme and must be refused.

use percent_encoding::{AsciiSet, CONTROLS, percent_encode};
use ureq::{
    Body,
    http::{Response, header},
};
use url::Url;

use crate::domain::address::check_address;

/// What an address must not have, and servers send all the same.
const UNENCODED: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'}');

/// The address to which `response`, the answer to a GET for `base`, redirects; `None` if it is not a redirect.
///
/// # Errors
///
/// A sentence, if the answer names no target, or one that must not or cannot be fetched.
pub fn target(base: &str, response: &Response<Body>) -> Result<Option<String>, &'static str> {
    // The other statuses from 300 to 399 are not redirects.
    if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let location = response
        .headers()
        .get(header::LOCATION)
        .ok_or("the server redirects without saying where")?;
    resolve(base, location.as_bytes()).map(Some)
}

/// `location` resolved against `base`. Many servers send spaces and UTF-8 unencoded.
fn resolve(base: &str, location: &[u8]) -> Result<String, &'static str> {
    const INVALID: &str = "the server redirects to an address that is not valid";
    let invalid = |_| INVALID;
    let location = percent_encode(location.trim_ascii(), UNENCODED).to_string();
    match scheme_and_rest(&location) {
        Some((scheme, _)) if !is_fetched(scheme) => {
            return Err("the server redirects to an address that is neither http nor https");
        }
        // `Url` would parse a host, or a path, from http:page.
        Some((_, rest)) if !rest.starts_with("//") => return Err(INVALID),
        _ => {}
    }
    let base = Url::parse(base).map_err(invalid)?;
    let mut target = base.join(&location).map_err(invalid)?;
    target.set_fragment(None);
    check_address(target.as_str()).map_err(|_| INVALID)?;
    Ok(target.into())
}

fn is_fetched(scheme: &str) -> bool {
    ["http", "https"]
        .iter()
        .any(|one| scheme.eq_ignore_ascii_case(one))
}

/// The scheme of an absolute address, and what follows its colon.
fn scheme_and_rest(location: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = location.split_once(':')?;
    let is_of_scheme = |c: char| c.is_ascii_alphanumeric() || "+.-".contains(c);
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic());
    (is_scheme && scheme.chars().all(is_of_scheme)).then_some((scheme, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_resolved_as_rfc_3986_requires() {
        let base = "http://a:81/b/c/d?q=x/y#z";
        for (reference, target) in [
            ("https://x/y", "https://x/y"),
            ("HTTP://x/y#top", "http://x/y"),
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
                resolve(base, reference.as_bytes()).as_deref(),
                Ok(target),
                "{reference}"
            );
        }
        assert_eq!(resolve("http://a", b"g").as_deref(), Ok("http://a/g"));
        assert_eq!(resolve("http://a?q", b"g").as_deref(), Ok("http://a/g"));
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
            let refusal = resolve("http://a/b", reference.as_bytes());
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
        for reference in ["http://", "http:g", "http://a:b/", "//", "http://a:0/"] {
            assert!(
                resolve("http://a/b", reference.as_bytes()).is_err(),
                "{reference}"
            );
        }
    }

    #[test]
    fn blanks_and_foreign_letters_in_a_location_are_encoded() {
        assert_eq!(
            resolve("http://a", " /a b/\u{e9}\u{1}?x=%20 ".as_bytes()).as_deref(),
            Ok("http://a/a%20b/%C3%A9%01?x=%20")
        );
    }
}
