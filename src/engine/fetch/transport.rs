//! TCP for ureq: connecting, reading and writing that the stop latch ends.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::fd::AsFd;

use nix::poll::PollFlags;
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, LazyBuffers, NextTimeout, RustlsConnector, Transport,
};

use super::error::is_cancelled;
use super::wait::{Deadline, Waiter};

/// Connects by TCP, and by TLS where the address wants that.
impl Connector<()> for Waiter {
    type Out = <RustlsConnector as Connector<StoppableTransport>>::Out;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        _chained: Option<()>,
    ) -> Result<Option<Self::Out>, ureq::Error> {
        let stream = self.connect_any(&details.addrs, Deadline::of(details.timeout))?;
        // A connection that is gone already says so at the first write, and better.
        let _ = stream.set_nodelay(true);
        let config = details.config;
        let transport = StoppableTransport {
            stream,
            buffers: LazyBuffers::new(config.input_buffer_size(), config.output_buffer_size()),
            waiter: self.clone(),
        };
        self.tls.connect(details, Some(transport))
    }
}

impl Waiter {
    /// Tries one address after the other. Each may take half of the time that is left, the last one all of
    /// it: one silent address must not use up the time of those behind it.
    fn connect_any(
        &self,
        addresses: &[SocketAddr],
        deadline: Deadline,
    ) -> Result<TcpStream, ureq::Error> {
        let (last, others) = addresses.split_last().ok_or(ureq::Error::HostNotFound)?;
        for address in others {
            match self.connect_one(*address, deadline.halved()) {
                Err(error) if !is_cancelled(&error) => {
                    // Whatever it was, the next address may do.
                }
                result => return result,
            }
        }
        self.connect_one(*last, deadline)
    }

    fn connect_one(
        &self,
        address: SocketAddr,
        deadline: Deadline,
    ) -> Result<TcpStream, ureq::Error> {
        self.outside(|| {
            // mio's, because it only begins to connect, and the standard library's would wait.
            let connecting = mio::net::TcpStream::connect(address)?;
            self.until_ready(connecting.as_fd(), PollFlags::POLLOUT, deadline)?;
            let stream = TcpStream::from(connecting);
            match stream.take_error()? {
                None => Ok(stream),
                Some(error) => Err(error.into()),
            }
        })
    }
}

/// A TCP connection whose socket never blocks.
#[derive(Debug)]
pub struct StoppableTransport {
    stream: TcpStream,
    buffers: LazyBuffers,
    waiter: Waiter,
}

impl Transport for StoppableTransport {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), ureq::Error> {
        let deadline = Deadline::of(timeout.for_write());
        let mut rest = &self.buffers.output()[..amount];
        while !rest.is_empty() {
            let write = |mut stream: &TcpStream| stream.write(rest);
            let sent = (self.waiter).exchange(&self.stream, PollFlags::POLLOUT, deadline, write)?;
            rest = &rest[sent..];
        }
        Ok(())
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, ureq::Error> {
        let deadline = Deadline::of(timeout.for_read());
        let room = self.buffers.input_append_buf();
        let read = |mut stream: &TcpStream| stream.read(room);
        let received = (self.waiter).exchange(&self.stream, PollFlags::POLLIN, deadline, read)?;
        self.buffers.input_appended(received);
        Ok(received > 0)
    }

    /// Only asked in order to use a connection again, which is never wanted.
    fn is_open(&mut self) -> bool {
        false
    }
}

impl Waiter {
    /// Waits for the socket and calls `call` on it, until it did something.
    fn exchange(
        &self,
        stream: &TcpStream,
        readiness: PollFlags,
        deadline: Deadline,
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
                    // Being ready is a hint: the kernel may have changed its mind.
                    WouldBlock | Interrupted => {}
                    // ureq would take a reset for the end of a body without a length.
                    ConnectionReset | ConnectionAborted | BrokenPipe => {
                        let words = "the server broke off the connection";
                        return Err(ureq::Error::Other(words.into()));
                    }
                    _ => return Err(error.into()),
                }
            }
        })
    }
}
