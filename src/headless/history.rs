//! The commands on the kept history.

mod list;

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use super::{output::Destination, say, table};
use crate::{
    analysis::{
        compared::{Compared, default_reference},
        shared::Copies,
    },
    cli::{HistoryRequest, OutputArguments},
    domain::{
        history::{History, Lot, RunEntry},
        keeping::Keeping,
        machine::Machine,
        name,
        provenance::Provenance,
        selector::{self, Candidate},
        text,
    },
    export::json::Traces,
    present::{
        comparison::compare,
        format::Format,
        sentence::{self, conclusion, document, moment, utc},
    },
    shell::{
        exit::{self, Failure},
        signals,
    },
    store::{Change, HistoryPlace, Store, StoreError, take_in},
};

/// The maximum number of runs that a sentence names.
const NAMED: usize = 6;
/// The time limit for waiting silently until other programs have changed the history.
const MOMENT: Duration = Duration::from_millis(500);
/// The time limit for waiting after that, with a message.
const PATIENCE: Duration = Duration::from_secs(10);

/// Executes a command on the history, only in ASCII if `ascii` is set. Returns the exit code.
///
/// # Errors
/// If the request is invalid, or the history is not usable.
pub fn history(request: &HistoryRequest, keeping: &Keeping, ascii: bool) -> Result<u8, Failure> {
    signals::survive_file_size_limit();
    let stdout = OutputArguments::default();
    let output = match request {
        HistoryRequest::Export { output, .. } | HistoryRequest::List { output, .. } => output,
        _ => &stdout,
    };
    let destination = Destination::checked(output, keeping, ascii)?;
    let wanted = HistoryPlace::wanted(keeping).map_err(Failure::usage)?;
    let place = wanted.expect("the command line requires at least one run");
    if let Some(message) = take_in(&place) {
        say(&message);
    }
    let mut store = Store::at(place);
    let opened = store.open().map_err(Failure::usage)?;
    if let Some(notice) = &opened.notice {
        say(notice);
    }
    let lot = match request {
        HistoryRequest::Restore(_) | HistoryRequest::List { removed: true, .. } => opened.removed,
        _ => opened.kept,
    };
    let history = history_of(lot);
    let mut kept = KeptHistory { store, history };
    let room = destination.room();
    let out = match request {
        HistoryRequest::Export { runs, .. } if output.format() != Format::Table => {
            kept.export(&runs.runs, &destination)?;
            return Ok(exit::DONE);
        }
        HistoryRequest::Export { runs, .. } | HistoryRequest::Show(runs) => {
            kept.show(&runs.runs, room)?
        }
        HistoryRequest::List {
            filter, limit, all, ..
        } => {
            let rows = kept.rows(filter, *limit, *all);
            if output.format() != Format::Table {
                let numbers: Vec<usize> = rows.iter().map(|row| row.number).collect();
                let copies = Copies::of(&kept.history, numbers.iter());
                destination.write(
                    &kept.history.here().machine,
                    &copies.shared(),
                    Traces::LeftOut,
                )?;
                return Ok(exit::DONE);
            }
            list::render(&rows, room)
        }
        HistoryRequest::Compare(runs) => kept.compare(&runs.runs, room)?,
        HistoryRequest::Remove(runs) => kept.remove(&runs.runs)?,
        HistoryRequest::Restore(runs) => kept.restore(&runs.runs)?,
        HistoryRequest::Name { run, name } => kept.name(run, name.as_deref())?,
    };
    destination.print(&out).map(|()| exit::DONE)
}

/// The kept runs and sweeps, or the removed ones, with their store.
struct KeptHistory {
    store: Store,
    history: History,
}

impl KeptHistory {
    /// The numbers of the runs and sweeps that these words select.
    fn selected(&self, words: &[String]) -> Result<Vec<usize>, Failure> {
        let history = &self.history;
        let runs = history.entries().iter().map(|run| Candidate {
            number: run.number,
            name: run.name.as_deref(),
            is_part: history.sweep_of(&run.record).is_some(),
        });
        let sweeps = history.sweeps().iter().map(|sweep| Candidate {
            number: sweep.number,
            name: sweep.name.as_deref(),
            is_part: false,
        });
        let mut candidates: Vec<_> = runs.chain(sweeps).collect();
        candidates.sort_by_key(|candidate| candidate.number);
        let words = words.iter().map(String::as_str);
        selector::select(words, &candidates).map_err(Failure::usage)
    }

    /// The numbers that `each` returns for the selected numbers, each once.
    fn spread(
        &self,
        words: &[String],
        each: impl Fn(usize) -> Vec<usize>,
    ) -> Result<Vec<usize>, Failure> {
        let mut seen = BTreeSet::new();
        let numbers = self.selected(words)?.into_iter().flat_map(each);
        Ok(numbers.filter(|number| seen.insert(*number)).collect())
    }

    /// The selected numbers, each sweep followed by its runs.
    fn with_parts(&self, words: &[String]) -> Result<Vec<usize>, Failure> {
        self.spread(words, |number| self.history.with_members(&[number]))
    }

    /// The runs with these numbers; sweeps are left out.
    fn runs(&self, numbers: &[usize]) -> Vec<&RunEntry> {
        let runs = numbers
            .iter()
            .filter_map(|number| self.history.get(*number));
        runs.collect()
    }

