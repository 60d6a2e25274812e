//! What each number and mark of a panel means, and how it was measured.
//!
//! Every sentence here is a promise about the engine: whoever changes how something is measured changes it here too.

mod plan;
mod runs;
mod timeline;

use super::{Entry, Line, Section, one_column};
use crate::app::overlay::Overlay;
use crate::app::screen::Panel;
use crate::app::timeline::Rows;
use crate::app::{App, Shown};

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
}

impl Topic {
    /// All of them.
    pub const ALL: [Topic; 7] = [
        Topic::Plan,
        Topic::Timeline,
        Topic::Cores,
        Topic::Curves,
        Topic::History,
        Topic::Details,
        Topic::Comparison,
    ];

    /// As a title says it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Topic::Plan => "Plan",
            Topic::Timeline => "Timeline",
            Topic::Cores => "Cores",
            Topic::Curves => "Concurrency and parallelism",
            Topic::History => "History",
            Topic::Details => "Details",
            Topic::Comparison => "Comparison",
        }
    }

    /// What the user looks at: what lies over the panels, else the focused panel. `None` for texts about the program.
    #[must_use]
    pub fn of(overlay: Option<&Overlay>, focused: Panel) -> Option<Topic> {
        match overlay {
            Some(Overlay::Form) => Some(Topic::Plan),
            Some(Overlay::Details { .. }) => Some(Topic::Details),
            Some(Overlay::Comparison { .. }) => Some(Topic::Comparison),
            Some(_) => None,
            None => Some(match focused {
                Panel::Setup => Topic::Plan,
                Panel::Timeline => Topic::Timeline,
                Panel::Cores => Topic::Cores,
                Panel::Curves => Topic::Curves,
                Panel::History => Topic::History,
            }),
        }
    }
}

/// The explanation as it is read in so many columns, on the screen and of the run that are shown.
#[must_use]
pub fn explanation(app: &App, topic: Topic, width: u16) -> Vec<Line> {
    one_column(&sections(app, topic), usize::from(width))
}

fn sections(app: &App, topic: Topic) -> Vec<Section> {
    match topic {
        Topic::Plan => plan::sections(),
        Topic::Timeline => {
            let panels = app.screen().panels();
            let beside = |panel: Panel, sections: fn() -> Vec<Section>| {
                // What cannot be focused here is explained with the timeline.
                if panels.contains(&panel) { vec![] } else { sections() }
            };
            let mut sections = match app.timeline().rows() {
                Rows::Workers => vec![timeline::bars(), timeline::measuring()],
                Rows::Cores => timeline::by_core(),
            };
            sections.insert(1, timeline::closer());
            if let Some(about) = app.shown().and_then(about_this_picture) {
                sections.insert(1, about);
            }
            sections.extend(beside(Panel::Cores, timeline::cores));
            sections.extend(beside(Panel::Curves, timeline::curves));
            sections
        }
        Topic::Cores => timeline::cores(),
        Topic::Curves => timeline::curves(),
        Topic::History => runs::history(),
        Topic::Details => runs::details(),
        Topic::Comparison => runs::comparison(),
    }
}

/// What is special about the picture that is shown.
fn about_this_picture(shown: Shown<'_>) -> Option<Section> {
    let trace = shown.trace();
    let dropped = trace.dropped();
    let source = match shown {
        Shown::Entry(entry) if entry.record.phase_source == "cpu-clock" => Some(
            "This kernel does not tell how long a thread waited for a core: ready is from CPU clocks alone.",
        ),
        _ => None,
    };
    let emulated = shown.plan().model().has_interpreter_lock().then_some(
        "The lock is emulated, after CPython's own code: real threads, real waiting, but Rust computes and not Python.",
    );
    let live = (!trace.is_concluded()).then_some(
        "While it runs, a worker that computes and was not heard of for 3 ms is drawn as ready; the finished picture \
         knows better.",
    );
    let thinned = trace.is_thinned().then_some(
        "To save memory this picture has fewer points than were recorded. The numbers of the run are exact all the same; \
         what the cursor finds is about right: it says so.",
    );
    let lost = (dropped > 0).then(|| {
        format!(
            "{dropped} events came too fast to be kept: the picture has holes there, the numbers have none."
        )
    });
    let entries: Vec<Entry> =
        [emulated, live, source, thinned].into_iter().flatten().map(Entry::plain).collect();
    let entries: Vec<Entry> = entries.into_iter().chain(lost.map(Entry::plain)).collect();
    (!entries.is_empty()).then(|| Section::new("This run", entries))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::reading::Look;
    use crate::app::sample;
    use crate::domain::machine::Limits;
    use crate::domain::phase::Phase;

    #[test]
    fn every_panel_is_explained_with_how_it_was_measured() {
        let app = App::new(sample::machine(2), Limits::default());
        for topic in Topic::ALL {
            let sections = sections(&app, topic);
            assert!(sections.len() >= 2, "{topic:?}");
            let how = sections.iter().any(|section| section.heading.starts_with("How "));
            assert!(how, "{topic:?} says how it comes about");
        }
    }

    #[test]
    fn the_timelines_explanation_has_the_mark_of_every_phase() {
        let app = App::new(sample::machine(2), Limits::default());
        let lines = explanation(&app, Topic::Timeline, 60);
        for phase in Phase::MEASURED.into_iter().chain([Phase::Lost]) {
            let has = lines.iter().flatten().any(|piece| piece.look == Look::Phase(phase));
            assert!(has, "{phase:?}");
        }
    }

    #[test]
    fn on_a_small_screen_the_line_of_cores_is_explained_with_the_timeline() {
        let mut app = App::new(sample::machine(2), Limits::default());
        let headings = |app: &App| -> Vec<String> {
            sections(app, Topic::Timeline).iter().map(|section| section.heading.to_string()).collect()
        };
        let has_cores = |app: &App| headings(app).iter().any(|heading| heading.contains("core"));
        let _ = app.update(crate::app::message::Msg::Resized { columns: 80, rows: 24 });
        assert!(has_cores(&app));
        let _ = app.update(crate::app::message::Msg::Resized { columns: 120, rows: 40 });
        assert!(!has_cores(&app), "there it has a panel");
    }
}
