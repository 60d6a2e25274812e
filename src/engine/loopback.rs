//! The embedded web site that the `io` workload fetches its pages from.
//!
//! It lives in a process of its own, so that its work is not counted as the program's, and has one thread:
//! an event loop over non-blocking sockets and a heap of moments at which answers are due. A page's latency
//! is therefore the same for one client and for a thousand, and no slow client delays another.
//!
//! Limits hold on everything that a client decides: a request head has at most 8 KiB, there are at most
//! 2,048 connections (more wait in the kernel's queue), a client gets 60 s for its head and as much for each
//! piece of its answer. Running out of descriptors is survived: the server waits until some are free.

mod connection;
mod page;
mod request;

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::convert::Infallible;
use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, TcpListener};
use std::time::{Duration, Instant};

use mio::net::{TcpListener as MioListener, TcpStream};
use mio::{Events, Interest, Poll, Token};
use nix::sys::socket::{self, Backlog};

use connection::{CHUNK_BYTES, Connection, Next};
pub use page::page;

/// The most connections that are open at once.
const MAX_CONNECTIONS: usize = 2_048;

/// The most events that are taken from the kernel at once.
const EVENTS_A_TURN: usize = 1_024;

/// How long accepting rests after it failed, most likely for want of descriptors.
const ACCEPT_REST: Duration = Duration::from_millis(20);

/// How often idle clients are looked for. Their limits are coarse, so a timer for each would be wasted.
const SWEEP_INTERVAL: Duration = Duration::from_secs(1);

/// The listening socket's token; connections have their slot's number.
const LISTENER: Token = Token(usize::MAX);

/// What the server serves: `GET /page/i` for each `i` below `latencies_ms.len()`.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Site {
    /// How long page `i` keeps its client waiting, in milliseconds from the moment at which the request's
    /// head is complete. 0 answers at once.
    pub latencies_ms: Vec<u32>,
    /// The length of each page in bytes, without the head of the answer; see [`page()`].
    pub page_bytes: u32,
}

/// A socket that listens on a free port of 127.0.0.1, for [`serve`].
///
/// Its backlog is as long as the kernel allows, so that a thousand clients can connect at once and before
/// anybody accepts: 4,096 on Linux (`net.core.somaxconn`), where the standard library asks for less. A system
/// with a lower limit makes clients try again, which costs them time and nothing else.
///
/// # Errors
///
/// When there is no descriptor or no port left.
pub fn listen() -> io::Result<TcpListener> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    // Listening again is how a backlog is changed: the standard library has no parameter for it.
    socket::listen(&listener, longest_backlog())?;
    Ok(listener)
}

#[cfg(target_os = "linux")]
fn longest_backlog() -> Backlog {
    // The kernel's own limit. SOMAXCONN is only what the C library was compiled with, 128 in musl's case.
    Backlog::MAXALLOWABLE
}

#[cfg(not(target_os = "linux"))]
fn longest_backlog() -> Backlog {
    Backlog::MAXCONN
}

/// Serves `site` on `listener` until the process ends.
///
/// Meant for a process of its own with one thread: it starts no other, and no signal handler. A client that
/// closes its side before it has its answer is taken to be gone, as those of a cancelled run are.
///
/// # Errors
///
/// When the event loop cannot be set up or the kernel refuses to wait for events. What goes wrong with a
/// connection ends that connection and nothing else.
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
    /// Clients may be waiting to be accepted. Stays set while accepting rests: the edge comes only once.
    listener_ready: bool,
    accept_from: Instant,
    slots: Vec<Slot>,
    free: Vec<usize>,
    due: BinaryHeap<Reverse<Due>>,
    /// Slots of connections that have used up their turn.
    unfinished: Vec<usize>,
    next_sweep: Instant,
    chunk: Vec<u8>,
}

/// A place for a connection.
#[derive(Default)]
struct Slot {
    connection: Option<Connection>,
    /// Counts the connections that were here, so that a timer of an earlier one is recognized.
    generation: u64,
}

/// An answer's moment.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Due {
    at: Instant,
    slot: usize,
    generation: u64,
}

impl<'a> Server<'a> {
    fn new(listener: TcpListener, site: &'a Site) -> io::Result<Self> {
        listener.set_nonblocking(true)?;
        let mut listener = MioListener::from_std(listener);
        let poll = Poll::new()?;
        poll.registry().register(&mut listener, LISTENER, Interest::READABLE)?;
        let now = Instant::now();
        Ok(Self {
            site,
            poll,
            listener,
            listener_ready: false,
            accept_from: now,
            slots: Vec::new(),
            free: Vec::new(),
            due: BinaryHeap::new(),
            unfinished: Vec::new(),
            next_sweep: now + SWEEP_INTERVAL,
            chunk: vec![0; CHUNK_BYTES],
        })
    }

