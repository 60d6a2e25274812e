//! The user's function: how it is named in the form, and what was seen of it.

use crate::{
    app::{
        App,
        message::Effect,
        screen::ScreenClass,
        screens::{
            Overlay,
            form::{Field, Search, Setup},
        },
    },
    catalog::{model::Model, workload::Workload},
    domain::{
        function::{Function, FunctionLook, Inputs, SeenFunction},
        plan::{Draft, Invalid},
        python::FoundPython,
        text::{counted, grouped},
    },
    ui::{
        field::TextField,
        form::{Form, FormField, Way},
    },
};

/// The maximum length of the name of a function or of its inputs, in characters.
const MOST: usize = 400;

/// The user's function in the form.
#[derive(Clone, Debug)]
pub(in crate::app) struct NamedFunction {
    /// As the rows say. Without a target there is none.
    written: Function,
    /// The look that is being taken.
    asked: Option<FunctionLook>,
    /// The last look at a function that can be called.
    seen: Option<(FunctionLook, SeenFunction)>,
    /// The look since then at one that cannot, and why.
    refused: Option<(FunctionLook, String)>,
}

impl Default for NamedFunction {
    fn default() -> NamedFunction {
        NamedFunction {
            written: Function::unseen(String::new(), Inputs::None),
            asked: None,
            seen: None,
            refused: None,
        }
    }
}

impl NamedFunction {
    fn text(function: &Function, row: Field) -> String {
        match row {
            Field::Inputs => function.inputs.text(),
            _ => function.target.clone(),
        }
    }

    /// The text of a row. Typing goes on from the one that was refused.
    fn way(&self, row: Field) -> Way {
        let kept = NamedFunction::text(&self.written, row);
        let refused = self.refused.as_ref();
        let typed = refused.map_or_else(
            || kept.clone(),
            |(look, _)| NamedFunction::text(&look.function, row),
        );
        Way::Line {
            field: TextField::new(&typed, MOST),
            kept,
        }
    }

    /// Takes the answer to a look, unless it comes too late. Returns why the function cannot be called, in a sentence.
    fn answer(&mut self, look: FunctionLook, seen: Result<SeenFunction, String>) -> Option<String> {
        self.asked.take_if(|asked| *asked == look)?;
        match seen {
            Ok(seen) => {
                self.seen = Some((look, seen));
                self.refused = None;
                None
            }
            Err(sentence) => {
                let former = self.seen.as_ref().map(|(look, _)| &look.function);
                let former = former.filter(|former| **former != look.function).cloned();
                self.refused = Some((look, sentence.clone()));
                Some(match former {
                    Some(former) => {
                        let kept = format!("{sentence}. {} stays", former.target);
                        self.written = former;
                        kept
                    }
                    None => sentence,
                })
            }
        }
    }
}

impl Setup {
    /// What was seen of the function that is in the form, once it can be called by the chosen interpreter.
    pub(in crate::app) fn seen_function(&self) -> Option<&SeenFunction> {
        let (look, seen) = self.function.seen.as_ref()?;
        let is_it =
            look.function == self.function.written && Some(&look.interpreter) == self.python();
        (self.draft.workload.is_function() && is_it).then_some(seen)
    }

    /// The look at the function that is in the form, if there is one and nobody is typing it.
    fn look(&self) -> Option<FunctionLook> {
        let is_named =
            self.draft.workload.is_function() && !self.function.written.target.is_empty();
        Some(FunctionLook {
            function: self.function.written.clone(),
            interpreter: self
                .python()
                .filter(|_| is_named && self.typed().is_none())?
                .clone(),
        })
    }

    /// Adds the function and the number of its calls to the draft, if it can be called.
    pub(in crate::app) fn call_in(&self, draft: &mut Draft) {
        if let Some(seen) = self.seen_function() {
            draft.function = Some(Box::new(seen.function.clone()));
            if seen.function.inputs != Inputs::None {
                draft.tasks = seen.calls;
            }
        }
    }

    /// Whether the inputs decide about the number of calls.
    pub(in crate::app) fn has_inputs(&self) -> bool {
        let of_command = self.chosen_command().map(|seen| &seen.command.inputs);
        let of_function = Some(&self.function.written.inputs);
        let inputs = of_command.or(of_function.filter(|_| self.draft.workload.is_function()));
        inputs.is_some_and(|inputs| *inputs != Inputs::None)
    }

    /// Why the draft has no function yet, in a sentence.
    pub(in crate::app) fn missing_function(&self) -> String {
        let NamedFunction {
            written, refused, ..
        } = &self.function;
        let target = &written.target;
        if target.is_empty() {
            return "Function is empty: Enter there types one, as in fetch.py:fetch".into();
        }
        if self.typed().is_some() {
            return format!("Enter takes {target}");
        }
        match (self.look(), refused) {
            (None, _) if *self.pythons() == Search::GoesOn => "looking for Python…".into(),
            (None, _) => "function needs a Python, and none was found".into(),
            (Some(look), Some((refused, sentence))) if look == *refused => sentence.clone(),
            (Some(_), _) => format!("looking at {target}…"),
        }
    }

