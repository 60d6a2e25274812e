//! The document `pconc-tui.records/1`: everything that is known of runs and sweeps, for programs and for `replay`.
