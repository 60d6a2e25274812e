//! What a race says so far: who leads, who has lost, and whether that is decided.

use super::{Entry, LOOP, Race, WIDE, WORTH_MORE};
use crate::domain::{
    rounds::LEAST_PAIRS,
    stats::{self, Interval, Ratio},
};

/// Workers are worth their trouble if they are this many times as fast as the loop. A family that is less than this
/// factor slower than another one, and simpler, is preferred to it.
pub const WORTH: f64 = 1.2;
/// The loop is good enough if no family can be this many times as fast.
const NOT_WORTH: f64 = 1.32;
/// More workers than a number have to be shown to be faster than it, unless they seem to be more than this factor faster.
const NOT_MUCH: f64 = 1.25;
/// The least runs of each of two numbers of workers that can show which one is faster.
const ENOUGH_RUNS: usize = 3;

/// Runs that are apart decide if they could come out in so many orders.
const ORDERS: f64 = 200.0;

/// What a race says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Standing {
    /// This entry is worth it.
    Use(Entry),
    /// No family is worth it. Here is the fastest entry besides the loop, if any ran.
    Neither(Option<Entry>),
    /// It is not decided.
    CannotTell(Doubt),
}

/// Why a race decides nothing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Doubt {
    /// Only one call was measured, because a call takes so long.
    OneCall,
    /// No family could do the calls.
    NoneRan,
    /// The budget allowed too few runs.
    TooFew,
    /// Other programs disturbed most of the runs.
    Disturbed,
    /// Whether this entry is faster than the loop by enough.
    OverLoop(Entry),
    /// Which of these entries is the better one.
    Between(Entry, Entry),
}

impl Race {
    /// What the runs so far say.
    pub fn standing(&self) -> Standing {
        if self.tasks == 1 {
            return match self.track().inputs {
                1 => Standing::Neither(None),
                _ => Standing::CannotTell(Doubt::OneCall),
            };
        }
        if self.has_untried() {
            return Standing::CannotTell(Doubt::TooFew);
        }
        let Some(leader) = self.leader() else {
            return Standing::CannotTell(Doubt::NoneRan);
        };
        let rivals = self
            .runners
            .iter()
            .copied()
            .filter(|entry| !self.has_lost(entry.family));
        let rivals: Vec<Entry> = rivals.collect();
        let is_not_worth = |entry: &Entry| {
            let gain = self.compare(LOOP, entry.family);
            gain.is_some_and(|gain| gain.value < WORTH && high(gain) < NOT_WORTH)
        };
        if rivals.iter().all(is_not_worth) {
            return Standing::Neither(Some(self.chosen_of(leader.family)));
        }
        if let Some(doubt) = self.doubt(leader, &rivals) {
            return Standing::CannotTell(doubt);
        }
        let family = self.simplest_like(leader.family);
        Standing::Use(self.chosen_of(family))
    }

    /// Whether a family that may be the best one has not run yet.
    fn has_untried(&self) -> bool {
        let mut families = 1..=self.track().most.len();
        families.any(|family| {
            let can_run = !self.has_broken(family) && self.most_of(family) > 1;
            can_run && self.entries_of(family).is_empty()
        })
    }

    fn doubt(&self, leader: Entry, rivals: &[Entry]) -> Option<Doubt> {
        if !self.is_worth(leader.family) {
            let (few, disturbed) = self.pairs(LOOP, leader.family);
            return Some(match (few.len() < LEAST_PAIRS, disturbed > 0) {
                (true, true) => Doubt::Disturbed,
                (true, false) => Doubt::TooFew,
                _ => Doubt::OverLoop(self.chosen_of(leader.family)),
            });
        }
        let may_be_better = |rival: &&Entry| {
            let ratio = self.compare(rival.family, leader.family);
            rival.family != leader.family && ratio.is_none_or(|ratio| low(ratio) <= 1.0 / WORTH)
        };
        let rival = rivals.iter().find(may_be_better)?;
        Some(Doubt::Between(
            self.chosen_of(leader.family),
            self.chosen_of(rival.family),
        ))
    }

    /// Whether it is decided that this family is worth it.
    fn is_worth(&self, family: usize) -> bool {
        let gain = self.compare(LOOP, family);
        gain.is_some_and(|gain| gain.value >= WORTH && low(gain) > 1.0)
    }

    /// The simplest family that is worth it and not much slower than this one.
    fn simplest_like(&self, leader: usize) -> usize {
        let is_like = |family: &usize| {
            let ratio = self.compare(*family, leader);
            ratio.is_some_and(|ratio| high(ratio) < WORTH) && self.is_worth(*family)
        };
        (LOOP + 1..leader).find(is_like).unwrap_or(leader)
    }

    /// Whether a family is out: it is decided that the one that leads is faster.
    pub fn has_lost(&self, family: usize) -> bool {
        let Some(leader) = self.leader().filter(|leader| leader.family != family) else {
            return false;
        };
        let ratio = self.compare(family, leader.family);
        ratio.is_some_and(|ratio| low(ratio) > 1.0 && ratio.value >= WORTH_MORE)
            || self.is_behind(family, leader)
    }

