//! One connection of the loopback server: a state machine that never blocks.
//!
//! Read the request's head, wait until its latency is over, write the answer, close. The sockets are watched
//! edge-triggered, so every step goes on until the socket would block, or its quota for one turn is used up.

use std::io::{ErrorKind, Read, Write};
use std::net::Shutdown;
use std::time::{Duration, Instant};

use mio::net::TcpStream;

use super::Site;
use super::page::Page;
use super::request::{self, MAX_HEAD_BYTES, Refusal, Request};

/// How long a client may take over its request head, or over the next piece of its answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long a client that was refused may take to read why.
const DRAIN_PATIENCE: Duration = Duration::from_secs(1);

/// The most bytes that are taken, and thrown away, behind a request's head.
const MAX_EXCESS_BYTES: usize = 64 * 1_024;

/// The size of the buffer through which answers are written, in bytes.
pub(super) const CHUNK_BYTES: usize = 64 * 1_024;

/// How many chunks a connection may write before it is the others' turn: a fast reader of a huge page
/// would keep them waiting for ever otherwise.
const CHUNKS_A_TURN: usize = 4;

/// What a connection needs next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Something to happen at its socket.
    Event,
    /// A call of [`Connection::answer`] at this moment.
    AnswerAt(Instant),
    /// Another turn, as soon as the others had theirs.
    Turn,
    /// To be closed.
    Close,
}

/// A client's connection and how far its request has come.
#[derive(Debug)]
pub(super) struct Connection {
    stream: TcpStream,
    state: State,
    /// When the client has been idle for too long. Meaningless while it waits for us.
    deadline: Instant,
}

#[derive(Debug)]
enum State {
    /// Holds what has arrived of the head.
    Reading(Vec<u8>),
    /// The latency of this page runs; so many bytes behind the head may still be thrown away.
    Waiting {
        page: usize,
        excess_left: usize,
    },
    Writing(Answer),
    /// Everything is written. What the client still sends is thrown away until it has closed its side.
    Draining {
        excess_left: usize,
    },
}

/// A response on its way out.
#[derive(Debug)]
struct Answer {
    head: Vec<u8>,
    /// None when the request was refused.
    page: Option<Page>,
    sent: usize,
}

impl Connection {
    /// A connection that was accepted at `now`.
    pub(super) fn new(stream: TcpStream, now: Instant) -> Self {
        Self {
            stream,
            state: State::Reading(Vec::new()),
            deadline: now + PATIENCE,
        }
    }

    /// The socket, to be registered.
    pub(super) fn stream_mut(&mut self) -> &mut TcpStream {
        &mut self.stream
    }

    /// Whether the client took too long.
    pub(super) fn is_overdue(&self, now: Instant) -> bool {
        !matches!(self.state, State::Waiting { .. }) && now >= self.deadline
    }

    /// Goes on as far as the socket allows without blocking. `chunk` is scratch space of [`CHUNK_BYTES`].
    pub(super) fn advance(&mut self, site: &Site, now: Instant, chunk: &mut [u8]) -> Next {
        match &mut self.state {
            State::Reading(_) => self.read_head(site, now, chunk),
            State::Waiting { excess_left, .. } | State::Draining { excess_left } => {
                discard(&mut self.stream, excess_left, chunk)
            }
            State::Writing(_) => self.write(now, chunk),
        }
    }

    /// Begins to answer with the page whose latency is over; in any other state it does nothing.
    pub(super) fn answer(&mut self, site: &Site, now: Instant, chunk: &mut [u8]) -> Next {
        let State::Waiting { page, .. } = self.state else {
            return Next::Event;
        };
        self.begin(Answer::page(Page::new(page, site.page_bytes)), now, chunk)
    }

    fn read_head(&mut self, site: &Site, now: Instant, chunk: &mut [u8]) -> Next {
        let State::Reading(head) = &mut self.state else {
            return Next::Event;
        };
        let request = loop {
            let room = MAX_HEAD_BYTES - head.len();
            match self.stream.read(&mut chunk[..room]) {
                Ok(0) => return Next::Close,
                Ok(bytes) => head.extend_from_slice(&chunk[..bytes]),
                Err(error) => match error.kind() {
                    ErrorKind::WouldBlock => return Next::Event,
                    ErrorKind::Interrupted => continue,
                    _ => return Next::Close,
                },
            }
            // A full buffer never reads as incomplete, so there is room for the next piece.
            match request::read(head, site.latencies_ms.len()) {
                Request::Incomplete => {}
                request => break request,
            }
        };
        self.heed(request, site, now, chunk)
    }

