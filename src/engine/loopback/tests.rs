//! Tests of `loopback.rs`.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    thread,
};

use nix::sys::resource::{Resource, getrlimit, setrlimit};

use super::*;

/// A time limit that is reached only if something hangs.
const HANG: Duration = Duration::from_secs(30);

fn start(site: Site) -> SocketAddr {
    let listener = listen().expect("a listening socket");
    let address = listener.local_addr().expect("its address");
    thread::spawn(move || serve(listener, &site));
    address
}

fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect_timeout(&address, HANG).expect("a connection");
    stream.set_read_timeout(Some(HANG)).expect("a timeout");
    stream.set_write_timeout(Some(HANG)).expect("a timeout");
    stream
}

fn answer_to(address: SocketAddr, request: &[u8]) -> Vec<u8> {
    let mut stream = connect(address);
    stream.write_all(request).expect("the request is taken");
    rest_of(&mut stream)
}

fn rest_of(stream: &mut TcpStream) -> Vec<u8> {
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("an answer");
    answer
}

fn get(i: usize) -> String {
    format!("GET /page/{i} HTTP/1.1\r\nHost: x\r\n\r\n")
}

fn body_of(answer: &[u8]) -> &[u8] {
    let end_of_head = answer
        .windows(4)
        .position(|four| four == b"\r\n\r\n")
        .expect("a head")
        + 4;
    &answer[end_of_head..]
}

fn status_of(answer: &[u8]) -> String {
    String::from_utf8_lossy(answer)
        .split(' ')
        .nth(1)
        .unwrap_or_default()
        .to_owned()
}

/// Whether this many descriptors may be open at once, after raising the limit as far as allowed.
fn allows_descriptors(wanted: u64) -> bool {
    let (_, hard) = getrlimit(Resource::RLIMIT_NOFILE).expect("the limit");
    let _ = setrlimit(Resource::RLIMIT_NOFILE, hard, hard);
    getrlimit(Resource::RLIMIT_NOFILE).is_ok_and(|(soft, _)| soft >= wanted)
}

#[test]
fn a_page_comes_with_a_complete_head() {
    let address = start(Site {
        latencies_ms: vec![0, 0],
        page_bytes: 5_000,
    });
    let answer = answer_to(address, get(1).as_bytes());
    let text = String::from_utf8_lossy(&answer);
    assert!(text.starts_with("HTTP/1.1 200 OK\r\n"), "{text}");
    assert!(
        text.contains("\r\nContent-Type: text/html; charset=utf-8\r\n"),
        "{text}"
    );
    assert!(text.contains("\r\nContent-Length: 5000\r\n"), "{text}");
    assert!(text.contains("\r\nConnection: close\r\n"), "{text}");
    assert_eq!(body_of(&answer), page(1, 5_000));
}

#[test]
fn unserved_requests_are_refused_with_the_right_status() {
    let address = start(Site {
        latencies_ms: vec![0],
        page_bytes: 100,
    });
    for (request, status) in [
        ("GET /page/1 HTTP/1.1\r\n\r\n".to_owned(), "404"),
        ("GET / HTTP/1.1\r\n\r\n".to_owned(), "404"),
        (
            format!(
                "POST /page/0 HTTP/1.1\r\nContent-Length: 9000\r\n\r\n{}",
                "x".repeat(9_000)
            ),
            "405",
        ),
        ("rubbish\r\n\r\n".to_owned(), "400"),
        (
            format!("GET /page/0 HTTP/1.1\r\nX: {}\r\n\r\n", "x".repeat(20_000)),
            "431",
        ),
    ] {
        let mut stream = connect(address);
        stream
            .write_all(request.as_bytes())
            .expect("the request is taken");
        // The refusal must arrive although the server has not read everything that was sent.
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).expect("a status");
        assert_eq!(status_of(&answer), status, "{}", &request[..20]);
    }
}

#[test]
fn the_latency_counts_from_the_complete_head_and_is_never_cut_short() {
    let address = start(Site {
        latencies_ms: vec![120],
        page_bytes: 100,
    });
    let mut stream = connect(address);
    stream
        .write_all(b"GET /page/0 HTTP/1.1\r\n")
        .expect("half a head is taken");
    // The first half must not start the clock, however early it arrives.
    thread::sleep(Duration::from_millis(60));
    let complete = Instant::now();
    stream.write_all(b"\r\n").expect("the rest is taken");
    let answer = rest_of(&mut stream);
    assert!(
        complete.elapsed() >= Duration::from_millis(120),
        "{:?}",
        complete.elapsed()
    );
    assert_eq!(body_of(&answer), page(0, 100));
}

