//! Texts of `assets/help`, as sections.
//!
//! They are Markdown of a few forms: a title, sections, paragraphs, and lists of `- **term**: explanation`. Braces
//! stand for texts of a catalogue (`{phases}`, `{how:ready}`) or, after a term, for its look (`**█**{parallelism}`).

use crate::{
    app::screens::{
        history::columns::COLUMNS,
        reading::{Section, TextEntry},
    },
    catalog::{
        caveat::{CAVEATS, CaveatKind},
        metric::{COMPARISON, DETAILS, METRICS, metric_named},
        model::Model,
        parameter::{Parameter, REPEATS, TASKS, WORKERS},
        pattern::PATTERNS,
        workload::Workload,
    },
    domain::phase::Phase,
    ui::text::{TextPart, TextStyle},
};

/// The title of a text.
pub(crate) fn title(text: &'static str) -> &'static str {
    let first = text.lines().next().unwrap_or_default();
    first.trim_start_matches("# ")
}

/// The sections of a text.
pub(crate) fn sections(text: &'static str) -> Vec<Section> {
    let sections = text.split("\n## ").skip(1);
    sections
        .map(|section| {
            let (heading, body) = section.split_once('\n').unwrap_or((section, ""));
            Section::new(heading, body.split("\n\n").flat_map(block).collect())
        })
        .collect()
}

/// A paragraph, or a list.
fn block(text: &'static str) -> Vec<TextEntry> {
    let text = text.trim();
    match text.strip_prefix("- ") {
        _ if text.is_empty() => vec![],
        None => vec![TextEntry::plain(in_a_line(text))],
        Some(list) => list.split("\n- ").flat_map(item).collect(),
    }
}

fn in_a_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn item(text: &'static str) -> Vec<TextEntry> {
    let Some((term, said)) = text
        .strip_prefix("**")
        .and_then(|text| text.split_once("**"))
    else {
        return listed(in_braces(text).unwrap_or(text));
    };
    let (look, said) = said
        .split_once(": ")
        .or(said.split_once(":\n"))
        .unwrap_or(("", said));
    let look = match in_braces(look) {
        None => TextStyle::Strong,
        Some("concurrency") => TextStyle::Concurrency,
        Some("parallelism") => TextStyle::Parallelism,
        Some(phase) => phase_named(phase).map_or(TextStyle::Plain, TextStyle::Phase),
    };
    let said = in_braces(said).map_or_else(|| in_a_line(said), meaning);
    vec![TextEntry {
        term: vec![TextPart::new(term, look)],
        explanation: said.into(),
    }]
}

fn in_braces(text: &str) -> Option<&str> {
    text.trim().strip_prefix('{')?.strip_suffix('}')
}

fn phase_named(name: &str) -> Option<Phase> {
    Phase::MEASURED
        .into_iter()
        .find(|phase| phase.name() == name)
}

/// How a phase is measured, or what a number means.
fn meaning(name: &str) -> String {
    match name.split_once(':') {
        Some(("how", phase)) => phase_named(phase).map_or("", Phase::how).into(),
        Some(("metric", id)) => metric_named(id).explanation(),
        _ => name.into(),
    }
}

/// The entries of a catalogue under this name.
fn listed(name: &'static str) -> Vec<TextEntry> {
    match name {
        "phases" => Phase::MEASURED
            .into_iter()
            .chain([Phase::Lost])
            .map(TextEntry::phase)
            .collect(),
        "measured phases" => Phase::MEASURED.map(TextEntry::phase).into(),
        "workloads" => Workload::ALL
            .map(|workload| TextEntry::named(workload.name(), workload.line()))
            .into(),
        "models" => Model::ALL
            .map(|model| TextEntry::named(model.name(), model.line()))
            .into(),
        "numbers" => numbers(),
        "parameters" => Workload::all_parameters()
            .map(|(_, parameter)| TextEntry::named(parameter.flag, parameter.meaning))
            .collect(),
        "columns" => COLUMNS
            .iter()
            .map(|column| TextEntry::named(column.name(), with_how(column.meaning, column.how)))
            .collect(),
        "metrics:details" => METRICS
            .iter()
            .filter(|metric| metric.is_in(DETAILS) && metric.phase().is_none())
            .map(TextEntry::metric)
            .collect(),
        "metrics:comparison" => METRICS
            .iter()
            .filter(|metric| metric.is_in(COMPARISON))
            .map(TextEntry::metric)
            .collect(),
        "caveats" => CAVEATS
            .iter()
            .filter(|caveat| caveat.kind != CaveatKind::Other)
            .map(|caveat| {
                TextEntry::named(caveat.name, with_how(&(caveat.meaning)(), caveat.advice))
            })
            .collect(),
        "patterns" => PATTERNS
            .iter()
            .map(|pattern| {
                TextEntry::named(pattern.name, with_how(pattern.meaning, &(pattern.sign)()))
            })
            .collect(),
        "file:signs" => in_file(include_str!("../../../../assets/help/signs.md")),
        "file:gil" => in_file(include_str!("../../../../assets/help/gil.md")),
        unknown => vec![TextEntry::plain(unknown)],
    }
}

fn with_how(meaning: &str, how: &str) -> String {
    match how {
        "" => meaning.to_string(),
        how => format!("{meaning}: {how}"),
    }
}

fn in_file(text: &'static str) -> Vec<TextEntry> {
    let sections = sections(text).into_iter();
    sections.flat_map(|section| section.entries).collect()
}

/// The meaning of each number of the form, in the order of the form.
fn numbers() -> Vec<TextEntry> {
    let number =
        |parameter: &'static Parameter| TextEntry::named(parameter.label.trim(), parameter.meaning);
    let mut entries = vec![number(&WORKERS), number(&TASKS)];
    for workload in Workload::ALL {
        let sizing = workload.description().sizing.as_ref();
        entries.extend(sizing.map(|sizing| TextEntry::named(sizing.label, sizing.meaning)));
        entries.extend(
            workload
                .parameters()
                .iter()
                .map(|parameter| number(parameter)),
        );
    }
    entries.extend(Model::all_parameters().map(|(_, parameter)| number(parameter)));
    entries.push(number(&REPEATS));
    entries
}
