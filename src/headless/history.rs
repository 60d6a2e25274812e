//! The kept history without a screen.

mod list;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use super::output::Destination;
use super::{print, say, table};
use crate::analysis::compared::{Compared, default_reference};
use crate::analysis::finding::RunFinding;
use crate::analysis::shared::{Shared, SharedRun, SharedSweep};
use crate::cli::HistoryRequest;
use crate::domain::history::{EarlierRun, EarlierSweep, Entry, History};
use crate::domain::keeping::Keeping;
use crate::domain::machine::Machine;
use crate::domain::name;
use crate::domain::provenance::Provenance;
use crate::domain::record::Record;
use crate::domain::selector::{self, Candidate};
use crate::domain::sweep::Results;
use crate::domain::text;
use crate::domain::trace::Trace;
use crate::present::comparison::compare;
use crate::present::format::Format;
use crate::present::sentence::{self, conclusion};
use crate::shell::exit::{self, Failure};
use crate::shell::spelling::Spelling;
use crate::store::{Change, Place, Reply, Store, take_in};

/// How long others are waited for that append to the history: nothing else is to be done.
const PATIENCE: Duration = Duration::from_secs(10);
/// So many runs are named by a sentence.
const NAMED: usize = 6;

/// Does what is asked for with the kept history, in nothing but ASCII if that is asked for. Returns the exit code.
///
/// # Errors
/// What was wrong with the request, or with the history.
pub fn perform(request: &HistoryRequest, keeping: &Keeping, ascii: bool) -> Result<u8, Failure> {
    let place = Place::wanted(keeping).map_err(Failure::usage)?;
    let place = place.ok_or_else(|| Failure::usage("no history is kept"))?;
    if let Some(told) = take_in(&place) {
        say(&told);
    }
    let (store, opened) = Store::open(place).map_err(Failure::usage)?;
    if let Some(notice) = &opened.notice {
        say(notice);
    }
    let is_about_removed = matches!(
        request,
        HistoryRequest::Restore(_) | HistoryRequest::List { removed: true, .. }
    );
    let lot = if is_about_removed {
        opened.removed
    } else {
        opened.kept
    };
    let mut shelf = Shelf {
        store,
        history: history_of(lot.runs),
        sweeps: lot.sweeps,
    };
    let out = match request {
        HistoryRequest::Export { runs, output } if output.format != Format::Table => {
            return shelf
                .export(runs, &Destination::new(output, keeping))
                .map(|()| exit::DONE);
        }
        HistoryRequest::Export { runs, output } => {
            let text = Spelling::asked(ascii).spell(&shelf.show(runs)?);
            let destination = Destination::new(output, keeping);
            return destination
                .deliver(|out| out.write_all(text.as_bytes()))
                .map(|()| exit::DONE);
        }
        HistoryRequest::List {
            filter, limit, all, ..
        } => shelf.list(filter, *limit, *all),
        HistoryRequest::Show(runs) => shelf.show(runs)?,
        HistoryRequest::Compare(runs) => shelf.compare(runs)?,
        HistoryRequest::Remove(runs) => shelf.remove(runs)?,
        HistoryRequest::Restore(runs) => shelf.restore(runs)?,
        HistoryRequest::Name { run, name } => shelf.name(run, name.as_deref())?,
    };
    print(&Spelling::asked(ascii).spell(&out)).map(|()| exit::DONE)
}

/// What is kept, and which of it words mean.
struct Shelf {
    store: Store,
    history: History,
    sweeps: Vec<EarlierSweep>,
}

impl Shelf {
    /// The numbers of the runs and sweeps that these words mean.
    fn selected(&self, words: &[String]) -> Result<Vec<usize>, Failure> {
        let runs = self
            .history
            .entries()
            .iter()
            .map(|run| (run.number, run.name.as_deref()));
        let sweeps = self
            .sweeps
            .iter()
            .map(|sweep| (sweep.number, sweep.name.as_deref()));
        let mut candidates: Vec<Candidate<'_>> = runs
            .chain(sweeps)
            .map(|(number, name)| Candidate { number, name })
            .collect();
        candidates.sort_by_key(|candidate| candidate.number);
        // The last row of the list: the runs of a sweep have none of their own.
        let last = candidates
            .iter()
            .rev()
            .map(|candidate| candidate.number)
            .find(|number| {
                let run = self.history.get(*number);
                run.is_none_or(|run| {
                    !self
                        .sweeps
                        .iter()
                        .any(|sweep| sweep.sweep.owns(&run.record))
                })
            });
        let last = last.map(|number| number.to_string());
        let words = words.iter().map(|word| match &last {
            Some(last) if word == "last" => last.as_str(),
            _ => word.as_str(),
        });
        selector::select(words, &candidates).map_err(Failure::usage)
    }

