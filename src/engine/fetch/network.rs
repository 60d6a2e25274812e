//! The network as a worker uses it: lookups, connecting, reading and writing, all of which notice the stop latch.

use std::{
    io::{self, ErrorKind, Read, Write},
    net::{SocketAddr, TcpStream, ToSocketAddrs},
    os::fd::{AsFd, BorrowedFd},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use nix::poll::{PollFlags, PollTimeout};
use ureq::{
    Timeout,
    config::Config,
    http::Uri,
    unversioned::{
        resolver::{ResolvedSocketAddrs, Resolver},
        transport::{
            Buffers, ConnectionDetails, Connector, LazyBuffers, NextTimeout, RustlsConnector,
            Transport,
        },
    },
};
use url::{Host, Url};

use super::{
    BlockingCall,
    error::{cancelled, is_cancelled, lookup_words, unannounced_end},
};
use crate::engine::latch::{Latch, wait};

/// Longer than any timeout of a fetch.
const LONGEST: Duration = Duration::from_secs(1 << 20);

/// The moment at which a wait times out: ureq's remaining time, from now.
fn deadline(timeout: NextTimeout) -> Instant {
    Instant::now() + LONGEST.min(*timeout.after)
}

fn left_until(deadline: Instant) -> Duration {
    deadline.saturating_duration_since(Instant::now())
}

/// Blocks until the name is looked up. It is a parameter, so that tests can use lookups that never end.
pub type Lookup = fn(&str, u16) -> io::Result<Vec<SocketAddr>>;

/// A worker's access to the network: how waits are stopped and surrounded, how names are looked up, and the TLS of
/// ureq.
#[derive(Clone, Debug)]
pub struct Network {
    /// Opens when the run is cancelled.
    pub stop: Arc<Latch>,
    /// Surrounds each wait.
    pub around: BlockingCall,
    /// Looks up names.
    pub lookup: Lookup,
    /// Reads the certificates once for all agents that share it.
    pub tls: Arc<RustlsConnector>,
}

impl Network {
    /// Makes `call`, which may block. Must not be nested.
    pub fn outside<T>(&self, call: impl FnOnce() -> T) -> T {
        let (mut call, mut result) = (Some(call), None);
        (self.around)(&mut || result = call.take().map(|call| call()));
        result.expect("a call is made, whatever is around it")
    }

    /// Waits until `fd` is ready. Call it inside [`Network::outside`].
    ///
    /// # Errors
    ///
    /// [`cancelled`] as soon as the stop latch is open, even if `fd` is ready: otherwise a fast server could keep a
    /// cancelled worker busy. A timeout at the deadline.
    pub fn until_ready(
        &self,
        fd: BorrowedFd<'_>,
        readiness: PollFlags,
        deadline: Instant,
    ) -> Result<(), ureq::Error> {
        loop {
            let left = left_until(deadline);
            // In whole milliseconds, rounded up: otherwise it would spin during the last one.
            let rounded_up = left + Duration::from_nanos(999_999);
            let timeout = PollTimeout::try_from(rounded_up).unwrap_or(PollTimeout::MAX);
            let awaited = [(self.stop.as_fd(), PollFlags::POLLIN), (fd, readiness)];
            match wait(awaited, timeout)? {
                [true, _] => return Err(cancelled()),
                [_, true] => return Ok(()),
                _ if left.is_zero() => return Err(ureq::Error::Timeout(Timeout::Global)),
                _ => {}
            }
        }
    }

    /// Looks `host` up in a separate thread, because `getaddrinfo` can be neither interrupted nor given a time limit.
    /// Before the thread exits it closes a pipe, which can be polled together with the stop latch. If the fetch ends
    /// first, nothing waits for the thread.
    fn look_up(
        &self,
        host: &str,
        port: u16,
        deadline: Instant,
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
        let broken_off = |_| Err(io::Error::other("the lookup ended early"));
        let found = helper.join().unwrap_or_else(broken_off);
        found.map_err(|error| ureq::Error::Other(lookup_words(&error).into()))
    }

    /// Tries one address after the other. Each may take half of the remaining time, the last one all of it: one silent
    /// address must not use up the time of the following ones.
    fn connect_any(
        &self,
        addresses: &[SocketAddr],
        deadline: Instant,
    ) -> Result<TcpStream, ureq::Error> {
        let (last, others) = addresses.split_last().ok_or(ureq::Error::HostNotFound)?;
        for address in others {
            let its_own = Instant::now() + left_until(deadline) / 2;
            match self.connect_one(*address, its_own) {
                Err(error) if !is_cancelled(&error) => {
                    // Whatever the error was, the next address may work.
                }
                result => return result,
            }
        }
        self.connect_one(*last, deadline)
    }

    fn connect_one(
        &self,
        address: SocketAddr,
        deadline: Instant,
    ) -> Result<TcpStream, ureq::Error> {
        self.outside(|| {
            // mio only starts to connect; the standard library would wait.
            let connecting = mio::net::TcpStream::connect(address)?;
            self.until_ready(connecting.as_fd(), PollFlags::POLLOUT, deadline)?;
            let stream = TcpStream::from(connecting);
            match stream.take_error()? {
                None => Ok(stream),
                Some(error) => Err(error.into()),
            }
        })
    }

    /// Waits for the socket and calls `call` on it, until that has an effect.
    fn exchange(
        &self,
        stream: &TcpStream,
        readiness: PollFlags,
        deadline: Instant,
        mut call: impl FnMut(&TcpStream) -> io::Result<usize>,
    ) -> Result<usize, ureq::Error> {
        use ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, Interrupted, WouldBlock};
        self.outside(|| {
            loop {
                self.until_ready(stream.as_fd(), readiness, deadline)?;
                let error = match call(stream) {
                    Ok(bytes) => return Ok(bytes),
                    Err(error) => error,
                };
                match error.kind() {
                    // Readiness is a hint: the call may still block.
                    WouldBlock | Interrupted => {}
                    // ureq would treat a reset as the end of a body without a length.
                    ConnectionReset | ConnectionAborted | BrokenPipe => {
                        let words = "the server closed the connection";
                        return Err(ureq::Error::Other(words.into()));
                    }
                    _ => return Err(error.into()),
                }
            }
        })
    }
}

