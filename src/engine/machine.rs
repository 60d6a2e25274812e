//! Finds out what this machine is and what it allows.

use super::os;
use crate::domain::machine::{
    Limit, MAX_IO_WORKERS, MAX_PROCESSES, MAX_THREADS, Machine, WorkerLimits,
};

/// The number of descriptors that the program itself needs, with some to spare.
const OWN_FILES: u64 = 64;
/// The number of descriptors that a fetching worker holds at once: its socket, its file, and those of a name lookup.
const FILES_PER_WORKER: u64 = 5;
/// The number of threads and processes that other programs of the same user must still be able to create.
const OTHER_TASKS: u64 = 64;

/// Describes this machine.
pub fn examine() -> Machine {
    let online = os::cores_online();
    let bound = os::affinity();
    let (usable, reason) = usable_cores(online, bound.len());
    // All cores, if the system does not report which ones.
    let cores = if bound.is_empty() {
        (0..u16::try_from(online).unwrap_or(u16::MAX)).collect()
    } else {
        bound
    };
    Machine {
        cpu_model: os::cpu_model(),
        cores_online: online,
        cores_usable: usable,
        cores_whole: os::whole_cores(&cores).map(|whole| whole.min(usable)),
        cores,
        cores_limited_by: reason,
        kernel: kernel(),
        memory_bytes: os::memory(),
    }
}

/// The minimum of online cores, affinity and control-group quota, and the reason if it is not all online cores.
fn usable_cores(online: u32, bound: usize) -> (u32, Option<String>) {
    let affinity = u32::try_from(bound)
        .unwrap_or(online)
        .clamp(1, online.max(1));
    // std returns the minimum of affinity and quota, over all control groups above this process.
    let all = std::thread::available_parallelism().map_or(affinity, |cores| cores.get() as u32);
    let reason = |what: &str| Some(format!("{what}; {online} are online"));
    if all < affinity {
        (all, reason("the control group's quota"))
    } else if affinity < online {
        (affinity, reason("the CPU affinity"))
    } else {
        (online, None)
    }
}

fn kernel() -> String {
    match nix::sys::utsname::uname() {
        Ok(name) => format!(
            "{} {}",
            name.sysname().to_string_lossy(),
            name.release().to_string_lossy()
        ),
        Err(_) => "unknown".into(),
    }
}

/// The worker limits of this machine for a process that may open this many files.
pub fn limits(open_files: u64) -> WorkerLimits {
    let mut threads = Limit::own(MAX_THREADS);
    let mut processes = Limit::own(MAX_PROCESSES);
    if let Some(mappings) = os::mappings_allowed() {
        // Beyond about a quarter, std aborts the process instead of returning an error.
        threads = threads.or_less((mappings / 4).max(1), "the limit of memory mappings");
    }
    for (allowed, what) in [
        (os::processes_allowed(), "the limit of processes"),
        (os::tasks_allowed(), "the control group's limit of tasks"),
    ] {
        if let Some(allowed) = allowed {
            let left = allowed.saturating_sub(OTHER_TASKS).max(1);
            threads = threads.or_less(left, what);
            processes = processes.or_less(left, what);
        }
    }
    let files = open_files.saturating_sub(OWN_FILES).max(1);
    let io = |limit: &Limit, files: u64| {
        limit
            .clone()
            .or_less(MAX_IO_WORKERS, "a limit of this program")
            .or_less(files, "the limit of open files")
    };
    WorkerLimits {
        io_threads: io(&threads, (files / FILES_PER_WORKER).max(1)),
        // Each forked worker has its own descriptors, but the server holds the other ends of all connections.
        io_processes: io(&processes, files),
        pool: Limit::of_a_pool().or_less(threads.most, &threads.because),
        threads,
        processes,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_has_at_least_one_usable_core_and_no_more_than_online() {
        let machine = examine();
        assert!((1..=machine.cores_online).contains(&machine.cores_usable));
        assert!(
            machine
                .cores_whole
                .is_none_or(|whole| (1..=machine.cores_usable).contains(&whole))
        );
        assert_eq!(
            machine.cores_limited_by.is_some(),
            machine.cores_usable < machine.cores_online
        );
    }

    #[test]
    fn few_open_files_allow_few_io_workers_and_say_why() {
        let limits = limits(564);
        assert_eq!(limits.io_threads.most, 100);
        assert_eq!(limits.io_threads.because, "the limit of open files");
        assert!(limits.threads.most > 100);
    }
}
