//! What each number and mark of a panel means, and how it was measured.
//!
//! Every sentence here is a promise about the engine: whoever changes how something is measured changes it here too.

mod columns;
mod plan;
mod runs;
mod sweep;
mod timeline;

use crate::app::screen::Panel;
use crate::app::screens::reading::{Entry, Section};
use crate::app::screens::timeline::Rows;
use crate::app::{App, Shown};
use crate::domain::plan::Lock;
use crate::domain::record::PhaseSource;

/// What can be explained.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    /// The form.
    Plan,
    /// The bars, and whatever else stands beside them on this screen.
    Timeline,
    /// The use of each core.
    Cores,
    /// Concurrency and parallelism over time.
    Curves,
    /// The runs of the session.
    History,
    /// All numbers of one record.
    Details,
    /// Runs on one time axis.
    Comparison,
    /// The form for a sweep.
    SweepForm,
    /// The chart of a sweep.
    Sweep,
}

impl Topic {
    /// As a title says it, and how it is explained.
    fn told(self) -> (&'static str, fn(&App) -> Vec<Section>) {
        match self {
            Topic::Plan => ("Plan", |_| plan::sections()),
            Topic::Timeline => ("Timeline", timeline_and_beside),
            Topic::Cores => ("Cores", |_| timeline::cores()),
            Topic::Curves => ("Concurrency and parallelism", |_| timeline::curves()),
            Topic::History => ("History", |_| runs::history()),
            Topic::Details => ("Details", |_| runs::details()),
            Topic::Comparison => ("Comparison", |_| runs::comparison()),
            Topic::SweepForm => ("Sweep", |_| sweep::form()),
            Topic::Sweep => ("Chart of a sweep", |_| sweep::chart()),
        }
    }

    /// As a title says it.
    pub fn name(self) -> &'static str {
        self.told().0
    }
}

/// The explanation, on the screen and of the run that are shown.
pub fn explanation(app: &App, topic: Topic) -> Vec<Section> {
    (topic.told().1)(app)
}

/// The timeline, and what cannot be focused on this screen.
fn timeline_and_beside(app: &App) -> Vec<Section> {
    let mut sections = match app.timeline().rows() {
        Rows::Workers => vec![timeline::bars(), timeline::measuring()],
        Rows::Cores => timeline::by_core(),
    };
    sections.insert(1, timeline::closer());
    if let Some(about) = app.pictured().and_then(about_this_picture) {
        sections.insert(1, about);
    }
    let panels = app.screen().panels();
    if !panels.contains(&Panel::Cores) {
        sections.extend(timeline::cores());
    }
    if !panels.contains(&Panel::Curves) {
        sections.extend(timeline::curves());
    }
    sections
}

