//! The table that every bench prints, and writes into `docs/benchmarks.md`.

use std::{fs, path::Path, process::Command, sync::Mutex};

use pconc_tui::engine::machine;

/// The rows so far.
static ROWS: Mutex<Vec<[String; 3]>> = Mutex::new(vec![]);

/// Prints the heading of the table.
pub fn begin() {
    println!("{}\n", here());
    println!("{:<64} {:>18}   aim", "what", "measured");
}

/// Prints and stores a row of the table.
pub fn row(what: &str, measured: &str, aim: &str) {
    println!("{what:<64} {measured:>18}   {aim}");
    let row = [what, measured, aim].map(|cell| cell.replace('|', "\\|"));
    ROWS.lock().expect("no bench panics in between").push(row);
}

/// Writes the table into the page, in place of the previous table of this bench.
pub fn publish(bench: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/benchmarks.md");
    let page = fs::read_to_string(&path).expect("the page is there");
    let start = format!("<!-- measured: {bench} -->\n");
    let (before, rest) = page
        .split_once(&start)
        .expect("the page has a place for each bench");
    let (_, after) = rest
        .split_once("<!-- end -->\n")
        .expect("a place has an end");
    let mut section = format!(
        "\n{}.\n\n| what | measured | aim |\n| --- | ---: | --- |\n",
        here()
    );
    for [what, measured, aim] in ROWS.lock().expect("no bench panics in between").iter() {
        section += &format!("| {what} | {measured} | {aim} |\n");
    }
    let page = format!("{before}{start}{section}\n<!-- end -->\n{after}");
    fs::write(&path, page).expect("the page can be written");
}

/// The machine, the date and the revision.
fn here() -> String {
    let machine = machine::examine();
    format!(
        "{}, {} usable cores, {}, {}, revision {}",
        machine.cpu_model.as_deref().unwrap_or("unknown processor"),
        machine.cores_usable,
        machine.kernel,
        jiff::Zoned::now().date(),
        revision()
    )
}

/// The revision, and whether the code was changed since. Changes of the page do not count, because benches make them.
fn revision() -> String {
    let git = |arguments: &[&str]| Command::new("git").args(arguments).output().ok();
    let head = git(&["rev-parse", "--short", "HEAD"]).filter(|output| output.status.success());
    let head = head.map_or("unknown".into(), |output| {
        String::from_utf8_lossy(&output.stdout).trim().to_string()
    });
    let code = git(&[
        "diff",
        "--quiet",
        "HEAD",
        "--",
        "src",
        "assets",
        "Cargo.lock",
    ]);
    match code.is_some_and(|output| output.status.success()) {
        true => head,
        false => format!("{head}, changed"),
    }
}
