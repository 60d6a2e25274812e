//! The user's command in the form, if the explorer was opened with one.

use crate::{
    app::{App, screens::form::Setup},
    catalog::workload::Workload,
    domain::{
        command::SeenCommand,
        function::Inputs,
        plan::Draft,
        text::{clean, counted},
    },
    ui::form::FormField,
};

/// What is said where no command was given.
const NONE: &str = "start the explorer with --command 'gzip -k {}' --inputs FILE";
/// The maximum length of a command in the form, in characters.
const MOST: usize = 200;

impl Setup {
    /// The workloads that are offered: that of commands only if the explorer was opened with one.
    pub(in crate::app) fn workloads(&self) -> Vec<Workload> {
        let all = Workload::ALL.into_iter();
        all.filter(|workload| !workload.is_command() || self.command.is_some())
            .collect()
    }

    /// The command of the chosen workload, if it is one of commands.
    pub(in crate::app) fn chosen_command(&self) -> Option<&SeenCommand> {
        let command = self.command.as_ref();
        command.filter(|_| self.draft.workload.is_command())
    }

    /// Adds the command and the number of its executions to the draft.
    pub(in crate::app) fn run_in(&self, draft: &mut Draft) {
        if let Some(seen) = self.chosen_command() {
            draft.command = Some(Box::new(seen.command.clone()));
            if seen.command.inputs != Inputs::None {
                draft.tasks = seen.times;
            }
        }
    }

    pub(in crate::app) fn described_command(&self) -> FormField {
        let Some(SeenCommand { command, times }) = &self.command else {
            return FormField::new("Command", "–", NONE);
        };
        let about = match command.inputs {
            Inputs::None => "yours, without inputs".into(),
            _ => format!("yours, for {}", counted(*times, "input")),
        };
        FormField {
            short: Some(clean(command.name(), MOST)),
            ..FormField::new("Command", clean(&command.line, MOST), about)
        }
    }
}

impl App {
    /// Opens with this command in the form. `draft` has what the user gave besides.
    pub fn running(mut self, seen: SeenCommand, draft: Draft) -> App {
        let form = &mut self.form;
        form.draft = Draft {
            workers: form.draft.workers,
            tasks: seen.times,
            command: None,
            ..draft
        };
        form.command = Some(seen);
        self.open_form();
        self.compose_headline();
        self.update_estimate();
        self
    }
}
