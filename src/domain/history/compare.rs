//! What each run is measured against, and which one won.

use std::collections::{HashMap, HashSet};

use super::super::assessment::Assessment;
use super::super::difference::Difference;
use super::super::plan::Plan;
use super::super::provenance::Provenance;
use super::super::python::Interpreter;
use super::super::record::Outcome;
use super::super::repeats::SEED;
use super::super::speedup::{self, Baseline};
use super::super::stats;
use super::{Entry, History};
use crate::catalog::caveat::Caveat;

/// How an entry compares with the others.
struct Place {
    at: usize,
    speedup: Option<f64>,
    baseline: Option<Baseline>,
    is_fastest: bool,
}

impl History {
    /// What runs of this work are measured against in this session: what the user chose, else the latest sound serial
    /// record of the session by the same kin: for a Python model, one thread of the same interpreter.
    pub fn baseline_of(&self, work: &Plan) -> Option<&Entry> {
        let chosen = self
            .chosen_baseline_of(work)
            .filter(|entry| entry.is_same_machine(&self.here));
        let of_session = |entry: &&Entry| {
            entry.provenance.is_same_session(&self.here) && entry.record.plan.same_work(work)
        };
        let default = || {
            let same: Vec<&Entry> = self.entries.iter().filter(of_session).collect();
            lone_baseline(&same, work.interpreter())
        };
        chosen.or_else(default)
    }

    fn chosen_baseline_of(&self, work: &Plan) -> Option<&Entry> {
        let chosen = self
            .chosen_baselines
            .iter()
            .filter_map(|number| self.get(*number));
        chosen
            .into_iter()
            .find(|entry| entry.record.plan.same_work(work))
    }

    /// Makes this run the baseline of all runs of the same work on the same machine; if it was made that before, the
    /// latest sound serial run of each session is the baseline again.
    ///
    /// # Errors
    /// Why it cannot be one, in one sentence: it did not do all of its work.
    pub fn choose_baseline(&mut self, number: usize) -> Result<(), String> {
        let Some(entry) = self.get(number) else {
            return Ok(());
        };
        let record = &entry.record;
        if !record.is_sound() {
            let what = match record.ending.outcome {
                Outcome::Completed => "some of its tasks failed".to_string(),
                outcome => format!("it was {}", outcome.name()),
            };
            return Err(format!(
                "#{number} cannot be a baseline: {what}, so its time says nothing"
            ));
        }
        let was_chosen = self.chosen_baselines.contains(&number);
        let work = record.plan.clone();
        self.forget_baseline(&work);
        if !was_chosen {
            self.chosen_baselines.push(number);
            self.compare_work(&work);
        }
        Ok(())
    }

    /// Measures runs of this work against the latest sound serial run again.
    pub fn forget_baseline(&mut self, work: &Plan) {
        let chosen = self.chosen_baseline_of(work).map(|entry| entry.number);
        self.chosen_baselines
            .retain(|number| Some(*number) != chosen);
        self.compare_work(work);
    }

    /// Compares the runs anew that do the same work as this one.
    pub(super) fn compare_same_work(&mut self, number: usize) {
        if let Some(work) = self.get(number).map(|entry| entry.record.plan.clone()) {
            self.compare_work(&work);
        }
    }

    fn compare_work(&mut self, work: &Plan) {
        let places = self.places(|entry| entry.record.plan.same_work(work));
        self.put(places);
    }

    /// Compares all runs anew: O(n).
    pub(super) fn compare(&mut self) {
        let places = self.places(|_| true);
        self.put(places);
    }

    fn put(&mut self, places: Vec<Place>) {
        for Place {
            at,
            speedup,
            baseline,
            is_fastest,
        } in places
        {
            let entry = &mut self.entries[at];
            entry.assessment = Assessment {
                speedup,
                baseline,
                is_baseline: baseline.is_some_and(|baseline| baseline.number == entry.number),
                is_fastest,
                implausible: None,
                outlier: entry.assessment.outlier.take(),
            };
            let cores_usable = entry.provenance.machine.cores_usable;
            let gain = entry.gain();
            let doubt = gain.and_then(|gain| gain.doubt(&entry.record.plan, cores_usable));
            entry.assessment.implausible = doubt.map(Caveat::from);
        }
    }

