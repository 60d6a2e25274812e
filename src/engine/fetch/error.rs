//! What can go wrong with a fetch, and how to say it in one sentence.

use std::error::Error;
use std::time::Duration;
use std::{fmt, io};

use nix::errno::Errno;
use rustls::CertificateError;
use ureq::http::StatusCode;
use ureq::unversioned::transport::NextTimeout;

use crate::domain::address::shown;
use crate::domain::text::clean;

/// The most characters of somebody else's words in a sentence of ours.
const MAX_FOREIGN_CHARS: usize = 120;

/// Why a fetch failed, as data. The numbers are fixed, so that they may cross processes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum FetchErrorKind {
    /// Nobody listens at that port.
    Refused = 0,
    /// The fetch was not over within its time.
    Timeout = 1,
    /// The server answered with a status of 400 or more, or with none that ends an answer.
    Status = 2,
    /// The body is larger than the limit.
    TooLarge = 3,
    /// No secure connection: the certificate, or the protocol.
    Tls = 4,
    /// The host's name could not be looked up.
    Dns = 5,
    /// The run was cancelled.
    Cancelled = 6,
    /// Anything else: an unreachable network, an answer that is not HTTP or ends early, a redirect that must
    /// not be followed, an address that is not one.
    Other = 7,
}

/// A failed fetch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchError {
    /// What happened, for code.
    pub kind: FetchErrorKind,
    /// What happened, for people: one line such as `http://127.0.0.1:9/x: connection refused`. Begins with
    /// the address that was asked for, without user name and password; has no full stop and no character
    /// that a terminal would act upon.
    pub sentence: String,
}

impl FetchError {
    pub(super) fn new(kind: FetchErrorKind, url: &str, what: &str) -> Self {
        Self {
            kind,
            sentence: format!("{}: {}", shown(url), clean(what, usize::MAX)),
        }
    }

    /// The server answered, but with `status`.
    pub(super) fn status(url: &str, status: StatusCode) -> Self {
        // Not the server's own reason phrase: that is foreign text, and HTTP/2 and 3 have none.
        let reason = status
            .canonical_reason()
            .map(|reason| format!(" {reason}"))
            .unwrap_or_default();
        let what = format!("the server answered {}{reason}", status.as_u16());
        Self::new(FetchErrorKind::Status, url, &what)
    }
}

impl fmt::Display for FetchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)
    }
}

impl Error for FetchError {}

/// What our own part of the connection reports through ureq, which has no words for all of it.
#[derive(Debug)]
pub(super) enum Fault {
    /// The stop pipe became readable.
    Cancelled,
    /// The deadline is over.
    TimedOut,
    /// The other side reset the connection.
    BrokenOff,
    /// Neither http nor https, or no host.
    WrongScheme,
    /// There is no address to connect to.
    NoAddress,
    /// The name could not be looked up.
    Lookup(io::Error),
    /// A system call failed.
    Io(io::Error),
}

impl Fault {
    /// As an error of ureq; a timeout has `timeout`'s reason, which ureq relies on.
    pub(super) fn into_ureq(self, timeout: NextTimeout) -> ureq::Error {
        match self {
            Self::TimedOut => ureq::Error::Timeout(timeout.reason),
            other => other.into(),
        }
    }
}

impl From<Fault> for ureq::Error {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Io(error) => Self::Io(error),
            Fault::NoAddress => Self::HostNotFound,
            other => Self::Other(Box::new(other)),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cancelled => f.write_str("cancelled"),
            Self::TimedOut => f.write_str("the time is over"),
            Self::BrokenOff => f.write_str("the server broke off the connection"),
            Self::WrongScheme => f.write_str("the address is neither http nor https"),
            Self::NoAddress => f.write_str("no such host"),
            Self::Lookup(error) => f.write_str(&lookup_words(error)),
            Self::Io(error) => f.write_str(&system_words(error)),
        }
    }
}

impl Error for Fault {}

/// How far a fetch has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// The head of an answer has not come yet.
    Answer,
    /// It has, and the body is on its way.
    Body,
}

