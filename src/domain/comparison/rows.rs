//! The rows of the table.

use super::{Cell, Compared, Row, Unit};
use crate::domain::phase::Phase;
use crate::domain::plan::Lock;
use crate::domain::python::GilState;
use crate::domain::record::{PythonRecord, Record};
use crate::domain::repeats;
use crate::domain::stats::{Interval, Ratio, Spread};
use crate::domain::text;
use crate::domain::time::seconds;

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
    rows.extend([
        table.row("concurrency", Unit::Average, |record| {
            Some(record.concurrency)
        }),
        table.row("parallelism", Unit::Average, |record| {
            Some(record.parallelism)
        }),
        table.row("start-up", Unit::Seconds, |record| record.startup_s),
    ]);
    rows.extend(table.parts_of_start_up().into_iter().filter(Row::is_known));
    let phases = Phase::MEASURED.into_iter().map(|phase| table.phase(phase));
    rows.extend(phases.filter(|row| row.cells.iter().any(|cell| cell.value > Some(0.0))));
    rows.extend(table.locks());
    rows.extend(table.others().into_iter().filter(Row::is_known));
    rows
}

impl Row {
    /// Whether it was measured in any run.
    fn is_known(&self) -> bool {
        self.cells.iter().any(|cell| cell.value.is_some())
    }
}

/// Bytes of the workers' own memory, and of the Python process that made them; where the workers are its threads, its own.
fn memory(record: &Record) -> Option<f64> {
    let manager = record
        .python
        .as_ref()
        .and_then(|python| python.memory_bytes);
    let bytes = match (record.memory_bytes, manager) {
        (Some(workers), Some(manager)) if record.plan.model().has_processes() => workers + manager,
        (workers, manager) => manager.or(workers)?,
    };
    Some(bytes as f64)
}

struct Table<'t, 'a> {
    runs: &'t [Compared<'a>],
    /// What differences are taken from.
    from: usize,
}

impl Table<'_, '_> {
    /// A number of each run.
    fn row(&self, name: &str, unit: Unit, of: impl Fn(&Record) -> Option<f64>) -> Row {
        let values: Vec<Option<f64>> = self.runs.iter().map(|run| of(run.record)).collect();
        let scale = unit.scale(values.iter().flatten().copied());
        self.written(name, unit, &values, scale)
    }

    /// What Python's start-up is made of.
    fn parts_of_start_up(&self) -> [Row; 3] {
        let part = |name, of: fn(&PythonRecord) -> Option<f64>| Row {
            is_part: true,
            ..self.row(name, Unit::Seconds, |record| of(record.python.as_ref()?))
        };
        [
            part("interpreter", |python| python.interpreter_s),
            part("imports", |python| python.imports_s),
            part("pool", |python| python.pool_s),
        ]
    }

    /// How long the workers were in a phase. Where waiting for the lock was estimated, the row says so if that is true of
    /// all of its numbers, and else those numbers do.
    fn phase(&self, phase: Phase) -> Row {
        let row = self.row(phase.name(), Unit::Seconds, |record| {
            Some(seconds(record.phases_s[phase]))
        });
        let mut row = Row {
            phase: Some(phase),
            ..row
        };
        let records = || self.runs.iter().map(|run| run.record);
        if phase != Phase::Gil || !records().any(|record| record.phase_source.estimates_gil()) {
            return row;
        }
        if records()
            .all(|record| record.phase_source.estimates_gil() || record.phases_s[phase] == 0)
        {
            row.name = "gil (estimated)".into();
            return row;
        }
        for (cell, record) in row.cells.iter_mut().zip(records()) {
            if record.phase_source.estimates_gil() {
                cell.text.insert(0, '~');
            }
        }
        row
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

    /// Workers, what they used up, and what managing them did.
    fn others(&self) -> [Row; 5] {
        [
            self.row("workers", Unit::Count, |record| {
                Some(f64::from(record.plan.workers()))
            }),
            self.row("manager CPU", Unit::Seconds, |record| {
                record.python.as_ref()?.manager_cpu_s
            }),
            self.row("memory", Unit::Bytes, memory),
            self.row("ctx switches", Unit::Count, |record| {
                record
                    .context_switches
                    .map(|switches| (switches.voluntary + switches.involuntary) as f64)
            }),
            self.row("lock switches", Unit::Count, |record| {
                record.gil?.switches.map(|switches| switches as f64)
            }),
        ]
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
        let scale = Unit::Seconds.scale(numbers);
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
                ..self.written(
                    "runs",
                    Unit::Count,
                    &runs,
                    Unit::Count.scale(std::iter::empty()),
                )
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
