//! Sentences about the present moment of a run.

use crate::domain::{phase::Phase, plan::Lock, text, trace::Trace};

/// The workers that died while the run continues without them; `None` if none died.
pub fn died(deaths: &[String]) -> Option<String> {
    let (first, others) = deaths.split_first()?;
    Some(match others.len() {
        0 => format!("{first}. The run goes on without it, and counts as failed"),
        n => format!(
            "{first}, and {} died. The run goes on without them, and counts as failed",
            text::counted(n as u64, "more worker")
        ),
    })
}

/// What the workers are doing at this moment: "1 worker computes, 3 wait for the lock"; "about 3" if waiting for this
/// lock is estimated.
pub fn workers(trace: &Trace, lock: Lock) -> String {
    let counts = trace.workers_by_phase();
    let part = |(at, (phase, one, many)): (usize, (Phase, &str, &str))| {
        let n = counts[phase as usize] as u64;
        let about = match (phase, lock) {
            (Phase::Gil, Lock::Real) if !trace.is_watched => "about ",
            _ => "",
        };
        let number = match at {
            0 => text::counted(n, "worker"),
            _ => text::grouped(n),
        };
        format!("{about}{number} {}", if n == 1 { one } else { many })
    };
    let parts = [
        (Phase::Computing, "computes", "compute"),
        (Phase::Ready, "waits for a core", "wait for a core"),
        (Phase::Gil, "waits for the lock", "wait for the lock"),
        (
            Phase::Lock,
            "waits for another lock",
            "wait for another lock",
        ),
        (
            Phase::Network,
            "waits for the network",
            "wait for the network",
        ),
        (Phase::File, "writes", "write"),
        (Phase::Sleep, "sleeps", "sleep"),
        (
            Phase::Subprocess,
            "waits for a process",
            "wait for a process",
        ),
        (Phase::Pickling, "pickles", "pickle"),
        (Phase::Starting, "is starting", "are starting"),
        (Phase::Idle, "is idle", "are idle"),
    ];
    let present = |(phase, ..): &(Phase, _, _)| counts[*phase as usize] > 0;
    let parts = parts.into_iter().filter(present).enumerate().map(part);
    parts.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::trace::{Batch, LaneUpdate, Transition};

    #[test]
    fn live_says_how_many_workers_wait_for_what() {
        let mut trace = Trace::new(4);
        let update = |phase| LaneUpdate {
            transitions: vec![Transition {
                at: 10,
                task: Some(0),
                phase,
                core: 0,
                after_gap: false,
            }],
            ..LaneUpdate::default()
        };
        let mut lanes = vec![update(Phase::Computing)];
        lanes.extend(std::iter::repeat_n(update(Phase::Gil), 3));
        trace.apply(Batch {
            now: 20,
            lanes,
            ..Batch::default()
        });
        assert_eq!(
            workers(&trace, Lock::Emulated),
            "1 worker computes, 3 wait for the lock"
        );
        assert_eq!(
            workers(&trace, Lock::Real),
            "1 worker computes, about 3 wait for the lock"
        );
    }
}
