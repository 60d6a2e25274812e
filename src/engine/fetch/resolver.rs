//! From an address to the socket addresses to try: a lookup that can be abandoned.

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::os::fd::AsFd;
use std::sync::mpsc;
use std::thread;

use ureq::config::Config;
use ureq::http::Uri;
use ureq::http::uri::Scheme;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

use super::error::Fault;
use super::wait::{Deadline, Readiness, Waiter};

/// How many addresses of one name are tried, fewer than ureq's array holds.
const MAX_ADDRESSES: usize = 8;

/// Blocks until the name is looked up. A parameter, so that the tests have names that never are.
pub(super) type Lookup = fn(&str, u16) -> io::Result<Vec<SocketAddr>>;

/// Resolves IP literals by reading them, and names in a helper thread that it waits for only as long as
/// the fetch goes on.
pub(super) struct StoppableResolver {
    waiter: Waiter,
    lookup: Lookup,
}

impl StoppableResolver {
    pub(super) fn new(waiter: Waiter, lookup: Lookup) -> Self {
        Self { waiter, lookup }
    }

    /// Looks `host` up in a thread of its own, because `getaddrinfo` can be neither interrupted nor given a
    /// time limit. The thread announces its end by closing a pipe, which can be polled beside the stop pipe;
    /// nobody waits for it when the fetch ends first.
    fn look_up(&self, host: &str, port: u16, deadline: Deadline) -> Result<Vec<SocketAddr>, Fault> {
        let (ended, announce) = io::pipe().map_err(Fault::Io)?;
        let (sender, receiver) = mpsc::sync_channel(1);
        let lookup = self.lookup;
        let host = host.to_owned();
        thread::Builder::new()
            .name("name-lookup".to_owned())
            .spawn(move || {
                // Whoever asked may be gone.
                let _ = sender.send(lookup(&host, port));
                drop(announce);
            })
            .map_err(Fault::Io)?;
        self.waiter
            .until_ready(ended.as_fd(), Readiness::Read, deadline)?;
        match receiver.try_recv() {
            Ok(Ok(addresses)) => Ok(addresses),
            Ok(Err(error)) => Err(Fault::Lookup(error)),
            Err(_) => Err(Fault::Lookup(io::Error::other("the lookup broke off"))),
        }
    }
}

/// The system's resolver, with all that it is configured to ask.
pub(super) fn system_lookup(host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
    Ok((host, port).to_socket_addrs()?.collect())
}

impl Resolver for StoppableResolver {
    fn resolve(
        &self,
        uri: &Uri,
        _config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let (host, port) = host_and_port(uri)?;
        let found = match literal(host) {
            Some(ip) => vec![SocketAddr::new(ip, port)],
            None => {
                let deadline = Deadline::of(timeout);
                let looked_up = self.waiter.outside(|| self.look_up(host, port, deadline));
                looked_up.map_err(|fault| fault.into_ureq(timeout))?
            }
        };
        if found.is_empty() {
            return Err(ureq::Error::HostNotFound);
        }
        let mut addresses = self.empty();
        found
            .into_iter()
            .take(MAX_ADDRESSES)
            .for_each(|address| addresses.push(address));
        Ok(addresses)
    }
}

/// Every address that is fetched comes through here. It has been checked before; that what is neither http
/// nor https ends here makes it certain that nothing else is ever connected to.
fn host_and_port(uri: &Uri) -> Result<(&str, u16), ureq::Error> {
    let default_port = match uri.scheme() {
        Some(scheme) if *scheme == Scheme::HTTP => 80,
        Some(scheme) if *scheme == Scheme::HTTPS => 443,
        _ => return Err(Fault::WrongScheme.into()),
    };
    let host = uri
        .host()
        .filter(|host| !host.is_empty())
        .ok_or(Fault::WrongScheme)?;
    Ok((host, uri.port_u16().unwrap_or(default_port)))
}

fn literal(host: &str) -> Option<IpAddr> {
    let bare = host
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or(host);
    bare.parse().ok()
}

impl fmt::Debug for StoppableResolver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoppableResolver").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ip_literals_are_read_and_names_are_not() {
        assert_eq!(literal("127.0.0.1"), Some(IpAddr::from([127, 0, 0, 1])));
        assert_eq!(literal("[::1]"), "::1".parse().ok());
        assert_eq!(literal("localhost"), None);
        assert_eq!(literal("1.2.3"), None);
    }

    #[test]
    fn the_port_is_the_schemes_unless_it_is_given() {
        for (uri, expected) in [
            ("http://a/", ("a", 80)),
            ("https://a/", ("a", 443)),
            ("https://[::1]:8443/", ("[::1]", 8443)),
            ("HTTP://user:x@a:81", ("a", 81)),
        ] {
            let uri: Uri = uri.parse().unwrap();
            assert_eq!(host_and_port(&uri).unwrap(), expected);
        }
    }

    #[test]
    fn other_schemes_are_refused() {
        for uri in [
            "ftp://a/",
            "socks5://a:1/",
            "file://host/etc/passwd",
            "/path",
        ] {
            let uri: Uri = uri.parse().unwrap();
            assert!(host_and_port(&uri).is_err(), "{uri}");
        }
    }
}
