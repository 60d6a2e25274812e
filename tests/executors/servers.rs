//! Servers that behave as the table in `support/behaviours.rs` says.

use std::{
    collections::HashMap,
    io::{self, ErrorKind, Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    sync::Arc,
    thread,
    time::Duration,
};

use nix::sys::socket::{setsockopt, sockopt::Linger};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, KeyUsagePurpose,
    date_time_ymd,
};
use rustls::{ServerConfig, ServerConnection, StreamOwned, crypto::ring, pki_types::PrivateKeyDer};

use super::behaviours::{
    Behaviour, EXPIRED, HOST, NOT_YET, OTHER_NAME, SELF_SIGNED, TLS, Then, UNKNOWN, all,
};

/// The log-in of the table as it is sent: `anna:SE@CR:ET`.
const LOGIN: &str = "authorization: basic yw5uytptrubdujpfva==";
/// The time between two drips.
const DRIP: Duration = Duration::from_millis(20);
/// How often something is repeated "without end", so that a fetch that waits for the end fails instead of hanging.
const DRIPS: usize = 500;
const FLOOD: usize = 64 << 20;

/// An authority that signs certificates.
pub type Authority = CertifiedIssuer<'static, KeyPair>;

pub fn authority(name: &str) -> Authority {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.distinguished_name.push(DnType::CommonName, name);
    let key = KeyPair::generate().expect("keys can be made");
    CertifiedIssuer::self_signed(params, key).expect("an authority can sign itself")
}

/// Servers, by what stands for them in the table.
pub struct Servers(HashMap<&'static str, String>);

impl Servers {
    /// Starts all servers. Clients trust what `trusted` signs.
    pub fn start(trusted: &Authority) -> Servers {
        let tls = certificates(trusted);
        let kinds: Vec<(&str, Option<Arc<ServerConfig>>)> = [(HOST, None)]
            .into_iter()
            .chain(tls.into_iter().map(|(kind, tls)| (kind, Some(tls))))
            .collect();
        let mut origins = HashMap::new();
        let mut listening = vec![];
        for (kind, tls) in kinds {
            let listener =
                TcpListener::bind("127.0.0.1:0").expect("the loopback interface is there");
            let origin = listener.local_addr().expect("it is bound").to_string();
            origins.insert(kind, origin);
            listening.push((listener, tls));
        }
        let site = Arc::new(Site {
            behaviours: all(),
            servers: Servers(origins.clone()),
        });
        for (listener, tls) in listening {
            let site = site.clone();
            thread::spawn(move || accept(&listener, tls.as_ref(), &site));
        }
        Servers(origins)
    }

    /// The text with the servers in place of what stands for them.
    pub fn named_in(&self, text: &str) -> String {
        let put = |text: String, (kind, origin): (&&str, &String)| text.replace(kind, origin);
        self.0.iter().fold(text.to_owned(), put)
    }

    /// The address of a behaviour.
    pub fn address(&self, behaviour: &Behaviour) -> String {
        let place = &behaviour.place;
        let address = if place.contains("://") {
            place.clone()
        } else {
            format!("http://{HOST}/{place}")
        };
        self.named_in(&address)
    }
}

fn certificates(trusted: &Authority) -> Vec<(&'static str, Arc<ServerConfig>)> {
    let here = || CertificateParams::new(["127.0.0.1".into()]).expect("it is an address");
    let other = CertificateParams::new(["example.org".into()]).expect("it is a name");
    let mut expired = here();
    expired.not_after = date_time_ymd(2020, 1, 1);
    let mut not_yet = here();
    not_yet.not_before = date_time_ymd(3000, 1, 1);
    let unknown = authority("Nobody's Authority");
    vec![
        (TLS, signed(here(), Some(trusted))),
        (UNKNOWN, signed(here(), Some(&unknown))),
        (SELF_SIGNED, signed(here(), None)),
        (EXPIRED, signed(expired, Some(trusted))),
        (NOT_YET, signed(not_yet, Some(trusted))),
        (OTHER_NAME, signed(other, Some(trusted))),
    ]
}

/// A server's certificate, signed by this authority or by the server itself.
fn signed(mut params: CertificateParams, by: Option<&Authority>) -> Arc<ServerConfig> {
    params.use_authority_key_identifier_extension = by.is_some();
    let key = KeyPair::generate().expect("keys can be made");
    let certificate = match by {
        Some(authority) => params.signed_by(&key, authority),
        None => params.self_signed(&key),
    };
    let certificate = certificate
        .expect("certificates can be signed")
        .der()
        .clone();
    let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("the provider has all versions")
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key);
    Arc::new(config.expect("the key fits"))
}

