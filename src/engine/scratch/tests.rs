use std::os::unix::{
    fs::{PermissionsExt, symlink},
    net::UnixListener,
};

use nix::{sys::stat::Mode, unistd::mkfifo};
use tempfile::TempDir;

use super::*;

fn room() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// The directory of a session that was killed together with its zygote.
fn abandoned(room: &TempDir) -> PathBuf {
    let scratch = Scratch::below(room.path());
    scratch.make().unwrap();
    make_old(&scratch.directory);
    scratch.directory.to_path_buf()
}

fn make_old(directory: &Path) {
    let long_ago = std::time::SystemTime::now() - 2 * YOUNG;
    File::open(directory)
        .unwrap()
        .set_modified(long_ago)
        .unwrap();
}

/// Creates everything that a session writes.
fn fill(directory: &Path) {
    for file in [
        "output-0.txt",
        "output-4294967295.txt",
        "output.txt",
        "order.json",
        "pconc_worker.py",
    ] {
        fs::write(directory.join(file), "x").unwrap();
    }
    mkfifo(&directory.join(OUTPUT), Mode::S_IRWXU).unwrap();
    fs::create_dir(directory.join("__pycache__")).unwrap();
    for file in [
        "pconc_worker.cpython-311.pyc",
        "pconc_worker.cpython-313.pyc.140203",
    ] {
        fs::write(directory.join("__pycache__").join(file), "x").unwrap();
    }
    fs::create_dir(directory.join("pymp-8d_1abcd")).unwrap();
    UnixListener::bind(directory.join("pymp-8d_1abcd/listener-abcd1234")).unwrap();
}

#[test]
fn the_directory_of_an_earlier_session_is_removed_with_all_its_files() {
    let room = room();
    let directory = abandoned(&room);
    fill(&directory);
    make_old(&directory);
    sweep(room.path());
    assert!(!directory.exists());
}

#[test]
fn a_directory_in_use_or_just_made_stays_and_an_old_free_one_goes() {
    let room = room();
    let scratch = Scratch::below(room.path());
    scratch.make().unwrap();
    make_old(&scratch.directory);
    sweep(room.path());
    assert!(scratch.directory.exists(), "it is locked");
    *lock(&scratch.held) = None;
    File::open(&scratch.directory)
        .unwrap()
        .set_modified(std::time::SystemTime::now())
        .unwrap();
    sweep(room.path());
    assert!(scratch.directory.exists(), "it is young");
    make_old(&scratch.directory);
    sweep(room.path());
    assert!(!scratch.directory.exists());
}

#[test]
fn a_directory_stays_whose_name_another_program_could_have_given_it() {
    let names = [
        "pconc-tui-0.1.0",
        "pconc-tui-",
        "pconc-tui-0190b1c2d3e4f5061728394a5b6c7d8",
        "pconc-tui-0190b1c2d3e4f5061728394a5b6c7d8e9",
        "pconc-tui-0190B1C2D3E4F5061728394A5B6C7D8E",
        "pconc-tui-0190b1c2-d3e4-f506-1728-394a5b6c7d8e",
        "my-pconc-tui-0190b1c2d3e4f5061728394a5b6c7d8e",
    ];
    let room = room();
    for name in names {
        let path = room.path().join(name);
        fs::rename(abandoned(&room), &path).unwrap();
        sweep(room.path());
        assert!(path.exists(), "{name}");
    }
}

#[test]
fn a_directory_without_a_marker_of_its_own_stays() {
    let room = room();
    let unmarked = abandoned(&room);
    fs::remove_file(unmarked.join(MARKER)).unwrap();
    make_old(&unmarked);
    let linked = abandoned(&room);
    fs::remove_file(linked.join(MARKER)).unwrap();
    fs::write(room.path().join("elsewhere"), MARKER_TEXT).unwrap();
    symlink(room.path().join("elsewhere"), linked.join(MARKER)).unwrap();
    make_old(&linked);
    sweep(room.path());
    assert!(unmarked.exists() && linked.exists());
}

#[test]
fn a_link_to_a_session_directory_and_its_target_stay() {
    let (room, other) = (room(), tempfile::tempdir().unwrap());
    let target = abandoned(&other);
    fs::write(target.join("output-1.txt"), "x").unwrap();
    make_old(&target);
    let link = room.path().join(target.file_name().unwrap());
    symlink(&target, &link).unwrap();
    sweep(room.path());
    assert!(link.exists() && target.join("output-1.txt").exists());
}

