//! The layers follow the crate documentation: every arrow between modules is allowed, and no layer contains what is
//! forbidden to it.
//!
//! The test reads the sources as text. It resolves `use` trees, inline paths and chains of `super`, which is everything
//! that this crate uses. The bad samples at the end show that it can fail.

// If the file were beside this one, cargo would treat it as a separate test program.
#[path = "architecture/cycles.rs"]
mod cycles;

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// One row of the table.
struct Layer {
    name: &'static str,
    may_import: &'static [&'static str],
    /// Paths, single names of types, and macros (with `!`) that must not occur outside tests.
    must_not_contain: &'static [&'static [&'static str]],
}

const CLOCKS: &[&str] = &["Instant", "SystemTime", "clock_gettime"];
const ACTING: &[&str] = &[
    "std::fs",
    "std::io",
    "std::process",
    "std::thread",
    "std::env",
    "std::os",
];
const SOCKETS: &[&str] = &[
    "TcpStream",
    "TcpListener",
    "UdpSocket",
    "UnixStream",
    "UnixListener",
    "ToSocketAddrs",
];
const SYSTEM: &[&str] = &["nix", "libc", "mio", "signal_hook"];
const ENGINES: &[&str] = &["ureq", "rustls", "rayon", "httparse"];
const TERMINAL: &[&str] = &["ratatui", "crossterm"];
const CROSSTERM: &[&str] = &["crossterm", "ratatui::crossterm", "Terminal"];
const PRINTING: &[&str] = &["print!", "println!", "eprint!", "eprintln!", "dbg!"];
const UNSAFE: &[&str] = &["unsafe"];

/// Forbidden except in the shells and the engine.
const PURE: &[&[&str]] = &[
    CLOCKS,
    ACTING,
    SOCKETS,
    SYSTEM,
    ENGINES,
    TERMINAL,
    PRINTING,
    UNSAFE,
    &["clap"],
];

/// Forbidden in layers that draw.
const DRAWING: &[&[&str]] = &[
    CLOCKS,
    ACTING,
    SOCKETS,
    SYSTEM,
    ENGINES,
    CROSSTERM,
    PRINTING,
    UNSAFE,
    &["clap"],
];

/// The part of the app that draws it: `app/frame` and the `view` of each screen. A screen's state and keys do not draw.
const VIEWS: &str = "view";

/// The name of the row of the table that a module belongs to.
fn layer_name(module: &[String]) -> &str {
    match module {
        [app, frame, ..] if app == "app" && frame == "frame" => VIEWS,
        [app, .., _] if app == "app" && module.iter().any(|name| name == VIEWS) => VIEWS,
        _ => &module[0],
    }
}