/// Turns ureq's errors into ours.
#[derive(Clone, Copy, Debug)]
pub(super) struct Explainer {
    pub(super) stage: Stage,
    pub(super) timeout: Duration,
}

impl Explainer {
    pub(super) fn explain(self, url: &str, error: ureq::Error) -> FetchError {
        let (kind, what) = self.kind_and_words(error);
        FetchError::new(kind, url, &what)
    }

    fn kind_and_words(self, error: ureq::Error) -> (FetchErrorKind, String) {
        use FetchErrorKind::{Dns, Other, Tls, TooLarge};
        match error {
            ureq::Error::Timeout(_) => (FetchErrorKind::Timeout, self.timeout_words()),
            ureq::Error::Io(error) => self.io(&error),
            ureq::Error::Other(error) => match error.downcast_ref::<Fault>() {
                Some(fault) => (kind_of(fault), fault.to_string()),
                None => (Other, foreign(&error.to_string())),
            },
            ureq::Error::HostNotFound => (Dns, Fault::NoAddress.to_string()),
            ureq::Error::BodyExceedsLimit(limit) => (
                TooLarge,
                format!("the body is larger than {}", bytes_words(limit)),
            ),
            ureq::Error::LargeResponseHeader(_, limit) => (
                Other,
                format!(
                    "the head of the answer is larger than {}",
                    bytes_words(limit as u64)
                ),
            ),
            // It may quote the answer.
            ureq::Error::Protocol(error) => (
                Other,
                format!(
                    "the answer is not valid HTTP ({})",
                    foreign(&error.to_string())
                ),
            ),
            ureq::Error::Rustls(error) => (Tls, tls_words(&error)),
            ureq::Error::Tls(words) => (Tls, insecure(words)),
            ureq::Error::TlsRequired => (Tls, insecure("none was offered")),
            error => (Other, foreign(&error.to_string())),
        }
    }

    fn timeout_words(self) -> String {
        let limit = duration_words(self.timeout);
        match self.stage {
            Stage::Answer => format!("no answer within {limit}"),
            Stage::Body => format!("the answer was not complete within {limit}"),
        }
    }

    fn io(self, error: &io::Error) -> (FetchErrorKind, String) {
        // One of rustls' in the disguise of an I/O error.
        if let Some(error) = error.get_ref().and_then(|error| error.downcast_ref()) {
            return (FetchErrorKind::Tls, tls_words(error));
        }
        match error.kind() {
            io::ErrorKind::ConnectionRefused => {
                (FetchErrorKind::Refused, "connection refused".to_owned())
            }
            // The kernel's own limit, should it be shorter than ours.
            io::ErrorKind::TimedOut => (
                FetchErrorKind::Timeout,
                "the host does not answer".to_owned(),
            ),
            io::ErrorKind::UnexpectedEof => {
                (FetchErrorKind::Other, self.early_end_words().to_owned())
            }
            _ => (FetchErrorKind::Other, system_words(error)),
        }
    }

    fn early_end_words(self) -> &'static str {
        match self.stage {
            Stage::Answer => "the server closed the connection without an answer",
            Stage::Body => "the answer ended before it was complete",
        }
    }
}

fn kind_of(fault: &Fault) -> FetchErrorKind {
    match fault {
        Fault::Cancelled => FetchErrorKind::Cancelled,
        Fault::TimedOut => FetchErrorKind::Timeout,
        Fault::Lookup(_) | Fault::NoAddress => FetchErrorKind::Dns,
        Fault::BrokenOff | Fault::WrongScheme | Fault::Io(_) => FetchErrorKind::Other,
    }
}

/// What a `getaddrinfo` error of the standard library comes down to. It has no code to go by, only C
/// libraries' words.
fn lookup_words(error: &io::Error) -> String {
    let text = error.to_string();
    let reason = text
        .rsplit("failed to lookup address information: ")
        .next()
        .unwrap_or(&text);
    let unknown = [
        "Name or service not known",
        "No address associated",
        "nodename nor servname",
    ];
    // musl's words for an unknown name.
    if unknown.iter().any(|words| reason.starts_with(words)) || reason == "Name does not resolve" {
        "no such host".to_owned()
    } else {
        format!(
            "the host's name could not be looked up ({})",
            foreign(reason)
        )
    }
}

