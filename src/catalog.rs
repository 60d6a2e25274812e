//! The catalogue: workloads, models, experiments, parameters, metrics, phases, caveats and patterns, each described once. Forms,
//! options, columns, tables, documents and explanations are views of these descriptions.

pub mod caveat;
pub mod claim;
pub mod experiment;
pub mod lesson;
pub mod metric;
pub mod model;
pub mod parameter;
pub mod pattern;
pub mod phase;
pub mod pitfall;
pub mod workload;