    /// How the entries compare that `concerns` lets through: by work and session, each of which is gone through once.
    fn places(&self, concerns: impl Fn(&Entry) -> bool) -> Vec<Place> {
        let mut sessions: HashMap<_, Vec<usize>> = HashMap::new();
        for (at, entry) in self
            .entries
            .iter()
            .enumerate()
            .filter(|(_, entry)| concerns(entry))
        {
            sessions
                .entry((entry.record.plan.work(), entry.provenance.session.as_str()))
                .or_default()
                .push(at);
        }
        sessions
            .into_values()
            .flat_map(|session| self.places_in(&session))
            .collect()
    }

    /// How runs of one work and one session compare, given where they stand in ascending order. Unless the user chose a
    /// baseline of the same machine, it was measured in the same session.
    fn places_in(&self, session: &[usize]) -> Vec<Place> {
        let entries: Vec<&Entry> = session.iter().map(|at| &self.entries[*at]).collect();
        let Some(any) = entries.first() else {
            return vec![];
        };
        let chosen = self
            .chosen_baseline_of(&any.record.plan)
            .filter(|entry| entry.is_same_machine(&any.provenance));
        let groups: HashMap<Option<&str>, Group<'_>> = Group::all(&entries)
            .into_iter()
            .map(|group| (group.sweep, group))
            .collect();
        let sweeps = sweeps_among(&entries);
        let place = |(at, entry): (&usize, &&Entry)| {
            let group = groups
                .get(&sweep_of(entry, &sweeps))
                .filter(|_| !entry.record.is_warm_up());
            let baseline = group.and_then(|group| chosen.or(group.baseline_of(entry)));
            Place {
                at: *at,
                speedup: baseline
                    .and_then(|baseline| speedup::speedup(&entry.record, &baseline.record)),
                baseline: baseline.map(|baseline| self.as_baseline(baseline, entry)),
                is_fastest: group.is_some_and(|group| group.fastest == Some(entry.number)),
            }
        };
        session.iter().zip(&entries).map(place).collect()
    }

    /// An entry as what `of` is measured against.
    fn as_baseline(&self, entry: &Entry, of: &Entry) -> Baseline {
        Baseline {
            number: entry.number,
            model: entry.record.plan.model(),
            workers: entry.record.plan.workers(),
            parallelism: entry.record.times.parallelism,
            is_kin: entry.interpreter() == of.interpreter(),
            is_chosen: self.chosen_baselines.contains(&entry.number),
        }
    }
}

impl Entry {
    fn is_same_machine(&self, other: &Provenance) -> bool {
        self.provenance.is_same_machine(other)
    }

    fn may_be_baseline(&self) -> bool {
        !self.record.is_warm_up() && self.record.is_baseline_of(&self.record.plan)
    }

    /// By whom its tasks were executed: speed-ups are measured within one interpreter, or without any.
    fn interpreter(&self) -> Option<&Interpreter> {
        self.record.plan.interpreter()
    }
}

/// Runs of one work and one session that are compared with each other: those of a sweep, or those of none.
struct Group<'a> {
    /// The sweep's id.
    sweep: Option<&'a str>,
    /// What they are measured against unless the user chose something else, by kin.
    baselines: HashMap<Option<&'a Interpreter>, &'a Entry>,
    /// The number of the fastest, if it won.
    fastest: Option<usize>,
}

