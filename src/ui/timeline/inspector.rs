//! What is under the cursor, on the borders of the timeline, so that no bar moves for it: the slice with its exact times
//! below, the history of its task above.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::app::inspect::{Inspection, Place};
use crate::domain::phase::Phase;
use crate::domain::text::{clean, duration};
use crate::domain::time::{Nanos, seconds};
use crate::domain::trace::{Slice, TaskStory, Who};
use crate::ui::panel::on_border;
use crate::ui::theme::{Theme, mark};

/// How much of the reason of a failure is shown.
const REASON: usize = 300;

/// Where the cursor is and what its worker did there, in at most so many columns.
pub fn slice(under: &Inspection<'_>, theme: Theme, width: u16) -> Line<'static> {
    fitting(width, slice_lines(under, theme))
}

/// What became of the task under the cursor, in at most so many columns; empty if there is none.
pub fn task(under: &Inspection<'_>, theme: Theme, width: u16) -> Line<'static> {
    fitting(width, task_lines(under, theme))
}

/// The first of these lines that fits between two blanks, or else the last.
fn fitting(width: u16, lines: Vec<Line<'static>>) -> Line<'static> {
    let room = usize::from(width.saturating_sub(2));
    let last = lines.len().saturating_sub(1);
    let mut lines = lines.into_iter().enumerate();
    let Some((_, mut line)) = lines.find(|(i, line)| *i == last || line.width() <= room) else {
        return Line::default();
    };
    shorten(&mut line, room);
    if line.width() > 0 {
        line.spans.insert(0, Span::raw(" "));
        line.push_span(Span::raw(" "));
    }
    // It stands on a border.
    for span in &mut line.spans {
        span.style = on_border(span.style);
    }
    line
}

/// Cuts what has no room; dots say that it went on.
fn shorten(line: &mut Line<'static>, room: usize) {
    while line.width() > room {
        let excess = line.width() - room;
        let Some(last) = line.spans.last_mut() else {
            return;
        };
        let length = last.content.chars().count();
        if length <= excess + 1 {
            line.spans.pop();
            continue;
        }
        let kept: String = last.content.chars().take(length - excess - 1).collect();
        last.content = format!("{kept}…").into();
    }
}

/// In fewer and fewer words. Of a picture that was thinned, a slice stands for several.
fn slice_lines(under: &Inspection<'_>, theme: Theme) -> Vec<Line<'static>> {
    let place = |at: &str| {
        let place = format!("{}{at} {}  ", name(under.place), moment(under.at));
        Span::styled(place, theme.strong())
    };
    let Some(slice) = under.slice else {
        return vec![Line::from(vec![
            place(" at"),
            Span::raw(nobody(under.place)),
        ])];
    };
    let line = |at: &str, rest: String| {
        let [sign, what] = named(slice, under.is_thinned, theme);
        Line::from(vec![
            place(at),
            Span::raw(worker(under)),
            sign,
            what,
            Span::raw(rest),
        ])
    };
    let core = core(under.place, slice);
    if under.is_thinned {
        return vec![
            line(" at", "  mostly: this picture was thinned".into()),
            line("", "  mostly".into()),
        ];
    }
    let end = if slice.is_open {
        "now".into()
    } else {
        format!("{} s", exactly(slice.to, slice))
    };
    let range = format!("  {} – {end}", exactly(slice.from, slice));
    vec![
        line(" at", format!("{range}{core}")),
        line("", format!("{range}{core}")),
        line("", range),
        line("", core),
        line("", String::new()),
    ]
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
fn named(slice: Slice, is_thinned: bool, theme: Theme) -> [Span<'static>; 2] {
    let so_far = if slice.is_open { " so far" } else { "" };
    let about = if is_thinned { "about " } else { "" };
    let text = format!(
        " {} {about}{}{so_far}",
        slice.phase.name(),
        length(slice.from, slice.to)
    );
    [
        Span::styled(mark(slice.phase), theme.phase(slice.phase)),
        Span::styled(text, theme.strong()),
    ]
}

/// On which core, where that says something new: whoever waits is on none.
fn core(place: Place, slice: Slice) -> String {
    match place {
        Place::Worker(_) if slice.phase == Phase::Computing => format!("  core {}", slice.core),
        _ => String::new(),
    }
}

/// In fewer and fewer words.
fn task_lines(under: &Inspection<'_>, theme: Theme) -> Vec<Line<'static>> {
    let Some(story) = under.task else {
        return vec![];
    };
    let ended = if story.is_open { " so far" } else { "" };
    let about = if under.is_thinned { "about " } else { "" };
    let name = format!(
        "task {}  {about}{}{ended}",
        story.task,
        length(story.from, story.to)
    );
    let name = Span::styled(name, theme.strong());
    if let Some(reason) = under.failure {
        let failed =
            |reason: String| Line::from(vec![name.clone(), Span::styled(reason, theme.error())]);
        let reason = clean(reason, REASON);
        return vec![
            failed(format!("  failed because: {reason}")),
            failed(format!("  {reason}")),
        ];
    }
    let (by_phase, in_marks) = (
        by_phase(&story, true, theme),
        by_phase(&story, false, theme),
    );
    let with = |steps: String, phases: &[Span<'static>]| {
        let mut line = Line::from(vec![name.clone(), Span::raw(steps)]);
        phases.iter().for_each(|span| line.push_span(span.clone()));
        line
    };
    let (steps, nothing) = (steps(&story), String::new());
    if steps.is_empty() {
        return vec![
            with(nothing.clone(), &by_phase),
            with(nothing.clone(), &in_marks),
            with(nothing, &[]),
        ];
    }
    // The steps say the same in fewer words.
    vec![
        with(steps.clone(), &by_phase),
        with(steps, &[]),
        with(nothing, &[]),
    ]
}

/// The two steps of the article's I/O.
fn steps(story: &TaskStory) -> String {
    let Some(fetched) = story.fetched else {
        return String::new();
    };
    let written = story.times[Phase::File] > 0;
    let written = written.then(|| format!(", written in {}", length(fetched, story.to)));
    format!(
        "  fetched in {}{}",
        length(story.from, fetched),
        written.unwrap_or_default()
    )
}

/// How long its worker was in each phase, the longest first: with its name, or with its mark alone.
fn by_phase(story: &TaskStory, named: bool, theme: Theme) -> Vec<Span<'static>> {
    let mut phases: Vec<Phase> = Phase::MEASURED.into_iter().chain([Phase::Lost]).collect();
    phases.retain(|phase| story.times[*phase] > 0);
    phases.sort_by_key(|phase| std::cmp::Reverse(story.times[*phase]));
    let told = |phase: Phase| {
        let name = if named {
            format!(" {}", phase.name())
        } else {
            String::new()
        };
        let text = format!(" {}{name}", duration(seconds(story.times[phase])));
        [
            Span::raw("  "),
            Span::styled(mark(phase), theme.phase(phase)),
            Span::styled(text, Style::new()),
        ]
    };
    phases.into_iter().flat_map(told).collect()
}

/// Seconds to the microsecond, or where a slice is too short for that, to the nanosecond.
fn exactly(at: Nanos, slice: Slice) -> String {
    let decimals = if slice.to - slice.from < 10_000 { 9 } else { 6 };
    format!("{:.decimals$}", seconds(at))
}

/// A moment of the run to the microsecond.
fn moment(at: Nanos) -> String {
    format!("{:.6} s", seconds(at))
}

fn length(from: Nanos, to: Nanos) -> String {
    duration(seconds(to.saturating_sub(from)))
}
