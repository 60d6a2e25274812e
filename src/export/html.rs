//! The report: one file that a browser shows without anything else. No scripts, nothing from elsewhere, and a policy that
//! forbids both; light and dark, on paper and on a telephone.

mod method;

use std::collections::BTreeSet;
use std::io::{self, Write};

use maud::{DOCTYPE, Markup, PreEscaped, Render, html};

use super::svg::legend::Legend;
use super::svg::timeline::Timeline;
use super::svg::{self, ink};
use super::{charts, markup, words};
use crate::analysis::shared::{Shared, SharedRun, SharedSweep};
use crate::domain::text::{counted, duration};
use crate::domain::time::Nanos;
use crate::present::run_table::{self, Room, TextTable};
use crate::present::table::Side;

const STYLE: PreEscaped<&str> = PreEscaped(include_str!("html/style.css"));
/// Nothing may be run or fetched.
const META: PreEscaped<&str> = PreEscaped(
    "<meta charset=\"utf-8\"/>\
     <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\"/>\
     <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\
     <meta name=\"color-scheme\" content=\"light dark\"/>",
);
/// So many timelines are drawn; more would make a file that no telephone opens.
const TIMELINES_MAX: usize = 24;
/// So many columns all lanes of all timelines have together.
const CELLS: u32 = 90_000;
/// One timeline has no more than that.
const CELLS_OF_ONE: u32 = 30_000;
/// Of so many runs, what they printed is shown: 16 kB each.
const PRINTED_MAX: usize = 24;
/// Of so many runs, what came out is said in the beginning.
const VERDICTS_MAX: usize = 12;

/// Writes the report.
///
/// # Errors
/// What `out` refuses.
pub(super) fn write(shared: &Shared<'_>, out: &mut dyn Write) -> io::Result<()> {
    let report = html! {
        (DOCTYPE)
        html xmlns="http://www.w3.org/1999/xhtml" lang="en" {
            head {
                (META)
                title { (heading(shared)) }
                style { (ink::LIGHT) (STYLE) }
            }
            body {
                // Every picture refers to these.
                svg class="patterns" width="0" height="0" aria-hidden="true" { (ink::PATTERNS) }
                (title(shared))
                main {
                    (findings(shared))
                    @for sweep in &shared.sweeps { (swept(shared, sweep)) }
                    (runs(shared))
                    (timelines(shared))
                    (printed(shared))
                    (caveats(shared))
                    (section("How it was measured", html! {
                        @for paragraph in method::paragraphs(shared) { p { (paragraph) } }
                    }))
                }
                footer {
                    p { "Written by " (words::PROGRAM) ". This page needs no network and contains no scripts." }
                }
            }
        }
    };
    markup::write(report, out)
}

fn title(shared: &Shared<'_>) -> Markup {
    let machines: BTreeSet<String> = shared.provenances().map(words::measured_on).collect();
    html! {
        header {
            p class="program" { "pconc-tui · concurrency and parallelism, measured" }
            h1 { (heading(shared)) }
            @for machine in machines { p class="machine" { (capitalised(&machine)) } }
            @for interpreter in words::interpreters(shared) { p class="machine" { (interpreter) } }
            @if let Some(days) = words::days(shared) { p class="machine" { (capitalised(&days)) } }
        }
    }
}

fn section(heading: &str, content: Markup) -> Markup {
    html! { section { h2 { (heading) } (content) } }
}

/// What came out, in sentences.
fn findings(shared: &Shared<'_>) -> Markup {
    let single: Vec<_> = shared.single_runs().collect();
    if single.is_empty() && shared.sweeps.is_empty() {
        return section(
            "Nothing was measured",
            html! { p { "There is no run in this report." } },
        );
    }
    if single.is_empty() {
        return Markup::default();
    }
    let more = single.len().saturating_sub(VERDICTS_MAX) as u64;
    section(
        "What came out",
        html! {
            ul class="findings" {
                @for run in single.iter().take(VERDICTS_MAX) {
                    li { strong { (words::verdict(run)) } " " span { (words::title(run)) } }
                }
            }
            @if more > 0 { p { "and " (counted(more, "more run")) " below" } }
        },
    )
}

fn runs(shared: &Shared<'_>) -> Markup {
    let runs = run_table::runs(shared.single_runs(), Room::Wide);
    if runs.rows.is_empty() {
        return Markup::default();
    }
    section(
        "Runs",
        html! { (table(&runs)) (works(shared.single_runs())) },
    )
}

/// What the tasks did.
fn works<'r>(runs: impl Iterator<Item = &'r SharedRun<'r>>) -> Markup {
    html! { @for work in words::works(runs) { p class="soft" { (work) } } }
}

fn swept(shared: &Shared<'_>, sweep: &SharedSweep<'_>) -> Markup {
    let parts = run_table::runs(shared.runs_of(sweep.sweep), Room::Wide);
    section(
        &words::sweep_title(sweep),
        html! {
            p class="conclusion" { (words::conclusion(sweep)) }
            @for chart in charts::of(sweep) { (figure(chart.height(), &chart.title, &chart)) }
            h3 { "Configurations" }
            (table(&run_table::configurations(sweep.sweep, sweep.results, Room::Wide)))
            (works(shared.runs_of(sweep.sweep)))
            @for fit in words::fits(sweep) { p { (fit) } }
            details {
                summary { "All " (counted(parts.rows.len() as u64, "run")) }
                (table(&parts))
            }
        },
    )
}

