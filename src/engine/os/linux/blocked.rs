//! What a blocked thread waits for, by the system call that it is in.
//!
//! `/proc/PID/task/TID/syscall` is one line: `running`, or the number of the call, its six arguments, and two addresses.
//! Descriptors are told apart by `/proc/PID/fd`. A program may read this of its own descendants.

use std::{
    fs::{self, File},
    io,
    ops::Range,
    os::unix::fs::FileExt,
    sync::Arc,
};

use crate::{
    domain::{phase::Phase, time::Nanos},
    engine::outside::seen::{Account, Showed},
};

/// The most descriptors of an event loop that are looked at.
const LOOP_LOOKS: usize = 4;

/// The files of a process that are the same for all its threads.
#[derive(Debug)]
pub struct ProcessFiles {
    pid: u32,
    memory: Option<File>,
    /// Where an interpreter keeps its data: the only locks in there are those of CPython itself.
    interpreter: Vec<Range<u64>>,
}

/// The files in which the kernel tells about one thread.
#[derive(Debug)]
pub struct ThreadFiles {
    /// The thread.
    pub thread: u32,
    process: Arc<ProcessFiles>,
    syscall: File,
    schedstat: Option<File>,
}

impl ProcessFiles {
    /// The files of this process.
    pub fn open(pid: u32) -> ProcessFiles {
        let maps = fs::read_to_string(format!("/proc/{pid}/maps")).unwrap_or_default();
        let program = fs::read_link(format!("/proc/{pid}/exe")).unwrap_or_default();
        ProcessFiles {
            pid,
            memory: File::open(format!("/proc/{pid}/mem")).ok(),
            interpreter: interpreter_data(&maps, &program.to_string_lossy()),
        }
    }

    /// What the process has behind a descriptor.
    fn behind(&self, descriptor: u64) -> Option<Phase> {
        let link = fs::read_link(format!("/proc/{}/fd/{descriptor}", self.pid)).ok()?;
        Some(phase_of_file(&link.to_string_lossy()))
    }

    /// What an event loop waits for. One that waits for nothing but its own wake-up, until a set time, pauses.
    fn behind_loop(&self, epoll: u64, is_limited: bool) -> Option<Phase> {
        let info = fs::read_to_string(format!("/proc/{}/fdinfo/{epoll}", self.pid)).ok()?;
        let descriptors = descriptors_of_loop(&info);
        if descriptors.len() == 1 && is_limited {
            return Some(Phase::Sleep);
        }
        // Its own wake-up comes through a socket, too.
        let others = descriptors.iter().skip(1);
        let phases = others.take(LOOP_LOOKS).map(|other| self.behind(*other));
        phases
            .max_by_key(|phase| *phase == Some(Phase::Network))
            .unwrap_or(Some(Phase::Network))
    }

    /// The first descriptor of an array for `poll`.
    fn first_polled(&self, array: u64) -> Option<u64> {
        let mut bytes = [0; 4];
        self.memory
            .as_ref()?
            .read_exact_at(&mut bytes, array)
            .ok()?;
        u64::try_from(i32::from_ne_bytes(bytes)).ok()
    }
}

impl ThreadFiles {
    /// The files of this thread, which the kernel only lets its own ancestors read.
    ///
    /// # Errors
    /// If the system refuses it, or if the thread is gone.
    pub fn open(process: Arc<ProcessFiles>, thread: u32) -> io::Result<ThreadFiles> {
        let directory = format!("/proc/{}/task/{thread}", process.pid);
        let files = ThreadFiles {
            thread,
            process,
            syscall: File::open(format!("{directory}/syscall"))?,
            schedstat: File::open(format!("{directory}/schedstat")).ok(),
        };
        files.syscall.read_at(&mut [0; 8], 0)?;
        Ok(files)
    }

    /// Whether the thread can run, and otherwise what it waits for; `None` if it is gone.
    pub fn look(&self) -> Option<Showed> {
        let mut buffer = [0; 256];
        let length = self.syscall.read_at(&mut buffer, 0).ok()?;
        let line = std::str::from_utf8(&buffer[..length]).ok()?;
        Some(match line.trim_end() {
            "running" => Showed::CanRun,
            line => Showed::Waits(SystemCall::parsed(line)?.waits_for(&self.process)),
        })
    }

    /// The kernel's account of the thread's life, now that it is `at`; `None` if it keeps none.
    pub fn account(&self, at: Nanos) -> Option<Account> {
        let mut buffer = [0; 96];
        let length = self.schedstat.as_ref()?.read_at(&mut buffer, 0).ok()?;
        let text = std::str::from_utf8(&buffer[..length]).ok()?;
        let mut numbers = text.split_whitespace().map(|number| number.parse().ok());
        let mut number = || numbers.next().flatten();
        let (on_core, ready, turns) = (number()?, number()?, number()?);
        Some(Account {
            at,
            on_core,
            ready,
            turns,
        })
    }
}