/// The maximum number of addresses that are tried for a name: fewer than ureq's array holds.
const MAX_ADDRESSES: usize = 8;

/// The resolver of the system, with all sources that it is configured to ask.
pub fn system_lookup(host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
    Ok((host, port).to_socket_addrs()?.collect())
}

/// Parses IP literals, and looks up names in a helper thread. It waits for the thread only until the fetch ends.
impl Resolver for Network {
    fn resolve(
        &self,
        uri: &Uri,
        _config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let address = Url::parse(&uri.to_string()).ok();
        let (host, port) = address
            .as_ref()
            .and_then(host_and_port)
            .ok_or_else(|| ureq::Error::Other("the address is neither http nor https".into()))?;
        let found = match host {
            Host::Ipv4(ip) => vec![SocketAddr::new(ip.into(), port)],
            Host::Ipv6(ip) => vec![SocketAddr::new(ip.into(), port)],
            Host::Domain(name) => self.outside(|| self.look_up(name, port, deadline(timeout)))?,
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

/// The host and port of an address. Every fetched address passes through here. It has been checked before; rejecting
/// other schemes again ensures that no connection is ever made for them.
fn host_and_port(address: &Url) -> Option<(Host<&str>, u16)> {
    let is_fetched = ["http", "https"].contains(&address.scheme());
    address
        .host()
        .zip(address.port_or_known_default())
        .filter(|_| is_fetched)
}

/// Connects by TCP, and by TLS if the address requires it.
impl Connector<()> for Network {
    type Out = <RustlsConnector as Connector<StoppableTransport>>::Out;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        _chained: Option<()>,
    ) -> Result<Option<Self::Out>, ureq::Error> {
        let stream = self.connect_any(&details.addrs, deadline(details.timeout))?;
        // A connection that is already gone reports a better error at the first write.
        let _ = stream.set_nodelay(true);
        let config = details.config;
        let transport = StoppableTransport {
            stream,
            buffers: LazyBuffers::new(config.input_buffer_size(), config.output_buffer_size()),
            network: self.clone(),
            is_encrypted: details.needs_tls(),
        };
        self.tls.connect(details, Some(transport))
    }
}

/// A TCP connection whose socket never blocks.
#[derive(Debug)]
pub struct StoppableTransport {
    stream: TcpStream,
    buffers: LazyBuffers,
    network: Network,
    is_encrypted: bool,
}

impl Transport for StoppableTransport {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), ureq::Error> {
        let deadline = deadline(timeout.for_write());
        let mut rest = &self.buffers.output()[..amount];
        while !rest.is_empty() {
            let write = |mut stream: &TcpStream| stream.write(rest);
            let sent =
                (self.network).exchange(&self.stream, PollFlags::POLLOUT, deadline, write)?;
            rest = &rest[sent..];
        }
        Ok(())
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, ureq::Error> {
        let deadline = deadline(timeout.for_read());
        let room = self.buffers.input_append_buf();
        let read = |mut stream: &TcpStream| stream.read(room);
        let received = (self.network).exchange(&self.stream, PollFlags::POLLIN, deadline, read)?;
        // If TLS has announced the end, nothing is read any more.
        if received == 0 && self.is_encrypted {
            return Err(unannounced_end());
        }
        self.buffers.input_appended(received);
        Ok(received > 0)
    }

    /// Called only before a connection is reused, which never happens.
    fn is_open(&mut self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HANG: Duration = Duration::from_secs(30);

    fn within(limit: Duration) -> Instant {
        Instant::now() + limit
    }

    fn network() -> Network {
        Network {
            stop: Arc::new(Latch::new().unwrap()),
            around: |call| call(),
            lookup: system_lookup,
            tls: Arc::default(),
        }
    }

    #[test]
    fn a_ready_descriptor_ends_the_wait() {
        let (reader, mut writer) = io::pipe().unwrap();
        writer.write_all(b"x").unwrap();
        let ended = network().until_ready(reader.as_fd(), PollFlags::POLLIN, within(HANG));
        assert!(ended.is_ok());
    }

    #[test]
    fn the_stop_latch_takes_precedence_over_a_ready_descriptor() {
        let (reader, mut writer) = io::pipe().unwrap();
        writer.write_all(b"x").unwrap();
        let network = network();
        network.stop.open();
        let ended = network.until_ready(reader.as_fd(), PollFlags::POLLIN, within(HANG));
        assert!(is_cancelled(&ended.unwrap_err()));
    }

    #[test]
    fn the_deadline_ends_a_wait_but_never_early() {
        let (reader, _writer) = io::pipe().unwrap();
        let start = Instant::now();
        let deadline = within(Duration::from_millis(15));
        let ended = network().until_ready(reader.as_fd(), PollFlags::POLLIN, deadline);
        assert!(
            matches!(ended, Err(ureq::Error::Timeout(Timeout::Global))),
            "{ended:?}"
        );
        assert!(start.elapsed() >= Duration::from_millis(15));
    }

    #[test]
    fn the_port_is_the_schemes_unless_it_is_given() {
        let name = Host::Domain("a");
        let ip = Host::Ipv6("::1".parse().unwrap());
        for (address, expected) in [
            ("http://a/", (name.clone(), 80)),
            ("https://a/", (name.clone(), 443)),
            ("https://[::1]:8443/", (ip, 8443)),
            ("HTTP://user:x@a:81", (name, 81)),
        ] {
            let address = Url::parse(address).unwrap();
            assert_eq!(host_and_port(&address), Some(expected));
        }
    }

    #[test]
    fn other_schemes_are_refused() {
        for address in [
            "ftp://a/",
            "socks5://a:1/",
            "file://host/etc/passwd",
            "ws://a/",
        ] {
            let address = Url::parse(address).unwrap();
            assert_eq!(host_and_port(&address), None, "{address}");
        }
    }
}
