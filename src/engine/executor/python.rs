//! CPython, started by the zygote.

use super::{Crew, Death};
use crate::engine::worker::Assignment;
use crate::engine::zygote::Zygote;

/// Workers that are threads, processes, subinterpreters or tasks of CPython.
#[derive(Debug)]
pub struct PythonCrew<'z> {
    assignment: Assignment,
    zygote: &'z mut Zygote,
}

impl<'z> PythonCrew<'z> {
    /// A crew for this assignment, still without workers.
    #[must_use]
    pub fn new(assignment: Assignment, zygote: &'z mut Zygote) -> PythonCrew<'z> {
        PythonCrew { assignment, zygote }
    }
}

impl Crew for PythonCrew<'_> {
    fn create(&mut self) -> Result<(), String> {
        Err(format!("{} cannot be started yet", self.assignment.plan.executor().name()))
    }

    fn news(&mut self) -> Result<Vec<Death>, String> {
        self.zygote.news().map(|_| vec![])
    }

    fn is_over(&self) -> bool {
        true
    }

    fn join(&mut self) {}
}