/// The descriptors in the kernel's text about one of `epoll`.
fn descriptors_of_loop(info: &str) -> Vec<u64> {
    let entries = info.lines().filter_map(|line| line.strip_prefix("tfd:"));
    let numbers = entries.filter_map(|entry| entry.split_whitespace().next()?.parse().ok());
    numbers.collect()
}

/// The system call of a blocked thread; a negative number if it is in none, for example while a page is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct SystemCall {
    number: i64,
    arguments: [u64; 6],
}

impl SystemCall {
    /// A line of `syscall`; `None` if it is not about a call.
    fn parsed(line: &str) -> Option<SystemCall> {
        let mut words = line.split_whitespace();
        let number = words.next()?.parse().ok()?;
        let mut arguments = [0; 6];
        for (argument, word) in arguments.iter_mut().zip(words) {
            *argument = u64::from_str_radix(word.trim_start_matches("0x"), 16).ok()?;
        }
        Some(SystemCall { number, arguments })
    }

    fn waits_for(self, process: &ProcessFiles) -> Option<Phase> {
        let [first, second, _, fourth, ..] = self.arguments;
        if self.number < 0 {
            // A page that is not in memory.
            return Some(Phase::File);
        }
        match kind_of(self.number)? {
            CallKind::Is(phase) => Some(phase),
            CallKind::Futex => Some(
                if process.interpreter.iter().any(|data| data.contains(&first)) {
                    Phase::Gil
                } else {
                    Phase::Lock
                },
            ),
            CallKind::OfDescriptor => process.behind(first),
            CallKind::Poll if second == 0 => Some(Phase::Sleep),
            CallKind::Poll => process.behind(process.first_polled(first)?),
            // The fourth argument is milliseconds, or the address of a time.
            CallKind::Loop => process.behind_loop(first, fourth as i32 != -1 && fourth != 0),
            CallKind::Select if first == 0 => Some(Phase::Sleep),
            CallKind::Select => Some(Phase::Network),
            CallKind::Control => matches!(second as i32, libc::F_SETLKW | libc::F_OFD_SETLKW)
                .then_some(Phase::Lock)
                .or(Some(Phase::File)),
        }
    }
}

/// How the arguments of a call say what it waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum CallKind {
    Is(Phase),
    Futex,
    /// The first argument is a descriptor.
    OfDescriptor,
    Poll,
    /// The first argument is a descriptor of `epoll`, the fourth a limit of time.
    Loop,
    /// The first argument is 0 if the call only waits for time to pass.
    Select,
    Control,
}

/// Calls that wait for a file.
const FILES: &[i64] = &[
    libc::SYS_openat,
    libc::SYS_openat2,
    libc::SYS_fsync,
    libc::SYS_fdatasync,
    libc::SYS_sync,
    libc::SYS_syncfs,
    libc::SYS_sync_file_range,
    libc::SYS_ftruncate,
    libc::SYS_fallocate,
    libc::SYS_unlinkat,
    libc::SYS_renameat2,
    libc::SYS_mkdirat,
    libc::SYS_getdents64,
    libc::SYS_newfstatat,
    libc::SYS_statx,
    libc::SYS_faccessat,
    libc::SYS_copy_file_range,
    libc::SYS_io_getevents,
    libc::SYS_msync,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_open,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_stat,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_lstat,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_access,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_unlink,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_rename,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_mkdir,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_rmdir,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_getdents,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_readlink,
];
/// Calls that wait for the network.
const NETWORK: &[i64] = &[
    libc::SYS_connect,
    libc::SYS_accept,
    libc::SYS_accept4,
    libc::SYS_recvfrom,
    libc::SYS_recvmsg,
    libc::SYS_recvmmsg,
    libc::SYS_sendto,
    libc::SYS_sendmsg,
    libc::SYS_sendmmsg,
];
/// Calls that wait for what an event loop waits for.
const LOOPS: &[i64] = &[
    libc::SYS_epoll_pwait,
    SYS_EPOLL_PWAIT2,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_epoll_wait,
];
/// Calls that wait for another process.
const PROCESSES: &[i64] = &[
    libc::SYS_wait4,
    libc::SYS_waitid,
    libc::SYS_clone,
    libc::SYS_clone3,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_vfork,
];
/// Calls whose first argument is a descriptor of any kind.
const OF_DESCRIPTOR: &[i64] = &[
    libc::SYS_read,
    libc::SYS_write,
    libc::SYS_readv,
    libc::SYS_writev,
    libc::SYS_pread64,
    libc::SYS_pwrite64,
    libc::SYS_preadv,
    libc::SYS_pwritev,
    libc::SYS_close,
    libc::SYS_sendfile,
    libc::SYS_splice,
];
/// Calls that wait for a lock.
const LOCKS: &[i64] = &[libc::SYS_semop, libc::SYS_semtimedop, libc::SYS_flock];
/// Calls that wait for time to pass.
const PAUSES: &[i64] = &[libc::SYS_clock_nanosleep, libc::SYS_nanosleep];
/// Calls that wait for several descriptors in an array.
const POLLS: &[i64] = &[
    libc::SYS_ppoll,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_poll,
];
/// Calls that wait for several descriptors in a set.
const SELECTS: &[i64] = &[
    libc::SYS_pselect6,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_select,
];

