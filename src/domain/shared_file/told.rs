//! What a shared file shows, in sentences.

use super::{Content, NAME, Piece, SharedFile, Source};
use crate::domain::plan::Plan;
use crate::domain::record::Record;
use crate::domain::text::grouped;

/// All that there is to say of a run's shared file, in sentences without a full stop; nothing if it had none.
pub fn all(record: &Record) -> Vec<String> {
    let about = |file| std::iter::once(sentence(file, &record.plan)).chain(spoilt(file));
    record.shared_file.iter().flat_map(about).collect()
}

/// What is left in the file, in one sentence without a full stop.
pub fn sentence(file: &SharedFile, plan: &Plan) -> String {
    let lost = lost(file);
    match (file.content, file.pieces.first().map(|piece| piece.source)) {
        (Content::Missing, _) => format!("{NAME} was never written"),
        (Content::Empty, _) => format!("{NAME} is empty: a worker had just emptied it{lost}"),
        (Content::Whole, Some(source)) => {
            format!("in {NAME} only {} is left{lost}", name(source, plan))
        }
        (Content::Part, Some(source)) => {
            let bytes = grouped(file.bytes);
            format!(
                "in {NAME} only the first {bytes} bytes of {} are left{lost}",
                name(source, plan)
            )
        }
        _ => mixture(file, plan),
    }
}

/// How many pages were lost, if any were.
fn lost(file: &SharedFile) -> String {
    let kept = u64::from(file.content == Content::Whole);
    match file.pages_written.saturating_sub(kept) {
        0 => String::new(),
        lost => format!(
            ": {} of {} pages are lost",
            grouped(lost),
            grouped(file.pages_written)
        ),
    }
}

fn mixture(file: &SharedFile, plan: &Plan) -> String {
    /// A sentence has room for so many.
    const NAMED: usize = 3;
    let piece = |(i, piece): (usize, &Piece)| {
        let unit = if i == 0 { " bytes" } else { "" };
        format!(
            "{}{unit} of {}",
            grouped(piece.bytes),
            name(piece.source, plan)
        )
    };
    let mut parts: Vec<String> = file
        .pieces
        .iter()
        .take(NAMED)
        .enumerate()
        .map(piece)
        .collect();
    if file.pieces.len() > NAMED {
        parts.push("and more".into());
    }
    format!("{NAME} is a mixture: {}", parts.join(", "))
}

/// As the owner of a page: a task where each has an address of its own.
fn name(source: Source, plan: &Plan) -> String {
    let Some(addresses) = plan.addresses() else {
        return "a page".into();
    };
    match source {
        Source::Page(number) if plan.tasks() as usize <= addresses.count() => {
            format!("task {number}'s page")
        }
        Source::Page(number) => format!("page {number}"),
        Source::Zeros => "zeros that nobody wrote".into(),
        Source::SomePage => "one page".into(),
        Source::Unknown => "unknown origin".into(),
    }
}

/// How often writing was seen to go wrong, in one sentence; nothing if it never was.
pub fn spoilt(file: &SharedFile) -> Option<String> {
    (file.spoilt > 0).then(|| {
        format!(
            "at least {} of {} writes were spoilt by another worker before their file was closed",
            grouped(file.spoilt),
            grouped(file.writes)
        )
    })
}