    /// The same with the runs of each sweep behind it, each once.
    fn with_parts(&self, words: &[String]) -> Result<Vec<usize>, Failure> {
        let mut numbers = vec![];
        for number in self.selected(words)? {
            let parts = self
                .sweep(number)
                .map(|sweep| self.parts(sweep))
                .unwrap_or_default();
            numbers.extend(
                [number]
                    .into_iter()
                    .chain(parts.iter().map(|run| run.number)),
            );
        }
        let mut seen = BTreeSet::new();
        numbers.retain(|number| seen.insert(*number));
        Ok(numbers)
    }

    /// The runs that these words mean; of a sweep, the run of each configuration that is nearest to its median.
    fn representatives(&self, words: &[String]) -> Result<Vec<usize>, Failure> {
        let mut numbers = vec![];
        for number in self.selected(words)? {
            match self.sweep(number) {
                Some(sweep) => {
                    let results = self.results(sweep);
                    let medians = results
                        .summaries
                        .iter()
                        .flatten()
                        .map(|summary| &summary.median_run);
                    let number_of = |id: &String| {
                        self.parts(sweep)
                            .into_iter()
                            .find(|run| run.record.id == *id)
                            .map(|run| run.number)
                    };
                    numbers.extend(medians.filter_map(number_of));
                }
                None => numbers.push(number),
            }
        }
        let mut seen = BTreeSet::new();
        numbers.retain(|number| seen.insert(*number));
        Ok(numbers)
    }

    fn sweep(&self, number: usize) -> Option<&EarlierSweep> {
        self.sweeps.iter().find(|sweep| sweep.number == number)
    }

    /// The runs of a sweep.
    fn parts(&self, sweep: &EarlierSweep) -> Vec<&Entry> {
        self.history
            .entries()
            .iter()
            .filter(|run| sweep.sweep.owns(&run.record))
            .collect()
    }

    /// What the runs of a sweep say together.
    fn results(&self, sweep: &EarlierSweep) -> Results {
        let records = self.parts(sweep).into_iter().map(|run| &run.record);
        sweep.sweep.results(records)
    }

    /// The runs with these numbers; sweeps are left out.
    fn runs(&self, numbers: &[usize]) -> Vec<&Entry> {
        numbers
            .iter()
            .filter_map(|number| self.history.get(*number))
            .collect()
    }

    fn list(&self, filter: &str, limit: Option<u64>, all: bool) -> String {
        let rows = list::rows(&self.history, &self.sweeps, all);
        let matching = list::matching(rows, filter);
        let from = limit.map_or(0, |limit| {
            matching
                .len()
                .saturating_sub(usize::try_from(limit).unwrap_or(usize::MAX))
        });
        if matching.is_empty() {
            let file = self.store.place().file.display();
            let rest = if filter.is_empty() {
                String::new()
            } else {
                format!(" in whose row {filter:?} occurs")
            };
            say(&format!("there are no runs{rest} in {file}"));
        }
        list::render(&matching[from..])
    }

    fn show(&self, words: &[String]) -> Result<String, Failure> {
        let numbers = self.with_parts(words)?;
        let mut out = String::new();
        for sweep in numbers.iter().filter_map(|number| self.sweep(*number)) {
            let cores_usable = sweep.provenance.machine.cores_usable;
            let conclusion = conclusion::of(&sweep.sweep.plan, &self.results(sweep), cores_usable);
            out.push_str(&format!(
                "{}\n{conclusion}\n\n",
                list::heading_of_sweep(sweep)
            ));
        }
        let runs = self.runs(&numbers);
        for run in &runs {
            out.push_str(&list::heading(run));
            out.push('\n');
        }
        if !runs.is_empty() {
            out.push('\n');
            let runs: Vec<SharedRun<'_>> = runs.into_iter().map(SharedRun::from).collect();
            out.push_str(&table::render(&runs));
        }
        Ok(out)
    }

    fn compare(&self, words: &[String]) -> Result<String, Failure> {
        let numbers = self.representatives(words)?;
        let runs = self.runs(&numbers);
        if runs.len() < 2 {
            return Err(Failure::usage("a comparison needs at least two runs"));
        }
        let runs: Vec<Compared> = runs
            .iter()
            .map(|run| Compared::in_history(&self.history, run))
            .collect();
        let reference = default_reference(&runs);
        let table = list::side_by_side(&compare(&runs, reference));
        Ok(format!(
            "{table}\n{}\n",
            sentence::comparison::of(&runs, reference)
        ))
    }

