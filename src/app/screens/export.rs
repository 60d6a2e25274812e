//! Exporting, from the form to the result.

pub mod keys;
pub mod view;

pub mod form;

use crate::{
    app::{
        App,
        keys::{Keys, forms, texts},
        message::{Effect, ExportOrder},
        screens::{
            Overlay, Screen,
            export::form::{Exporting, Stage, lack},
        },
    },
    domain::text::bytes,
    present::format::Refusal,
    ui::form::Form,
};

impl Screen for Exporting {
    fn keys(&self, _app: &App) -> Vec<&'static Keys> {
        if self.is_writing() {
            // While the export runs, keys do not type and do not act.
            let typing = self.typed().map(|_| &*texts::TYPING);
            [&*keys::WRITING].into_iter().chain(typing).collect()
        } else if self.typed().is_some() {
            vec![&keys::EXPORT, &forms::FIELD, &texts::TYPING]
        } else {
            vec![&keys::EXPORT, &forms::ROWS, &forms::OVER]
        }
    }
}

impl App {
    /// The form, if it is on top.
    pub fn exporting(&self) -> Option<&Exporting> {
        match self.overlay() {
            Some(Overlay::Export(form)) => Some(form),
            _ => None,
        }
    }

    /// The form, even if another text covers it.
    fn exporting_mut(&mut self) -> Option<&mut Exporting> {
        let mut overlays = self.open.overlays.iter_mut().rev();
        overlays.find_map(|overlay| match overlay {
            Overlay::Export(form) => Some(form),
            _ => None,
        })
    }

    pub(crate) fn open_export(&mut self) {
        let chart = self.sweeps.chart.as_ref().map(|chart| chart.number);
        let of_advice = self.runs_of_advice();
        let compared = match self.overlay() {
            Some(Overlay::Comparison(comparing)) => &comparing.numbers[..],
            Some(Overlay::Advice(_)) => &of_advice[..],
            _ => &[],
        };
        let directory = self.settings.directory.as_deref();
        let form = Exporting::new(&self.runs.browse, chart, compared, &self.history, directory);
        if let Some(form) = form {
            self.out.notice = None;
            self.open.overlays.push(Overlay::Export(form));
        }
    }

    /// Whether the form is on top and waits for its file.
    pub(crate) fn is_writing_file(&self) -> bool {
        self.exporting().is_some_and(Exporting::is_writing)
    }

    /// Closes the form and says that its file is still written.
    pub(crate) fn leave_export(&mut self) {
        let file = self.exporting().map(|form| form.order(false).file);
        self.close();
        let file = file.unwrap_or_default();
        self.show_notice(format!("{file} is still being written"));
    }

    /// Shows the progress of the shell, which reads timelines for the file.
    pub(crate) fn on_export_reads(&mut self, read: usize, of: usize) {
        let form = self.exporting_mut();
        if let Some(form) = form.filter(|form| form.is_writing()) {
            form.stage = Stage::Writing(format!("reading the timelines: {read} of {of}"));
        }
    }

    pub(crate) fn write_file(&mut self, overwrite: bool) {
        let form = self.exporting_mut();
        if let Some(form) = form.filter(|form| !form.is_writing()) {
            let order = form.order(overwrite);
            form.stage = Stage::Writing(format!("writing {}…", order.file));
            self.out.exports += 1;
            self.out.effects.push(Effect::Export(order));
        }
    }

