//! A picture: the chart of a sweep, or the timelines of runs on one axis, with what came out and what speaks against it.
//!
//! Text is text, and the ground is drawn, so that it is read in light and in dark surroundings alike.

pub(super) mod chart;
pub(super) mod ink;
pub(super) mod legend;
pub(super) mod timeline;

use std::collections::BTreeSet;
use std::io::{self, Write};

use maud::{Markup, PreEscaped, Render, html};

use super::{charts, markup, words};
use crate::analysis::shared::{Shared, SharedRun};
use crate::domain::text::{counted, wrap};
use crate::domain::time::Nanos;
use crate::domain::trace::Trace;
use chart::Chart;
use legend::Legend;
use timeline::Timeline;

/// How wide every picture is, in its own units.
pub(super) const WIDTH: u32 = 1000;
/// Around everything, in a file of its own.
const MARGIN: u32 = 24;
/// Characters in a line of text: less than the width of the picture in any font.
const LINE: u16 = 130;
/// Characters in a line of the title.
const TITLE_LINE: u16 = 95;
/// From one line to the next.
const LEADING: u32 = 19;
/// So many timelines are drawn; a reader cannot compare more.
const TIMELINES_MAX: usize = 16;
/// So many columns all lanes have together: with it, no file is larger than a megabyte.
const CELLS: u32 = 30_000;

/// Writes one picture.
///
/// # Errors
/// What `out` refuses.
pub(super) fn write(shared: &Shared<'_>, out: &mut dyn Write) -> io::Result<()> {
    let parts = Part::all(shared);
    let height = parts.iter().map(Part::height).sum::<u32>() + 2 * MARGIN;
    let wide = WIDTH + 2 * MARGIN;
    let tops = parts.iter().scan(MARGIN, |next, part| {
        let top = *next;
        *next += part.height();
        Some(top)
    });
    let picture = html! {
        (PreEscaped("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"))
        svg xmlns="http://www.w3.org/2000/svg" viewBox={ "0 0 " (wide) " " (height) } width=(wide) height=(height)
            class="picture" {
            title { (heading(shared)) }
            style { (ink::LIGHT) }
            (ink::PATTERNS)
            rect width=(wide) height=(height) class="ground" {}
            @for (part, top) in parts.iter().zip(tops) {
                g transform={ "translate(" (MARGIN) " " (top) ")" } { (part) }
            }
        }
    };
    markup::write(picture, out)
}

/// What the picture as a whole is about.
fn heading(shared: &Shared<'_>) -> String {
    match (&shared.sweeps[..], &shared.runs[..]) {
        ([sweep], _) => words::sweep_title(sweep),
        ([], [run]) => words::title(run),
        ([], []) => "No run was measured".into(),
        ([], runs) => format!("Timelines of {}", counted(runs.len() as u64, "run")),
        (sweeps, _) => counted(sweeps.len() as u64, "sweep"),
    }
}

