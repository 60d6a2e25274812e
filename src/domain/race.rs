//! Which way of executing calls is the fastest, found within a budget: successive halving.
//!
//! First the loop shows how long a call takes, and how many inputs the budget allows. Then each family of workers runs
//! with few workers and with more as long as that helps. The best entry of each family is measured in turn with the
//! others and the loop, and drops out as soon as its interval says that it lost. At the end come numbers of workers around the
//! best one. What decides is the interval for experiments that are looked at after every round, see
//! [`rounds`](super::rounds).

mod course;
mod standing;

pub use course::{RaceCourse, time_s};
pub use standing::{Doubt, Standing, WORTH};

use super::rounds::{Effort, LEAST_PAIRS};

/// The family of the loop, which executes one call after the other. The others follow, the simplest one first.
pub const LOOP: usize = 0;
/// A race ends after this many runs, whatever the budget is.
pub const MOST_RUNS: u32 = 80;
/// Times of single runs that differ by this factor also differ where noise doubles a time.
const WIDE: f64 = 2.5;
/// More workers are worth it if they make the calls this many times as fast.
const WORTH_MORE: f64 = 1.05;
/// If so many calls fail, and none succeeds, more are not tried.
const MOST_FAILING: u32 = 16;
/// The numbers of workers that each family tries first, besides the number of cores.
const LADDER: [u32; 4] = [2, 4, 16, 64];
/// The largest number of rounds in which families are measured in turn.
const MOST_ROUNDS: u32 = 9;
/// The number of rounds in which numbers of workers are measured in turn.
const WORKER_ROUNDS: u32 = 3;
/// How often the numbers of workers move on to where the best one is at the end of them.
const MOVES: u32 = 3;
/// The share of the budget that the loop may take for one run.
const LOOP_SHARE: f64 = 1.0 / 24.0;
/// The same if calls are so slow that it would be a few calls only.
const SLOW_LOOP_SHARE: f64 = 1.0 / 8.0;
/// The same if calls wait, so that workers are much faster than the loop.
const WAITING_LOOP_SHARE: f64 = 1.0 / 12.0;
/// Calls that use a core for a smaller share wait.
const WAITS: f64 = 0.2;
/// Calls that use a core for a larger share compute.
const COMPUTES: f64 = 0.6;
/// So many calls are few.
const FEW_CALLS: u32 = 8;
/// The share of the budget after which no round of families begins, so that there is time for numbers of workers.
const FAMILIES_SHARE: f64 = 0.85;

/// The share of the budget that is left for running the code to paste.
pub const FOR_CODE: f64 = 0.1;

/// A family with a number of workers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The number of the family.
    pub family: usize,
    /// The number of workers.
    pub workers: u32,
}

impl Entry {
    /// The loop.
    pub const LOOP: Entry = Entry {
        family: LOOP,
        workers: 1,
    };
}

/// What a race is about.
#[derive(Clone, Debug, PartialEq)]
pub struct Track {
    /// The number of inputs.
    pub inputs: u32,
    /// The largest number of workers of each family besides the loop. The simplest family comes first.
    pub most: Vec<u32>,
    /// The number of usable cores.
    pub cores: u32,
    /// How long everything may take, in seconds.
    pub budget_s: f64,
}

/// A run of a race.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lap {
    /// What ran.
    pub entry: Entry,
    /// The round in which it ran; 0 while the race looks for the number of inputs.
    pub round: u32,
    /// The number of calls.
    pub tasks: u32,
    /// How the run came out.
    pub result: LapResult,
}

/// How a run of a race came out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LapResult {
    /// How long the calls took with their workers, in seconds.
    pub time_s: f64,
    /// How long the whole run took, in seconds.
    pub cost_s: f64,
    /// Whether something else changed its time.
    pub is_disturbed: bool,
    /// Whether it did all calls.
    pub is_sound: bool,
    /// The share of the calls for which they used a core, from 0 to 1.
    pub computes: f64,
}

/// What a race is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RaceStage {
    /// It looks for the number of inputs that the budget allows.
    Sizing,
    /// The loop runs again.
    Loop,
    /// Every family runs with few workers.
    Heats,
    /// The best entries of the families are measured in turn.
    Families,
    /// Numbers of workers are measured in turn.
    Workers,
    /// Nothing more is measured.
    Over,
}