    fn heed(&mut self, request: Request, site: &Site, now: Instant, chunk: &mut [u8]) -> Next {
        match request {
            Request::Incomplete => Next::Event,
            Request::Refused(refusal) => self.begin(Answer::refusal(refusal), now, chunk),
            Request::Page(page) => {
                self.state = State::Waiting {
                    page,
                    excess_left: MAX_EXCESS_BYTES,
                };
                let latency = Duration::from_millis(site.latencies_ms[page].into());
                if latency.is_zero() {
                    return self.answer(site, now, chunk);
                }
                // The edge at which more bytes, or the client's end, arrived may be spent already.
                match self.advance(site, now, chunk) {
                    Next::Close => Next::Close,
                    _ => Next::AnswerAt(now + latency),
                }
            }
        }
    }

    fn begin(&mut self, answer: Answer, now: Instant, chunk: &mut [u8]) -> Next {
        self.state = State::Writing(answer);
        self.deadline = now + PATIENCE;
        self.write(now, chunk)
    }

    fn write(&mut self, now: Instant, chunk: &mut [u8]) -> Next {
        let State::Writing(answer) = &mut self.state else {
            return Next::Event;
        };
        for _ in 0..CHUNKS_A_TURN {
            let bytes = answer.next_chunk(chunk);
            if bytes == 0 {
                let refused = answer.page.is_none();
                return if refused {
                    self.drain(now, chunk)
                } else {
                    Next::Close
                };
            }
            match self.stream.write(&chunk[..bytes]) {
                Ok(sent) => answer.sent += sent,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Next::Event,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return Next::Close,
            }
            self.deadline = now + PATIENCE;
        }
        Next::Turn
    }

    /// Closing at once would reset the connection if the refused client had sent more than was read, and
    /// the reset could overtake the refusal.
    fn drain(&mut self, now: Instant, chunk: &mut [u8]) -> Next {
        if self.stream.shutdown(Shutdown::Write).is_err() {
            return Next::Close;
        }
        self.deadline = now + DRAIN_PATIENCE;
        let mut excess_left = MAX_EXCESS_BYTES;
        let next = discard(&mut self.stream, &mut excess_left, chunk);
        self.state = State::Draining { excess_left };
        next
    }
}

/// Throws away what has arrived, unless it is more than `left`. A client that closed its side is gone:
/// neither our fetchers nor urllib or curl do so before they have their answer.
fn discard(stream: &mut TcpStream, left: &mut usize, chunk: &mut [u8]) -> Next {
    loop {
        match stream.read(chunk) {
            Ok(0) => return Next::Close,
            Ok(bytes) if bytes > *left => return Next::Close,
            Ok(bytes) => *left -= bytes,
            Err(error) => match error.kind() {
                ErrorKind::WouldBlock => return Next::Event,
                ErrorKind::Interrupted => {}
                _ => return Next::Close,
            },
        }
    }
}

impl Answer {
    fn page(page: Page) -> Self {
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            page.len()
        );
        Self {
            head: head.into_bytes(),
            page: Some(page),
            sent: 0,
        }
    }

    fn refusal(refusal: Refusal) -> Self {
        let status = refusal.status();
        // RFC 9110 wants a 405 to say what is allowed.
        let allow = if refusal == Refusal::MethodNotAllowed {
            "Allow: GET\r\n"
        } else {
            ""
        };
        let body = format!("<!doctype html>\n<title>{status}</title>\n<p>{status}</p>\n");
        let head = format!(
            "HTTP/1.1 {status}\r\n{allow}Content-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        );
        Self {
            head: head.into_bytes(),
            page: None,
            sent: 0,
        }
    }

    /// Copies what is to be sent next into `chunk`; returns how many bytes that is, 0 at the end. Head and
    /// page share chunks, so that a small page leaves in one packet.
    fn next_chunk(&self, chunk: &mut [u8]) -> usize {
        let head = self.head.get(self.sent..).unwrap_or_default();
        chunk[..head.len()].copy_from_slice(head);
        let of_page = self.page.as_ref().map_or(0, |page| {
            page.copy_at(
                self.sent.saturating_sub(self.head.len()),
                &mut chunk[head.len()..],
            )
        });
        head.len() + of_page
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_taken_in_odd_pieces_is_head_and_page() {
        let mut answer = Answer::page(Page::new(2, 200_000));
        let mut chunk = vec![0; CHUNK_BYTES];
        let mut all = Vec::new();
        loop {
            match answer.next_chunk(&mut chunk) {
                0 => break,
                bytes => {
                    let sent = bytes.min(1_013);
                    all.extend_from_slice(&chunk[..sent]);
                    answer.sent += sent;
                }
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
        connection.state = State::Waiting {
            page: 0,
            excess_left: 0,
        };
        assert!(!connection.is_overdue(start + Duration::from_secs(3_600)));
    }

    #[test]
    fn a_refused_method_is_told_what_is_allowed() {
        let answer = Answer::refusal(Refusal::MethodNotAllowed);
        assert!(String::from_utf8_lossy(&answer.head).contains("\r\nAllow: GET\r\n"));
    }
}
