//! What a worker did, from its own stamps and from what the kernel says about its thread.
//!
//! A worker's own transitions say on which task and step it is. The kernel's switch records say when its thread was on a
//! core, and samples say what it waited for otherwise. [`LaneStates`] merges the three streams into transitions that
//! cover the lane without gaps:
//!
//! - on a core, the worker does what it says;
//! - off a core, it is `ready` if it could run, and otherwise waits for what a sample of the same wait says. A wait without
//!   one is like the sampled wait of the same step whose length is the most similar, among the latest and the next ones,
//!   because a program does the same again and again. Its time counts as estimated;
//! - where records were lost, the worker's own account holds;
//! - where there are no records, the kernel's accounts between two samples say how long the thread was on a core and how long
//!   it waited for one, and the samples say what it waited for otherwise.

use std::{collections::VecDeque, iter, ops::Range};

use super::{
    places::{Stretch, Stretches},
    seen::{Showed, Sightings, Span, Whereabouts},
};
use crate::domain::{
    phase::{Phase, PhaseTimes},
    record::BlockedTotals,
    time::{Nanos, seconds},
    trace::Transition,
};

/// How far the merged stream stays behind the records, so that the sample and the account after a short wait are known.
const LOOK_AHEAD: Nanos = 20_000_000;
/// How long waits are held back while no sample of any wait says what they may be.
const FIRST_SAMPLED_LATE: Nanos = 250_000_000;
/// How far it stays behind the records of a worker that makes no stamps: a stamp that is written later than this is moved.
const STAMPED_LATE: Nanos = 40_000_000;
/// How long a wait is held back if no sample confirms it.
const SAMPLED_LATE: Nanos = 60_000_000;
/// How many sampled waits before a wait without a sample, and how many stretches after it, may stand for it.
const BEFORE: usize = 16;
/// See [`BEFORE`].
const AFTER: usize = 32;
/// How many of the latest stretches are looked at to tell what the worker does now.
const LATEST: usize = 4;

/// A wait of known cause, which stands for waits without a sample.
#[derive(Clone, Copy, Debug)]
struct KnownWait {
    step: Phase,
    length: Nanos,
    phase: Phase,
}

/// What is known from `merged_until` on.
#[derive(Clone, Copy, Debug)]
struct Piece {
    phase: Phase,
    core: u16,
    /// How long it holds, unless the worker's own transition ends before.
    until: Nanos,
    wait: Option<Basis>,
}

/// How the cause of a wait is known.
#[derive(Clone, Copy, Debug)]
enum Basis {
    /// By a sample.
    Sampled,
    /// By a similar wait, or by what the step usually waits for.
    Estimated,
}

/// Merges the streams of one lane.
#[derive(Clone, Debug)]
pub struct LaneStates {
    /// Whether a wait for an interpreter lock is one for a lock that all workers share.
    shares_lock: bool,
    /// Whether other lanes have the same thread. While a worker waits, the thread then does something for another.
    pub shares_thread: bool,
    /// The worker's own transition that is in force, and those that are not merged yet.
    own: Transition,
    next: VecDeque<Transition>,
    /// Where its thread was, as far as it is not merged.
    places: Stretches,
    /// The latest waits of known cause.
    known: VecDeque<KnownWait>,
    merged_until: Nanos,
    complete_until: Nanos,
    /// The transition that was emitted last.
    open: Transition,
    /// Nanoseconds by phase until `merged_until`.
    pub times: PhaseTimes,
    /// How often the worker was found on another core, from its first task on.
    pub migrations: u64,
    /// How the causes of its waits are known.
    waits: Waits,
}

/// Waits by how their cause is known, the number of records that were lost, and that of samples in place of records.
#[derive(Clone, Copy, Debug, Default)]
struct Waits {
    sampled: Nanos,
    estimated: Nanos,
    lost: u64,
    samples: u64,
}

impl LaneStates {
    /// A lane that starts at `t0`.
    pub fn new(shares_lock: bool) -> LaneStates {
        let start = Transition {
            at: 0,
            task: None,
            phase: Phase::Starting,
            core: 0,
            after_gap: false,
        };
        LaneStates {
            shares_lock,
            shares_thread: false,
            own: start,
            next: VecDeque::new(),
            places: Stretches::default(),
            known: VecDeque::new(),
            merged_until: 0,
            complete_until: 0,
            open: start,
            times: PhaseTimes::default(),
            migrations: 0,
            waits: Waits::default(),
        }
    }

