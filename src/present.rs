//! Presentation for screen, shell and files alike: number formats, sentences made from findings, table layout, scales
//! of charts, ASCII. Anything that is shown in two places is formatted here once.

pub mod advice_table;
pub mod ascii;
pub mod chart;
pub mod claim_table;
pub mod code;
pub mod comparison;
pub mod format;
pub mod line;
pub mod marks;
pub mod number;
pub mod run_table;
pub mod sentence;
pub mod table;