/// The progress of a race.
#[derive(Clone, Debug, PartialEq)]
pub struct Race {
    track: Track,
    /// What it is doing.
    pub stage: RaceStage,
    /// The number of inputs that are measured.
    pub tasks: u32,
    /// The runs so far.
    pub laps: Vec<Lap>,
    /// The current round; 0 while the race looks for the number of inputs.
    pub round: u32,
    /// The number of rounds of families, and of numbers of workers.
    family_rounds: u32,
    worker_rounds: u32,
    /// Of each family that can do the calls, the entry that was the fastest in its heat.
    runners: Vec<Entry>,
    /// What still runs in this round; the next one is the last.
    queue: Vec<Entry>,
    /// What runs now, or ran last.
    current: Option<Entry>,
    spent_s: f64,
    moves: u32,
}

impl Race {
    /// A race that has not started.
    pub fn new(track: Track) -> Race {
        Race {
            track,
            stage: RaceStage::Sizing,
            tasks: 1,
            laps: vec![],
            round: 0,
            family_rounds: 0,
            worker_rounds: 0,
            runners: vec![],
            queue: vec![],
            current: None,
            spent_s: 0.0,
            moves: 0,
        }
    }

    /// What the race is about.
    pub fn track(&self) -> &Track {
        &self.track
    }

    /// Whether only some of the inputs are measured, because all of them would take too long.
    pub fn is_sampled(&self) -> bool {
        self.tasks < self.track.inputs
    }

    /// How long the race has taken so far, if that is known better than by the sum of its runs.
    pub fn took(&mut self, elapsed_s: f64) {
        self.spent_s = self.spent_s.max(elapsed_s);
    }

    /// The seconds of the budget that are left.
    pub fn left_s(&self) -> f64 {
        (self.track.budget_s - self.spent_s).max(0.0)
    }

    /// How often a race with these inputs calls the function at most.
    pub fn most_calls(inputs: u32) -> u64 {
        u64::from(inputs) * u64::from(MOST_RUNS)
    }

    /// What runs next, with [`Race::tasks`] calls, given how the last one came out.
    pub fn next(&mut self, last: Option<LapResult>) -> Option<Entry> {
        if let (Some(result), Some(entry)) = (last, self.current.take()) {
            self.spent_s += result.cost_s;
            self.laps.push(Lap {
                entry,
                round: self.round,
                tasks: self.tasks,
                result,
            });
            if self.round <= 1 || !result.is_sound {
                self.runners = self.find_runners();
            }
        }
        let is_over = self.spent_s >= self.track.budget_s || self.laps.len() >= MOST_RUNS as usize;
        if is_over || (self.stage != RaceStage::Sizing && self.all_times(Entry::LOOP).is_empty()) {
            self.stage = RaceStage::Over;
            return None;
        }
        let next = self.advance();
        self.current = next;
        next
    }

    fn advance(&mut self) -> Option<Entry> {
        loop {
            while let Some(entry) = self.queue.pop() {
                if self.is_affordable(entry) && !self.has_broken(entry.family) {
                    return Some(entry);
                }
            }
            match self.stage {
                RaceStage::Sizing => return self.size(),
                RaceStage::Loop => self.stage = RaceStage::Heats,
                RaceStage::Heats => match self.next_heat() {
                    Some(entry) => return Some(entry),
                    None => self.stage = RaceStage::Families,
                },
                RaceStage::Families => {
                    if !self.fill_families() {
                        self.stage = RaceStage::Workers;
                    }
                }
                // More runs may show that the families are not decided after all.
                RaceStage::Workers => {
                    if !self.fill_families() {
                        self.fill_workers();
                    }
                }
                RaceStage::Over => return None,
            }
        }
    }

    /// The loop with as many inputs as can be measured, which is found in few steps.
    fn size(&mut self) -> Option<Entry> {
        let Some(last) = self.laps.last().copied() else {
            return Some(Entry::LOOP);
        };
        if !last.result.is_sound {
            // Some inputs may be fine although the first ones fail.
            let more = (4 * last.tasks).min(self.track.inputs);
            if more == self.tasks || last.tasks >= MOST_FAILING {
                self.stage = RaceStage::Over;
                return None;
            }
            self.tasks = more;
            return Some(Entry::LOOP);
        }
        let size = self.size_after(last);
        let grows = f64::from(size) > 1.5 * f64::from(self.tasks) || size == self.track.inputs;
        let is_known = size <= self.tasks || !grows;
        if is_known {
            // The run with this number is the first one that counts.
            self.round = 1;
            if let Some(lap) = self.laps.last_mut() {
                lap.round = 1;
            }
            self.stage = RaceStage::Loop;
        } else {
            self.tasks = size;
        }
        Some(Entry::LOOP)
    }