    /// Waits until there is something to do, and does it.
    fn turn(&mut self, events: &mut Events) -> io::Result<()> {
        self.wait(events)?;
        // Who used up the last turn comes after those who have not had theirs.
        let unfinished = std::mem::take(&mut self.unfinished);
        for event in &*events {
            match event.token() {
                LISTENER => self.listener_ready = true,
                Token(slot) => self.advance(slot),
            }
        }
        self.answer_due();
        for slot in unfinished {
            self.advance(slot);
        }
        self.sweep();
        self.accept();
        Ok(())
    }

    fn wait(&mut self, events: &mut Events) -> io::Result<()> {
        let timeout = self.wake_at().map(|at| at.saturating_duration_since(Instant::now()));
        match self.poll.poll(events, timeout) {
            Err(error) if error.kind() == ErrorKind::Interrupted => {
                events.clear();
                Ok(())
            }
            result => result,
        }
    }

    /// When there is something to do even if no event comes.
    fn wake_at(&self) -> Option<Instant> {
        let turn = (!self.unfinished.is_empty()).then(Instant::now);
        let due = self.due.peek().map(|Reverse(due)| due.at);
        let sweep = (self.connections() > 0).then_some(self.next_sweep);
        let accept = (self.listener_ready && self.has_room()).then_some(self.accept_from);
        [turn, due, sweep, accept].into_iter().flatten().min()
    }

