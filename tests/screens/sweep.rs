//! The form for a sweep, and its chart during the sweep and afterwards.

use pconc_tui::{
    app::message::ClickTarget,
    domain::record::{CampaignPart, Outcome, Record},
};

use super::*;

impl Session {
    /// Opens the form, for `io` or `cpu`.
    pub fn open_sweep_form(&mut self, workload: &str) -> &mut Session {
        self.press(&[Char('f')]);
        if self.app.setup().draft().workload.name() != workload {
            self.press(&[Right]);
        }
        self.press(&[Esc, Char('s')])
    }

    /// Types a list of worker counts into the form.
    pub fn type_counts(&mut self, counts: &str) -> &mut Session {
        self.press(&[Home, Down, Down, Down, Down]);
        for (i, c) in counts.chars().enumerate() {
            // A list in the form has to start with a digit.
            assert!(i > 0 || c.is_ascii_digit());
            self.press(&[Char(c)]);
        }
        self.press(&[Enter])
    }

    /// Starts the sweep in the form and completes the first `runs` runs, passing each record to `change` first. Leaves
    /// the next run half done, if there is one.
    pub fn start_sweep(
        &mut self,
        runs: usize,
        mut change: impl FnMut(usize, &mut Record),
    ) -> &mut Session {
        let mut effects = self.app.update(Msg::Key(Enter));
        for run in 0..runs {
            let [.., Effect::Start(plan)] = &effects[..] else {
                break;
            };
            let scenario = Scenario::new(plan.clone(), self.app.machine().cores_usable);
            let _ = self
                .app
                .update(Msg::Batch(scenario.batch(0, scenario.wall())));
            let mut record = scenario.record();
            // No two runs are exactly the same.
            record.times.wall_s *= 1.0 + ((run * 7) % 11) as f64 / 150.0;
            record.id = format!("run {run}");
            change(run, &mut record);
            effects = self.app.update(Msg::Concluded(Box::new(record)));
        }
        if let [.., Effect::Start(plan)] = &effects[..] {
            let scenario = Scenario::new(plan.clone(), self.app.machine().cores_usable);
            let _ = self
                .app
                .update(Msg::Batch(scenario.batch(0, scenario.wall() / 2)));
        }
        self
    }

    fn sweep_io(&mut self, runs: usize) -> &mut Session {
        self.open_sweep_form("io").start_sweep(runs, |_, _| {})
    }
}

/// More runs than any sweep here has.
pub const ALL: usize = 10_000;

pub fn first_round(session: &mut Session) {
    session.sweep_io(6);
}

pub fn half_way(session: &mut Session) {
    session.sweep_io(30);
}

pub fn finished(session: &mut Session) {
    session.sweep_io(ALL);
}

pub fn times(session: &mut Session) {
    session.sweep_io(ALL).press(&[Char('y')]);
}

pub fn with_fits(session: &mut Session) {
    session
        .open_sweep_form("io")
        .type_counts("1..8")
        .start_sweep(ALL, |_, _| {});
    session.press(&[Char('f')]);
}

pub fn stopped(session: &mut Session) {
    session.sweep_io(20);
    let effects = session.app.update(Msg::Key(Char('x')));
    assert_eq!(effects, [Effect::Stop]);
    let plan = session
        .app
        .live()
        .expect("a run is being stopped")
        .plan
        .clone();
    let sweep = session.app.history().sweep(1).expect("it goes on");
    let course = session
        .app
        .live()
        .and_then(|live| live.asked.campaign.course());
    let part = CampaignPart {
        id: sweep.sweep.id.clone(),
        round: course.expect("it goes on").round,
        in_turn: false,
    };
    let part = Some(part);
    let mut record = Scenario::new(RunOrder { plan, part }, 2).record();
    record.ending.outcome = Outcome::Cancelled;
    let _ = session.app.update(Msg::Concluded(Box::new(record)));
}

pub fn failures(session: &mut Session) {
    session
        .open_sweep_form("io")
        .start_sweep(ALL, |run, record| {
            let is_large = record.plan.workers == 16;
            if is_large || run == 13 {
                record.ending.outcome = Outcome::Failed;
                record.ending.error = Some("worker 1 was killed by SIGKILL".into());
            }
        });
}

