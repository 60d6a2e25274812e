//! The joint statistics of runs that measured the same thing.

use super::{
    difference::Difference,
    plan::Lock,
    record::Record,
    rounds::Pairs,
    stats::{self, Outlier, Ratio, Spread},
};
use crate::catalog::caveat::{Caveat, CaveatKind, LikelyCause, OUTLIER_SHARE};

/// The seed of resampling, so that the same runs always give the same results.
pub const SEED: u64 = 1;

/// The times of these runs, in seconds.
pub fn times(repeats: &[&Record]) -> Vec<f64> {
    repeats.iter().map(|record| record.times.wall_s).collect()
}

/// The median time of these runs with its interval; `None` without runs.
pub fn time(repeats: &[&Record]) -> Option<Spread> {
    stats::spread(&times(repeats), SEED)
}

/// Whether most of these runs were disturbed, so that their median says nothing about the plan.
pub fn are_disturbed<'a>(records: impl IntoIterator<Item = &'a Record>) -> bool {
    let (mut all, mut disturbed) = (0, 0);
    for record in records {
        all += 1;
        disturbed += usize::from(record.is_disturbed());
    }
    2 * disturbed > all
}

/// How many times as fast `of` is as `over`, and what that says; `None` if a side has no times. Runs that were measured
/// in turn are compared pair by pair, and disturbed pairs are left out.
pub fn compare(over: &[&Record], of: &[&Record]) -> Option<(Ratio, Difference)> {
    let of_medians = || stats::ratio(&times(over), &times(of), SEED);
    if let Some(pairs) = Pairs::of(over, of) {
        return Some((pairs.ratio().or_else(of_medians)?, pairs.difference()));
    }
    let ratio = of_medians()?;
    let is_disturbed = [over, of]
        .into_iter()
        .any(|side| are_disturbed(side.iter().copied()));
    let difference = match is_disturbed {
        true => Difference::Disturbed,
        false => Difference::of(&ratio),
    };
    Some((ratio, difference))
}

/// How many times as fast `of` would be as `over` if each worker had a core to itself, estimated from CPU time, which
/// other programs hardly change. `None` unless all tasks compute and there are that many cores.
pub fn on_free_cores(over: &[&Record], of: &[&Record]) -> Option<f64> {
    let time = |records: &[&Record]| {
        let times: Option<Vec<f64>> = records.iter().map(|run| time_on_free_cores(run)).collect();
        stats::median(&times?)
    };
    Some(time(over)? / time(of)?)
}

/// How long a run of computing tasks would take if each worker had a core to itself: its start-up, and the CPU time of
/// the worker that executes the most tasks. Under a lock, one worker computes at a time.
fn time_on_free_cores(record: &Record) -> Option<f64> {
    let Record { plan, times, .. } = record;
    let at_once = match plan.lock() {
        Lock::None => plan.workers,
        _ => 1,
    };
    let share = f64::from(plan.tasks.div_ceil(at_once)) / f64::from(plan.tasks);
    let time = times.startup_s.unwrap_or(0.0) + times.cpu_s * share;
    let is_known = plan.workload.computes() && at_once as usize <= record.cores.len();
    (is_known && time > 0.0).then_some(time)
}

/// The times of one configuration that are outliers: by their modified Z-score, see [`stats::outliers`], and by more
/// than [`OUTLIER_SHARE`] of the median.
pub fn outliers(times: &[f64]) -> Vec<Outlier> {
    let Some(median) = stats::median(times) else {
        return vec![];
    };
    let is_worth_a_caveat =
        |outlier: &Outlier| (times[outlier.index] / median - 1.0).abs() > OUTLIER_SHARE;
    stats::outliers(times)
        .into_iter()
        .filter(is_worth_a_caveat)
        .collect()
}

/// The caveats of the runs that are [`outliers`] among these runs of one configuration, each with the run's index. The
/// oldest run comes first.
pub(super) fn outliers_among(repeats: &[&Record], has_warmed_up: bool) -> Vec<(usize, Caveat)> {
    let times = times(repeats);
    let median_s = stats::median(&times).unwrap_or_default();
    let seen = |Outlier { index, z }: Outlier| {
        let (record, wall_s) = (repeats[index], times[index]);
        let is_cold = index == 0 && !has_warmed_up && wall_s > median_s;
        let cause = likely_cause(record, is_cold);
        let caveat = Caveat::outlier(wall_s, median_s, times.len(), z, cause);
        (index, caveat)
    };
    outliers(&times).into_iter().map(seen).collect()
}