    fn connections(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    fn has_room(&self) -> bool {
        self.connections() < MAX_CONNECTIONS
    }

    /// Lets the connection in `slot` go on. An event may have been meant for an earlier one in this slot:
    /// that does no harm, as nothing here blocks.
    fn advance(&mut self, slot: usize) {
        if let Some(connection) = self.slots[slot].connection.as_mut() {
            let next = connection.advance(self.site, Instant::now(), &mut self.chunk);
            self.heed(slot, next);
        }
    }

    fn answer_due(&mut self) {
        let now = Instant::now();
        while self.due.peek().is_some_and(|Reverse(due)| due.at <= now) {
            let Some(Reverse(due)) = self.due.pop() else { return };
            let slot = &mut self.slots[due.slot];
            if let Some(connection) = slot.connection.as_mut().filter(|_| slot.generation == due.generation) {
                let next = connection.answer(self.site, now, &mut self.chunk);
                self.heed(due.slot, next);
            }
        }
    }

    fn heed(&mut self, slot: usize, next: Next) {
        match next {
            Next::Event => {}
            Next::AnswerAt(at) => {
                let generation = self.slots[slot].generation;
                self.due.push(Reverse(Due { at, slot, generation }));
            }
            // An event and its turn may both have let it go on: it still gets one turn only.
            Next::Turn if self.unfinished.contains(&slot) => {}
            Next::Turn => self.unfinished.push(slot),
            Next::Close => self.close(slot),
        }
    }

    fn close(&mut self, slot: usize) {
        if let Some(mut connection) = self.slots[slot].connection.take() {
            // Closing the socket ends its registration anyway; a refusal changes nothing.
            let _ = self.poll.registry().deregister(connection.stream_mut());
            self.slots[slot].generation += 1;
            self.free.push(slot);
        }
    }

    /// Closes the connections whose clients have been idle for too long.
    fn sweep(&mut self) {
        let now = Instant::now();
        if now < self.next_sweep {
            return;
        }
        self.next_sweep = now + SWEEP_INTERVAL;
        for slot in 0..self.slots.len() {
            if self.slots[slot].connection.as_ref().is_some_and(|connection| connection.is_overdue(now)) {
                self.close(slot);
            }
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
                    // No descriptor, no memory: nothing that ending would make better.
                    _ => self.accept_from = now + ACCEPT_REST,
                },
            }
        }
    }

    fn admit(&mut self, mut stream: TcpStream, now: Instant) {
        let slot = self.free.pop().unwrap_or_else(|| {
            self.slots.push(Slot::default());
            self.slots.len() - 1
        });
        // Both ways from the start: edge-triggered, so the one that is not waited for costs nothing. A
        // socket that cannot be watched is dropped, and with it its client.
        let both = Interest::READABLE | Interest::WRITABLE;
        let watched = self.poll.registry().register(&mut stream, Token(slot), both);
        if watched.and_then(|()| stream.set_nodelay(true)).is_ok() {
            self.slots[slot].connection = Some(Connection::new(stream, now));
        } else {
            self.free.push(slot);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::{SocketAddr, TcpStream};
    use std::thread;

    use nix::sys::resource::{Resource, getrlimit, setrlimit};

    use super::*;

    /// Long enough that only a hang gets there.
    const HANG: Duration = Duration::from_secs(30);

    fn start(site: Site) -> SocketAddr {
        let listener = listen().expect("a listening socket");
        let address = listener.local_addr().expect("its address");
        thread::spawn(move || serve(listener, &site));
        address
    }

    fn connect(address: SocketAddr) -> TcpStream {
        let stream = TcpStream::connect_timeout(&address, HANG).expect("a connection");
        stream.set_read_timeout(Some(HANG)).expect("a timeout");
        stream.set_write_timeout(Some(HANG)).expect("a timeout");
        stream
    }

    fn answer_to(address: SocketAddr, request: &[u8]) -> Vec<u8> {
        let mut stream = connect(address);
        stream.write_all(request).expect("the request is taken");
        rest_of(&mut stream)
    }

    fn rest_of(stream: &mut TcpStream) -> Vec<u8> {
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("an answer");
        answer
    }

    fn get(i: usize) -> String {
        format!("GET /page/{i} HTTP/1.1\r\nHost: x\r\n\r\n")
    }

    fn body_of(answer: &[u8]) -> &[u8] {
        let end_of_head = answer.windows(4).position(|four| four == b"\r\n\r\n").expect("a head") + 4;
        &answer[end_of_head..]
    }

    fn status_of(answer: &[u8]) -> String {
        String::from_utf8_lossy(answer).split(' ').nth(1).unwrap_or_default().to_owned()
    }

    /// Whether `wanted` descriptors may be open at once, after asking for as many as allowed.
    fn allows_descriptors(wanted: u64) -> bool {
        let (_, hard) = getrlimit(Resource::RLIMIT_NOFILE).expect("the limit");
        let _ = setrlimit(Resource::RLIMIT_NOFILE, hard, hard);
        getrlimit(Resource::RLIMIT_NOFILE).is_ok_and(|(soft, _)| soft >= wanted)
    }

    #[test]
    fn a_page_comes_with_a_complete_head() {
        let address = start(Site { latencies_ms: vec![0, 0], page_bytes: 5_000 });
        let answer = answer_to(address, get(1).as_bytes());
        let text = String::from_utf8_lossy(&answer);
        assert!(text.starts_with("HTTP/1.1 200 OK\r\n"), "{text}");
        assert!(text.contains("\r\nContent-Type: text/html; charset=utf-8\r\n"), "{text}");
        assert!(text.contains("\r\nContent-Length: 5000\r\n"), "{text}");
        assert!(text.contains("\r\nConnection: close\r\n"), "{text}");
        assert_eq!(body_of(&answer), page(1, 5_000));
    }

    #[test]
    fn what_is_not_served_is_refused_with_the_right_status() {
        let address = start(Site { latencies_ms: vec![0], page_bytes: 100 });
        for (request, status) in [
            ("GET /page/1 HTTP/1.1\r\n\r\n".to_owned(), "404"),
            ("GET / HTTP/1.1\r\n\r\n".to_owned(), "404"),
            (format!("POST /page/0 HTTP/1.1\r\nContent-Length: 9000\r\n\r\n{}", "x".repeat(9_000)), "405"),
            ("rubbish\r\n\r\n".to_owned(), "400"),
            (format!("GET /page/0 HTTP/1.1\r\nX: {}\r\n\r\n", "x".repeat(20_000)), "431"),
        ] {
            let mut stream = connect(address);
            stream.write_all(request.as_bytes()).expect("the request is taken");
            // The refusal must arrive although the server has not read all that was sent.
            let mut answer = [0; 12];
            stream.read_exact(&mut answer).expect("a status");
            assert_eq!(status_of(&answer), status, "{}", &request[..20]);
        }
    }

    #[test]
    fn the_latency_counts_from_the_complete_head_and_is_never_cut_short() {
        let address = start(Site { latencies_ms: vec![120], page_bytes: 100 });
        let mut stream = connect(address);
        stream.write_all(b"GET /page/0 HTTP/1.1\r\n").expect("half a head is taken");
        // The first half must not start the clock, however early it came.
        thread::sleep(Duration::from_millis(60));
        let complete = Instant::now();
        stream.write_all(b"\r\n").expect("the rest is taken");
        let answer = rest_of(&mut stream);
        assert!(complete.elapsed() >= Duration::from_millis(120), "{:?}", complete.elapsed());
        assert_eq!(body_of(&answer), page(0, 100));
    }

    #[test]
    fn clients_that_are_slow_to_send_or_to_read_delay_nobody() {
        let address = start(Site { latencies_ms: vec![0; 4], page_bytes: 32 << 20 });
        let mut sender = connect(address);
        sender.write_all(b"GET /page/0 HT").expect("half a head is taken");
        let mut reader = connect(address);
        reader.write_all(get(1).as_bytes()).expect("the request is taken");
        let mut first = [0; 1];
        reader.read_exact(&mut first).expect("the answer has begun");

        let quick = answer_to(address, get(2).as_bytes());
        assert!(body_of(&quick) == page(2, 32 << 20));

        // And the slow ones get what they asked for after all.
        sender.write_all(b"TP/1.1\r\n\r\n").expect("the rest is taken");
        assert!(body_of(&rest_of(&mut sender)) == page(0, 32 << 20));
        assert!(body_of(&rest_of(&mut reader)) == page(1, 32 << 20));
    }

    #[test]
    fn a_client_that_leaves_while_it_waits_is_let_go() {
        let address = start(Site { latencies_ms: vec![3_600_000], page_bytes: 100 });
        let mut stream = connect(address);
        stream.write_all(get(0).as_bytes()).expect("the request is taken");
        stream.shutdown(std::net::Shutdown::Write).expect("the client's side closes");
        assert_eq!(rest_of(&mut stream), b"", "closed without an answer, and not after an hour");
    }

    #[test]
    fn a_thousand_clients_connect_before_anybody_accepts_and_wait_together() {
        const CLIENTS: usize = 1_000;
        let somaxconn = std::fs::read_to_string("/proc/sys/net/core/somaxconn").unwrap_or_default();
        let limit: Option<usize> = somaxconn.trim().parse().ok();
        if limit.is_none_or(|limit| limit < CLIENTS) || !allows_descriptors(2_100) {
            println!("skipped: this system does not allow a thousand connections at once");
            return;
        }
        let listener = listen().expect("a listening socket");
        let address = listener.local_addr().expect("its address");
        let mut clients: Vec<TcpStream> = (0..CLIENTS).map(|_| connect(address)).collect();

        let site = Site { latencies_ms: vec![300; CLIENTS], page_bytes: 1_000 };
        thread::spawn(move || serve(listener, &site));
        let start = Instant::now();
        for (i, client) in clients.iter_mut().enumerate() {
            client.write_all(get(i).as_bytes()).expect("the request is taken");
        }
        for (i, client) in clients.iter_mut().enumerate() {
            assert!(body_of(&rest_of(client)) == page(i, 1_000), "page {i}");
        }
        // One after the other they would take 300 s.
        assert!(start.elapsed() < HANG, "{:?}", start.elapsed());
    }

    #[test]
    fn more_clients_than_fit_are_served_when_there_is_room() {
        let clients = MAX_CONNECTIONS + 20;
        if !allows_descriptors(2 * clients as u64 + 200) {
            println!("skipped: this system does not allow {clients} connections at once");
            return;
        }
        let address = start(Site { latencies_ms: vec![0], page_bytes: 10 });
        let mut idle: Vec<TcpStream> = (0..MAX_CONNECTIONS).map(|_| connect(address)).collect();
        let mut late: Vec<TcpStream> = (0..20).map(|_| connect(address)).collect();
        for client in &mut late {
            client.write_all(get(0).as_bytes()).expect("the request is taken");
        }
        idle.clear();
        for client in &mut late {
            assert_eq!(body_of(&rest_of(client)), page(0, 10));
        }
    }

    #[test]
    fn clients_beyond_the_limit_of_descriptors_wait_and_are_served() {
        // The limit is the whole process's, so a child has to run out of them.
        if std::env::var_os(RUN_OUT).is_some() {
            return run_out_of_descriptors();
        }
        let name = "engine::loopback::tests::clients_beyond_the_limit_of_descriptors_wait_and_are_served";
        let child = std::process::Command::new(std::env::current_exe().expect("this test's program"))
            .args(["--exact", name, "--nocapture"])
            .env(RUN_OUT, "1")
            .output()
            .expect("the child runs");
        assert!(child.status.success(), "{}", String::from_utf8_lossy(&child.stderr));
    }

    const RUN_OUT: &str = "PCONC_TEST_RUN_OUT_OF_DESCRIPTORS";

    fn run_out_of_descriptors() {
        let address = start(Site { latencies_ms: vec![0], page_bytes: 10 });
        assert_eq!(body_of(&answer_to(address, get(0).as_bytes())), page(0, 10));
        let (_, hard) = getrlimit(Resource::RLIMIT_NOFILE).expect("the limit");
        setrlimit(Resource::RLIMIT_NOFILE, 64, hard).expect("a lower limit");
        // Each client takes a descriptor here; the server gets none once these are all taken.
        let mut clients: Vec<TcpStream> =
            std::iter::from_fn(|| TcpStream::connect_timeout(&address, HANG).ok()).collect();
        let mut last = clients.pop().expect("there were descriptors");
        last.set_read_timeout(Some(HANG)).expect("a timeout");
        last.write_all(get(0).as_bytes()).expect("the request is taken");
        drop(clients);
        assert_eq!(body_of(&rest_of(&mut last)), page(0, 10));
    }
}