#[test]
fn a_directory_that_holds_anything_else_stays_with_all_that_is_in_it() {
    type Put = fn(&Path);
    let put: [(&str, Put); 6] = [
        ("a file of another name", |directory| {
            fs::write(directory.join("notes.txt"), "x").unwrap()
        }),
        ("a task's file that is a directory", |directory| {
            fs::create_dir(directory.join("output-1.txt")).unwrap();
        }),
        ("a task's file that is a link", |directory| {
            symlink("/etc/hostname", directory.join("output-1.txt")).unwrap();
        }),
        ("a task of no number", |directory| {
            fs::write(directory.join("output-one.txt"), "x").unwrap()
        }),
        ("a file in the interpreter's directory", |directory| {
            fs::create_dir(directory.join("pymp-abcd1234")).unwrap();
            fs::write(
                directory.join("pymp-abcd1234/listener-abcd1234"),
                "no socket",
            )
            .unwrap();
        }),
        ("another module", |directory| {
            fs::create_dir(directory.join("__pycache__")).unwrap();
            fs::write(directory.join("__pycache__/mine.cpython-311.pyc"), "x").unwrap();
        }),
    ];
    for (what, put) in put {
        let room = room();
        let directory = abandoned(&room);
        fs::write(directory.join("output-7.txt"), "x").unwrap();
        put(&directory);
        make_old(&directory);
        sweep(room.path());
        assert!(
            directory.join("output-7.txt").exists() && directory.join(MARKER).exists(),
            "{what}"
        );
    }
}

#[test]
fn the_directory_is_private_and_goes_with_its_files() {
    let room = room();
    let scratch = Scratch::below(room.path());
    scratch.make().unwrap();
    let mode = fs::metadata(&scratch.directory)
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o700);
    fill(&scratch.directory);
    scratch.remove();
    assert!(!scratch.directory.exists());
    scratch.remove();
}

#[test]
fn a_directory_whose_maker_was_ended_before_it_wrote_the_marker_goes_if_it_is_empty() {
    let room = room();
    for (is_empty, file) in [(true, None), (false, Some("notes.txt"))] {
        let scratch = Scratch::below(room.path());
        scratch.make().unwrap();
        fs::remove_file(scratch.directory.join(MARKER)).unwrap();
        if let Some(file) = file {
            fs::write(scratch.directory.join(file), "mine").unwrap();
        }
        scratch.remove();
        assert_eq!(!scratch.directory.exists(), is_empty);
    }
}

#[test]
fn a_name_that_is_taken_is_neither_used_nor_removed() {
    let room = room();
    let scratch = Scratch::below(room.path());
    fs::create_dir(&scratch.directory).unwrap();
    assert!(scratch.make().is_err());
    scratch.remove();
    assert!(scratch.directory.exists());
}

#[test]
fn foreign_files_in_the_session_directory_stay_and_the_next_run_uses_it_again() {
    let room = room();
    let scratch = Scratch::below(room.path());
    scratch.make().unwrap();
    fill(&scratch.directory);
    fs::write(scratch.directory.join("notes.txt"), "mine").unwrap();
    scratch.remove();
    let left = |directory: &Path| -> Vec<_> {
        let mut left: Vec<_> = fs::read_dir(directory)
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        left.sort();
        left
    };
    assert_eq!(left(&scratch.directory), [MARKER, "notes.txt"]);
    scratch.make().unwrap();
    fs::remove_file(scratch.directory.join("notes.txt")).unwrap();
    scratch.remove();
    assert!(!scratch.directory.exists());
}

#[test]
fn semaphores_go_with_the_directory_of_their_session_and_others_stay() {
    let room = room();
    let (ours, theirs) = (Scratch::below(room.path()), Scratch::below(room.path()));
    ours.make().unwrap();
    let semaphore = |scratch: &Scratch| {
        let file = PathBuf::from(format!("/dev/shm/sem.{}-ab3d_5fg", scratch.semaphores()));
        fs::write(&file, "x").map(|()| file)
    };
    let (Ok(own), Ok(other)) = (semaphore(&ours), semaphore(&theirs)) else {
        println!("skipped: there is no shared memory to write to");
        return;
    };
    ours.remove();
    assert!(!own.exists() && other.exists());
    fs::remove_file(other).unwrap();
}

#[test]
fn a_socket_fits_into_a_directory_whose_path_is_too_long_for_one() {
    let room = room();
    let long = room.path().join("x".repeat(120));
    fs::create_dir(&long).unwrap();
    let scratch = Scratch::below(&long);
    scratch.make().unwrap();
    let listener = scratch.at_block(UnixListener::bind).unwrap();
    UnixListener::bind(scratch.short_path().join("listener-abcd1234")).unwrap();
    assert!(scratch.directory.join(BLOCK).exists());
    drop(listener);
    scratch.remove();
    assert!(!scratch.directory.exists());
}
