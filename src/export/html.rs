//! The report: one file that a browser shows without anything else. No scripts, nothing from elsewhere, and a policy that
//! forbids both; light and dark, on paper and on a telephone.
//!
//! It is XHTML in spelling, so that parsers of HTML and of XML accept it.

mod method;

use std::collections::BTreeSet;
use std::io::{self, Write};

use super::svg::legend::{self, Legend};
use super::svg::timeline::Timeline;
use super::svg::{self, ink};
use super::tables::{self, Side, Table};
use super::xml::Xml;
use super::{charts, words};
use crate::domain::share::{Shared, SharedRun, SharedSweep};
use crate::domain::text::{counted, duration};
use crate::domain::time::Nanos;

const STYLE: &str = include_str!("html/style.css");
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
    out.write_all(b"<!DOCTYPE html>\n")?;
    let mut report = Report {
        shared,
        xml: Xml::new(out),
    };
    report.xml.begin(
        "html",
        &[("xmlns", &"http://www.w3.org/1999/xhtml"), ("lang", &"en")],
    )?;
    report.head()?;
    report.xml.begin("body", &[])?;
    report.patterns()?;
    report.title()?;
    report.xml.begin("main", &[])?;
    report.findings()?;
    shared
        .sweeps
        .iter()
        .try_for_each(|sweep| report.sweep(sweep))?;
    report.runs()?;
    report.timelines()?;
    report.printed()?;
    report.caveats()?;
    report.method()?;
    report.xml.end()?;
    report.footer()?;
    report.xml.end()?;
    report.xml.end()
}

struct Report<'a, 'b> {
    shared: &'a Shared<'a>,
    xml: Xml<'b>,
}

