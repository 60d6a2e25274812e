//! Where and when runs were measured.

use std::sync::Arc;

use super::machine::Machine;

/// Where the runs of a session come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Measured since the program was started.
    Here,
    /// Kept in the user's history, by an earlier session or by another one that still runs.
    Earlier,
    /// Read from a shared file.
    Recorded,
}

/// The origin, session and machine that runs have in common.
#[derive(Clone, Debug, PartialEq)]
pub struct Provenance {
    /// Whether this session measured them, another one, or they are from a shared file.
    pub origin: Origin,
    /// The id of the session that measured them. It is unique, and ids sort by time as text (UUID version 7).
    pub session: String,
    /// The machine that they were measured on.
    pub machine: Machine,
}

impl Provenance {
    /// The provenance of this session on this machine.
    pub fn here(session: &str, machine: Machine) -> Arc<Provenance> {
        Arc::new(Provenance {
            origin: Origin::Here,
            session: session.into(),
            machine,
        })
    }

    /// The provenance of an earlier session, or of another one that still runs.
    pub fn earlier(session: String, machine: Machine) -> Arc<Provenance> {
        Arc::new(Provenance {
            origin: Origin::Earlier,
            session,
            machine,
        })
    }

    /// Whether both are of the same session. Within a session, the machine and the program stay the same.
    pub fn is_same_session(&self, other: &Provenance) -> bool {
        self.session == other.session
    }

    /// Whether all known facts about both machines are equal. Otherwise a speed-up between them is meaningless.
    pub fn is_same_machine(&self, other: &Provenance) -> bool {
        // What is known about single cores is not kept.
        let known = |from: &Provenance| Machine {
            cores: vec![],
            cores_whole: None,
            ..from.machine.clone()
        };
        self.is_same_session(other) || known(self) == known(other)
    }
}
