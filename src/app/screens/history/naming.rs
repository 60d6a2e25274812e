//! Naming a run.

use crate::{
    app::{App, message::Effect},
    domain::name,
    ui::{field::TextField, key::Key},
};

/// A name that is being typed.
#[derive(Clone, Debug)]
pub struct Naming {
    /// The number of the run.
    pub number: usize,
    /// The text so far.
    pub field: TextField,
}

impl App {
    pub(crate) fn begin_name(&mut self) {
        let Some(number) = self.chosen() else {
            return;
        };
        let name = self.history.item(number).and_then(|item| item.name);
        let field = TextField::new(name.unwrap_or_default(), name::MOST);
        self.runs.naming = Some(Naming { number, field });
        self.out.notice = None;
    }

    pub(crate) fn type_name(&mut self, key: Key) {
        if let Some(naming) = &mut self.runs.naming {
            naming.field.apply(key);
            // The new input may be valid.
            self.out.notice = None;
        }
    }

    /// Makes the typed text the name of the run. An empty text removes the name. If the text is not a valid name, a
    /// notice says why, and the user can correct it.
    pub(crate) fn accept_name(&mut self) {
        let Some(Naming { number, field }) = &self.runs.naming else {
            return;
        };
        let (number, text) = (*number, field.text().trim());
        let name = (!text.is_empty()).then(|| text.to_string());
        let objection = name
            .as_deref()
            .and_then(|name| self.objection(number, name));
        if let Some(sentence) = objection {
            self.show_error(sentence);
            return;
        }
        self.runs.naming = None;
        self.name(number, name);
    }

    pub(crate) fn abandon_name(&mut self) {
        self.runs.naming = None;
        self.out.notice.take_if(|notice| notice.is_error);
    }

    /// Why a run cannot have this name.
    fn objection(&self, number: usize, name: &str) -> Option<String> {
        if let Err(sentence) = name::check(name) {
            return Some(sentence);
        }
        let other = self.history.named(name).filter(|other| *other != number)?;
        Some(format!(
            "#{other} already has that name. A name belongs to one run"
        ))
    }

    fn name(&mut self, number: usize, name: Option<String>) {
        let Some(item) = self.history.item(number) else {
            return;
        };
        if item.name == name.as_deref() {
            return;
        }
        // A shared file is never changed.
        if self.is_kept(number) {
            let effect = Effect::Rename(number, name.clone());
            self.out.effects.push(effect);
        }
        self.history.rename(number, name);
        self.rearrange();
    }
}
