//! The frames between the program and its zygote: four bytes of length, then JSON.
//!
//! A stream socket, as macOS has no other kind that keeps boundaries; JSON, as a frame is sent once per run or per
//! worker and both ends are the same binary.

use std::{
    fmt,
    io::{self, Read, Write},
    os::{fd::RawFd, unix::net::UnixStream},
};

use nix::sys::signal::Signal;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{
    domain::plan::Plan,
    engine::{fetch::Limits, loopback::Site},
};

/// The longest frame: a thousand long addresses fit many times.
const FRAME_BYTES_MAX: usize = 16 << 20;

/// What the program asks of the zygote.
#[derive(Debug, Serialize, Deserialize)]
pub enum Request {
    /// Fork all workers of this plan.
    ForkWorkers {
        plan: Plan,
        port: u16,
        limits: Limits,
    },
    /// Start a program.
    Execute(Program),
    /// Kill all workers, and end the program with all that it has made.
    Kill,
    /// Start the loopback server.
    Serve(Site),
    /// End the loopback server.
    StopServer,
}

/// A program to start. All text: whoever makes one has refused paths that are none.
#[derive(Debug, Serialize, Deserialize)]
pub struct Program {
    /// The file.
    pub path: String,
    /// Without the program's own name.
    pub arguments: Vec<String>,
    /// Where it begins, if not in the session's own directory.
    pub directory: Option<String>,
    /// Descriptors that stay open, besides 0 to 2: they have the same numbers in the zygote.
    pub inherited: Vec<RawFd>,
}

/// What happened to the zygote's children.
#[derive(Debug, Serialize, Deserialize)]
pub enum News {
    /// A worker is gone, or never came into being.
    WorkerEnded {
        /// Who.
        worker: u32,
        /// How, as the rest of a sentence that begins with its name.
        cause: String,
    },
    /// The process group of a program that runs; where it could not be started, the system's reason.
    ProgramStarted(Result<i32, String>),
    /// A program is gone, with everything of its group: how its first process ended.
    ProgramEnded(ProcessEnd),
    /// The port of the loopback server; where there is none, the system's reason.
    Server(Result<u16, String>),
    /// The loopback server is gone.
    ServerEnded,
}

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ProcessEnd {
    /// By itself, with this status.
    Exited(i32),
    /// By the signal of this number.
    Killed(i32),
}

impl ProcessEnd {
    /// Whether it ended by itself and with status 0.
    pub fn is_success(self) -> bool {
        self == ProcessEnd::Exited(0)
    }
}

/// The rest of a sentence: "was killed by SIGKILL".
impl fmt::Display for ProcessEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            ProcessEnd::Exited(status) => write!(f, "ended early with status {status}"),
            ProcessEnd::Killed(number) => match Signal::try_from(number) {
                Ok(signal) => write!(f, "was killed by {signal}"),
                Err(_) => write!(f, "was killed by signal {number}"),
            },
        }
    }
}

/// Sends a frame.
///
/// # Errors
/// When the other end is gone.
pub fn send(socket: &mut UnixStream, message: &impl Serialize) -> io::Result<()> {
    let body = serde_json::to_vec(message)?;
    let length = u32::try_from(body.len()).map_err(io::Error::other)?;
    let mut frame = length.to_ne_bytes().to_vec();
    frame.extend(body);
    socket.write_all(&frame)
}

/// Receives a frame, waiting for it.
///
/// # Errors
/// When the other end is gone or sent something that is no frame.
pub fn receive<T: DeserializeOwned>(socket: &mut UnixStream) -> io::Result<T> {
    let mut length = [0; 4];
    socket.read_exact(&mut length)?;
    let length = u32::from_ne_bytes(length) as usize;
    if length > FRAME_BYTES_MAX {
        return Err(io::Error::other("a frame longer than any request"));
    }
    let mut body = vec![0; length];
    socket.read_exact(&mut body)?;
    Ok(serde_json::from_slice(&body)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_arrives_as_it_was_sent_and_the_end_is_an_error() {
        let (mut here, mut there) = UnixStream::pair().unwrap();
        send(&mut here, &News::ProgramStarted(Ok(7))).unwrap();
        assert!(matches!(
            receive(&mut there),
            Ok(News::ProgramStarted(Ok(7)))
        ));
        drop(here);
        assert!(receive::<News>(&mut there).is_err());
    }
}