/// A picture that is as wide as the page, whatever that is.
fn figure(height: u32, about: &str, picture: &dyn Render) -> Markup {
    html! {
        figure {
            svg xmlns="http://www.w3.org/2000/svg" viewBox={ "0 0 " (svg::WIDTH) " " (height) } class="picture" role="img"
                aria-label=(about) { (picture) }
        }
    }
}

fn table(table: &TextTable) -> Markup {
    let class = |side: Side| {
        if side == Side::Left { "text" } else { "number" }
    };
    html! {
        div class="wide" {
            table {
                thead {
                    tr { @for (heading, side) in &table.columns { th class=(class(*side)) { (heading) } } }
                }
                tbody {
                    @for row in &table.rows {
                        tr {
                            @for ((_, side), cell) in table.columns.iter().zip(row) { td class=(class(*side)) { (cell) } }
                        }
                    }
                }
            }
        }
    }
}

fn timelines(shared: &Shared<'_>) -> Markup {
    let drawn = drawn(shared);
    if drawn.is_empty() {
        return Markup::default();
    }
    let cells = (CELLS / drawn.len() as u32).min(CELLS_OF_ONE);
    let legend = Legend::of(drawn.iter().copied());
    let left_out = shared.runs.len() - drawn.len();
    section(
        "Timelines",
        html! {
            (figure(legend.height(), "what the areas mean", &legend))
            @for run in &drawn { (timeline(run, svg::end_of_axis(run, &drawn), cells)) }
            @if left_out > 0 {
                p class="soft" {
                    (counted_are(left_out))
                    " not drawn: sweeps show their typical runs, and old timelines are not kept for ever"
                }
            }
        },
    )
}

/// The single runs that have a picture, and the typical ones of each sweep: of serial, and of the best configuration.
fn drawn<'a>(shared: &'a Shared<'a>) -> Vec<&'a SharedRun<'a>> {
    let single = shared.single_runs().map(|run| run.record.id.as_str());
    let typical = shared.sweeps.iter().flat_map(|sweep| {
        let results = sweep.results;
        let of = |index: usize| Some(results.summaries.get(index)?.as_ref()?.median_run.as_str());
        [Some(0), results.best.filter(|best| *best > 0)]
            .into_iter()
            .flatten()
            .filter_map(of)
    });
    let wanted: BTreeSet<&str> = single.chain(typical).collect();
    let is_drawn =
        |run: &&SharedRun<'_>| run.trace.is_some() && wanted.contains(run.record.id.as_str());
    shared
        .runs
        .iter()
        .filter(is_drawn)
        .take(TIMELINES_MAX)
        .collect()
}

fn timeline(run: &SharedRun<'_>, until: Nanos, cells: u32) -> Markup {
    let Some(trace) = run.trace else {
        return Markup::default();
    };
    let timeline = Timeline::new(trace, until, cells);
    let (title, record) = (words::title(run), run.record);
    let numbers = format!(
        "{} · {:.1} tasks in flight and {:.2} workers on a core, on average · {}",
        duration(record.times.wall_s),
        record.times.concurrency,
        record.times.parallelism,
        words::moment(record)
    );
    html! {
        article {
            h3 { (title) }
            p class="verdict" { (words::verdict(run)) }
            (figure(timeline.height(), &format!("timeline of {title}"), &timeline))
            p class="soft" { (numbers) }
            @if let Some(costs) = words::python_costs(record) { p class="soft" { (costs) } }
            @if trace.is_thinned() {
                p class="soft" { "The picture was made poorer to save memory; all numbers are exact." }
            }
        }
    }
}

/// What runs wrote to their standard and error output, as text.
fn printed(shared: &Shared<'_>) -> Markup {
    let printed = |run| Some((words::title(run), words::printed(run.record)?));
    let printed: Vec<_> = shared
        .runs
        .iter()
        .filter_map(printed)
        .take(PRINTED_MAX)
        .collect();
    if printed.is_empty() {
        return Markup::default();
    }
    section(
        "What was printed",
        html! {
            @for (title, (heading, text)) in printed {
                details {
                    summary { (title) ": " (heading) }
                    pre { (text) }
                }
            }
        },
    )
}

fn caveats(shared: &Shared<'_>) -> Markup {
    let caveats: Vec<String> = shared.runs.iter().flat_map(words::caveats).collect();
    if shared.runs.is_empty() {
        return Markup::default();
    }
    section(
        "Caveats",
        html! {
            @if caveats.is_empty() {
                p { "Nothing was seen that speaks against these numbers." }
            } @else {
                ul class="caveats" { @for caveat in &caveats { li { (caveat) } } }
            }
        },
    )
}

/// What the report is about.
fn heading(shared: &Shared<'_>) -> String {
    let runs = shared.single_runs().count();
    let sweeps = match shared.sweeps.len() {
        0 => None,
        n => Some(counted(n as u64, "sweep")),
    };
    let runs = match (runs, &sweeps) {
        (0, Some(_)) => None,
        (n, _) => Some(counted(n as u64, "run")),
    };
    format!(
        "Report of {}",
        sweeps
            .into_iter()
            .chain(runs)
            .collect::<Vec<_>>()
            .join(" and ")
    )
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars
        .next()
        .map(|first| first.to_uppercase().collect::<String>() + chars.as_str())
        .unwrap_or_default()
}

/// "1 run is", "3 runs are".
fn counted_are(n: usize) -> String {
    format!(
        "{} {}",
        counted(n as u64, "run"),
        if n == 1 { "is" } else { "are" }
    )
}
