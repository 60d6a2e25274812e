//! Accounts for the time of a thread whose switches are not recorded, from samples and from the kernel's account of its life.
//!
//! The kernel accounts for time on a core at each tick, and for a wait for a core when it ends. A thread that can run may
//! therefore have done either without a trace. Then it is taken to have been on a core for at most a tick, and otherwise to
//! have waited for one. As soon as the kernel's account differs, later spans make up for it, so that the sums are the kernel's.

use std::mem;

use super::seen::{Account, Showed, Span};
use crate::domain::time::Nanos;

/// The longest tick of any kernel.
const TICK: Nanos = 10_000_000;

/// A sample of a thread.
#[derive(Clone, Copy, Debug)]
pub(super) struct ThreadSample {
    pub at: Nanos,
    pub showed: Showed,
    pub account: Option<Account>,
}

/// The samples of one thread.
#[derive(Debug)]
pub(super) struct Sampling {
    last: ThreadSample,
    /// How much more the kernel's accounts say than the spans.
    on_core: i64,
    ready: i64,
}

impl Sampling {
    pub fn new(first: ThreadSample) -> Sampling {
        Sampling {
            last: first,
            on_core: 0,
            ready: 0,
        }
    }

    /// What is known of the time since the last sample.
    pub fn span_until(&mut self, now: ThreadSample) -> Span {
        let last = mem::replace(&mut self.last, now);
        let length = now.at.saturating_sub(last.at);
        let showed = [last.showed, now.showed];
        let (on_core, ready) = match (last.account, now.account) {
            (Some(then), Some(now)) => self.accounted(length, showed, then, now),
            _ if now.showed == Showed::CanRun => (length, 0),
            _ => (0, 0),
        };
        Span {
            from: last.at,
            to: now.at,
            on_core,
            ready,
            showed,
        }
    }

    /// How much of a span the thread was on a core, and waited for one.
    fn accounted(
        &mut self,
        length: Nanos,
        showed: [Showed; 2],
        then: Account,
        now: Account,
    ) -> (Nanos, Nanos) {
        self.on_core += now.on_core.saturating_sub(then.on_core) as i64;
        self.ready += now.ready.saturating_sub(then.ready) as i64;
        let mut on_core = (self.on_core.max(0) as Nanos).min(length);
        let mut ready = (self.ready.max(0) as Nanos).min(length - on_core);
        self.on_core -= on_core as i64;
        self.ready -= ready as i64;
        let rest = length - on_core - ready;
        let [could_run, can_run] = showed.map(|showed| showed == Showed::CanRun);
        let has_turned = now.turns != then.turns;
        if can_run && (could_run || has_turned) {
            let running = rest.min((TICK as i64 + self.on_core).max(0) as Nanos);
            let queued = if has_turned { 0 } else { rest - running };
            self.on_core -= running as i64;
            self.ready -= queued as i64;
            (on_core, ready) = (on_core + running, ready + queued);
        }
        (on_core, ready)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::phase::Phase;

    const MS: Nanos = 1_000_000;
    const WAITS: Showed = Showed::Waits(Some(Phase::Sleep));

    /// What the spans between samples every 4 ms say of this life: what the thread does, and for how long. Times on a core
    /// are accounted for at ticks and ends, waits for a core when they end.
    fn spans(life: &[(Option<Showed>, Nanos)]) -> Vec<Span> {
        let (mut account, mut at) = (
            Account {
                at: 0,
                on_core: 0,
                ready: 0,
                turns: 0,
            },
            0,
        );
        let sample = |at, doing: Option<Showed>, account| ThreadSample {
            at,
            showed: doing.unwrap_or(Showed::CanRun),
            account: Some(account),
        };
        let mut samples = Sampling::new(sample(0, life[0].0, account));
        let mut spans = vec![];
        for (doing, length) in life {
            let begun = at;
            account.turns += u64::from(doing.is_none());
            let before = account.on_core;
            while at < begun + length {
                at += MS;
                // The ticks come between the samples.
                let ticked = at / (4 * MS) * (4 * MS) + 2 * MS;
                if doing.is_none() {
                    account.on_core = account
                        .on_core
                        .max(before + ticked.clamp(begun, at) - begun);
                }
                if at.is_multiple_of(4 * MS) && at < begun + length {
                    spans.push(samples.span_until(sample(at, *doing, account)));
                }
            }
            match doing {
                None => account.on_core = before + length,
                Some(Showed::CanRun) => account.ready += length,
                Some(Showed::Waits(_)) => {}
            }
        }
        spans.push(samples.span_until(sample(at, Some(WAITS), account)));
        spans
    }

    fn sums(spans: &[Span]) -> (Nanos, Nanos, Nanos) {
        let sum = |of: fn(&Span) -> Nanos| spans.iter().map(of).sum();
        (
            sum(|span| span.on_core),
            sum(|span| span.ready),
            sum(|span| span.to - span.from),
        )
    }

    #[test]
    fn a_thread_that_computes_is_on_a_core_although_the_account_is_late() {
        let spans = spans(&[(None, 100 * MS)]);
        assert!(
            spans.iter().all(|span| span.on_core == span.to - span.from),
            "{spans:?}"
        );
    }

    #[test]
    fn a_thread_that_queues_is_ready_after_a_tick_before_the_kernel_says_so() {
        let spans = spans(&[
            (None, 40 * MS),
            (Some(Showed::CanRun), 100 * MS),
            (None, 40 * MS),
        ]);
        let queued = spans
            .iter()
            .filter(|span| span.from >= 52 * MS && span.to <= 140 * MS);
        assert!(queued.clone().count() > 20);
        assert!(
            queued
                .into_iter()
                .all(|span| span.ready == span.to - span.from),
            "{spans:?}"
        );
    }

    #[test]
    fn a_thread_that_waits_is_neither_on_a_core_nor_ready() {
        let spans = spans(&[(Some(WAITS), 40 * MS)]);
        assert_eq!(sums(&spans), (0, 0, 40 * MS));
    }

    proptest! {
        #[test]
        fn the_sums_are_those_of_the_kernel_up_to_a_tick(life in prop::collection::vec((0_u8..3, 1_u64..30), 1..60)) {
            let doing = [None, Some(Showed::CanRun), Some(WAITS)];
            let life: Vec<_> = life.iter().map(|(does, ms)| (doing[*does as usize], ms * MS)).collect();
            let (on_core, ready, all) = sums(&spans(&life));
            let of = |doing| life.iter().filter(|(does, _)| *does == doing).map(|(_, ms)| ms).sum::<Nanos>();
            prop_assert_eq!(all, life.iter().map(|(_, ms)| ms).sum::<Nanos>());
            prop_assert!(on_core <= of(None) + TICK, "{} ns on a core of {}", on_core, of(None));
            prop_assert!(on_core + 30 * MS >= of(None), "{} ns on a core of {}", on_core, of(None));
            prop_assert!(ready <= of(Some(Showed::CanRun)) + 30 * MS);
        }
    }
}
