//! What phases and models look like: the colours of the program's *safe* palette (Okabe and Ito, 2008), and for each a
//! pattern of its own, so that nothing is lost without colour.

use std::io;

use crate::catalog::model::Model;
use crate::domain::phase::Phase;
use crate::export::xml::Xml;

/// The colours of pictures on light ground. The HTML report has others for dark screens.
pub(in crate::export) const LIGHT: &str = include_str!("light.css");
/// The patterns of phases and models; their colours are classes.
const PATTERNS: &str = include_str!("patterns.xml");

/// Phases from the bottom of a lane to its top. What is idle is not drawn.
pub(super) const STACK: [Phase; 7] = [
    Phase::Computing,
    Phase::Ready,
    Phase::Gil,
    Phase::File,
    Phase::Network,
    Phase::Starting,
    Phase::Lost,
];

/// Writes the patterns, which a document needs once.
pub(in crate::export) fn define(xml: &mut Xml<'_>) -> io::Result<()> {
    xml.raw(PATTERNS)
}

/// The class of a phase's area.
pub(super) fn phase(phase: Phase) -> &'static str {
    match phase {
        Phase::Starting => "p-starting",
        Phase::Computing => "p-computing",
        Phase::Ready => "p-ready",
        Phase::Gil => "p-gil",
        Phase::Network => "p-network",
        Phase::File => "p-file",
        Phase::Idle => "row",
        Phase::Lost => "p-lost",
    }
}

/// The classes of a model's bars by the nth interpreter of a sweep: bars by the second have an outline, those by others a
/// dashed one.
pub(super) fn bars(model: Model, nth_interpreter: usize) -> String {
    let outline = match nth_interpreter {
        0 => "",
        1 => " another",
        _ => " third",
    };
    format!("{}{outline}", self::model(model))
}

/// The class of a model's bars.
fn model(model: Model) -> &'static str {
    match model {
        Model::Serial => "m-serial",
        Model::Threads => "m-threads",
        Model::GilThreads => "m-gil",
        Model::Processes => "m-processes",
        Model::Rayon => "m-rayon",
        Model::PythonThreads => "m-python-threads",
        Model::PythonProcesses => "m-python-processes",
        Model::PythonInterpreters => "m-python-interpreters",
        Model::PythonAsyncio => "m-python-asyncio",
    }
}

/// The class of a model's fitted curve.
pub(super) fn fitted(model: Model) -> &'static str {
    match model {
        Model::Serial => "fitted l-serial",
        Model::Threads => "fitted l-threads",
        Model::GilThreads => "fitted l-gil",
        Model::Processes => "fitted l-processes",
        Model::Rayon => "fitted l-rayon",
        Model::PythonThreads => "fitted l-python-threads",
        Model::PythonProcesses => "fitted l-python-processes",
        Model::PythonInterpreters => "fitted l-python-interpreters",
        Model::PythonAsyncio => "fitted l-python-asyncio",
    }
}
