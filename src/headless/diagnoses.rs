//! The output of `doctor`.

use std::io::{IsTerminal, stdout};

use crate::{
    domain::{
        look::{self, Look},
        machine::Diagnosis,
        text,
    },
    present::table::{Column, Side, Table},
    shell::{spelling, terminal},
};

/// The maximum length of an untrusted value, in characters.
const MAX_SHOWN: usize = 200;

/// The terminal in which the explorer would run, with its colours and characters. The engine cannot examine these.
pub fn of_terminal(ascii: bool) -> [Diagnosis; 3] {
    let asked = Look {
        ascii,
        ..Look::default()
    };
    let look = asked.resolved(spelling::variable);
    let size = match terminal::size() {
        Ok((columns, rows)) if stdout().is_terminal() => (
            format!("{columns}×{rows}"),
            terminal::too_small(columns, rows),
        ),
        _ => (
            "none: stdout is not one".into(),
            Some("needed by the explorer only".into()),
        ),
    };
    let why = ["NO_COLOR", "COLORTERM", "TERM"].map(|name| setting(name, spelling::variable(name)));
    let why = why.into_iter().flatten().collect::<Vec<_>>().join(", ");
    let characters = if look.ascii { "ASCII" } else { "UTF-8" };
    let locale = look::locale(spelling::variable);
    let because = match locale.and_then(|(name, value)| setting(name, Some(value))) {
        _ if ascii => "--ascii".into(),
        _ if look::is_console(spelling::variable) => {
            "the console's fonts lack the other marks".into()
        }
        Some(locale) => locale,
        None => "no locale is set".into(),
    };
    [
        ("terminal", size),
        ("colours", (look.colors.description().into(), Some(why))),
        ("characters", (characters.into(), Some(because))),
    ]
    .map(|(topic, (value, note))| Diagnosis {
        topic: topic.into(),
        value,
        note,
    })
}

/// A variable and its value, if it is set.
fn setting(name: &str, value: Option<String>) -> Option<String> {
    value
        .filter(|value| !value.is_empty())
        .map(|value| format!("{name}={}", text::clean(&value, 40)))
}

/// The diagnoses as lines of this width.
pub fn render(diagnoses: &[Diagnosis], room: usize) -> String {
    let row = |diagnosis: &Diagnosis| {
        let note = diagnosis.note.as_deref().unwrap_or_default();
        [&diagnosis.topic, &diagnosis.value, note]
            .map(|cell| text::clean(cell, MAX_SHOWN))
            .to_vec()
    };
    let columns = vec![Column::new("", Side::Left, 0); 3];
    let rows = diagnoses.iter().map(row).collect();
    Table { columns, rows }.lines(room)
}