/// What kind of a call this is; `None` if it says nothing about what the thread waits for.
fn kind_of(number: i64) -> Option<CallKind> {
    let kinds = [
        (&[libc::SYS_futex][..], CallKind::Futex),
        (&[libc::SYS_fcntl], CallKind::Control),
        (FILES, CallKind::Is(Phase::File)),
        (NETWORK, CallKind::Is(Phase::Network)),
        (PROCESSES, CallKind::Is(Phase::Subprocess)),
        (OF_DESCRIPTOR, CallKind::OfDescriptor),
        (LOCKS, CallKind::Is(Phase::Lock)),
        (PAUSES, CallKind::Is(Phase::Sleep)),
        (POLLS, CallKind::Poll),
        (LOOPS, CallKind::Loop),
        (SELECTS, CallKind::Select),
    ];
    let mut kinds = kinds.into_iter();
    let (_, kind) = kinds.find(|(numbers, _)| numbers.contains(&number))?;
    Some(kind)
}

/// The number is the same on all architectures.
const SYS_EPOLL_PWAIT2: i64 = 441;

/// What waiting for a file means, by the target of its link in `/proc`. A pipe leads to another process, mostly.
fn phase_of_file(target: &str) -> Phase {
    match target.split(':').next() {
        Some("socket") => Phase::Network,
        Some("pipe") => Phase::Subprocess,
        Some("anon_inode") if target.contains("eventpoll") => Phase::Network,
        Some("anon_inode") if target.contains("pidfd") => Phase::Subprocess,
        Some("anon_inode") if target.contains("timerfd") => Phase::Sleep,
        Some("anon_inode") => Phase::Lock,
        _ => Phase::File,
    }
}

/// The parts of a process's memory that hold the data of CPython itself: the writable parts of the program and of
/// `libpython`, with the unnamed part that follows each.
fn interpreter_data(maps: &str, program: &str) -> Vec<Range<u64>> {
    let mut data: Vec<Range<u64>> = vec![];
    for line in maps.lines() {
        let mut words = line.split_whitespace();
        let (Some(addresses), Some(rights)) = (words.next(), words.next()) else {
            continue;
        };
        let name = words.skip(3).collect::<Vec<_>>().join(" ");
        let Some(range) = range_of(addresses) else {
            continue;
        };
        let file = name.rsplit('/').next().unwrap_or_default();
        let is_python = !name.is_empty() && (name == program || file.starts_with("libpython"));
        let follows = data.last().is_some_and(|last| last.end == range.start);
        if rights.starts_with("rw") && (is_python || name.is_empty() && follows) {
            data.push(range);
        }
    }
    data
}

