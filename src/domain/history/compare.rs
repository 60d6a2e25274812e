//! The baseline of each run, and the fastest run of each work.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use super::{
    super::{
        assessment::Assessment,
        difference::Difference,
        plan::Plan,
        python::Interpreter,
        record::{Outcome, Record},
        repeats,
        rounds::{Pairs, in_turn},
        speedup::{self, Baseline},
        stats,
    },
    History, RunEntry,
    repeats::groups,
    turns::representative_of,
};

impl History {
    /// Makes this run the baseline of all runs of the same work on the same machine. If the user chose it before, the
    /// choice is undone, and the latest sound serial run of each session is the baseline again.
    ///
    /// # Errors
    /// If the run did not do all of its work; the message is one sentence.
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
            return Err(format!("#{number} cannot be a baseline, because {what}"));
        }
        let number = (!entry.is_chosen).then_some(number);
        let work = record.plan.clone();
        self.choose(&work, number);
        Ok(())
    }

    /// Makes this run the baseline of all runs of the same work and replaces an earlier choice. If it already is the
    /// baseline by default, no choice is made.
    ///
    /// # Errors
    /// If the run cannot be a baseline; the message is one sentence.
    pub fn measure_against(&mut self, number: usize) -> Result<(), String> {
        if let Some(entry) = self.get(number).filter(|entry| entry.record.is_sound()) {
            let work = entry.record.plan.clone();
            self.forget_baseline(&work);
        }
        let entry = self.get(number);
        if entry.is_some_and(|entry| entry.assessment.is_baseline) {
            return Ok(());
        }
        self.choose_baseline(number)
    }

    /// Measures runs of this work against the latest sound serial run again.
    pub fn forget_baseline(&mut self, work: &Plan) {
        self.choose(work, None);
    }

    /// Makes this run the user's baseline of its work. `None` undoes the choice.
    fn choose(&mut self, work: &Plan, number: Option<usize>) {
        for entry in &mut self.entries {
            if entry.record.plan.same_work(work) {
                entry.is_chosen = Some(entry.number) == number;
            }
        }
        self.compare(|entry| entry.record.plan.same_work(work));
    }

    /// Compares again the runs that `selects` accepts, by work and session. Each group is compared once.
    pub(super) fn compare(&mut self, selects: impl Fn(&RunEntry) -> bool) {
        let mut sessions: HashMap<_, Vec<&RunEntry>> = HashMap::new();
        for entry in self.entries.iter().filter(|entry| selects(entry)) {
            let key = (entry.record.plan.work(), &entry.provenance.session[..]);
            sessions.entry(key).or_default().push(entry);
        }
        let all = self.entries.iter();
        let chosen: Vec<&RunEntry> = all.filter(|entry| entry.is_chosen).collect();
        let sessions = sessions.into_values();
        let assessed: Vec<(usize, Assessment)> = sessions
            .flat_map(|session| assessed(&session, &chosen))
            .collect();
        for (number, assessment) in assessed {
            if let Some(RunEntry {
                assessment: old, ..
            }) = self.get_mut(number)
            {
                let outlier = old.outlier.take();
                *old = Assessment {
                    outlier,
                    ..assessment
                };
            }
        }
    }
}