impl<'a> Group<'a> {
    /// Of these runs of one work and one session, in ascending order. A sweep is measured against its own serial runs: the
    /// one that is nearest to their median. Other runs are measured against the latest serial one besides, and if there is
    /// none, against that of the latest sweep. Each kin has its own.
    fn all(entries: &[&'a Entry]) -> Vec<Group<'a>> {
        let sweeps = sweeps_among(entries);
        let mut members: HashMap<Option<&str>, Vec<&'a Entry>> = HashMap::from([(None, vec![])]);
        for entry in entries {
            members
                .entry(sweep_of(entry, &sweeps))
                .or_default()
                .push(entry);
        }
        let group = |(sweep, members): (Option<&'a str>, Vec<&'a Entry>)| {
            let baseline = |interpreter| {
                if sweep.is_some() {
                    median_serial(&members, interpreter)
                } else {
                    lone_baseline(entries, interpreter)
                }
            };
            let kins: HashSet<Option<&Interpreter>> =
                members.iter().map(|entry| entry.interpreter()).collect();
            let baselines = kins
                .into_iter()
                .filter_map(|kin| Some((kin, baseline(kin)?)))
                .collect();
            Group {
                sweep,
                baselines,
                fastest: fastest(&members),
            }
        };
        members.into_iter().map(group).collect()
    }

    fn baseline_of(&self, entry: &Entry) -> Option<&'a Entry> {
        self.baselines.get(&entry.interpreter()).copied()
    }
}

/// What runs by this interpreter, or without any, are measured against that are no part of a sweep.
fn lone_baseline<'a>(
    entries: &[&'a Entry],
    interpreter: Option<&Interpreter>,
) -> Option<&'a Entry> {
    let sweeps = sweeps_among(entries);
    let may_be = |entry: &&Entry| entry.interpreter() == interpreter && entry.may_be_baseline();
    let mut latest_first = entries.iter().rev().copied().filter(may_be);
    let lone = latest_first
        .clone()
        .find(|entry| sweep_of(entry, &sweeps).is_none());
    let of_latest_sweep = || {
        let latest = sweep_of(latest_first.next()?, &sweeps);
        let members: Vec<&Entry> = entries
            .iter()
            .copied()
            .filter(|entry| sweep_of(entry, &sweeps) == latest)
            .collect();
        median_serial(&members, interpreter)
    };
    lone.or_else(of_latest_sweep)
}

/// The ids of the campaigns that have a round that warmed up.
fn sweeps_among<'a>(entries: &[&'a Entry]) -> HashSet<&'a str> {
    let parts = entries
        .iter()
        .filter_map(|entry| entry.record.campaign.as_ref());
    parts
        .filter(|part| part.round == 0)
        .map(|part| part.id.as_str())
        .collect()
}

fn sweep_of<'a>(entry: &'a Entry, sweeps: &HashSet<&str>) -> Option<&'a str> {
    entry
        .record
        .campaign
        .as_ref()
        .map(|part| part.id.as_str())
        .filter(|id| sweeps.contains(id))
}

/// The serial run by this interpreter, or without any, whose time is nearest to the median of all of these.
fn median_serial<'a>(
    entries: &[&'a Entry],
    interpreter: Option<&Interpreter>,
) -> Option<&'a Entry> {
    let is_serial = |entry: &&Entry| entry.interpreter() == interpreter && entry.may_be_baseline();
    let serial = || entries.iter().copied().filter(is_serial);
    let median = stats::median(
        &serial()
            .map(|entry| entry.record.times.wall_s)
            .collect::<Vec<_>>(),
    )?;
    let distance = |entry: &&Entry| (entry.record.times.wall_s - median).abs();
    serial().min_by(|a, b| distance(a).total_cmp(&distance(b)))
}

/// The number of the fastest of these runs of one work, if it won: if its configuration is clearly ahead of every other.
fn fastest(same: &[&Entry]) -> Option<usize> {
    let times = |group: &[&Entry]| -> Vec<f64> {
        group
            .iter()
            .map(|entry| entry.record.times.wall_s)
            .collect()
    };
    let mut groups: Vec<(f64, Vec<&Entry>)> = super::repeats::groups(same)
        .into_iter()
        .filter_map(|group| Some((stats::median(&times(&group))?, group)))
        .collect();
    groups.sort_by(|a, b| a.0.total_cmp(&b.0));
    let ((_, ahead), others) = groups.split_first()?;
    let mut rivals = others
        .iter()
        .filter(|(_, rival)| rival[0].record.plan != ahead[0].record.plan)
        .peekable();
    rivals.peek()?;
    // The nearest one comes first, so that hardly any others are resampled where nobody won.
    let has_won = rivals.all(|(_, rival)| {
        stats::ratio(&times(rival), &times(ahead), SEED)
            .is_some_and(|ratio| Difference::of(&ratio) == Difference::Faster)
    });
    let by_time =
        |a: &&&Entry, b: &&&Entry| a.record.times.wall_s.total_cmp(&b.record.times.wall_s);
    let first = ahead.iter().min_by(by_time)?;
    has_won.then_some(first.number)
}
