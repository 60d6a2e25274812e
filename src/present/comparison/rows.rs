//! The rows of the table.

use super::{ComparisonRow, scale::NumberScale};
use crate::{
    analysis::compared::Compared,
    catalog::metric::{COMPARISON, METRICS, Metric, PART, Unit},
    domain::{
        difference::Difference,
        phase::Phase,
        plan::Lock,
        python::GilState,
        record::Record,
        repeats,
        rounds::in_turn,
        stats::{Interval, Ratio, Spread},
        text,
    },
    present::number::{NOTHING, or_nothing, span},
};

/// All rows, with the speed-ups over the run at `reference`.
pub(super) fn of(runs: &[Compared<'_>], reference: Option<usize>) -> Vec<ComparisonRow> {
    let table = ComparisonTable {
        runs,
        from: reference.unwrap_or(0),
    };
    let mut rows = table.times();
    if let Some(reference) = reference {
        rows.extend(table.speedups(reference));
    }
    for metric in METRICS.iter() {
        let row = table.row(metric);
        let phase = |row: &ComparisonRow| row.phase;
        if row.as_ref().and_then(phase).is_some() && rows.last().and_then(phase).is_none() {
            rows.push(table.words("time of all workers", vec![String::new(); runs.len()]));
        }
        rows.extend(row);
        // The row about the lock comes after the time that the workers spent.
        if metric.phase() == Phase::MEASURED.last().copied() {
            rows.extend(table.locks());
        }
    }
    rows
}

struct ComparisonTable<'t, 'a> {
    runs: &'t [Compared<'a>],
    /// The run from which differences are taken.
    from: usize,
}

impl ComparisonTable<'_, '_> {
    /// The row of a metric, if it was measured in any run; for time in a phase, if any run spent time in it. If all of
    /// its numbers are estimates, the row says so; if some are, those numbers do.
    fn row(&self, metric: &Metric) -> Option<ComparisonRow> {
        let values: Vec<Option<f64>> = self
            .runs
            .iter()
            .map(|run| metric.of(&run.entry.record, None))
            .collect();
        let is_shown = |value: &f64| metric.phase().is_none() || *value > 0.0;
        if !metric.is_in(COMPARISON) || !values.iter().flatten().any(is_shown) {
            return None;
        }
        let scale = NumberScale::of(metric.unit, values.iter().flatten().copied());
        let mut row = ComparisonRow {
            phase: metric.phase(),
            is_part: metric.is_in(PART),
            ..self.numbers(metric.name, &values, scale)
        };
        let is_estimate = |run: &Compared<'_>| metric.is_estimate(&run.entry.record);
        let said_of = |(run, value): (_, &Option<f64>)| is_estimate(run) || *value <= Some(0.0);
        if self.runs.iter().any(is_estimate) && self.runs.iter().zip(&values).all(said_of) {
            row.name.push_str(" (estimated)");
            return Some(row);
        }
        let estimated = row.cells.iter_mut().zip(self.runs);
        for (cell, _) in estimated.filter(|(_, run)| is_estimate(run)) {
            cell.insert(0, '~');
        }
        Some(row)
    }

    /// Whether there was an interpreter lock, if Python executed any of the runs.
    fn locks(&self) -> Option<ComparisonRow> {
        let words = |record: &Record| match (&record.interpreter.python, record.plan.lock()) {
            (Some(python), _) => python.gil.map_or("mixed", GilState::word),
            (None, Lock::Emulated) => "emulated",
            _ => NOTHING,
        };
        let records = || self.runs.iter().map(|run| &run.entry.record);
        let cells = records().map(|record| words(record).into()).collect();
        records()
            .any(|record| record.interpreter.python.is_some())
            .then(|| self.words("GIL", cells))
    }

    /// A row without differences, which would be meaningless.
    fn words(&self, name: &str, mut cells: Vec<String>) -> ComparisonRow {
        cells.extend((self.runs.len() == 2).then(String::new));
        ComparisonRow {
            name: name.into(),
            cells,
            ..ComparisonRow::default()
        }
    }

