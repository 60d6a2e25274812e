//! TCP for ureq: connecting, reading and writing that the stop pipe ends.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::fd::AsFd;
use std::sync::Arc;

use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, LazyBuffers, NextTimeout, RustlsConnector, Transport,
};

use super::error::Fault;
use super::wait::{Deadline, Readiness, Waiter};

/// Connects by TCP to the first address that answers.
#[derive(Debug)]
pub(super) struct StoppableConnector {
    waiter: Waiter,
}

impl StoppableConnector {
    pub(super) fn new(waiter: Waiter) -> Self {
        Self { waiter }
    }

    /// Tries one address after the other. Each may take half of the time that is left, the last one all of
    /// it: one silent address must not use up the time of those behind it.
    fn connect_any(
        &self,
        addresses: &[SocketAddr],
        deadline: Deadline,
    ) -> Result<TcpStream, Fault> {
        let (last, others) = addresses.split_last().ok_or(Fault::NoAddress)?;
        for address in others {
            match self.connect_one(*address, deadline.halved()) {
                Ok(stream) => return Ok(stream),
                Err(Fault::Cancelled) => return Err(Fault::Cancelled),
                // Whatever it was, the next address may do.
                Err(_) => {}
            }
        }
        self.connect_one(*last, deadline)
    }

    fn connect_one(&self, address: SocketAddr, deadline: Deadline) -> Result<TcpStream, Fault> {
        self.waiter.outside(|| {
            // mio's, because it only begins to connect, and the standard library's would wait.
            let connecting = mio::net::TcpStream::connect(address).map_err(Fault::Io)?;
            self.waiter
                .until_ready(connecting.as_fd(), Readiness::Write, deadline)?;
            let stream = TcpStream::from(connecting);
            match stream.take_error() {
                Ok(None) => Ok(stream),
                Ok(Some(error)) | Err(error) => Err(Fault::Io(error)),
            }
        })
    }
}

impl Connector<()> for StoppableConnector {
    type Out = StoppableTransport;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        _chained: Option<()>,
    ) -> Result<Option<Self::Out>, ureq::Error> {
        let deadline = Deadline::of(details.timeout);
        let stream = self
            .connect_any(&details.addrs, deadline)
            .map_err(|fault| fault.into_ureq(details.timeout))?;
        if details.config.no_delay() {
            // A connection that is gone already says so at the first write, and better.
            let _ = stream.set_nodelay(true);
        }
        let buffers = LazyBuffers::new(
            details.config.input_buffer_size(),
            details.config.output_buffer_size(),
        );
        Ok(Some(StoppableTransport {
            stream,
            buffers,
            waiter: self.waiter,
        }))
    }
}

/// ureq's TLS, which reads its certificates once for all agents that it is given to.
#[derive(Clone, Debug, Default)]
pub(super) struct SharedTls(Arc<RustlsConnector>);

impl Connector<StoppableTransport> for SharedTls {
    type Out = <RustlsConnector as Connector<StoppableTransport>>::Out;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        chained: Option<StoppableTransport>,
    ) -> Result<Option<Self::Out>, ureq::Error> {
        self.0.connect(details, chained)
    }
}

/// A TCP connection whose socket never blocks.
#[derive(Debug)]
pub(super) struct StoppableTransport {
    stream: TcpStream,
    buffers: LazyBuffers,
    waiter: Waiter,
}

impl Transport for StoppableTransport {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), ureq::Error> {
        let timeout = timeout.for_write();
        let deadline = Deadline::of(timeout);
        let mut rest = &self.buffers.output()[..amount];
        while !rest.is_empty() {
            let step = || {
                when_ready(self.waiter, &self.stream, Readiness::Write, deadline, |s| {
                    s.write(rest)
                })
            };
            let sent = self
                .waiter
                .outside(step)
                .map_err(|fault| fault.into_ureq(timeout))?;
            rest = &rest[sent..];
        }
        Ok(())
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, ureq::Error> {
        let timeout = timeout.for_read();
        let deadline = Deadline::of(timeout);
        let room = self.buffers.input_append_buf();
        let step = || {
            when_ready(self.waiter, &self.stream, Readiness::Read, deadline, |s| {
                s.read(room)
            })
        };
        let received = self
            .waiter
            .outside(step)
            .map_err(|fault| fault.into_ureq(timeout))?;
        self.buffers.input_appended(received);
        Ok(received > 0)
    }

    /// Only asked in order to use a connection again, which is never wanted.
    fn is_open(&mut self) -> bool {
        false
    }
}

/// Waits for the socket and calls `call` on it, until it did something.
fn when_ready(
    waiter: Waiter,
    mut stream: &TcpStream,
    readiness: Readiness,
    deadline: Deadline,
    mut call: impl FnMut(&mut &TcpStream) -> io::Result<usize>,
) -> Result<usize, Fault> {
    loop {
        waiter.until_ready(stream.as_fd(), readiness, deadline)?;
        match call(&mut stream) {
            Ok(bytes) => return Ok(bytes),
            // Being ready is a hint: the kernel may have changed its mind.
            Err(error)
                if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {}
            // ureq would take a reset for the end of a body without a length.
            Err(error) if is_broken_off(error.kind()) => return Err(Fault::BrokenOff),
            Err(error) => return Err(Fault::Io(error)),
        }
    }
}

fn is_broken_off(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe
    )
}
