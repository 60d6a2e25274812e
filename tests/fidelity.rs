//! The comparison with CPython's lock, end to end, with any interpreter of this machine.

use std::process::{Command, Output};

fn fidelity(arguments: &[&str]) -> Output {
    let data = tempfile::tempdir().expect("a directory for the history can be made");
    Command::new(env!("CARGO_BIN_EXE_pconc-tui"))
        .arg("fidelity")
        .args(arguments)
        .env("XDG_DATA_HOME", data.path())
        .output()
        .expect("the program can be started")
}

#[test]
fn what_is_no_interpreter_is_refused_in_one_sentence() {
    let refused = fidelity(&["--python", "/nowhere/python3"]);
    let told = String::from_utf8_lossy(&refused.stderr);
    assert_eq!(refused.status.code(), Some(2), "{told}");
    assert!(
        told.contains("/nowhere/python3") && told.lines().count() == 1,
        "{told}"
    );
}

#[test]
fn one_round_answers_every_question_as_json() {
    let answered = fidelity(&["--repeats", "1", "--task-time", "2ms", "--format", "json"]);
    let told = String::from_utf8_lossy(&answered.stderr);
    if answered.status.code() == Some(2) {
        println!("skipped: {told}");
        return;
    }
    assert_eq!(answered.status.code(), Some(0), "{told}");
    let json: serde_json::Value = serde_json::from_slice(&answered.stdout).expect("it is JSON");
    assert_eq!(json["schema"], "pconc-tui.fidelity/1");
    assert_eq!(json["is_complete"], true);
    let lines = json["lines"].as_array().expect("lines are a list");
    assert_eq!(lines.len(), 10);
    for line in lines {
        assert!(
            line["ratio"]["value"]
                .as_f64()
                .is_some_and(|value| value > 0.0),
            "{line}"
        );
    }
}
