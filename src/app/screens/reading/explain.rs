//! What each number and mark of a screen means, and how it was measured. The texts are in `assets/help` and are filled
//! from the catalogues.
//!
//! Every sentence there is a promise about the engine. When the measurement of a value changes, the sentence must
//! change too.

use crate::{
    app::{
        App, Shown,
        screen::Panel,
        screens::{
            reading::{Section, TextEntry, article},
            timeline::Rows,
        },
    },
    catalog::metric::Unit,
    domain::{plan::Lock, record::PhaseSource},
    present::number,
};

/// A subject that can be explained: a text of `assets/help`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Topic(&'static str);

impl Topic {
    /// The form of the plan.
    pub const FORM: Topic = Topic(include_str!("../../../../assets/help/form.md"));
    /// The bars, and everything beside them on this screen.
    pub const TIMELINE: Topic = Topic(include_str!("../../../../assets/help/timeline.md"));
    const BY_CORE: Topic = Topic(include_str!("../../../../assets/help/by-core.md"));
    /// The use of each core.
    pub const CORES: Topic = Topic(include_str!("../../../../assets/help/cores.md"));
    /// Concurrency and parallelism over time.
    pub const CURVES: Topic = Topic(include_str!("../../../../assets/help/curves.md"));
    /// The runs and sweeps of the history.
    pub const HISTORY: Topic = Topic(include_str!("../../../../assets/help/history.md"));
    /// All numbers of one record.
    pub const DETAILS: Topic = Topic(include_str!("../../../../assets/help/details.md"));
    /// Runs on one time axis.
    pub const COMPARISON: Topic = Topic(include_str!("../../../../assets/help/comparison.md"));
    /// The article's claims.
    pub const CLAIMS: Topic = Topic(include_str!("../../../../assets/help/claims.md"));
    /// The advice about the user's function.
    pub const ADVICE: Topic = Topic(include_str!("../../../../assets/help/advice.md"));
    /// The form for a sweep.
    pub const SWEEP_FORM: Topic = Topic(include_str!("../../../../assets/help/sweep-form.md"));
    /// The chart of a sweep.
    pub const SWEEP: Topic = Topic(include_str!("../../../../assets/help/sweep.md"));

    /// The title of the text.
    pub fn name(self) -> &'static str {
        article::title(self.0)
    }

    fn sections(self) -> Vec<Section> {
        article::sections(self.0)
    }
}

/// The explanation of a topic, for the current screen and the run that is shown.
pub fn explanation(app: &App, topic: Topic) -> Vec<Section> {
    match topic {
        Topic::TIMELINE => timeline_and_beside(app),
        topic => topic.sections(),
    }
}

/// The timeline, and the panels that cannot be focused on this screen.
fn timeline_and_beside(app: &App) -> Vec<Section> {
    let mut sections = Topic::TIMELINE.sections();
    if app.timeline().rows == Rows::Cores {
        let closer = sections.swap_remove(1);
        sections = Topic::BY_CORE.sections();
        sections.insert(1, closer);
    }
    if let Some(about) = app.shown_with_trace().and_then(about_this_trace) {
        sections.insert(1, about);
    }
    let panels = app.screen().panels();
    for (panel, topic) in [(Panel::Cores, Topic::CORES), (Panel::Curves, Topic::CURVES)] {
        if !panels.contains(&panel) {
            sections.extend(topic.sections());
        }
    }
    sections
}

/// A section about the shown trace, if it is special.
fn about_this_trace(shown: Shown<'_>) -> Option<Section> {
    let trace = shown.trace();
    let source = match shown {
        Shown::Entry(entry) => Some(entry.record.measurement.phase_source),
        Shown::Live(_) => None,
    };
    let outside = seen_from_outside(shown);
    let mut entries = vec![];
    let mut say = |is_so: bool, sentence: &str| {
        entries.extend(is_so.then(|| TextEntry::plain(sentence.to_string())));
    };
    say(
        shown.plan().lock() == Lock::Emulated,
        "The lock is emulated after CPython's own code. Threads and waiting are real, but the code \
         that computes is Rust, not Python.",
    );
    say(
        shown.plan().lock() == Lock::Real && shown.estimates_gil() && outside.is_none(),
        "The lock is CPython's own. CPython does not report who waits for it, so gil is an \
         estimate. It is what remains of a computing task's time after its CPU time and its \
         waiting for a core.",
    );
    say(outside.is_some(), outside.as_deref().unwrap_or_default());
    say(
        !trace.is_concluded && outside.is_none(),
        "During the run, a computing worker that sent no stamp for 3 ms is drawn as ready. The \
         finished timeline is exact.",
    );
    say(
        source == Some(PhaseSource::Clock),
        "This kernel does not report how long a thread waited for a core. ready comes from CPU \
         clocks alone.",
    );
    say(
        source == Some(PhaseSource::ClockGilEstimated),
        "This kernel does not report how long a thread waited for a core. That time is part of gil.",
    );
    say(
        trace.is_thinned,
        "This timeline was thinned to save memory. The numbers of the run are exact. What the \
         cursor shows is approximate.",
    );
    let dropped = trace.dropped();
    if dropped > 0 {
        entries.push(TextEntry::plain(format!(
            "{dropped} events came too fast to be kept. The timeline has gaps there; the numbers \
             are exact."
        )));
    }
    (!entries.is_empty()).then(|| Section::new("This run", entries))
}

