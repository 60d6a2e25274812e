//! Hands a block of bytes to every worker of a native run before it starts, and measures how long each way takes.
//!
//! Threads read the block where it was made. Forked workers read it in the arena's map, where all processes see it. They
//! read the one that the zygote made before it forked them. And they get a copy from the program through a socket. They
//! do so one after the other, so that no worker's time includes that of another, and the zygote can fork them meanwhile.

use std::{
    hint::black_box,
    io::{self, Read, Write},
    os::{
        fd::AsFd,
        unix::net::{UnixListener, UnixStream},
    },
    sync::Arc,
    thread::{Builder, JoinHandle},
};

use super::{
    arena::{Arena, store_known},
    clock,
    latch::{Latch, wait_readable},
    os,
    scratch::Scratch,
};
use crate::{
    catalog::{model::ExecutorKind, workload::PAYLOAD},
    domain::{counter::HandOverWay, plan::Plan},
};

/// The bytes of a block, over and over. Their number is a prime, so that bytes that moved do not go unnoticed.
const PATTERN: [u8; 251] = {
    let mut pattern = [0; 251];
    let mut at = 0;
    while at < pattern.len() {
        pattern[at] = at as u8;
        at += 1;
    }
    pattern
};
/// The distance between two bytes that are read of a block: no page is larger on most machines, and none is smaller.
const PAGE: usize = 4096;
/// The byte by which a worker learns that it is its turn, and that with which it asks for its block.
const TURN: [u8; 1] = [1];

/// The block of a plan; empty if its workers get none.
pub fn block(plan: &Plan) -> Arc<[u8]> {
    let bytes = plan.size.get(&PAYLOAD) as usize;
    let mut block = PATTERN.repeat(bytes.div_ceil(PATTERN.len()));
    block.truncate(bytes);
    block.into()
}

/// Gives a worker its block in each way that its model has, and records how long each took.
///
/// # Panics
/// If a block does not arrive, or not intact. The worker then died before the run started.
pub fn receive(plan: &Plan, scratch: &Scratch, arena: &Arena, block: &[u8], number: u32) {
    if block.is_empty() {
        return;
    }
    let (lane, bytes) = (arena.lane(number), block.len());
    let record = |way: HandOverWay, since, block: &[u8]| {
        touch(block);
        let took = clock::now() - since;
        assert!(
            block.len() == bytes && is_intact(block),
            "the block arrived damaged: {}",
            way.name()
        );
        store_known(&lane.handovers[way as usize], Some(took));
    };
    if !plan.model().has_processes() {
        return record(HandOverWay::Shared, clock::now(), block);
    }
    let in_turn = || {
        let program = wait_for_turn(scratch)?;
        let since = clock::now();
        record(HandOverWay::Shared, since, arena.shared_block(bytes));
        record(HandOverWay::CopyOnWrite, clock::now(), block);
        let since = clock::now();
        record(HandOverWay::Socket, since, &fetch(program, bytes)?);
        io::Result::Ok(())
    };
    in_turn().unwrap_or_else(|error| panic!("the block did not arrive: {error}"));
}

/// Reads a byte of each page.
fn touch(block: &[u8]) {
    let pages = block.iter().step_by(PAGE).chain(block.last());
    black_box(pages.fold(0, |sum: u8, byte| sum.wrapping_add(*byte)));
}

fn is_intact(block: &[u8]) -> bool {
    let mut parts = block.chunks(PATTERN.len());
    parts.all(|part| *part == PATTERN[..part.len()])
}

/// A connection to the program, which serves this worker now.
fn wait_for_turn(scratch: &Scratch) -> io::Result<UnixStream> {
    let mut program = scratch.at_block(UnixStream::connect)?;
    program.read_exact(&mut TURN.clone())?;
    Ok(program)
}

/// A copy of the block from the program.
fn fetch(mut program: UnixStream, bytes: usize) -> io::Result<Vec<u8>> {
    program.write_all(&TURN)?;
    let mut block = Vec::with_capacity(bytes);
    program.read_to_end(&mut block)?;
    Ok(block)
}

/// A thread that sends the block to workers that are processes, until it is dropped.
#[derive(Debug)]
pub struct Post {
    closing: Arc<Latch>,
    thread: Option<JoinHandle<()>>,
}

impl Post {
    /// Whether the workers of this plan get a block through a socket from this program. Python sends it to its own.
    pub fn is_needed(plan: &Plan) -> bool {
        plan.size.get(&PAYLOAD) > 0 && plan.model().description().executor == ExecutorKind::Forks
    }

    /// Listens in the session's directory for workers that ask for their block.
    ///
    /// # Errors
    /// If the system refuses the socket or the thread.
    pub fn open(scratch: &Scratch, block: Arc<[u8]>) -> io::Result<Post> {
        let listener = scratch.at_block(UnixListener::bind)?;
        let closing = Arc::new(Latch::new()?);
        let until = closing.clone();
        let serve = move || {
            // Workers that compute would otherwise delay it.
            os::request_short_time_slices();
            loop {
                match wait_readable([listener.as_fd(), until.as_fd()], None) {
                    [_, true] => return,
                    // A worker that has died meanwhile gets nothing, and the next one has its turn.
                    [true, _] => drop(
                        listener
                            .accept()
                            .and_then(|(worker, _)| send(worker, &block)),
                    ),
                    _ => {}
                }
            }
        };
        let thread = Builder::new().name("post".into()).spawn(serve)?;
        Ok(Post {
            closing,
            thread: Some(thread),
        })
    }
}

fn send(mut worker: UnixStream, block: &[u8]) -> io::Result<()> {
    worker.write_all(&TURN)?;
    worker.read_exact(&mut TURN.clone())?;
    worker.write_all(block)
}

impl Drop for Post {
    /// By now all workers are gone, so that nothing but the latch is waited for.
    fn drop(&mut self) {
        self.closing.open();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        catalog::{model::Model, workload::Workload},
        domain::machine::WorkerLimits,
        fixtures::sample,
    };

    #[test]
    fn a_block_with_a_missing_or_changed_byte_is_damaged() {
        for bytes in [1, 250, 251, 100_000] {
            let draft = sample::draft(Workload::Counter, Model::Threads, 2);
            let plan = draft.with(&PAYLOAD, bytes);
            let whole = block(&plan.validate(&WorkerLimits::default()).unwrap());
            assert!(whole.len() as u64 == bytes && is_intact(&whole));
            for at in [0, whole.len() / 2, whole.len() - 1] {
                let mut changed = whole.to_vec();
                changed[at] ^= 1;
                assert!(!is_intact(&changed), "byte {at} of {bytes}");
                if at + 1 < whole.len() {
                    changed.remove(at);
                    assert!(!is_intact(&changed), "without byte {at} of {bytes}");
                }
            }
        }
    }

    #[test]
    fn without_a_payload_there_is_no_block() {
        let plan = sample::plan(Workload::Counter, Model::Processes, 2);
        assert!(block(&plan).is_empty() && !Post::is_needed(&plan));
        let plan = sample::plan(Workload::Cpu, Model::Processes, 2);
        assert!(block(&plan).is_empty() && !Post::is_needed(&plan));
    }
}
