//! A picture: the chart of a sweep, or the timelines of runs on one axis, with the results and the caveats.
//!
//! Text is stored as text. The background is drawn, so that the picture is readable on light and dark pages.

pub(super) mod chart;
pub(super) mod timeline;

use std::io::{self, Write};

use maud::{Markup, PreEscaped, html};

use super::markup;
use crate::{
    analysis::shared::Shared,
    domain::{
        history::RunEntry,
        text::{counted, wrap},
    },
    present::sentence::{caveats, conclusion, document},
};

/// The width of every picture, in its own units.
pub(super) const WIDTH: u32 = 1000;
/// The margin of a picture that is a file by itself.
const MARGIN: u32 = 24;
/// The maximum number of timelines. A reader cannot compare more.
const TIMELINES_MAX: usize = 16;
/// The maximum number of columns of all lanes together. This keeps every file below a megabyte.
const CELLS: u32 = 30_000;

/// The colours of pictures on a light background: those of the program's *safe* palette (Okabe and Ito, 2008). The HTML
/// report has others for dark screens.
pub(super) const LIGHT: PreEscaped<&str> = PreEscaped(include_str!("svg/light.css"));
/// A pattern for each phase and model, so that a reader without colours loses nothing. A document needs them once.
/// Their colours are classes.
pub(super) const PATTERNS: PreEscaped<&str> = PreEscaped(include_str!("svg/patterns.xml"));

/// A drawing whose upper edge is at 0 and that is as wide as every picture.
#[derive(Default)]
pub(super) struct SvgPart {
    pub height: u32,
    pub content: Markup,
}

/// The layout of text: the characters in a line (which fit the width of the picture in any font), the distance of two
/// lines, the baseline within a line, and the class.
type Style = (u16, u32, u32, &'static str);

const TITLE: Style = (95, 28, 18, "title");
const PLAIN: Style = (130, 19, 14, "plain");
const STRONG: Style = (130, 19, 14, "strong");
const SOFT: Style = (130, 19, 14, "small soft");

/// Writes one picture.
///
/// # Errors
/// If writing to `out` fails.
pub(super) fn write(shared: &Shared<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut next = MARGIN;
    let placed: Vec<Markup> = parts(shared)
        .into_iter()
        .map(|SvgPart { height, content }| {
            let top = next;
            next += height;
            html! { g transform={ "translate(" (MARGIN) " " (top) ")" } { (content) } }
        })
        .collect();
    let (wide, high) = (WIDTH + 2 * MARGIN, next + MARGIN);
    let picture = html! {
        (PreEscaped("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"))
        svg xmlns="http://www.w3.org/2000/svg" viewBox={ "0 0 " (wide) " " (high) } width=(wide) height=(high)
            class="picture" {
            title { (heading(shared)) }
            style { (LIGHT) }
            (PATTERNS)
            rect width=(wide) height=(high) class="ground" {}
            @for part in placed { (part) }
        }
    };
    markup::write(picture, out)
}

/// The heading of the whole picture.
fn heading(shared: &Shared<'_>) -> String {
    match (&shared.sweeps[..], &shared.runs[..]) {
        ([sweep], _) => document::sweep_title(sweep),
        ([], [run]) => document::title(run),
        ([], []) => "No run was measured".into(),
        ([], runs) => format!("Timelines of {}", counted(runs.len() as u64, "run")),
        (sweeps, _) => counted(sweeps.len() as u64, "sweep"),
    }
}

/// The parts of the picture, from top to bottom.
fn parts(shared: &Shared<'_>) -> Vec<SvgPart> {
    let mut parts = text(&heading(shared), TITLE);
    for sweep in &shared.sweeps {
        if shared.sweeps.len() > 1 {
            parts.extend(text(&document::sweep_title(sweep), STRONG));
        }
        parts.extend(text(&conclusion::of_entry(sweep), PLAIN));
        parts.push(gap());
        parts.extend(
            chart::all(shared, sweep)
                .into_iter()
                .map(|(_, chart)| chart),
        );
    }
    if shared.sweeps.is_empty() {
        parts.extend(timelines(shared));
    }
    parts.push(gap());
    let caveats = caveats::of_runs(&shared.runs).into_iter();
    parts.extend(caveats.flat_map(|caveat| text(&caveat, PLAIN)));
    let soft = document::machines(shared)
        .into_iter()
        .chain(document::interpreters(shared))
        .chain([document::written_by(shared)]);
    parts.extend(soft.flat_map(|line| text(&line, SOFT)));
    parts
}

fn timelines(shared: &Shared<'_>) -> Vec<SvgPart> {
    let with_traces = || {
        shared
            .runs
            .iter()
            .copied()
            .filter(|run| run.loaded_trace().is_some())
    };
    let drawn: Vec<&RunEntry> = with_traces().take(TIMELINES_MAX).collect();
    let cells = CELLS / drawn.len().max(1) as u32;
    let mut parts = vec![];
    for run in &drawn {
        if shared.runs.len() > 1 {
            parts.extend(text(&document::title(run), STRONG));
        }
        parts.extend(text(&document::verdict(shared, run), PLAIN));
        parts.push(gap());
        parts.extend(timeline::of(run, &drawn, cells));
        parts.push(gap());
    }
    parts.push(timeline::legend(&drawn));
    let left_out = shared.runs.len() - drawn.len();
    if left_out > 0 {
        let why = if drawn.len() < with_traces().count() {
            "not drawn"
        } else {
            "not drawn: their timelines are gone"
        };
        let left_out = counted(left_out as u64, "more run");
        parts.extend(text(&format!("{left_out} {why}"), PLAIN));
    }
    parts
}

fn gap() -> SvgPart {
    SvgPart {
        height: 8,
        ..SvgPart::default()
    }
}

/// The lines for these words.
fn text(words: &str, (wide, height, y, class): Style) -> Vec<SvgPart> {
    let line = |line: String| SvgPart {
        height,
        content: html! { text x="0" y=(y) class=(class) { (line) } },
    };
    wrap(words, wide).into_iter().map(line).collect()
}

/// Rounded to a tenth of a unit.
fn rounded(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}
