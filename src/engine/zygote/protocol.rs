//! The frames between the program and its zygote: four bytes of length, then JSON.
//!
//! A stream socket, as macOS has no other kind that keeps boundaries; JSON, as a frame is sent once per run or per
//! worker and both ends are the same binary.

use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::domain::plan::Plan;
use crate::engine::fetch::Limits;
use crate::engine::loopback::Site;
use crate::engine::python::program::Program;

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
    /// Kill all workers.
    KillWorkers,
    /// Start a program.
    Execute { program: Program },
    /// End the program with all that it has made.
    KillProgram,
    /// Start the loopback server.
    Serve { site: Site },
    /// End the loopback server.
    StopServer,
}

/// What the zygote tells the program.
#[derive(Debug, Serialize, Deserialize)]
pub enum Reply {
    WorkerEnded { worker: u32, cause: String },
    WorkerNotForked { worker: u32, why: String },
    ProgramStarted { pid: u32 },
    ProgramNotStarted { why: String },
    ProgramEnded { cause: String, success: bool },
    Serving { port: u16 },
    ServeFailed { why: String },
    ServerEnded,
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
        send(
            &mut here,
            &Reply::WorkerEnded {
                worker: 7,
                cause: "was killed by SIGKILL".into(),
            },
        )
        .unwrap();
        let Reply::WorkerEnded { worker, cause } = receive(&mut there).unwrap() else {
            panic!("another reply")
        };
        assert_eq!((worker, cause.as_str()), (7, "was killed by SIGKILL"));
        drop(here);
        assert!(receive::<Reply>(&mut there).is_err());
    }
}
