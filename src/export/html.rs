//! The report: one file that a browser shows without any other file. It has no scripts and no external content, and a
//! policy that forbids both. It suits light and dark screens, paper and telephones.

mod method;

use std::{
    collections::BTreeSet,
    io::{self, Write},
};

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{
    markup,
    svg::{self, SvgPart, chart, timeline},
};
use crate::{
    analysis::shared::Shared,
    domain::{
        history::{RunEntry, SweepEntry},
        text::{clean, counted, duration},
    },
    present::{
        advice_table, claim_table, code, run_table,
        sentence::{advised, caveats, conclusion, document, fit, pitfall},
        table::{Side, Table},
    },
};

const STYLE: PreEscaped<&str> = PreEscaped(include_str!("html/style.css"));
/// The policy: nothing may be executed or fetched.
const META: PreEscaped<&str> = PreEscaped(
    "<meta charset=\"utf-8\"/>\
     <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\"/>\
     <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\
     <meta name=\"color-scheme\" content=\"light dark\"/>",
);
/// The maximum number of timelines. With more, the file would be too large for a telephone.
const TIMELINES_MAX: usize = 24;
/// The maximum number of columns of all lanes of all timelines together.
const CELLS: u32 = 90_000;
/// The maximum number of columns of one timeline.
const CELLS_OF_ONE: u32 = 30_000;
/// The maximum number of runs whose output is included; each output has up to 16 kB.
const PRINTED_MAX: usize = 24;
/// The maximum number of runs whose results are stated at the start.
const VERDICTS_MAX: usize = 12;

/// Writes the report.
///
/// # Errors
/// If writing to `out` fails.
pub(super) fn write(shared: &Shared<'_>, out: &mut dyn Write) -> io::Result<()> {
    let report = html! {
        (DOCTYPE)
        html xmlns="http://www.w3.org/1999/xhtml" lang="en" {
            head {
                (META)
                title { (heading(shared)) }
                style { (svg::LIGHT) (STYLE) }
            }
            body {
                // Every picture refers to these patterns.
                svg class="patterns" width="0" height="0" aria-hidden="true" { (svg::PATTERNS) }
                (title(shared))
                main {
                    (advice(shared))
                    (claims(shared))
                    (findings(shared))
                    @for sweep in &shared.sweeps { (swept(shared, sweep)) }
                    (runs(shared))
                    (timelines(shared))
                    (printed(shared))
                    (caveats(shared))
                    section {
                        h2 { "How it was measured" }
                        @for paragraph in method::paragraphs(shared) { p { (paragraph) } }
                    }
                }
                footer {
                    p { "Written by " (document::PROGRAM) ". This page needs no network and contains no scripts." }
                }
            }
        }
    };
    markup::write(report, out)
}

fn title(shared: &Shared<'_>) -> Markup {
    html! {
        header {
            p class="program" { "pconc-tui · concurrency and parallelism, measured" }
            h1 { (heading(shared)) }
            @for machine in document::machines(shared) { p class="machine" { (capitalised(&machine)) } }
            @for interpreter in document::interpreters(shared) { p class="machine" { (interpreter) } }
            @if let Some(days) = document::days(shared) { p class="machine" { (capitalised(&days)) } }
        }
    }
}

/// A section, which is left out if it is empty.
fn section(heading: &str, content: Markup) -> Markup {
    html! { @if !content.0.is_empty() { section { h2 { (heading) } (content) } } }
}

/// How to execute the calls of a function.
fn advice(shared: &Shared<'_>) -> Markup {
    let Some(advice) = shared.advice else {
        return Markup::default();
    };
    let sections = html! {
        p class="conclusion" { (advised::sentence(advice)) "." }
        @if let Some(code) = code::of(advice) { pre { (code) } }
        @if let Some(checked) = &advice.checked { p class="soft" { (advised::checked(checked)) "." } }
        h3 { "What was tried" }
        (table(&advice_table::tried(advice)))
        h3 { "Why" }
        ul class="caveats" { @for reason in advised::reasons(advice) { li { (reason) } } }
        @if !advice.pitfalls.is_empty() {
            h3 { "Pitfalls" }
            ul class="caveats" { @for of in &advice.pitfalls { li { (pitfall::sentences(of)) } } }
        }
    };
    section(&advised::title(advice), sections)
}

/// The article's claims with their verdicts.
fn claims(shared: &Shared<'_>) -> Markup {
    if shared.claims.is_empty() {
        return Markup::default();
    }
    let content = html! {
        (table(&claim_table::claims(&shared.claims)))
        @if !shared.controls.is_empty() {
            h3 { "Controls" }
            (table(&claim_table::controls(&shared.controls)))
        }
    };
    section("The claims", content)
}

/// The results in sentences.
fn findings(shared: &Shared<'_>) -> Markup {
    if shared.runs.is_empty() && shared.sweeps.is_empty() {
        let nothing = html! { p { "There is no run in this report." } };
        return section("Nothing was measured", nothing);
    }
    let more = shared.single_runs().count().saturating_sub(VERDICTS_MAX) as u64;
    let mut single = shared.single_runs().take(VERDICTS_MAX).peekable();
    section(
        "What came out",
        html! {
            @if single.peek().is_some() {
                ul class="findings" {
                    @for run in single {
                        li { strong { (document::verdict(shared, run)) } " " span { (document::title(run)) } }
                    }
                }
            }
            @if more > 0 { p { "and " (counted(more, "more run")) " below" } }
            @let patterns = document::patterns(shared, shared.single_runs().take(VERDICTS_MAX));
            @if !patterns.is_empty() {
                h3 { "Patterns" }
                ul class="caveats" { @for line in patterns { li { (line) } } }
            }
        },
    )
}

