//! Fetching under every model that fetches: all accept the same answers as pages and refuse the same ones.

use std::{
    io::{Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    thread,
};

use pconc_tui::engine::fetch::FetchLimits;

use super::*;

/// A limit for the length of pages that is reached quickly.
const BODY_BYTES: u64 = 100_000;
/// The credentials as they are sent: `anna:SE@CR:ET`, and a user name alone.
const LOGINS: [&str; 2] = ["Basic YW5uYTpTRUBDUjpFVA==", "Basic VE9LRU4tT0YtQU5OQTo="];
/// Every form of the passwords in these tests that must stay hidden.
const SECRETS: [&str; 6] = [
    "SE%40CR",
    "SE@CR",
    "YmVuOlNFQENSRVQ",
    "TOKEN-OF-ANNA",
    "VE9LRU4tT0YtQU5OQTo",
    "OTHERWORD",
];

pub fn trials(session: &'static Session) -> Vec<Trial> {
    let mut trials = vec![];
    for model in Model::ALL {
        if !can_execute(Workload::Io, model) {
            continue;
        }
        let trial = |promise: &str, test: fn(&Session, Model) -> Outcomes| {
            let name = format!("fetching::{}::{promise}", model.name());
            Trial::test(name, move || test(session, model))
        };
        trials.push(trial(
            "the_same_answers_are_pages_and_the_same_are_refused",
            same_answers,
        ));
        trials.push(trial(
            "a_server_that_drips_or_is_silent_is_given_up",
            dripping,
        ));
        trials.push(trial(
            "a_login_in_an_address_is_sent_decoded",
            login_is_sent,
        ));
        trials.push(trial(
            "no_password_leaves_the_engine_and_none_is_on_the_screen",
            no_password,
        ));
    }
    trials
}

/// An answer with this status line and these headers.
fn answer(head: &str, body: &str) -> String {
    format!("HTTP/1.1 {head}\r\n\r\n{body}")
}

fn redirect(status: u16, location: &str) -> String {
    answer(
        &format!("{status} Elsewhere\r\nLocation: {location}\r\nContent-Length: 0"),
        "",
    )
}

fn sized(bytes: u64) -> String {
    let body = "x".repeat(usize::try_from(bytes).expect("it is small"));
    answer(&format!("200 OK\r\nContent-Length: {bytes}"), &body)
}

/// Names, answers, and whether they are pages.
fn answers() -> Vec<(&'static str, String, bool)> {
    const CHUNKED: &str = "200 OK\r\nTransfer-Encoding: chunked";
    let hop = |to: &str| redirect(302, to);
    let body = |bytes: u64| "x".repeat(bytes as usize);
    let good = |name, answer| (name, answer, true);
    let bad = |name, answer| (name, answer, false);
    vec![
        good("page", answer("200 OK\r\nContent-Length: 5", "hello")),
        good("empty-page", answer("204 No Content", "")),
        good("until-the-end", "HTTP/1.0 200 OK\r\n\r\nhello".into()),
        good(
            "chunked",
            answer(CHUNKED, "3\r\nhel\r\n2;a=b\r\nlo\r\n0\r\n\r\n"),
        ),
        good(
            "after-100",
            answer("100 Continue", "") + &answer("200 OK\r\nContent-Length: 5", "hello"),
        ),
        good(
            "length-twice",
            answer("200 OK\r\nContent-Length: 5, 5", "hello"),
        ),
        good("not-modified", answer("304 Not Modified", "")),
        good("largest", sized(BODY_BYTES)),
        good(
            "largest-until-the-end",
            "HTTP/1.0 200 OK\r\n\r\n".to_owned() + &body(BODY_BYTES),
        ),
        good("moved-301", redirect(301, "/page")),
        good("moved-308", redirect(308, "page?a=b#c")),
        good("one", hop("/page")),
        good("two", hop("/one")),
        good("three", hop("/two")),
        good("four", hop("/three")),
        good("five", hop("/four")),
        bad("six", hop("/five")),
        bad("loop", hop("/loop")),
        bad("no-location", answer("302 Found\r\nContent-Length: 0", "")),
        bad("to-ftp", hop("ftp://127.0.0.1:1/page")),
        bad("to-file", hop("file:///etc/hostname")),
        bad("to-file-of-host", hop("file://localhost/etc/hostname")),
        bad("to-data", hop("data:,page")),
        bad("to-no-host", hop("http:page")),
        bad("to-port-0", hop("http://127.0.0.1:0/")),
        bad(
            "short",
            answer("200 OK\r\nContent-Length: 9000", &body(5000)),
        ),
        bad(
            "short-length-twice",
            answer("200 OK\r\nContent-Length: 9000, 9000", &body(5000)),
        ),
        bad("chunk-cut-off", answer(CHUNKED, "9\r\nhello")),
        bad("last-chunk-missing", answer(CHUNKED, "5\r\nhello\r\n")),
        bad("no-chunk", answer(CHUNKED, "zz\r\nhello\r\n0\r\n\r\n")),
        bad("too-large-announced", sized(BODY_BYTES + 1)),
        bad(
            "too-large",
            "HTTP/1.0 200 OK\r\n\r\n".to_owned() + &body(BODY_BYTES + 1),
        ),
        bad(
            "too-large-chunked",
            answer(
                CHUNKED,
                &format!(
                    "{:x}\r\n{}\r\n0\r\n\r\n",
                    BODY_BYTES + 1,
                    body(BODY_BYTES + 1)
                ),
            ),
        ),
        bad(
            "head-too-large",
            answer(
                &format!("200 OK{}", format!("\r\nX: {}", body(900)).repeat(80)),
                "",
            ),
        ),
        bad("head-cut-off", "HTTP/1.1 200 OK\r\nContent-Le".into()),
        bad("head-without-end", "HTTP/1.1 200 OK\r\nA: b\r\n".into()),
        bad("no-header", answer("200 OK\r\nno colon here", "hello")),
        bad(
            "no-length",
            answer("200 OK\r\nContent-Length: five", "hello"),
        ),
        bad(
            "negative-length",
            answer("200 OK\r\nContent-Length: -5", "hello"),
        ),
        bad(
            "two-lengths",
            answer("200 OK\r\nContent-Length: 5\r\nContent-Length: 3", "hello"),
        ),
        bad("nothing", String::new()),
        bad("garbage", "this is not HTTP\r\n\r\n".into()),
        bad("no-status", answer("many", "")),
        bad("switching", answer("101 Switching Protocols", "")),
        bad(
            "part",
            answer(
                "206 Partial Content\r\nContent-Length: 5\r\nContent-Range: bytes 0-4/9",
                "hello",
            ),
        ),
        bad("400", answer("400 Bad Request\r\nContent-Length: 0", "")),
        bad("401", answer("401 Unauthorized\r\nContent-Length: 0", "")),
        bad("404", answer("404 Not Found\r\nContent-Length: 4", "page")),
        bad("503", answer("503 Busy\r\nContent-Length: 0", "")),
    ]
}

/// A server that passes each connection to `talk`, with the path and the value of the header `Authorization`. Returns
/// its origin.
fn server(talk: impl Fn(&mut TcpStream, &str, &str) + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("the loopback interface is there");
    let origin = listener.local_addr().expect("it is bound").to_string();
    let talk = std::sync::Arc::new(talk);
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let talk = talk.clone();
            thread::spawn(move || {
                let head = read_head(&mut stream);
                let path = head
                    .split(' ')
                    .nth(1)
                    .unwrap_or_default()
                    .trim_start_matches('/');
                let is_login = |line: &&str| line.to_lowercase().starts_with("authorization: ");
                let login = head
                    .lines()
                    .find(is_login)
                    .and_then(|line| line.split_once(": "));
                talk(&mut stream, path, login.map_or("", |(_, login)| login));
                // Closing before everything is read would reset the connection.
                let _ = stream.shutdown(Shutdown::Write);
                let _ = stream.read_to_end(&mut vec![]);
            });
        }
    });
    origin
}

