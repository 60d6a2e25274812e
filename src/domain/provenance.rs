//! Where and when runs were measured.

use std::sync::Arc;

use super::machine::Machine;

/// Whether the runs of a session are this program's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Measured since the program was started.
    Here,
    /// Kept in the user's history: by an earlier session, or by another one that goes on.
    Earlier,
    /// Read from a file that somebody shared.
    Recorded,
}

/// What the runs of one session have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provenance {
    /// Whether they are this program's own.
    pub origin: Origin,
    /// Which session measured them: unique, its text sorts by time (UUID version 7).
    pub session: String,
    /// The machine that they were measured on.
    pub machine: Machine,
}

impl Provenance {
    /// This session's, on this machine.
    pub fn here(session: &str, machine: Machine) -> Arc<Provenance> {
        Arc::new(Provenance {
            origin: Origin::Here,
            session: session.into(),
            machine,
        })
    }

    /// An earlier session's, or another one's that goes on.
    pub fn earlier(session: String, machine: Machine) -> Arc<Provenance> {
        Arc::new(Provenance {
            origin: Origin::Earlier,
            session,
            machine,
        })
    }

    /// Whether it was the same session: nothing but the runs themselves changed between two of them.
    pub fn is_same_session(&self, other: &Provenance) -> bool {
        self.session == other.session
    }

    /// Whether both ran on a machine of which everything that is known is the same: only then a speed-up says something.
    pub fn is_same_machine(&self, other: &Provenance) -> bool {
        // Which cores were allowed is not kept.
        let known = |from: &Provenance| Machine {
            cores: vec![],
            ..from.machine.clone()
        };
        self.is_same_session(other) || known(self) == known(other)
    }
}