    fn rows(&self, filter: &str, limit: Option<u64>, all: bool) -> Vec<list::ListedRow<'_>> {
        let mut rows = list::rows(&self.history, all, filter);
        if rows.is_empty() {
            let file = self.store.place.file.display();
            let rest = if filter.is_empty() {
                String::new()
            } else {
                format!(
                    " in whose row \"{}\" occurs",
                    text::clean(filter, usize::MAX)
                )
            };
            say(&format!("there are no runs{rest} in {file}"));
        }
        let from = limit.map_or(0, |limit| rows.len().saturating_sub(limit as usize));
        rows.split_off(from)
    }

    fn show(&self, words: &[String], room: usize) -> Result<String, Failure> {
        let numbers = self.with_parts(words)?;
        let mut out = String::new();
        for sweep in numbers
            .iter()
            .filter_map(|number| self.history.sweep(*number))
        {
            let conclusion = conclusion::of_entry(sweep);
            out += &format!("{}\n{conclusion}\n\n", document::sweep_title(sweep));
        }
        let runs = self.runs(&numbers);
        let when = |run: &RunEntry| moment(&run.record.started_at) + utc();
        let together = |one: &&RunEntry, next: &&RunEntry| {
            one.provenance.is_same_session(&next.provenance) && when(one) == when(next)
        };
        for measured in runs.chunk_by(together) {
            let numbers: Vec<usize> = measured.iter().map(|run| run.number).collect();
            let machine = document::machine(&measured[0].provenance.machine);
            let when = when(measured[0]);
            out += &format!("{}, measured {when} on {machine}\n", named(&numbers));
        }
        if !runs.is_empty() {
            out += &format!("\n{}", table::render(&runs, room));
        }
        Ok(out)
    }

    /// Compares the selected runs. A sweep is represented by the run of each configuration that is nearest to its
    /// median.
    fn compare(&self, words: &[String], room: usize) -> Result<String, Failure> {
        let numbers = self.spread(words, |number| match self.history.sweep(number) {
            Some(sweep) => (0..sweep.runs.len())
                .filter_map(|configuration| self.history.median_run(sweep, configuration))
                .collect(),
            None => vec![number],
        })?;
        let runs = self.runs(&numbers).into_iter();
        let runs: Vec<Compared<'_>> = runs
            .map(|run| Compared::in_history(&self.history, run))
            .collect();
        if runs.len() < 2 {
            return Err(Failure::usage("a comparison needs at least two runs"));
        }
        let reference = default_reference(&runs);
        Ok(format!(
            "{}\n{}\n",
            compare(&runs, reference).table().lines(room),
            sentence::comparison::of(&runs, reference)
        ))
    }

    /// Exports the selected runs, including the details beside the history.
    fn export(&self, words: &[String], destination: &Destination<'_>) -> Result<(), Failure> {
        let numbers = self.with_parts(words)?;
        let traces = self.store.traces();
        let mut copies = Copies::of(&self.history, numbers.iter());
        copies.runs.iter_mut().for_each(|run| traces.complete(run));
        let machine = &self.history.here().machine;
        destination.share(machine, &copies.shared(), |_| String::new())
    }

    fn remove(&mut self, words: &[String]) -> Result<String, Failure> {
        let numbers = self.with_parts(words)?;
        self.change(&numbers, |ids| Change::Remove { ids })?;
        let mut words = words.to_vec();
        words.dedup();
        Ok(format!(
            "removed {}; pconc-tui history restore {} brings them back\n",
            named(&numbers),
            words.join(" ")
        ))
    }

    /// Restores those of the removed runs and sweeps that these words select.
    fn restore(&mut self, words: &[String]) -> Result<String, Failure> {
        if self.history.entries().is_empty() && self.history.sweeps().is_empty() {
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
                "{word} means several runs, and a name belongs to one"
            )));
        };
        let message = match &name {
            Some(name) => format!("#{number} is now called \"{name}\"\n"),
            None => format!("#{number} no longer has a name\n"),
        };
        self.change(&[number], |mut ids| Change::Name {
            id: ids.remove(0),
            name,
        })?;
        Ok(message)
    }

    /// Changes these runs and sweeps in the history. A user who has to wait long for other programs gets a message.
    fn change(
        &mut self,
        numbers: &[usize],
        change: impl FnOnce(Vec<String>) -> Change,
    ) -> Result<(), Failure> {
        let items = numbers
            .iter()
            .filter_map(|number| self.history.item(*number));
        let change = [change(items.map(|item| item.id.to_string()).collect())];
        let here = self.history.here();
        let mut kept = self.store.keep(&change, here, MOMENT);
        if let Err(error @ StoreError::Locked(_)) = &kept {
            say(&format!("{error}; waiting for it"));
            kept = self.store.keep(&change, here, PATIENCE);
        }
        match kept.map_err(Failure::broke)?.messages.pop() {
            Some(sentence) => Err(Failure::broke(sentence)),
            None => Ok(()),
        }
    }
}

/// The runs with their speed-ups, and the sweeps.
pub(super) fn history_of(lot: Lot) -> History {
    let of_runs = lot.runs.iter().map(|run| &run.provenance);
    let of_sweeps = lot.sweeps.iter().map(|sweep| &sweep.provenance);
    let provenances = of_sweeps.chain(of_runs);
    let nobody = || Provenance::here("", Machine::default());
    let mut history = History::new(provenances.last().map_or_else(nobody, Arc::clone));
    history.add_earlier(lot);
    history
}

/// The numbers in words, for example "#3, #4 and #7".
fn named(numbers: &[usize]) -> String {
    let shown = numbers.iter().take(NAMED);
    let names: Vec<String> = shown.map(|number| format!("#{number}")).collect();
    if numbers.len() > NAMED {
        format!("{} runs: {}, …", numbers.len(), names.join(", "))
    } else {
        text::listed(&names, "and")
    }
}
