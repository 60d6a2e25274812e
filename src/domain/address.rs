//! Addresses of web pages as a user writes them: which ones can be fetched, and how to show them.
//!
//! This module only works on text, so that the command line can check a whole list of addresses before anything starts.
//! The fetching code understands every address that passes [`check_address`]; a test there checks that.

use std::ops::Range;

use url::{ParseError, Url};

use super::text;

/// The maximum size of an address: what RFC 9110 asks every server to understand.
pub const MAX_ADDRESS_BYTES: usize = 8_000;

/// Stands for a user name and password.
pub(super) const HIDDEN: &str = "***";

/// Longer addresses are cut by [`shown`], so that they fit into a sentence.
const MAX_SHOWN_CHARS: usize = 200;

/// Checks whether `line` is an absolute `http` or `https` address with a host.
///
/// Spaces around the address are an error; the caller trims the line.
///
/// # Errors
///
/// If the address cannot be fetched. The message is one sentence without a full stop that says what is wrong and what
/// is allowed. It does not quote the address, which may contain a password; the caller puts [`shown`] in front of it.
pub fn check_address(line: &str) -> Result<(), String> {
    check_characters(line)?;
    let rest = after_scheme(line)?;
    let (authority, _path) = split_authority(rest);
    let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    if user.contains(['@', '[', ']', '|']) {
        return Err("the user name or password must be percent-encoded (write %40 for @)".into());
    }
    let has_port = !host.ends_with(':');
    // `Url` repairs addresses that other parsers refuse: it would accept a host in http:///x, and an a in %41.
    let wrong = match Url::parse(line) {
        _ if authority.is_empty() => NO_HOST,
        Err(ParseError::EmptyHost) => NO_HOST,
        Err(ParseError::InvalidIpv6Address) => {
            "the host in brackets is not an IPv6 address such as [::1]"
        }
        Err(ParseError::InvalidPort) => NO_PORT,
        Ok(url) if host.chars().all(is_of_host) => match url.port() {
            port if has_port && port != Some(0) => return Ok(()),
            _ => NO_PORT,
        },
        _ => "the host may only have letters, digits, dots, hyphens and underscores",
    };
    Err(wrong.into())
}

const NO_HOST: &str = "the address has no host; write one like http://example.org/page";
const NO_PORT: &str = "the port must be a number from 1 to 65535";

/// The address in a form that is safe to print. A user name and password become `***`. Control characters and the
/// invisible characters that reorder text become `\u{fffd}`. An address of more than 200 characters ends in `…`.
pub fn shown(address: &str) -> String {
    shorten(&text::clean(&masked(address), usize::MAX))
}

fn shorten(text: &str) -> String {
    match text.char_indices().nth(MAX_SHOWN_CHARS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.into(),
    }
}

/// The address with `***` instead of its user name and password, of those in any address that it contains, and of values
/// of its query that look secret.
pub fn masked(address: &str) -> String {
    let start = address.find("://").map_or(0, |at| at + "://".len());
    let (authority, _path) = split_authority(&address[start..]);
    // A password with an unescaped '/' cuts the authority short and makes the address invalid. Only then does an '@'
    // further right belong to a password; in a valid address it is part of the path.
    let suspect = if authority.contains('@') || check_address(address).is_ok() {
        authority
    } else {
        &address[start..]
    };
    match suspect.rfind('@') {
        Some(at) => masked_in(&format!(
            "{}{HIDDEN}{}",
            &address[..start],
            &address[start + at..]
        )),
        None => masked_in(address),
    }
}

/// The scheme with its slashes, the user name and password, and the rest. `None` if the address has no user name.
pub(super) fn split_login(address: &str) -> Option<(&str, &str, &str)> {
    let (scheme, rest) = address.split_at(address.find("://")? + "://".len());
    let (authority, _path) = split_authority(rest);
    let at = authority.rfind('@')?;
    Some((scheme, &rest[..at], &rest[at + 1..]))
}

