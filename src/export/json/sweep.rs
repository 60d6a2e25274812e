//! A sweep in the document: what was asked for, and what its runs say together.

use serde::Serialize;

use crate::domain::model::Model;
use crate::domain::share::SharedSweep;
use crate::domain::stats::fit::{Amdahl, Fit, Universal};
use crate::domain::sweep::{Summary, Sweep};

/// A sweep as it is written.
#[derive(Serialize)]
pub struct OutgoingSweep<'a> {
    number: usize,
    name: Option<&'a str>,
    session: &'a str,
    #[serde(flatten)]
    sweep: &'a Sweep,
    /// One per configuration that was measured.
    summary: Vec<&'a Summary>,
    fits: Vec<OutgoingFits<'a>>,
    conclusion: &'a str,
    is_complete: bool,
}

/// What was fitted to the speed-ups of a model.
#[derive(Serialize)]
struct OutgoingFits<'a> {
    model: Model,
    amdahl: &'a Option<Fit<Amdahl>>,
    universal: &'a Option<Fit<Universal>>,
}

impl<'a> From<&SharedSweep<'a>> for OutgoingSweep<'a> {
    fn from(shared: &SharedSweep<'a>) -> OutgoingSweep<'a> {
        let results = shared.results;
        let fits = |series: &'a crate::domain::sweep::Series| OutgoingFits {
            model: series.model,
            amdahl: &series.amdahl,
            universal: &series.universal,
        };
        let is_fitted = |fits: &OutgoingFits<'_>| fits.amdahl.is_some() || fits.universal.is_some();
        OutgoingSweep {
            number: shared.number,
            name: shared.name,
            session: &shared.provenance.session,
            sweep: shared.sweep,
            summary: results.summaries.iter().flatten().collect(),
            fits: results.series.iter().map(fits).filter(is_fitted).collect(),
            conclusion: &results.conclusion,
            is_complete: results.is_complete,
        }
    }
}
