//! pconc-tui
pub mod app;
pub mod domain;
pub mod ui;
