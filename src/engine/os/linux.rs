//! Linux.

mod blocked;
mod command;
mod control_group;
mod switches;

use std::{
    collections::{HashMap, HashSet},
    ffi::CString,
    fs, io,
    os::fd::{AsRawFd, OwnedFd},
    path::{Path, PathBuf},
};

pub use blocked::{ProcessFiles, ThreadFiles};
pub use command::{CommandFiles, CommandUsage, Followed, exit_of, has_exited, reap};
pub use control_group::{cpu_quota, tasks_allowed, throttled, throttled_since};
use nix::{
    sys::{
        memfd::{MFdFlags, memfd_create},
        prctl,
        resource::{Resource, UsageWho, getrlimit, getrusage, rlim_t, setrlimit},
        signal::{SaFlags, SigAction, SigHandler, SigSet, Signal, killpg, raise, sigaction},
        socket::Backlog,
    },
    time::ClockId,
    unistd::{Pid, SysconfVar, ftruncate, getpgrp, getppid, getsid, sysconf},
};
pub use switches::SwitchRecords;

use crate::domain::{record::ContextSwitches, time::Nanos};

/// A monotonic clock that also counts the time in which the machine is suspended.
pub const BOOT_CLOCK: ClockId = ClockId::CLOCK_BOOTTIME;

/// The longest queue of connections that wait to be accepted: as long as the kernel allows. SOMAXCONN is only the value
/// that the C library was compiled with, 128 for musl.
pub const LONGEST_BACKLOG: Backlog = Backlog::MAXALLOWABLE;

/// The core that the calling thread is on. 3 ns per call.
pub fn core() -> u16 {
    // SAFETY: takes no arguments and only reads the thread's own state.
    let core = unsafe { libc::sched_getcpu() };
    u16::try_from(core).unwrap_or(0)
}

/// The thread id of the calling thread.
pub fn thread_id() -> u32 {
    nix::unistd::gettid().as_raw().unsigned_abs()
}

/// The CPU clock of the calling thread. Any thread of the program can read it while the calling thread lives.
pub fn thread_cpu_clock() -> ClockId {
    let mut clock = libc::CLOCK_THREAD_CPUTIME_ID;
    // SAFETY: the calling thread exists, and the clock's number is written to a local variable.
    unsafe { libc::pthread_getcpuclockid(libc::pthread_self(), &raw mut clock) };
    ClockId::from_raw(clock)
}

/// Names the calling thread, for `ps -L` and `top -H`. At most 15 bytes are kept.
pub fn name_thread(name: &str) {
    let _ = CString::new(name).map(|name| prctl::set_name(&name));
}

/// How long the calling thread has waited for a core since it was created, if the kernel reports it.
///
/// This is the second number of `schedstat` (`Documentation/scheduler/sched-stats.rst`). It is readable without
/// privileges, even if `CONFIG_SCHEDSTATS` is off.
pub fn run_queue_wait() -> Option<Nanos> {
    let text = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split_whitespace().nth(1)?.parse().ok()
}

/// Context switches of the calling thread since it was created.
pub fn context_switches() -> Option<ContextSwitches> {
    let usage = getrusage(UsageWho::RUSAGE_THREAD).ok()?;
    Some(ContextSwitches {
        voluntary: u64::try_from(usage.voluntary_context_switches()).ok()?,
        involuntary: u64::try_from(usage.involuntary_context_switches()).ok()?,
    })
}

/// Memory of the calling process in bytes: its own pages and its share of shared ones (proportional set size). RSS
/// would count the pages that forked workers share again in each of them.
pub fn proportional_set_size() -> Option<u64> {
    let text = fs::read_to_string("/proc/self/smaps_rollup").ok()?;
    let line = text.lines().find(|line| line.starts_with("Pss:"))?;
    let kilobytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes * 1024)
}

