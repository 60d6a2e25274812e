//! Finds out what this machine is and what it allows.

use super::os;
use crate::domain::machine::{
    Limit, MAX_IO_WORKERS, MAX_PROCESSES, MAX_THREADS, Machine, WorkerLimits,
};

/// The number of descriptors that the program itself needs, with some to spare.
const OWN_FILES: u64 = 64;
/// The number of descriptors that a fetching worker holds at once: its socket, its file, and those of a name lookup.
const FILES_PER_WORKER: u64 = 5;
/// The number of threads and processes that this program needs besides its workers, with some to spare.
const OWN_TASKS: u64 = 8;
/// The number of those that other programs of the same user must still be able to create, if as many are left.
const OTHER_TASKS: u64 = 64;

/// Describes this machine.
pub fn examine() -> Machine {
    let online = os::cores_online();
    let bound = os::affinity();
    let affinity = u32::try_from(bound.len()).unwrap_or(online);
    let (usable, quota, reason) = usable_cores(online, affinity, os::cpu_quota());
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
        cores_quota: quota,
        cores_whole: os::whole_cores(&cores).map(|whole| whole.min(usable)),
        cores,
        cores_limited_by: reason,
        kernel: kernel(),
        memory_bytes: os::memory(),
    }
}

/// The minimum of online cores, affinity and control-group quota; the quota if it is the minimum; and the reason if it is
/// not all online cores.
fn usable_cores(
    online: u32,
    affinity: u32,
    quota: Option<f64>,
) -> (u32, Option<f64>, Option<String>) {
    let affinity = affinity.clamp(1, online.max(1));
    let reason = |what: &str| Some(format!("{what}; {online} are online"));
    if let Some(quota) = quota.filter(|quota| *quota < f64::from(affinity)) {
        let usable = (quota.ceil() as u32).clamp(1, affinity);
        (usable, Some(quota), reason("the control group's quota"))
    } else if affinity < online {
        (affinity, None, reason("the CPU affinity"))
    } else {
        (online, None, None)
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
            let kept_free = (allowed / 4).clamp(OWN_TASKS, OTHER_TASKS);
            let left = allowed.saturating_sub(kept_free).max(1);
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
            machine.full_use() < machine.cores_online.into()
        );
    }

    #[test]
    fn a_quota_is_used_as_the_fraction_that_it_is_and_a_part_of_a_core_counts_as_a_core() {
        for (online, affinity, quota, expected) in [
            (2, 2, None, (2, None, None)),
            (2, 2, Some(1.5), (2, Some(1.5), Some("quota"))),
            (2, 2, Some(0.25), (1, Some(0.25), Some("quota"))),
            (2, 2, Some(2.0), (2, None, None)),
            (8, 8, Some(3.0), (3, Some(3.0), Some("quota"))),
            (8, 2, Some(3.0), (2, None, Some("affinity"))),
            (8, 2, Some(1.1), (2, Some(1.1), Some("quota"))),
        ] {
            let (usable, limit, reason) = usable_cores(online, affinity, quota);
            assert_eq!((usable, limit), (expected.0, expected.1), "{quota:?}");
            let is_right = |reason: &String| expected.2.is_some_and(|word| reason.contains(word));
            assert_eq!(reason.as_ref().is_some_and(is_right), expected.2.is_some());
        }
    }

    #[test]
    fn few_open_files_allow_few_io_workers_and_say_why() {
        let limits = limits(564);
        assert_eq!(limits.io_threads.most, 100);
        assert_eq!(limits.io_threads.because, "the limit of open files");
        assert!(limits.threads.most > 100);
    }
}