fn read_head(stream: &mut TcpStream) -> String {
    let mut head = vec![];
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && matches!(stream.read(&mut byte), Ok(1)) {
        head.push(byte[0]);
    }
    String::from_utf8_lossy(&head).into_owned()
}

/// The results for these addresses, with one task for each.
fn fetched(
    session: &Session,
    model: Model,
    urls: Vec<String>,
    limits: FetchLimits,
) -> Result<Observed, Failed> {
    let mut draft = small(Workload::Io, model);
    draft.tasks = urls.len() as u64;
    draft.set(&WRITES, 1);
    draft.urls = Some(urls);
    *session.context.limits.lock().expect("nobody panicked") = limits;
    let observed = run(session, &draft);
    *session.context.limits.lock().expect("nobody panicked") = FetchLimits::default();
    check(
        observed.record.ending.outcome == Outcome::Completed,
        format!("{:?}", observed.record.ending.error),
    )?;
    Ok(observed)
}

fn tasks(observed: Observed) -> Vec<TaskRecord> {
    observed.record.tasks.expect("a small run lists its tasks")
}

fn same_answers(session: &Session, model: Model) -> Outcomes {
    let answers = answers();
    let urls = |origin: String| {
        answers
            .iter()
            .map(move |(name, ..)| format!("http://{origin}/{name}"))
    };
    let given = answers.clone();
    let origin = server(move |stream, path, _| {
        let path = path.split('?').next();
        if let Some((_, answer, _)) = given.iter().find(|(name, ..)| Some(*name) == path) {
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    let limits = FetchLimits {
        body_bytes: BODY_BYTES,
        timeout_s: HANG.as_secs_f64(),
        ..FetchLimits::default()
    };
    let tasks = tasks(fetched(session, model, urls(origin).collect(), limits)?);
    let wrong: Vec<String> = answers
        .iter()
        .zip(tasks)
        .filter(|((_, _, is_page), task)| *is_page != (task.outcome == TaskOutcome::Ok))
        .map(|((name, ..), task)| {
            format!(
                "{name}: {:?}",
                task.error.unwrap_or("is taken for a page".into())
            )
        })
        .collect();
    check(wrong.is_empty(), wrong.join("\n"))
}

fn dripping(session: &Session, model: Model) -> Outcomes {
    let origin = server(|stream, path, _| {
        let begin = match path {
            "body" => "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n",
            "chunk" => "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffff\r\n",
            "until-the-end" => "HTTP/1.0 200 OK\r\n\r\n",
            "head" => "HTTP/1.1 200 OK\r\nX: ",
            _ => return drop(stream.read(&mut [0])),
        };
        let mut begun = stream.write_all(begin.as_bytes());
        // The answer ends after some time, so that a fetch that waits for the end fails instead of hanging.
        for _ in 0..500 {
            if begun.is_err() {
                return;
            }
            thread::sleep(Duration::from_millis(20));
            begun = stream.write_all(b"x");
        }
    });
    let paths = ["body", "chunk", "until-the-end", "head", "silent"];
    let urls = paths.map(|path| format!("http://{origin}/{path}"));
    let limits = FetchLimits {
        timeout_s: 0.3,
        ..FetchLimits::default()
    };
    for (path, task) in paths
        .iter()
        .zip(tasks(fetched(session, model, urls.into(), limits)?))
    {
        let told = task.error.unwrap_or("is taken for a page".into());
        check(
            told.contains("timed out") || told.contains("within 0.3 s"),
            format!("{path}: {told}"),
        )?;
    }
    Ok(())
}

fn login_is_sent(session: &Session, model: Model) -> Outcomes {
    let origin = server(|stream, path, login| {
        let answer = match path {
            "anna" if login == LOGINS[0] => answer("200 OK\r\nContent-Length: 5", "hello"),
            "token" if login == LOGINS[1] => answer("200 OK\r\nContent-Length: 5", "hello"),
            "open" if login.is_empty() => answer("200 OK\r\nContent-Length: 5", "hello"),
            "same-host" => redirect(302, "/anna"),
            "other-host" => redirect(302, "http://anna:SE%40CR%3AET@127.0.0.1:PORT/anna"),
            _ => answer("401 Unauthorized\r\nContent-Length: 0", ""),
        };
        let port = stream
            .local_addr()
            .map(|address| address.port().to_string())
            .unwrap_or_default();
        let _ = stream.write_all(answer.replace("PORT", &port).as_bytes());
    });
    let urls = [
        format!("http://anna:SE%40CR%3AET@{origin}/anna"),
        format!("http://TOKEN-OF-ANNA@{origin}/token"),
        format!("http://{origin}/open"),
        format!("http://anna:SE%40CR%3AET@{origin}/same-host"),
        format!("http://{origin}/other-host"),
    ];
    for (url, task) in urls.iter().zip(tasks(fetched(
        session,
        model,
        urls.to_vec(),
        FetchLimits::default(),
    )?)) {
        check(
            task.outcome == TaskOutcome::Ok,
            format!("{url}: {:?}", task.error),
        )?;
    }
    Ok(())
}

/// Addresses with passwords whose fetches succeed, and fail in every way.
fn with_passwords() -> Vec<String> {
    let answers = answers();
    let origin = server(move |stream, path, login| {
        let answer = match path {
            "echo" => answer(
                &format!("401 {login} is not SE%40CRET, SE@CRET\r\nContent-Length: 0"),
                "",
            ),
            "to-bad-port" => redirect(302, "http://ben:OTHERWORD@127.0.0.1:port/"),
            "to-ftp-with-login" => redirect(302, "ftp://ben:OTHERWORD@127.0.0.1/"),
            "to-refused" => redirect(302, "http://ben:OTHERWORD@127.0.0.1:1/"),
            "silent" => return drop(stream.read(&mut [0])),
            path => answers
                .iter()
                .find(|(name, ..)| *name == path)
                .map_or(String::new(), |(_, answer, _)| answer.clone()),
        };
        let _ = stream.write_all(answer.as_bytes());
    });
    let paths = [
        "page",
        "echo",
        "to-bad-port",
        "to-ftp-with-login",
        "to-refused",
        "silent",
        "loop",
        "to-ftp",
        "to-no-host",
        "short",
        "chunk-cut-off",
        "head-cut-off",
        "garbage",
        "401",
        "404",
    ];
    let logins = ["ben:SE%40CRET", "TOKEN-OF-ANNA"];
    let of = |host: &str| logins.map(|login| format!("http://{login}@{host}"));
    // The label of a name has at most 63 letters, so no server is asked for this one.
    let unknown = format!("{}.localhost", "a".repeat(64));
    let mut urls: Vec<String> = paths
        .iter()
        .flat_map(|path| of(&format!("{origin}/{path}")))
        .collect();
    // Without a port the last colon comes before the password, which Python then takes for a port.
    urls.extend(
        ["localhost/page", "127.0.0.1:1/page", &unknown]
            .iter()
            .flat_map(|host| of(host)),
    );
    urls
}

fn no_password(session: &Session, model: Model) -> Outcomes {
    let limits = FetchLimits {
        timeout_s: 2.0,
        ..FetchLimits::default()
    };
    let mut urls = with_passwords();
    if model == Model::Serial {
        // Serial would wait for these one after the other.
        urls.retain(|url| !url.ends_with("/silent"));
    }
    let Observed { record, trace } = fetched(session, model, urls, limits)?;
    check(record.ending.failures.len() > 20, "too few of them failed")?;
    let written =
        serde_json::to_string(&record)? + &format!("{:?}{:?}", record.ending.failures, trace);
    let from = Provenance {
        origin: Origin::Recorded,
        session: session.id.clone(),
        machine: Machine {
            cores: vec![],
            ..session.machine.clone()
        },
    };
    let drawn = screens(session, record, trace, from);
    let drawn = drawn
        .iter()
        .flat_map(|screen| screen.content())
        .map(|cell| cell.symbol())
        .collect::<String>();
    for secret in SECRETS {
        check(
            !written.contains(secret),
            format!("{secret} is in {written}"),
        )?;
        check(
            !drawn.contains(secret),
            format!("{secret} is on the screen"),
        )?;
    }
    Ok(())
}
