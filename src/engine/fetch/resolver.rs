//! From an address to the socket addresses to try: a lookup that can be abandoned.

use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::os::fd::AsFd;
use std::thread;

use nix::poll::PollFlags;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::http::uri::Scheme;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

use super::error::lookup_words;
use super::wait::{Deadline, Waiter};

/// How many addresses of one name are tried, fewer than ureq's array holds.
const MAX_ADDRESSES: usize = 8;

/// The system's resolver, with all that it is configured to ask.
pub fn system_lookup(host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
    Ok((host, port).to_socket_addrs()?.collect())
}

/// Resolves IP literals by reading them, and names in a helper thread that it waits for only as long as
/// the fetch goes on.
impl Resolver for Waiter {
    fn resolve(
        &self,
        uri: &Uri,
        _config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let (host, port) = host_and_port(uri)?;
        let found = match literal(host) {
            Some(ip) => vec![SocketAddr::new(ip, port)],
            None => self.outside(|| self.look_up(host, port, Deadline::of(timeout)))?,
        };
        if found.is_empty() {
            return Err(ureq::Error::HostNotFound);
        }
        let mut addresses = self.empty();
        for address in found.into_iter().take(MAX_ADDRESSES) {
            addresses.push(address);
        }
        Ok(addresses)
    }
}

impl Waiter {
    /// Looks `host` up in a thread of its own, because `getaddrinfo` can be neither interrupted nor given a
    /// time limit. The thread announces its end by closing a pipe, which can be polled beside the stop latch;
    /// nobody waits for it when the fetch ends first.
    fn look_up(
        &self,
        host: &str,
        port: u16,
        deadline: Deadline,
    ) -> Result<Vec<SocketAddr>, ureq::Error> {
        let (ended, announce) = io::pipe()?;
        let (lookup, host) = (self.lookup, host.to_owned());
        let helper = thread::Builder::new().name("name-lookup".to_owned());
        let helper = helper.spawn(move || {
            let found = lookup(&host, port);
            drop(announce);
            found
        })?;
        self.until_ready(ended.as_fd(), PollFlags::POLLIN, deadline)?;
        let broken_off = |_| Err(io::Error::other("the lookup broke off"));
        let found = helper.join().unwrap_or_else(broken_off);
        found.map_err(|error| ureq::Error::Other(lookup_words(&error).into()))
    }
}

/// Every address that is fetched comes through here. It has been checked before; that what is neither http
/// nor https ends here makes it certain that nothing else is ever connected to.
fn host_and_port(uri: &Uri) -> Result<(&str, u16), ureq::Error> {
    let default_port = match uri.scheme() {
        Some(scheme) if *scheme == Scheme::HTTP => Some(80),
        Some(scheme) if *scheme == Scheme::HTTPS => Some(443),
        _ => None,
    };
    let host = uri.host().filter(|host| !host.is_empty());
    let (host, port) = host
        .zip(default_port)
        .ok_or_else(|| ureq::Error::Other("the address is neither http nor https".into()))?;
    Ok((host, uri.port_u16().unwrap_or(port)))
}

fn literal(host: &str) -> Option<IpAddr> {
    let in_brackets = host.strip_prefix('[').and_then(|it| it.strip_suffix(']'));
    in_brackets.unwrap_or(host).parse().ok()
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