    /// The number of inputs to measure, given the loop's latest run.
    fn size_after(&self, last: Lap) -> u32 {
        let Track {
            inputs,
            cores,
            budget_s,
            ..
        } = self.track;
        let call_s = (last.result.time_s / f64::from(last.tasks)).max(1e-9);
        let fits = |share: f64| ((budget_s * share / call_s) as u32).min(inputs);
        // A few calls say nothing about workers, so slow calls may take a larger share.
        let few = FEW_CALLS.max(2 * cores).min(fits(SLOW_LOOP_SHARE));
        let steps = if call_s * f64::from(last.tasks) < 0.05 {
            64
        } else {
            8
        };
        let most = last.tasks.saturating_mul(steps);
        let share = if last.result.computes < WAITS {
            WAITING_LOOP_SHARE
        } else {
            LOOP_SHARE
        };
        let size = fits(share).max(few);
        // A list is not cut for little.
        let is_nearly_all = f64::from(size) >= 0.8 * f64::from(inputs);
        let size = if is_nearly_all { inputs } else { size };
        size.clamp(1, most.max(1))
    }

    /// The next rung of the first family that is not through with its heat.
    fn next_heat(&self) -> Option<Entry> {
        let families = 1..=self.track.most.len();
        let entry = families.filter_map(|family| {
            let next = self.next_rung(family)?;
            (!self.has_broken(family)).then_some(Entry {
                family,
                workers: next,
            })
        });
        // One family after the other would give the last one another machine, so the lowest rung comes first.
        entry.min_by_key(|entry| entry.workers)
    }

    fn next_rung(&self, family: usize) -> Option<u32> {
        let rungs = self.rungs(family);
        let time = |workers: u32| {
            let times = self.all_times(Entry { family, workers });
            times.into_iter().reduce(f64::min)
        };
        let mut best: Option<f64> = None;
        for (i, workers) in rungs.iter().enumerate() {
            let Some(time_s) = time(*workers) else {
                return Some(*workers);
            };
            let helps = best.is_none_or(|best| time_s * WORTH_MORE < best);
            if !helps && i > 0 {
                return None;
            }
            best = Some(best.map_or(time_s, |best| best.min(time_s)));
        }
        None
    }

    /// The numbers of workers that a family tries first, in ascending order.
    fn rungs(&self, family: usize) -> Vec<u32> {
        let most = self.most_of(family);
        let top = [most].into_iter().filter(|most| *most <= 2 * LADDER[3]);
        let mut rungs: Vec<u32> = LADDER.into_iter().chain([self.track.cores]).collect();
        rungs.extend(top);
        // Few workers say little about calls that wait, and many about calls that compute.
        let computes = self.loop_computes();
        let least = if computes < WAITS { 4.min(most) } else { 2 };
        let most = if computes >= COMPUTES {
            most.min(4.max(2 * self.track.cores))
        } else {
            most
        };
        rungs.retain(|workers| (least.max(2)..=most).contains(workers));
        rungs.sort_unstable();
        // Nothing is learned from 16 workers after 15.
        rungs.dedup_by(|next, before| f64::from(*next) < 1.3 * f64::from(*before));
        rungs
    }

    /// The share of a call for which it uses a core in the loop.
    fn loop_computes(&self) -> f64 {
        let shares = self.sound(Entry::LOOP).map(|lap| lap.result.computes);
        shares.fold(0.0, f64::max)
    }

    /// The largest useful number of workers of a family.
    fn most_of(&self, family: usize) -> u32 {
        self.track.most[family - 1].min(self.tasks)
    }

    /// Fills the next round of families, unless they are decided or the budget says no. Returns whether it did.
    fn fill_families(&mut self) -> bool {
        let field = self.field();
        let round_s: f64 = field.iter().map(|entry| self.cost_s(*entry)).sum();
        // With fewer rounds nothing is decided, and the number of workers is less important.
        let are_few = self.family_rounds < LEAST_PAIRS as u32;
        let until = self.track.budget_s * if are_few { 1.0 } else { FAMILIES_SHARE };
        let is_affordable = self.spent_s + round_s <= until;
        let is_enough = !matches!(self.standing(), Standing::CannotTell(_)) || field.len() < 2;
        if is_enough || self.family_rounds >= MOST_ROUNDS || !is_affordable {
            return false;
        }
        self.family_rounds += 1;
        self.begin_round(field);
        true
    }

    /// What is measured in turn: the best entry of each family that is still in the race, and the loop unless it has
    /// lost.
    pub fn field(&self) -> Vec<Entry> {
        let mut field = self.runners.clone();
        field.retain(|entry| !self.has_lost(entry.family));
        if !self.loop_has_lost() {
            field.push(Entry::LOOP);
        }
        field
    }

