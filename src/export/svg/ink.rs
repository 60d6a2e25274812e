//! What phases and models look like: the colours of the program's *safe* palette (Okabe and Ito, 2008), and for each a
//! pattern of its own, so that nothing is lost without colour.

use maud::PreEscaped;

use crate::catalog::model::Model;

/// The colours of pictures on light ground. The HTML report has others for dark screens.
pub(in crate::export) const LIGHT: PreEscaped<&str> = PreEscaped(include_str!("light.css"));
/// The patterns of phases and models, which a document needs once; their colours are classes.
pub(in crate::export) const PATTERNS: PreEscaped<&str> = PreEscaped(include_str!("patterns.xml"));

/// The classes of a model's bars by the nth interpreter of a sweep: bars by the second have an outline, those by others a
/// dashed one.
pub(super) fn bars(model: Model, nth_interpreter: usize) -> String {
    let outline = match nth_interpreter {
        0 => "",
        1 => " another",
        _ => " third",
    };
    format!("m-{}{outline}", model.name())
}
