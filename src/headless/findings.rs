//! What `doctor` prints.

use std::io::{IsTerminal, stdout};

use super::columns::{Side, aligned};
use crate::domain::machine::Finding;
use crate::domain::text;
use crate::shell::terminal;

/// How much of a foreign value is shown, in characters.
const MAX_SHOWN: usize = 200;

/// The terminal that the explorer would have: the one thing that only a shell can look at.
pub fn of_terminal() -> Finding {
    let topic = "terminal".to_string();
    match (stdout().is_terminal(), terminal::size()) {
        (true, Ok((columns, rows))) => Finding {
            topic,
            value: format!("{columns}×{rows}, TERM={}", term()),
            note: terminal::too_small(columns, rows),
        },
        _ => Finding {
            topic,
            value: "none: stdout is not one".into(),
            note: Some("the explorer needs one; run and doctor do not".into()),
        },
    }
}

fn term() -> String {
    std::env::var_os("TERM")
        .map_or_else(|| "(not set)".into(), |term| text::clean(&term.to_string_lossy(), 40))
}

/// The findings as lines.
pub fn render(findings: &[Finding]) -> String {
    let row = |finding: &Finding| {
        let note = finding.note.as_deref().unwrap_or_default();
        [&finding.topic, &finding.value, note].map(|cell| text::clean(cell, MAX_SHOWN)).to_vec()
    };
    aligned(&[Side::Left; 3], &findings.iter().map(row).collect::<Vec<_>>())
}