/// Something that lies below what was before.
enum Part<'a> {
    /// A line of the title.
    Title(String),
    /// A line of text.
    Text(String, &'static str),
    Chart(Box<Chart>),
    Timeline(Timeline<'a>),
    Legend(Legend),
    Gap,
}

impl<'a> Part<'a> {
    fn all(shared: &'a Shared<'a>) -> Vec<Part<'a>> {
        let mut parts: Vec<Part<'a>> = wrap(&heading(shared), TITLE_LINE)
            .into_iter()
            .map(Part::Title)
            .collect();
        for sweep in &shared.sweeps {
            if shared.sweeps.len() > 1 {
                parts.extend(strong(&words::sweep_title(sweep)));
            }
            parts.extend(text(&words::conclusion(sweep)));
            parts.push(Part::Gap);
            parts.extend(
                charts::of(sweep)
                    .into_iter()
                    .map(|chart| Part::Chart(Box::new(chart))),
            );
        }
        if shared.sweeps.is_empty() {
            parts.extend(Part::timelines(shared));
        }
        parts.extend(Part::notes(shared));
        parts
    }

    fn timelines(shared: &'a Shared<'a>) -> Vec<Part<'a>> {
        let with_traces: Vec<_> = shared
            .runs
            .iter()
            .filter_map(|run| Some((run, run.trace?)))
            .collect();
        let drawn = &with_traces[..with_traces.len().min(TIMELINES_MAX)];
        let runs: Vec<&SharedRun<'a>> = drawn.iter().map(|(run, _)| *run).collect();
        let cells = CELLS / drawn.len().max(1) as u32;
        let mut parts = vec![];
        for (run, trace) in drawn {
            if shared.runs.len() > 1 {
                parts.extend(strong(&words::title(run)));
            }
            parts.extend(text(&words::verdict(run)));
            parts.push(Part::Gap);
            parts.push(Part::Timeline(Timeline::new(
                trace,
                end_of_axis(run, &runs),
                cells,
            )));
            parts.push(Part::Gap);
        }
        parts.push(Part::Legend(Legend::of(runs.iter().copied())));
        let left_out = shared.runs.len() - drawn.len();
        if left_out > 0 {
            let why = if drawn.len() < with_traces.len() {
                "not drawn"
            } else {
                "not drawn: their timelines are gone"
            };
            parts.extend(text(&format!(
                "{} {why}",
                counted(left_out as u64, "more run")
            )));
        }
        parts
    }

    /// Caveats, and where and by whom everything was measured.
    fn notes(shared: &Shared<'_>) -> Vec<Part<'a>> {
        let caveats: Vec<String> = shared
            .runs
            .iter()
            .flat_map(|run| words::caveats(run))
            .take(TIMELINES_MAX)
            .collect();
        let machines: BTreeSet<String> = shared.provenances().map(words::measured_on).collect();
        let by = format!(
            "{}{}",
            words::PROGRAM,
            words::days(shared)
                .map(|days| format!(", {days}"))
                .unwrap_or_default()
        );
        let soft = |line: &String| soft(line);
        let mut parts = vec![Part::Gap];
        parts.extend(caveats.iter().flat_map(|caveat| text(caveat)));
        parts.extend(machines.iter().flat_map(soft));
        parts.extend(words::interpreters(shared).iter().flat_map(soft));
        parts.extend(soft(&by));
        parts
    }

    fn height(&self) -> u32 {
        match self {
            Part::Title(_) => 28,
            Part::Text(..) => LEADING,
            Part::Chart(chart) => chart.height(),
            Part::Timeline(timeline) => timeline.height(),
            Part::Legend(legend) => legend.height(),
            Part::Gap => 8,
        }
    }
}

/// Drawn with its upper edge at 0.
impl Render for Part<'_> {
    fn render(&self) -> Markup {
        match self {
            Part::Title(words) => html! { text x="0" y="18" class="title" { (words) } },
            Part::Text(words, class) => html! { text x="0" y="14" class=(class) { (words) } },
            Part::Chart(chart) => chart.render(),
            Part::Timeline(timeline) => timeline.render(),
            Part::Legend(legend) => legend.render(),
            Part::Gap => Markup::default(),
        }
    }
}

fn lines<'a>(words: &str, class: &'static str) -> Vec<Part<'a>> {
    wrap(words, LINE)
        .into_iter()
        .map(|line| Part::Text(line, class))
        .collect()
}

fn text<'a>(words: &str) -> Vec<Part<'a>> {
    lines(words, "plain")
}

fn strong<'a>(words: &str) -> Vec<Part<'a>> {
    lines(words, "strong")
}

fn soft<'a>(words: &str) -> Vec<Part<'a>> {
    lines(words, "small soft")
}

/// Where the axis of a run ends: runs of the same work share one, so that the shorter run visibly ends earlier.
pub(super) fn end_of_axis(run: &SharedRun<'_>, among: &[&SharedRun<'_>]) -> Nanos {
    let same = among
        .iter()
        .filter(|other| other.record.plan.same_work(&run.record.plan));
    same.filter_map(|other| other.trace)
        .map(Trace::now)
        .max()
        .unwrap_or(0)
}
