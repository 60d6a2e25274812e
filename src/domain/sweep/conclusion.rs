//! What to conclude from a sweep, in one plain sentence that claims no more than was measured.

use std::collections::BTreeSet;

use super::SweepPlan;
use super::results::{MIN_GAIN, Results, Series, Summary, is_gain, is_loss};
use crate::domain::stats::Ratio;
use crate::domain::text::{self, counted};

/// What to conclude from these results of a sweep, measured on a machine with so many usable cores.
pub(super) fn of(plan: &SweepPlan, results: &Results, cores_usable: u32) -> String {
    let Results {
        summaries,
        failed,
        is_noisy,
        ..
    } = results;
    Told {
        plan,
        summaries,
        failed,
        cores_usable,
        is_noisy: *is_noisy,
    }
    .sentence(&results.series)
}

/// All that a sentence is made of.
struct Told<'a> {
    plan: &'a SweepPlan,
    summaries: &'a [Option<Summary>],
    failed: &'a [u32],
    cores_usable: u32,
    /// Whether others disturbed most of the runs.
    is_noisy: bool,
}

impl Told<'_> {
    /// A clause per executor besides those that the others are measured against, and what speaks against all of them.
    fn sentence(&self, series: &[Series]) -> String {
        let anything = self.summaries.iter().any(Option::is_some)
            || self.failed.iter().any(|failed| *failed > 0);
        if !anything {
            return "nothing measured yet: the first round warms up and is not counted".into();
        }
        let is_alone = self.summaries.len() == 1;
        let is_base = |index: &usize| self.plan.base_of(*index) == *index;
        let is_told = |series: &&Series| is_alone || !series.configurations.iter().all(is_base);
        let mut clauses: Vec<String> = series
            .iter()
            .filter(is_told)
            .map(|series| self.clause(series))
            .collect();
        clauses.extend(self.without_speedups());
        if self.is_noisy {
            clauses.push("but others disturbed most of the runs: measure again".into());
        }
        clauses.join("; ")
    }

    /// Of whom there are no speed-ups, as nothing that they are measured against succeeded.
    fn without_speedups(&self) -> impl Iterator<Item = String> {
        let configurations = self.plan.configurations();
        let bases: BTreeSet<usize> = (0..configurations.len())
            .map(|index| (index, self.plan.base_of(index)))
            .filter(|(index, base)| base != index)
            .map(|(_, base)| base)
            .collect();
        let is_missing = |base: &usize| self.summaries[*base].is_none() && self.failed[*base] > 0;
        bases
            .into_iter()
            .filter(is_missing)
            .map(|base| match configurations[base].interpreter() {
                None if self.plan.pythons().is_empty() => {
                    "no speed-ups, as no serial run succeeded".into()
                }
                None => "no speed-ups of the native models, as no serial run succeeded".into(),
                Some(interpreter) => format!(
                    "no speed-ups of Python {}, as no run of one thread of it succeeded",
                    interpreter.version_name()
                ),
            })
    }

    fn clause(&self, series: &Series) -> String {
        let failed: u32 = series
            .configurations
            .iter()
            .map(|index| self.failed[*index])
            .sum();
        let found = match series.best.and_then(|best| self.summaries[best].as_ref()) {
            Some(summary) => self.finding(series, summary),
            None if failed > 0 => return format!("{}: every run failed", series.executor.name()),
            None => "nothing measured yet".into(),
        };
        let failures = if failed > 0 {
            format!(" ({} failed)", counted(failed.into(), "run"))
        } else {
            String::new()
        };
        format!("{}: {found}{failures}", series.executor.name())
    }

    fn measured<'a>(&'a self, series: &'a Series) -> impl Iterator<Item = &'a Summary> {
        series
            .configurations
            .iter()
            .filter_map(|index| self.summaries[*index].as_ref())
    }

    fn finding(&self, series: &Series, summary: &Summary) -> String {
        let counts = self.measured(series).count();
        let here = self.place(summary);
        let over = if series.executor.model.is_python() {
            "one Python thread"
        } else {
            "serial"
        };
        match &summary.speedup {
            _ if summary.plan.is_serial() && series.configurations.len() == 1 => {
                text::duration(summary.time.median)
            }
            None => format!("{} {here}", text::duration(summary.time.median)),
            Some(ratio) if is_gain(ratio) => {
                format!(
                    "{} {here}{}",
                    text::speedup(ratio.value),
                    self.beyond(series, summary)
                )
            }
            Some(ratio) if is_loss(ratio) => {
                let at_best = if counts > 1 { " at best," } else { "" };
                format!(
                    "slower than {over}, {}{at_best} {here}",
                    text::speedup(ratio.value)
                )
            }
            Some(ratio) => {
                let unclear = || format!("no clear difference from {over}");
                let what = if is_about_one(ratio) {
                    "no gain".into()
                } else {
                    unclear()
                };
                if counts == 1 {
                    format!("{what} with {}", workers(summary))
                } else {
                    what
                }
            }
        }
    }

    /// With how many workers, or on how many cores where that is the same and the reason.
    fn place(&self, summary: &Summary) -> String {
        let computes = self.plan.work().workload().computes();
        if computes && summary.plan.workers() == self.cores_usable {
            format!("on {}", counted(self.cores_usable.into(), "usable core"))
        } else {
            format!("with {}", workers(summary))
        }
    }

    /// What more workers brought, if more were measured.
    fn beyond(&self, series: &Series, summary: &Summary) -> &'static str {
        let more = |other: &Summary| other.plan.workers() > summary.plan.workers();
        let is_largest_planned = series.configurations.last().is_some_and(|last| {
            self.plan.configurations()[*last].workers() == summary.plan.workers()
        });
        match self.measured(series).count() {
            1 => "",
            _ if self.measured(series).any(more) => ", no gain beyond",
            _ if is_largest_planned => ", the most tried",
            _ => "",
        }
    }
}

fn workers(summary: &Summary) -> String {
    counted(summary.plan.workers().into(), "worker")
}

/// Whether it is so near to 1 that it would be no gain if it were clear.
fn is_about_one(ratio: &Ratio) -> bool {
    ratio.value < MIN_GAIN && ratio.value > 1.0 / MIN_GAIN
}
