//! The embedded web site that the `io` workload fetches its pages from.
//!
//! It runs in a separate process, so that its work is not counted as the program's. It has one thread: an event loop
//! over non-blocking sockets, and a heap of the moments at which answers are due. So the latency of a page is the same
//! for one client and for a thousand, and no slow client delays another.
//!
//! Everything that a client controls has a limit. A request head has at most 8 KiB. At most 2,048 connections are open;
//! more wait in the kernel's queue. A client gets 60 s for its head and 60 s for each chunk of its answer. If the
//! server runs out of descriptors, it waits until some are free.

mod connection;
mod page;
mod request;

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashMap},
    convert::Infallible,
    io::{self, ErrorKind},
    net::{Ipv4Addr, TcpListener},
    time::{Duration, Instant},
};

use connection::{Connection, Next};
use mio::{
    Events, Interest, Poll, Token,
    net::{TcpListener as MioListener, TcpStream},
};
use nix::sys::socket;
pub use page::page;

use super::os;

/// The maximum number of open connections.
const MAX_CONNECTIONS: usize = 2_048;

/// The maximum number of events taken from the kernel at once.
const EVENTS_A_TURN: usize = 1_024;

/// How long the server stops accepting connections after a failure, which is most likely a lack of descriptors.
const ACCEPT_REST: Duration = Duration::from_millis(20);

/// The interval at which idle clients are disconnected. Their time limits are coarse, so a timer for each would be
/// wasted.
const SWEEP_INTERVAL: Duration = Duration::from_secs(1);

/// The token of the listening socket. The token of a connection is its number.
const LISTENER: Token = Token(usize::MAX);

/// What the server serves: `GET /page/i` for each `i` below `latencies_ms.len()`.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub struct Site {
    /// How long the client waits for page `i`, in milliseconds from the moment at which the request's head is complete.
    /// 0 answers at once.
    pub latencies_ms: Vec<u32>,
    /// The length of each page in bytes, without the head of the answer; see [`page()`].
    pub page_bytes: u32,
}

/// A socket that listens on a free port of 127.0.0.1, for [`serve`].
///
/// Its backlog is as long as the kernel allows, so that a thousand clients can connect at the same time before any
/// connection is accepted. On Linux that is 4,096 (`net.core.somaxconn`); the standard library asks for less. A system
/// with a lower limit makes clients try again, which only costs time.
///
/// # Errors
///
/// If no descriptor or no port is free.
pub fn listen() -> io::Result<TcpListener> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    // Listening again changes the backlog. The standard library has no parameter for it.
    socket::listen(&listener, os::LONGEST_BACKLOG)?;
    Ok(listener)
}

/// Serves `site` on `listener` until the process exits.
///
/// Meant for a separate process with one thread: it starts no threads and installs no signal handler. A client that
/// closes its side before it has its answer counts as gone, as the clients of a cancelled run are.
///
/// # Errors
///
/// If the event loop cannot be set up or the kernel refuses to wait for events. An error of a connection ends only that
/// connection.
pub fn serve(listener: TcpListener, site: &Site) -> io::Result<Infallible> {
    let mut server = Server::new(listener, site)?;
    let mut events = Events::with_capacity(EVENTS_A_TURN);
    loop {
        server.turn(&mut events)?;
    }
}

struct Server<'a> {
    site: &'a Site,
    poll: Poll,
    listener: MioListener,
    /// Whether clients may be waiting to be accepted. Stays set while accepting pauses, because the edge comes only
    /// once.
    listener_ready: bool,
    accept_from: Instant,
    /// By their numbers, which are never reused, so late events and due times of a closed connection have no effect.
    connections: HashMap<usize, Connection>,
    admitted: usize,
    /// When answers are due, with the connections' numbers.
    due: BinaryHeap<Reverse<(Instant, usize)>>,
    /// Connections that have used up their turn.
    unfinished: Vec<usize>,
    next_sweep: Instant,
}

