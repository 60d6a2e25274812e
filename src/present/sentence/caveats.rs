//! The caveats of several runs, each said once.

use super::document::foreign;
use crate::{
    catalog::caveat::{CAVEATS, CaveatKind},
    domain::history::RunEntry,
};

/// If a kind of caveat has more different sentences than this, the general meaning of the kind is said instead.
const SENTENCES_MAX: usize = 3;

/// Every caveat of these runs, once, after the numbers of its runs: "#2, #5–#9: …".
pub fn of_runs(runs: &[&RunEntry]) -> Vec<String> {
    let kinds = CAVEATS.iter().map(|caveat| caveat.kind);
    let said = kinds.flat_map(|kind| of_kind(kind, runs));
    said.map(|(text, numbers)| format!("{}: {text}", listed(&numbers)))
        .collect()
}

/// The sentences of a kind, each with the numbers of its runs.
fn of_kind(kind: CaveatKind, runs: &[&RunEntry]) -> Vec<(String, Vec<usize>)> {
    // The meaning of an unknown kind says nothing.
    let is_known = kind != CaveatKind::Other;
    let most = if is_known { SENTENCES_MAX } else { usize::MAX };
    let mut said: Vec<(String, Vec<usize>)> = vec![];
    let mut all = vec![];
    for run in runs {
        for caveat in run.caveats().filter(|caveat| caveat.kind == kind) {
            all.push(run.number);
            let text = foreign(&caveat.text);
            match said.iter().position(|(other, _)| *other == text) {
                Some(at) => said[at].1.push(run.number),
                None if said.len() <= most => said.push((text, vec![run.number])),
                None => {}
            }
        }
    }
    if said.len() > most {
        said = vec![(kind.description().general(), all)];
    }
    said
}

/// "#2, #5–#9".
fn listed(numbers: &[usize]) -> String {
    let mut numbers = numbers.to_vec();
    numbers.sort_unstable();
    numbers.dedup();
    let ranges = numbers.chunk_by(|one, next| one + 1 == *next);
    let ranges = ranges.flat_map(|range| match range {
        [first, _, .., last] => vec![format!("#{first}–#{last}")],
        few => few.iter().map(|number| format!("#{number}")).collect(),
    });
    ranges.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        catalog::{
            caveat::{Caveat, Observation},
            model::Model,
            workload::Workload,
        },
        domain::trace::Trace,
        fixtures::sample,
    };

    /// What is said of runs, each with one of these caveats.
    fn said(caveats: impl IntoIterator<Item = Caveat>) -> Vec<String> {
        let mut history = sample::history(2);
        for caveat in caveats {
            let plan = sample::plan(Workload::Cpu, Model::Serial, 1);
            let mut record = sample::record(plan, 1.0, 1.0);
            record.measurement.caveats = vec![caveat];
            history.add(record, Trace::new(1));
        }
        of_runs(&history.entries().iter().collect::<Vec<_>>())
    }

    #[test]
    fn equal_caveats_are_said_once_with_their_runs() {
        let dropped = |events| Caveat::from(Observation::EventsDropped(events));
        let caveats = [7, 9, 7, 7, 7].map(dropped);
        let [seven, nine] = &said(caveats)[..] else {
            panic!("there are two different sentences")
        };
        assert!(seven.starts_with("#1, #3–#5: 7 events"), "{seven}");
        assert!(nine.starts_with("#2: 9 events"), "{nine}");
        assert_eq!(said([]), [""; 0]);
    }

    #[test]
    fn a_kind_with_many_different_sentences_is_said_in_general() {
        let waited = |n: i32| Caveat::from(Observation::RunQueueWait(f64::from(n) / 100.0));
        assert_eq!(said((6..9).map(waited)).len(), 3);
        let all = said((6..40).map(waited));
        assert_eq!(all.len(), 1);
        assert!(all[0].starts_with("#1–#34: Workers waited for a core over 5 %"));
        assert!(all[0].ends_with("Close other programs and run again"));
    }

    #[test]
    fn no_sentence_of_an_unknown_kind_is_left_out() {
        let other = |n: i32| Caveat {
            kind: CaveatKind::Other,
            text: format!("it saw {n}"),
        };
        assert_eq!(said((0..9).map(other)).len(), 9);
    }
}