    /// Whether no run of a family came near the slowest of some runs of the leader.
    fn is_behind(&self, family: usize, leader: Entry) -> bool {
        let entries = self.entries_of(family).into_iter();
        let theirs: Vec<f64> = entries.flat_map(|entry| self.times(entry)).collect();
        let leaders = self.times(leader);
        let is_behind = |extremes: Interval| extremes.low >= WORTH;
        leaders.len() >= LEAST_PAIRS && extremes(&theirs, &leaders).is_some_and(is_behind)
    }

    /// Whether it is decided that the loop is slower than the family that leads, by enough.
    pub(super) fn loop_has_lost(&self) -> bool {
        let leader = self.leader();
        leader.is_some_and(|leader| {
            let gain = self.compare(LOOP, leader.family);
            gain.is_some_and(|gain| low(gain) >= WORTH)
        })
    }

    /// The family that is the fastest so far, with its runner.
    pub fn leader(&self) -> Option<Entry> {
        let time = |entry: &Entry| self.typical_in_turn(*entry);
        let runners = self.runners.iter().copied();
        runners.min_by(|a, b| time(a).total_cmp(&time(b)))
    }

    /// Of each family, the entry that was the fastest in its heat.
    pub(super) fn find_runners(&self) -> Vec<Entry> {
        let families = 1..=self.track().most.len();
        let runner = |family: usize| {
            let heat = |entry: &Entry| {
                let laps = self.laps.iter().filter(|lap| lap.entry == *entry);
                laps.filter(|lap| lap.round == 1)
                    .map(|lap| lap.result.time_s)
                    .fold(f64::INFINITY, f64::min)
            };
            let entries = self.entries_of(family).into_iter();
            entries.min_by(|a, b| heat(a).total_cmp(&heat(b)))
        };
        let sound = families.filter(|family| !self.has_broken(*family));
        sound.filter_map(runner).collect()
    }

    /// The typical time of a runner in seconds, in the rounds if it took part in any. The heats flatter it, as it was chosen
    /// by them.
    fn typical_in_turn(&self, entry: Entry) -> f64 {
        let in_turn = self.family_times(entry.family);
        match in_turn.is_empty() {
            true => mean(&self.all_times(entry)),
            false => mean(&in_turn),
        }
    }

    fn family_times(&self, family: usize) -> Vec<f64> {
        let rounds = (2..=self.round).filter_map(|round| self.time_in(round, family));
        let quiet = rounds.filter(|(_, is_disturbed)| !is_disturbed);
        quiet.map(|(time_s, _)| time_s).collect()
    }

    fn time_in(&self, round: u32, family: usize) -> Option<(f64, bool)> {
        let mut runners = self.runners.iter().copied().chain([Entry::LOOP]);
        let runner = runners.find(|entry| entry.family == family)?;
        let mut laps = self.sound(runner);
        let lap = laps.find(|lap| lap.round == round)?;
        let is_time = lap.result.time_s > 0.0;
        is_time.then_some((lap.result.time_s, lap.result.is_disturbed))
    }

    /// The undisturbed pairs of two families that were measured in turn, and the number of disturbed ones.
    fn pairs(&self, over: usize, of: usize) -> (Vec<[f64; 2]>, usize) {
        let both = |round| Some((self.time_in(round, over)?, self.time_in(round, of)?));
        let pairs: Vec<_> = (2..=self.round).filter_map(both).collect();
        let is_quiet = |((_, a), (_, b)): &&((f64, bool), (f64, bool))| !a && !b;
        let quiet = pairs.iter().filter(is_quiet);
        let times: Vec<[f64; 2]> = quiet.map(|((over, _), (of, _))| [*over, *of]).collect();
        let disturbed = pairs.len() - times.len();
        (times, disturbed)
    }

    /// How many times as long one family takes as another one, with the interval that decides. `None` if too little was
    /// measured.
    fn compare(&self, over: usize, of: usize) -> Option<Ratio> {
        let (pairs, _) = self.pairs(over, of);
        let by_pairs = (pairs.len() >= LEAST_PAIRS)
            .then(|| stats::ratio_of_pairs(&pairs, self.effort().deciding(2)))
            .flatten();
        let ratio = by_pairs.or_else(|| self.wide(over, of))?;
        Some(match self.apart(over, of) {
            Some(apart) => narrowed(ratio, apart),
            None => ratio,
        })
    }

    /// The smallest and the largest ratio of any two runs, if all runs of one family are faster than all runs of the other one,
    /// and there are so many that chance hardly explains it (Mann and Whitney: *On a Test of Whether one of Two Random Variables
    /// is Stochastically Larger than the Other*, The Annals of Mathematical Statistics 18, 1947).
    fn apart(&self, over: usize, of: usize) -> Option<Interval> {
        let (over, of) = (self.runner_times(over)?, self.runner_times(of)?);
        let extremes = extremes(&over, &of)?;
        let is_apart = extremes.low > 1.0 || extremes.high < 1.0;
        (is_apart && orders(over.len(), of.len()) >= ORDERS).then_some(extremes)
    }

