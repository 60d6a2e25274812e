//! The documentation is true: its reference is generated from the program, its links have targets, and its commands
//! work.
//!
//! `UPDATE_DOCS=1 cargo test --test documentation` regenerates the reference.

// If the files were beside this one, cargo would treat them as separate test programs.
#[path = "support/behaviours.rs"]
#[expect(dead_code, reason = "they are tried elsewhere")]
mod behaviours;
#[path = "documentation/commands.rs"]
mod commands;
#[path = "support/fixtures.rs"]
mod fixtures;
#[path = "documentation/links.rs"]
mod links;
#[path = "documentation/pages.rs"]
mod pages;
#[path = "documentation/reference.rs"]
mod reference;

use std::{env, fs, path::Path};

use pages::{pages, with_references};

#[test]
fn reference_pages_say_what_the_program_knows_of_itself() {
    for page in pages() {
        let made = with_references(&page.text);
        if env::var_os("UPDATE_DOCS").is_some() {
            fs::write(&page.path, made).expect("the page can be written");
        } else {
            assert!(
                made == page.text,
                "{} is out of date: UPDATE_DOCS=1 cargo test --test documentation",
                page.path.display()
            );
        }
    }
}

#[test]
fn every_test_behind_a_promise_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let promises = fs::read_to_string(root.join("docs/promises.md")).expect("the page is there");
    let named = promises.lines().filter(|line| line.starts_with("| "));
    let named = named.flat_map(|line| line.split('`').skip(1).step_by(2));
    let named: Vec<&str> = named.collect();
    let code = sources(root);
    let is_test = |name: &&str| {
        code.contains(&format!("fn {name}()")) || code.contains(&format!("\"{name}\""))
    };
    let missing: Vec<_> = named.iter().filter(|name| !is_test(name)).collect();
    assert!(named.len() > 20 && missing.is_empty(), "{missing:?}");
}

/// All of the program and its tests, as text.
fn sources(root: &Path) -> String {
    let mut folders = vec![root.join("src"), root.join("tests")];
    let mut all = String::new();
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(folder).expect("it is a directory");
        for path in entries.map(|entry| entry.expect("it can be read").path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                all += &fs::read_to_string(path).expect("source is text");
            }
        }
    }
    all
}

#[test]
fn every_reference_is_on_a_page() {
    let all: String = pages().iter().map(|page| page.text.as_str()).collect();
    for name in reference::NAMES {
        assert!(
            all.contains(&pages::start_of(name)),
            "no page has the reference {name}"
        );
    }
}
