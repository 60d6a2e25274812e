//! Within a layer, modules do not depend on each other in circles, so that readers of a module know where to stop.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    path::{Path, PathBuf},
};

use super::{module_path, paths, sources, without_comments_and_strings, without_tests};

/// Modules by their paths, each with those that it names.
type Arrows = BTreeMap<Vec<String>, BTreeSet<Vec<String>>>;

#[test]
fn no_module_depends_on_itself_by_way_of_others_of_its_layer() {
    let circles = circles(&sources());
    assert!(circles.is_empty(), "\n{}", circles.join("\n"));
}

#[test]
fn a_circle_is_found_however_it_is_written() {
    let file = |path: &str, source: &str| (PathBuf::from(path), source.to_string());
    for (one, other) in [
        ("use crate::domain::b;", "use super::a::A;"),
        ("use super::{text, b::B};", "fn f() { super::a::g() }"),
        (
            "pub use crate::domain::b::c::C;",
            "use crate::{domain::a::{self, A}, text};",
        ),
    ] {
        let files = [
            file("domain/a.rs", one),
            file("domain/b.rs", other),
            file("domain/b/c.rs", "use super::super::a;"),
        ];
        let found = circles(&files);
        assert_eq!(found.len(), 1, "{one} {other}: {found:?}");
    }
    let floor = [
        file("domain/a.rs", "use crate::catalog::b;"),
        file("catalog/b.rs", "use crate::domain::a;"),
    ];
    assert_eq!(circles(&floor).len(), 1, "two layers, one floor");
    let chain = ["use super::b;", "use super::c;", "use super::a;"];
    let files: Vec<_> = ["a", "b", "c"]
        .iter()
        .zip(chain)
        .map(|(name, source)| file(&format!("ui/{name}.rs"), source))
        .collect();
    assert_eq!(circles(&files), ["ui::a → ui::b → ui::c → ui::a"]);
}

#[test]
fn what_is_no_circle_is_not_complained_about() {
    let file = |path: &str, source: &str| (PathBuf::from(path), source.to_string());
    for files in [
        // A child may name items of its parents.
        vec![
            file("domain/a.rs", "use self::b::B;"),
            file("domain/a/b.rs", "use super::A;"),
        ],
        vec![
            file("domain/a.rs", "use super::b;"),
            file(
                "domain/b.rs",
                "#[cfg(test)] mod tests { use super::super::a; }",
            ),
        ],
        vec![
            file("domain/a.rs", "use super::b; // use"),
            file(
                "domain/b.rs",
                "// use super::a;\nconst A: &str = \"super::a\";",
            ),
        ],
    ] {
        assert_eq!(circles(&files), Vec::<String>::new(), "{files:?}");
    }
}

/// One circle for each group of modules that contains circles.
fn circles(files: &[(PathBuf, String)]) -> Vec<String> {
    let arrows = arrows(files);
    let mut told = BTreeSet::new();
    let mut circles = vec![];
    for module in arrows.keys() {
        if !told.contains(module)
            && let Some(circle) = way_back(module, &arrows)
        {
            told.extend(circle.iter().cloned());
            circles.push(
                circle
                    .iter()
                    .map(|module| module.join("::"))
                    .collect::<Vec<_>>()
                    .join(" → "),
            );
        }
    }
    circles
}

/// The shortest way from a module to itself.
fn way_back(module: &Vec<String>, arrows: &Arrows) -> Option<Vec<Vec<String>>> {
    let mut ways = VecDeque::from([vec![module.clone()]]);
    let mut seen = BTreeSet::new();
    while let Some(way) = ways.pop_front() {
        for next in arrows.get(way.last()?).into_iter().flatten() {
            let longer = [&way[..], std::slice::from_ref(next)].concat();
            if next == module {
                return Some(longer);
            }
            if seen.insert(next.clone()) {
                ways.push_back(longer);
            }
        }
    }
    None
}

/// The catalogue and the domain may name each other, because the catalogue checks plans and a metric reads records.
/// Together they are one floor, which must not contain a circle.
fn floor(layer: &str) -> &str {
    match layer {
        "catalog" => "domain",
        other => other,
    }
}

/// For each module, the modules of the same layer that it refers to, without those that contain it.
fn arrows(files: &[(PathBuf, String)]) -> Arrows {
    let is_shipped = |path: &Path| !path.ends_with("tests.rs");
    let modules: BTreeSet<Vec<String>> = files
        .iter()
        .filter(|(path, _)| is_shipped(path))
        .map(|(path, _)| module_path(path))
        .collect();
    let shipped = files
        .iter()
        .filter(|(path, _)| modules.contains(&module_path(path)));
    shipped
        .filter(|(path, _)| module_path(path).len() > 1)
        .map(|(path, source)| {
            let module = module_path(path);
            let code = without_comments_and_strings(source);
            let named = paths(without_tests(&code))
                .into_iter()
                .filter_map(|path| meant(&path, &module, &modules));
            let of_layer = named.filter(|named| {
                floor(&named[0]) == floor(&module[0]) && !module.starts_with(named)
            });
            (module.clone(), of_layer.collect())
        })
        .collect()
}

/// The module that a path in `here` leads into.
fn meant(path: &str, here: &[String], modules: &BTreeSet<Vec<String>>) -> Option<Vec<String>> {
    let names: Vec<&str> = path.split("::").collect();
    let climbs = names.iter().take_while(|name| **name == "super").count();
    let (base, rest) = match names[0] {
        "crate" | "pconc_tui" => (&here[..0], &names[1..]),
        "self" => (here, &names[1..]),
        "super" if climbs <= here.len() => (&here[..here.len() - climbs], &names[climbs..]),
        // A single name may be anything, for example the declaration of a module.
        _ if names.len() > 1 => (here, &names[..]),
        _ => return None,
    };
    let mut full = base.to_vec();
    full.extend(rest.iter().map(|name| (*name).to_string()));
    (1..=full.len())
        .rev()
        .map(|length| full[..length].to_vec())
        .find(|module| modules.contains(module))
}
