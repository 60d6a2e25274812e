//! Widgets that are independent of the app: values with setters, drawn into any area.

pub mod axis;
pub mod bar;
pub mod chart;
pub mod core_gantt;
pub mod curve;
pub mod figure;
pub mod form;
pub mod gantt;

/// Nine fills of a cell, from below.
pub(crate) const RISING: [&str; 9] = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];
/// Nine fills of a cell, from the left.
pub(crate) const GROWING: [&str; 9] = [" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"];