/// Parts of the names of a query's values that are secret.
const OF_SECRETS: [&str; 9] = [
    "authent",
    "authoriz",
    "credential",
    "jwt",
    "passw",
    "secret",
    "session",
    "signature",
    "token",
];
/// The ends of such names.
const ENDS_OF_SECRETS: [&str; 6] = ["auth", "key", "pass", "pwd", "sid", "sig"];
/// A value of at least this length that looks random is taken for a token, whatever its name is.
const TOKEN_MIN_CHARS: usize = 20;

/// Whether a value of a query must not be shown.
fn is_secret(name: &str, value: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let is_of_token = |c: char| c.is_ascii_alphanumeric() || "-_=".contains(c);
    let looks_random = value.len() >= TOKEN_MIN_CHARS
        && value.chars().all(is_of_token)
        && value.contains(|c: char| c.is_ascii_digit())
        && value.contains(|c: char| c.is_ascii_alphabetic());
    let is_named_so = OF_SECRETS.iter().any(|part| name.contains(part))
        || ENDS_OF_SECRETS.iter().any(|end| name.ends_with(end));
    !value.is_empty() && (is_named_so || looks_random)
}

/// Where in a text the values of queries are that must not be shown.
pub(super) fn secret_values(text: &str) -> impl Iterator<Item = Range<usize>> {
    let ends_value = |c: char| c.is_whitespace() || "&;?#'\"<>".contains(c);
    text.match_indices(['?', '&', ';', '#'])
        .filter_map(move |(at, _)| {
            let rest = &text[at + 1..];
            let parameter = &rest[..rest.find(ends_value).unwrap_or(rest.len())];
            let (name, value) = parameter.split_once('=')?;
            let end = at + 1 + parameter.len();
            is_secret(name, value).then_some(end - value.len()..end)
        })
}

fn without_secret_values(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut from = 0;
    for value in secret_values(text) {
        shown.push_str(&text[from..value.start]);
        shown.push_str(HIDDEN);
        from = value.end;
    }
    shown + &text[from..]
}

/// Hides the user names and passwords of all addresses in an untrusted text, and what looks secret in their queries.
/// Passwords are found in `http://me:secret@…` and in Python's message about such an address, `nonnumeric port:
/// 'secret@…'`.
pub fn masked_in(text: &str) -> String {
    const PYTHONS: &str = "nonnumeric port: '";
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = ["://", PYTHONS]
        .iter()
        .filter_map(|mark| split_behind(rest, mark))
        .min()
    {
        masked.push_str(before);
        // Python has decoded this password, so it may have any character in it except the end of the line.
        let ends_suspect = |c: char| {
            if before.ends_with(PYTHONS) {
                c == '\n'
            } else {
                ends_authority(c)
            }
        };
        let suspect = &after[..after.find(ends_suspect).unwrap_or(after.len())];
        rest = suspect.rfind('@').map_or(after, |at| {
            masked.push_str(HIDDEN);
            &after[at..]
        });
    }
    without_secret_values(&(masked + rest))
}

fn split_behind<'a>(text: &'a str, mark: &str) -> Option<(&'a str, &'a str)> {
    text.find(mark).map(|at| text.split_at(at + mark.len()))
}

/// Whether a user name and password cannot contain this character, so that they ended before it.
fn ends_authority(c: char) -> bool {
    c.is_whitespace() || "/?#'\"<>".contains(c)
}

fn check_characters(line: &str) -> Result<(), String> {
    let wrong = match line.chars().find(|&c| !is_allowed(c)) {
        _ if line.is_empty() => "the address is empty; write one like http://example.org/page",
        _ if line.len() > MAX_ADDRESS_BYTES => {
            return Err(format!(
                "the address is longer than the {MAX_ADDRESS_BYTES} bytes that are allowed"
            ));
        }
        None => return Ok(()),
        Some(c) if c.is_whitespace() => {
            "the address contains a space; write %20 for it, and one address per line"
        }
        Some(c) if text::is_treacherous(c) => {
            "the address contains an invisible character; only visible ASCII is allowed"
        }
        Some(c) => {
            return Err(format!(
                "the address contains {c}, which must be percent-encoded"
            ));
        }
    };
    Err(wrong.into())
}

