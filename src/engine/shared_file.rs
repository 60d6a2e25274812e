//! Looks at the file that all workers of a run wrote, when they are gone.

use std::io::{ErrorKind, Read};
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::Relaxed;
use std::{fs, io};

use super::arena::{Arena, LaneHeader, TaskState};
use super::kernel::render::python_str_of_bytes;
use super::loopback::page;
use super::scratch::Scratch;
use crate::domain::addresses::Addresses;
use crate::domain::plan::Plan;
use crate::domain::shared_file::{self, Content, PIECES_LISTED, Piece, SharedFile};

/// No page, and so no file, is longer than this: 64 MiB of body, at most four times as long when rendered.
const LONGEST: u64 = 1 << 29;
/// So many bytes of pages are made again, to be compared: about half a second of work.
const COMPARED: u64 = 256 << 20;

/// What is in the shared file; `None` if the plan has none, or it cannot be read.
pub fn examine(arena: &Arena, plan: &Plan, scratch: &Scratch) -> Option<SharedFile> {
    let addresses = plan.addresses().filter(|_| plan.has_shared_file())?;
    let content = match read(scratch) {
        Ok(content) => Some(content),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(_) => return None,
    };
    let (kind, mut pieces) = content
        .as_ref()
        .map_or((Content::Missing, vec![]), |content| {
            compare(content, plan, addresses)
        });
    pieces.truncate(PIECES_LISTED);
    let counted = |of: fn(&LaneHeader) -> &AtomicU32| {
        let counts = arena.lanes().map(|lane| of(lane).load(Relaxed));
        counts.map(u64::from).sum()
    };
    Some(SharedFile {
        content: kind,
        bytes: content.map_or(0, |content| content.len() as u64),
        pieces,
        pages_written: pages_written(arena, addresses.count()),
        writes: counted(|lane| &lane.writes),
        spoilt: counted(|lane| &lane.spoilt),
    })
}

fn read(scratch: &Scratch) -> io::Result<Vec<u8>> {
    let mut content = vec![];
    fs::File::open(scratch.shared_file())?
        .take(LONGEST)
        .read_to_end(&mut content)?;
    Ok(content)
}

fn compare(content: &[u8], plan: &Plan, addresses: &Addresses) -> (Content, Vec<Piece>) {
    match addresses {
        Addresses::Urls(_) => shared_file::examine_unknown(content),
        Addresses::Loopback {
            latencies_ms,
            page_bytes,
            ..
        } => {
            let fetched = (latencies_ms.len() as u64).min(u64::from(plan.tasks()));
            let compared = fetched.min((COMPARED / u64::from(*page_bytes)).max(1));
            shared_file::examine(
                content,
                (0..compared as u32).map(|number| (number, written(number, *page_bytes))),
            )
        }
    }
}

/// A page of the embedded server as the tasks write it.
fn written(number: u32, page_bytes: u32) -> String {
    let mut text = String::new();
    python_str_of_bytes(&page(number as usize, page_bytes), &mut text);
    text
}

/// Different addresses among those of tasks that ended well.
fn pages_written(arena: &Arena, addresses: usize) -> u64 {
    let mut is_written = vec![false; addresses];
    for task in (0..arena.tasks()).filter(|task| arena.task(*task).state() == TaskState::Ok) {
        is_written[task as usize % addresses] = true;
    }
    is_written.into_iter().filter(|written| *written).count() as u64
}
