//! Errors of fetches, in one sentence each.

use std::io;

use nix::errno::Errno;
use rustls::CertificateError;

use crate::{
    domain::{address::shown, text::clean},
    engine::error::Unfinished,
};

/// The maximum length of untrusted text in an error, in characters.
const MAX_FOREIGN_CHARS: usize = 120;

/// The error of a failed fetch of `url`. The sentence contains no character that could command a terminal.
pub fn failed(url: &str, what: &str) -> Unfinished {
    Unfinished::Failed(format!("{}: {}", shown(url), clean(what, usize::MAX)))
}

/// The error of a cancelled run, in a form that passes through ureq.
pub fn cancelled() -> ureq::Error {
    ureq::Error::Other(Box::new(Unfinished::Cancelled))
}

/// Whether an error is [`cancelled`].
pub fn is_cancelled(error: &ureq::Error) -> bool {
    matches!(error, ureq::Error::Other(error) if error.is::<Unfinished>())
}

/// The error of an encrypted connection whose end was not announced, because an attacker may have caused it. ureq would
/// treat it as the end of a body without a length.
pub fn unannounced_end() -> ureq::Error {
    ureq::Error::Other(Box::new(UnannouncedEnd))
}

#[derive(Debug, thiserror::Error)]
#[error("the connection ended without ending TLS")]
struct UnannouncedEnd;

fn is_end(error: &ureq::Error) -> bool {
    match error {
        ureq::Error::Io(error) => error.kind() == io::ErrorKind::UnexpectedEof,
        ureq::Error::Other(error) => error.is::<UnannouncedEnd>(),
        _ => false,
    }
}

/// Translates an error of ureq. `had_head`: the answer's head had arrived, and its body was being read.
pub fn explain(url: &str, had_head: bool, timeout_s: f64, error: ureq::Error) -> Unfinished {
    if is_cancelled(&error) {
        return Unfinished::Cancelled;
    }
    let words = match error {
        ureq::Error::Timeout(_) => {
            let what = if had_head {
                "the answer was not complete"
            } else {
                "no answer"
            };
            format!("{what} within {timeout_s} s")
        }
        error if is_end(&error) => if had_head {
            "the answer ended before it was complete"
        } else {
            "the server closed the connection without an answer"
        }
        .to_owned(),
        ureq::Error::Io(error) => system_words(&error),
        ureq::Error::HostNotFound => NO_HOST.to_owned(),
        ureq::Error::BodyExceedsLimit(limit) => {
            format!("the body is larger than {} MiB", limit >> 20)
        }
        ureq::Error::LargeResponseHeader(_, limit) => {
            format!("the head of the answer is larger than {} KiB", limit >> 10)
        }
        // What exactly is not valid is left out: each client says something else, and may quote the answer.
        ureq::Error::Protocol(_) | ureq::Error::BodyStalled => NOT_HTTP.to_owned(),
        ureq::Error::Rustls(error) => tls_words(&error),
        ureq::Error::Tls(words) => insecure(words),
        ureq::Error::TlsRequired => insecure("none was offered"),
        ureq::Error::Other(error) => foreign(&error),
        error => foreign(&error),
    };
    failed(url, &words)
}

/// What is said about every answer that cannot be understood.
pub const NOT_HTTP: &str = "the answer is not valid HTTP";
const NO_HOST: &str = "no such host";

/// The meaning of a `getaddrinfo` error of the standard library, which has no error code but only a message of the C
/// library.
pub fn lookup_words(error: &io::Error) -> String {
    let text = error.to_string();
    let prefix = "failed to lookup address information: ";
    let reason = text.rsplit(prefix).next().unwrap_or(&text);
    let unknown = [
        "Name or service not known",
        "No address associated",
        // The message of musl.
        "Name does not resolve",
    ];
    if unknown.iter().any(|words| reason.starts_with(words)) {
        NO_HOST.to_owned()
    } else {
        let reason = foreign(&reason);
        format!("the host's name could not be looked up ({reason})")
    }
}

/// The system's message for a failed call, without its number.
fn system_words(error: &io::Error) -> String {
    // A TLS error, wrapped by rustls in an I/O error.
    if let Some(error) = error.get_ref().and_then(|error| error.downcast_ref()) {
        return tls_words(error);
    }
    match error.raw_os_error().map(Errno::from_raw) {
        // The kernel's own timeout, if it is shorter than that of the fetch.
        Some(Errno::ETIMEDOUT) => "the host does not answer".to_owned(),
        Some(Errno::EMFILE | Errno::ENFILE) => "too many files and connections are open".to_owned(),
        Some(Errno::EADDRNOTAVAIL) => "no address or port is free to connect from".to_owned(),
        Some(errno) => foreign(&errno.desc()),
        None => foreign(error),
    }
}

/// The meaning of a TLS error. The texts of rustls contain names of its own types, which mean nothing to users.
fn tls_words(error: &rustls::Error) -> String {
    match error {
        rustls::Error::InvalidCertificate(error) => match certificate_words(error) {
            Some(why) => format!("the certificate is not valid ({why})"),
            None => "the certificate is not valid".to_owned(),
        },
        rustls::Error::InvalidMessage(_) => "the server does not speak TLS at this port".to_owned(),
        rustls::Error::AlertReceived(_) => "the server refused the secure connection".to_owned(),
        other => insecure(&other.to_string()),
    }
}