/// The pages of the calling thread's stack that are in memory, in bytes. This is what a thread takes for itself: all
/// other memory is that of its process. The C library keeps its own data about a thread on the same pages. A stack is
/// used again for a later thread, so a thread may find pages that an earlier one touched.
pub fn touched_stack() -> Option<u64> {
    let page = usize::try_from(sysconf(SysconfVar::PAGE_SIZE).ok()??).ok()?;
    let (lowest, bytes) = own_stack()?;
    let start = lowest.addr() / page * page;
    let mut pages = vec![0_u8; (lowest.addr() + bytes - start).div_ceil(page)];
    // SAFETY: the stack is mapped as long as its thread runs, and there is a byte for each of its pages.
    let answer = unsafe {
        libc::mincore(
            lowest.with_addr(start),
            pages.len() * page,
            pages.as_mut_ptr(),
        )
    };
    let in_memory = pages.iter().filter(|state| *state & 1 == 1).count();
    (answer == 0).then_some((in_memory * page) as u64)
}

/// The lowest address of the calling thread's stack, and its size in bytes.
fn own_stack() -> Option<(*mut libc::c_void, usize)> {
    let mut attributes = std::mem::MaybeUninit::uninit();
    let (mut lowest, mut bytes) = (std::ptr::null_mut(), 0);
    // SAFETY: the thread exists. The attributes are read and destroyed only if the first call has filled them.
    let is_known = unsafe {
        libc::pthread_getattr_np(libc::pthread_self(), attributes.as_mut_ptr()) == 0 && {
            let answer =
                libc::pthread_attr_getstack(attributes.as_ptr(), &raw mut lowest, &raw mut bytes);
            libc::pthread_attr_destroy(attributes.as_mut_ptr());
            answer == 0
        }
    };
    is_known.then_some((lowest, bytes))
}

/// Makes the kernel kill the calling process as soon as its parent is gone. Returns false if the parent was already
/// gone.
///
/// The kernel follows the parent *thread*, so call this only in children of a single-threaded process.
pub fn die_with_parent(parent: Pid) -> bool {
    prctl::set_pdeathsig(Signal::SIGKILL).is_ok() && getppid() == parent
}

/// Makes the kernel continue the calling process when its parent is gone, in case it is stopped then.
///
/// The kernel follows the parent *thread*, so the thread that forked has to live as long as its process.
pub fn wake_when_parent_ends() {
    let _ = prctl::set_pdeathsig(Signal::SIGCONT);
}

/// Makes the calling process the parent of all orphaned descendants, so that it can reap them.
pub fn adopt_orphans() {
    let _ = prctl::set_child_subreaper(true);
}

/// The processes whose parent is the calling thread's process, if it has one thread; also those that it adopted, and those
/// that have exited and are not reaped yet.
pub fn children() -> Vec<Pid> {
    let listed = fs::read_to_string("/proc/thread-self/children").unwrap_or_default();
    let numbers = listed.split_whitespace().filter_map(|pid| pid.parse().ok());
    numbers.map(Pid::from_raw).collect()
}

/// The number of threads of a process that are on a core or wait for one, besides its first and those that `is_known`
/// accepts.
pub fn running_threads(pid: u32, is_known: impl Fn(u32) -> bool) -> u32 {
    let threads = fs::read_dir(format!("/proc/{pid}/task"));
    let threads = threads.into_iter().flatten().flatten();
    let is_running = |thread: &fs::DirEntry| {
        let tid = thread.file_name().to_str().and_then(|tid| tid.parse().ok());
        let is_other = tid.is_some_and(|tid| tid != pid && !is_known(tid));
        is_other && {
            let stat = fs::read_to_string(thread.path().join("stat")).unwrap_or_default();
            // The name, in parentheses, may contain anything.
            let state = stat
                .rsplit_once(") ")
                .map(|(_, rest)| rest.starts_with('R'));
            state.unwrap_or(false)
        }
    };
    threads.filter(is_running).count() as u32
}

/// Stops all processes of the program's group, as the terminal does when Ctrl-Z is pressed. A wrapper script stops,
/// too, and the shell sees it.
pub fn ask_group_to_stop() {
    let _ = killpg(getpgrp(), Signal::SIGTSTP);
}

/// Whether another process of the program's session can continue it after it was stopped: its parent, if that is in the
/// same session.
pub fn could_be_woken() -> bool {
    matches!((getsid(Some(getppid())), getsid(None)), (Ok(theirs), Ok(ours)) if theirs == ours)
}