/// Assesses the runs of one work and one session, given in ascending order; there is at least one. Their baseline is of
/// the same session, unless the user chose a baseline of the same machine.
fn assessed(entries: &[&RunEntry], chosen: &[&RunEntry]) -> Vec<(usize, Assessment)> {
    let any = entries[0];
    let may_be = |entry: &&RunEntry| {
        entry.record.plan.same_work(&any.record.plan)
            && entry.provenance.is_same_machine(&any.provenance)
    };
    let chosen = chosen.iter().copied().find(may_be);
    let session = SessionRuns::of(entries);
    let mut repeats: HashMap<usize, Arc<[usize]>> = HashMap::new();
    let mut rivals: HashMap<Option<&str>, Vec<Vec<&RunEntry>>> = HashMap::new();
    for group in groups(entries) {
        let numbers: Arc<[usize]> = group.iter().map(|entry| entry.number).collect();
        repeats.extend(numbers.iter().map(|number| (*number, Arc::clone(&numbers))));
        let campaign = session.campaign_of(group[0]);
        rivals.entry(campaign).or_default().push(group);
    }
    let fastest: HashSet<usize> = rivals.into_values().filter_map(fastest).collect();
    let mut defaults = HashMap::new();
    let assessed = entries.iter().copied().map(|entry| {
        let (plan, interpreter) = (&entry.record.plan, entry.record.plan.interpreter());
        let campaign = session.campaign_of(entry);
        let default = defaults
            .entry((campaign, interpreter))
            .or_insert_with(|| session.baseline_of(campaign, interpreter));
        let baseline = chosen.or(*default).filter(|_| !entry.record.is_warm_up());
        let pairs = chosen.is_none().then(|| session.pairs_of(entry)).flatten();
        let mut assessment = Assessment {
            speedup: pairs
                .as_ref()
                .and_then(|pairs| Some(pairs.ratio()?.value))
                .or_else(|| speedup::speedup(&entry.record, &baseline?.record)),
            baseline: baseline.map(|over| as_baseline(over, interpreter)),
            is_baseline: baseline.is_some_and(|over| over.number == entry.number),
            is_fastest: fastest.contains(&entry.number),
            is_undecided: pairs.is_some_and(|pairs| !pairs.decide()),
            repeats: repeats.remove(&entry.number).unwrap_or_default(),
            ..Assessment::default()
        };
        let cores = entry.provenance.machine.full_use();
        let gain = assessment.gain();
        assessment.implausible = gain.and_then(|gain| gain.caveat(plan, cores));
        (entry.number, assessment)
    });
    assessed.collect()
}

/// An entry as the baseline of native runs, or of runs by this interpreter.
fn as_baseline(entry: &RunEntry, interpreter: Option<&Interpreter>) -> Baseline {
    let plan = &entry.record.plan;
    Baseline {
        number: entry.number,
        model: plan.model(),
        workers: plan.workers,
        parallelism: entry.record.times.parallelism,
        same_interpreter: plan.interpreter() == interpreter,
        is_chosen: entry.is_chosen,
        is_disturbed: entry.record.is_disturbed(),
    }
}

/// The runs of one work and one session, grouped for comparison by campaign: by sweep, or by experiment in turn. All
/// other runs are a group, too.
struct SessionRuns<'a> {
    /// The ids of the campaigns that have a warm-up round, and of those that measured in turn.
    campaigns: HashSet<&'a str>,
    /// In ascending order, by campaign.
    groups: HashMap<Option<&'a str>, Vec<&'a RunEntry>>,
}

