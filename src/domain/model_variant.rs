//! How the tasks of a run are executed, with any number of workers: by a model, and for a Python model by an
//! interpreter.

use serde::{Deserialize, Serialize};

use super::python::Python;
use crate::catalog::model::Model;

/// A model, and the interpreter if the model needs one. Runs with the same executor differ only in workers and work.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ModelVariant {
    /// The concurrency model.
    pub model: Model,
    /// The interpreter; `None` unless it is a Python model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub python: Option<Python>,
}

impl ModelVariant {
    /// The full name: "gil-threads (emulated)", "python-processes (3.13.0, spawn)".
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
        // The interpreter's default start method is not mentioned.
        if let Some(method) =
            start_method.filter(|method| interpreter.start_methods.first() != Some(method))
        {
            words = format!("{words}, {}", method.name());
        }
        format!("{} ({words})", self.model.name())
    }

    /// The name among executors of the same model: "gil-threads", "python-processes (3.13.0)".
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

    fn python(model: Model, start_method: Option<StartMethod>) -> ModelVariant {
        ModelVariant {
            model,
            python: Some(Python {
                interpreter: python::interpreter(),
                start_method,
            }),
        }
    }

    #[test]
    fn a_label_says_what_distinguishes_it_from_others_and_no_more() {
        let native = ModelVariant {
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
        let free = ModelVariant {
            model: Model::PythonThreads,
            python: Some(free),
        };
        assert_eq!(free.label(), "python-threads (3.14.2t, GIL off)");
    }
}