/// The likely reason, judged by the run's other caveats.
fn likely_cause(record: &Record, is_cold: bool) -> LikelyCause {
    use CaveatKind::{CoresTaken, FullQuota, RunQueueWait, Stolen, Suspended, Throttled};
    let explaining = [
        Suspended,
        Throttled,
        FullQuota,
        CoresTaken,
        Stolen,
        RunQueueWait,
    ];
    match explaining.into_iter().find(|kind| record.has_caveat(*kind)) {
        Some(kind) => LikelyCause::Known(kind),
        None if is_cold => LikelyCause::ColdCaches,
        None => LikelyCause::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{
        history::{History, RunEntry},
        record::{CampaignPart, Outcome},
        trace::Trace,
    };
    use crate::{
        catalog::{model::Model, workload::Workload::Cpu},
        fixtures::sample,
    };

    /// Runs of one plan, starting with this many warm-up runs.
    fn repeated(warm_up: u32, times: &[f64]) -> History {
        let mut history = sample::history(2);
        for (nth, wall_s) in (0..).zip(times) {
            let mut record = sample::record(sample::plan(Cpu, Model::Threads, 2), *wall_s, 0.1);
            let round = (nth + 1_u32).saturating_sub(warm_up);
            record.campaign = Some(CampaignPart {
                id: "campaign".into(),
                round,
                in_turn: false,
            });
            history.add(record, Trace::new(2));
        }
        history
    }

    fn outliers(history: &History) -> Vec<usize> {
        history
            .entries()
            .iter()
            .filter(|entry| entry.assessment.outlier.is_some())
            .map(|entry| entry.number)
            .collect()
    }

    #[test]
    fn a_run_far_from_its_repeats_has_one_caveat_with_a_likely_cause() {
        let history = repeated(0, &[1.5, 1.0, 1.01, 0.99, 1.02, 1.0]);
        assert_eq!(outliers(&history), [1]);
        let texts = |entry: &RunEntry| -> Vec<String> {
            entry.caveats().map(|caveat| caveat.text.clone()).collect()
        };
        let caveats = texts(&history.entries()[0]);
        assert_eq!(caveats.len(), 1);
        assert!(caveats[0].contains("it was the first"), "{caveats:?}");
        let later = repeated(0, &[1.0, 1.0, 1.01, 0.99, 1.5]);
        assert_eq!(outliers(&later), [5]);
        assert!(texts(&later.entries()[4])[0].contains("nothing that was measured says why"));
    }

    #[test]
    fn repeats_that_differ_by_less_than_a_twentieth_are_no_outliers_however_close_the_others_are() {
        assert_eq!(
            outliers(&repeated(0, &[1.0, 1.001, 1.0, 0.999, 1.04])),
            [0usize; 0]
        );
    }

    #[test]
    fn a_new_repeat_may_remove_a_caveat() {
        assert_eq!(outliers(&repeated(0, &[1.0, 1.01, 1.5])), [3]);
        assert_eq!(
            outliers(&repeated(0, &[1.0, 1.01, 1.5, 1.4, 1.3, 1.6])),
            [0usize; 0]
        );
    }

    #[test]
    fn a_run_that_warmed_up_or_failed_is_no_repeat() {
        let history = repeated(1, &[9.0, 1.0, 1.01, 0.99, 1.0]);
        assert_eq!(history.records_of(2).len(), 4);
        assert!(history.records_of(1).is_empty());
        assert_eq!(outliers(&history), [0usize; 0]);
        let mut failed = history.entries()[1].record.clone();
        failed.ending.outcome = Outcome::Failed;
        assert!(!failed.is_counted());
    }

    #[test]
    fn runs_of_another_campaign_or_measured_alone_are_no_repeats_of_a_campaigns() {
        let mut history = repeated(0, &[1.0, 1.1]);
        let record = |campaign: Option<&str>| {
            let mut record = sample::record(sample::plan(Cpu, Model::Threads, 2), 1.0, 0.1);
            record.campaign = campaign.map(|id| CampaignPart {
                id: id.into(),
                round: 1,
                in_turn: false,
            });
            record
        };
        for campaign in [Some("other"), None, None] {
            history.add(record(campaign), Trace::new(2));
        }
        let counts: Vec<usize> = (1..=5)
            .map(|number| history.records_of(number).len())
            .collect();
        assert_eq!(counts, [2, 2, 1, 2, 2]);
    }
}