/// Whether a host with its port can contain this character. The host may be an IPv6 address.
fn is_of_host(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-._:[]".contains(c)
}

/// The characters of RFC 3986, and `|`, which is common in practice and which the fetching code understands.
fn is_allowed(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-._~:/?#[]@!$&'()*+,;=%|".contains(c)
}

fn after_scheme(line: &str) -> Result<&str, String> {
    let is_known = |scheme: &str| ["http", "https"].contains(&&*scheme.to_ascii_lowercase());
    line.split_once("://")
        .filter(|(scheme, _)| is_known(scheme))
        .map(|(_, rest)| rest)
        .ok_or_else(|| "the address must start with http:// or https://".into())
}

/// Splits before the path, the query or the fragment.
fn split_authority(rest: &str) -> (&str, &str) {
    rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_host_in_percent_signs_is_refused_and_ends_nothing() {
        for address in ["http://A%aa", "http://%c3%a9.example/", "http://É.example/"] {
            assert!(check_address(address).is_err(), "{address}");
        }
    }

    #[test]
    fn absolute_http_and_https_addresses_are_accepted() {
        for good in [
            "http://example.org",
            "https://example.org/",
            "HTTP://EXAMPLE.ORG/a%20b?c=d&e=[1]|2#top",
            "http://127.0.0.1:8080/page/1",
            "http://[::1]:8080/",
            "https://user:p%40ss@example.org/",
            "https://medium.com/@someone",
            "http://under_score.example?q",
        ] {
            assert_eq!(check_address(good), Ok(()), "{good}");
        }
    }

    #[test]
    fn what_cannot_be_fetched_is_refused_with_what_is_wrong() {
        for (bad, wrong) in [
            ("", "empty"),
            ("example.org", "http:// or https://"),
            ("/page", "http:// or https://"),
            ("file:///etc/passwd", "http:// or https://"),
            ("ftp://example.org/", "http:// or https://"),
            ("http:example.org", "http:// or https://"),
            ("http://", "no host"),
            ("http:///path", "no host"),
            ("http://:80/", "no host"),
            ("http://user@/", "no host"),
            ("http://a b/", "space"),
            (" http://a/", "space"),
            ("http://a/\u{1b}[2J", "invisible"),
            ("http://a/\u{202e}", "invisible"),
            ("http://a/é", "percent-encoded"),
            ("http://a/<b>", "percent-encoded"),
            ("http://a@b@c/", "%40"),
            ("http://a:0/", "1 to 65535"),
            ("http://a:65536/", "1 to 65535"),
            ("http://a:/", "1 to 65535"),
            ("http://a:+80/", "1 to 65535"),
            ("http://[::1/", "in brackets"),
            ("http://[::g]/", "IPv6"),
            ("http://[::1]x/", "IPv6"),
            ("http://a%41/", "may only have letters"),
        ] {
            let sentence = check_address(bad).expect_err(bad);
            assert!(sentence.contains(wrong), "{bad}: {sentence}");
            assert!(
                !sentence.ends_with('.') && !sentence.contains('\n'),
                "{sentence}"
            );
        }
    }

    #[test]
    fn an_endless_address_is_refused() {
        let long = format!("http://a/{}", "x".repeat(MAX_ADDRESS_BYTES));
        assert!(check_address(&long).is_err_and(|sentence| sentence.contains("8000")));
    }

    #[test]
    fn user_name_and_password_are_never_shown() {
        assert_eq!(
            shown("http://me:secret@example.org/a"),
            "http://***@example.org/a"
        );
        assert_eq!(shown("http://me@example.org"), "http://***@example.org");
        assert_eq!(
            shown("http://me:se/cret@example.org/a"),
            "http://***@example.org/a"
        );
        assert_eq!(shown("me:secret@example.org"), "***@example.org");
    }

    #[test]
    fn user_names_and_passwords_in_foreign_text_are_never_shown() {
        for (text, expected) in [
            (
                "http://me:secret@h/a?b=c@d and HTTPS://you@h",
                "http://***@h/a?b=c@d and HTTPS://***@h",
            ),
            (
                "InvalidURL: nonnumeric port: 'secret@h'",
                "InvalidURL: nonnumeric port: '***@h'",
            ),
            (
                "nonnumeric port: 'it's@secret@h'\nnext@line",
                "nonnumeric port: '***@h'\nnext@line",
            ),
            (
                "url 'ftp://me:secret@h' refused",
                "url 'ftp://***@h' refused",
            ),
            (
                "https://medium.com/@someone, a@b",
                "https://medium.com/@someone, a@b",
            ),
            ("nothing: //", "nothing: //"),
            ("ends in ://", "ends in ://"),
        ] {
            assert_eq!(masked_in(text), expected);
        }
    }

    #[test]
    fn an_address_within_an_address_is_shown_without_its_password_too() {
        for (address, expected) in [
            (
                "http://a:SECRET@h/p?next=http://b:SECRET@other/",
                "http://***@h/p?next=http://***@other/",
            ),
            (
                "http://h/http://b:SECRET@other/",
                "http://h/http://***@other/",
            ),
        ] {
            assert_eq!(masked(address), expected);
        }
    }

    #[test]
    fn what_looks_secret_in_a_query_is_never_shown() {
        for (text, expected) in [
            (
                "http://h/?page=2&api_key=SECRET&x#access_token=SECRET",
                "http://h/?page=2&api_key=***&x#access_token=***",
            ),
            (
                "http://h/?X-Amz-Signature=SECRET",
                "http://h/?X-Amz-Signature=***",
            ),
            ("http://h/?a=4f3c2b1a09f8e7d6c5b4a392", "http://h/?a=***"),
            (
                "'/page?Token=SE%20CRET' is not there",
                "'/page?Token=***' is not there",
            ),
            (
                "http://h/?token=&author=me&keyword=tea",
                "http://h/?token=&author=me&keyword=tea",
            ),
            (
                "http://h/?q=threads-and-processes-of-python",
                "http://h/?q=threads-and-processes-of-python",
            ),
            ("http://a:b@h/?pwd=c?sid=d", "http://***@h/?pwd=***?sid=***"),
        ] {
            assert_eq!(masked_in(text), expected);
        }
    }

    proptest! {
        #[test]
        fn nothing_that_looks_secret_survives_being_shown_and_showing_twice_changes_nothing(
            text in "[ -~é]{0,40}[?&](token|key)=SECRET[ -~é]{0,40}"
        ) {
            let shown = masked_in(&text);
            prop_assert_eq!(shown.contains("=SECRET"), false, "{}", shown);
            prop_assert_eq!(masked_in(&shown), shown);
        }
    }

    #[test]
    fn an_at_sign_in_the_path_is_shown() {
        assert_eq!(
            shown("https://medium.com/@someone"),
            "https://medium.com/@someone"
        );
    }

    #[test]
    fn nothing_shown_can_command_a_terminal_or_fill_the_screen() {
        assert_eq!(
            shown("http://a/\u{1b}]0;x\u{7}\n\u{202e}"),
            "http://a/\u{fffd}]0;x\u{fffd}\u{fffd}\u{fffd}"
        );
        let long = shown(&format!("http://a/{}", "é".repeat(5_000)));
        assert_eq!(long.chars().count(), MAX_SHOWN_CHARS + 1);
        assert!(long.ends_with('…'));
    }
}