    /// Adds the worker's next transitions.
    pub fn add_own(&mut self, transitions: &[Transition]) {
        self.next.extend(transitions);
    }

    /// Adds what was seen from outside. The worker's own transitions up to then have to be added before.
    pub fn add(&mut self, news: &Sightings) {
        for switch in &news.switches {
            self.places.switch(switch);
        }
        for look in &news.looks {
            self.places.look(look);
        }
        for account in &news.accounts {
            self.places.account(*account);
        }
        for span in &news.spans {
            let parts = self.steps_within(span.from..span.to);
            self.places.span(span, &parts);
        }
        // Where a thread computes, nothing is told by samples.
        let waits = |span: &&Span| matches!(span.showed[1], Showed::Waits(_));
        self.waits.samples += news.spans.iter().filter(waits).count() as u64;
        self.complete_until = self.complete_until.max(news.complete_until);
        self.waits.lost += news.lost;
    }

    /// The merged transitions up to a moment until which they are certain. `stamped` is the worker's last stamp: all its
    /// transitions before it are known.
    pub fn merge(&mut self, stamped: Nanos) -> Vec<Transition> {
        let known = self.complete_until.saturating_sub(LOOK_AHEAD);
        let own = self.next.back().unwrap_or(&self.own);
        // Only in a step is anything known besides the worker's stamps.
        let mut until = match step(own.phase) {
            Some(_) => known.min(stamped.max(known.saturating_sub(STAMPED_LATE))),
            None => known.min(stamped),
        };
        if let Some(open) = self.places.stretches.back()
            && open.place == Whereabouts::Blocked
            && until < open.waited_at.saturating_add(SAMPLED_LATE)
            && until < open.ready_from
        {
            until = until.min(open.waited_at);
        }
        if let Some(from) = self.first_riddle()
            && until < from.saturating_add(FIRST_SAMPLED_LATE)
        {
            until = until.min(from);
        }
        self.merge_until(until)
    }

    /// When the first wait in a step began, if no sample of any wait says what it may be.
    fn first_riddle(&self) -> Option<Nanos> {
        let is_told = |stretch: &Stretch| stretch.seen.flatten().is_some();
        if !self.known.is_empty() || self.places.stretches.iter().any(is_told) {
            return None;
        }
        let mut waits = self.places.with_ends();
        let wait = waits.find(|(wait, end)| {
            let time = wait.from..end.unwrap_or(Nanos::MAX);
            wait.place == Whereabouts::Blocked && !self.steps_within(time).is_empty()
        });
        wait.map(|(wait, _)| wait.from)
    }

    /// The rest up to the lane's end, after everything was added.
    pub fn conclude(&mut self, end: Nanos) -> Vec<Transition> {
        let last = self.next.back().map_or(0, |transition| transition.at);
        let mut merged = self.merge_until(end.max(last));
        // The last transition begins where the lane ends.
        self.emit(&self.piece(Nanos::MAX), &mut merged);
        merged
    }

    /// What seems to follow what is merged: what the worker stamped last, and what was seen of its thread last. Samples of
    /// a wait and stamps that are written late may still make it something else.
    pub fn ahead(&self) -> Vec<Transition> {
        let mut ahead = LaneStates {
            places: self.places.latest(LATEST),
            ..self.clone()
        };
        ahead.conclude(self.complete_until)
    }

    /// Until when the lane is merged.
    pub fn merged_until(&self) -> Nanos {
        self.merged_until
    }

    /// How the causes of the waits of these lanes are known.
    pub fn blocked(lanes: &[LaneStates]) -> BlockedTotals {
        let sum = |of: fn(&Waits) -> u64| lanes.iter().map(|lane| of(&lane.waits)).sum();
        BlockedTotals {
            sampled_s: seconds(sum(|waits| waits.sampled)),
            estimated_s: seconds(sum(|waits| waits.estimated)),
            lost_records: sum(|waits| waits.lost),
            samples: Some(sum(|waits| waits.samples)).filter(|samples| *samples > 0),
        }
    }

    fn merge_until(&mut self, until: Nanos) -> Vec<Transition> {
        let mut merged = vec![];
        loop {
            self.forget();
            if self.merged_until >= until {
                return merged;
            }
            let own_end = self.next.front().map_or(Nanos::MAX, |next| next.at);
            let piece = self.piece(own_end);
            let end = own_end.min(piece.until).min(until);
            self.emit(&piece, &mut merged);
            self.count(&piece, end);
            self.merged_until = end;
        }
    }