/// More bars than a small screen has columns.
pub fn many(session: &mut Session) {
    session
        .open_sweep_form("io")
        .press(&[Down, Right, Down, Down, Right]);
    session.type_counts("1..16").start_sweep(ALL, |_, _| {});
}

pub fn computing(session: &mut Session) {
    session.open_sweep_form("cpu").start_sweep(ALL, |_, _| {});
}

#[test]
fn the_form_says_how_many_runs_there_will_be_and_how_long_they_take() {
    for (columns, rows) in SIZES {
        let mut session = Session::new(columns, rows);
        session.open_sweep_form("cpu");
        assert!(
            session.shows("28 runs: 7 configurations × (3 rounds + warm-up), about"),
            "{columns}×{rows}"
        );
        assert!(
            session.shows("1,2,4") && session.shows("[x] processes") && session.shows("[ ] rayon")
        );
    }
}

#[test]
fn what_is_wrong_in_the_form_is_said_there_and_nothing_is_started() {
    let mut session = Session::new(80, 24);
    session.open_sweep_form("io").type_counts("16..1");
    assert!(session.row("reversed").contains('!'));
    assert_eq!(session.app.update(Msg::Key(Enter)), []);
    session.type_counts("1,5000");
    assert!(session.shows("5 000"), "{:#?}", session.rows());
    session.press(&[Esc]);
    assert!(session.app.overlay().is_none());
}

#[test]
fn a_sweep_is_kept_with_a_number_its_runs_follow_and_know_it() {
    let mut session = Session::new(80, 24);
    session.open_sweep_form("cpu");
    let effects = session.app.update(Msg::Key(Enter));
    assert!(
        matches!(&effects[..], [Effect::Keep(1), Effect::Start(_)]),
        "{effects:?}"
    );
    session.play(effects);
    let history = session.app.history();
    let sweep = history.sweep(1).unwrap();
    assert_eq!(sweep.members, (2..=29).collect::<Vec<_>>());
    let rounds: Vec<u32> = history
        .entries()
        .iter()
        .map(|run| run.record.campaign.as_ref().unwrap().round)
        .collect();
    assert!(
        rounds.is_sorted()
            && (0..4).all(|round| rounds.iter().filter(|it| **it == round).count() == 7)
    );
    assert_eq!(history.next_number(), 30);
    assert_eq!(session.app.browse().order(), [1], "its runs are no rows");
}

#[test]
fn repeats_know_their_campaign_too() {
    let mut session = Session::new(120, 40);
    session.press(&[Char('f'), End, Right, Right, Char('r')]);
    let parts: Vec<_> = session
        .app
        .history()
        .entries()
        .iter()
        .map(|run| run.record.campaign.clone().unwrap())
        .collect();
    let rounds: Vec<u32> = parts.iter().map(|part| part.round).collect();
    assert_eq!(rounds, [1, 2, 3, 4, 5], "no round warms up");
    assert!(parts.iter().all(|part| part.id == parts[0].id));
    assert_eq!(
        session.app.browse().order(),
        [1, 2, 3, 4, 5],
        "each is a row"
    );
}

#[test]
fn while_it_goes_on_nothing_moves_but_what_is_measured() {
    let labels = |runs: usize| {
        let mut session = Session::new(80, 24);
        session.sweep_io(runs);
        SIZES.map(|size| {
            session.resize(size);
            let drawn = session.rows();
            let place = drawn
                .iter()
                .position(|row| row.starts_with('┃') && row.contains("serial  "))
                .expect("an axis");
            (place, drawn[place].clone())
        })
    };
    let at_first = labels(0);
    for runs in [3, 14, 30, ALL] {
        assert_eq!(labels(runs), at_first, "{runs} runs");
    }
}

