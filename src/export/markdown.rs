//! A document in Markdown, with tables of GitHub's dialect (<https://github.github.com/gfm/#tables-extension->).

use std::io::{self, Write};

use crate::{
    analysis::{advised::Advised, shared::Shared},
    domain::history::{RunEntry, SweepEntry},
    present::{
        advice_table, claim_table, code, run_table,
        sentence::{advised, caveats, conclusion, document, pitfall},
        table::{Side, Table},
    },
};

/// Writes the results, the tables, and the caveats.
///
/// # Errors
/// If writing to `out` fails.
pub(super) fn write(shared: &Shared<'_>, out: &mut dyn Write) -> io::Result<()> {
    if let Some(advice) = shared.advice {
        write_advice(advice, out)?;
    }
    if !shared.claims.is_empty() {
        writeln!(out, "## Claims\n")?;
        write_table(&claim_table::claims(&shared.claims), out)?;
    }
    if !shared.controls.is_empty() {
        writeln!(out, "## Controls\n")?;
        write_table(&claim_table::controls(&shared.controls), out)?;
    }
    for sweep in &shared.sweeps {
        write_sweep(shared, sweep, out)?;
    }
    let single: Vec<_> = shared.single_runs().collect();
    if !single.is_empty() {
        writeln!(out, "## Runs\n")?;
        write_table(&run_table::runs(single.iter().copied()), out)?;
        write_list(document::works(single.iter().copied()), out)?;
        let verdict =
            |run: &&RunEntry| format!("#{}: {}", run.number, document::verdict(shared, run));
        write_list(single.iter().map(verdict), out)?;
        let patterns = document::patterns(shared, single.iter().copied());
        if !patterns.is_empty() {
            writeln!(out, "## Patterns\n")?;
            write_list(patterns, out)?;
        }
    } else if shared.sweeps.is_empty() {
        writeln!(out, "No run was measured.\n")?;
    }
    let caveats = caveats::of_runs(&shared.runs);
    if !caveats.is_empty() {
        writeln!(out, "## Caveats\n")?;
        write_list(caveats, out)?;
    }
    write_printed(shared, out)?;
    let interpreters = document::interpreters(shared).into_iter();
    for line in interpreters.chain(document::machines(shared)) {
        writeln!(out, "*{}*\n", escaped(&line))?;
    }
    writeln!(out, "*{}*", escaped(&document::written_by(shared)))
}

fn write_advice(advice: &Advised, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "## {}\n", escaped(&advised::title(advice)))?;
    writeln!(out, "**{}.**\n", escaped(&advised::sentence(advice)))?;
    if let Some(code) = code::of(advice) {
        match advice.subject.is_command() {
            // A block that is indented cannot be closed by its content.
            true => write_indented(&code, out)?,
            // The code has no line that could close the block.
            false => writeln!(out, "```python\n{code}```\n")?,
        }
    }
    if let Some(checked) = &advice.checked {
        writeln!(out, "{}.\n", escaped(&advised::checked(checked)))?;
    }
    writeln!(out, "### What was tried\n")?;
    write_table(&advice_table::tried(advice), out)?;
    writeln!(out, "### Why\n")?;
    write_list(advised::reasons(advice), out)?;
    if !advice.pitfalls.is_empty() {
        writeln!(out, "### Pitfalls\n")?;
        write_list(advice.pitfalls.iter().map(pitfall::sentences), out)?;
    }
    Ok(())
}

fn write_indented(text: &str, out: &mut dyn Write) -> io::Result<()> {
    for line in text.lines() {
        writeln!(out, "    {line}")?;
    }
    writeln!(out)
}

fn write_sweep(shared: &Shared<'_>, sweep: &SweepEntry, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "## {}\n", escaped(&document::sweep_title(sweep)))?;
    writeln!(out, "{}\n", escaped(&conclusion::of_entry(sweep)))?;
    write_table(
        &run_table::configurations(&sweep.sweep, &sweep.results),
        out,
    )?;
    write_list(document::works(shared.runs_of(&sweep.sweep)), out)
}

/// Writes the output of runs as code blocks. They are indented, because such a block cannot be closed by its content.
fn write_printed(shared: &Shared<'_>, out: &mut dyn Write) -> io::Result<()> {
    for run in &shared.runs {
        let Some((heading, text)) = document::printed(&run.record) else {
            continue;
        };
        writeln!(
            out,
            "## Printed by {} ({heading})\n",
            escaped(&document::title(run))
        )?;
        text.lines()
            .try_for_each(|line| writeln!(out, "    {line}"))?;
        writeln!(out)?;
    }
    Ok(())
}

fn write_list(lines: impl IntoIterator<Item = String>, out: &mut dyn Write) -> io::Result<()> {
    for line in lines {
        writeln!(out, "- {}", escaped(&line))?;
    }
    writeln!(out)
}

fn write_table(table: &Table, out: &mut dyn Write) -> io::Result<()> {
    let rule = |side| if side == Side::Left { ":---" } else { "---:" };
    let (headings, rules): (Vec<String>, Vec<String>) = table
        .columns
        .iter()
        .map(|of| (escaped(&of.heading), rule(of.side).to_string()))
        .unzip();
    let cells = |row: &Vec<String>| row.iter().map(|cell| escaped(cell)).collect();
    let rows = table.rows.iter().map(cells);
    for row in [headings, rules].into_iter().chain(rows) {
        writeln!(out, "| {} |", row.join(" | "))?;
    }
    writeln!(out)
}

/// Plain text: a backslash comes before every character that has a meaning in Markdown.
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
    fn untrusted_text_neither_ends_a_cell_nor_starts_markup() {
        assert_eq!(
            escaped("a|b <script> *c* #1"),
            "a\\|b \\<script\\> \\*c\\* \\#1"
        );
    }
}
