//! The marks of fitted laws.

use crate::domain::stats::fit::{Fit, Law};

/// The glyph of a law's curve, and its name.
pub fn mark(fit: &Fit) -> (&'static str, &'static str) {
    match fit.law {
        Law::Amdahl { .. } => ("╌", "Amdahl"),
        Law::Universal { .. } => ("≈", "USL (Gunther)"),
    }
}
