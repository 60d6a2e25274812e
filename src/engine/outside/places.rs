//! Where a thread was, and what it waited for, put together from what was seen of it.

use std::{collections::VecDeque, ops::Range};

use super::seen::{Account, Glimpse, Showed, Span, Switch, Whereabouts};
use crate::domain::{phase::Phase, time::Nanos};

/// The time from one switch to the next.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stretch {
    /// When it began.
    pub from: Nanos,
    /// Where the thread was.
    pub place: Whereabouts,
    /// The core that the thread got or lost, if it is known.
    pub core: Option<u16>,
    /// What a sample says about it: that it cannot be told, or the phase.
    pub seen: Option<Option<Phase>>,
    /// When the thread still waited.
    pub waited_at: Nanos,
    /// From when on the thread could run.
    pub ready_from: Nanos,
}

/// The stretches of one thread that are still of interest. The last one is open.
#[derive(Clone, Debug, Default)]
pub(super) struct Stretches {
    pub stretches: VecDeque<Stretch>,
    /// How many of them have been compared with an account of waits for a core, and the last account.
    accounted: usize,
    account: Option<Account>,
}

impl Stretches {
    /// The same with only so many of the latest stretches.
    pub fn latest(&self, count: usize) -> Stretches {
        let skipped = self.stretches.len().saturating_sub(count);
        Stretches {
            stretches: self.stretches.iter().skip(skipped).copied().collect(),
            ..Stretches::default()
        }
    }

    /// All stretches with their ends; the last one has none yet.
    pub fn with_ends(&self) -> impl Iterator<Item = (&Stretch, Option<Nanos>)> + Clone {
        let ends = self.stretches.iter().skip(1).map(|next| Some(next.from));
        self.stretches.iter().zip(ends.chain([None]))
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
                .push_back(Stretch::new(0, before, Some(switch.core)));
            return self.switch(switch);
        };
        let from = switch.at.max(last.from);
        self.stretches
            .push_back(Stretch::new(from, switch.place, Some(switch.core)));
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

    /// Adds the time between two samples. `parts` are those of it that the worker was in steps: in between, nobody asks
    /// where its thread was. A wait that a sample showed lay next to that sample.
    pub fn span(&mut self, span: &Span, parts: &[Range<Nanos>]) {
        let all: Nanos = parts.iter().map(|part| part.end - part.start).sum();
        let on_core = span.on_core.min(all);
        let ready = span.ready.min(all - on_core);
        let blocked = all - on_core - ready;
        let [before, after] = span.showed.map(|showed| match showed {
            Showed::CanRun => None,
            Showed::Waits(phase) => Some(phase),
        });
        let first = match (before, after) {
            (Some(_), Some(_)) => blocked / 2,
            (None, Some(_)) => 0,
            _ => blocked,
        };
        let mut passed = 0;
        for (place, length, seen) in [
            (Whereabouts::Blocked, first, before),
            (Whereabouts::Preempted, ready, None),
            (Whereabouts::OnCore, on_core, None),
            (Whereabouts::Blocked, blocked - first, after),
        ] {
            if length > 0 {
                let until = moment(parts, passed + length);
                self.continue_or_begin(moment(parts, passed), place, seen, until);
            }
            passed += length;
        }
    }

    /// From `from` to `until` the thread was in this place.
    fn continue_or_begin(
        &mut self,
        from: Nanos,
        place: Whereabouts,
        seen: Option<Option<Phase>>,
        until: Nanos,
    ) {
        let is_same = |last: &&mut Stretch| (last.place, last.seen) == (place, seen);
        if let Some(last) = self.stretches.back_mut().filter(is_same) {
            last.waited_at = until;
            return;
        }
        self.stretches.push_back(Stretch {
            seen,
            waited_at: until,
            ..Stretch::new(from, place, None)
        });
    }

    /// Divides the time that the thread waited for a core since the last account among the waits that ended since then.
    /// A preempted thread did nothing else. What is left is the end of other waits, equally.
    pub fn account(&mut self, now: Account) {
        let before = self.account.replace(now);
        let stretches = self.stretches.make_contiguous();
        let ended = stretches.partition_point(|stretch| stretch.from <= now.at);
        let mut rest = now.ready - before.map_or(now.ready, |before| before.ready.min(now.ready));
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
    pub fn new(from: Nanos, place: Whereabouts, core: Option<u16>) -> Stretch {
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

/// The moment when this much of the parts has passed.
fn moment(parts: &[Range<Nanos>], mut passed: Nanos) -> Nanos {
    for part in parts {
        let length = part.end - part.start;
        if passed < length {
            return part.start + passed;
        }
        passed -= length;
    }
    parts.last().map_or(0, |last| last.end)
}