    fn export(&self, words: &[String], destination: &Destination<'_>) -> Result<(), Failure> {
        let numbers = self.with_parts(words)?;
        let pictures = self.store.pictures();
        // With what is kept beside the history.
        let runs = self.runs(&numbers);
        let findings = RunFinding::of_all(&self.history, &runs);
        let whole: Vec<(&Entry, Record, Option<Trace>)> = runs
            .into_iter()
            .map(|run| {
                let mut record = run.record.clone();
                let picture = pictures.read(&record.id).ok();
                let trace = picture.map(|picture| picture.complete(&mut record));
                (run, record, trace)
            })
            .collect();
        let sweeps: Vec<(&EarlierSweep, Results)> = numbers
            .iter()
            .filter_map(|number| self.sweep(*number))
            .map(|sweep| (sweep, self.results(sweep)))
            .collect();
        let shared = Shared {
            runs: whole
                .iter()
                .zip(findings)
                .map(|((run, record, trace), finding)| SharedRun {
                    record,
                    finding,
                    trace: trace.as_ref(),
                    ..SharedRun::from(*run)
                })
                .collect(),
            sweeps: sweeps
                .iter()
                .map(|(sweep, results)| shared_sweep(sweep, results))
                .collect(),
        };
        let here = &self.history.here().machine;
        destination.share(here, &shared)
    }

    /// Changes what is kept of these runs and sweeps.
    fn change(
        &mut self,
        numbers: &[usize],
        change: impl FnOnce(Vec<String>) -> Change,
    ) -> Result<(), Failure> {
        let id = |number: &usize| match self.sweep(*number) {
            Some(sweep) => Some(sweep.sweep.id.clone()),
            None => self.history.get(*number).map(|run| run.record.id.clone()),
        };
        let change = change(numbers.iter().filter_map(id).collect());
        let here = Arc::clone(self.history.here());
        let kept = self.store.keep(&[change], &here, PATIENCE);
        match &kept.map_err(Failure::broke)?[..] {
            [Reply::Told(sentence)] => Err(Failure::broke(sentence.as_str())),
            _ => Ok(()),
        }
    }

    fn remove(&mut self, words: &[String]) -> Result<String, Failure> {
        let numbers = self.with_parts(words)?;
        self.change(&numbers, |ids| Change::Remove { ids })?;
        let numbers = named(&numbers);
        let mut words = words.to_vec();
        words.dedup();
        Ok(format!(
            "removed {numbers}; pconc-tui history restore {} brings back what was meant\n",
            words.join(" ")
        ))
    }

    /// Of what was removed, what these words mean is there again.
    fn restore(&mut self, words: &[String]) -> Result<String, Failure> {
        if self.history.entries().is_empty() && self.sweeps.is_empty() {
            return Err(Failure::usage(
                "nothing was removed, so there is nothing to restore",
            ));
        }
        let numbers = self.with_parts(words)?;
        self.change(&numbers, |ids| Change::Restore { ids })?;
        Ok(format!("restored {}\n", named(&numbers)))
    }

    fn name(&mut self, word: &str, name: Option<&str>) -> Result<String, Failure> {
        let name = name
            .map(|name| text::clean(name.trim(), usize::MAX))
            .filter(|name| !name.is_empty());
        if let Some(name) = &name {
            name::check(name).map_err(Failure::usage)?;
        }
        let [number] = self.selected(&[word.to_string()])?[..] else {
            return Err(Failure::usage(format!(
                "{word} means several runs: a name belongs to one"
            )));
        };
        let new = name.clone();
        self.change(&[number], |mut ids| Change::Name {
            id: ids.remove(0),
            name: new,
        })?;
        Ok(match name {
            Some(name) => format!("#{number} is called {name:?} from now on\n"),
            None => format!("#{number} has no name any more\n"),
        })
    }
}

fn shared_sweep<'a>(sweep: &'a EarlierSweep, results: &'a Results) -> SharedSweep<'a> {
    SharedSweep {
        number: sweep.number,
        name: sweep.name.as_deref(),
        provenance: &sweep.provenance,
        sweep: &sweep.sweep,
        results,
    }
}

/// The runs with their speed-ups.
fn history_of(runs: Vec<EarlierRun>) -> History {
    let nobody = || Provenance::here("", Machine::default());
    let mut history = History::new(
        runs.last()
            .map_or_else(nobody, |run| Arc::clone(&run.provenance)),
    );
    history.add_earlier(runs);
    history
}

/// "#3, #4 and #7".
fn named(numbers: &[usize]) -> String {
    let named: Vec<String> = numbers
        .iter()
        .take(NAMED)
        .map(|number| format!("#{number}"))
        .collect();
    match (&named[..], numbers.len()) {
        ([only], _) => only.clone(),
        (_, count) if count > NAMED => format!("{count} runs: {}, …", named.join(", ")),
        ([first @ .., last], _) => format!("{} and {last}", first.join(", ")),
        ([], _) => "nothing".into(),
    }
}
