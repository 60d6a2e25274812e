//! Checks whether there is a terminal with enough room for the explorer.

use std::io::{self, IsTerminal};

use crossterm::terminal::window_size;

use super::spelling::variable;

/// The smallest terminal that has a layout, in columns and rows.
const SMALLEST: (u16, u16) = (60, 16);

/// Checks whether the explorer can be shown here.
///
/// # Errors
/// If it cannot; the sentence says why, and what would help.
pub fn check() -> Result<(), String> {
    for (is_terminal, name) in [
        (io::stdin().is_terminal(), "stdin"),
        (io::stdout().is_terminal(), "stdout"),
    ] {
        if !is_terminal {
            return Err(format!(
                "the explorer needs a terminal, and {name} is not one; use pconc-tui run instead"
            ));
        }
    }
    let (columns, rows) =
        size().map_err(|error| format!("the terminal does not report its size: {error}"))?;
    too_small(columns, rows).map_or(Ok(()), Err)
}

/// The columns and rows of the terminal.
///
/// # Errors
/// If there is no terminal.
pub fn size() -> io::Result<(u16, u16)> {
    // Not `crossterm::terminal::size`, which starts another program if the system does not know the size.
    window_size().map(|size| (size.columns, size.rows))
}

/// The maximum width of text for people: `COLUMNS` if it is set, otherwise the width of the terminal if stdout is one.
/// Text that goes to a file or another program has no limit.
pub fn room() -> usize {
    let wanted = variable("COLUMNS").and_then(|columns| columns.parse().ok());
    let of_terminal = || {
        let (columns, _) = size().ok().filter(|_| io::stdout().is_terminal())?;
        Some(usize::from(columns))
    };
    let is_known = |columns: &usize| *columns > 0;
    let wanted = wanted.filter(is_known);
    wanted
        .or_else(|| of_terminal().filter(is_known))
        .unwrap_or(usize::MAX)
}

/// Why a terminal of this size is too small for the explorer, in one sentence; `None` if it is large enough.
pub fn too_small(columns: u16, rows: u16) -> Option<String> {
    (columns < SMALLEST.0 || rows < SMALLEST.1).then(|| {
        format!(
            "the explorer needs a terminal of at least {}×{}, and this one has {columns}×{rows}; \
             enlarge it, or use pconc-tui run instead",
            SMALLEST.0, SMALLEST.1
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_that_is_too_small_is_refused_with_both_sizes() {
        assert_eq!(too_small(60, 16), None);
        for (columns, rows) in [(59, 16), (60, 15), (0, 0)] {
            let sentence = too_small(columns, rows).unwrap();
            assert!(sentence.contains("60×16") && sentence.contains(&format!("{columns}×{rows}")));
        }
    }
}
