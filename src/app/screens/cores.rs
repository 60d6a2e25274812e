//! A bar per core, or what each ran over time.

pub mod view;
