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

use std::{env, fs};

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
fn every_reference_is_on_a_page() {
    let all: String = pages().iter().map(|page| page.text.as_str()).collect();
    for name in reference::NAMES {
        assert!(
            all.contains(&pages::start_of(name)),
            "no page has the reference {name}"
        );
    }
}