/// How the threads of Python were seen from outside, if they were.
fn seen_from_outside(shown: Shown<'_>) -> Option<String> {
    let measurement = match shown {
        Shown::Entry(entry) => Some(&entry.record.measurement),
        Shown::Live(_) => None,
    };
    if shown.trace().is_watched {
        let recorded = "The kernel recorded when each thread got a core and lost it. What a \
             thread waited for is known from samples of its system calls. A wait without a sample \
             counts as the sampled one of the most similar length.";
        return Some(recorded.into());
    }
    let was_sampled = measurement.is_some_and(|of| of.phase_source == PhaseSource::Samples);
    let is_sampled = was_sampled || shown.trace().is_sampled;
    let error = measurement.and_then(|of| of.sampling_error());
    let error = error.map(|error| {
        let error = number::with_unit(Unit::Share, error.max(0.01));
        format!(" So a share of the waiting may be off by {error} or more.")
    });
    let is_of_command =
        matches!(shown, Shown::Entry(entry) if entry.record.plan.workload.is_command());
    let who = match is_of_command {
        true => "The first thread of each command was sampled ",
        false => {
            "The kernel refuses to record here when each thread gets a core. Each thread was sampled "
        }
    };
    is_sampled.then(|| {
        who.to_string()
            + "every few milliseconds. The kernel's accounts between two samples say how long it \
         computed and waited for a core, and the samples say what it waited for otherwise."
            + &error.unwrap_or_default()
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::{
        app::screens::{
            comparison::Composition,
            form::Setup,
            history::columns::COLUMNS,
            reading::{details, laid_out},
        },
        catalog::{
            model::Model,
            workload::{ITERATIONS, SHARED_FILE, TASK_TIME, Workload},
        },
        domain::{
            counter::{CounterTotals, HandOver, HandOverWay},
            function::FunctionFacts,
            history::History,
            machine::WorkerLimits,
            phase::Phase,
            plan::Draft,
            python::GilState,
            record::GilTotals,
            shared_file::{FileContent, SharedFile},
            trace::Trace,
        },
        fixtures::explorer,
        ui::{
            form::Form,
            text::{TextPart, TextStyle, width_of},
        },
    };

    const TOPICS: [Topic; 11] = [
        Topic::FORM,
        Topic::TIMELINE,
        Topic::CORES,
        Topic::CURVES,
        Topic::HISTORY,
        Topic::DETAILS,
        Topic::COMPARISON,
        Topic::CLAIMS,
        Topic::ADVICE,
        Topic::SWEEP_FORM,
        Topic::SWEEP,
    ];

    #[test]
    fn every_panel_is_explained_with_how_it_was_measured() {
        let app = App::new(explorer::machine(2), WorkerLimits::default());
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
    fn everything_in_braces_is_known() {
        let app = App::new(explorer::machine(2), WorkerLimits::default());
        let texts = TOPICS.map(|topic| explanation(&app, topic)).concat();
        let texts = [
            texts,
            Topic::BY_CORE.sections(),
            crate::app::screens::reading::help::help(&[]),
        ];
        for section in texts.concat() {
            for entry in section.entries {
                assert!(
                    !entry.explanation.is_empty() && !entry.explanation.contains('{'),
                    "{entry:?}"
                );
                let names = ["file:", "metrics:", "metric:", "how:"];
                assert!(
                    !names.iter().any(|name| entry.explanation.starts_with(name)),
                    "{entry:?}"
                );
            }
        }
    }

    #[test]
    fn the_timelines_explanation_has_the_mark_of_every_phase() {
        let app = App::new(explorer::machine(2), WorkerLimits::default());
        let lines = laid_out(&explanation(&app, Topic::TIMELINE), 60);
        for phase in Phase::MEASURED.into_iter().chain([Phase::Lost]) {
            let has = lines
                .iter()
                .flatten()
                .any(|piece| piece.look == TextStyle::Phase(phase));
            assert!(has, "{phase:?}");
        }
    }

    #[test]
    fn on_a_small_screen_the_line_of_cores_is_explained_with_the_timeline() {
        let mut app = App::new(explorer::machine(2), WorkerLimits::default());
        let headings = |app: &App| -> Vec<String> {
            explanation(app, Topic::TIMELINE)
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

    /// Whether an explanation covers a name: in its own heading, or as a term, alone or among others.
    fn says(topic: Topic, name: &str) -> bool {
        let app = App::new(explorer::machine(2), WorkerLimits::default());
        let is_term = |entry: &TextEntry| {
            let term: String = entry.term.iter().map(|piece| &*piece.text).collect();
            term.trim().split(", ").any(|term| term == name)
        };
        explanation(&app, topic).iter().any(|section| {
            section.heading.starts_with(&format!("{name}: ")) || section.entries.iter().any(is_term)
        })
    }

    #[test]
    fn no_line_of_an_explanation_is_wider_than_its_room() {
        let app = App::new(explorer::machine(2), WorkerLimits::default());
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
            assert!(says(Topic::HISTORY, column.name()), "{}", column.name());
        }
        assert!(!says(Topic::HISTORY, "no such column"));
    }

    #[test]
    fn every_row_of_the_form_is_explained() {
        let mut setup = Setup::new(2, WorkerLimits::default());
        let mut labels = BTreeSet::new();
        for workload in Workload::ALL {
            for model in Model::ALL {
                for size in [&ITERATIONS, &TASK_TIME] {
                    let draft = Draft::new(workload, model, 1).with(size, 1);
                    setup.set_draft(draft);
                    labels.extend(setup.rows().into_iter().map(|row| row.label.trim()));
                }
            }
        }
        assert!(labels.len() >= 15, "{labels:?}");
        for label in labels {
            assert!(says(Topic::FORM, label), "{label}");
        }
    }

    /// Two runs with everything that can be measured: `cpu` over its baseline, and `io` with one file under the lock.
    fn runs(kind: Workload) -> History {
        let mut history = crate::fixtures::sample::history(8);
        let models = [Model::Serial, Model::GilThreads, Model::PythonProcesses];
        for model in models.into_iter().filter(|model| kind.suits(*model)) {
            let draft = crate::fixtures::sample::draft(kind, model, 1).with(&SHARED_FILE, 1);
            let plan = if kind == Workload::Cpu {
                crate::fixtures::sample::plan(kind, model, 1)
            } else {
                draft.validate(&WorkerLimits::default()).unwrap()
            };
            let mut record = crate::fixtures::sample::record(plan, 2.0, 1.0);
            record.interpreter.gil = Some(GilTotals {
                switches: Some(1),
                is_estimate: false,
                wait_s: 1.0,
            });
            record.system.memory_bytes = Some(1);
            record.system.shared_file = Some(SharedFile {
                content: FileContent::Empty,
                bytes: 0,
                pieces: vec![],
                pages_written: 0,
                writes: 0,
                spoilt: 0,
            });
            record.system.counter = Some(CounterTotals {
                expected: 1,
                found: 1,
                seen: vec![],
                is_shared: true,
                is_locked: true,
                handovers: HandOverWay::ALL
                    .map(|way| HandOver { way, median_s: 1.0 })
                    .into(),
            });
            record.system.function = record.plan.function().map(|_| FunctionFacts {
                import_s: Some(1.0),
                changed_globals: Some(vec!["COUNT".into()]),
                pickling_in_s: Some(1.0),
                pickling_out_s: Some(1.0),
                pickled_in_bytes: Some(1),
                pickled_out_bytes: Some(1),
                other_threads: Some(1),
                raised: [("ValueError".to_string(), 1)].into(),
                ..FunctionFacts::default()
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
                for line in details::lines(&history, entry, 80) {
                    // A name precedes its value, which is bold.
                    let name = line
                        .iter()
                        .take_while(|piece| piece.look != TextStyle::Strong);
                    let name: String = name.map(|piece| &*piece.text).collect();
                    let has_value = line.iter().any(|piece| piece.look == TextStyle::Strong);
                    names.extend(has_value.then(|| name.trim().to_string()));
                }
            }
        }
        for there in [
            "efficiency",
            "output.txt",
            "lost additions",
            "iterations",
            "page-bytes",
            "voluntary",
            "memory",
            "involuntary",
            "imports",
            "GIL",
        ] {
            assert!(names.contains(there), "{there}");
        }
        for name in names.iter().filter(|name| !name.is_empty()) {
            assert!(says(Topic::DETAILS, name), "{name}");
        }
    }

    #[test]
    fn every_row_of_a_comparisons_table_is_explained() {
        let history = runs(Workload::Cpu);
        let all: Vec<usize> = history.entries().iter().map(|entry| entry.number).collect();
        let table = Composition::of(&history, &all, (120, 40)).table;
        // A name precedes the spaces that fill its column.
        let name = |line: &Vec<TextPart>| {
            let (_, before) = line.split_last().unwrap();
            let name: String = before.iter().map(|piece| &*piece.text).collect();
            name.trim().to_string()
        };
        let names: Vec<String> = table.iter().skip(1).map(name).collect();
        assert!(names.len() >= 5 + Phase::MEASURED.len() + 3, "{names:?}");
        for name in names {
            let name = name.split(" over #").next().unwrap_or_default();
            assert!(says(Topic::COMPARISON, name), "{name}");
        }
    }
}