    /// Numbers of the runs, all in one unit.
    fn numbers(&self, name: &str, values: &[Option<f64>], scale: NumberScale) -> ComparisonRow {
        let text = |value: &Option<f64>| or_nothing(*value, |value| scale.text(value));
        let mut cells: Vec<String> = values.iter().map(text).collect();
        if let [first, second] = values {
            let (from, to) = match self.from {
                0 => (first, second),
                _ => (second, first),
            };
            let difference = |(from, to)| scale.difference(from, to);
            cells.push(or_nothing(from.zip(*to), difference));
        }
        ComparisonRow {
            name: name.into(),
            cells,
            ..ComparisonRow::default()
        }
    }

    /// The time of each run and the statistics of its repeats, all in one unit.
    fn times(&self) -> Vec<ComparisonRow> {
        let spreads: Vec<Option<Spread>> = self
            .runs
            .iter()
            .map(|run| repeats::time(&run.measured))
            .collect();
        let numbers = spreads
            .iter()
            .flatten()
            .flat_map(|spread| [spread.median, spread.min, spread.max]);
        let scale = NumberScale::of(Unit::Seconds, numbers);
        let row = |name: &str, of: fn(&Spread) -> f64| {
            let values: Vec<Option<f64>> = spreads
                .iter()
                .map(|spread| spread.as_ref().map(of))
                .collect();
            self.numbers(name, &values, scale)
        };
        if !self.runs.iter().any(Compared::is_repeated) {
            return vec![row("time", |spread| spread.median)];
        }
        // Of pairs, the interval of the speed-up says more than those of the times.
        if self
            .runs
            .iter()
            .all(|run| in_turn(&run.entry.record).is_some())
        {
            return vec![row("median time", |spread| spread.median)];
        }
        let number = |spread: &Spread| text::grouped(spread.n as u64);
        let repeats = spreads.iter();
        let repeats = repeats.map(|spread| or_nothing(spread.as_ref(), number));
        let intervals = spreads.iter().map(|spread| spread.as_ref()?.interval);
        let interval = format!("95 % interval ({})", scale.suffix.trim());
        let mut rows = vec![
            row("median time", |spread| spread.median),
            self.intervals(&interval, intervals, |value| scale.bare(value)),
            row("shortest", |spread| spread.min),
            row("longest", |spread| spread.max),
            self.words("repeats", repeats.collect()),
        ];
        rows[1..].iter_mut().for_each(|row| row.is_part = true);
        rows
    }

    /// How many times faster than the run at `reference`.
    fn speedups(&self, reference: usize) -> Vec<ComparisonRow> {
        let over = &self.runs[reference];
        let ratio = |(at, run): (usize, &Compared<'_>)| {
            if at == reference {
                let (value, interval) = (1.0, None);
                return Some(Ratio { value, interval });
            }
            let compared = repeats::compare(&over.measured, &run.measured);
            // The sentence above says that the runs were disturbed, and a factor beside it would deny that.
            let told = compared.filter(|(_, difference)| *difference != Difference::Disturbed);
            told.map(|(ratio, _)| ratio)
        };
        let ratios: Vec<Option<Ratio>> = self.runs.iter().enumerate().map(ratio).collect();
        let intervals = || ratios.iter().map(|ratio| ratio.as_ref()?.interval);
        let is_repeated = intervals().any(|interval| interval.is_some());
        // Single runs have two digits. More would claim too much precision.
        let written = |value: f64| {
            if is_repeated {
                format!("{value:.2}×")
            } else {
                text::speedup(value)
            }
        };
        let cells = ratios
            .iter()
            .map(|ratio| or_nothing(ratio.map(|ratio| ratio.value), written));
        let name = format!("speed-up over #{}", over.entry.number);
        let interval = is_repeated
            .then(|| self.intervals("95 % interval", intervals(), |value| format!("{value:.2}")));
        std::iter::once(self.words(&name, cells.collect()))
            .chain(interval)
            .collect()
    }

    fn intervals(
        &self,
        name: &str,
        intervals: impl Iterator<Item = Option<Interval>>,
        bare: impl Fn(f64) -> String,
    ) -> ComparisonRow {
        let text = |of: Option<Interval>| of.map_or_else(String::new, |of| span(of, &bare));
        ComparisonRow {
            is_part: true,
            ..self.words(name, intervals.map(text).collect())
        }
    }
}