const LAYERS: &[Layer] = &[
    Layer {
        name: "catalog",
        may_import: &["domain"],
        must_not_contain: PURE,
    },
    Layer {
        name: "analysis",
        may_import: &["catalog", "domain"],
        must_not_contain: PURE,
    },
    Layer {
        name: "present",
        may_import: &["catalog", "domain", "analysis"],
        must_not_contain: PURE,
    },
    Layer {
        name: "domain",
        may_import: &["catalog"],
        must_not_contain: PURE,
    },
    Layer {
        name: "engine",
        may_import: &["domain", "catalog"],
        must_not_contain: &[TERMINAL, PRINTING, &["clap"]],
    },
    Layer {
        name: "ui",
        may_import: &["domain", "catalog", "analysis", "present"],
        must_not_contain: DRAWING,
    },
    Layer {
        name: "app",
        may_import: &["domain", "catalog", "analysis", "present", "ui"],
        must_not_contain: &[
            CLOCKS,
            ACTING,
            SOCKETS,
            SYSTEM,
            ENGINES,
            TERMINAL,
            PRINTING,
            UNSAFE,
            &["clap"],
            &[
                "crate::ui::area",
                "crate::ui::panel",
                "crate::ui::theme",
                "crate::ui::widget",
            ],
        ],
    },
    Layer {
        name: VIEWS,
        may_import: &["domain", "catalog", "analysis", "present", "ui", "app"],
        must_not_contain: DRAWING,
    },
    Layer {
        name: "store",
        may_import: &["domain", "catalog"],
        must_not_contain: &[TERMINAL, PRINTING, UNSAFE],
    },
    Layer {
        name: "export",
        may_import: &["domain", "catalog", "analysis", "present"],
        must_not_contain: &[TERMINAL, PRINTING, UNSAFE],
    },
    Layer {
        name: "cli",
        may_import: &["domain", "catalog", "present"],
        must_not_contain: &[
            CLOCKS,
            &[
                "std::fs",
                "std::io",
                "std::process",
                "std::thread",
                "std::os",
            ],
            SOCKETS,
            SYSTEM,
            ENGINES,
            TERMINAL,
            PRINTING,
            UNSAFE,
        ],
    },
    Layer {
        name: "shell",
        may_import: &["domain", "catalog", "present", "engine"],
        must_not_contain: &[ENGINES, &["ratatui"], PRINTING, UNSAFE],
    },
    Layer {
        name: "headless",
        may_import: &[
            "domain", "catalog", "analysis", "present", "engine", "export", "store", "cli", "shell",
        ],
        must_not_contain: &[ENGINES, TERMINAL, PRINTING, UNSAFE, CLOCKS],
    },
    Layer {
        name: "tui",
        may_import: &[
            "domain", "catalog", "analysis", "present", "engine", "app", "ui", "store", "export",
            "shell",
        ],
        must_not_contain: &[ENGINES, PRINTING, UNSAFE, CLOCKS],
    },
    Layer {
        name: "main",
        may_import: &["cli", "shell", "headless", "tui"],
        must_not_contain: &[
            CLOCKS,
            SOCKETS,
            SYSTEM,
            ENGINES,
            TERMINAL,
            UNSAFE,
            &["std::thread", "std::fs", "clap"],
        ],
    },
];

#[test]
fn every_source_file_keeps_to_its_layer() {
    let files = sources();
    assert!(files.len() > 20, "the sources were not found");
    let complaints: Vec<String> = files
        .iter()
        .flat_map(|(path, source)| complaints(path, source))
        .collect();
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

#[test]
fn a_module_with_children_is_a_file_beside_their_folder() {
    let wrong: Vec<_> = sources()
        .into_iter()
        .filter(|(path, _)| path.ends_with("mod.rs"))
        .collect();
    assert!(
        wrong.is_empty(),
        "use foo.rs and foo/, not mod.rs: {wrong:?}"
    );
}

#[test]
fn no_sentence_escapes_foreign_letters_as_rust_does() {
    // It makes a name of a machine, which nobody reads.
    let is_exempt = |path: &Path| is_test_file(path) || path.ends_with("store/speeds.rs");
    for (path, source) in sources().iter().filter(|(path, _)| !is_exempt(path)) {
        let code = without_tests(source).lines();
        let escaping: Vec<&str> = code
            .filter(|line| !line.trim_start().starts_with("//"))
            .filter(|line| line.contains(":?}") || line.contains(":#?}"))
            .collect();
        assert!(escaping.is_empty(), "{}: {escaping:?}", path.display());
    }
}

/// All files below `src`, by their path from there.
fn sources() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = vec![];
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("the sources can be read") {
            let path = entry.expect("the sources can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let source = fs::read_to_string(&path).expect("a source is text");
                files.push((
                    path.strip_prefix(&root)
                        .expect("it was found below the root")
                        .to_path_buf(),
                    source,
                ));
            }
        }
    }
    files
}