fn runs(shared: &Shared<'_>) -> Markup {
    let runs = run_table::runs(shared.single_runs());
    section(
        "Runs",
        html! {
            @if !runs.rows.is_empty() { (table(&runs)) }
            (works(shared.single_runs()))
        },
    )
}

/// What the tasks did.
fn works<'r>(runs: impl Iterator<Item = &'r RunEntry>) -> Markup {
    html! { @for work in document::works(runs) { p class="soft" { (work) } } }
}

fn swept(shared: &Shared<'_>, sweep: &SweepEntry) -> Markup {
    let parts = run_table::runs(shared.runs_of(&sweep.sweep));
    section(
        &document::sweep_title(sweep),
        html! {
            p class="conclusion" { (conclusion::of_entry(sweep)) }
            @for (title, picture) in chart::all(shared, sweep) { (figure(&title, &picture)) }
            h3 { "Configurations" }
            (table(&run_table::configurations(&sweep.sweep, &sweep.results)))
            (works(shared.runs_of(&sweep.sweep)))
            @for fit in fit::all(&sweep.results.series) { p { (fit) } }
            details {
                summary { "All " (counted(parts.rows.len() as u64, "run")) }
                (table(&parts))
            }
        },
    )
}

/// A picture that is as wide as the page.
fn figure(about: &str, SvgPart { height, content }: &SvgPart) -> Markup {
    html! {
        figure {
            svg xmlns="http://www.w3.org/2000/svg" viewBox={ "0 0 " (svg::WIDTH) " " (height) } class="picture" role="img"
                aria-label=(about) { (content) }
        }
    }
}

fn table(table: &Table) -> Markup {
    let class = |side: Side| {
        if side == Side::Left { "text" } else { "number" }
    };
    html! {
        div class="wide" {
            table {
                thead {
                    tr { @for of in &table.columns { th class=(class(of.side)) { (of.heading) } } }
                }
                tbody {
                    @for row in &table.rows {
                        tr {
                            @for (of, cell) in table.columns.iter().zip(row) { td class=(class(of.side)) { (cell) } }
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
    let left_out = shared.runs.len() - drawn.len();
    section(
        "Timelines",
        html! {
            (figure("what the areas mean", &timeline::legend(&drawn)))
            @for run in &drawn { (timeline(shared, run, &drawn, cells)) }
            @if left_out > 0 {
                p class="soft" {
                    (counted(left_out as u64, "run")) (if left_out == 1 { " is" } else { " are" })
                    " not drawn: sweeps show their typical runs, and old timelines are not kept for ever"
                }
            }
        },
    )
}

/// The single runs that have a trace, and the median runs of each sweep for serial and for the best configuration.
fn drawn<'a>(shared: &Shared<'a>) -> Vec<&'a RunEntry> {
    let single = shared.single_runs().map(|run| &run.record.id);
    let typical = shared.sweeps.iter().flat_map(|sweep| {
        let of = |at: usize| Some(&sweep.results.summaries[at].as_ref()?.median_run);
        let wanted = [Some(0), sweep.results.best];
        wanted.into_iter().flatten().filter_map(of)
    });
    let wanted: BTreeSet<&String> = single.chain(typical).collect();
    let is_drawn =
        |run: &&RunEntry| run.loaded_trace().is_some() && wanted.contains(&run.record.id);
    let drawn = shared.runs.iter().copied().filter(is_drawn);
    drawn.take(TIMELINES_MAX).collect()
}

fn timeline(shared: &Shared<'_>, run: &RunEntry, among: &[&RunEntry], cells: u32) -> Markup {
    let (title, record) = (document::title(run), &run.record);
    let numbers = format!(
        "{} · {:.1} tasks in flight and {:.2} cores in use, on average · {} UTC",
        duration(record.times.wall_s),
        record.times.concurrency,
        record.times.parallelism,
        clean(&record.started_at, 19).replacen('T', " ", 1)
    );
    html! {
        article {
            h3 { (title) }
            p class="verdict" { (document::verdict(shared, run)) }
            @if let Some(picture) = timeline::of(run, among, cells) {
                (figure(&format!("timeline of {title}"), &picture))
            }
            p class="soft" { (numbers) }
            @if let Some(costs) = document::python_costs(record) { p class="soft" { (costs) } }
            @if run.loaded_trace().is_some_and(|trace| trace.is_thinned) {
                p class="soft" { "The timeline was thinned to save memory; all numbers are exact." }
            }
        }
    }
}

/// What runs wrote to standard output and standard error, as text.
fn printed(shared: &Shared<'_>) -> Markup {
    let printed = |run: &&RunEntry| Some((document::title(run), document::printed(&run.record)?));
    let printed = shared.runs.iter().filter_map(printed).take(PRINTED_MAX);
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
    let caveats = caveats::of_runs(&shared.runs);
    section(
        "Caveats",
        html! {
            @if !caveats.is_empty() {
                ul class="caveats" { @for caveat in caveats { li { (caveat) } } }
            } @else if !shared.runs.is_empty() {
                p { "No caveats." }
            }
        },
    )
}

fn heading(shared: &Shared<'_>) -> String {
    let (runs, sweeps) = (shared.single_runs().count(), shared.sweeps.len());
    let parts = [
        (sweeps > 0).then(|| counted(sweeps as u64, "sweep")),
        (runs > 0 || sweeps == 0).then(|| counted(runs as u64, "run")),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    format!("Report of {}", parts.join(" and "))
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().into_iter().flat_map(char::to_uppercase);
    first.chain(chars).collect()
}
