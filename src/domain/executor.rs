//! How the tasks of a run are executed, however many the workers: a model, and under a Python model the interpreter.

use serde::{Deserialize, Serialize};

use super::python::Python;
use crate::catalog::model::Model;

/// A model, and by what it executes if it needs anything. Runs with the same one differ in workers and work.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Executor {
    /// The model.
    pub model: Model,
    /// The interpreter; `None` unless the model is one of Python's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub python: Option<Python>,
}

impl Executor {
    /// Its name with what is needed to tell it from others: "gil-threads (emulated)", "python-processes (3.13.0, spawn)".
    pub fn label(&self) -> String {
        let Some(Python {
            interpreter,
            start_method,
        }) = &self.python
        else {
            return self.model.label().into();
        };
        let mut words = if interpreter.free_threaded {
            interpreter.label()
        } else {
            interpreter.version_name()
        };
        // Its own default needs no word.
        if let Some(method) =
            start_method.filter(|method| interpreter.start_methods.first() != Some(method))
        {
            words = format!("{words}, {}", method.name());
        }
        format!("{} ({words})", self.model.name())
    }

    /// Its name with what tells it from others of the same model: "gil-threads", "python-processes (3.13.0)".
    pub fn name(&self) -> String {
        if self.python.is_some() {
            self.label()
        } else {
            self.model.name().into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::python::StartMethod, *};
    use crate::fixtures::python;

    fn python(model: Model, start_method: Option<StartMethod>) -> Executor {
        Executor {
            model,
            python: Some(Python {
                interpreter: python::interpreter(),
                start_method,
            }),
        }
    }

    #[test]
    fn a_label_says_what_tells_it_from_others_and_no_more() {
        let native = Executor {
            model: Model::GilThreads,
            python: None,
        };
        assert_eq!(native.label(), "gil-threads (emulated)");
        assert_eq!(
            python(Model::PythonThreads, None).label(),
            "python-threads (3.13.0)"
        );
        let processes = |method| python(Model::PythonProcesses, Some(method)).label();
        assert_eq!(processes(StartMethod::Fork), "python-processes (3.13.0)");
        assert_eq!(
            processes(StartMethod::Spawn),
            "python-processes (3.13.0, spawn)"
        );
        let free = Python {
            interpreter: python::free_threaded(),
            start_method: None,
        };
        let free = Executor {
            model: Model::PythonThreads,
            python: Some(free),
        };
        assert_eq!(free.label(), "python-threads (3.14.2t, GIL off)");
    }
}