/// Stops the whole process until another process continues it. Returns at once if no process could, because the kernel
/// does not stop an orphaned group.
pub fn stop_here() {
    let default = SigAction::new(SigHandler::SigDfl, SaFlags::empty(), SigSet::empty());
    // SAFETY: the default action runs no code of this program.
    let Ok(handled) = (unsafe { sigaction(Signal::SIGTSTP, &default) }) else {
        return;
    };
    let _ = raise(Signal::SIGTSTP);
    // SAFETY: restores the previous action.
    let _ = unsafe { sigaction(Signal::SIGTSTP, &handled) };
}

/// A file in memory without a name, with this many zero bytes. Any process with its descriptor can map it. The
/// descriptor is closed on exec unless that is changed.
///
/// # Errors
/// If the system has no such files, or does not allow this size.
pub fn nameless_file(label: &str, bytes: usize) -> io::Result<OwnedFd> {
    // Checked first: exceeding the limit would raise a signal that kills the program.
    let (largest, _) = getrlimit(Resource::RLIMIT_FSIZE)?;
    if largest < bytes as u64 {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    let file = memfd_create(label, MFdFlags::MFD_CLOEXEC)?;
    ftruncate(&file, i64::try_from(bytes).map_err(io::Error::other)?)?;
    Ok(file)
}

/// A short path of an open directory, which other processes of this user can use while this one has it open.
pub fn path_of(directory: &impl AsRawFd) -> Option<PathBuf> {
    let (pid, number) = (std::process::id(), directory.as_raw_fd());
    let path = PathBuf::from(format!("/proc/{pid}/fd/{number}"));
    path.exists().then_some(path)
}

/// Removes the semaphores of this user whose names start like this. The C library keeps each as a file.
pub fn remove_semaphores(start: &str) {
    let start = format!("sem.{start}");
    for entry in fs::read_dir("/dev/shm").into_iter().flatten().flatten() {
        if entry
            .file_name()
            .as_encoded_bytes()
            .starts_with(start.as_bytes())
        {
            // Fails for those of other users.
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Returns the pages to the system. Afterwards they read as zeros in every process that maps them.
///
/// # Safety
/// `address` and `length` must describe whole pages of a shared mapping of memory without a file on disk, and no thread
/// or process may use them meanwhile.
pub unsafe fn release_pages(
    address: std::ptr::NonNull<std::ffi::c_void>,
    length: usize,
) -> nix::Result<()> {
    // SAFETY: the caller promises such a mapping; MADV_REMOVE frees the pages and keeps the mapping.
    unsafe { nix::sys::mman::madvise(address, length, nix::sys::mman::MmapAdvise::MADV_REMOVE) }
}

/// Whether a process can still run: it exists and is not a zombie.
pub fn can_run(pid: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // The name before it may contain anything, but ends with the last parenthesis.
    stat.rsplit_once(") ")
        .is_some_and(|(_, fields)| !fields.starts_with(['Z', 'X']))
}

/// Asks the scheduler for short time slices, so that the calling thread runs soon after it wakes even if all cores are
/// busy. Beside 64 busy threads, the screen was 33 ms late without it and less than 11 ms late with it.
///
/// Needs no privileges since Linux 6.12; without permission, nothing changes. Threads and processes created by this
/// thread do not inherit it.
pub fn request_short_time_slices() {
    let attributes = libc::sched_attr {
        size: size_of::<libc::sched_attr>() as u32,
        sched_policy: libc::SCHED_OTHER as u32,
        // Children do not inherit the slice.
        sched_flags: libc::SCHED_FLAG_RESET_ON_FORK as u64,
        // SAFETY: only reads the nice value of the calling thread.
        sched_nice: unsafe { libc::getpriority(libc::PRIO_PROCESS, 0) },
        sched_priority: 0,
        sched_runtime: 100_000,
        sched_deadline: 0,
        sched_period: 0,
    };
    // SAFETY: the structure is the kernel's, and `size` states its version.
    unsafe { libc::syscall(libc::SYS_sched_setattr, 0, &attributes, 0) };
}

/// How a core was used since boot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CoreUse {
    /// Nanoseconds in which it executed something. Idle time and waiting for a disk do not count.
    pub busy: Nanos,
    /// Nanoseconds that the host of a virtual machine gave to others while this machine needed the core.
    pub stolen: Nanos,
}

/// How each core was used since boot, in steps of 10 ms on most systems; `None` if `/proc/stat` cannot be read.
pub fn core_use() -> Option<HashMap<u16, CoreUse>> {
    let text = fs::read_to_string("/proc/stat").ok()?;
    let ticks_per_second = sysconf(SysconfVar::CLK_TCK).ok()??;
    let tick = 1_000_000_000 / ticks_per_second.max(1).unsigned_abs();
    Some(text.lines().filter_map(|line| use_of(line, tick)).collect())
}

/// `cpu1 user nice system idle iowait irq softirq steal guest guest_nice`; guest time is part of user time.
fn use_of(line: &str, tick: Nanos) -> Option<(u16, CoreUse)> {
    let mut words = line.split_whitespace();
    let core = words.next()?.strip_prefix("cpu")?.parse().ok()?;
    let ticks: Vec<u64> = words.map_while(|word| word.parse().ok()).collect();
    let busy: u64 = [0, 1, 2, 5, 6].iter().filter_map(|i| ticks.get(*i)).sum();
    let stolen = ticks.get(7).copied().unwrap_or(0);
    let used = CoreUse {
        busy: busy * tick,
        stolen: stolen * tick,
    };
    Some((core, used))
}

/// The name of the processor.
pub fn cpu_model() -> Option<String> {
    let text = fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = text
        .lines()
        .find(|line| line.starts_with("model name") || line.starts_with("Model"))?;
    Some(line.split_once(':')?.1.trim().to_string())
}

/// Installed memory in bytes.
pub fn memory() -> Option<u64> {
    let figure = |of| sysconf(of).ok().flatten();
    let bytes = figure(SysconfVar::_PHYS_PAGES)? * figure(SysconfVar::PAGE_SIZE)?;
    u64::try_from(bytes).ok()
}

/// The memory that programs can still get without making others swap, in bytes.
pub fn available_memory() -> Option<u64> {
    let text = fs::read_to_string("/proc/meminfo").ok()?;
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kilobytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    control_group::memory_left()
        .into_iter()
        .chain([kilobytes << 10])
        .min()
}

/// The number of cores that are online.
pub fn cores_online() -> u32 {
    let online = sysconf(SysconfVar::_NPROCESSORS_ONLN).ok().flatten();
    online.map_or(1, |online| online.max(1) as u32)
}

/// The cores that the calling thread may be scheduled on.
pub fn affinity() -> Vec<u16> {
    let Ok(set) = nix::sched::sched_getaffinity(nix::unistd::Pid::from_raw(0)) else {
        return vec![];
    };
    let most = nix::sched::CpuSet::count();
    (0..most)
        .filter(|core| set.is_set(*core).unwrap_or(false))
        .filter_map(|core| u16::try_from(core).ok())
        .collect()
}

/// How many of these cores share no part of the processor with another one: the threads of a core count once. `None` if
/// the kernel does not report it.
pub fn whole_cores(cores: &[u16]) -> Option<u32> {
    let siblings = |core: &u16| {
        let path = format!("/sys/devices/system/cpu/cpu{core}/topology/thread_siblings_list");
        fs::read_to_string(path).ok()
    };
    let groups: Option<HashSet<String>> = cores.iter().map(siblings).collect();
    u32::try_from(groups?.len()).ok().filter(|whole| *whole > 0)
}

/// The maximum number of memory mappings of a process. Each thread's stack takes two.
pub fn mappings_allowed() -> Option<u64> {
    number_in("/proc/sys/vm/max_map_count")
}

fn number_in(file: impl AsRef<Path>) -> Option<u64> {
    fs::read_to_string(file).ok()?.trim().parse().ok()
}

/// Raises the soft limit of open files to the hard limit. Returns the limit that is then in force.
pub fn raise_open_files() -> u64 {
    let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE) else {
        return 256;
    };
    match setrlimit(Resource::RLIMIT_NOFILE, hard, hard) {
        Ok(()) => hard,
        Err(_) => soft,
    }
}

/// How many more processes and threads this user may create, if there is a limit. The machine's superuser does not have
/// one, but that of a container with users of its own has.
pub fn processes_allowed() -> Option<u64> {
    let (soft, _) = getrlimit(Resource::RLIMIT_NPROC).ok()?;
    let user = nix::unistd::getuid();
    let users = fs::read_to_string("/proc/self/uid_map").unwrap_or_default();
    let is_superuser = user.is_root() && users.split_whitespace().take(2).eq(["0", "0"]);
    (soft != rlim_t::MAX && !is_superuser).then(|| soft.saturating_sub(tasks_of(user.as_raw())))
}

/// The number of threads in all processes of a user.
fn tasks_of(user: u32) -> u64 {
    use std::os::unix::fs::MetadataExt;
    let Ok(entries) = fs::read_dir("/proc") else {
        return 0;
    };
    let processes = entries
        .flatten()
        .filter(|entry| entry.file_name().as_encoded_bytes()[0].is_ascii_digit());
    let theirs = processes.filter(|entry| {
        entry
            .metadata()
            .is_ok_and(|metadata| metadata.uid() == user)
    });
    // A directory has one link for itself, one for its entry in its parent, and one for each directory in it. Each of
    // these is a thread.
    let threads = |entry: fs::DirEntry| {
        fs::metadata(entry.path().join("task"))
            .ok()?
            .nlink()
            .checked_sub(2)
    };
    theirs.filter_map(threads).sum()
}

/// The kind of file system that holds `path`, by name if it is a common one.
pub fn file_system(path: &Path) -> Option<String> {
    let kind = nix::sys::statfs::statfs(path).ok()?.filesystem_type().0;
    // linux/magic.h
    let name = match kind as u64 {
        0xEF53 => "ext4",
        0x0102_1994 => "tmpfs",
        0x9123_683E => "btrfs",
        0x5846_5342 => "xfs",
        0x794C_7630 => "overlay",
        0x6969 => "nfs",
        0xF2F5_2010 => "f2fs",
        0x2FC1_2FC1 => "zfs",
        other => return Some(format!("type {other:#x}")),
    };
    Some(name.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn busy_time_leaves_out_idle_disk_and_doubly_counted_guest_time() {
        let line = "cpu3 10 20 30 1000 500 1 2 3 7 7";
        assert_eq!(
            use_of(line, 10),
            Some((
                3,
                CoreUse {
                    busy: 630,
                    stolen: 30
                }
            ))
        );
        assert_eq!(
            use_of("cpu  1 2 3 4", 10),
            None,
            "the sum over all cores is no core"
        );
        assert_eq!(use_of("intr 5", 10), None);
    }

    /// Uses so much stack that at least this many bytes of it are in memory afterwards.
    #[inline(never)]
    fn touch<const BYTES: usize>() -> Option<u64> {
        std::hint::black_box([1_u8; BYTES]);
        touched_stack()
    }

    #[test]
    fn a_thread_that_uses_more_of_its_stack_has_touched_more_pages() {
        const SIZE: u64 = 8 << 20;
        const USED: u64 = 1 << 20;
        let life = || {
            (
                touched_stack().unwrap(),
                touch::<{ USED as usize }>().unwrap(),
            )
        };
        let thread = std::thread::Builder::new()
            .stack_size(SIZE as usize)
            .spawn(life);
        let (before, after) = thread.unwrap().join().unwrap();
        assert!(
            (1..USED / 4).contains(&before),
            "{before} of a fresh thread"
        );
        assert!(
            (before + USED / 2..SIZE).contains(&after),
            "{before}, then {after}"
        );
    }

    #[test]
    fn this_machine_has_the_cores_that_it_lets_us_use() {
        let affinity = affinity();
        assert!(!affinity.is_empty());
        assert!(affinity.contains(&core()));
        assert!(core_use().unwrap().len() >= affinity.len());
    }
}
