//! Looks for the passwords and tokens of addresses, and for the home directory, in everything that the program writes.

use std::{
    fs,
    io::{Read, Write},
    net::{Shutdown, TcpListener},
    path::Path,
    process::Output,
    thread,
};

use pconc_tui::{
    catalog::{model::Model, workload::Workload},
    present::format::Format,
};

use super::{Room, programs::program};

/// The secrets of these tests as they are written, decoded, and sent.
const SECRETS: [&str; 10] = [
    "QUERY%54OKEN",
    "QUERYTOKEN",
    HOME,
    "PROXYWORD",
    "SE%40CR",
    "SE@CR",
    "YW5uYTpTRUBDUkVU",
    "TOKEN-OF-ANNA",
    "VE9LRU4tT0YtQU5OQTo",
    "OTHERWORD",
];

/// The name of the home directory.
const HOME: &str = "home-of-anna";

/// A server with one answer for each path. Returns its host and port.
fn server() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("the loopback interface is there");
    let host = listener.local_addr().expect("it is bound").to_string();
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            thread::spawn(move || {
                let mut head = [0; 2048];
                let read = stream.read(&mut head).unwrap_or(0);
                let head = String::from_utf8_lossy(&head[..read]);
                let path = head.split([' ', '?']).nth(1).unwrap_or_default();
                let _ = stream.write_all(answer(path).as_bytes());
                let _ = stream.shutdown(Shutdown::Write);
                let _ = stream.read_to_end(&mut vec![]);
            });
        }
    });
    host
}

fn answer(path: &str) -> String {
    let redirect = |to: &str| format!("302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n");
    let answer = match path {
        "/page" => "200 OK\r\nContent-Length: 5\r\n\r\nhello".into(),
        "/short" => "200 OK\r\nContent-Length: 9000\r\n\r\nhello".into(),
        "/401" => "401 anna:SE@CRET is wrong\r\nContent-Length: 0\r\n\r\n".into(),
        "/to-token" => redirect("/401?token=QUERYTOKEN"),
        "/to-port" => redirect("http://ben:OTHERWORD@127.0.0.1:port/"),
        "/to-ftp" => redirect("ftp://ben:OTHERWORD@127.0.0.1/"),
        "/to-refused" => redirect("http://ben:OTHERWORD@127.0.0.1:1/"),
        "/loop" => redirect("/loop"),
        _ => return "SE@CRET is not HTTP\r\n\r\n".into(),
    };
    format!("HTTP/1.1 {answer}")
}

/// A file of addresses with passwords, whose fetches succeed and fail in many ways.
fn addresses(room: &Room) -> String {
    let host = server();
    let paths = [
        "page",
        "short",
        "401",
        "to-port",
        "to-ftp",
        "to-refused",
        "loop",
        "garbage",
        "page?api_key=QUERYTOKEN",
        "401?page=1&token=QUERY%54OKEN",
        "to-token?signature=QUERYTOKEN",
    ];
    let mut places: Vec<String> = paths.map(|path| format!("{host}/{path}")).into();
    // The label of a name has at most 63 letters, so no server is asked for this one.
    places.extend([
        "localhost/page".into(),
        "127.0.0.1:1/page".into(),
        format!("{}.localhost/", "a".repeat(64)),
    ]);
    let logins = ["anna:SE%40CRET", "TOKEN-OF-ANNA"];
    let of = |place: &String| logins.map(|login| format!("http://{login}@{place}\n"));
    let file = room.path().join("addresses.txt");
    fs::write(&file, places.iter().flat_map(of).collect::<String>()).expect("there is room for it");
    file.display().to_string()
}

fn assert_no_secret(text: &[u8], of: &str) {
    let text = String::from_utf8_lossy(text);
    for secret in SECRETS {
        assert!(!text.contains(secret), "{of} has {secret}: {text}");
    }
}

fn outcome(line: &str, room: &Room) -> Output {
    let mut program = program(line, &room.file());
    program.env("http_proxy", "http://anna:PROXYWORD@127.0.0.1:1/");
    program.env("HOME", room.path().join(HOME));
    program
        .output()
        .expect("the binary was built for this test")
}

fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path());
    entries
        .flat_map(|path| {
            if path.is_dir() {
                files(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}

#[test]
fn no_password_of_an_address_is_in_anything_that_is_written() {
    let room = Room::new();
    let given = addresses(&room);
    let said = |line: &str| {
        let output = outcome(line, &room);
        assert_no_secret(&output.stdout, line);
        assert_no_secret(&output.stderr, line);
        assert!(
            !output.stdout.is_empty(),
            "{line}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let doctor = said("doctor");
    let mut runs = 0;
    let suits = |model: &Model| Workload::Io.suits(*model);
    for model in Model::ALL.into_iter().filter(suits) {
        // The message about what the program cannot execute here must not contain a password, either.
        if model == Model::PythonInterpreters || model.is_python() && !doctor.contains("Python 3.")
        {
            println!("skipped: {}", model.name());
            continue;
        }
        let workers = if model.is_serial() { 1 } else { 4 };
        let line = format!(
            "run --workload io --model {} --workers {workers} --tasks 28 --writes 1",
            model.name()
        );
        assert!(
            said(&format!("{line} --urls {given}")).contains("failed"),
            "{line}"
        );
        runs += 1;
    }
    for format in Format::ALL {
        let exported = said(&format!(
            "history export 1..{runs} --format {}",
            format.name()
        ));
        assert!(
            format != Format::Json || exported.matches("***@").count() > runs * 28,
            "{exported}"
        );
    }
    said("history list");
    said(&format!("history show 1..{runs}"));
    said(&format!("history compare 1..{runs}"));
    let written = files(room.path());
    assert!(written.len() > runs, "runs and traces are kept");
    for file in written
        .iter()
        .filter(|file| !file.ends_with("addresses.txt"))
    {
        assert_no_secret(
            &fs::read(file).expect("it was just listed"),
            &file.display().to_string(),
        );
    }
}

/// A function whose calls fail with everything that must stay secret.
const FUNCTION: &str = "\
import os
def fetch(url):
    print('fetching', url)
    raise RuntimeError('%s: no such file: %s/page' % (url, os.environ['HOME']))
";

#[test]
fn what_a_function_prints_and_raises_is_kept_without_passwords_tokens_and_home_directory() {
    let room = Room::new();
    let file = |name: &str, text: &str| {
        let file = room.path().join(name);
        fs::write(&file, text).expect("there is room for it");
        file.display().to_string()
    };
    let function = file("fetches.py", FUNCTION);
    let inputs = file(
        "addresses.txt",
        "http://anna:SE%40CRET@localhost/?token=QUERYTOKEN\n",
    );
    let line = format!(
        "run --workload function --function {function}:fetch --inputs {inputs} --model python-threads --workers 1"
    );
    let output = outcome(&line, &room);
    let said = String::from_utf8_lossy(&output.stdout);
    if output.status.code() == Some(2) {
        println!("skipped: {}", String::from_utf8_lossy(&output.stderr));
        return;
    }
    assert!(said.contains("~/page"), "{said}");
    assert_no_secret(&output.stdout, &line);
    assert_no_secret(&output.stderr, &line);
    for format in Format::ALL {
        let line = format!("history export 1 --format {}", format.name());
        let output = outcome(&line, &room);
        assert!(!output.stdout.is_empty(), "{line}");
        assert_no_secret(&output.stdout, &line);
    }
    let kept = files(room.path()).into_iter().filter(|file| {
        !file.ends_with("addresses.txt") && !file.ends_with("fetches.py") && !file.ends_with(".pyc")
    });
    for file in kept {
        let content = fs::read(&file).expect("it was just listed");
        assert_no_secret(&content, &file.display().to_string());
    }
}

#[test]
fn no_refusal_repeats_a_password() {
    let room = Room::new();
    let file = |name: &str, line: &str| {
        let file = room.path().join(name);
        fs::write(&file, line).expect("there is room for it");
        file.display().to_string()
    };
    let raw = "http://anna:SE@CR@localhost/page";
    let long = format!("http://anna:{}SE%40CR@localhost/", "x".repeat(200));
    let lists = [
        file("at.txt", raw),
        file("slash.txt", "http://anna:x/SE@CR@localhost/"),
        file("port.txt", "http://anna:SE%40CR@localhost:port/"),
        file("scheme.txt", "ftp://anna:SE%40CR@localhost/"),
    ];
    let mut lines: Vec<String> = lists
        .iter()
        .map(|list| format!("run --workload io --model threads --urls {list}"))
        .collect();
    for address in [raw, &long, "http://anna:x/SE@CR@localhost/"] {
        lines.push(format!("run --workload {address} --model threads"));
        lines.push(format!("run --workload io --model {address}"));
        lines.push(format!("run {address}"));
        lines.push(address.to_owned());
    }
    for address in [raw, &long] {
        lines.push(format!(
            "run --workload io --model threads --urls {address}"
        ));
        lines.push(format!("replay {address}"));
        lines.push(format!("history show {address}"));
        lines.push(format!("history export {address}"));
    }
    for line in lines {
        let output = outcome(&line, &room);
        assert_eq!(output.status.code(), Some(2), "{line}");
        assert_no_secret(&output.stdout, &line);
        assert_no_secret(&output.stderr, &line);
    }
}