    /// Takes the worker's transitions that are in force now, and forgets the stretches that are over.
    fn forget(&mut self) {
        while let Some((over, end)) = self.places.forget_until(self.merged_until) {
            if let (Some(Some(phase)), Some(step)) = (over.seen, step(self.own.phase)) {
                self.known.truncate(BEFORE - 1);
                self.known.push_front(KnownWait {
                    step,
                    length: over.waited_until(end),
                    phase,
                });
            }
        }
        while let Some(own) = self.next.front().copied()
            && own.at <= self.merged_until
        {
            self.next.pop_front();
            let after_gap = self.own.after_gap || own.after_gap;
            self.own = Transition { after_gap, ..own };
        }
    }

    /// What is known from `merged_until` on, while the worker's own transition holds until `own_end`.
    fn piece(&self, own_end: Nanos) -> Piece {
        let own = Piece {
            phase: self.own.phase,
            core: self.own.core,
            until: Nanos::MAX,
            wait: None,
        };
        let step = self.step_seen(own.phase);
        let (Some(step), Some(stretch)) = (step, self.places.stretches.front()) else {
            return own;
        };
        let end = self
            .places
            .stretches
            .get(1)
            .map_or(Nanos::MAX, |next| next.from);
        let of = |phase| Piece {
            phase,
            core: stretch.core.unwrap_or(self.own.core),
            until: end,
            wait: None,
        };
        match stretch.place {
            Whereabouts::Unknown => Piece { until: end, ..own },
            Whereabouts::OnCore => of(step),
            Whereabouts::Preempted => of(Phase::Ready),
            Whereabouts::Blocked if self.merged_until >= stretch.ready_from => of(Phase::Ready),
            Whereabouts::Blocked => {
                let (phase, wait) = self.cause(stretch, step, own_end);
                Piece {
                    until: end.min(stretch.ready_from),
                    wait: Some(wait),
                    ..of(phase)
                }
            }
        }
    }

    /// The step, if its state is known better from outside. Where workers share a thread, one that waits in their loop does
    /// not do what the thread does.
    fn step_seen(&self, own: Phase) -> Option<Phase> {
        use Phase::{Lock, Network, Sleep, Subprocess};
        let in_loop = |step: &Phase| matches!(step, Lock | Network | Sleep | Subprocess);
        step(own).filter(|step| !self.shares_thread || !in_loop(step))
    }

    /// The parts of this time in which the worker was in such a step.
    fn steps_within(&self, time: Range<Nanos>) -> Vec<Range<Nanos>> {
        let own = || iter::once(&self.own).chain(&self.next);
        let ends = own().skip(1).map(|next| next.at).chain([Nanos::MAX]);
        let in_step = own()
            .zip(ends)
            .filter(|(own, _)| self.step_seen(own.phase).is_some());
        let parts = in_step.map(|(own, end)| own.at.max(time.start)..end.min(time.end));
        parts.filter(|part| !part.is_empty()).collect()
    }

    /// What the worker waits for in the first stretch, and how that is known.
    fn cause(&self, stretch: &Stretch, step: Phase, own_end: Nanos) -> (Phase, Basis) {
        if let Some(Some(seen)) = stretch.seen {
            return (self.phase_of(seen, step), Basis::Sampled);
        }
        let phase = match self.alike(stretch, step, own_end) {
            Some(seen) => self.phase_of(seen, step),
            None if step != Phase::Computing => step,
            None if self.shares_lock => Phase::Gil,
            None => Phase::Ready,
        };
        (phase, Basis::Estimated)
    }

    /// Adds a piece that lasts until `end` to the totals.
    fn count(&mut self, piece: &Piece, end: Nanos) {
        let length = end - self.merged_until;
        self.times[piece.phase] += length;
        match piece.wait {
            None => {}
            Some(Basis::Estimated) => self.waits.estimated += length,
            Some(Basis::Sampled) => self.waits.sampled += length,
        }
    }