#[test]
fn clients_that_are_slow_to_send_or_to_read_delay_nobody() {
    let address = start(Site {
        latencies_ms: vec![0; 4],
        page_bytes: 32 << 20,
    });
    let mut sender = connect(address);
    sender
        .write_all(b"GET /page/0 HT")
        .expect("half a head is taken");
    let mut reader = connect(address);
    reader
        .write_all(get(1).as_bytes())
        .expect("the request is taken");
    let mut first = [0; 1];
    reader.read_exact(&mut first).expect("the answer has begun");

    let quick = answer_to(address, get(2).as_bytes());
    assert!(body_of(&quick) == page(2, 32 << 20));

    // The slow clients still get what they asked for.
    sender
        .write_all(b"TP/1.1\r\n\r\n")
        .expect("the rest is taken");
    assert!(body_of(&rest_of(&mut sender)) == page(0, 32 << 20));
    assert!(body_of(&rest_of(&mut reader)) == page(1, 32 << 20));
}

#[test]
fn a_client_that_leaves_while_it_waits_is_dropped() {
    let address = start(Site {
        latencies_ms: vec![3_600_000],
        page_bytes: 100,
    });
    let mut stream = connect(address);
    stream
        .write_all(get(0).as_bytes())
        .expect("the request is taken");
    stream
        .shutdown(std::net::Shutdown::Write)
        .expect("the client's side closes");
    assert_eq!(
        rest_of(&mut stream),
        b"",
        "closed without an answer, and not after an hour"
    );
}

#[test]
fn a_thousand_clients_connect_before_anybody_accepts_and_wait_together() {
    const CLIENTS: usize = 1_000;
    let somaxconn = std::fs::read_to_string("/proc/sys/net/core/somaxconn").unwrap_or_default();
    let limit: Option<usize> = somaxconn.trim().parse().ok();
    if limit.is_none_or(|limit| limit < CLIENTS) || !allows_descriptors(2_100) {
        println!("skipped: this system does not allow a thousand connections in parallel");
        return;
    }
    let listener = listen().expect("a listening socket");
    let address = listener.local_addr().expect("its address");
    let mut clients: Vec<TcpStream> = (0..CLIENTS).map(|_| connect(address)).collect();

    let site = Site {
        latencies_ms: vec![300; CLIENTS],
        page_bytes: 1_000,
    };
    thread::spawn(move || serve(listener, &site));
    let start = Instant::now();
    for (i, client) in clients.iter_mut().enumerate() {
        client
            .write_all(get(i).as_bytes())
            .expect("the request is taken");
    }
    for (i, client) in clients.iter_mut().enumerate() {
        assert!(body_of(&rest_of(client)) == page(i, 1_000), "page {i}");
    }
    // One after the other they would take 300 s.
    assert!(start.elapsed() < HANG, "{:?}", start.elapsed());
}

#[test]
fn clients_beyond_the_limit_are_served_when_there_is_room() {
    let clients = MAX_CONNECTIONS + 20;
    if !allows_descriptors(2 * clients as u64 + 200) {
        println!("skipped: this system does not allow {clients} connections in parallel");
        return;
    }
    let address = start(Site {
        latencies_ms: vec![0],
        page_bytes: 10,
    });
    let mut idle: Vec<TcpStream> = (0..MAX_CONNECTIONS).map(|_| connect(address)).collect();
    let mut late: Vec<TcpStream> = (0..20).map(|_| connect(address)).collect();
    for client in &mut late {
        client
            .write_all(get(0).as_bytes())
            .expect("the request is taken");
    }
    idle.clear();
    for client in &mut late {
        assert_eq!(body_of(&rest_of(client)), page(0, 10));
    }
}

#[test]
fn clients_beyond_the_limit_of_descriptors_wait_and_are_served() {
    // The limit applies to the whole process, so a child process has to run out of descriptors.
    if std::env::var_os(RUN_OUT).is_some() {
        return run_out_of_descriptors();
    }
    let name =
        "engine::loopback::tests::clients_beyond_the_limit_of_descriptors_wait_and_are_served";
    let child = std::process::Command::new(std::env::current_exe().expect("this test's program"))
        .args(["--exact", name, "--nocapture"])
        .env(RUN_OUT, "1")
        .output()
        .expect("the child runs");
    assert!(
        child.status.success(),
        "{}",
        String::from_utf8_lossy(&child.stderr)
    );
}

const RUN_OUT: &str = "PCONC_TEST_RUN_OUT_OF_DESCRIPTORS";

fn run_out_of_descriptors() {
    let address = start(Site {
        latencies_ms: vec![0],
        page_bytes: 10,
    });
    assert_eq!(body_of(&answer_to(address, get(0).as_bytes())), page(0, 10));
    let (_, hard) = getrlimit(Resource::RLIMIT_NOFILE).expect("the limit");
    setrlimit(Resource::RLIMIT_NOFILE, 64, hard).expect("a lower limit");
    // Each client takes a descriptor here. Once these are all taken, the server gets none.
    let mut clients: Vec<TcpStream> =
        std::iter::from_fn(|| TcpStream::connect_timeout(&address, HANG).ok()).collect();
    let mut last = clients.pop().expect("there were descriptors");
    last.set_read_timeout(Some(HANG)).expect("a timeout");
    last.write_all(get(0).as_bytes())
        .expect("the request is taken");
    drop(clients);
    assert_eq!(body_of(&rest_of(&mut last)), page(0, 10));
}