#[test]
fn the_chart_says_how_far_it_is_and_then_what_came_out() {
    let after = |runs: usize, check: &dyn Fn(&Session)| {
        let mut session = Session::new(80, 24);
        session.sweep_io(runs);
        for size in SIZES {
            session.resize(size);
            check(&session);
        }
    };
    after(5, &|session| {
        assert!(
            session.rows()[1].contains("warm-up round"),
            "{}",
            session.rows()[1]
        );
        assert!(
            session.shows("run 6 of 52  · warm-up round"),
            "{:?}",
            session.size
        );
    });
    after(30, &|session| {
        assert!(
            session.shows("run 31 of 52 · round 2 of 3"),
            "{:?}",
            session.size
        );
        assert!(
            session.rows()[1].contains("best so far: "),
            "{}",
            session.rows()[1]
        );
    });
    after(ALL, &|session| {
        assert!(
            session.rows()[1].contains("best: ")
                && session.rows()[1].contains("faster than serial"),
            "{}",
            session.rows()[1]
        );
        assert!(session.shows("with 16 workers"), "the conclusion");
        assert!(session.shows("52 runs: 3 rounds and a warm-up round"));
        assert!(session.shows("★"));
    });
}

#[test]
fn a_model_that_is_faster_has_a_higher_bar() {
    let mut session = Session::new(120, 40);
    computing(&mut session);
    let drawn = session.rows();
    let inked = |fill: char| {
        drawn[..30]
            .iter()
            .map(|row| row.matches(fill).count())
            .max()
            .unwrap()
    };
    let rows_with = |fill: &str| {
        drawn[4..30]
            .iter()
            .filter(|row| row.contains(&fill.repeat(3)))
            .count()
    };
    assert!(inked('╬') > 0 && inked('▒') > 0);
    assert!(rows_with("▒") >= rows_with("╬") * 3 / 2, "{drawn:#?}");
    assert!(session.shows("gil-threads: no "), "no gain: {drawn:#?}");
}

#[test]
fn escape_shows_the_panels_and_s_or_the_row_of_the_sweep_comes_back() {
    let mut session = Session::new(120, 40);
    session.sweep_io(15).press(&[Esc]);
    assert!(session.shows("Timeline") && session.app.is_running());
    assert!(
        session.shows("sweep, run 16 of 52"),
        "a row with its progress"
    );
    session.press(&[Char('s')]);
    assert!(session.app.chart().is_some());
    let mut session = Session::new(120, 40);
    session.sweep_io(ALL).press(&[Esc]);
    session.press(&[Enter]);
    assert!(session.app.chart().is_some_and(|chart| chart.number == 1));
}

#[test]
fn the_panels_of_a_chosen_sweep_say_which_of_its_runs_they_show_and_what_enter_opens() {
    for (columns, rows) in SIZES {
        for is_teaching in [false, true] {
            let mut session = Session::new(80, 24);
            session.sweep_io(ALL).press(&[Esc]);
            session.resize((columns, rows));
            if is_teaching {
                session.press(&[Char('P')]);
            }
            let drawn = session.rows();
            assert!(drawn[0].contains("sweep #1"), "{}", drawn[0]);
            let run = session
                .app
                .shown()
                .and_then(|shown| shown.entry())
                .map(|run| run.number);
            let run = run.expect("the sweep has a median run");
            assert!(drawn[0].contains(&format!("#{run} io")), "{}", drawn[0]);
            assert!(
                columns < 100 || drawn[0].contains("median run of its best"),
                "{}",
                drawn[0]
            );
            assert!(
                drawn[rows as usize - 1].contains("Enter its chart"),
                "{drawn:#?}"
            );
        }
    }
}

#[test]
fn s_goes_back_to_a_sweep_whose_row_is_chosen_and_elsewhere_starts_a_new_one() {
    let form_is_open =
        |session: &Session| session.shows("┏ Sweep ") && session.app.chart().is_none();
    let mut session = Session::new(120, 40);
    session.sweep_io(ALL).press(&[Esc, Char('s')]);
    assert!(session.app.chart().is_some_and(|chart| chart.number == 1));
    // A user in the form thinks of different work.
    session.press(&[Esc, Char('f'), Char('s')]);
    assert!(form_is_open(&session));
    session.press(&[Esc]).focus(Panel::Timeline);
    session.press(&[Char('1'), Char('2'), Char('3'), Char('4')]);
    assert!(session.shows("s next: a sweep"));
    session.press(&[Char('s')]);
    assert!(form_is_open(&session));
}

