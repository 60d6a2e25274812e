//! Sentences about where and when a run was measured.

use super::{moment, utc};
use crate::domain::{
    history::RunEntry,
    provenance::{Origin, Provenance},
};

/// Where and when a run of a shared file was recorded, in three lengths, the longest first; `None` for this user's own
/// runs.
pub fn recorded_on(entry: &RunEntry) -> Option<[String; 3]> {
    let Provenance {
        origin, machine, ..
    } = &*entry.provenance;
    if *origin != Origin::Recorded {
        return None;
    }
    let cpu = machine.cpu_model.as_deref().unwrap_or("an unnamed CPU");
    let cores = machine.cores_in_words();
    let started_at = moment(&entry.record.started_at);
    let (day, _) = started_at.split_once(' ').unwrap_or_default();
    Some([
        format!("recorded on {cpu}, {cores}, {day}"),
        format!("recorded on {cores}, {day}"),
        "recorded".into(),
    ])
}

/// When and where a session measured, in a few words, relative to `here`.
pub fn session(entry: &RunEntry, here: &Provenance) -> String {
    let (when, utc) = (moment(&entry.record.started_at), utc());
    let machine = entry.provenance.machine.in_short();
    match entry.provenance.origin {
        Origin::Here => "this session".into(),
        Origin::Earlier if entry.provenance.is_same_machine(here) => {
            format!("{when}{utc} · this machine")
        }
        Origin::Earlier => format!("{when}{utc} · on {machine}"),
        Origin::Recorded => format!("{when}{utc} · recorded on {machine}"),
    }
}

/// When and where a run was measured, in one sentence, relative to `here`; `None` if that was in this session.
pub fn of(entry: &RunEntry, here: &Provenance) -> Option<String> {
    let (when, utc) = (moment(&entry.record.started_at), utc());
    let machine = entry.provenance.machine.in_short();
    let (how, place) = match entry.provenance.origin {
        Origin::Here => return None,
        Origin::Earlier => (
            "measured in an earlier session",
            format!(", {when}{utc}, on {machine}"),
        ),
        Origin::Recorded => ("recorded", format!(" on {machine}, {when}{utc}")),
    };
    Some(if entry.provenance.is_same_machine(here) {
        format!("{how} on this machine, {when}{utc}")
    } else {
        format!("{how}{place}, another machine, so nothing measured here is compared with it")
    })
}