/// `55d0c8a00000-55d0c8b00000`.
fn range_of(addresses: &str) -> Option<Range<u64>> {
    let (from, to) = addresses.split_once('-')?;
    let address = |text| u64::from_str_radix(text, 16).ok();
    Some(address(from)?..address(to)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::clock;

    fn nobody() -> ProcessFiles {
        ProcessFiles {
            pid: 0,
            memory: None,
            interpreter: vec![0x1000..0x2000, 0x2000..0x2800],
        }
    }

    #[test]
    fn a_line_of_the_kernel_tells_the_gil_from_another_lock_and_a_running_thread_from_both() {
        let waits_for = |line: &str| SystemCall::parsed(line)?.waits_for(&nobody());
        let futex = libc::SYS_futex;
        for (line, phase) in [
            ("running".to_string(), None),
            (
                format!("{futex} 0x2790 0x189 0x0 0x7f00 0x0 0xffffffff 0x1 0x2"),
                Some(Phase::Gil),
            ),
            (
                format!("{futex} 0x2800 0x189 0x0 0x0 0x0 0xffffffff 0x1 0x2"),
                Some(Phase::Lock),
            ),
            (
                format!(
                    "{} 0x1 0x0 0x7f 0x0 0x0 0x0 0x1 0x2",
                    libc::SYS_clock_nanosleep
                ),
                Some(Phase::Sleep),
            ),
            (
                format!("{} 0x0 0x0 0x0 0x0 0x7f 0x0 0x1 0x2", libc::SYS_pselect6),
                Some(Phase::Sleep),
            ),
            (
                format!("{} 0x9 0x7f 0x0 0x0 0x0 0x0 0x1 0x2", libc::SYS_recvfrom),
                Some(Phase::Network),
            ),
            (
                format!("{} 0x9 0x7f 0x0 0x0 0x0 0x0 0x1 0x2", libc::SYS_fsync),
                Some(Phase::File),
            ),
            (
                format!("{} 0x9 0x7f 0x0 0x0 0x0 0x0 0x1 0x2", libc::SYS_wait4),
                Some(Phase::Subprocess),
            ),
            (
                format!("{} 0x9 0x7 0x0 0x0 0x0 0x0 0x1 0x2", libc::SYS_fcntl),
                Some(Phase::Lock),
            ),
            ("-1 0x7f 0x80".to_string(), Some(Phase::File)),
            ("9999 0x0 0x0 0x0 0x0 0x0 0x0 0x1 0x2".to_string(), None),
        ] {
            assert_eq!(waits_for(&line), phase, "{line}");
        }
    }

    #[test]
    fn files_are_told_apart_by_what_is_behind_the_descriptor() {
        for (target, phase) in [
            ("socket:[12]", Phase::Network),
            ("pipe:[9]", Phase::Subprocess),
            ("anon_inode:[eventpoll]", Phase::Network),
            ("anon_inode:[eventfd]", Phase::Lock),
            ("/tmp/a:b", Phase::File),
            ("/dev/null", Phase::File),
        ] {
            assert_eq!(phase_of_file(target), phase, "{target}");
        }
    }

    #[test]
    fn the_descriptors_of_an_event_loop_are_those_that_it_waits_for() {
        let info = "pos:\t0\nflags:\t02000002\nmnt_id:\t15\n\
            tfd:        4 events:       19 data: 7f0100000004  pos:0 ino:1bd2 sdev:8\n\
            tfd:       11 events:       19 data: 7f010000000b  pos:0 ino:1bd9 sdev:8\n";
        assert_eq!(descriptors_of_loop(info), [4, 11]);
    }

    #[test]
    fn the_data_of_an_interpreter_are_the_writable_parts_of_its_program_and_library() {
        let maps = "\
            1000-2000 r-xp 00000000 fe:00 1 /usr/bin/python3.11\n\
            2000-3000 rw-p 00001000 fe:00 1 /usr/bin/python3.11\n\
            3000-3800 rw-p 00000000 00:00 0 \n\
            4000-5000 rw-p 00000000 00:00 0 [heap]\n\
            6000-7000 rw-p 00000000 00:00 0 \n\
            7000-8000 rw-p 00000000 fe:00 2 /usr/lib/libopenblas.so\n\
            8000-9000 rw-p 00000000 00:00 0 \n\
            a000-b000 rw-p 00000000 fe:00 3 /opt/py/lib/libpython3.13.so.1.0\n";
        let data = interpreter_data(maps, "/usr/bin/python3.11");
        assert_eq!(data, [0x2000..0x3000, 0x3000..0x3800, 0xa000..0xb000]);
    }

    #[test]
    fn a_sleeping_thread_of_this_program_is_seen_to_sleep() {
        let (tell, told) = std::sync::mpsc::channel();
        let sleep = move || {
            tell.send(crate::engine::os::thread_id()).unwrap();
            std::thread::sleep(std::time::Duration::from_millis(200));
        };
        let sleeper = std::thread::spawn(sleep);
        let thread = told.recv().unwrap();
        let process = Arc::new(ProcessFiles::open(std::process::id()));
        let Ok(files) = ThreadFiles::open(process, thread) else {
            println!("skipped: no system calls are shown here");
            return;
        };
        let sees = || {
            files
                .look()
                .is_some_and(|seen| seen == Showed::Waits(Some(Phase::Sleep)))
        };
        assert!(clock::wait_until(
            std::time::Duration::from_millis(190),
            sees
        ));
        assert!(files.account(0).is_some_and(|account| account.turns > 0));
        sleeper.join().unwrap();
    }
}
