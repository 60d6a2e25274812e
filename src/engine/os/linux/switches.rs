//! The kernel's records of when a thread gets a core and loses it, by `perf_event_open`.
//!
//! One event and one ring per thread. The event counts nothing (a "dummy"): it only makes the kernel write a record at
//! each switch, 0.7–0.9 µs each. It leaves out everything about the kernel itself, so that it works for the user's own
//! threads without privileges.

use std::{
    io,
    os::fd::{AsRawFd, FromRawFd, OwnedFd},
    ptr::{self, NonNull},
    sync::atomic::{
        AtomicU64,
        Ordering::{Acquire, Release},
    },
};

use crate::{
    domain::time::Nanos,
    engine::outside::seen::{Switch, Whereabouts},
};

/// `struct perf_event_attr` of Linux 4.1 (`PERF_ATTR_SIZE_VER5`).
#[repr(C)]
#[derive(Default)]
struct EventAttributes {
    kind: u32,
    size: u32,
    config: u64,
    sample_period: u64,
    sample_type: u64,
    read_format: u64,
    flags: u64,
    wakeup_events: u32,
    breakpoint: u32,
    config1: u64,
    config2: u64,
    branch_sample_type: u64,
    sample_regs_user: u64,
    sample_stack_user: u32,
    clock: i32,
    sample_regs_interrupt: u64,
    aux_watermark: u32,
    sample_stack_max: u16,
    reserved: u16,
}

// linux/perf_event.h
const SOFTWARE: u32 = 1;
const DUMMY: u64 = 9;
/// What each record contains besides: the thread, the time, the core.
const SAMPLE: u64 = 1 << 1 | 1 << 2 | 1 << 7;
const EXCLUDE_KERNEL: u64 = 1 << 5;
const EXCLUDE_HYPERVISOR: u64 = 1 << 6;
const SAMPLE_ID_ALL: u64 = 1 << 18;
const USE_CLOCK: u64 = 1 << 25;
const CONTEXT_SWITCH: u64 = 1 << 26;
const CLOSE_ON_EXEC: libc::c_ulong = 1 << 3;
const RECORD_LOST: u32 = 2;
const RECORD_SWITCH: u32 = 14;
const SWITCH_OUT: u64 = 1 << 13;
const SWITCH_OUT_PREEMPT: u64 = 1 << 14;
/// Where the first page of the map has the positions of writer and reader.
const HEAD_AT: usize = 1024;
const TAIL_AT: usize = 1032;

/// The records of one thread.
#[derive(Debug)]
pub struct SwitchRecords {
    _event: OwnedFd,
    map: NonNull<u8>,
    /// The size of the ring, a power of two, which follows the first page.
    ring: usize,
    page: usize,
    /// When the last record was made.
    last: Nanos,
    /// The number of records that were lost.
    pub lost: u64,
}

// SAFETY: the map belongs to this value alone, and the kernel, with which it shares two atomic positions.
unsafe impl Send for SwitchRecords {}

impl SwitchRecords {
    /// Starts to record the switches of a thread, with a ring of so many pages, a power of two.
    ///
    /// # Errors
    /// If the system refuses it, as most containers do, or if the thread is gone.
    pub fn open(thread: u32, pages: usize) -> io::Result<SwitchRecords> {
        let attributes = EventAttributes {
            kind: SOFTWARE,
            size: size_of::<EventAttributes>() as u32,
            config: DUMMY,
            sample_type: SAMPLE,
            flags: EXCLUDE_KERNEL | EXCLUDE_HYPERVISOR | SAMPLE_ID_ALL | USE_CLOCK | CONTEXT_SWITCH,
            clock: libc::CLOCK_MONOTONIC,
            ..EventAttributes::default()
        };
        // SAFETY: the structure is the kernel's, and `size` states its version.
        let event = unsafe {
            libc::syscall(
                libc::SYS_perf_event_open,
                &raw const attributes,
                thread as libc::pid_t,
                -1,
                -1,
                CLOSE_ON_EXEC,
            )
        };
        if event < 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: the kernel just opened it for this call.
        let event = unsafe { OwnedFd::from_raw_fd(event as i32) };
        // SAFETY: only asks for a number.
        let page = unsafe { libc::sysconf(libc::_SC_PAGESIZE) } as usize;
        let ring = pages * page;
        // SAFETY: a new map cannot affect other code.
        let map = unsafe {
            libc::mmap(
                ptr::null_mut(),
                page + ring,
                libc::PROT_READ | libc::PROT_WRITE,
                libc::MAP_SHARED,
                event.as_raw_fd(),
                0,
            )
        };
        if map == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        Ok(SwitchRecords {
            _event: event,
            map: NonNull::new(map.cast()).ok_or(io::ErrorKind::OutOfMemory)?,
            ring,
            page,
            last: 0,
            lost: 0,
        })
    }