impl<'a> Report<'a, '_> {
    fn head(&mut self) -> io::Result<()> {
        let xml = &mut self.xml;
        xml.begin("head", &[])?;
        xml.empty("meta", &[("charset", &"utf-8")])?;
        let policy = "default-src 'none'; style-src 'unsafe-inline'";
        xml.empty(
            "meta",
            &[
                ("http-equiv", &"Content-Security-Policy"),
                ("content", &policy),
            ],
        )?;
        xml.empty(
            "meta",
            &[
                ("name", &"viewport"),
                ("content", &"width=device-width, initial-scale=1"),
            ],
        )?;
        xml.empty(
            "meta",
            &[("name", &"color-scheme"), ("content", &"light dark")],
        )?;
        xml.empty(
            "meta",
            &[("name", &"generator"), ("content", &words::PROGRAM)],
        )?;
        xml.element("title", &[], &heading(self.shared))?;
        xml.begin("style", &[])?;
        xml.raw(ink::LIGHT)?;
        xml.raw(STYLE)?;
        xml.end()?;
        xml.end()
    }

    /// Every picture refers to these.
    fn patterns(&mut self) -> io::Result<()> {
        self.xml.begin(
            "svg",
            &[
                ("class", &"patterns"),
                ("width", &0),
                ("height", &0),
                ("aria-hidden", &"true"),
            ],
        )?;
        ink::define(&mut self.xml)?;
        self.xml.end()
    }

    fn title(&mut self) -> io::Result<()> {
        self.xml.begin("header", &[])?;
        self.xml.element(
            "p",
            &[("class", &"program")],
            &"pconc-tui · concurrency and parallelism, measured",
        )?;
        self.xml.element("h1", &[], &heading(self.shared))?;
        let machines: BTreeSet<String> =
            self.shared.provenances().map(words::measured_on).collect();
        for machine in machines {
            self.xml
                .element("p", &[("class", &"machine")], &capitalised(&machine))?;
        }
        for interpreter in words::interpreters(self.shared) {
            self.xml
                .element("p", &[("class", &"machine")], &interpreter)?;
        }
        if let Some(days) = words::days(self.shared) {
            self.xml
                .element("p", &[("class", &"machine")], &capitalised(&days))?;
        }
        self.xml.end()
    }

    fn section(
        &mut self,
        heading: &str,
        content: impl FnOnce(&mut Self) -> io::Result<()>,
    ) -> io::Result<()> {
        self.xml.begin("section", &[])?;
        self.xml.element("h2", &[], &heading)?;
        content(self)?;
        self.xml.end()
    }

    /// What came out, in sentences.
    fn findings(&mut self) -> io::Result<()> {
        let single: Vec<&SharedRun<'a>> = self.shared.single_runs().collect();
        if single.is_empty() && self.shared.sweeps.is_empty() {
            return self.section("Nothing was measured", |report| {
                report
                    .xml
                    .element("p", &[], &"There is no run in this report.")
            });
        }
        if single.is_empty() {
            return Ok(());
        }
        self.section("What came out", |report| {
            report.xml.begin("ul", &[("class", &"findings")])?;
            for run in single.iter().take(VERDICTS_MAX) {
                report.xml.begin("li", &[])?;
                report.xml.element("strong", &[], &words::verdict(run))?;
                report.xml.element("span", &[], &words::title(run))?;
                report.xml.end()?;
            }
            report.xml.end()?;
            let more = single.len().saturating_sub(VERDICTS_MAX);
            if more > 0 {
                report.xml.element(
                    "p",
                    &[],
                    &format!("and {} below", counted(more as u64, "more run")),
                )?;
            }
            Ok(())
        })
    }

    fn runs(&mut self) -> io::Result<()> {
        let table = tables::runs(self.shared.single_runs());
        if table.rows.is_empty() {
            return Ok(());
        }
        self.section("Runs", |report| {
            report.table(&table)?;
            report.works(report.shared.single_runs())
        })
    }

    /// What the tasks did.
    fn works<'r>(&mut self, runs: impl Iterator<Item = &'r SharedRun<'r>>) -> io::Result<()> {
        words::works(runs)
            .iter()
            .try_for_each(|work| self.xml.element("p", &[("class", &"soft")], work))
    }

    fn sweep(&mut self, sweep: &SharedSweep<'_>) -> io::Result<()> {
        self.section(&words::sweep_title(sweep), |report| {
            report
                .xml
                .element("p", &[("class", &"conclusion")], &sweep.results.conclusion)?;
            for chart in charts::of(sweep) {
                report.figure(chart.height(), &chart.title, |xml| chart.draw(xml))?;
            }
            report.xml.element("h3", &[], &"Configurations")?;
            report.table(&tables::summaries(sweep))?;
            report.works(report.shared.runs_of(sweep.sweep))?;
            words::fits(sweep)
                .iter()
                .try_for_each(|fit| report.xml.element("p", &[], fit))?;
            let parts = tables::runs(report.shared.runs_of(sweep.sweep));
            report.xml.begin("details", &[])?;
            report.xml.element(
                "summary",
                &[],
                &format!("All {}", counted(parts.rows.len() as u64, "run")),
            )?;
            report.table(&parts)?;
            report.xml.end()
        })
    }

    /// A picture that is as wide as the page, whatever that is.
    fn figure(
        &mut self,
        height: u32,
        about: &str,
        draw: impl FnOnce(&mut Xml<'_>) -> io::Result<()>,
    ) -> io::Result<()> {
        self.xml.begin("figure", &[])?;
        let view = format!("0 0 {} {height}", svg::WIDTH);
        self.xml.begin(
            "svg",
            &[
                ("xmlns", &"http://www.w3.org/2000/svg"),
                ("viewBox", &view),
                ("class", &"picture"),
                ("role", &"img"),
                ("aria-label", &about),
            ],
        )?;
        draw(&mut self.xml)?;
        self.xml.end()?;
        self.xml.end()
    }

    fn table(&mut self, table: &Table) -> io::Result<()> {
        self.xml.begin("div", &[("class", &"wide")])?;
        self.xml.begin("table", &[])?;
        self.xml.begin("thead", &[])?;
        self.row(
            "th",
            table,
            table.columns.iter().map(|(heading, _)| *heading),
        )?;
        self.xml.end()?;
        self.xml.begin("tbody", &[])?;
        for row in &table.rows {
            self.row("td", table, row.iter().map(String::as_str))?;
        }
        self.xml.end()?;
        self.xml.end()?;
        self.xml.end()
    }

    fn row<'c>(
        &mut self,
        kind: &'static str,
        table: &Table,
        cells: impl Iterator<Item = &'c str>,
    ) -> io::Result<()> {
        self.xml.begin("tr", &[])?;
        for ((_, side), cell) in table.columns.iter().zip(cells) {
            let class = if *side == Side::Right {
                "number"
            } else {
                "text"
            };
            self.xml.element(kind, &[("class", &class)], &cell)?;
        }
        self.xml.end()
    }

    fn timelines(&mut self) -> io::Result<()> {
        let drawn = self.drawn();
        if drawn.is_empty() {
            return Ok(());
        }
        let cells = (CELLS / drawn.len() as u32).min(CELLS_OF_ONE);
        self.section("Timelines", |report| {
            let legend = Legend::of(drawn.iter().copied());
            report
                .figure(legend::height(&legend), "what the areas mean", |xml| legend::draw(&legend, xml))?;
            for run in &drawn {
                let until = svg::end_of_axis(run, &drawn);
                report.timeline(run, until, cells)?;
            }
            let left_out = report.shared.runs.len() - drawn.len();
            if left_out == 0 {
                return Ok(());
            }
            let words = format!(
                "{} not drawn: sweeps show their typical runs, and old timelines are not kept for ever",
                counted_are(left_out)
            );
            report.xml.element("p", &[("class", &"soft")], &words)
        })
    }

    /// The single runs that have a picture, and the typical ones of each sweep: of serial, and of the best configuration.
    fn drawn(&self) -> Vec<&'a SharedRun<'a>> {
        let single = self.shared.single_runs().map(|run| run.record.id.as_str());
        let typical = self.shared.sweeps.iter().flat_map(|sweep| {
            let results = sweep.results;
            let of =
                |index: usize| Some(results.summaries.get(index)?.as_ref()?.median_run.as_str());
            [Some(0), results.best.filter(|best| *best > 0)]
                .into_iter()
                .flatten()
                .filter_map(of)
        });
        let wanted: BTreeSet<&str> = single.chain(typical).collect();
        let is_drawn =
            |run: &&SharedRun<'_>| run.trace.is_some() && wanted.contains(run.record.id.as_str());
        self.shared
            .runs
            .iter()
            .filter(is_drawn)
            .take(TIMELINES_MAX)
            .collect()
    }

    fn timeline(&mut self, run: &SharedRun<'_>, until: Nanos, cells: u32) -> io::Result<()> {
        let Some(trace) = run.trace else {
            return Ok(());
        };
        let timeline = Timeline::new(trace, until, cells);
        self.xml.begin("article", &[])?;
        self.xml.element("h3", &[], &words::title(run))?;
        self.xml
            .element("p", &[("class", &"verdict")], &words::verdict(run))?;
        let about = format!("timeline of {}", words::title(run));
        self.figure(timeline.height(), &about, |xml| timeline.draw(xml))?;
        let record = run.record;
        let numbers = format!(
            "{} · {:.1} tasks in flight and {:.2} workers on a core, on average · {}",
            duration(record.wall_s),
            record.concurrency,
            record.parallelism,
            words::moment(record)
        );
        self.xml.element("p", &[("class", &"soft")], &numbers)?;
        if let Some(costs) = words::python_costs(record) {
            self.xml.element("p", &[("class", &"soft")], &costs)?;
        }
        if trace.is_thinned() {
            self.xml.element(
                "p",
                &[("class", &"soft")],
                &"The picture was made poorer to save memory; all numbers are exact.",
            )?;
        }
        self.xml.end()
    }

    /// What runs wrote to their standard and error output, as text.
    fn printed(&mut self) -> io::Result<()> {
        let printed: Vec<_> = self
            .shared
            .runs
            .iter()
            .filter_map(|run| Some((words::title(run), words::printed(run.record)?)))
            .take(PRINTED_MAX)
            .collect();
        if printed.is_empty() {
            return Ok(());
        }
        self.section("What was printed", |report| {
            printed.iter().try_for_each(|(title, (heading, text))| {
                report.xml.begin("details", &[])?;
                report
                    .xml
                    .element("summary", &[], &format!("{title}: {heading}"))?;
                report.xml.lines("pre", text)?;
                report.xml.end()
            })
        })
    }

    fn caveats(&mut self) -> io::Result<()> {
        let caveats: Vec<String> = self.shared.runs.iter().flat_map(words::caveats).collect();
        if self.shared.runs.is_empty() {
            return Ok(());
        }
        self.section("Caveats", |report| {
            if caveats.is_empty() {
                return report.xml.element(
                    "p",
                    &[],
                    &"Nothing was seen that speaks against these numbers.",
                );
            }
            report.list("caveats", &caveats)
        })
    }

    fn list(&mut self, class: &str, lines: &[String]) -> io::Result<()> {
        self.xml.begin("ul", &[("class", &class)])?;
        lines
            .iter()
            .try_for_each(|line| self.xml.element("li", &[], line))?;
        self.xml.end()
    }

    fn method(&mut self) -> io::Result<()> {
        self.section("How it was measured", |report| {
            method::paragraphs(report.shared)
                .iter()
                .try_for_each(|paragraph| report.xml.element("p", &[], paragraph))
        })
    }

    fn footer(&mut self) -> io::Result<()> {
        let words = format!(
            "Written by {}. This page needs no network and contains no scripts.",
            words::PROGRAM
        );
        self.xml.begin("footer", &[])?;
        self.xml.element("p", &[], &words)?;
        self.xml.end()
    }
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
