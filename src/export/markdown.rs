//! A document in Markdown, with tables as GitHub understands them (<https://github.github.com/gfm/#tables-extension->).

use std::collections::BTreeSet;
use std::io::{self, Write};

use super::words;
use crate::analysis::shared::{Shared, SharedSweep};
use crate::present::run_table::{self, Room, TextTable};
use crate::present::table::Side;

/// Writes what came out, the tables, and what speaks against the numbers.
///
/// # Errors
/// What `out` refuses.
pub(super) fn write(shared: &Shared<'_>, out: &mut dyn Write) -> io::Result<()> {
    for sweep in &shared.sweeps {
        write_sweep(shared, sweep, out)?;
    }
    let single: Vec<_> = shared.single_runs().collect();
    if !single.is_empty() {
        writeln!(out, "## Runs\n")?;
        write_table(&run_table::runs(single.iter().copied(), Room::Wide), out)?;
        write_list(&words::works(single.iter().copied()), out)?;
        let verdicts: Vec<String> = single
            .iter()
            .map(|run| format!("#{}: {}", run.number, words::verdict(run)))
            .collect();
        write_list(&verdicts, out)?;
    } else if shared.sweeps.is_empty() {
        writeln!(out, "No run was measured.\n")?;
    }
    let caveats: Vec<String> = shared.runs.iter().flat_map(words::caveats).collect();
    if !caveats.is_empty() {
        writeln!(out, "## Caveats\n")?;
        write_list(&caveats, out)?;
    }
    write_printed(shared, out)?;
    for interpreter in words::interpreters(shared) {
        writeln!(out, "*{}*\n", escaped(&interpreter))?;
    }
    let machines: BTreeSet<String> = shared.provenances().map(words::measured_on).collect();
    for machine in machines {
        writeln!(out, "*{}*\n", escaped(&machine))?;
    }
    let days = words::days(shared)
        .map(|days| format!(", {days}"))
        .unwrap_or_default();
    writeln!(out, "*{}{}*", words::PROGRAM, escaped(&days))
}

fn write_sweep(
    shared: &Shared<'_>,
    sweep: &SharedSweep<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    writeln!(out, "## {}\n", escaped(&words::sweep_title(sweep)))?;
    writeln!(out, "{}\n", escaped(&words::conclusion(sweep)))?;
    write_table(
        &run_table::configurations(sweep.sweep, sweep.results, Room::Wide),
        out,
    )?;
    write_list(&words::works(shared.runs_of(sweep.sweep)), out)
}

/// What runs printed, as blocks of code: indented, as no text ends such a block.
fn write_printed(shared: &Shared<'_>, out: &mut dyn Write) -> io::Result<()> {
    for run in &shared.runs {
        let Some((heading, text)) = words::printed(run.record) else {
            continue;
        };
        writeln!(
            out,
            "## Printed by {} ({heading})\n",
            escaped(&words::title(run))
        )?;
        text.lines()
            .try_for_each(|line| writeln!(out, "    {line}"))?;
        writeln!(out)?;
    }
    Ok(())
}

fn write_list(lines: &[String], out: &mut dyn Write) -> io::Result<()> {
    lines
        .iter()
        .try_for_each(|line| writeln!(out, "- {}", escaped(line)))?;
    writeln!(out)
}

fn write_table(table: &TextTable, out: &mut dyn Write) -> io::Result<()> {
    let headings = table.columns.iter().map(|(heading, _)| escaped(heading));
    write_row(headings, out)?;
    let rules = table
        .columns
        .iter()
        .map(|(_, side)| if *side == Side::Left { ":---" } else { "---:" }.into());
    write_row(rules, out)?;
    for row in &table.rows {
        write_row(row.iter().map(|cell| escaped(cell)), out)?;
    }
    writeln!(out)
}

fn write_row(cells: impl Iterator<Item = String>, out: &mut dyn Write) -> io::Result<()> {
    for cell in cells {
        write!(out, "| {cell} ")?;
    }
    writeln!(out, "|")
}

/// Text that is only text: a backslash before every character that could mean something.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(
            c,
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#' | '~' | '&' | '$'
        ) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_text_neither_ends_a_cell_nor_begins_markup() {
        assert_eq!(
            escaped("a|b <script> *c* #1"),
            "a\\|b \\<script\\> \\*c\\* \\#1"
        );
    }
}
