//! No export is written over a file that the program keeps, whatever path leads to it.

use std::{
    fs,
    os::unix::fs::{PermissionsExt, symlink},
    path::{Path, PathBuf},
    process::Command,
};

use pconc_tui::store::Store;

use super::{Room, here, record};
use crate::fixtures::keep::KeepOne;

const TINY: &str = "run --workload cpu --model threads --workers 2 --tasks 4 --iterations 1000";

/// All files in a folder with their contents, without subfolders.
fn contents(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let entries = fs::read_dir(folder)
        .expect("the test made it so")
        .map(|entry| entry.expect("the test made it so").path());
    let mut contents: Vec<_> = entries
        .flat_map(|path| {
            if path.is_dir() {
                contents(&path)
            } else {
                vec![(path.clone(), fs::read(path).expect("the test made it so"))]
            }
        })
        .collect();
    contents.sort();
    contents
}

/// A history of two runs with all files beside it.
fn room_with_runs() -> Room {
    let room = Room::new();
    for _ in 0..2 {
        let kept = command(TINY, &room.file())
            .output()
            .expect("the test made it so");
        assert!(kept.status.success(), "{kept:?}");
    }
    room
}

fn command(line: &str, history: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pconc-tui"));
    command
        .args(line.split_whitespace())
        .arg("--history")
        .arg(history);
    command
}

#[test]
fn a_forced_export_never_replaces_the_history_nor_what_is_beside_it_by_any_name() {
    let room = room_with_runs();
    let other = tempfile::tempdir().unwrap();
    let at = |name: &str| other.path().join(name);
    symlink(room.file(), at("link.json")).unwrap();
    symlink(at("link.json"), at("link-to-link.json")).unwrap();
    symlink(room.path(), at("folder")).unwrap();
    fs::hard_link(room.file(), at("hard.json")).unwrap();
    fs::copy(room.file(), at("copy.jsonl")).unwrap();
    let before = (contents(room.path()), contents(other.path()));
    let traces: Vec<PathBuf> = before.0.iter().map(|(path, _)| path.clone()).collect();
    assert!(
        traces.len() > 2,
        "runs have traces beside the history: {traces:?}"
    );
    let dotted = room
        .path()
        .join("..")
        .join(room.path().file_name().unwrap())
        .join("history.jsonl");
    let named = [
        "link.json",
        "link-to-link.json",
        "folder/history.jsonl",
        "hard.json",
        "copy.jsonl",
    ]
    .map(at);
    for target in traces.into_iter().chain(named).chain([dotted]) {
        let run = format!("{TINY} --format table");
        for line in ["history export last --format json", &run] {
            let output = command(line, &room.file())
                .arg("--force")
                .arg("--output")
                .arg(&target)
                .output()
                .unwrap();
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(
                !output.status.success(),
                "{line}, {}: {said}",
                target.display()
            );
            assert!(
                said.contains("pconc-tui keeps its history there"),
                "{line}: {said}"
            );
            assert_eq!(
                (contents(room.path()), contents(other.path())),
                before,
                "{}",
                target.display()
            );
        }
    }
}

#[test]
fn a_forced_export_never_replaces_what_waits_to_be_added_to_a_history() {
    let room = room_with_runs();
    let link = room.path().join("link.jsonl");
    symlink(room.file(), &link).unwrap();
    let lock = fs::OpenOptions::new()
        .append(true)
        .open(room.file())
        .unwrap();
    lock.lock().unwrap();
    for history in [room.file(), link.clone()] {
        assert!(command(TINY, &history).output().unwrap().status.success());
    }
    let waiting: Vec<PathBuf> = contents(room.path())
        .into_iter()
        .map(|(path, _)| path)
        .filter(|path| path.to_string_lossy().contains(".pending-"))
        .collect();
    assert_eq!(waiting.len(), 2);
    let before = contents(room.path());
    for target in &waiting {
        for keeping in [
            vec!["--no-history".into()],
            vec!["--history".into(), link.display().to_string()],
        ] {
            let mut run = Command::new(env!("CARGO_BIN_EXE_pconc-tui"));
            run.args(TINY.split(' '))
                .args(keeping)
                .arg("--force")
                .arg("--output")
                .arg(target);
            assert_eq!(
                run.output().unwrap().status.code(),
                Some(2),
                "{}",
                target.display()
            );
            assert_eq!(contents(room.path()), before);
        }
    }
}

#[test]
fn the_usual_history_is_not_replaced_either_when_another_one_is_named() {
    let (data, room) = (tempfile::tempdir().unwrap(), room_with_runs());
    let usual = data.path().join("pconc-tui/history.jsonl");
    for exists in [false, true] {
        fs::create_dir_all(usual.parent().unwrap()).unwrap();
        if exists {
            fs::write(&usual, "").unwrap();
        }
        for keeping in [
            vec!["--no-history".to_string()],
            vec!["--history".into(), room.file().display().to_string()],
        ] {
            let output = Command::new(env!("CARGO_BIN_EXE_pconc-tui"))
                .args(TINY.split(' '))
                .args(keeping)
                .args(["--format", "json", "--force", "--output"])
                .arg(&usual)
                .env("XDG_DATA_HOME", data.path())
                .output()
                .unwrap();
            assert_eq!(output.status.code(), Some(2), "{output:?}");
        }
    }
}

#[test]
fn a_forced_export_replaces_a_plain_file_and_keeps_its_mode() {
    let room = Room::new();
    Store::at(room.place())
        .keep_run(0, &here("one"), &record("a"))
        .unwrap();
    for (name, mode) in [
        ("private.json", 0o600),
        ("read-only.json", 0o440),
        ("open.json", 0o666),
    ] {
        let target = room.path().join(name);
        fs::write(&target, "old").unwrap();
        fs::set_permissions(&target, fs::Permissions::from_mode(mode)).unwrap();
        let mut export = Command::new(env!("CARGO_BIN_EXE_pconc-tui"));
        export
            .args([
                "history", "export", "last", "--format", "json", "--force", "--output",
            ])
            .arg(&target);
        let output = export.arg("--history").arg(room.file()).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        assert!(fs::read(&target).unwrap().starts_with(b"{"), "{name}");
        assert_eq!(
            fs::metadata(&target).unwrap().permissions().mode() & 0o777,
            mode,
            "{name}"
        );
    }
}

#[test]
fn an_export_over_a_file_that_exists_is_bad_input() {
    let room = room_with_runs();
    let target = room.path().join("there.json");
    fs::write(&target, "mine").unwrap();
    let mut export = Command::new(env!("CARGO_BIN_EXE_pconc-tui"));
    export
        .args(["history", "export", "last", "--output"])
        .arg(&target)
        .arg("--history")
        .arg(room.file());
    let output = export.output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(told.contains("--force"), "{told}");
    assert_eq!(fs::read(&target).unwrap(), b"mine");
}
