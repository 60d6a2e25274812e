//! What the areas of a timeline mean: each phase's pattern with its name and its meaning.

use std::io;

use super::Attribute;
use super::ink;
use crate::domain::phase::Phase;
use crate::export::xml::Xml;

/// Two columns of entries.
const COLUMNS: usize = 2;
/// How wide each is, and how high a row.
const WIDE: usize = 500;
const ROW: u32 = 20;

/// How much room the legend takes.
pub(in crate::export) fn height(phases: &[Phase]) -> u32 {
    phases.len().div_ceil(COLUMNS) as u32 * ROW + 4
}

/// Draws it with its upper edge at 0.
pub(in crate::export) fn draw(phases: &[Phase], xml: &mut Xml<'_>) -> io::Result<()> {
    for (at, phase) in phases.iter().enumerate() {
        let (x, y) = (at % COLUMNS * WIDE, (at / COLUMNS) as u32 * ROW);
        let class = ink::phase(*phase);
        let swatch: [Attribute<'_>; 5] =
            [("x", &x), ("y", &(y + 3)), ("width", &28), ("height", &14), ("class", &class)];
        xml.empty("rect", &swatch)?;
        let words = format!("{}: {}", phase.name(), phase.meaning());
        xml.element("text", &[("x", &(x + 36)), ("y", &(y + 14)), ("class", &"small")], &words)?;
    }
    Ok(())
}
