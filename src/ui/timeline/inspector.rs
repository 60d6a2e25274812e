//! What is under the cursor, in one row or two: the slice with its exact times, and the history of its task.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::app::inspect::{Inspection, Place};
use crate::domain::phase::Phase;
use crate::domain::text::{clean, duration};
use crate::domain::time::{Nanos, seconds};
use crate::domain::trace::{Slice, TaskStory, Who};
use crate::ui::panel::draw_lines;
use crate::ui::theme::{Theme, mark};

/// How much of the reason of a failure is shown.
const REASON: usize = 300;

/// As many of the words as there is room for; two rows if there are two.
pub fn draw(under: &Inspection<'_>, theme: Theme, area: Rect, buf: &mut Buffer) {
    let first = fitting(area.width, slice_lines(under, theme));
    let second = fitting(area.width, task_lines(under, theme));
    draw_lines(&[first, second], area, buf);
}

/// The first of these lines that fits, or else the last.
fn fitting(width: u16, lines: Vec<Line<'static>>) -> Line<'static> {
    let last = lines.len().saturating_sub(1);
    let mut lines = lines.into_iter().enumerate();
    lines
        .find(|(i, line)| *i == last || line.width() <= usize::from(width))
        .map(|(_, line)| line)
        .unwrap_or_default()
}

/// Where the cursor is and what its worker did there, in fewer and fewer words.
fn slice_lines(under: &Inspection<'_>, theme: Theme) -> Vec<Line<'static>> {
    let place = Span::styled(format!("{} at {}  ", name(under.place), moment(under.at)), theme.strong());
    let Some(slice) = under.slice else {
        return vec![Line::from(vec![place, Span::raw(nobody(under.place))])];
    };
    let line = |rest: String| {
        let [sign, what] = named(slice, theme);
        Line::from(vec![place.clone(), Span::raw(worker(under)), sign, what, Span::raw(rest)])
    };
    let end = if slice.is_open { "now".into() } else { exactly(slice.to, slice) };
    let range = format!("  from {} to {end}", exactly(slice.from, slice));
    let core = core(under.place, slice);
    vec![line(format!("{range}{core}")), line(range), line(core), line(String::new())]
}

fn name(place: Place) -> String {
    match place {
        Place::Worker(worker) => format!("w{worker}"),
        Place::Core(core, _) => format!("core {core}"),
    }
}

/// Why there is no slice to tell of.
fn nobody(place: Place) -> &'static str {
    match place {
        Place::Worker(_) => "nothing is known of this moment",
        Place::Core(_, Who::Nobody) => "none of our workers computes here",
        Place::Core(..) => "several workers take turns here: zoom in",
    }
}

/// Whom a core worked for.
fn worker(under: &Inspection<'_>) -> String {
    match (under.place, under.worker) {
        (Place::Core(..), Some(worker)) => format!("w{worker} "),
        _ => String::new(),
    }
}

/// The mark of a slice, and its phase with its length.
fn named(slice: Slice, theme: Theme) -> [Span<'static>; 2] {
    let so_far = if slice.is_open { " so far" } else { "" };
    let text = format!(" {} for {}{so_far}", slice.phase.name(), length(slice.from, slice.to));
    [Span::styled(mark(slice.phase), theme.phase(slice.phase)), Span::styled(text, theme.strong())]
}

/// On which core, where that says something new: whoever waits is on none.
fn core(place: Place, slice: Slice) -> String {
    match place {
        Place::Worker(_) if slice.phase == Phase::Computing => format!("  on core {}", slice.core),
        _ => String::new(),
    }
}

/// What became of the task under the cursor, in fewer and fewer words.
fn task_lines(under: &Inspection<'_>, theme: Theme) -> Vec<Line<'static>> {
    let Some(story) = under.task else {
        let none = if under.worker.is_some() { "no task" } else { "" };
        return vec![Line::raw(none)];
    };
    let ended = if story.is_open { "so far" } else { "in all" };
    let name = format!("task {}  {} {ended}", story.task, length(story.from, story.to));
    let name = Span::styled(name, theme.strong());
    if let Some(reason) = under.failure {
        let reason = format!("  failed because: {}", clean(reason, REASON));
        return vec![Line::from(vec![name, Span::styled(reason, theme.error())])];
    }
    let by_phase = by_phase(&story, theme);
    let with = |steps: String, phases: &[Span<'static>]| {
        let mut line = Line::from(vec![name.clone(), Span::raw(steps)]);
        phases.iter().for_each(|span| line.push_span(span.clone()));
        line
    };
    // The steps of a task with any say the same in fewer words.
    let steps = steps(&story);
    vec![with(steps.clone(), &by_phase), with(steps, &[]), with(String::new(), &[])]
}

/// The two steps of the article's I/O.
fn steps(story: &TaskStory) -> String {
    let Some(fetched) = story.fetched else { return String::new() };
    let written = story.times[Phase::File] > 0;
    let written = written.then(|| format!(", written in {}", length(fetched, story.to)));
    format!("  fetched in {}{}", length(story.from, fetched), written.unwrap_or_default())
}

/// How long its worker was in each phase, the longest first.
fn by_phase(story: &TaskStory, theme: Theme) -> Vec<Span<'static>> {
    let mut phases: Vec<Phase> = Phase::MEASURED.into_iter().chain([Phase::Lost]).collect();
    phases.retain(|phase| story.times[*phase] > 0);
    phases.sort_by_key(|phase| std::cmp::Reverse(story.times[*phase]));
    let told = |phase: Phase| {
        let text = format!(" {} {}", duration(seconds(story.times[phase])), phase.name());
        [Span::raw("  "), Span::styled(mark(phase), theme.phase(phase)), Span::styled(text, Style::new())]
    };
    phases.into_iter().flat_map(told).collect()
}

/// A moment to the microsecond, or where a slice is too short for that, to the nanosecond.
fn exactly(at: Nanos, slice: Slice) -> String {
    if slice.to - slice.from < 10_000 { format!("{:.9} s", seconds(at)) } else { moment(at) }
}

/// A moment of the run to the microsecond.
fn moment(at: Nanos) -> String {
    format!("{:.6} s", seconds(at))
}

fn length(from: Nanos, to: Nanos) -> String {
    duration(seconds(to.saturating_sub(from)))
}
