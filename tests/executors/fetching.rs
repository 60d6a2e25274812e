//! Fetching under every model that fetches: all accept the same answers as pages and refuse the same ones.

use std::{
    io::{Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    process::Command,
    sync::{Arc, Mutex, OnceLock},
    thread,
};

use pconc_tui::{
    domain::address::shown,
    engine::{
        fetch::{FetchLimits, Fetcher},
        latch::Latch,
    },
};

use proptest::{
    strategy::{Strategy, ValueTree},
    test_runner::{Reason, TestRunner},
};

use super::{
    behaviours::{BODY, BODY_BYTES, Behaviour, Outcome as Expected, TIME},
    damage::{cases, damaged},
    servers::Servers,
    *,
};

/// How many damaged answers are tried in one run.
const DAMAGED: u32 = 1_000;

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
            "each_behaviour_of_a_server_has_the_outcome_of_the_table",
            same_outcomes,
        ));
        trials.push(trial(
            "a_damaged_answer_has_the_same_outcome_as_under_other_models",
            damaged_answers,
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
    type Test = fn() -> Outcomes;
    let whole: [(&str, Test); 2] = [
        (
            "fetching::native::pages_have_as_many_bytes_as_in_the_table",
            native_bytes,
        ),
        (
            "fetching::python::pages_have_as_many_bytes_as_in_the_table",
            python_bytes,
        ),
    ];
    trials.extend(whole.map(|(name, test)| Trial::test(name, test)));
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
    if !model.is_serial() {
        draft.workers = 16;
    }
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

/// The servers of the table, for all tests.
fn servers() -> &'static Servers {
    static SERVERS: OnceLock<Servers> = OnceLock::new();
    SERVERS.get_or_init(|| Servers::start(trusted()))
}

/// The limits with which the table is tried. Only fetches that end by the time limit get a short one.
fn limits(is_slow: bool) -> FetchLimits {
    FetchLimits {
        timeout_s: if is_slow { 0.4 } else { HANG.as_secs_f64() },
        body_bytes: BODY_BYTES as u64,
        ..FetchLimits::default()
    }
}

fn same_outcomes(session: &Session, model: Model) -> Outcomes {
    let (slow, quick): (Vec<_>, Vec<_>) =
        behaviours::all().into_iter().partition(Behaviour::is_slow);
    let mut wrong = vec![];
    for behaviours in [quick, slow] {
        let limits = limits(behaviours[0].is_slow());
        let urls: Vec<String> = behaviours
            .iter()
            .map(|behaviour| servers().address(behaviour))
            .collect();
        let tasks = tasks(fetched(session, model, urls.clone(), limits)?);
        check(tasks.len() == urls.len(), "a task is missing")?;
        for ((behaviour, url), task) in behaviours.iter().zip(urls).zip(tasks) {
            let expected = match &behaviour.outcome {
                Expected::Page(_) => None,
                Expected::Fails(why) => {
                    let why = why.replace(TIME, "0.4 s").replace(BODY, "1 MiB");
                    Some(format!("{}: {why}", shown(&url)))
                }
            };
            if task.error != expected {
                let does = behaviour.does;
                wrong.push(format!("{url}: {:?}, not {expected:?}: {does}", task.error));
            }
        }
    }
    check(wrong.is_empty(), wrong.join("\n"))
}

/// Damaged answers of the table, the same at each time and under each model.
fn damaged_answers(session: &Session, model: Model) -> Outcomes {
    static FIRST: Mutex<Vec<Vec<Option<String>>>> = Mutex::new(vec![]);
    let is_small = |behaviour: &Behaviour| (1..2_000).contains(&behaviour.says.len());
    let good = behaviours::all().into_iter().filter(is_small);
    let damaged = damaged(good.map(|behaviour| behaviour.says).collect());
    let mut runner = TestRunner::deterministic();
    let mut first = FIRST.lock()?;
    for round in 0..cases(DAMAGED).cases.div_ceil(DAMAGED) as usize {
        let answers: Vec<Vec<u8>> = (0..DAMAGED)
            .map(|_| Ok(damaged.new_tree(&mut runner)?.current()))
            .collect::<Result<_, Reason>>()
            .map_err(|reason| reason.to_string())?;
        let causes = causes(session, model, answers.clone())?;
        if round == first.len() {
            first.push(causes.clone());
        }
        for ((first, cause), answer) in first[round].iter().zip(causes).zip(answers) {
            let told = format!("{cause:?}, not {first:?}: {}", answer.escape_ascii());
            check(*first == cause, told)?;
        }
    }
    Ok(())
}

/// Why the fetches of these answers fail, if they do.
fn causes(
    session: &Session,
    model: Model,
    answers: Vec<Vec<u8>>,
) -> Result<Vec<Option<String>>, Failed> {
    let numbers = 0..answers.len();
    let origin = server(move |stream, path, _| {
        let answer = path
            .parse()
            .ok()
            .and_then(|number: usize| answers.get(number));
        let _ = stream.write_all(answer.map_or(b"", |answer| answer));
    });
    let urls: Vec<String> = numbers
        .map(|number| format!("http://{origin}/{number}"))
        .collect();
    // Nobody is asked for the page to which a damaged answer redirects.
    let limits = FetchLimits {
        redirects: 0,
        ..limits(false)
    };
    let tasks = tasks(fetched(session, model, urls.clone(), limits)?);
    let cause = |(url, task): (String, TaskRecord)| {
        let error = task.error?;
        // An error without the address is one that no model has a sentence for.
        let why = error.strip_prefix(&format!("{url}: "));
        Some(why.map_or_else(|| format!("unexpected {error}"), String::from))
    };
    Ok(urls.into_iter().zip(tasks).map(cause).collect())
}

/// The addresses of the table that are pages, and how many bytes they have.
fn pages() -> Vec<(String, usize)> {
    let page = |behaviour: Behaviour| match behaviour.outcome {
        Expected::Page(bytes) => Some((servers().address(&behaviour), bytes)),
        Expected::Fails(_) => None,
    };
    behaviours::all().into_iter().filter_map(page).collect()
}

fn native_bytes() -> Outcomes {
    let stop = Arc::new(Latch::new()?);
    let fetcher = Fetcher::new(stop, limits(false), |wait| wait());
    for (url, bytes) in pages() {
        let page = fetcher.get(&url).map_err(|error| error.to_string())?;
        check(page.len() == bytes, format!("{url}: {}", page.len()))?;
    }
    Ok(())
}

/// The clients of Python alone: that of threads, processes and interpreters, and that of the event loop.
const CLIENTS: &str = "\
import asyncio, json, sys, urllib.request
sys.path.insert(0, 'assets')
import worker
urls, limits = json.loads(sys.argv[1])
urllib.request.install_opener(worker.make_opener(limits))
async def in_loop(context):
    return [len(await worker.fetched_in_loop(url, limits, context)) for url in urls]
print(json.dumps([[len(worker.fetched(url, limits)) for url in urls], asyncio.run(in_loop(worker.make_context(urls)))]))";

fn python_bytes() -> Outcomes {
    let Some(python) = interpreters::default() else {
        println!("skipped: there is no Python");
        return Ok(());
    };
    let (urls, expected): (Vec<String>, Vec<usize>) = pages().into_iter().unzip();
    let given = serde_json::to_string(&(urls, limits(false)))?;
    let output = Command::new(&python.path)
        .args(["-B", "-c", CLIENTS, &given])
        .output()?;
    let printed = String::from_utf8_lossy(&output.stdout);
    check(
        serde_json::from_str::<[Vec<usize>; 2]>(&printed).ok()
            == Some([expected.clone(), expected]),
        format!("{printed}{}", String::from_utf8_lossy(&output.stderr)),
    )
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
    let behaviours = behaviours::all();
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
            path => behaviours
                .iter()
                .find(|behaviour| behaviour.path() == path)
                .map_or(String::new(), |behaviour| {
                    String::from_utf8_lossy(&behaviour.says).into_owned()
                }),
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
        "shorter",
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
