//! Runs that this session did not measure, and traces that are read when the user looks at them.

use crate::{
    app::{
        App,
        message::Effect,
        screens::{Overlay, history::filter::Filter},
    },
    domain::{history::Lot, trace::Trace},
};

impl App {
    pub(crate) fn on_earlier(&mut self, lot: Lot) {
        let moves = self.history.add_earlier(lot);
        self.follow(&moves);
    }

    pub(crate) fn on_kept(&mut self, numbers: &[(String, usize)]) {
        let moves = self.history.number_as_kept(numbers);
        if !moves.is_empty() {
            self.follow(&moves);
        }
    }

    pub(crate) fn on_trace_read(&mut self, number: usize, trace: Result<Box<Trace>, String>) {
        self.runs.awaited = None;
        if self.history.set_trace(number, trace) {
            self.report_thinning();
        }
    }

    /// Tells the user that traces were thinned to save memory.
    pub(crate) fn report_thinning(&mut self) {
        self.show_notice("some timelines were thinned to save memory. All numbers stay exact");
    }

    /// Requests a trace that is on the screen and not in memory. Only one is read at a time: if a user moves quickly
    /// through the history, only the trace of the run where they stop is read.
    pub(crate) fn request_trace(&mut self) {
        self.history.look_at(self.in_sight());
        if self.runs.awaited.is_none() {
            self.runs.awaited = self.history.await_trace();
            self.out
                .effects
                .extend(self.runs.awaited.map(Effect::ReadTrace));
        }
    }

    /// The runs whose traces are on the screen, or on the one below an overlay.
    fn in_sight(&self) -> Vec<usize> {
        let compared = match self.overlay() {
            Some(Overlay::Comparison(comparing)) => &comparing.numbers[..],
            _ => &[],
        };
        let chosen = self.chosen();
        let chosen = chosen.map(|number| self.run_at(number).map_or(number, |run| run.number));
        chosen.into_iter().chain(compared.iter().copied()).collect()
    }

    /// Updates all stored run numbers after runs were renumbered.
    fn follow(&mut self, moves: &[(usize, usize)]) {
        for &(from, to) in moves {
            let follow = |number: &mut usize| {
                if *number == from {
                    *number = to;
                }
            };
            self.runs.browse.renumber(follow);
            let charts = self.sweeps.chart.iter_mut().chain(&mut self.sweeps.before);
            charts
                .map(|chart| &mut chart.number)
                .chain(
                    self.timeline
                        .playback
                        .as_mut()
                        .map(|playback| &mut playback.number),
                )
                .chain(
                    self.timeline
                        .frozen
                        .as_mut()
                        .map(|frozen| &mut frozen.number),
                )
                .chain(self.runs.naming.as_mut().map(|naming| &mut naming.number))
                .chain(self.runs.marks_before.iter_mut().flatten())
                .chain(self.runs.filter.iter_mut().flat_map(Filter::numbers_mut))
                .chain(self.work.activity.answers_mut())
                .for_each(follow);
            for overlay in &mut self.open.overlays {
                overlay.screen_mut().renumber(&follow);
            }
        }
        self.rearrange();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        app::message::Msg,
        domain::{history::TraceState, machine::WorkerLimits, provenance::Origin, speed::Speed},
        fixtures::explorer::{Scenario, earlier, machine},
        ui::key::Key::{self, Char},
    };

    fn app() -> App {
        let mut app = App::new(machine(2), WorkerLimits::default()).in_session("here");
        let _ = app.update(Msg::Resized {
            columns: 120,
            rows: 40,
        });
        let _ = app.update(Msg::Calibrated(Speed::uniform(40e6)));
        app
    }

    /// Runs the plan of the form to its end. Returns the effects of that end.
    fn run(app: &mut App) -> Vec<Effect> {
        let effects = app.update(Msg::Key(Char('r')));
        let [Effect::Start(plan)] = &effects[..] else {
            panic!("{effects:?}")
        };
        let run = Scenario::new(plan.clone(), 2);
        let _ = app.update(Msg::Batch(run.batch(0, run.wall())));
        app.update(Msg::Concluded(Box::new(run.record())))
    }

    fn numbers(app: &App) -> Vec<usize> {
        app.history()
            .entries()
            .iter()
            .map(|entry| entry.number)
            .collect()
    }

    #[test]
    fn the_explorer_opens_with_the_kept_runs_and_keeps_every_run_that_ends() {
        let mut app = app();
        assert_eq!(
            app.update(Msg::Opened),
            [Effect::ReadEarlier, Effect::FindPythons]
        );
        assert_eq!(run(&mut app), [Effect::Keep(1)]);
    }

    #[test]
    fn earlier_runs_keep_their_numbers_and_new_ones_go_on_from_there() {
        let mut app = app();
        let _ = app.update(Msg::Earlier(earlier(Origin::Earlier, &[3, 7], None)));
        assert_eq!(run(&mut app), [Effect::Keep(8)]);
        assert_eq!(
            (numbers(&app), app.browse().selected()),
            (vec![3, 7, 8], Some(8))
        );
        let _ = app.update(Msg::Earlier(earlier(Origin::Earlier, &[3, 5], None)));
        assert_eq!(
            numbers(&app),
            [3, 5, 7, 8],
            "what is here already is left out"
        );
    }