/// What is special about the picture that is shown.
fn about_this_picture(shown: Shown<'_>) -> Option<Section> {
    let trace = shown.trace();
    let source = match shown {
        Shown::Entry(entry) => Some(entry.record.measurement.phase_source),
        Shown::Live(_) => None,
    };
    let mut entries = vec![];
    let mut say = |is_so: bool, sentence: &'static str| {
        entries.extend(is_so.then(|| Entry::plain(sentence)));
    };
    say(
        shown.plan().lock() == Lock::Emulated,
        "The lock is emulated, after CPython's own code: real threads, real waiting, but Rust computes and not Python.",
    );
    say(
        shown.plan().lock() == Lock::Real,
        "The lock is CPython's own. It does not tell who waits for it: gil is an estimate, what is left of a computing \
         task's time after its CPU time and its waiting for a core.",
    );
    say(
        !trace.is_concluded(),
        "While it runs, a worker that computes and was not heard of for 3 ms is drawn as ready; the finished picture \
         knows better.",
    );
    say(
        source == Some(PhaseSource::Clock),
        "This kernel does not tell how long a thread waited for a core: ready is from CPU clocks alone.",
    );
    say(
        source == Some(PhaseSource::ClockGilEstimated),
        "This kernel does not tell how long a thread waited for a core: that waiting is in gil, too.",
    );
    say(
        trace.is_thinned(),
        "To save memory this picture has fewer points than were recorded. The numbers of the run are exact all the same; \
         what the cursor finds is about right: it says so.",
    );
    let dropped = trace.dropped();
    if dropped > 0 {
        entries.push(Entry::plain(format!(
            "{dropped} events came too fast to be kept: the picture has holes there, the numbers have none."
        )));
    }
    (!entries.is_empty()).then(|| Section::new("This run", entries))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::app::screens::comparison::Composition;
    use crate::app::screens::details;
    use crate::app::screens::details::Row;
    use crate::app::screens::form::Setup;
    use crate::app::screens::history::columns::COLUMNS;
    use crate::app::screens::reading::{Look, laid_out, width_of};
    use crate::catalog::model::Model;
    use crate::catalog::workload::{ITERATIONS, SHARED_FILE, TASK_TIME, Workload};
    use crate::domain::history::History;
    use crate::domain::machine::Limits;
    use crate::domain::phase::Phase;
    use crate::domain::plan::Draft;
    use crate::domain::python::GilState;
    use crate::domain::record::GilTotals;
    use crate::domain::shared_file::{Content, SharedFile};
    use crate::domain::trace::Trace;
    use crate::fixtures::explorer;

    const TOPICS: [Topic; 9] = [
        Topic::Plan,
        Topic::Timeline,
        Topic::Cores,
        Topic::Curves,
        Topic::History,
        Topic::Details,
        Topic::Comparison,
        Topic::SweepForm,
        Topic::Sweep,
    ];

    #[test]
    fn every_panel_is_explained_with_how_it_was_measured() {
        let app = App::new(explorer::machine(2), Limits::default());
        for topic in TOPICS {
            let sections = explanation(&app, topic);
            assert!(sections.len() >= 2, "{topic:?}");
            let how = sections
                .iter()
                .any(|section| section.heading.starts_with("How "));
            assert!(how, "{topic:?} says how it comes about");
        }
    }

    #[test]
    fn the_timelines_explanation_has_the_mark_of_every_phase() {
        let app = App::new(explorer::machine(2), Limits::default());
        let lines = laid_out(&explanation(&app, Topic::Timeline), 60);
        for phase in Phase::MEASURED.into_iter().chain([Phase::Lost]) {
            let has = lines
                .iter()
                .flatten()
                .any(|piece| piece.look == Look::Phase(phase));
            assert!(has, "{phase:?}");
        }
    }

    #[test]
    fn on_a_small_screen_the_line_of_cores_is_explained_with_the_timeline() {
        let mut app = App::new(explorer::machine(2), Limits::default());
        let headings = |app: &App| -> Vec<String> {
            explanation(app, Topic::Timeline)
                .iter()
                .map(|section| section.heading.to_string())
                .collect()
        };
        let has_cores = |app: &App| headings(app).iter().any(|heading| heading.contains("core"));
        let _ = app.update(crate::app::message::Msg::Resized {
            columns: 80,
            rows: 24,
        });
        assert!(has_cores(&app));
        let _ = app.update(crate::app::message::Msg::Resized {
            columns: 120,
            rows: 40,
        });
        assert!(!has_cores(&app), "there it has a panel");
    }

    /// Whether an explanation says something of a name: in a heading of its own, or as a term, alone or among others.
    fn says(topic: Topic, name: &str) -> bool {
        let app = App::new(explorer::machine(2), Limits::default());
        let is_term = |entry: &Entry| {
            let term: String = entry.term.iter().map(|piece| &*piece.text).collect();
            term.trim().split(", ").any(|term| term == name)
        };
        explanation(&app, topic).iter().any(|section| {
            section.heading.starts_with(&format!("{name}: ")) || section.entries.iter().any(is_term)
        })
    }

    #[test]
    fn no_line_of_an_explanation_is_wider_than_its_room() {
        let app = App::new(explorer::machine(2), Limits::default());
        for topic in TOPICS {
            for width in [55, 75, 79] {
                for line in laid_out(&explanation(&app, topic), width) {
                    assert!(width_of(&line) <= usize::from(width), "{topic:?}: {line:?}");
                }
            }
        }
    }

    #[test]
    fn every_column_of_the_history_is_explained() {
        for column in COLUMNS.iter() {
            assert!(says(Topic::History, column.name()), "{}", column.name());
        }
        assert!(!says(Topic::History, "no such column"));
    }

    #[test]
    fn every_row_of_the_form_is_explained() {
        let mut setup = Setup::new(2, Limits::default());
        let mut labels = BTreeSet::new();
        for workload in Workload::ALL {
            for model in Model::ALL {
                for size in [&ITERATIONS, &TASK_TIME] {
                    let draft = Draft::new(workload, model, 1).with(size, 1);
                    setup.set_draft(draft);
                    labels.extend(setup.rows().into_iter().map(|row| setup.label(row).trim()));
                }
            }
        }
        assert!(labels.len() >= 15, "{labels:?}");
        for label in labels {
            assert!(says(Topic::Plan, label), "{label}");
        }
    }

    /// Two runs of everything that can be measured: `cpu` over its baseline, and `io` with one file under the lock.
    fn runs(kind: Workload) -> History {
        let mut history = crate::fixtures::sample::history(8);
        for model in [Model::Serial, Model::GilThreads, Model::PythonProcesses] {
            let draft = crate::fixtures::sample::draft(kind, model, 1).with(&SHARED_FILE, 1);
            let plan = if kind == Workload::Cpu {
                crate::fixtures::sample::plan(kind, model, 1)
            } else {
                draft.validate(&Limits::default()).unwrap()
            };
            let mut record = crate::fixtures::sample::record(plan, 2.0, 1.0);
            record.interpreter.gil = Some(GilTotals {
                switches: Some(1),
                is_estimate: false,
                wait_s: 1.0,
            });
            record.system.memory_bytes = Some(1);
            record.system.shared_file = Some(SharedFile {
                content: Content::Empty,
                bytes: 0,
                pieces: vec![],
                pages_written: 0,
                writes: 0,
                spoilt: 0,
            });
            record.interpreter.python =
                record.plan.python().map(|_| explorer::python(GilState::On));
            Phase::MEASURED
                .into_iter()
                .for_each(|phase| record.times.phases_s[phase] = 1);
            history.add(record, Trace::new(1));
        }
        history
    }

    #[test]
    fn every_number_of_the_details_is_explained() {
        let mut names = BTreeSet::new();
        for kind in Workload::ALL {
            let history = runs(kind);
            for entry in history.entries() {
                names.extend(
                    details::rows(&history, entry, 80)
                        .into_iter()
                        .filter_map(|row| match row {
                            Row::Number { name, .. } => Some(name),
                            Row::Phase { phase, .. } => Some(phase.name()),
                            _ => None,
                        }),
                );
            }
        }
        for there in [
            "efficiency",
            "output.txt",
            "iterations",
            "page-bytes",
            "lock waiting",
            "memory",
            "lost core",
            "imports",
            "GIL",
        ] {
            assert!(names.contains(there), "{there}");
        }
        for name in names {
            assert!(says(Topic::Details, name), "{name}");
        }
    }

    #[test]
    fn every_row_of_a_comparisons_table_is_explained() {
        let history = runs(Workload::Cpu);
        let all: Vec<usize> = history.entries().iter().map(|entry| entry.number).collect();
        let table = Composition::of(&history, &all, (120, 40)).table;
        let names: Vec<&str> = table
            .iter()
            .filter(|row| !row.is_heading)
            .map(|row| row.name.trim())
            .collect();
        assert!(names.len() >= 5 + Phase::MEASURED.len() + 3, "{names:?}");
        for name in names {
            let name = name.split(" over #").next().unwrap_or(name);
            assert!(says(Topic::Comparison, name), "{name}");
        }
    }
}
