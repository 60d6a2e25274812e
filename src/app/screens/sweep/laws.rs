//! Fitted laws, in marks.

use crate::domain::stats::fit::{Fit, Law};

/// What the curve of a law is made of, and what it is called.
pub fn mark(fit: &Fit) -> (&'static str, &'static str) {
    match fit.law {
        Law::Amdahl { .. } => ("╌", "Amdahl, fitted"),
        Law::Universal { .. } => ("≈", "USL, fitted"),
    }
}
