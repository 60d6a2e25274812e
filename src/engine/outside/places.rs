//! Where a thread was, and what it waited for, put together from what was seen of it.

use std::collections::VecDeque;

use super::seen::{CoreWait, Glimpse, Showed, Switch, Whereabouts};
use crate::domain::{phase::Phase, time::Nanos};

/// The time from one switch to the next.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stretch {
    /// When it began.
    pub from: Nanos,
    /// Where the thread was.
    pub place: Whereabouts,
    /// The core that the thread got or lost.
    pub core: u16,
    /// What a sample says about it: that it cannot be told, or the phase.
    pub seen: Option<Option<Phase>>,
    /// When the thread still waited.
    pub waited_at: Nanos,
    /// From when on the thread could run.
    pub ready_from: Nanos,
}

/// The stretches of one thread that are still of interest. The last one is open.
#[derive(Clone, Debug, Default)]
pub(super) struct Places {
    pub stretches: VecDeque<Stretch>,
    /// How many of them have been compared with an account of waits for a core, and the last account.
    accounted: usize,
    core_wait: Option<CoreWait>,
}

impl Places {
    /// The same with only so many of the latest stretches.
    pub fn latest(&self, count: usize) -> Places {
        let skipped = self.stretches.len().saturating_sub(count);
        Places {
            stretches: self.stretches.iter().skip(skipped).copied().collect(),
            ..Places::default()
        }
    }

    /// The first stretch, if it is over at `at`, with its end. It is forgotten.
    pub fn forget_until(&mut self, at: Nanos) -> Option<(Stretch, Nanos)> {
        let end = self.stretches.get(1)?.from;
        if end > at {
            return None;
        }
        self.accounted = self.accounted.saturating_sub(1);
        Some((self.stretches.pop_front()?, end))
    }

    /// Adds a switch.
    pub fn switch(&mut self, switch: &Switch) {
        let Some(last) = self.stretches.back() else {
            // The first record says where the thread was before it.
            let before = match switch.place {
                Whereabouts::OnCore => Whereabouts::Blocked,
                _ => Whereabouts::OnCore,
            };
            self.stretches
                .push_back(Stretch::new(0, before, switch.core));
            return self.switch(switch);
        };
        let from = switch.at.max(last.from);
        self.stretches
            .push_back(Stretch::new(from, switch.place, switch.core));
    }

    /// A sample counts for the wait during which it began and ended.
    pub fn look(&mut self, look: &Glimpse) {
        let after = self
            .stretches
            .partition_point(|stretch| stretch.from <= look.since);
        let ends = self.stretches.get(after).map(|next| next.from);
        let Some(stretch) = after
            .checked_sub(1)
            .and_then(|index| self.stretches.get_mut(index))
        else {
            return;
        };
        if stretch.place != Whereabouts::Blocked || ends.is_some_and(|end| look.at >= end) {
            return;
        }
        match look.seen {
            Showed::CanRun => stretch.ready_from = stretch.ready_from.min(look.since),
            Showed::Waits(phase) => {
                stretch.seen = Some(stretch.seen.unwrap_or_default().or(phase));
                stretch.waited_at = look.since;
            }
        }
    }

    /// Divides the time that the thread waited for a core since the last account among the waits that ended since then.
    /// A preempted thread did nothing else. What is left is the end of other waits, equally.
    pub fn account(&mut self, now: CoreWait) {
        let before = self.core_wait.replace(now);
        let stretches = self.stretches.make_contiguous();
        let ended = stretches.partition_point(|stretch| stretch.from <= now.at);
        let mut rest = now.total - before.map_or(now.total, |before| before.total.min(now.total));
        let mut blocked = vec![];
        for index in self.accounted..ended.saturating_sub(1) {
            let (stretch, end) = (stretches[index], stretches[index + 1].from);
            match stretch.place {
                Whereabouts::Preempted => rest = rest.saturating_sub(end - stretch.from),
                Whereabouts::Blocked => blocked.push((end - stretch.waited_at, end, index)),
                Whereabouts::OnCore | Whereabouts::Unknown => {}
            }
        }
        self.accounted = ended.saturating_sub(1).max(self.accounted);
        blocked.sort_unstable();
        let mut left = blocked.len() as u64;
        for (most, end, index) in blocked {
            let share = (rest / left).min(most);
            let ready_from = &mut stretches[index].ready_from;
            *ready_from = (*ready_from).min(end - share);
            (rest, left) = (rest - share, left - 1);
        }
    }
}

impl Stretch {
    pub fn new(from: Nanos, place: Whereabouts, core: u16) -> Stretch {
        Stretch {
            from,
            place,
            core,
            seen: None,
            waited_at: from,
            ready_from: Nanos::MAX,
        }
    }

    /// How long the thread could not run, if the stretch ends at `end`.
    pub fn waited_until(&self, end: Nanos) -> Nanos {
        self.ready_from.clamp(self.from, end) - self.from
    }
}