#[test]
fn a_stopped_sweep_keeps_what_it_has_and_says_so() {
    let mut session = Session::new(80, 24);
    stopped(&mut session);
    assert!(!session.app.is_running());
    assert!(session.shows("stopped after 20 of 52 runs; results are kept"));
    assert_eq!(session.app.history().sweep(1).unwrap().members.len(), 21);
}

#[test]
fn the_cursor_goes_from_point_to_point_and_its_numbers_stand_below() {
    let mut session = Session::new(80, 24);
    session.sweep_io(ALL).press(&[End, Up, Up]);
    assert!(session.shows("▲ threads with 32 workers · "));
    session.press(&[Down, Left]);
    assert!(session.shows("▲ processes with 16 workers · "));
    session.press(&[Home]);
    assert!(session.shows("▲ serial · "));
    session.press(&[Right]);
    assert!(
        session.shows("▲ processes with 1 worker · "),
        "the model that it was on"
    );
    session.press(&[Enter]);
    assert!(
        session.shows("processes with 1 worker · sweep #1")
            && session.shows("warm-up, not counted")
    );
    session.press(&[Esc]);
    assert!(session.app.chart().is_some(), "the chart is back");
}

#[test]
fn points_are_marked_and_compared_by_their_median_runs() {
    let mut session = Session::new(120, 40);
    session
        .sweep_io(ALL)
        .press(&[End, Char('m'), Down, Char('m')]);
    let marked = session.app.browse().marked().to_vec();
    assert_eq!(marked.len(), 2);
    let of = |number: usize| &session.app.history().get(number).unwrap().record;
    assert!(
        marked
            .iter()
            .all(|run| of(*run).plan.workers == 32
                && of(*run).campaign.as_ref().unwrap().round > 0)
    );
    assert_ne!(of(marked[0]).plan.model(), of(marked[1]).plan.model());
    session.press(&[Char('c')]);
    assert!(session.shows("Comparison of 2 runs"));
    session.press(&[Esc, Char('m')]);
    assert_eq!(
        session.app.browse().marked().len(),
        1,
        "once more takes the mark away"
    );
    assert!(session.app.chart().is_some());
}

#[test]
fn times_have_seconds_and_the_serial_line_at_the_serial_time() {
    let mut session = Session::new(120, 40);
    session.sweep_io(ALL).press(&[Char('y')]);
    assert!(session.shows("Sweep #1 · time, by number of workers") && session.shows(" s▔│"));
    session.press(&[Char('y')]);
    assert!(session.shows("speed-up over serial") && session.shows("×▔│"));
}

#[test]
fn where_not_all_bars_have_room_one_model_is_shown_and_that_is_said() {
    let mut session = Session::new(60, 16);
    many(&mut session);
    session.press(&[Home, Right, Up, Up, Up]);
    assert!(
        session.shows("threads only, ↑↓ for others"),
        "{:#?}",
        session.rows()
    );
    session.press(&[Down]);
    assert!(session.shows("gil-threads only, ↑↓ for others"));
    session.resize((200, 60));
    assert!(!session.shows(" only"));
}

#[test]
fn the_table_always_has_the_best_point_and_counts_the_rows_without_room() {
    let mut session = Session::new(120, 40);
    many(&mut session);
    for key in [Home, End, Left, Left, Left, Left, Left] {
        session.press(&[key]);
        let rows = session.rows();
        let heading = rows.iter().position(|row| row.contains("  workers  "));
        let table = &rows[heading.expect("there is a table") + 1..];
        let end = table.iter().position(|row| row.contains("more numbers"));
        let end = end.expect("what is missing is counted");
        let best = table[..end].iter().any(|row| row.contains('★'));
        assert!(best, "{}", rows.join("\n"));
        assert!(table[end].contains(&format!("… {} more numbers of workers", 16 - end)));
    }
    session.resize((200, 70));
    assert!(!session.shows("more numbers"));
}

