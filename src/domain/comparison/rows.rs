//! The rows of the table.

use super::{Cell, Compared, Row};
use crate::catalog::metric::{COMPARISON, METRICS, Metric, PART, Unit};
use crate::domain::plan::Lock;
use crate::domain::python::GilState;
use crate::domain::record::Record;
use crate::domain::repeats;
use crate::domain::stats::{Interval, Ratio, Spread};
use crate::domain::text;

use super::unit::Scale;

/// Not measured.
const NONE: &str = "–";

/// All rows, with the speed-ups over the run at `reference`.
pub(super) fn of(runs: &[Compared<'_>], reference: Option<usize>) -> Vec<Row> {
    let table = Table {
        runs,
        from: reference.unwrap_or(0),
    };
    let mut rows = table.times();
    rows.extend(
        reference
            .into_iter()
            .flat_map(|reference| table.speedups(reference)),
    );
    let numbers = |metrics: &'static [Metric]| {
        let shown = metrics.iter().filter(|metric| metric.is_in(COMPARISON));
        shown.filter_map(|metric| table.row(metric))
    };
    // Whether there was a lock stands behind the time that the workers spent.
    let last_phase = METRICS.iter().rposition(|metric| metric.phase().is_some());
    let (first, last) = METRICS.split_at(last_phase.map_or(0, |at| at + 1));
    rows.extend(numbers(first));
    rows.extend(table.locks());
    rows.extend(numbers(last));
    rows
}

struct Table<'t, 'a> {
    runs: &'t [Compared<'a>],
    /// What differences are taken from.
    from: usize,
}

impl Table<'_, '_> {
    /// A number of each run, if it was measured in any; time in a phase, if there was any. Where it was estimated, the row
    /// says so if that is true of all of its numbers, and else those numbers do.
    fn row(&self, metric: &Metric) -> Option<Row> {
        let values: Vec<Option<f64>> = self
            .runs
            .iter()
            .map(|run| metric.of(&run.record.into()))
            .collect();
        let is_told = |value: &f64| metric.phase().is_none() || *value > 0.0;
        if !values.iter().flatten().any(is_told) {
            return None;
        }
        let mut row = Row {
            phase: metric.phase(),
            is_part: metric.is_in(PART),
            ..self.numbers(metric.name, metric.unit, &values)
        };
        let is_estimate = |run: &Compared<'_>| metric.is_estimate(run.record);
        let said_of = |(run, value): (_, &Option<f64>)| is_estimate(run) || *value <= Some(0.0);
        if self.runs.iter().any(is_estimate) && self.runs.iter().zip(&values).all(said_of) {
            row.name.push_str(" (estimated)");
            return Some(row);
        }
        let estimated = row.cells.iter_mut().zip(self.runs);
        for (cell, _) in estimated.filter(|(_, run)| is_estimate(run)) {
            cell.text.insert(0, '~');
        }
        Some(row)
    }

