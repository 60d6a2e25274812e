//! One connection of the loopback server: a state machine that never blocks.
//!
//! It reads the request's head, waits for the latency, writes the answer, and closes. The sockets are watched
//! edge-triggered, so every step continues until the socket would block, or until its quota for one turn is used up.

use std::{
    io::{self, ErrorKind, Read, Write},
    net::Shutdown,
    time::{Duration, Instant},
};

use mio::net::TcpStream;

use super::{
    Site,
    page::PageContent,
    request::{self, MAX_HEAD_BYTES},
};

/// The time limit of a client for its request head, or for the next chunk of its answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// The time limit of a refused client for reading the reason.
const DRAIN_PATIENCE: Duration = Duration::from_secs(1);

/// The maximum number of bytes after a request's head that are read and discarded.
const MAX_EXCESS_BYTES: usize = 64 * 1_024;

/// The size of the buffer for writing answers, in bytes.
const CHUNK_BYTES: usize = 64 * 1_024;

/// The maximum number of chunks that a connection writes per turn. Otherwise a fast reader of a huge page would block
/// the others for ever.
const CHUNKS_A_TURN: usize = 4;

/// What a connection needs next.
#[derive(Debug)]
pub enum Next {
    /// An event at its socket.
    Event,
    /// A turn at this moment.
    TurnAt(Instant),
    /// Another turn, after the others have had theirs.
    Turn,
    /// To be closed.
    Close,
}

/// A client's connection and the state of its request.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    state: ConnectionState,
    /// Received bytes of the request's head.
    head: Vec<u8>,
    /// How many bytes after the head may still be discarded.
    excess_left: usize,
    answer: PageContent,
    /// How much of the answer has been sent, including its head.
    sent: usize,
    /// When the client has been idle for too long. Meaningless while the client waits for the server.
    deadline: Instant,
}

#[derive(Clone, Copy, Debug)]
enum ConnectionState {
    /// The head is still arriving.
    Reading,
    /// The latency of this page is running.
    Waiting { page: usize, due: Instant },
    /// The answer is being written.
    Writing { is_refusal: bool },
    /// Everything is written. What the client still sends is discarded until it closes its side.
    Draining,
}

impl Connection {
    /// A connection that was accepted at `now`.
    pub fn new(stream: TcpStream, now: Instant) -> Self {
        Self {
            stream,
            state: ConnectionState::Reading,
            head: vec![],
            excess_left: MAX_EXCESS_BYTES,
            answer: PageContent::default(),
            sent: 0,
            deadline: now + PATIENCE,
        }
    }

    /// Whether the client exceeded its time limit.
    pub fn is_overdue(&self, now: Instant) -> bool {
        !matches!(self.state, ConnectionState::Waiting { .. }) && now >= self.deadline
    }

    /// Continues as far as the socket allows without blocking.
    pub fn advance(&mut self, site: &Site, now: Instant) -> Next {
        match self.state {
            ConnectionState::Reading => match self.read_head(site.latencies_ms.len()) {
                Ok(Ok(page)) => self.wait(page, site, now),
                Ok(Err(status)) => self.begin(refusal(status), true, now),
                Err(next) => next,
            },
            ConnectionState::Waiting { page, due } if due <= now => {
                let mut answer = PageContent::page(page, site.page_bytes);
                let head = head("200 OK", site.page_bytes as usize);
                answer.opening.splice(..0, head.into_bytes());
                self.begin(answer, false, now)
            }
            ConnectionState::Waiting { .. } | ConnectionState::Draining => self.discard(),
            ConnectionState::Writing { is_refusal } => self.write(is_refusal, now),
        }
    }

    fn wait(&mut self, page: usize, site: &Site, now: Instant) -> Next {
        let due = now + Duration::from_millis(site.latencies_ms[page].into());
        self.state = ConnectionState::Waiting { page, due };
        // The edge for more bytes, or for the client's end, may already be consumed.
        match self.advance(site, now) {
            Next::Event if due > now => Next::TurnAt(due),
            next => next,
        }
    }

    fn begin(&mut self, answer: PageContent, is_refusal: bool, now: Instant) -> Next {
        self.answer = answer;
        self.state = ConnectionState::Writing { is_refusal };
        self.deadline = now + PATIENCE;
        self.write(is_refusal, now)
    }

    fn write(&mut self, is_refusal: bool, now: Instant) -> Next {
        let mut chunk = [0; CHUNK_BYTES];
        for _ in 0..CHUNKS_A_TURN {
            match self.answer.copy_at(self.sent, &mut chunk) {
                0 if is_refusal => return self.drain(now),
                0 => return Next::Close,
                bytes => match self.stream.write(&chunk[..bytes]) {
                    Ok(bytes) => self.sent += bytes,
                    Err(error) => {
                        if let Some(next) = next_after(&error) {
                            return next;
                        }
                    }
                },
            }
            self.deadline = now + PATIENCE;
        }
        Next::Turn
    }