    /// What the most similar wait of known cause says, in the same step, of the first stretch. How long it will be is not
    /// known while it lasts, so that the latest wait stands for it.
    fn alike(&self, stretch: &Stretch, step: Phase, own_end: Nanos) -> Option<Phase> {
        let mut before = self.known.iter().filter(|known| known.step == step);
        let Some(next) = self.places.stretches.get(1) else {
            return before.next().map(|known| known.phase);
        };
        let length = stretch.waited_until(next.from).max(1) as f64;
        let factor = |other: Nanos| {
            let other = other.max(1) as f64;
            length.max(other) / length.min(other)
        };
        let before = before.map(|known| (factor(known.length), known.phase));
        let after = self.places.with_ends().take(AFTER);
        let after = after.filter_map(|(later, end)| {
            let end = end.unwrap_or(later.waited_at);
            Some((later.from, factor(later.waited_until(end)), later.seen??))
        });
        let within = after.clone().take_while(|(from, ..)| *from < own_end);
        let nearest = |one: &(f64, Phase), other: &(f64, Phase)| one.0.total_cmp(&other.0);
        let all = before.chain(within.map(|(_, factor, phase)| (factor, phase)));
        let all = all.min_by(nearest);
        // What comes after this step is better than nothing.
        let later = || {
            after
                .map(|(_, factor, phase)| (factor, phase))
                .min_by(nearest)
        };
        Some(all.or_else(later)?.1)
    }

    /// The phase of a wait in a step: a step that is itself a wait says better what for, except for locks.
    fn phase_of(&self, seen: Phase, step: Phase) -> Phase {
        match seen {
            Phase::Gil if !self.shares_lock => Phase::Lock,
            Phase::Gil | Phase::Lock => seen,
            _ if step == Phase::Computing => seen,
            _ => step,
        }
    }

    fn emit(&mut self, piece: &Piece, merged: &mut Vec<Transition>) {
        let now = Transition {
            at: self.merged_until,
            task: self.own.task,
            phase: piece.phase,
            core: piece.core,
            after_gap: std::mem::take(&mut self.own.after_gap),
        };
        let is_same = Transition {
            at: self.open.at,
            ..now
        } == self.open;
        if is_same {
            return;
        }
        let moved = self.open.phase != Phase::Starting && self.open.core != now.core;
        self.migrations += u64::from(moved);
        self.open = Transition {
            after_gap: false,
            ..now
        };
        merged.push(now);
    }
}

