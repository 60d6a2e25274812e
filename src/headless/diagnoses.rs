//! What `doctor` prints.

use std::io::{IsTerminal, stdout};

use crate::domain::look::{self, Look};
use crate::domain::machine::Diagnosis;
use crate::domain::text;
use crate::present::table::{Side, aligned};
use crate::shell::{spelling, terminal};

/// How much of a foreign value is shown, in characters.
const MAX_SHOWN: usize = 200;

/// The terminal that the explorer would have, with its colours and characters: what only a shell can look at.
pub fn of_terminal(ascii: bool) -> [Diagnosis; 3] {
    let look = spelling::look(Look {
        ascii,
        ..Look::default()
    });
    let why = ["NO_COLOR", "COLORTERM", "TERM"].map(|name| setting(name, spelling::variable(name)));
    let colors = Diagnosis {
        topic: "colours".into(),
        value: look.colors.description().into(),
        note: Some(why.into_iter().flatten().collect::<Vec<_>>().join(", ")),
    };
    [size(), colors, characters(look.ascii, ascii)]
}

fn characters(is_ascii: bool, asked: bool) -> Diagnosis {
    let locale =
        look::locale(spelling::variable).and_then(|(name, value)| setting(name, Some(value)));
    let because = if asked {
        "--ascii".into()
    } else {
        locale.unwrap_or_else(|| "no locale is set".into())
    };
    Diagnosis {
        topic: "characters".into(),
        value: if is_ascii { "ASCII" } else { "UTF-8" }.into(),
        note: Some(because),
    }
}

/// A variable as it is set.
fn setting(name: &str, value: Option<String>) -> Option<String> {
    value
        .filter(|value| !value.is_empty())
        .map(|value| format!("{name}={}", text::clean(&value, 40)))
}

fn size() -> Diagnosis {
    let topic = "terminal".to_string();
    match (stdout().is_terminal(), terminal::size()) {
        (true, Ok((columns, rows))) => Diagnosis {
            topic,
            value: format!("{columns}×{rows}"),
            note: terminal::too_small(columns, rows),
        },
        _ => Diagnosis {
            topic,
            value: "none: stdout is not one".into(),
            note: Some("the explorer needs one; run and doctor do not".into()),
        },
    }
}

/// The diagnoses as lines.
pub fn render(diagnoses: &[Diagnosis]) -> String {
    let row = |diagnosis: &Diagnosis| {
        let note = diagnosis.note.as_deref().unwrap_or_default();
        [&diagnosis.topic, &diagnosis.value, note]
            .map(|cell| text::clean(cell, MAX_SHOWN))
            .to_vec()
    };
    aligned(
        &[Side::Left; 3],
        &diagnoses.iter().map(row).collect::<Vec<_>>(),
    )
}
