//! The generated parts of the documentation, by name.

use std::fmt::Write;

use clap::{Arg, Command, CommandFactory};
use pconc_tui::{
    app::{keys::Keys, screens::all_keys},
    catalog::{
        caveat::CAVEATS,
        claim::{CLAIMS, CONTROLS, Design, Setting, control},
        metric::{METRICS, Metric, Unit},
        model::Model,
        parameter::Parameter,
        pattern::{PATTERNS, PatternDescription as Pattern, not_enough},
        pitfall::PITFALLS,
        workload::Workload,
    },
    cli::CommandLine,
    domain::{
        claim::TrialTopic,
        machine::WorkerLimits,
        phase::Phase,
        plan::Draft,
        speed::Speed,
        text::{capitalized, counted},
    },
    present::{format::Format, sentence::claim},
};
use serde_json::{Map, Value};

use super::{
    behaviours::{self, BODY, BODY_BYTES, Outcome, TIME},
    fixtures::python,
};

/// The names of all generated parts.
pub const NAMES: [&str; 14] = [
    "claims",
    "workloads",
    "models",
    "parameters",
    "phases",
    "metrics",
    "caveats",
    "patterns",
    "pitfalls",
    "keys",
    "options",
    "json",
    "formats",
    "servers",
];

/// The generated part with this name, as Markdown.
pub fn named(name: &str) -> String {
    match name {
        "claims" => claims(),
        "workloads" => workloads(),
        "models" => models(),
        "parameters" => parameters(),
        "phases" => phases(),
        "metrics" => metrics(),
        "caveats" => caveats(),
        "patterns" => patterns(),
        "pitfalls" => pitfalls(),
        "keys" => keys(),
        "options" => options(),
        "json" => json(),
        "formats" => formats(),
        "servers" => servers(),
        _ => panic!("no reference is called {name}"),
    }
}

/// A table: the headings, then a list of cells for each row.
fn table<const N: usize>(
    headings: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> String {
    let mut text = format!("| {} |\n|{}\n", headings.join(" | "), " --- |".repeat(N));
    for row in rows {
        let cells = row.map(|cell| cell.replace('|', "\\|").replace('\n', " "));
        let _ = writeln!(text, "| {} |", cells.join(" | "));
    }
    text
}

fn code(text: &str) -> String {
    if text.is_empty() {
        String::new()
    } else {
        format!("`{text}`")
    }
}

/// How servers behave, and what a fetch makes of it.
fn servers() -> String {
    let rows = behaviours::all().into_iter().map(|behaviour| {
        let outcome = match behaviour.outcome {
            Outcome::Page(BODY_BYTES) => "a page of 64 MiB".into(),
            Outcome::Page(bytes) => format!("a page of {}", counted(bytes as u64, "byte")),
            Outcome::Fails(why) => {
                let why = why.replace(TIME, "20 s").replace(BODY, "64 MiB");
                format!("fails: {why}")
            }
        };
        [
            capitalized(behaviour.does) + ".",
            capitalized(&outcome) + ".",
        ]
    });
    table(["what the server does", "what the fetch is"], rows)
}

/// The pitfalls of functions.
fn pitfalls() -> String {
    let rows = PITFALLS.iter().map(|pitfall| {
        let sentence = |text: &str| capitalized(text) + ".";
        [
            code(pitfall.name),
            sentence(pitfall.meaning),
            sentence(pitfall.advice),
        ]
    });
    table(["pitfall", "meaning", "what to do"], rows)
}

/// The claims with their conditions, for two cores and a Python with a GIL and one without.
fn claims() -> String {
    let setting = Setting {
        cores: 2,
        python: Some(python::interpreter()),
        free: Some(python::free_threaded()),
        ..Setting::default()
    };
    let speed = |_: &Draft| Some(Speed::uniform(1e8));
    let limits = WorkerLimits::default();
    let conditions = |topic: TrialTopic, design: Design| {
        let trial = design
            .trial(topic, &limits, &speed)
            .expect("it is possible");
        claim::conditions(&trial).join("; ")
    };
    let rows = CLAIMS.into_iter().map(|claim| {
        [
            claim.number.to_string(),
            claim.claim.into(),
            claim.article.into(),
            conditions(TrialTopic::Claim(claim.number), claim.design(&setting)),
            claim::answer(claim.expected).into(),
        ]
    });
    let controls = CONTROLS.map(|topic| {
        let design = control(topic, &setting).expect("it is a control");
        [claim::topic(topic).to_string(), conditions(topic, design)]
    });
    let claims = table(
        [
            "",
            "claim",
            "the article",
            "what has to come out, on two cores",
            "known to be",
        ],
        rows,
    );
    let controls = table(["control", "what has to come out"], controls);
    format!("{claims}\n{controls}")
}

fn workloads() -> String {
    let rows = Workload::ALL.map(|workload| {
        let description = workload.description();
        [
            code(description.name),
            description.line.into(),
            description.method.into(),
        ]
    });
    table(
        ["workload", "what a task does", "how the work is defined"],
        rows,
    )
}

fn models() -> String {
    let rows = Model::ALL.map(|model| {
        let description = model.description();
        [
            code(description.name),
            description.line.into(),
            description.method.into(),
        ]
    });
    table(["model", "what it is", "how it is done"], rows)
}

fn parameters() -> String {
    let of_workloads = Workload::all_parameters().map(|(owner, one)| (owner.name(), one));
    let of_models = Model::all_parameters().map(|(owner, one)| (owner.name(), one));
    let row = |(owner, one): (&str, &'static Parameter)| {
        let range = format!(
            "{} to {}",
            one.text(*one.range.start()),
            one.text(*one.range.end())
        );
        [
            code(one.id),
            code(&format!("--{}", one.flag)),
            code(owner),
            if one.is_switch() {
                "on or off".into()
            } else {
                range
            },
            if one.is_switch() {
                "off".into()
            } else {
                one.text(one.default)
            },
            one.meaning.into(),
        ]
    };
    let rows = of_workloads.chain(of_models).map(row);
    table(
        [
            "name",
            "option",
            "belongs to",
            "range",
            "default",
            "meaning",
        ],
        rows,
    )
}

fn phases() -> String {
    let rows = Phase::MEASURED.map(|phase| {
        let description = phase.description();
        [
            code(description.name),
            code(description.mark),
            description.meaning.into(),
            description.how.into(),
        ]
    });
    table(
        ["phase", "mark", "the worker", "how its time is measured"],
        rows,
    )
}

fn unit(metric: &Metric) -> &'static str {
    match metric.unit {
        Unit::Seconds | Unit::Milliseconds => "s",
        Unit::Bytes => "bytes",
        Unit::Count => "count",
        Unit::Average => "average",
        Unit::Share => "share of 1",
        Unit::Times => "times",
    }
}

