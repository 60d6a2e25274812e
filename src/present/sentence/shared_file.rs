//! The result of a shared file, in sentences.

use crate::domain::{
    plan::Plan,
    record::Record,
    shared_file::{FileContent, NAME, SharedFile, Source},
    text::grouped,
};

/// Everything about a run's shared file, in sentences without a full stop; empty if it had none.
pub fn all(record: &Record) -> Vec<String> {
    let about = |file| std::iter::once(left(file, &record.plan)).chain(spoilt(file));
    record.system.shared_file.iter().flat_map(about).collect()
}

/// The contents of the file, in one sentence without a full stop.
pub fn left(file: &SharedFile, plan: &Plan) -> String {
    let lost = lost(file);
    let owner = file.pieces.first().map(|piece| name(piece.source, plan));
    match (file.content, owner) {
        (FileContent::Missing, _) => format!("{NAME} was never written"),
        (FileContent::Empty, _) => format!(
            "{NAME} is empty, because a worker had just emptied \
         it{lost}"
        ),
        (FileContent::Whole, Some(owner)) => format!("in {NAME} only {owner} is left{lost}"),
        (FileContent::Part, Some(owner)) => {
            let bytes = grouped(file.bytes);
            format!("in {NAME} only the first {bytes} bytes of {owner} are left{lost}")
        }
        _ => mixture(file, plan),
    }
}

/// How many pages were lost, if any were.
fn lost(file: &SharedFile) -> String {
    let all = file.pages_written;
    match all.saturating_sub((file.content == FileContent::Whole).into()) {
        0 => String::new(),
        lost => format!(": {} of {} pages are lost", grouped(lost), grouped(all)),
    }
}

fn mixture(file: &SharedFile, plan: &Plan) -> String {
    /// The maximum number of names in a sentence.
    const NAMED: usize = 3;
    let units = std::iter::once(" bytes").chain(std::iter::repeat(""));
    let named = file.pieces.iter().take(NAMED).zip(units);
    let mut parts: Vec<String> = named
        .map(|(piece, unit)| {
            let bytes = grouped(piece.bytes);
            format!("{bytes}{unit} of {}", name(piece.source, plan))
        })
        .collect();
    if file.pieces.len() > NAMED {
        parts.push("and more".into());
    }
    format!("{NAME} is a mixture: {}", parts.join(", "))
}

/// The owner of a page: a task, if each task has its own address.
fn name(source: Source, plan: &Plan) -> String {
    let Some(addresses) = plan.addresses() else {
        return "a page".into();
    };
    match source {
        Source::Page(number) if plan.tasks as usize <= addresses.count() => {
            format!("task {number}'s page")
        }
        Source::Page(number) => format!("page {number}"),
        Source::Zeros => "zeros that nobody wrote".into(),
        Source::SomePage => "one page".into(),
        Source::Unknown => "unknown origin".into(),
    }
}

/// How often writing went wrong, in one sentence; `None` if it never did.
fn spoilt(file: &SharedFile) -> Option<String> {
    (file.spoilt > 0).then(|| {
        format!(
            "at least {} of {} writes were spoilt by another worker before the file was closed",
            grouped(file.spoilt),
            grouped(file.writes)
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        catalog::{model::Model, workload::Workload},
        domain::shared_file::FilePart,
        fixtures::sample,
    };

    #[test]
    fn the_sentence_names_what_is_left_and_what_is_lost() {
        let plan = sample::plan(Workload::Io, Model::Threads, 4);
        let file = |content, pieces: &[(Source, u64)]| {
            let mut at = 0;
            let piece = |(source, bytes): &(Source, u64)| {
                at += bytes;
                FilePart {
                    source: *source,
                    at: at - bytes,
                    bytes: *bytes,
                }
            };
            let pieces: Vec<FilePart> = pieces.iter().map(piece).collect();
            SharedFile {
                content,
                bytes: at,
                pieces,
                pages_written: 16,
                writes: 800,
                spoilt: 37,
            }
        };
        let whole = file(FileContent::Whole, &[(Source::Page(9), 60_000)]);
        assert_eq!(
            left(&whole, &plan),
            "in output.txt only task 9's page is left: 15 of 16 pages are lost"
        );
        let torn = file(
            FileContent::Mixture,
            &[(Source::Page(3), 59_412), (Source::Page(11), 1_000)],
        );
        assert_eq!(
            left(&torn, &plan),
            "output.txt is a mixture: 59 412 bytes of task 3's page, 1 000 of task 11's page"
        );
        assert!(spoilt(&torn).is_some_and(|said| said.starts_with("at least 37 of 800 writes")));
        assert!(left(&file(FileContent::Empty, &[]), &plan).ends_with("16 of 16 pages are lost"));
        assert_eq!(spoilt(&SharedFile { spoilt: 0, ..torn }), None);
    }
}
