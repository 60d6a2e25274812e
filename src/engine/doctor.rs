//! STAND-IN doctor.

use super::session::Session;
use crate::domain::machine::Finding;

/// What this machine offers.
#[must_use]
pub fn examine(session: &Session) -> Vec<Finding> {
    vec![Finding {
        topic: "usable cores".into(),
        value: session.machine().cores_usable.to_string(),
        note: Some("all that are online".into()),
    }]
}