    /// Whether there was an interpreter lock, if Python executed any of the runs.
    fn locks(&self) -> Option<Row> {
        let words = |record: &Record| match (&record.python, record.plan.lock()) {
            (Some(python), _) => python.gil.map_or("mixed", GilState::word),
            (None, Lock::Emulated) => "emulated",
            _ => NONE,
        };
        let cell = |run: &Compared<'_>| Cell {
            text: words(run.record).into(),
            value: None,
            interval: None,
        };
        self.runs
            .iter()
            .any(|run| run.record.python.is_some())
            .then(|| Row {
                name: "GIL".into(),
                phase: None,
                is_part: false,
                unit: Unit::Count,
                cells: self.runs.iter().map(cell).collect(),
                difference: self.blank(),
            })
    }

    /// Numbers of the runs, in the unit that suits all of them.
    fn numbers(&self, name: &str, unit: Unit, values: &[Option<f64>]) -> Row {
        let scale = Scale::of(unit, values.iter().flatten().copied());
        self.written(name, unit, values, scale)
    }

    fn written(&self, name: &str, unit: Unit, values: &[Option<f64>], scale: Scale) -> Row {
        let cell = |value: &Option<f64>| Cell {
            text: value.map_or_else(|| NONE.into(), |value| scale.text(value)),
            value: *value,
            interval: None,
        };
        Row {
            name: name.into(),
            phase: None,
            is_part: false,
            unit,
            cells: values.iter().map(cell).collect(),
            difference: self.difference(values, scale),
        }
    }

    fn difference(&self, values: &[Option<f64>], scale: Scale) -> Option<String> {
        let [first, second] = values else { return None };
        let (from, to) = if self.from == 0 {
            (first, second)
        } else {
            (second, first)
        };
        Some(
            from.zip(*to)
                .map_or_else(|| NONE.into(), |(from, to)| scale.difference(from, to)),
        )
    }

    /// The time of each run, and what its repeats say of it: all in one unit.
    fn times(&self) -> Vec<Row> {
        let spreads: Vec<Option<Spread>> = self
            .runs
            .iter()
            .map(|run| repeats::time(&run.measured()))
            .collect();
        let numbers = spreads
            .iter()
            .flatten()
            .flat_map(|spread| [spread.median, spread.min, spread.max]);
        let scale = Scale::of(Unit::Seconds, numbers);
        let row = |name, of: fn(&Spread) -> f64| {
            let values: Vec<Option<f64>> = spreads
                .iter()
                .map(|spread| spread.as_ref().map(of))
                .collect();
            self.written(name, Unit::Seconds, &values, scale)
        };
        if !self.runs.iter().any(Compared::is_repeated) {
            return vec![row("time", |spread| spread.median)];
        }
        let time = row("time, median", |spread| spread.median);
        let intervals: Vec<Option<Interval>> = spreads
            .iter()
            .map(|spread| spread.as_ref().and_then(|spread| spread.interval))
            .collect();
        let runs: Vec<Option<f64>> = spreads
            .iter()
            .map(|spread| spread.map(|spread| spread.n as f64))
            .collect();
        let parts = [
            self.intervals(Unit::Seconds, &intervals, |value| scale.bare(value)),
            row("shortest", |spread| spread.min),
            row("longest", |spread| spread.max),
            Row {
                difference: self.blank(),
                ..self.numbers("runs", Unit::Count, &runs)
            },
        ];
        std::iter::once(time)
            .chain(parts.map(|part| Row {
                is_part: true,
                ..part
            }))
            .collect()
    }

    /// How many times faster than the run at `reference`.
    fn speedups(&self, reference: usize) -> Vec<Row> {
        let Some(over) = self.runs.get(reference) else {
            return vec![];
        };
        let ratio = |at: usize, run: &Compared<'_>| {
            if at == reference {
                return Some(Ratio {
                    value: 1.0,
                    interval: None,
                });
            }
            repeats::gain(&over.measured(), &run.measured())
        };
        let ratios: Vec<Option<Ratio>> = self
            .runs
            .iter()
            .enumerate()
            .map(|(at, run)| ratio(at, run))
            .collect();
        let intervals: Vec<Option<Interval>> = ratios
            .iter()
            .map(|ratio| ratio.as_ref().and_then(|ratio| ratio.interval))
            .collect();
        let is_repeated = intervals.iter().any(Option::is_some);
        // Single runs have two digits, as more would pretend.
        let written = |ratio: &Ratio| {
            if is_repeated {
                format!("{:.2}×", ratio.value)
            } else {
                text::speedup(ratio.value)
            }
        };
        let cell = |ratio: &Option<Ratio>| Cell {
            text: ratio.as_ref().map_or_else(|| NONE.into(), written),
            value: ratio.as_ref().map(|ratio| ratio.value),
            interval: None,
        };
        let row = Row {
            name: format!("speed-up over #{}", over.number),
            phase: None,
            is_part: false,
            unit: Unit::Times,
            cells: ratios.iter().map(cell).collect(),
            difference: self.blank(),
        };
        let interval = is_repeated.then(|| Row {
            is_part: true,
            ..self.intervals(Unit::Times, &intervals, |value| format!("{value:.2}"))
        });
        std::iter::once(row).chain(interval).collect()
    }

    fn intervals(
        &self,
        unit: Unit,
        intervals: &[Option<Interval>],
        bare: impl Fn(f64) -> String,
    ) -> Row {
        let cell = |interval: &Option<Interval>| Cell {
            text: interval.map_or_else(String::new, |Interval { low, high }| {
                format!("{}–{}", bare(low), bare(high))
            }),
            value: None,
            interval: *interval,
        };
        Row {
            name: "95 % interval".into(),
            phase: None,
            is_part: true,
            unit,
            cells: intervals.iter().map(cell).collect(),
            difference: self.blank(),
        }
    }

    /// Between two runs: that their difference means nothing.
    fn blank(&self) -> Option<String> {
        (self.runs.len() == 2).then(String::new)
    }
}