/// The violations of the table in a file.
fn complaints(path: &Path, source: &str) -> Vec<String> {
    let module = module_path(path);
    let code = without_comments_and_strings(source);
    if module.is_empty() {
        return vec![];
    }
    let own = layer_name(&module);
    let Some(layer) = LAYERS.iter().find(|layer| layer.name == own) else {
        return vec![format!("{}: the table has no layer {own}", path.display())];
    };
    let arrows = arrows(&module, &code)
        .into_iter()
        .filter(|to| to != layer.name && !layer.may_import.contains(&to.as_str()))
        .map(|to| format!("{}: {} must not import {to}", path.display(), layer.name));
    let shipped = if is_test_file(path) {
        ""
    } else {
        without_tests(&code)
    };
    let contents = contents(shipped);
    let forbidden = layer
        .must_not_contain
        .iter()
        .copied()
        .flatten()
        .filter(|forbidden| {
            contents
                .iter()
                .any(|found| is_or_is_below(found, forbidden))
        })
        .map(|forbidden| {
            format!(
                "{}: {} must not contain {forbidden}",
                path.display(),
                layer.name
            )
        });
    arrows.chain(forbidden).collect()
}

/// `["tui", "input"]` for `tui/input.rs`. The library's root is above all layers.
fn module_path(path: &Path) -> Vec<String> {
    let module = path.with_extension("");
    let names: Vec<String> = module
        .components()
        .map(|part| part.as_os_str().to_string_lossy().into_owned())
        .collect();
    if names == ["lib"] { vec![] } else { names }
}

fn is_test_file(path: &Path) -> bool {
    path.file_stem().is_some_and(|stem| stem == "tests")
        || path.components().any(|part| part.as_os_str() == "tests")
}

/// The code before the tests, which are at the end of a file.
fn without_tests(code: &str) -> &str {
    let tests = code.match_indices("#[cfg(test)]").find(|(at, marker)| {
        let next = code[at + marker.len()..].trim_start();
        next.starts_with("mod ")
    });
    tests.map_or(code, |(at, _)| &code[..at])
}

/// The layers that a file refers to.
fn arrows(module: &[String], code: &str) -> BTreeSet<String> {
    let known = |name: &str| LAYERS.iter().any(|layer| layer.name == name);
    paths(code)
        .iter()
        .filter_map(|path| {
            let names: Vec<&str> = path.split("::").collect();
            let climbs = names.iter().take_while(|name| **name == "super").count();
            let from_root = match names[0] {
                "crate" | "pconc_tui" => names.get(1),
                "super" if climbs >= module.len() => names.get(climbs),
                _ => None,
            };
            from_root
                .filter(|name| known(name))
                .map(|name| (*name).to_string())
        })
        .collect()
}

/// Everything that can be forbidden: paths, each name in them, and macros with their `!`.
fn contents(code: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for path in paths(code) {
        found.extend(path.split("::").map(str::to_string));
        found.insert(path);
    }
    found
}

/// Whether `found` is forbidden, lies below something forbidden, or imports everything from a module that contains it.
fn is_or_is_below(found: &str, forbidden: &str) -> bool {
    let below = |path: &str, parent: &str| {
        path.strip_prefix(parent)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
    };
    below(found, forbidden)
        || found
            .strip_suffix("::*")
            .is_some_and(|parent| below(forbidden, parent))
}

/// All paths in the code, both from `use` trees and inline.
fn paths(code: &str) -> Vec<String> {
    let tokens = tokens(code);
    let mut paths = vec![];
    let mut at = 0;
    while at < tokens.len() {
        if tokens[at] == "use" {
            at = use_tree(&tokens, at + 1, "", &mut paths);
        } else if is_name(&tokens[at]) {
            let mut path = tokens[at].clone();
            while at + 2 < tokens.len() && tokens[at + 1] == "::" && is_name(&tokens[at + 2]) {
                path = format!("{path}::{}", tokens[at + 2]);
                at += 2;
            }
            if tokens.get(at + 1).is_some_and(|next| next == "!") {
                path.push('!');
            }
            paths.push(path);
            at += 1;
        } else {
            at += 1;
        }
    }
    paths
}

