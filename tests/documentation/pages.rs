//! The pages of the documentation, and the parts of them that are generated.
//!
//! `<!-- generated: NAME -->` and `<!-- end -->` are lines of their own; what stands between them is made by
//! [`reference::named`](super::reference::named).

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::reference;

const END: &str = "<!-- end -->\n";

/// A page.
pub struct Page {
    pub path: PathBuf,
    pub text: String,
}

/// The root of the repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All pages that people read: those beside the README, and those in the folders of documents.
pub fn pages() -> Vec<Page> {
    let mut paths = vec![];
    for folder in ["", "docs", "assets", "src/engine"] {
        let entries = fs::read_dir(root().join(folder)).expect("the folder exists");
        let files = entries.map(|entry| entry.expect("the folder can be read").path());
        paths.extend(files.filter(|path| path.extension().is_some_and(|end| end == "md")));
    }
    paths.sort();
    let read = |path: PathBuf| Page {
        text: fs::read_to_string(&path).expect("a page is UTF-8"),
        path,
    };
    paths.into_iter().map(read).collect()
}

/// The line after which a reference stands.
pub fn start_of(name: &str) -> String {
    format!("<!-- generated: {name} -->\n")
}

/// The page with its references made anew.
pub fn with_references(text: &str) -> String {
    let mut parts = text.split("<!-- generated: ");
    let mut made = parts.next().unwrap_or_default().to_string();
    for part in parts {
        let (name, rest) = part.split_once(" -->\n").expect("the marker is a line");
        let (_, after) = rest.split_once(END).expect("what is generated has an end");
        made += &start_of(name);
        made += &format!("\n{}\n", reference::named(name).trim());
        made += &format!("\n{END}{after}");
    }
    made
}

#[test]
fn what_is_generated_replaces_what_stood_there_and_nothing_else() {
    let text = format!("before\n\n{}stale\n{END}\nafter\n", start_of("workloads"));
    let made = with_references(&text);
    assert!(
        made.starts_with("before\n\n") && made.ends_with("\nafter\n"),
        "{made}"
    );
    assert!(made.contains("`cpu`") && !made.contains("stale"), "{made}");
    assert_eq!(with_references(&made), made);
}
