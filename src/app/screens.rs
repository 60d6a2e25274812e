//! Everything that can be seen, each in a folder of its own.

pub mod comparison;
pub mod cores;
pub mod curves;
pub mod details;
pub mod export;
pub mod form;
pub mod history;
pub mod point;
pub mod pythons;
pub mod reading;
pub mod sweep;
pub mod sweep_form;
pub mod teaching;
pub mod timeline;