/// The system's words for a failed call, without its number.
fn system_words(error: &io::Error) -> String {
    match error.raw_os_error().map(Errno::from_raw) {
        Some(Errno::EMFILE | Errno::ENFILE) => "too many files and connections are open".to_owned(),
        Some(Errno::EADDRNOTAVAIL) => "no address or port is free to connect from".to_owned(),
        Some(errno) => foreign(errno.desc()),
        None => foreign(&error.to_string()),
    }
}

/// What a TLS error comes down to. rustls' texts contain names of its own types, which mean nothing to users.
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
    format!("no secure connection could be made ({})", foreign(why))
}

fn certificate_words(error: &CertificateError) -> Option<&'static str> {
    match error {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => Some("expired"),
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            Some("not valid yet")
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            Some("made out to another name")
        }
        // What OpenSSL makes when it is asked for a self-signed certificate and nothing else.
        CertificateError::Other(error) if error.to_string().contains("CaUsedAsEndEntity") => {
            Some("self-signed")
        }
        CertificateError::UnknownIssuer => Some("from an unknown issuer"),
        CertificateError::Revoked => Some("revoked"),
        CertificateError::BadSignature => Some("its signature is wrong"),
        _ => None,
    }
}

/// Somebody else's words as part of a sentence of ours: clean, short, and not beginning like a sentence.
fn foreign(text: &str) -> String {
    let text = clean(text, usize::MAX);
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

/// `20 s`, or `300 ms` when it is no whole number of seconds.
fn duration_words(duration: Duration) -> String {
    if duration.subsec_millis() == 0 && duration.as_secs() > 0 {
        format!("{} s", duration.as_secs())
    } else {
        format!("{} ms", duration.as_millis())
    }
}

fn bytes_words(bytes: u64) -> String {
    match bytes {
        0 => "0 bytes".to_owned(),
        bytes if bytes.is_multiple_of(1 << 20) => format!("{} MiB", bytes >> 20),
        bytes if bytes.is_multiple_of(1 << 10) => format!("{} KiB", bytes >> 10),
        bytes => format!("{bytes} bytes"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    fn explained(stage: Stage, error: ureq::Error) -> FetchError {
        let explainer = Explainer {
            stage,
            timeout: Duration::from_secs(20),
        };
        explainer.explain("http://u:p@h/", error)
    }

    fn words(error: ureq::Error) -> String {
        explained(Stage::Answer, error).sentence
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
                Fault::BrokenOff.into(),
                "the server broke off the connection",
            ),
        ] {
            assert_eq!(words(error), format!("http://***@h/: {expected}"));
        }
    }

    #[test]
    fn a_fault_keeps_its_kind_on_its_way_through_an_io_error() {
        // That is the way it takes through rustls, and through a body's reader.
        let error = ureq::Error::from(io::Error::other(ureq::Error::from(Fault::Cancelled)));
        assert_eq!(
            explained(Stage::Body, error).kind,
            FetchErrorKind::Cancelled
        );
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
                "the certificate is not valid (from an unknown issuer)",
            ),
            (
                Tls::InvalidCertificate(CertificateError::NotValidForName),
                "the certificate is not valid (made out to another name)",
            ),
            (
                Tls::InvalidCertificate(other("CaUsedAsEndEntity")),
                "the certificate is not valid (self-signed)",
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
            let disguised = explained(Stage::Answer, io::Error::other(error).into());
            assert_eq!(disguised.kind, FetchErrorKind::Tls);
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

    #[test]
    fn a_status_comes_with_its_usual_reason() {
        let error = FetchError::status("http://h/x", StatusCode::NOT_FOUND);
        assert_eq!(
            error.sentence,
            "http://h/x: the server answered 404 Not Found"
        );
        let unusual = FetchError::status("http://h/x", StatusCode::from_u16(799).unwrap());
        assert_eq!(unusual.sentence, "http://h/x: the server answered 799");
    }
}