/// Adds the paths of the tree that starts at `at`, each after `prefix`. Returns where the tree ends.
fn use_tree(tokens: &[String], mut at: usize, prefix: &str, paths: &mut Vec<String>) -> usize {
    let mut path = prefix.to_string();
    while let Some(token) = tokens.get(at) {
        match token.as_str() {
            "::" => at += 1,
            "as" => at += 2,
            "{" => {
                at += 1;
                while tokens.get(at).is_some_and(|token| token != "}") {
                    at = use_tree(tokens, at, &path, paths);
                    if tokens.get(at).is_some_and(|token| token == ",") {
                        at += 1;
                    }
                }
                return at + 1;
            }
            name if is_name(name) || name == "*" => {
                // `self` in a group stands for the path before the group.
                if name != "self" || path.is_empty() {
                    path = if path.is_empty() {
                        name.to_string()
                    } else {
                        format!("{path}::{name}")
                    };
                }
                at += 1;
            }
            _ => break,
        }
    }
    paths.push(path);
    at
}

fn is_name(token: &str) -> bool {
    token.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// Names, `::`, and every other character by itself.
fn tokens(code: &str) -> Vec<String> {
    let mut tokens = vec![];
    let mut rest = code;
    while let Some(first) = rest.chars().next() {
        let length = if first.is_alphanumeric() || first == '_' {
            rest.find(|c: char| !(c.is_alphanumeric() || c == '_'))
                .unwrap_or(rest.len())
        } else if rest.starts_with("::") {
            2
        } else {
            first.len_utf8()
        };
        if !first.is_whitespace() {
            tokens.push(rest[..length].to_string());
        }
        rest = &rest[length..];
    }
    tokens
}

/// The code with a space in place of each comment, string and character.
fn without_comments_and_strings(source: &str) -> String {
    let mut code = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        match length_of_prose(rest) {
            Some(length) => {
                code.push(' ');
                rest = &rest[length..];
            }
            None => {
                code.push(first);
                rest = &rest[first.len_utf8()..];
                // A name that ends in `r` does not start a raw string.
                if first.is_alphanumeric() || first == '_' {
                    let end = rest
                        .find(|c: char| !(c.is_alphanumeric() || c == '_'))
                        .unwrap_or(rest.len());
                    let starts_raw = first == 'b' && end == 1 && rest.starts_with('r');
                    if !starts_raw {
                        code.push_str(&rest[..end]);
                        rest = &rest[end..];
                    }
                }
            }
        }
    }
    code
}

/// The length of the comment, string or character at the start of `code`.
fn length_of_prose(code: &str) -> Option<usize> {
    if code.starts_with("//") {
        return Some(code.find('\n').unwrap_or(code.len()));
    }
    if code.starts_with("/*") {
        return Some(code.find("*/").map_or(code.len(), |end| end + 2));
    }
    if let Some(raw) = code.strip_prefix('r') {
        let hashes = raw.len() - raw.trim_start_matches('#').len();
        let body = raw[hashes..].strip_prefix('"')?;
        let end = format!("\"{}", "#".repeat(hashes));
        return Some(2 + hashes + body.find(&end).map_or(body.len(), |at| at + end.len()));
    }
    if let Some(body) = code.strip_prefix('"') {
        return Some(1 + end_of_quoted(body, '"'));
    }
    // A quote without a matching quote starts a lifetime.
    let body = code.strip_prefix('\'')?;
    let end = if body.starts_with('\\') {
        end_of_quoted(body, '\'')
    } else {
        let character = body.chars().next()?;
        let end = character.len_utf8();
        body[end..].starts_with('\'').then_some(end + 1)?
    };
    Some(1 + end)
}

/// The end of the text that `quote` closes, including the quote.
fn end_of_quoted(body: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in body.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return at + c.len_utf8(),
            _ => {}
        }
    }
    body.len()
}

