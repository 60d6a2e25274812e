use std::fs;

use super::*;

fn seen(log: &mut Log) -> Vec<String> {
    let mut seen = vec![];
    log.read(|what| {
        seen.push(match what {
            LogEvent::Restart => "restart".into(),
            LogEvent::Line { at, text, is_whole } => {
                let broken = if is_whole { "" } else { "broken " };
                format!("{at} {broken}{}", String::from_utf8_lossy(text))
            }
        });
    })
    .unwrap();
    seen
}

fn append(log: &mut Log, lines: &str) {
    let file = log.locked(PATIENCE).unwrap();
    log.catch_up(&file, |_| {}).unwrap();
    log.end_torn_line(&file).unwrap();
    log.append(&file, lines.as_bytes()).unwrap();
}

#[test]
fn a_reader_sees_only_what_it_has_not_seen_yet_and_everything_again_in_another_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new/log");
    let (mut log, mut other) = (Log::new(path.clone()), Log::new(path.clone()));
    assert_eq!(seen(&mut log), Vec::<String>::new());
    append(&mut other, "a\nb\n");
    assert_eq!(seen(&mut log), ["restart", "1 a", "2 b"]);
    append(&mut other, "c\n");
    assert_eq!(seen(&mut log), ["3 c"]);
    assert_eq!(seen(&mut log), Vec::<String>::new());
    fs::remove_file(&path).unwrap();
    append(&mut other, "d\n");
    assert_eq!(seen(&mut log), ["restart", "1 d"]);
    fs::write(&path, "").unwrap();
    assert_eq!(seen(&mut log), ["restart"]);
}

#[test]
fn a_torn_line_gets_an_end_before_the_next_one_is_appended() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    fs::write(&path, "a\nb").unwrap();
    let mut log = Log::new(path.clone());
    assert_eq!(seen(&mut log), ["restart", "1 a", "2 broken b"]);
    append(&mut log, "c\n");
    assert_eq!(seen(&mut log), ["2 b", "3 c"]);
    assert_eq!(fs::read_to_string(&path).unwrap(), "a\nb\nc\n");
}

#[test]
fn a_line_of_any_length_costs_only_itself() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    let most = usize::try_from(LINE_MAX).unwrap();
    for length in [most - 1, most, most + 1, 2 * most, 2 * most + 7] {
        fs::write(&path, format!("a\n{}\nb\n", "x".repeat(length))).unwrap();
        let seen = seen(&mut Log::new(path.clone()));
        assert_eq!(
            (seen.len(), &seen[1][..], &seen[3][..]),
            (4, "1 a", "3 b"),
            "{length}"
        );
        assert_eq!(seen[2].starts_with("2 broken "), length >= most, "{length}");
    }
    fs::write(&path, "x".repeat(most + 1)).unwrap();
    let seen = seen(&mut Log::new(path));
    assert!(
        seen.len() == 2 && seen[1].starts_with("1 broken"),
        "it has no end"
    );
}

#[test]
fn a_lock_is_waited_for_only_for_a_while() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    let (mut log, mut other) = (Log::new(path.clone()), Log::new(path));
    let held = log.locked(PATIENCE).unwrap();
    let sentence = other.locked(Duration::from_millis(5)).unwrap_err();
    assert!(
        sentence.to_string().contains("another program keeps"),
        "{sentence}"
    );
    log.append(&held, b"a\n").unwrap();
    drop(held);
    append(&mut other, "b\n");
    assert_eq!(seen(&mut log), ["restart", "1 a", "2 b"]);
}

#[test]
fn anything_but_a_file_is_refused_without_waiting() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::S_IRWXU).unwrap();
    for (path, expected) in [
        (folder.path().to_path_buf(), "is a directory"),
        (pipe, "is no file"),
        ("/dev/null".into(), "is no file"),
    ] {
        let mut log = Log::new(path);
        assert!(
            log.read(|_| {})
                .unwrap_err()
                .to_string()
                .ends_with(expected)
        );
        assert!(
            log.locked(PATIENCE)
                .unwrap_err()
                .to_string()
                .ends_with(expected)
        );
    }
    let mut log = Log::new("/dev/null/log".into());
    assert!(
        log.locked(PATIENCE)
            .unwrap_err()
            .to_string()
            .starts_with("cannot write to /dev/null/log: ")
    );
}

#[test]
fn a_file_system_without_locks_is_not_mistaken_for_a_lock_that_fails() {
    let is_no_lock = |code: Errno| is_no_lock(&io::Error::from_raw_os_error(code as i32));
    assert!([Errno::ENOLCK, Errno::ENOTSUP, Errno::ENOSYS].map(is_no_lock) == [true; 3]);
    assert!(!is_no_lock(Errno::EIO));
}