impl<'a> Server<'a> {
    fn new(listener: TcpListener, site: &'a Site) -> io::Result<Self> {
        listener.set_nonblocking(true)?;
        let mut listener = MioListener::from_std(listener);
        let poll = Poll::new()?;
        poll.registry()
            .register(&mut listener, LISTENER, Interest::READABLE)?;
        let now = Instant::now();
        Ok(Self {
            site,
            poll,
            listener,
            listener_ready: false,
            accept_from: now,
            connections: HashMap::new(),
            admitted: 0,
            due: BinaryHeap::new(),
            unfinished: Vec::new(),
            next_sweep: now + SWEEP_INTERVAL,
        })
    }

    /// Waits until there is something to do, and does it.
    fn turn(&mut self, events: &mut Events) -> io::Result<()> {
        self.wait(events)?;
        // Connections that used up their last turn come after those that have not had one yet.
        let unfinished = std::mem::take(&mut self.unfinished);
        for event in &*events {
            match event.token() {
                LISTENER => self.listener_ready = true,
                Token(number) => self.advance(number),
            }
        }
        let now = Instant::now();
        while let Some(Reverse((at, number))) = self.due.peek().copied()
            && at <= now
        {
            self.due.pop();
            self.advance(number);
        }
        for number in unfinished {
            self.advance(number);
        }
        self.sweep();
        self.accept();
        Ok(())
    }

    fn wait(&mut self, events: &mut Events) -> io::Result<()> {
        let timeout = self
            .wake_at()
            .map(|at| at.saturating_duration_since(Instant::now()));
        match self.poll.poll(events, timeout) {
            Err(error) if error.kind() == ErrorKind::Interrupted => {
                events.clear();
                Ok(())
            }
            result => result,
        }
    }

    /// When there is something to do even if no event arrives.
    fn wake_at(&self) -> Option<Instant> {
        let turn = (!self.unfinished.is_empty()).then(Instant::now);
        let due = self.due.peek().map(|Reverse((at, _))| *at);
        let sweep = (!self.connections.is_empty()).then_some(self.next_sweep);
        let accept = (self.listener_ready && self.has_room()).then_some(self.accept_from);
        [turn, due, sweep, accept].into_iter().flatten().min()
    }

    fn has_room(&self) -> bool {
        self.connections.len() < MAX_CONNECTIONS
    }

    /// Lets a connection continue, if it still exists. Nothing here blocks.
    fn advance(&mut self, number: usize) {
        let Some(connection) = self.connections.get_mut(&number) else {
            return;
        };
        match connection.advance(self.site, Instant::now()) {
            Next::Event => {}
            Next::TurnAt(at) => self.due.push(Reverse((at, number))),
            // Both an event and its turn may have let it continue. It still gets only one turn.
            Next::Turn if self.unfinished.contains(&number) => {}
            Next::Turn => self.unfinished.push(number),
            Next::Close => {
                // Closing the socket also ends its registration.
                self.connections.remove(&number);
            }
        }
    }

    /// Closes connections whose clients have been idle for too long.
    fn sweep(&mut self) {
        let now = Instant::now();
        if now >= self.next_sweep {
            self.next_sweep = now + SWEEP_INTERVAL;
            self.connections
                .retain(|_, connection| !connection.is_overdue(now));
        }
    }

    fn accept(&mut self) {
        let now = Instant::now();
        while self.listener_ready && self.has_room() && now >= self.accept_from {
            match self.listener.accept() {
                Ok((stream, _)) => self.admit(stream, now),
                Err(error) => match error.kind() {
                    ErrorKind::WouldBlock => self.listener_ready = false,
                    ErrorKind::Interrupted | ErrorKind::ConnectionAborted => {}
                    // No descriptor or no memory is free. Exiting would not help.
                    _ => self.accept_from = now + ACCEPT_REST,
                },
            }
        }
    }

    fn admit(&mut self, mut stream: TcpStream, now: Instant) {
        let number = self.admitted;
        self.admitted += 1;
        // Watched for both directions from the start: the sockets are edge-triggered, so the direction that is not
        // needed costs nothing. A socket that cannot be watched is dropped, and with it its client.
        let both = Interest::READABLE | Interest::WRITABLE;
        let registry = self.poll.registry();
        let watched = registry.register(&mut stream, Token(number), both);
        if watched.and_then(|()| stream.set_nodelay(true)).is_ok() {
            self.connections
                .insert(number, Connection::new(stream, now));
        }
    }
}

#[cfg(test)]
mod tests;