fn metrics() -> String {
    let of_no_phase = METRICS.iter().filter(|metric| metric.phase().is_none());
    let rows = of_no_phase.map(|metric| {
        [
            metric.name.into(),
            unit(metric).into(),
            code(metric.json),
            metric.meaning.into(),
            metric.how.into(),
        ]
    });
    table(
        ["number", "unit", "in JSON", "meaning", "how it is measured"],
        rows,
    )
}

fn caveats() -> String {
    let rows = CAVEATS
        .iter()
        .map(|caveat| [code(caveat.name), (caveat.meaning)(), caveat.advice.into()]);
    table(["caveat", "what was seen", "what to do"], rows)
}

fn patterns() -> String {
    let rows = PATTERNS.iter().map(|pattern| {
        let Pattern {
            name,
            id,
            meaning,
            sign,
            advice,
            ..
        } = pattern;
        [
            name.to_string(),
            code(id),
            meaning.to_string(),
            sign(),
            advice.to_string(),
        ]
    });
    let table = table(
        [
            "pattern",
            "in JSON",
            "meaning",
            "how it is recognised",
            "what to do",
        ],
        rows,
    );
    format!("{table}\n{}.", not_enough())
}

fn keys() -> String {
    let mut text = String::new();
    for Keys {
        heading, bindings, ..
    } in all_keys()
    {
        if !heading.is_empty() {
            let _ = write!(text, "\n## {heading}\n\n{}", table(["key", "does"], []));
        }
        for binding in bindings {
            let keys: Vec<String> = binding.shown.split(" | ").map(code).collect();
            let _ = writeln!(text, "| {} | {} |", keys.join(" "), binding.explanation);
        }
    }
    text
}

fn options() -> String {
    let mut program = CommandLine::command();
    program.build();
    let mut text = String::new();
    describe(&program, &mut text);
    for command in program
        .get_subcommands()
        .filter(|command| command.get_name() != "help")
    {
        describe(command, &mut text);
        for below in command
            .get_subcommands()
            .filter(|below| below.get_name() != "help")
        {
            describe(below, &mut text);
        }
    }
    text
}

