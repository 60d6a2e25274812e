//! pconc-tui
pub mod app;
pub mod cli;
pub mod domain;
pub mod engine;
pub mod headless;
pub mod shell;
pub mod tui;
pub mod ui;