fn insecure(why: &str) -> String {
    format!("no secure connection could be made ({})", foreign(&why))
}

const NO_ISSUER: &str = "from an unknown issuer, or self-signed";

fn certificate_words(error: &CertificateError) -> Option<&'static str> {
    match error {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => Some("expired"),
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            Some("not valid yet")
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            Some("made out to another name")
        }
        // What OpenSSL generates when it is asked for a self-signed certificate and nothing else.
        CertificateError::Other(error) if error.to_string().contains("CaUsedAsEndEntity") => {
            Some(NO_ISSUER)
        }
        CertificateError::UnknownIssuer => Some(NO_ISSUER),
        CertificateError::Revoked => Some("revoked"),
        CertificateError::BadSignature => Some("its signature is wrong"),
        _ => None,
    }
}

/// Untrusted words as part of an error sentence: clean, short, and without the capital letter of a sentence.
fn foreign(text: &impl ToString) -> String {
    let text = clean(&text.to_string(), usize::MAX);
    let mut characters = text.chars();
    let Some(first) = characters.next() else {
        return "for an unknown reason".to_owned();
    };
    // "HTTP …" keeps its capitals, "Broken …" does not.
    let is_name = characters.clone().next().is_some_and(char::is_uppercase);
    let first = if is_name {
        first
    } else {
        first.to_ascii_lowercase()
    };
    std::iter::once(first)
        .chain(characters)
        .take(MAX_FOREIGN_CHARS)
        .collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn explained(had_head: bool, error: ureq::Error) -> Unfinished {
        explain("http://u:p@h/", had_head, 20.0, error)
    }

    fn words(error: ureq::Error) -> String {
        explained(false, error).to_string()
    }

    #[test]
    fn each_kind_of_error_has_its_sentence() {
        use std::io::ErrorKind;
        for (error, expected) in [
            (
                io::Error::from_raw_os_error(libc::ECONNREFUSED).into(),
                "connection refused",
            ),
            (
                ureq::Error::Timeout(ureq::Timeout::Global),
                "no answer within 20 s",
            ),
            (ureq::Error::HostNotFound, "no such host"),
            (
                ureq::Error::BodyExceedsLimit(64 << 20),
                "the body is larger than 64 MiB",
            ),
            (
                io::Error::from_raw_os_error(libc::ENETUNREACH).into(),
                "network is unreachable",
            ),
            (
                io::Error::from_raw_os_error(libc::EMFILE).into(),
                "too many files and connections are open",
            ),
            (
                io::Error::new(ErrorKind::UnexpectedEof, "x").into(),
                "the server closed the connection without an answer",
            ),
            (
                ureq::Error::Other("the server closed the connection".into()),
                "the server closed the connection",
            ),
        ] {
            assert_eq!(words(error), format!("http://***@h/: {expected}"));
        }
    }

    #[test]
    fn a_cancelled_fetch_is_recognised_inside_an_io_error() {
        // Errors are wrapped like this by rustls, and by the reader of a body.
        let error = ureq::Error::from(io::Error::other(cancelled()));
        assert_eq!(explained(true, error), Unfinished::Cancelled);
    }

    #[test]
    fn certificates_are_explained_without_the_names_of_types() {
        use rustls::{AlertDescription, Error as Tls, InvalidMessage, OtherError};
        let other = |words| CertificateError::Other(OtherError(Arc::new(io::Error::other(words))));
        for (error, expected) in [
            (
                Tls::InvalidCertificate(CertificateError::Expired),
                "the certificate is not valid (expired)",
            ),
            (
                Tls::InvalidCertificate(CertificateError::UnknownIssuer),
                "the certificate is not valid (from an unknown issuer, or self-signed)",
            ),
            (
                Tls::InvalidCertificate(CertificateError::NotValidForName),
                "the certificate is not valid (made out to another name)",
            ),
            (
                Tls::InvalidCertificate(other("CaUsedAsEndEntity")),
                "the certificate is not valid (from an unknown issuer, or self-signed)",
            ),
            (
                Tls::InvalidCertificate(other("X")),
                "the certificate is not valid",
            ),
            (
                Tls::InvalidMessage(InvalidMessage::InvalidContentType),
                "the server does not speak TLS at this port",
            ),
            (
                Tls::AlertReceived(AlertDescription::HandshakeFailure),
                "the server refused the secure connection",
            ),
        ] {
            assert_eq!(tls_words(&error), expected);
            let disguised = words(io::Error::other(error).into());
            assert!(disguised.ends_with(expected), "{disguised}");
        }
    }

    #[test]
    fn a_failed_lookup_says_whether_the_host_is_unknown() {
        let prefix = "failed to lookup address information: ";
        let unknown = io::Error::other(format!("{prefix}Name or service not known"));
        assert_eq!(lookup_words(&unknown), "no such host");
        let failed = io::Error::other(format!("{prefix}Temporary failure in name resolution"));
        assert_eq!(
            lookup_words(&failed),
            "the host's name could not be looked up (temporary failure in name resolution)"
        );
    }

    #[test]
    fn foreign_words_are_clean_and_short() {
        let rude = foreign(&format!("Bad\u{1b}[2J\n{}", "x".repeat(9_000)));
        assert!(rude.starts_with("bad\u{fffd}[2J\u{fffd}xxx"), "{rude}");
        assert_eq!(rude.chars().count(), MAX_FOREIGN_CHARS);
    }
}