#[test]
fn the_legend_of_a_chart_names_what_is_drawn_and_nothing_else() {
    let states = [first_round, half_way, finished, with_fits, many, failures];
    for reach in states {
        for (columns, rows) in [(80, 24), (120, 40)] {
            let mut session = Session::new(columns, rows);
            reach(&mut session);
            let rows = session.rows();
            let axis = rows.iter().position(|row| row.contains(" 0×▔"));
            let chart = rows[4..axis.expect("there is an axis") + 2].concat();
            let legend = rows.iter().rev().find(|row| row.starts_with('┗'));
            let legend = legend.expect("the chart has a border");
            for (mark, name) in [
                ("★", "best"),
                ("═", "full use"),
                ("○", "warm-up"),
                ("✗", "failed"),
                ("┬", "95 % interval"),
                ("•", "one run"),
            ] {
                let is_named = legend.contains(&format!("{mark} {name}"));
                assert!(
                    !is_named || chart.contains(mark),
                    "{mark}: {}",
                    rows.join("\n")
                );
            }
        }
    }
}

#[test]
fn the_bar_of_serial_has_its_name_however_narrow_the_bars_are() {
    let mut session = Session::new(80, 24);
    many(&mut session);
    let rows = session.rows();
    let axis = rows.iter().position(|row| row.contains(" 0×▔"));
    let labels = &rows[axis.expect("there is an axis") + 1];
    assert!(labels.contains(" ser "), "{}", rows.join("\n"));
}

#[test]
fn a_click_on_a_bar_moves_the_cursor_there_and_another_one_opens_it() {
    let mut session = Session::new(80, 24);
    session.sweep_io(ALL);
    for (columns, rows) in SIZES {
        session.resize((columns, rows));
        session.press(&[Home]);
        let found = (0..columns).flat_map(|x| (3..rows - 1).map(move |y| (x, y)));
        let mut points: Vec<usize> = found
            .filter_map(|(x, y)| match frame::hit(&session.app, x, y) {
                Some(ClickTarget::SweepPoint(configuration)) => Some(configuration),
                _ => None,
            })
            .collect();
        points.sort_unstable();
        points.dedup();
        assert_eq!(
            points,
            (0..13).collect::<Vec<_>>(),
            "each bar can be hit at {columns}×{rows}"
        );
        let _ = session.app.update(Msg::Clicked(ClickTarget::SweepPoint(8)));
        assert!(session.shows("▲ processes with 2 workers"));
        let _ = session.app.update(Msg::Clicked(ClickTarget::SweepPoint(8)));
        assert!(session.shows("processes with 2 workers · sweep #1"));
        session.press(&[Esc]);
    }
}

#[test]
fn runs_that_broke_are_counted_as_failed_and_the_sweep_goes_on() {
    let mut session = Session::new(80, 24);
    failures(&mut session);
    assert!(
        session.shows("failed and are not counted"),
        "{:#?}",
        session.rows()
    );
    assert!(session.shows("✗"));
    assert!(
        session
            .app
            .history()
            .sweep(1)
            .unwrap()
            .results
            .best
            .is_some()
    );
}

#[test]
fn a_sweep_is_removed_with_its_runs_and_comes_back_with_them() {
    let mut session = Session::new(120, 40);
    session.sweep_io(ALL).press(&[Esc]);
    let effects = session
        .focus(Panel::History)
        .app
        .update(Msg::Key(Char('D')));
    assert!(
        matches!(&effects[..], [Effect::Remove(numbers)] if numbers.len() == 53),
        "{effects:?}"
    );
    assert!(session.shows("removed sweep #1 with its 52 runs"));
    assert!(
        session.app.history().sweeps().is_empty() && session.app.history().entries().is_empty()
    );
    session.press(&[Char('u')]);
    assert_eq!(session.app.history().sweep(1).unwrap().members.len(), 52);
    assert_eq!(session.app.browse().order(), [1]);
}

#[test]
fn in_the_teaching_layout_the_chart_has_the_room() {
    let mut session = Session::new(80, 24);
    session.sweep_io(ALL).press(&[Char('P')]);
    assert!(session.shows("Sweep #1") && session.rows()[1].contains("best: "));
    assert!(!session.shows("History"));
}

#[test]
fn the_chart_and_its_form_are_explained() {
    let mut session = Session::new(80, 24);
    session.open_sweep_form("io").press(&[Char('i')]);
    assert!(session.shows("What is asked for"));
    session
        .press(&[Esc])
        .start_sweep(3, |_, _| {})
        .press(&[Char('i')]);
    assert!(session.shows("What the marks mean"));
}
