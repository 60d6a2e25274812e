//! Where a run comes from.

use super::moment;
use crate::domain::history::Entry;
use crate::domain::provenance::{Origin, Provenance};
use crate::domain::text::counted;

/// Where and when a run of a shared file was recorded, from many words to few; `None` for this user's own runs.
pub fn recorded_on(entry: &Entry) -> Option<[String; 3]> {
    let Provenance {
        origin, machine, ..
    } = &*entry.provenance;
    if *origin != Origin::Recorded {
        return None;
    }
    let cpu = machine.cpu_model.as_deref().unwrap_or("an unnamed CPU");
    let cores = counted(machine.cores_usable.into(), "core");
    let started_at = entry.record.started_at.chars();
    let day: String = started_at.take("2026-01-31".len()).collect();
    Some([
        format!("recorded on {cpu}, {cores}, {day}"),
        format!("recorded on {cores}, {day}"),
        "recorded".into(),
    ])
}

/// When and where its session measured, in a few words, for somebody who is `here`.
pub fn session(entry: &Entry, here: &Provenance) -> String {
    let (when, machine) = (
        moment(&entry.record.started_at),
        entry.provenance.machine.in_short(),
    );
    match entry.provenance.origin {
        Origin::Here => "this session".into(),
        Origin::Earlier if entry.provenance.is_same_machine(here) => {
            format!("{when} UTC · this machine")
        }
        Origin::Earlier => format!("{when} UTC · on {machine}"),
        Origin::Recorded => format!("{when} UTC · recorded on {machine}"),
    }
}

/// When and where it was measured, in one sentence for somebody who is `here`; `None` if that was here and now.
pub fn of(entry: &Entry, here: &Provenance) -> Option<String> {
    let (when, machine) = (
        moment(&entry.record.started_at),
        entry.provenance.machine.in_short(),
    );
    let (how, place) = match entry.provenance.origin {
        Origin::Here => return None,
        Origin::Earlier => (
            "measured in an earlier session",
            format!(", {when} UTC, on {machine}"),
        ),
        Origin::Recorded => ("recorded", format!(" on {machine}, {when} UTC")),
    };
    Some(if entry.provenance.is_same_machine(here) {
        format!("{how} on this machine, {when} UTC")
    } else {
        format!("{how}{place}: another machine, so nothing measured here is compared with it")
    })
}
