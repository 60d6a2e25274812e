//! Links within the repository.

use super::pages::{pages, root};

/// The targets of the links and pictures of a page, without web addresses.
fn local_targets(text: &str) -> impl Iterator<Item = &str> {
    let ends = text.split("](").skip(1);
    let targets = ends.filter_map(|rest| rest.split_once(')').map(|(target, _)| target));
    targets.filter(|target| !target.contains("://") && !target.starts_with("mailto:"))
}

/// The anchor of a heading, as GitHub generates it.
fn anchor(heading: &str) -> String {
    let kept = heading.trim_start_matches('#').trim().to_lowercase();
    let kept = kept
        .chars()
        .filter(|c| c.is_alphanumeric() || [' ', '-', '_'].contains(c));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

fn has_anchor(text: &str, wanted: &str) -> bool {
    let headings = text.lines().filter(|line| line.starts_with('#'));
    headings.map(anchor).any(|one| one == wanted)
}

#[test]
fn every_link_within_the_repository_leads_somewhere() {
    let mut seen = 0;
    for page in pages() {
        for target in local_targets(&page.text) {
            seen += 1;
            let (file, place) = target.split_once('#').unwrap_or((target, ""));
            let folder = page.path.parent().unwrap_or(root());
            let path = if file.is_empty() {
                page.path.clone()
            } else {
                folder.join(file)
            };
            assert!(path.exists(), "{}: {target}", page.path.display());
            if !place.is_empty() {
                let text = std::fs::read_to_string(&path).expect("a page is UTF-8");
                assert!(
                    has_anchor(&text, place),
                    "{}: {target}",
                    page.path.display()
                );
            }
        }
    }
    assert!(seen > 20, "only {seen} links were found");
}

#[test]
fn a_link_that_leads_nowhere_would_be_found() {
    let text = "see [this](docs/none.md#a), ![that](none.png) and [there](https://example.org)";
    let targets: Vec<&str> = local_targets(text).collect();
    assert_eq!(targets, ["docs/none.md#a", "none.png"]);
    assert!(has_anchor("## What `ready` means\n", "what-ready-means"));
    assert!(!has_anchor("## Other\n", "what-ready-means"));
}