    /// The undisturbed times of a family's runner.
    fn runner_times(&self, family: usize) -> Option<Vec<f64>> {
        let mut runners = self.runners.iter().copied().chain([Entry::LOOP]);
        let entry = runners.find(|entry| entry.family == family)?;
        Some(self.times(entry))
    }

    /// The same from single runs, if they differ so much that noise cannot explain it. That is decided by two or more runs of
    /// each, or by three or more if they were disturbed.
    fn wide(&self, over: usize, of: usize) -> Option<Ratio> {
        let mut runners = self.runners.clone();
        runners.push(Entry::LOOP);
        let times = |family: usize| {
            let entry = *runners.iter().find(|entry| entry.family == family)?;
            let (quiet, all) = (self.times(entry), self.sound(entry));
            let all: Vec<f64> = all.map(|lap| lap.result.time_s).collect();
            match (quiet.len(), all.len()) {
                (2.., _) => Some(quiet),
                (_, LEAST_PAIRS..) => Some(all),
                // A heat may be enough to see that a family is hopeless.
                (1, _) if family != LOOP => Some(quiet),
                _ => None,
            }
        };
        let (over, of) = (times(over)?, times(of)?);
        let Interval {
            low: lowest,
            high: highest,
        } = extremes(&over, &of)?;
        let is_wide = lowest >= WIDE || highest <= 1.0 / WIDE;
        is_wide.then(|| Ratio {
            value: mean(&over) / mean(&of),
            interval: Some(Interval {
                low: lowest / 2.0,
                high: highest * 2.0,
            }),
        })
    }

    /// The number of workers to use of a family: the smallest one that is about as fast as the best one, or not much slower as
    /// far as is known.
    pub fn chosen_of(&self, family: usize) -> Entry {
        let repeated = |entry: &Entry| self.all_times(*entry).len() > 1;
        let mut entries = self.entries_of(family);
        if entries.iter().any(repeated) {
            entries.retain(repeated);
        }
        let best = self.best_of(family);
        let best = best.map_or(vec![], |best| self.all_times(best));
        let is_enough = |entry: &Entry| {
            let times = self.all_times(*entry);
            let slower = mean(&times) / mean(&best);
            slower <= WORTH_MORE || slower <= NOT_MUCH && !is_slower(&times, &best)
        };
        let first = entries.iter().copied().find(is_enough);
        first.unwrap_or(Entry { family, workers: 2 })
    }

    /// The entry of a family with the least time.
    pub(super) fn best_of(&self, family: usize) -> Option<Entry> {
        let time = |entry: &Entry| mean(&self.all_times(*entry));
        let repeated = |entry: &Entry| self.all_times(*entry).len() > 1;
        let mut entries = self.entries_of(family);
        if entries.iter().any(repeated) {
            entries.retain(repeated);
        }
        entries
            .into_iter()
            .min_by(|a, b| time(a).total_cmp(&time(b)))
    }

    /// How many times as fast as the loop an entry is, from all of its undisturbed runs, with its 95 % interval.
    pub fn gain(&self, entry: Entry) -> Option<Ratio> {
        stats::ratio(&self.all_times(Entry::LOOP), &self.all_times(entry), 1)
    }
}

/// Whether enough runs show that the first times are longer than the second ones.
fn is_slower(times: &[f64], than: &[f64]) -> bool {
    let are_enough = times.len().min(than.len()) >= ENOUGH_RUNS;
    let ratio = stats::ratio(times, than, 1).filter(|_| are_enough);
    ratio.is_some_and(|ratio| low(ratio) > 1.0)
}

/// The smallest and the largest ratio of two times.
fn extremes(over: &[f64], of: &[f64]) -> Option<Interval> {
    let least = |times: &[f64]| times.iter().copied().reduce(f64::min);
    let most = |times: &[f64]| times.iter().copied().reduce(f64::max);
    Some(Interval {
        low: least(over)? / most(of)?,
        high: most(over)? / least(of)?,
    })
}

/// In how many orders so many runs of two families can come out, if only the family is looked at.
fn orders(n: usize, m: usize) -> f64 {
    (1..=n).map(|i| (m + i) as f64 / i as f64).product()
}

/// The ratio with an interval that ends where that of runs that are apart does, if this is nearer.
fn narrowed(ratio: Ratio, apart: Interval) -> Ratio {
    let narrow = |interval: Interval| match apart.low > 1.0 {
        true => Interval {
            low: interval.low.max(apart.low),
            ..interval
        },
        false => Interval {
            high: interval.high.min(apart.high),
            ..interval
        },
    };
    Ratio {
        interval: ratio.interval.map(narrow),
        ..ratio
    }
}

fn low(ratio: Ratio) -> f64 {
    ratio.interval.map_or(0.0, |interval| interval.low)
}

fn high(ratio: Ratio) -> f64 {
    ratio
        .interval
        .map_or(f64::INFINITY, |interval| interval.high)
}

/// The geometric mean; infinity without times.
fn mean(times: &[f64]) -> f64 {
    let sum: f64 = times.iter().map(|time| time.ln()).sum();
    match times.len() {
        0 => f64::INFINITY,
        n => (sum / n as f64).exp(),
    }
}