    /// Refuses a model that has to pass on what cannot be pickled.
    ///
    /// # Errors
    /// What cannot be.
    pub(in crate::app) fn check_pickling(&self) -> Result<(), Invalid> {
        let checked = self
            .seen_function()
            .map_or(Ok(()), |seen| seen.check_pickling(self.draft.model));
        checked.map_err(|sentence| Invalid {
            field: Field::Model,
            sentence,
        })
    }

    pub(crate) fn described_function(&self, row: Field) -> FormField {
        let text = NamedFunction::text(&self.function.written, row);
        let short = match row {
            Field::Inputs => text.rsplit('/').next().map(String::from),
            _ => Some(self.function.written.name().into()),
        };
        let shown = if text.is_empty() { "–" } else { &text };
        let field = match row {
            Field::Inputs => {
                let about = "a file, a range such as 0..100, or a name in the module; empty: none";
                FormField::new("Inputs", shown, about)
            }
            _ => FormField::new("Function", shown, self.about_function()),
        };
        FormField { short, ..field }.by(self.function.way(row))
    }

    fn about_function(&self) -> String {
        let Some(seen) = self.seen_function() else {
            return "yours: FILE.py:NAME or package.module:NAME".into();
        };
        let kind = if seen.function.is_coroutine {
            "a coroutine function"
        } else {
            "a plain function"
        };
        format!("{kind} with {}", counted(seen.calls, "call"))
    }

    pub(crate) fn described_calls(&self) -> FormField {
        let of_command = self.chosen_command().map(|seen| seen.times);
        let tasks = of_command.or(self.seen_function().map(|seen| seen.calls));
        let tasks = tasks.map_or_else(|| "–".into(), grouped);
        FormField::new("Tasks", tasks, "one for each input")
    }

    /// Takes the typed text as the function or its inputs.
    pub(in crate::app) fn take_function(&mut self, row: Field, text: &str) -> Result<(), String> {
        let wrong = |what: &str| format!("{text} {what}");
        let written = &mut self.function.written;
        match row {
            Field::Inputs => written.inputs = Inputs::written(text).map_err(wrong)?,
            _ => {
                if !text.is_empty() {
                    Function::check_target(text).map_err(wrong)?;
                }
                written.target = text.into();
            }
        }
        Ok(())
    }
}

impl App {
    /// Opens with this function in the form, which was seen by this interpreter. `draft` has what the user gave besides.
    pub fn calling(mut self, python: FoundPython, seen: SeenFunction, draft: Draft) -> App {
        let form = &mut self.form;
        let unseen = draft
            .function
            .clone()
            .map_or_else(|| seen.function.clone(), |unseen| *unseen);
        let look = FunctionLook {
            function: unseen.clone(),
            interpreter: python.interpreter.clone(),
        };
        form.draft = Draft {
            workload: Workload::Function,
            model: Model::PythonThreads,
            workers: form.draft.workers,
            python: Some(python.interpreter.clone()),
            function: None,
            ..draft
        };
        form.function = NamedFunction {
            written: unseen,
            seen: Some((look, seen)),
            ..NamedFunction::default()
        };
        form.users_python = Some(python);
        self.open_form();
        self.compose_headline();
        self.update_estimate();
        self
    }

    /// Has the function that is in the form looked at, if that has not been done.
    pub(in crate::app) fn settle_function(&mut self) {
        let named = &self.form.function;
        let Some(look) = self
            .form
            .look()
            .filter(|_| self.form.seen_function().is_none())
        else {
            return;
        };
        let refused = named.refused.as_ref().map(|(look, _)| look);
        if [named.asked.as_ref(), refused].contains(&Some(&look)) {
            return;
        }
        let calls = self.form.draft.tasks;
        self.out.effects.push(Effect::LookAt {
            look: Box::new(look.clone()),
            calls,
        });
        self.form.function.asked = Some(look);
    }

    /// Takes what a look at the function showed.
    pub(in crate::app) fn on_function_seen(
        &mut self,
        look: FunctionLook,
        seen: Result<SeenFunction, String>,
    ) {
        let Some(sentence) = self.form.function.answer(look, seen) else {
            return;
        };
        let is_in_view = match self.overlay() {
            Some(Overlay::Form(_)) => true,
            other => other.is_none() && self.screen() == ScreenClass::Wide,
        };
        if is_in_view {
            self.form.note(sentence);
        } else {
            self.show_error(sentence);
        }
    }
}
