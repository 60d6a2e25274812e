//! What the program is about: pure data and pure functions.
//!
//! There is no clock, thread, process or terminal in this layer, so code that only imports this layer can be tested in
//! microseconds. The glossary is in the crate documentation.

pub mod address;
pub mod addresses;
pub mod assessment;
pub mod campaign;
pub mod claim;
pub mod command;
pub mod counter;
pub mod difference;
pub mod estimate;
pub mod fidelity;
pub mod foreign;
pub mod function;
pub mod history;
pub mod in_turn;
pub mod keeping;
pub mod login;
pub mod look;
pub mod machine;
pub mod model_variant;
pub mod name;
pub mod phase;
pub mod plan;
pub mod provenance;
pub mod python;
pub mod race;
pub mod record;
pub mod repeats;
pub mod rounds;
pub mod selector;
pub mod shared_file;
pub mod speed;
pub mod speedup;
pub mod stats;
pub mod subject;
pub mod sweep;
pub mod text;
pub mod time;
pub mod trace;
