//! Examines the file that all workers of a run wrote, after they have exited.

use std::{
    collections::HashSet,
    fs,
    io::ErrorKind,
    sync::atomic::{AtomicU32, Ordering::Relaxed},
};

use super::{
    arena::{Arena, LaneHeader, TaskState},
    kernel::render::python_str_of_bytes,
    loopback::page,
    worker::Assignment,
};
use crate::{
    catalog::workload::PAGE_BYTES,
    domain::{
        addresses::Addresses,
        plan::Plan,
        shared_file::{self, FileContent, FilePart, PIECES_LISTED, SharedFile},
    },
};

/// The maximum amount of page content that is generated again for the comparison, in bytes: about half a second of
/// work.
const COMPARED: u64 = 256 << 20;

/// Describes the shared file; `None` if the plan has none, or if it cannot be read.
pub fn examine(assignment: &Assignment) -> Option<SharedFile> {
    let Assignment {
        arena,
        plan,
        scratch,
        ..
    } = assignment;
    let addresses = plan.addresses().filter(|_| plan.has_shared_file())?;
    let (content, (kind, mut pieces)) = match fs::read(scratch.shared_file()) {
        Ok(content) => {
            let compared = compare(&content, plan, addresses);
            (content, compared)
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {
            (vec![], (FileContent::Missing, vec![]))
        }
        Err(_) => return None,
    };
    pieces.truncate(PIECES_LISTED);
    let counted = |of: fn(&LaneHeader) -> &AtomicU32| {
        let counts = arena.lanes().map(|lane| of(lane).load(Relaxed));
        counts.map(u64::from).sum()
    };
    Some(SharedFile {
        content: kind,
        bytes: content.len() as u64,
        pieces,
        pages_written: pages_written(arena, addresses.count()),
        writes: counted(|lane| &lane.writes),
        spoilt: counted(|lane| &lane.spoilt),
    })
}

fn compare(content: &[u8], plan: &Plan, addresses: &Addresses) -> (FileContent, Vec<FilePart>) {
    match addresses {
        Addresses::Urls(_) => shared_file::examine_unknown(content),
        Addresses::Loopback(latencies_ms) => {
            let page_bytes = plan.size.get(&PAGE_BYTES);
            let fetched = (latencies_ms.len() as u64).min(u64::from(plan.tasks));
            let compared = fetched.min((COMPARED / page_bytes).max(1));
            shared_file::examine(
                content,
                (0..compared as u32).map(|number| (number, written(number, page_bytes as u32))),
            )
        }
    }
}

/// A page of the embedded server, as the tasks write it.
fn written(number: u32, page_bytes: u32) -> String {
    let mut text = String::new();
    python_str_of_bytes(&page(number as usize, page_bytes), &mut text);
    text
}

/// The number of different addresses among the tasks that succeeded.
fn pages_written(arena: &Arena, addresses: usize) -> u64 {
    let well = (0..arena.tasks()).filter(|task| arena.task(*task).state() == TaskState::Ok);
    let written: HashSet<usize> = well.map(|task| task as usize % addresses).collect();
    written.len() as u64
}