/// The step of a task that a worker says it is in, if its state is known better from outside. Its own accounts of
/// waiting are parts of a step that computes.
pub fn step(own: Phase) -> Option<Phase> {
    match own {
        Phase::Ready | Phase::Gil => Some(Phase::Computing),
        Phase::Computing
        | Phase::Network
        | Phase::File
        | Phase::Sleep
        | Phase::Lock
        | Phase::Subprocess
        | Phase::Pickling => Some(own),
        Phase::Starting | Phase::Idle | Phase::Lost => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{
        super::seen::{Account, Glimpse, Showed, Span, Switch},
        *,
    };

    fn own(at: Nanos, task: Option<u32>, phase: Phase) -> Transition {
        Transition {
            at,
            task,
            phase,
            core: 0,
            after_gap: false,
        }
    }

    fn switch(at: Nanos, place: Whereabouts) -> Switch {
        Switch { at, place, core: 0 }
    }

    fn look(at: Nanos, waits_for: Option<Phase>) -> Glimpse {
        Glimpse {
            since: at,
            at,
            seen: Showed::Waits(waits_for),
        }
    }

    /// The phases until `end` of a worker that has computed since 0 and whose threads share a lock.
    fn merged(news: &Sightings, end: Nanos) -> (Vec<(Nanos, Phase)>, LaneStates) {
        let mut lane = LaneStates::new(true);
        lane.add_own(&[own(0, Some(0), Phase::Computing)]);
        lane.add(news);
        let merged = lane.conclude(end);
        let phases = merged.iter().map(|event| (event.at, event.phase));
        (phases.collect(), lane)
    }

    #[test]
    fn off_a_core_a_worker_is_ready_or_waits_for_what_was_seen() {
        let news = Sightings {
            switches: vec![
                switch(10, Whereabouts::Preempted),
                switch(20, Whereabouts::OnCore),
                switch(30, Whereabouts::Blocked),
                switch(50, Whereabouts::OnCore),
                switch(60, Whereabouts::Blocked),
                switch(90, Whereabouts::OnCore),
            ],
            looks: vec![look(40, Some(Phase::Network)), look(70, Some(Phase::Gil))],
            ..Sightings::default()
        };
        let (phases, lane) = merged(&news, 100);
        use Phase::{Computing, Gil, Network, Ready};
        let expected = [
            (0, Computing),
            (10, Ready),
            (20, Computing),
            (30, Network),
            (50, Computing),
            (60, Gil),
            (90, Computing),
        ];
        assert_eq!(phases, expected);
        assert_eq!((lane.waits.sampled, lane.waits.estimated), (50, 0));
    }

    #[test]
    fn a_wait_without_a_sample_is_like_the_one_of_the_most_similar_length() {
        let mut news = Sightings::default();
        let mut at = 0;
        for (length, seen) in [
            (1_000, Some(Phase::Sleep)),
            (5_000, Some(Phase::Gil)),
            (1_100, None),
            (4_000, None),
        ] {
            news.switches.push(switch(at + 100, Whereabouts::Blocked));
            news.looks
                .extend(seen.map(|phase| look(at + 200, Some(phase))));
            at += 100 + length;
            news.switches.push(switch(at, Whereabouts::OnCore));
        }
        let (_, lane) = merged(&news, at);
        assert_eq!(lane.times[Phase::Sleep], 2_100);
        assert_eq!(lane.times[Phase::Gil], 9_000);
        assert_eq!((lane.waits.sampled, lane.waits.estimated), (6_000, 5_100));
    }

    #[test]
    fn in_a_step_that_waits_only_a_lock_is_something_else() {
        let mut lane = LaneStates::new(true);
        lane.add_own(&[own(0, Some(0), Phase::File)]);
        lane.add(&Sightings {
            switches: vec![
                switch(10, Whereabouts::Blocked),
                switch(20, Whereabouts::OnCore),
                switch(30, Whereabouts::Blocked),
                switch(40, Whereabouts::OnCore),
            ],
            looks: vec![look(15, Some(Phase::Network)), look(35, Some(Phase::Gil))],
            ..Sightings::default()
        });
        lane.conclude(50);
        assert_eq!((lane.times[Phase::File], lane.times[Phase::Gil]), (40, 10));
    }

    #[test]
    fn a_lock_of_one_process_is_a_lock_like_any_other_where_the_workers_share_none() {
        let mut lane = LaneStates::new(false);
        lane.add_own(&[own(0, Some(0), Phase::Computing)]);
        lane.add(&Sightings {
            switches: vec![
                switch(10, Whereabouts::Blocked),
                switch(20, Whereabouts::OnCore),
            ],
            looks: vec![look(15, Some(Phase::Gil))],
            ..Sightings::default()
        });
        lane.conclude(30);
        assert_eq!((lane.times[Phase::Lock], lane.times[Phase::Gil]), (10, 0));
    }

    #[test]
    fn what_the_kernel_counted_as_waiting_for_a_core_is_ready_at_the_end_of_the_waits() {
        let account = |at, ready| Account {
            at,
            ready,
            on_core: 0,
            turns: 0,
        };
        let news = Sightings {
            switches: vec![
                switch(100, Whereabouts::Blocked),
                switch(200, Whereabouts::OnCore),
                switch(300, Whereabouts::Preempted),
                switch(350, Whereabouts::OnCore),
            ],
            looks: vec![look(150, Some(Phase::Sleep))],
            accounts: vec![account(10, 1_000), account(400, 1_080)],
            ..Sightings::default()
        };
        let (phases, _) = merged(&news, 500);
        use Phase::{Computing, Ready, Sleep};
        let expected = [
            (0, Computing),
            (100, Sleep),
            (170, Ready),
            (200, Computing),
            (300, Ready),
            (350, Computing),
        ];
        assert_eq!(phases, expected);
    }

    #[test]
    fn a_thread_that_was_woken_is_ready_from_the_first_sample_that_shows_it() {
        let mut lane = LaneStates::new(true);
        lane.add_own(&[own(0, Some(0), Phase::Computing)]);
        let ms = 1_000_000;
        let woken = Glimpse {
            since: 60 * ms,
            at: 60 * ms,
            seen: Showed::CanRun,
        };
        lane.add(&Sightings {
            switches: vec![switch(10 * ms, Whereabouts::Blocked)],
            looks: vec![
                look(20 * ms, Some(Phase::Sleep)),
                look(40 * ms, Some(Phase::Sleep)),
                woken,
            ],
            complete_until: 90 * ms,
            ..Sightings::default()
        });
        let events = lane.merge(90 * ms);
        let phases: Vec<_> = events
            .iter()
            .map(|event| (event.at / ms, event.phase))
            .collect();
        use Phase::{Computing, Ready, Sleep};
        assert_eq!(phases, [(0, Computing), (10, Sleep), (60, Ready)]);
        lane.add(&Sightings {
            switches: vec![switch(100 * ms, Whereabouts::OnCore)],
            complete_until: 200 * ms,
            ..Sightings::default()
        });
        lane.conclude(200 * ms);
        assert_eq!(lane.times[Ready], 40 * ms);
    }

    #[test]
    fn what_is_ahead_is_what_the_worker_entered_last_and_what_its_thread_was_seen_in_last() {
        let ms = 1_000_000;
        let (entered, left, now) = (20 * ms, 21 * ms, 26 * ms);
        let ahead = |place, seen: Option<Phase>| {
            let mut lane = LaneStates::new(true);
            lane.add_own(&[
                own(19 * ms, Some(0), Phase::Pickling),
                own(entered, Some(0), Phase::Computing),
            ]);
            lane.add(&Sightings {
                switches: vec![switch(5 * ms, Whereabouts::OnCore), switch(left, place)],
                looks: seen
                    .map(|seen| look(23 * ms, Some(seen)))
                    .into_iter()
                    .collect(),
                complete_until: now,
                ..Sightings::default()
            });
            let merged = lane.merge(entered);
            assert!(merged.iter().all(|event| event.at < left));
            let ahead = lane.ahead();
            assert_eq!(
                lane.times.total(),
                lane.merged_until(),
                "nothing ahead is counted"
            );
            let last = ahead.last().expect("the worker has left what is merged");
            (last.at, last.phase, last.task)
        };
        for (place, seen, phase) in [
            (Whereabouts::Blocked, Some(Phase::Sleep), Phase::Sleep),
            (Whereabouts::Blocked, Some(Phase::File), Phase::File),
            (Whereabouts::Blocked, Some(Phase::Gil), Phase::Gil),
            (Whereabouts::Preempted, None, Phase::Ready),
        ] {
            assert_eq!(ahead(place, seen), (left, phase, Some(0)));
        }
        let computing = (entered, Phase::Computing, Some(0));
        assert_eq!(ahead(Whereabouts::OnCore, None), computing);
    }

    #[test]
    fn a_wait_that_lasts_and_has_no_sample_is_like_the_latest_one() {
        let mut lane = LaneStates::new(true);
        lane.add_own(&[own(0, Some(0), Phase::Computing)]);
        lane.add(&Sightings {
            switches: vec![
                switch(10, Whereabouts::Blocked),
                switch(30, Whereabouts::OnCore),
                switch(40, Whereabouts::Blocked),
            ],
            looks: vec![look(20, Some(Phase::Network))],
            complete_until: 45,
            ..Sightings::default()
        });
        let last = lane.ahead().last().map(|event| (event.at, event.phase));
        assert_eq!(last, Some((40, Phase::Network)));
    }

    #[test]
    fn the_first_waits_are_held_back_until_a_sample_tells_what_they_may_be() {
        let ms = 1_000_000;
        let mut lane = LaneStates::new(true);
        lane.add_own(&[own(0, Some(0), Phase::Computing)]);
        lane.add(&Sightings {
            switches: vec![
                switch(10 * ms, Whereabouts::Blocked),
                switch(30 * ms, Whereabouts::OnCore),
                switch(31 * ms, Whereabouts::Blocked),
            ],
            complete_until: 100 * ms,
            ..Sightings::default()
        });
        lane.merge(100 * ms);
        assert_eq!(lane.merged_until(), 10 * ms);
        lane.add(&Sightings {
            looks: vec![look(45 * ms, Some(Phase::Sleep))],
            complete_until: 110 * ms,
            ..Sightings::default()
        });
        lane.merge(110 * ms);
        assert_eq!(
            (lane.times[Phase::Sleep], lane.times[Phase::Gil]),
            (34 * ms, 0)
        );
    }

    #[test]
    fn where_records_were_lost_the_workers_own_account_holds() {
        let mut lane = LaneStates::new(true);
        lane.add_own(&[
            own(0, Some(0), Phase::Computing),
            own(40, Some(0), Phase::Gil),
            own(60, Some(0), Phase::Computing),
        ]);
        lane.add(&Sightings {
            switches: vec![
                switch(10, Whereabouts::Blocked),
                switch(20, Whereabouts::OnCore),
                switch(20, Whereabouts::Unknown),
                switch(80, Whereabouts::OnCore),
            ],
            lost: 7,
            ..Sightings::default()
        });
        lane.conclude(100);
        assert_eq!(lane.times[Phase::Gil], 30);
        assert_eq!(lane.times[Phase::Computing], 70);
        assert_eq!(LaneStates::blocked(&[lane]).lost_records, 7);
    }

    #[test]
    fn between_two_samples_the_accounts_say_how_long_and_the_samples_what_for() {
        let waits = |phase| Showed::Waits(Some(phase));
        let span = |from, on_core, ready, showed| Span {
            from,
            to: from + 100,
            on_core,
            ready,
            showed,
        };
        let news = Sightings {
            spans: vec![
                span(0, 60, 10, [Showed::CanRun, waits(Phase::Sleep)]),
                span(100, 0, 0, [waits(Phase::Sleep), waits(Phase::Sleep)]),
                span(200, 20, 20, [waits(Phase::Sleep), waits(Phase::File)]),
                span(300, 70, 0, [waits(Phase::File), Showed::CanRun]),
            ],
            ..Sightings::default()
        };
        let (phases, lane) = merged(&news, 400);
        use Phase::{Computing, File, Ready, Sleep};
        let expected = [
            (0, Ready),
            (10, Computing),
            (70, Sleep),
            (230, Ready),
            (250, Computing),
            (270, File),
            (330, Computing),
        ];
        assert_eq!(phases, expected);
        assert_eq!(LaneStates::blocked(&[lane]).samples, Some(3));
    }

    #[test]
    fn what_a_thread_did_between_two_calls_is_not_a_part_of_them() {
        let mut lane = LaneStates::new(false);
        lane.add_own(&[
            own(0, None, Phase::Idle),
            own(20, Some(0), Phase::Computing),
            own(40, None, Phase::Idle),
            own(60, Some(1), Phase::Computing),
            own(80, None, Phase::Idle),
        ]);
        lane.add(&Sightings {
            spans: vec![Span {
                from: 0,
                to: 100,
                on_core: 30,
                ready: 0,
                showed: [Showed::CanRun, Showed::Waits(Some(Phase::Lock))],
            }],
            ..Sightings::default()
        });
        lane.conclude(100);
        let of = |phase| lane.times[phase];
        assert_eq!(
            (of(Phase::Computing), of(Phase::Lock), of(Phase::Idle)),
            (30, 10, 60)
        );
    }

    #[test]
    fn a_worker_that_waits_in_a_loop_is_not_ready_because_its_thread_is() {
        let mut lane = LaneStates::new(true);
        lane.shares_thread = true;
        lane.add_own(&[own(0, Some(0), Phase::Network)]);
        lane.add(&Sightings {
            switches: vec![
                switch(10, Whereabouts::Preempted),
                switch(20, Whereabouts::OnCore),
            ],
            ..Sightings::default()
        });
        lane.conclude(30);
        assert_eq!(lane.times[Phase::Network], 30);
    }

    /// A thread's places and their lengths, what its waits are and whether they are sampled, and its own steps.
    type Life = (Vec<(u64, u8, u8)>, Vec<(u64, u8)>);

    fn any_life() -> impl Strategy<Value = Life> {
        (
            prop::collection::vec((1_u64..20_000_000, 0_u8..4, 0_u8..6), 1..60),
            prop::collection::vec((1_u64..50_000_000, 0_u8..6), 1..20),
        )
    }

    /// The streams of a life, and its end.
    fn streams((places, steps): &Life) -> (Sightings, Vec<Transition>, Nanos) {
        let mut news = Sightings::default();
        let mut at = 0;
        for (length, place, seen) in places {
            let place = [
                Whereabouts::OnCore,
                Whereabouts::Preempted,
                Whereabouts::Blocked,
                Whereabouts::Unknown,
            ][*place as usize];
            news.switches.push(switch(at, place));
            let seen = [
                None,
                Some(Phase::Gil),
                Some(Phase::Sleep),
                Some(Phase::File),
            ]
            .get(*seen as usize)
            .copied();
            news.looks
                .extend(seen.map(|seen| look(at + length / 2, seen)));
            at += length;
        }
        let phases = [
            Phase::Computing,
            Phase::Network,
            Phase::File,
            Phase::Idle,
            Phase::Gil,
            Phase::Sleep,
        ];
        let mut began = 0;
        let step = |(task, (length, phase)): (u32, &(u64, u8))| {
            let step = own(began, Some(task), phases[*phase as usize]);
            began += length;
            step
        };
        let own = (0..).zip(steps).map(step).collect();
        (news, own, at)
    }

    /// The time by phase that these transitions show.
    fn drawn(merged: &[Transition], end: Nanos) -> PhaseTimes {
        let mut times = PhaseTimes::default();
        let mut open = own(0, None, Phase::Starting);
        for next in merged.iter().copied().chain([own(end, None, Phase::Idle)]) {
            times[open.phase] += next.at - open.at;
            open = next;
        }
        times
    }

    proptest! {
        #[test]
        fn the_last_transition_is_the_workers_own(life in any_life(), last in 0_u64..10) {
            let (news, mut steps, end) = streams(&life);
            let last = end.max(steps.last().map_or(0, |last| last.at)) + last;
            steps.push(own(last, None, Phase::Idle));
            let mut lane = LaneStates::new(true);
            lane.add_own(&steps);
            lane.add(&news);
            let merged = lane.conclude(last);
            let end = merged.last().map(|event| (event.at, event.phase, event.task));
            prop_assert_eq!(end, Some((last, Phase::Idle, None)));
        }

        #[test]
        fn phases_cover_the_lane_and_computing_is_the_time_on_a_core(life in any_life()) {
            let (news, steps, end) = streams(&life);
            let mut lane = LaneStates::new(true);
            let all = vec![own(0, Some(0), Phase::Computing)];
            lane.add_own(&all);
            lane.add(&news);
            let merged = lane.conclude(end);
            prop_assert!(merged.is_sorted_by_key(|event| event.at));
            prop_assert_eq!(merged[0].at, 0);
            prop_assert_eq!(lane.times.total(), end);
            let ends = news.switches.iter().skip(1).map(|next| next.at).chain([end]);
            let is_on = |place| matches!(place, Whereabouts::OnCore | Whereabouts::Unknown);
            let on: Nanos = news.switches.iter().zip(ends)
                .filter(|(switch, _)| is_on(switch.place))
                .map(|(switch, end)| end - switch.at).sum();
            prop_assert_eq!(lane.times[Phase::Computing], on);

            let mut lane = LaneStates::new(true);
            lane.add_own(&steps);
            lane.add(&news);
            let last = steps.last().map_or(0, |last| last.at);
            lane.conclude(end);
            prop_assert_eq!(lane.times.total(), end.max(last));
        }

        /// However the streams arrive, what is merged is the same, except for waits whose cause is estimated.
        #[test]
        fn what_is_merged_live_has_the_same_times_on_a_core_as_what_is_merged_at_once(
            life in any_life(), cuts in prop::collection::vec(0_u64..400_000_000, 0..8),
        ) {
            let (news, steps, end) = streams(&life);
            let mut at_once = LaneStates::new(true);
            at_once.add_own(&steps);
            at_once.add(&news);
            at_once.conclude(end);
            let mut live = LaneStates::new(true);
            let mut merged = vec![];
            let mut cuts = cuts;
            cuts.sort_unstable();
            let mut from = 0;
            for to in cuts.into_iter().chain([Nanos::MAX]) {
                let is_new = |at: Nanos| (from..to).contains(&at);
                live.add_own(&steps.iter().filter(|step| is_new(step.at)).copied().collect::<Vec<_>>());
                live.add(&Sightings {
                    switches: news.switches.iter().filter(|switch| is_new(switch.at)).copied().collect(),
                    looks: news.looks.iter().filter(|look| is_new(look.at)).copied().collect(),
                    complete_until: to.min(end),
                    ..Sightings::default()
                });
                merged.extend(live.merge(to.min(end)));
                let ahead = live.ahead();
                prop_assert!(ahead.is_sorted_by_key(|event| event.at));
                prop_assert!(ahead.first().is_none_or(|first| first.at >= live.merged_until));
                from = to;
            }
            merged.extend(live.conclude(end));
            prop_assert!(merged.is_sorted_by_key(|event| event.at));
            prop_assert_eq!(drawn(&merged, live.merged_until), live.times);
            for phase in [Phase::Computing, Phase::Idle] {
                prop_assert_eq!(live.times[phase], at_once.times[phase]);
            }
            prop_assert_eq!(live.times.total(), at_once.times.total());
            prop_assert_eq!(live.waits.sampled + live.waits.estimated, at_once.waits.sampled + at_once.waits.estimated);
        }
    }
}