/// A command with its own options; the global options are described only with the program.
fn describe(command: &Command, text: &mut String) {
    let name = command.get_bin_name().unwrap_or(command.get_name());
    let about = command.get_long_about().or(command.get_about());
    let about = about.map(|about| about.to_string()).unwrap_or_default();
    let _ = write!(text, "\n## `{name}`\n\n{about}\n\n");
    let is_program = name == "pconc-tui";
    let own = command.get_arguments().filter(|one| {
        let is_claps = ["help", "version"].contains(&one.get_id().as_str());
        !is_claps && (is_program || !one.is_global_set())
    });
    let rows: Vec<[String; 2]> = own.map(|one| [spelling(one), meaning(one)]).collect();
    if !rows.is_empty() {
        *text += &table(["option", "meaning"], rows);
    }
}

fn spelling(argument: &Arg) -> String {
    let values = argument.get_value_names().unwrap_or_default();
    let values: Vec<String> = values.iter().map(|value| value.to_string()).collect();
    let takes = argument.get_action().takes_values();
    let values = if takes {
        values.join(" ")
    } else {
        String::new()
    };
    match argument.get_long() {
        Some(long) => code(format!("--{long} {values}").trim_end()),
        None => code(&values),
    }
}

/// The long help in one paragraph, with the values that it does not name.
fn meaning(argument: &Arg) -> String {
    let help = argument.get_long_help().or(argument.get_help());
    let help = help.map(|help| help.to_string()).unwrap_or_default();
    let possible = argument.get_possible_values();
    let unnamed = possible
        .iter()
        .any(|value| !help.contains(value.get_name()));
    let mut paragraphs: Vec<String> = help.split("\n\n").map(|one| one.trim().into()).collect();
    if unnamed && argument.get_action().takes_values() {
        let names: Vec<String> = possible
            .iter()
            .map(|value| code(value.get_name()))
            .collect();
        paragraphs.push(format!("One of {}.", names.join(", ")));
    }
    let ended = |one: &String| match one.ends_with(['.', '…']) {
        true => one.clone(),
        false => format!("{one}."),
    };
    paragraphs.iter().map(ended).collect::<Vec<_>>().join(" ")
}

fn formats() -> String {
    let rows = Format::ALL.map(|format| {
        let shows = if format.shows_traces() { "yes" } else { "" };
        [
            code(format.name()),
            format.description().into(),
            code(&format!(".{}", format.extension())),
            shows.into(),
        ]
    });
    table(
        ["format", "what it is", "files end in", "shows timelines"],
        rows,
    )
}

fn schema() -> Value {
    let text = include_str!("../../assets/records.schema.json");
    serde_json::from_str(text).expect("the schema is JSON")
}

fn json() -> String {
    let schema = schema();
    let mut text = String::new();
    describe_object("The document", &schema, &mut text);
    let definitions = schema["$defs"]
        .as_object()
        .expect("the schema has definitions");
    for (name, definition) in definitions {
        if definition.get("properties").is_some() {
            describe_object(&format!("`{name}`"), definition, &mut text);
        }
    }
    text
}

fn describe_object(title: &str, object: &Value, text: &mut String) {
    let description = object["description"].as_str().unwrap_or_default();
    let _ = write!(text, "\n## {title}\n\n{description}\n\n");
    let none = Map::new();
    let properties = object["properties"].as_object().unwrap_or(&none);
    let rows = properties.iter().map(|(key, value)| {
        [
            code(key),
            kind(value),
            value["description"].as_str().unwrap_or_default().into(),
        ]
    });
    *text += &table(["key", "type", "meaning"], rows);
}

/// The possible values, in a few words.
fn kind(schema: &Value) -> String {
    if let Some(reference) = schema["$ref"].as_str() {
        return code(reference.rsplit('/').next().unwrap_or_default());
    }
    if let Some(any) = schema["anyOf"].as_array() {
        let kinds: Vec<String> = any.iter().map(kind).collect();
        return kinds.join(" or ");
    }
    if let Some(values) = schema["enum"].as_array() {
        let values: Vec<String> = values
            .iter()
            .map(|value| code(&value.to_string()))
            .collect();
        return values.join(", ");
    }
    if let Some(constant) = schema.get("const") {
        return code(&constant.to_string());
    }
    match schema["type"].as_str() {
        Some("array") if schema.get("items").is_some() => {
            format!("array of {}", kind(&schema["items"]))
        }
        Some(name) => name.into(),
        None => match schema["type"].as_array() {
            Some(names) => names
                .iter()
                .filter_map(Value::as_str)
                .collect::<Vec<_>>()
                .join(" or "),
            None => String::new(),
        },
    }
}