    /// Fills the next round of numbers of workers, unless all is known.
    fn fill_workers(&mut self) {
        let counts = self.counts_around();
        if self.worker_rounds < WORKER_ROUNDS * (self.moves + 1) && counts.len() > 1 {
            let mut entries = counts;
            self.worker_rounds += 1;
            // The factor needs the loop beside the best entry.
            if self.worker_rounds == 1 && self.times(Entry::LOOP).len() < 3 {
                entries.push(Entry::LOOP);
            }
            return self.begin_round(entries);
        }
        if self.best_is_last() && self.moves < MOVES {
            self.moves += 1;
            return;
        }
        self.stage = RaceStage::Over;
    }

    /// The numbers of workers around the best one of the family that leads.
    fn counts_around(&self) -> Vec<Entry> {
        let Some(leader) = self.leader() else {
            return vec![];
        };
        let best = self.best_of(leader.family).unwrap_or(leader).workers;
        let around = [best / 2, best * 3 / 4, best, best * 3 / 2, best * 2];
        let most = self.most_of(leader.family);
        let mut counts = around.map(|count| count.clamp(2, most.max(2))).to_vec();
        counts.sort_unstable();
        counts.dedup();
        let family = leader.family;
        counts
            .into_iter()
            .map(|workers| Entry { family, workers })
            .collect()
    }

    /// Whether the best number of workers is the largest one that was measured, so that even more may help.
    fn best_is_last(&self) -> bool {
        let Some(leader) = self.leader() else {
            return false;
        };
        let best = self.best_of(leader.family).map(|best| best.workers);
        let tried = self.entries_of(leader.family);
        let largest = tried.iter().map(|entry| entry.workers).max();
        best == largest && best.is_some_and(|best| best < self.most_of(leader.family))
    }

    fn begin_round(&mut self, mut entries: Vec<Entry>) {
        self.round += 1;
        let len = entries.len().max(1);
        entries.rotate_left(self.round as usize % len);
        self.queue = entries;
    }

    /// What a run of this entry will cost, in seconds: as much as its last one, or nothing if it has not run yet.
    fn cost_s(&self, entry: Entry) -> f64 {
        let is_it = |lap: &&Lap| lap.entry == entry && lap.tasks == self.tasks;
        let last = self.laps.iter().rev().find(is_it);
        last.map_or(0.0, |lap| lap.result.cost_s)
    }

    fn is_affordable(&self, entry: Entry) -> bool {
        self.spent_s + self.cost_s(entry) <= self.track.budget_s
    }

    /// Whether this family cannot do the calls.
    pub fn has_broken(&self, family: usize) -> bool {
        let mut laps = self.laps.iter();
        laps.any(|lap| lap.entry.family == family && !lap.result.is_sound && family != LOOP)
    }

    /// The laps of an entry that count: they did all calls, with the inputs that are measured.
    fn sound(&self, entry: Entry) -> impl Iterator<Item = &Lap> {
        let tasks = self.tasks;
        self.laps.iter().filter(move |lap| {
            lap.entry == entry
                && lap.tasks == tasks
                && lap.result.is_sound
                && lap.result.time_s > 0.0
        })
    }

    /// The times of an entry in seconds, without disturbed runs.
    pub fn times(&self, entry: Entry) -> Vec<f64> {
        let quiet = self.sound(entry).filter(|lap| !lap.result.is_disturbed);
        quiet.map(|lap| lap.result.time_s).collect()
    }

    /// The times of an entry in seconds; with those of disturbed runs if there are no others.
    pub fn all_times(&self, entry: Entry) -> Vec<f64> {
        let quiet = self.times(entry);
        match quiet.is_empty() {
            true => self.sound(entry).map(|lap| lap.result.time_s).collect(),
            false => quiet,
        }
    }

    /// What ran with all calls done, each once, in the order of the number of workers.
    pub fn entries_of(&self, family: usize) -> Vec<Entry> {
        let laps = self.laps.iter().map(|lap| lap.entry);
        let mut entries: Vec<Entry> = laps.filter(|entry| entry.family == family).collect();
        entries.sort_unstable_by_key(|entry| entry.workers);
        entries.dedup();
        entries.retain(|entry| self.sound(*entry).next().is_some());
        entries
    }

    /// How much more may be measured, for the confidence of intervals.
    fn effort(&self) -> Effort {
        Effort {
            budget_s: self.track.budget_s,
            rounds: MOST_ROUNDS as usize,
        }
    }
}

#[cfg(test)]
mod tests;
