//! Shortcuts for tests: keep, rename, remove or restore single runs and sweeps in a [`Store`], by their numbers.

use std::{collections::HashMap, time::Duration};

use pconc_tui::{
    domain::{machine::Machine, provenance::Provenance, record::Record, sweep::Sweep},
    store::{Change, Reply, Store, StoreError},
};

/// Longer than any test holds the lock of a history.
const PATIENCE: Duration = Duration::from_secs(10);

/// A [`Store`] that keeps one thing at a time and returns its number.
pub trait KeepOne {
    fn keep_one(&mut self, change: Change, here: &Provenance) -> Result<usize, StoreError>;

    fn keep_run(
        &mut self,
        wanted: usize,
        here: &Provenance,
        record: &Record,
    ) -> Result<usize, StoreError> {
        self.keep_one(Change::run(wanted, record), here)
    }

    fn keep_sweep(
        &mut self,
        wanted: usize,
        here: &Provenance,
        sweep: &Sweep,
    ) -> Result<usize, StoreError> {
        let sweep = Box::new(sweep.clone());
        self.keep_one(Change::Sweep { wanted, sweep }, here)
    }
}

/// Changes runs and sweeps, given by their numbers.
pub trait Decide {
    fn change(&mut self, numbers: &[usize], change: impl FnOnce(Vec<String>) -> Change);

    fn rename(&mut self, number: usize, name: Option<&str>) {
        let name = name.map(String::from);
        self.change(&[number], |mut ids| Change::Name {
            id: ids.remove(0),
            name,
        });
    }

    fn remove(&mut self, numbers: &[usize]) {
        self.change(numbers, |ids| Change::Remove { ids });
    }

    fn restore(&mut self, numbers: &[usize]) {
        self.change(numbers, |ids| Change::Restore { ids });
    }
}

impl Decide for Store {
    fn change(&mut self, numbers: &[usize], change: impl FnOnce(Vec<String>) -> Change) {
        let opened = Store::at(self.place.clone())
            .open()
            .expect("it can be read");
        let lots = [&opened.kept, &opened.removed];
        let runs = lots.iter().flat_map(|lot| &lot.runs);
        let sweeps = lots.iter().flat_map(|lot| &lot.sweeps);
        let ids: HashMap<usize, &String> = runs
            .map(|run| (run.number, &run.record.id))
            .chain(sweeps.map(|sweep| (sweep.number, &sweep.sweep.id)))
            .collect();
        let ids = numbers.iter().map(|number| ids[number].clone()).collect();
        let here = Provenance::here("deciding", Machine::default());
        let replies = self.keep(&[change(ids)], &here, PATIENCE);
        assert_eq!(replies.expect("it can be kept"), Reply::default());
    }
}

impl KeepOne for Store {
    fn keep_one(&mut self, change: Change, here: &Provenance) -> Result<usize, StoreError> {
        match self.keep(&[change], here, PATIENCE)?.kept[..] {
            [(_, number)] => Ok(number),
            _ => unreachable!("a run or sweep is kept, or there is an error"),
        }
    }
}