impl<'a> SessionRuns<'a> {
    fn of(entries: &[&'a RunEntry]) -> SessionRuns<'a> {
        let records = entries.iter().map(|entry| &entry.record);
        let have_own = |record: &&Record| record.is_warm_up() || in_turn(record).is_some();
        let mut session = SessionRuns {
            campaigns: records
                .filter(have_own)
                .filter_map(Record::campaign_id)
                .collect(),
            groups: HashMap::new(),
        };
        for entry in entries {
            let campaign = session.campaign_of(entry);
            session.groups.entry(campaign).or_default().push(entry);
        }
        session
    }

    fn campaign_of(&self, entry: &'a RunEntry) -> Option<&'a str> {
        let id = entry.record.campaign_id();
        id.filter(|id| self.campaigns.contains(id))
    }

    /// The baseline unless the user chose one, for runs of such a campaign or outside of them, native or by this
    /// interpreter. A campaign is measured against the [`typical`] one of its own serial runs. Other runs are measured
    /// against the latest serial run outside of such campaigns. If there is none, they have the baseline of the latest
    /// campaign.
    fn baseline_of(
        &self,
        campaign: Option<&'a str>,
        interpreter: Option<&Interpreter>,
    ) -> Option<&'a RunEntry> {
        let serial = |campaign| self.serial(campaign, interpreter);
        if campaign.is_some() {
            return typical(&serial(campaign));
        }
        let lone = serial(None).last().copied();
        lone.or_else(|| {
            let campaigns = self.campaigns.iter().map(|campaign| serial(Some(campaign)));
            let latest = campaigns.max_by_key(|runs| runs.last().map(|run| run.number))?;
            typical(&latest)
        })
    }

    /// The pairs of the experiment that compares this run's plan with its baseline.
    fn pairs_of(&self, entry: &'a RunEntry) -> Option<Pairs> {
        let record = &entry.record;
        if in_turn(record).is_none() || record.plan.is_serial() || !record.is_counted() {
            return None;
        }
        let campaign = entry.record.campaign_id();
        let serial = self.serial(campaign, entry.record.plan.interpreter());
        let runs = self.groups.get(&campaign).into_iter().flatten().copied();
        let is_repeat =
            |run: &&RunEntry| run.record.is_counted() && run.record.plan == entry.record.plan;
        let runs: Vec<&RunEntry> = runs.filter(is_repeat).collect();
        Pairs::of(&records(&serial), &records(&runs))
    }

    /// The runs that may be the baseline of other runs by this interpreter, or of native runs.
    fn serial(
        &self,
        campaign: Option<&'a str>,
        interpreter: Option<&Interpreter>,
    ) -> Vec<&'a RunEntry> {
        let may_be_baseline = |entry: &&RunEntry| {
            let record = &entry.record;
            record.plan.is_serial()
                && record.plan.interpreter() == interpreter
                && record.is_sound()
                && !record.is_warm_up()
        };
        let group = self.groups.get(&campaign).into_iter().flatten().copied();
        group.filter(may_be_baseline).collect()
    }
}

fn records<'a>(entries: &[&'a RunEntry]) -> Vec<&'a Record> {
    entries.iter().map(|entry| &entry.record).collect()
}

fn times(entries: &[&RunEntry]) -> Vec<f64> {
    let times = entries.iter().map(|entry| entry.record.times.wall_s);
    times.collect()
}

/// The run that stands for these repeats: if they were measured in turn, the one in the history; else the one nearest
/// to their median.
fn typical<'a>(entries: &[&'a RunEntry]) -> Option<&'a RunEntry> {
    if in_turn(&entries.first()?.record).is_some() {
        return representative_of(entries);
    }
    let median = stats::median(&times(entries))?;
    let distance = |entry: &&RunEntry| (entry.record.times.wall_s - median).abs();
    let entries = entries.iter().copied();
    entries.min_by(|a, b| distance(a).total_cmp(&distance(b)))
}

/// The number of the fastest of these runs of one work, which are grouped by what they repeat. `None` unless one
/// configuration is clearly ahead of every other.
fn fastest(groups: Vec<Vec<&RunEntry>>) -> Option<usize> {
    let groups = groups.into_iter();
    let mut groups: Vec<(f64, Vec<&RunEntry>)> = groups
        .filter_map(|group| Some((stats::median(&times(&group))?, group)))
        .collect();
    groups.sort_by(|a, b| a.0.total_cmp(&b.0));
    let ((_, ahead), others) = groups.split_first()?;
    let mut rivals = others
        .iter()
        .filter(|(_, rival)| rival[0].record.plan != ahead[0].record.plan)
        .peekable();
    rivals.peek()?;
    // The nearest rival comes first. If no configuration is clearly ahead, this avoids resampling most of the others.
    let has_won = rivals.all(|(_, rival)| {
        let compared = repeats::compare(&records(rival), &records(ahead));
        compared.is_some_and(|(_, difference)| difference == Difference::Faster)
    });
    let wall_s = |entry: &RunEntry| entry.record.times.wall_s;
    let first = match in_turn(&ahead[0].record) {
        Some(_) => representative_of(ahead)?,
        None => ahead
            .iter()
            .min_by(|a, b| wall_s(a).total_cmp(&wall_s(b)))?,
    };
    has_won.then_some(first.number)
}