/// What the servers need to know.
struct Site {
    behaviours: Vec<Behaviour>,
    servers: Servers,
}

fn accept(listener: &TcpListener, tls: Option<&Arc<ServerConfig>>, site: &Arc<Site>) {
    for tcp in listener.incoming().flatten() {
        let (tls, site) = (tls.cloned(), site.clone());
        thread::spawn(move || {
            let Ok(mut plain) = tcp.try_clone() else {
                return;
            };
            // A client may go at any time.
            let ended = match tls {
                None => talk(&mut plain, &tcp, &site),
                Some(tls) => ServerConnection::new(tls)
                    .map_err(io::Error::other)
                    .and_then(|tls| talk(&mut StreamOwned::new(tls, plain), &tcp, &site)),
            };
            if ended.is_err_and(|error| error.kind() == ErrorKind::ConnectionReset) {
                return;
            }
            // Closing before everything is read would reset the connection.
            let _ = tcp.shutdown(Shutdown::Write);
            let _ = (&tcp).read_to_end(&mut vec![]);
        });
    }
}

/// Answers one request.
fn talk<S: Read + Write>(stream: &mut S, tcp: &TcpStream, site: &Site) -> io::Result<()> {
    let head = read_head(stream)?;
    let path = head.split(' ').nth(1).unwrap_or("/plain");
    let path = path.split('?').next().unwrap_or_default();
    let path = path.trim_start_matches('/');
    let mut found = site.behaviours.iter().filter(|one| one.path() == path);
    let Some(behaviour) = found.next() else {
        return stream.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
    };
    if path == "log-in" && !head.to_lowercase().contains(LOGIN) {
        return stream.write_all(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n");
    }
    // Only redirects name servers, and they are text.
    let named = |text: &str| site.servers.named_in(text).into_bytes();
    let says = str::from_utf8(&behaviour.says).map_or_else(|_| behaviour.says.clone(), named);
    stream.write_all(&says)?;
    stream.flush()?;
    match behaviour.then {
        Then::Closes => Ok(()),
        Then::Stays => stream.read(&mut [0]).map(drop),
        Then::Resets => reset(tcp),
        Then::Drips(what) => (0..DRIPS).try_for_each(|_| {
            thread::sleep(DRIP);
            stream.write_all(what.as_bytes())
        }),
        Then::Floods(what) => {
            let many = what.repeat((1 << 16) / what.len());
            (0..FLOOD >> 16).try_for_each(|_| stream.write_all(many.as_bytes()))
        }
    }
}

/// Makes closing reset the connection. The error lets go of it.
fn reset(tcp: &TcpStream) -> io::Result<()> {
    let at_once = libc::linger {
        l_onoff: 1,
        l_linger: 0,
    };
    setsockopt(tcp, Linger, &at_once)?;
    Err(ErrorKind::ConnectionReset.into())
}

/// The head of a request, or of what is none.
fn read_head(stream: &mut impl Read) -> io::Result<String> {
    let mut head = vec![];
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte)? == 1 {
        head.push(byte[0]);
        if !head[0].is_ascii_alphabetic() {
            break;
        }
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}