    /// Shows the result of writing the file, even if the user has closed the form.
    pub(crate) fn on_exported(
        &mut self,
        order: &ExportOrder,
        file: &str,
        written: Result<u64, Refusal>,
        without: usize,
    ) {
        self.out.exports = self.out.exports.saturating_sub(1);
        let lies_over_another = self.open.overlays.len() > 1;
        // A user who left the form may have opened another one for a different file.
        let form = self.exporting_mut().filter(|form| form.awaits(order));
        match (written, form) {
            (Ok(size), form) => {
                let lack = lack(without).map(|lack| format!(", {lack}"));
                let lack = lack.unwrap_or_default();
                let sentence = format!("written: {file} ({}){lack}", bytes(size));
                match form {
                    Some(form) if lies_over_another => form.stage = Stage::Written(sentence),
                    Some(_) => {
                        self.close();
                        self.show_notice(sentence);
                    }
                    None => self.show_notice(sentence),
                }
            }
            (Err(refusal), Some(form)) => form.refuse(&refusal),
            (Err(refusal), None) => self.show_error(refusal.sentence()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        app::message::{ClickTarget, Msg},
        catalog::{model::Model, workload::Workload::Cpu},
        domain::machine::WorkerLimits,
        fixtures::{
            explorer::{self, Scenario},
            sample::plan,
        },
        present::format::Format,
        ui::key::Key,
    };

    fn app(runs: usize) -> App {
        let mut app = App::new(explorer::machine(2), WorkerLimits::default());
        for _ in 0..runs {
            let _ = app.update(Msg::Key(Key::Char('r')));
            let scenario = Scenario::new(plan(Cpu, Model::Serial, 1), 2);
            let _ = app.update(Msg::Batch(scenario.batch(0, scenario.wall())));
            let _ = app.update(Msg::Concluded(Box::new(scenario.record())));
        }
        app
    }

    fn press(app: &mut App, keys: &[Key]) -> Vec<Effect> {
        keys.iter()
            .flat_map(|key| app.update(Msg::Key(*key)))
            .collect()
    }

    fn file(app: &App) -> String {
        app.exporting().unwrap().order(false).file
    }

    fn order(effects: &[Effect]) -> &ExportOrder {
        match effects {
            [Effect::Export(order)] => order,
            other => panic!("{other:?}"),
        }
    }

    /// Updates the form with the result of writing the file.
    fn written(app: &mut App, file: &str, written: Result<u64, Refusal>, without: usize) {
        let order = app.exporting().map(|form| form.order(false));
        let _ = app.update(Msg::Exported {
            order: order.unwrap_or_default(),
            file: file.into(),
            written,
            without,
        });
    }

    #[test]
    fn while_a_file_is_written_nothing_changes_and_what_became_of_it_is_of_no_other_form() {
        let mut app = app(1);
        let _ = press(&mut app, &[Key::Char('o'), Key::End]);
        let effects = press(&mut app, &[Key::Enter]);
        let asked = order(&effects).clone();
        let keys = [
            Key::Char('q'),
            Key::Up,
            Key::Right,
            Key::Enter,
            Key::Ctrl('o'),
        ];
        assert!(press(&mut app, &keys).is_empty());
        let _ = app.update(Msg::Pasted("name".into()));
        let _ = app.update(Msg::Clicked(ClickTarget::FormRow(2)));
        assert_eq!(app.exporting().unwrap().order(false), asked);
        // Left, and opened again for a file in a different format.
        let _ = press(&mut app, &[Key::Esc, Key::Char('o'), Key::Right]);
        let _ = app.update(Msg::Exported {
            order: asked,
            file: "a.html".into(),
            written: Err(Refusal::Exists("a.html exists already".into())),
            without: 0,
        });
        assert_eq!(app.exporting().unwrap().stage, Stage::Open);
        assert!(
            press(&mut app, &[Key::Ctrl('o')]).is_empty(),
            "nobody looked for that file"
        );
    }

    #[test]
    fn q_asks_once_more_while_a_file_is_written_and_not_afterwards() {
        for is_left in [true, false] {
            let mut app = app(1);
            let effects = press(&mut app, &[Key::Char('o'), Key::Enter]);
            let order = order(&effects).clone();
            if is_left {
                let _ = press(&mut app, &[Key::Esc]);
            }
            assert_eq!(press(&mut app, &[Key::Char('q')]), []);
            let asked = "an export is being written. q again leaves without it";
            assert_eq!(app.notice().expect("it asks").sentence, asked);
            let _ = app.update(Msg::Exported {
                order,
                file: "a.html".into(),
                written: Ok(1),
                without: 0,
            });
            assert_ne!(app.notice().expect("it is written").sentence, asked);
            assert_eq!(press(&mut app, &[Key::Char('q')]), [Effect::Quit]);
        }
        let mut app = app(1);
        let keys = [Key::Char('o'), Key::Enter, Key::Char('q'), Key::Char('q')];
        assert_eq!(press(&mut app, &keys).last(), Some(&Effect::Quit));
    }

    #[test]
    fn o_and_enter_write_a_report_of_the_chosen_run() {
        let mut app = app(1);
        let effects = press(&mut app, &[Key::Char('o'), Key::Enter]);
        let expected = ExportOrder {
            format: Format::Html,
            numbers: vec![1],
            file: "pconc-tui-run-1.html".into(),
            overwrite: false,
        };
        assert_eq!(order(&effects), &expected);
        assert!(
            press(&mut app, &[Key::Enter]).is_empty(),
            "it is being written"
        );
        written(&mut app, "./a.html", Ok(84_000), 0);
        assert!(app.overlay().is_none());
        assert_eq!(
            app.notice().unwrap().sentence,
            "written: ./a.html (84.0 kB)"
        );
    }

    #[test]
    fn without_a_run_that_has_ended_there_is_nothing_to_export() {
        let mut app = app(0);
        let _ = press(&mut app, &[Key::Char('o')]);
        assert!(app.exporting().is_none());
        assert!(app.notice().is_some(), "it says what is missing");
    }

    #[test]
    fn the_format_changes_the_ending_and_leaves_what_was_typed() {
        let mut app = app(2);
        let _ = press(&mut app, &[Key::Char('o'), Key::Right]);
        assert_eq!(file(&app), "pconc-tui-run-2.json");
        let _ = press(&mut app, &[Key::End]);
        assert_eq!(
            app.exporting().unwrap().typed(),
            Some("pconc-tui-run-2.json")
        );
        let typed = [
            Key::Ctrl('u'),
            Key::Char('q'),
            Key::Char('.'),
            Key::Char('c'),
            Key::Char('s'),
            Key::Char('v'),
        ];
        let _ = press(&mut app, &typed);
        let _ = press(&mut app, &[Key::Up, Key::Right, Key::Right]);
        assert_eq!(file(&app), "q.svg", "q is a letter here");
    }

    #[test]
    fn the_ending_of_a_typed_name_chooses_the_format_and_moving_between_rows_does_not() {
        let mut app = app(2);
        let _ = press(&mut app, &[Key::Char('o'), Key::End, Key::Ctrl('u')]);
        let format = |app: &App| app.exporting().unwrap().order(false).format;
        for (typed, expected) in [
            ("a.csv", Format::Csv),
            (".JSON", Format::Json),
            (".trace.json", Format::ChromeTrace),
            (".txt", Format::ChromeTrace),
        ] {
            let _ = app.update(Msg::Pasted(typed.into()));
            assert_eq!(format(&app), expected, "{typed}");
        }
        let name = file(&app);
        let _ = press(&mut app, &[Key::Up, Key::Up, Key::Up, Key::Down, Key::Down]);
        assert_eq!((file(&app), format(&app)), (name, Format::ChromeTrace));
    }

    #[test]
    fn every_row_says_which_keys_choose_what_and_where_the_file_will_be() {
        let mut app = app(2);
        let _ = press(&mut app, &[Key::Char('o'), Key::Up]);
        for hint in [
            "←→ choose: run #2, all 2 rows of the history. The file",
            "←→ choose: html, json, csv, markdown, svg, chrome-trace. The file",
            "The ending of the name chooses the format. The file",
        ] {
            let about = app.exporting().unwrap().about();
            assert!(about.starts_with(hint), "{about}");
            assert!(about.contains("the directory that pconc-tui was started in"));
            let _ = press(&mut app, &[Key::Down]);
        }
    }

    #[test]
    fn while_a_file_is_written_only_keys_that_work_are_offered_and_closing_says_that_it_goes_on() {
        let offered = |app: &App| -> Vec<String> {
            let offers = app.keys_here().into_iter();
            offers.map(|offer| offer.label.into()).collect()
        };
        for rows in [&[][..], &[Key::End]] {
            let mut app = app(2);
            let _ = press(&mut app, &[Key::Char('o')]);
            let _ = press(&mut app, rows);
            assert!(offered(&app).contains(&"Enter write".into()));
            let _ = press(&mut app, &[Key::Enter]);
            let sentence = app.exporting().unwrap().stage.sentence();
            assert_eq!(sentence, Ok("writing pconc-tui-run-2.html…"));
            let keys = offered(&app);
            assert_eq!(keys[0], "Esc close, and go on writing");
            let useless = ["write", "←→", "↑↓", "erase", "move"];
            let rest = keys[1..].join(" ");
            assert!(!useless.iter().any(|key| rest.contains(key)), "{rest}");
            assert!(app.exporting().unwrap().about().starts_with("Esc closes"));
            let _ = press(&mut app, &[Key::Esc]);
            let notice = &app.notice().unwrap().sentence;
            assert_eq!(notice, "pconc-tui-run-2.html is still being written");
        }
    }

    #[test]
    fn arrows_choose_what_is_written() {
        let mut app = app(3);
        let _ = press(&mut app, &[Key::Char('o'), Key::Up, Key::Right]);
        let effects = press(&mut app, &[Key::Enter]);
        assert_eq!(
            (&order(&effects).numbers[..], order(&effects).file.as_str()),
            (&[1, 2, 3][..], "pconc-tui-history.html")
        );
    }

    #[test]
    fn an_existing_file_is_overwritten_only_by_a_key_of_its_own() {
        let mut app = app(1);
        let _ = press(&mut app, &[Key::Char('o'), Key::Ctrl('o')]);
        assert_eq!(
            app.exporting().unwrap().stage,
            Stage::Open,
            "nothing is known to exist"
        );
        let _ = press(&mut app, &[Key::Enter]);
        let refused = Err(Refusal::Exists("a.html exists already".into()));
        written(&mut app, "a.html", refused, 0);
        assert!(!order(&press(&mut app, &[Key::Enter])).overwrite);
        let refused = Err(Refusal::Exists("a.html exists already".into()));
        written(&mut app, "a.html", refused, 0);
        assert!(order(&press(&mut app, &[Key::Ctrl('o')])).overwrite);
    }

    #[test]
    fn what_went_wrong_is_shown_in_the_form_or_beside_the_panels() {
        let mut app = app(1);
        let _ = press(&mut app, &[Key::Char('o'), Key::Enter]);
        let full = || {
            Err(Refusal::Other(
                "cannot write a.html: no space left on device".into(),
            ))
        };
        written(&mut app, "a.html", full(), 0);
        let sentence = app.exporting().unwrap().stage.sentence();
        assert!(sentence.unwrap_err().contains("no space"));
        let _ = press(&mut app, &[Key::Esc]);
        assert!(app.overlay().is_none());
        written(&mut app, "a.html", full(), 0);
        assert!(app.notice().unwrap().is_error);
    }

    #[test]
    fn what_is_read_for_a_file_is_reported_and_so_is_what_is_no_longer_there() {
        let mut app = app(3);
        let _ = press(&mut app, &[Key::Char('o'), Key::Up, Key::Right, Key::Enter]);
        let _ = app.update(Msg::ExportReads { read: 2, of: 3 });
        let form = app.exporting().unwrap();
        assert_eq!(form.stage.sentence(), Ok("reading the timelines: 2 of 3"));
        assert_eq!(form.lack(), None, "what is kept is read");
        written(&mut app, "./a.html", Ok(84_000), 2);
        let sentence = &app.notice().unwrap().sentence;
        assert!(sentence.ends_with("without the timelines of 2 runs, which are no longer kept"));
    }

    #[test]
    fn a_comparison_is_exported_and_comes_back() {
        let mut app = app(3);
        for run in [2, 3] {
            app.runs.browse.toggle_mark_of(Some(run));
        }
        let effects = press(&mut app, &[Key::Char('c'), Key::Char('o'), Key::Enter]);
        assert_eq!(order(&effects).file, "pconc-tui-comparison.html");
        assert_eq!(order(&effects).numbers, [2, 3]);
        written(&mut app, "./a.html", Ok(84_000), 0);
        let sentence = app.exporting().unwrap().stage.sentence();
        assert_eq!(sentence, Ok("written: ./a.html (84.0 kB)"));
        let _ = press(&mut app, &[Key::Esc]);
        assert!(matches!(app.overlay(), Some(Overlay::Comparison(_))));
    }
}