    /// Waits for the refused client to close. Closing at once would reset the connection if the client had sent more
    /// than was read, and the reset could overtake the refusal.
    fn drain(&mut self, now: Instant) -> Next {
        if self.stream.shutdown(Shutdown::Write).is_err() {
            return Next::Close;
        }
        self.deadline = now + DRAIN_PATIENCE;
        self.state = ConnectionState::Draining;
        self.discard()
    }

    /// Reads the bytes that have arrived, at least one and at most `most`; or returns what is needed next.
    fn take(&mut self, most: usize) -> Result<Vec<u8>, Next> {
        let mut taken = vec![0; most];
        loop {
            match self.stream.read(&mut taken) {
                Ok(0) => return Err(Next::Close),
                Ok(bytes) => {
                    taken.truncate(bytes);
                    return Ok(taken);
                }
                Err(error) => next_after(&error).map_or(Ok(()), Err)?,
            }
        }
    }

    /// What the client asks for, see [`request::read`]; or what is needed next.
    fn read_head(&mut self, pages: usize) -> Result<Result<usize, &'static str>, Next> {
        loop {
            // A full buffer never counts as incomplete, so there is room for the next bytes.
            let taken = self.take(MAX_HEAD_BYTES - self.head.len())?;
            self.head.extend(taken);
            if let Some(asked) = request::read(&self.head, pages) {
                return Ok(asked);
            }
        }
    }

    /// Discards what has arrived, unless it is too much. A client that closed its side is gone: neither this program's
    /// fetchers nor urllib or curl do that before they have their answer.
    fn discard(&mut self) -> Next {
        loop {
            match self.take(MAX_HEAD_BYTES) {
                Ok(taken) if taken.len() <= self.excess_left => self.excess_left -= taken.len(),
                Ok(_) => return Next::Close,
                Err(next) => return next,
            }
        }
    }
}

/// What a connection needs after this error of its socket. `None`: try again.
fn next_after(error: &io::Error) -> Option<Next> {
    match error.kind() {
        ErrorKind::WouldBlock => Some(Next::Event),
        ErrorKind::Interrupted => None,
        _ => Some(Next::Close),
    }
}

/// The head of an answer with a body of this length.
fn head(status: &str, length: usize) -> String {
    // RFC 9110 requires a 405 to say what is allowed.
    let allow = if status.starts_with("405") {
        "Allow: GET\r\n"
    } else {
        ""
    };
    format!(
        "HTTP/1.1 {status}\r\n{allow}Content-Type: text/html; charset=utf-8\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    )
}

fn refusal(status: &str) -> PageContent {
    let body = format!("<!doctype html>\n<title>{status}</title>\n<p>{status}</p>\n");
    PageContent {
        opening: (head(status, body.len()) + &body).into_bytes(),
        ..PageContent::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_taken_in_odd_chunks_is_head_and_page() {
        let mut answer = PageContent::page(2, 200_000);
        answer
            .opening
            .splice(..0, head("200 OK", 200_000).into_bytes());
        let mut chunk = vec![0; CHUNK_BYTES];
        let mut all = Vec::new();
        loop {
            match answer.copy_at(all.len(), &mut chunk) {
                0 => break,
                bytes => all.extend_from_slice(&chunk[..bytes.min(1_013)]),
            }
        }
        let end_of_head = all
            .windows(4)
            .position(|four| four == b"\r\n\r\n")
            .expect("a head")
            + 4;
        assert!(
            String::from_utf8_lossy(&all[..end_of_head]).contains("Content-Length: 200000\r\n")
        );
        assert_eq!(all[end_of_head..], super::super::page(2, 200_000));
    }

    #[test]
    fn a_client_has_a_minute_for_its_head_and_any_time_while_it_waits_for_us() {
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let stream = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let start = Instant::now();
        let mut connection = Connection::new(stream, start);
        assert!(!connection.is_overdue(start + Duration::from_secs(59)));
        assert!(connection.is_overdue(start + Duration::from_secs(60)));
        connection.state = ConnectionState::Waiting {
            page: 0,
            due: start,
        };
        assert!(!connection.is_overdue(start + Duration::from_secs(3_600)));
    }

    #[test]
    fn a_refused_method_is_answered_with_the_allowed_one() {
        let head = head("405 Method Not Allowed", 0);
        assert!(head.contains("\r\nAllow: GET\r\n"));
    }
}
