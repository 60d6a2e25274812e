//! The frames between the program and its zygote: four bytes of length, then JSON.
//!
//! The socket is a stream, because macOS has no other kind that keeps boundaries. JSON is fast enough, because a frame
//! is sent once per run or per worker, and both ends are the same binary.

use std::{
    collections::BTreeMap,
    fmt,
    io::{self, Read, Write},
    os::{fd::RawFd, unix::net::UnixStream},
};

use nix::sys::signal::Signal;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{
    domain::plan::Plan,
    engine::{fetch::FetchLimits, loopback::Site},
};

/// The maximum length of a frame: many times the size of a thousand long addresses.
const FRAME_BYTES_MAX: usize = 16 << 20;

/// A request of the program to the zygote.
#[derive(Debug, Serialize, Deserialize)]
pub enum ZygoteRequest {
    /// Fork all workers of this plan.
    ForkWorkers {
        plan: Plan,
        port: u16,
        limits: FetchLimits,
    },
    /// Start a program.
    Execute(Program),
    /// Kill all workers, and the program with all its processes.
    Kill,
    /// Start the loopback server.
    Serve(Site),
    /// Stop the loopback server.
    StopServer,
}

/// A program to start. All fields are text: the caller has rejected paths that are not.
#[derive(Debug, Serialize, Deserialize)]
pub struct Program {
    /// The path of the executable.
    pub path: String,
    /// The arguments, without the program's own name.
    pub arguments: Vec<String>,
    /// The working directory, if it is not the environment's own.
    pub directory: Option<String>,
    /// The environment in which the program runs.
    pub environment: Environment,
    /// Descriptors that stay open, besides 0 to 2. They have the same numbers in the zygote.
    pub inherited: Vec<RawFd>,
}

/// The environment of a program: its variables, and the directory in which it works.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Environment {
    /// The session's directory, where Python finds its modules and puts its temporary files. Nothing of the user's
    /// environment has an influence on Python.
    #[default]
    Own,
    /// The user's, with these variables besides.
    Users(BTreeMap<String, String>),
}

/// News about the zygote's children.
#[derive(Debug, Serialize, Deserialize)]
pub enum News {
    /// A worker is gone, or could not be created.
    WorkerEnded {
        /// The worker's number.
        worker: u32,
        /// The cause, as the rest of a sentence that starts with the worker's name.
        cause: String,
    },
    /// The process group of a program that runs; or the system's reason if it could not be started.
    ProgramStarted(Result<i32, String>),
    /// A program is gone, with its whole group: how its first process exited.
    ProgramEnded(ProcessEnd),
    /// The port of the loopback server; or the system's reason if there is none.
    Server(Result<u16, String>),
    /// The loopback server is gone: how it exited. The zygote stops it with SIGTERM.
    ServerEnded(ProcessEnd),
}

/// How a process exited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ProcessEnd {
    /// By itself, with this status.
    Exited(i32),
    /// By the signal with this number.
    Killed(i32),
}

impl ProcessEnd {
    /// The end of a server that the zygote stopped.
    pub const STOPPED: ProcessEnd = ProcessEnd::Killed(Signal::SIGTERM as i32);

    /// Whether it exited by itself with status 0.
    pub fn is_success(self) -> bool {
        self == ProcessEnd::Exited(0)
    }
}

/// The rest of a sentence, for example "was killed by SIGKILL".
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
/// If the other end is gone.
pub fn send(socket: &mut UnixStream, message: &impl Serialize) -> io::Result<()> {
    let body = serde_json::to_vec(message)?;
    let length = u32::try_from(body.len()).map_err(io::Error::other)?;
    let mut frame = length.to_ne_bytes().to_vec();
    frame.extend(body);
    socket.write_all(&frame)
}

/// Waits for a frame and receives it.
///
/// # Errors
/// If the other end is gone or sent something that is not a frame.
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
    use proptest::prelude::*;

    use super::*;
    use crate::{
        catalog::{model::Model, workload::Workload},
        fixtures::{
            damage::{cases, damaged},
            sample,
        },
    };

    fn frame(request: &ZygoteRequest) -> Vec<u8> {
        let (mut here, mut there) = UnixStream::pair().unwrap();
        send(&mut here, request).unwrap();
        drop(here);
        let mut frame = vec![];
        there.read_to_end(&mut frame).unwrap();
        frame
    }

    fn orders() -> Vec<Vec<u8>> {
        let program = Program {
            path: "/usr/bin/python3".into(),
            arguments: vec!["-c".into(), "pass".into()],
            directory: None,
            environment: Environment::Own,
            inherited: vec![3, 4],
        };
        let orders = [
            ZygoteRequest::ForkWorkers {
                plan: sample::plan(Workload::Io, Model::Processes, 4),
                port: 80,
                limits: FetchLimits::default(),
            },
            ZygoteRequest::Execute(program),
            ZygoteRequest::Kill,
        ];
        orders.iter().map(frame).collect()
    }

    proptest! {
        #![proptest_config(cases(3_000))]

        #[test]
        fn no_damaged_order_of_a_worker_panics(frames in damaged(orders())) {
            let (mut here, mut there) = UnixStream::pair().unwrap();
            here.write_all(&frames).unwrap();
            drop(here);
            while receive::<ZygoteRequest>(&mut there).is_ok() {}
        }
    }

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