    #[test]
    fn a_run_that_is_kept_under_another_number_has_it_everywhere() {
        let mut app = app();
        run(&mut app);
        let _ = app.update(Msg::Key(Char('m')));
        let _ = app.update(Msg::Key(Char('b')));
        let id = app.history().get(1).unwrap().record.id.clone();
        let _ = app.update(Msg::Kept(vec![(id, 43)]));
        assert_eq!(
            (numbers(&app), app.browse().selected(), app.browse().order()),
            (vec![43], Some(43), &[43][..])
        );
        assert_eq!(app.browse().marked(), [43]);
        let entry = app.history().get(43).unwrap();
        assert!(
            entry
                .assessment
                .baseline
                .is_some_and(|it| it.number == 43 && it.is_chosen)
        );
        assert_eq!(run(&mut app), [Effect::Keep(44)]);
    }

    #[test]
    fn a_filter_hides_the_same_runs_after_they_are_renumbered_and_shows_every_later_run() {
        let mut app = app();
        let kept = |app: &mut App, from: usize, to: usize| {
            let id = app.history().get(from).unwrap().record.id.clone();
            let _ = app.update(Msg::Kept(vec![(id, to)]));
        };
        run(&mut app);
        for key in [Char('/'), Char('#'), Char('9'), Key::Enter] {
            let _ = app.update(Msg::Key(key));
        }
        kept(&mut app, 1, 43);
        assert!(app.browse().order().is_empty());
        assert_eq!(run(&mut app), [Effect::Keep(44)]);
        kept(&mut app, 44, 50);
        assert_eq!(app.browse().order(), [50]);
    }

    #[test]
    fn a_cancelled_filter_chooses_the_run_from_before_it_even_if_it_was_renumbered() {
        let mut app = app();
        run(&mut app);
        let _ = app.update(Msg::Earlier(earlier(Origin::Earlier, &[7], None)));
        let _ = app.update(Msg::Key(Char('H')));
        app.choose(Some(1));
        for key in [Char('/'), Char('#'), Char('7')] {
            let _ = app.update(Msg::Key(key));
        }
        assert_eq!(app.browse().selected(), Some(7));
        let id = app.history().get(1).unwrap().record.id.clone();
        let _ = app.update(Msg::Kept(vec![(id, 43)]));
        let _ = app.update(Msg::Key(Key::Esc));
        assert_eq!(app.browse().selected(), Some(43));
    }

    #[test]
    fn a_run_of_a_shared_file_makes_way_for_one_that_is_kept() {
        let mut app = app();
        let _ = app.update(Msg::Earlier(earlier(
            Origin::Recorded,
            &[1, 2],
            Some("elsewhere"),
        )));
        let _ = app.update(Msg::Earlier(earlier(Origin::Earlier, &[1, 2, 3], None)));
        assert_eq!(numbers(&app), [1, 2, 3, 4, 5]);
        let recorded = |app: &App| -> Vec<usize> {
            let entries = app.history().entries().iter();
            entries
                .filter(|it| it.provenance.origin == Origin::Recorded)
                .map(|it| it.number)
                .collect()
        };
        assert_eq!(recorded(&app), [4, 5]);
        run(&mut app);
        let id = app.history().get(6).unwrap().record.id.clone();
        let _ = app.update(Msg::Kept(vec![(id, 4)]));
        assert_eq!(
            (numbers(&app), app.browse().selected()),
            (vec![1, 2, 3, 4, 5, 7], Some(4))
        );
        let _ = app.update(Msg::Earlier(earlier(Origin::Recorded, &[1], Some("again"))));
        assert_eq!(numbers(&app).last(), Some(&8));
    }

    #[test]
    fn a_trace_is_read_when_somebody_looks_at_its_run_and_only_one_at_a_time() {
        let mut app = app();
        assert_eq!(
            app.update(Msg::Earlier(earlier(Origin::Earlier, &[1, 2, 3], None))),
            []
        );
        let state = |app: &App, number| app.history().get(number).unwrap().trace_state.clone();
        app.choose(Some(1));
        assert_eq!(app.update(Msg::Notice("hm".into())), [Effect::ReadTrace(1)]);
        assert_eq!(state(&app, 1), TraceState::Awaited);
        app.choose(Some(2));
        app.choose(Some(3));
        assert_eq!(
            app.update(Msg::Notice("hm".into())),
            [],
            "one is being read"
        );
        let read = Msg::TraceRead {
            number: 1,
            trace: Ok(Box::new(Trace::new(1))),
        };
        assert_eq!(
            app.update(read),
            [Effect::ReadTrace(3)],
            "where they stopped"
        );
        assert_eq!(
            (state(&app, 1), state(&app, 2)),
            (TraceState::Here, TraceState::Kept)
        );
        let _ = app.update(Msg::TraceRead {
            number: 3,
            trace: Err("it is gone".into()),
        });
        assert_eq!(state(&app, 3), TraceState::Gone("it is gone".into()));
        assert_eq!(
            app.update(Msg::Notice("hm".into())),
            [],
            "what is gone is not asked for again"
        );
    }
}
