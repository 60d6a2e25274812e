//! The details under the cursor, on the borders of the timeline, so that no bar moves. The segment with its exact times
//! is on the lower border, and the history of its task on the upper one.

use ratatui::text::{Line, Span};

use crate::{
    app::screens::timeline::inspect::{Inspection, TimelineRow},
    domain::{
        phase::Phase,
        text::{clean, duration},
        time::{Nanos, seconds},
        trace::{Segment, TaskStory, Who},
    },
    present::table::fitting,
    ui::{
        panel::{on_border, shorten},
        theme::{STRONG, Theme},
    },
};

/// The maximum number of characters that are shown of the reason of a failure.
const REASON: usize = 300;

/// The moment under the cursor and what the worker did then, in at most `width` columns.
pub fn segment(under: &Inspection<'_>, theme: Theme, width: u16) -> Line<'static> {
    framed(width, segment_lines(under, theme))
}

/// The history of the task under the cursor, in at most `width` columns; empty if there is none.
pub fn task(under: &Inspection<'_>, theme: Theme, width: u16) -> Line<'static> {
    framed(width, task_lines(under, theme))
}

/// The first of these lines that fits between two spaces on a border, or the last one, cut.
fn framed(width: u16, lines: Vec<Line<'static>>) -> Line<'static> {
    let room = usize::from(width.saturating_sub(2));
    let mut line = fitting(lines, |line| line.width() <= room);
    shorten(&mut line, room);
    if line.width() > 0 {
        line.spans.insert(0, Span::raw(" "));
        line.push_span(" ");
    }
    on_border(line)
}

/// The segment in fewer and fewer words. In a thinned trace, a segment stands for several.
fn segment_lines(under: &Inspection<'_>, theme: Theme) -> Vec<Line<'static>> {
    let (name, nothing) = match under.place {
        TimelineRow::Worker(worker) => (format!("w{worker}"), "nothing is known about this moment"),
        TimelineRow::Core(core, Who::Nobody) => (format!("core {core}"), "no worker computes here"),
        TimelineRow::Core(core, _) => (
            format!("core {core}"),
            "several workers take turns here. Zoom in",
        ),
    };
    // To the microsecond.
    let place = |at: &str| {
        let place = format!("{name}{at} {}  ", moment(under.at, 3));
        Span::styled(place, STRONG)
    };
    let Some(segment) = under.segment else {
        return vec![Line::from(vec![place(" at"), Span::raw(nothing)])];
    };
    // The worker that a core ran, or the core of a worker, unless the row says so already. A worker that waits is not
    // on a core.
    let (worker, core) = match (under.place, under.worker) {
        (TimelineRow::Core(..), Some(worker)) => (format!("w{worker} "), String::new()),
        (TimelineRow::Worker(_), _) if segment.phase == Phase::Computing => {
            (String::new(), format!("  core {}", segment.core))
        }
        _ => Default::default(),
    };
    let length = length(segment.from, segment.to, under.is_thinned, segment.is_open);
    let what = format!(" {} {length}", segment.phase.name());
    let line = |at: &str, rest: String| {
        Line::from(vec![
            place(at),
            Span::raw(worker.clone()),
            theme.mark(segment.phase),
            Span::styled(what.clone(), STRONG),
            Span::raw(rest),
        ])
    };
    if under.is_thinned {
        return vec![
            line(" at", "  approximate: this timeline was thinned".into()),
            line("", "  mostly".into()),
        ];
    }
    let range = format!("  ({})", range(segment));
    vec![
        line(" at", format!("{range}{core}")),
        line("", format!("{range}{core}")),
        line("", core),
        line("", String::new()),
    ]
}

/// The task in fewer and fewer words.
fn task_lines(under: &Inspection<'_>, theme: Theme) -> Vec<Line<'static>> {
    let Some(story) = under.task else {
        return vec![];
    };
    let length = length(story.from, story.to, under.is_thinned, story.is_open);
    let name = Span::styled(format!("task {}  {length}", story.task), STRONG);
    let line = |rest: Vec<Span<'static>>| {
        let mut line = Line::from(name.clone());
        line.extend(rest);
        line
    };
    if let Some(reason) = under.failure {
        let reason = clean(reason, REASON);
        let failed = |text: String| line(vec![Span::styled(text, theme.error())]);
        return vec![
            failed(format!("  failed because: {reason}")),
            failed(format!("  {reason}")),
        ];
    }
    let by_phase = |named| by_phase(&story, named, theme);
    match steps(&story) {
        None => vec![line(by_phase(true)), line(by_phase(false)), line(vec![])],
        // The steps say the same in fewer words.
        Some(steps) => {
            let steps = Span::raw(steps);
            let with_phases = std::iter::once(steps.clone()).chain(by_phase(true));
            vec![line(with_phases.collect()), line(vec![steps]), line(vec![])]
        }
    }
}

/// The two steps of the article's I/O.
fn steps(story: &TaskStory) -> Option<String> {
    let fetched = story.fetched?;
    let mut words = format!(
        "  fetched in {}",
        duration(seconds(fetched.saturating_sub(story.from)))
    );
    if story.times[Phase::File] > 0 {
        words += &format!(
            ", written in {}",
            duration(seconds(story.to.saturating_sub(fetched)))
        );
    }
    Some(words)
}

/// How long the worker was in each phase, the longest first, with the name or only the mark of the phase.
fn by_phase(story: &TaskStory, named: bool, theme: Theme) -> Vec<Span<'static>> {
    let mut phases: Vec<Phase> = Phase::MEASURED.into_iter().chain([Phase::Lost]).collect();
    phases.retain(|phase| story.times[*phase] > 0);
    phases.sort_by_key(|phase| std::cmp::Reverse(story.times[*phase]));
    let time_in = |phase: Phase| {
        let time = duration(seconds(story.times[phase]));
        let text = if named {
            format!(" {} {time}", phase.name())
        } else {
            format!(" {time}")
        };
        [Span::raw("  "), theme.mark(phase), Span::raw(text)]
    };
    phases.into_iter().flat_map(time_in).collect()
}

/// From when to when, to the microsecond; to the nanosecond if the segment is too short for that.
fn range(segment: Segment) -> String {
    let is_short = segment.to - segment.from < 10_000;
    let decimals = if is_short { 6 } else { 3 };
    if segment.is_open {
        return format!("since {}", moment(segment.from, decimals));
    }
    let (number, unit) = in_unit_of(segment.to, decimals);
    format!("{}–{} {unit}", number(segment.from), number(segment.to))
}

fn moment(at: Nanos, decimals: usize) -> String {
    let (number, unit) = in_unit_of(at, decimals);
    format!("{} {unit}", number(at))
}

/// How moments are written: in milliseconds with this many decimals; in seconds if `last` is at least one.
fn in_unit_of(last: Nanos, decimals: usize) -> (impl Fn(Nanos) -> String, &'static str) {
    let (factor, decimals, unit) = match seconds(last) {
        ..1.0 => (1e3, decimals, "ms"),
        _ => (1.0, decimals + 3, "s"),
    };
    let number = move |at| format!("{:.decimals$}", seconds(at) * factor);
    (number, unit)
}

/// The length of a period. It is marked as incomplete if its end is open, and as approximate if the trace was thinned.
fn length(from: Nanos, to: Nanos, is_thinned: bool, is_open: bool) -> String {
    let about = if is_thinned { "about " } else { "" };
    let so_far = if is_open { " so far" } else { "" };
    let length = duration(seconds(to.saturating_sub(from)));
    format!("{about}{length}{so_far}")
}