#[test]
fn an_arrow_that_the_table_does_not_allow_is_found_however_it_is_written() {
    for (path, source) in [
        ("domain/x.rs", "use crate::engine::clock;"),
        ("domain/x.rs", "use crate::{text, app::App as Other};"),
        ("domain.rs", "use super::ui::Theme;"),
        (
            "app/x.rs",
            "use super::super::engine::session::{self, Run};",
        ),
        ("ui/x.rs", "fn f() { crate::tui::explore(); }"),
        ("ui/x.rs", "use crate::app::App;"),
        (
            "engine/x.rs",
            "#[cfg(test)] mod tests { use crate::headless::print; }",
        ),
        ("headless/x.rs", "use crate::tui::terminal;"),
        ("main.rs", "use pconc_tui::{cli, engine::session::Session};"),
        ("unheard_of.rs", ""),
    ] {
        assert_eq!(
            complaints(Path::new(path), source).len(),
            1,
            "{path}: {source}"
        );
    }
}

#[test]
fn what_a_layer_must_not_contain_is_found_however_it_is_written() {
    for (path, source) in [
        ("domain/x.rs", "use std::time::{Duration, Instant};"),
        ("domain/x.rs", "fn f() { let _ = std::thread::current(); }"),
        ("app/x.rs", "use std::{collections::HashMap, fs};"),
        ("app/x.rs", "fn f() { println!(\"here\"); }"),
        ("ui/x.rs", "use ratatui::crossterm::event;"),
        ("app/screens/x.rs", "use ratatui::Frame;"),
        ("app/screens/x.rs", "use crate::ui::widget::gantt;"),
        ("app/screens/x/view.rs", "use std::fs;"),
        ("engine/x.rs", "use ratatui::Frame;"),
        ("cli.rs", "fn f() { unsafe { g() } }"),
    ] {
        assert!(
            !complaints(Path::new(path), source).is_empty(),
            "{path}: {source}"
        );
    }
}

#[test]
fn what_is_allowed_is_not_complained_about() {
    for (path, source) in [
        (
            "domain/x.rs",
            "use super::text; use std::fmt; //! [`crate::engine`] use crate::engine;\nstruct X<'a>(&'a str);",
        ),
        (
            "domain/x.rs",
            "const A: &str = \"use crate::ui;\"; const B: char = '\"'; const C: &str = r#\"crate::ui\"#;",
        ),
        (
            "domain/x.rs",
            "fn f() {} #[cfg(test)] mod tests { use std::fs; }",
        ),
        (
            "domain/x.rs",
            "/* use crate::ui; */ use std::time::Duration; use std::net::Ipv6Addr;",
        ),
        (
            "app/screens/x/view.rs",
            "use crate::{app::App, domain::{text, time}, ui::widget}; use ratatui::Frame;",
        ),
        ("tui/x.rs", "use super::event::Event; use crossterm::event;"),
    ] {
        assert_eq!(
            complaints(Path::new(path), source),
            Vec::<String>::new(),
            "{path}: {source}"
        );
    }
}

/// The names that this Python source defines more than once at its top level, where the later one replaces the earlier.
fn defined_twice(source: &str) -> Vec<&str> {
    let mut seen = BTreeSet::new();
    let named = source.lines().filter_map(|line| {
        let rest = ["def ", "async def ", "class "]
            .iter()
            .find_map(|start| line.strip_prefix(start))?;
        rest.split(['(', ':']).next()
    });
    named.filter(|name| !seen.insert(*name)).collect()
}

#[test]
fn no_name_of_the_python_files_is_defined_twice() {
    assert_eq!(
        defined_twice("def a():\n  pass\ndef b(x):\n  def a(): pass\nclass a:\n"),
        ["a"]
    );
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets");
    for name in ["ask.py", "function.py", "worker.py"] {
        let source = fs::read_to_string(folder.join(name)).expect("it is an asset");
        assert_eq!(defined_twice(&source), [""; 0], "{name}");
    }
}