    /// Takes all new records, with times of the monotonic clock.
    pub fn take(&mut self, switches: &mut Vec<Switch>) {
        // Acquire: the kernel has written the records before this position.
        let head = self.position(HEAD_AT).load(Acquire);
        let mut tail = self.position(TAIL_AT).load(Acquire);
        while tail < head {
            let header = self.word(tail);
            let size = header >> 48;
            if size == 0 {
                break;
            }
            switches.extend(self.switch(header, tail));
            tail += size;
        }
        // Release: the records have been read before the kernel may overwrite them.
        self.position(TAIL_AT).store(head, Release);
    }

    /// What the record at `tail` says, if it is about a switch.
    fn switch(&mut self, header: u64, tail: u64) -> Option<Switch> {
        let body = match header as u32 {
            RECORD_SWITCH => tail + 8,
            // Two numbers come before the sample: the event's, and how many records were lost.
            RECORD_LOST => tail + 24,
            _ => return None,
        };
        let (at, core) = (self.word(body + 8), self.word(body + 16) as u16);
        if header as u32 == RECORD_LOST {
            // Where the thread was is not known since the last record.
            self.lost += self.word(tail + 16);
            let (at, place) = (self.last, Whereabouts::Unknown);
            return Some(Switch { at, place, core });
        }
        self.last = at;
        let misc = header >> 32;
        let place = match (misc & SWITCH_OUT != 0, misc & SWITCH_OUT_PREEMPT != 0) {
            (false, _) => Whereabouts::OnCore,
            (true, true) => Whereabouts::Preempted,
            (true, false) => Whereabouts::Blocked,
        };
        Some(Switch { at, place, core })
    }

    fn position(&self, at: usize) -> &AtomicU64 {
        // SAFETY: the first page of the map has an aligned number there, which the kernel accesses atomically too.
        unsafe { self.map.add(at).cast::<AtomicU64>().as_ref() }
    }

    /// Eight bytes of the ring. Records are multiples of eight bytes, so none of them wraps within a word.
    fn word(&self, at: u64) -> u64 {
        let within = at as usize & (self.ring - 1);
        // SAFETY: within the map, aligned, and not written by the kernel until the tail moves on.
        unsafe { self.map.add(self.page + within).cast::<u64>().read() }
    }
}

impl Drop for SwitchRecords {
    fn drop(&mut self) {
        // SAFETY: the map was made with this length and nothing refers to it any more.
        unsafe { libc::munmap(self.map.as_ptr().cast(), self.page + self.ring) };
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::engine::{clock, os};

    #[test]
    fn a_thread_that_sleeps_is_seen_off_its_core_for_as_long() {
        let mut records = match SwitchRecords::open(os::thread_id(), 2) {
            Ok(records) => records,
            Err(refused) => {
                println!("skipped: no switch records here: {refused}");
                return;
            }
        };
        let mut expected = 0;
        for _ in 0..5 {
            let since = clock::now();
            std::thread::sleep(Duration::from_millis(3));
            expected += clock::now() - since;
        }
        let mut switches = vec![];
        records.take(&mut switches);
        let is_wait = |pair: &&[Switch]| pair[0].place == Whereabouts::Blocked;
        let waits = switches.windows(2).filter(is_wait);
        let off: Nanos = waits.map(|pair| pair[1].at - pair[0].at).sum();
        assert!(
            off <= expected && off > expected * 8 / 10,
            "{off} of {expected}: {switches:?}"
        );
        assert_eq!(records.lost, 0);
    }

    #[test]
    fn a_ring_that_overflows_says_so_and_what_it_says_then_is_not_a_state() {
        let Ok(mut records) = SwitchRecords::open(os::thread_id(), 1) else {
            println!("skipped: no switch records here");
            return;
        };
        let mut switches = vec![];
        for _ in 0..300 {
            std::thread::sleep(Duration::from_micros(1));
        }
        records.take(&mut switches);
        std::thread::sleep(Duration::from_micros(1));
        records.take(&mut switches);
        assert!(records.lost > 0);
        assert!(
            switches
                .iter()
                .any(|switch| switch.place == Whereabouts::Unknown)
        );
        assert!(switches.is_sorted_by_key(|switch| switch.at));
    }
}
