//! Tests of `fetch.rs`.

use std::{
    cell::Cell,
    io::{self, Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{LazyLock, Mutex, mpsc},
    thread,
};

use nix::sys::socket::{self, sockopt};
use proptest::prelude::*;

use super::{network::Lookup, *};
use crate::{
    engine::loopback::{Site, listen, page, serve},
    fixtures::damage::{cases, damaged},
};

const MAX_BODY_BYTES: u64 = 64 << 20;

/// A time limit that is reached only if something hangs.
const HANG: Duration = Duration::from_secs(30);

thread_local! {
    /// Whether this thread is in a call that may block, how many such calls it made, and whether any were nested.
    static BETWEEN: Cell<bool> = const { Cell::new(false) };
    static PAIRS: Cell<u32> = const { Cell::new(0) };
    static UNPAIRED: Cell<bool> = const { Cell::new(false) };
}

fn note(between: bool) {
    if BETWEEN.replace(between) == between {
        UNPAIRED.set(true);
    }
}

fn count_and_leave() {
    note(false);
    PAIRS.set(PAIRS.get() + 1);
}

fn watched(call: &mut dyn FnMut()) {
    note(true);
    call();
    count_and_leave();
}

fn latch() -> Arc<Latch> {
    Arc::new(Latch::new().unwrap())
}

fn fetcher(stop: &Arc<Latch>, timeout: Duration, body_bytes: u64) -> Fetcher {
    let limits = FetchLimits {
        timeout_s: timeout.as_secs_f64(),
        body_bytes,
        ..FetchLimits::default()
    };
    Fetcher::new(stop.clone(), limits, watched)
}

fn fetcher_with(stop: &Arc<Latch>, lookup: Lookup, timeout: Duration) -> Fetcher {
    let mut fetcher = fetcher(stop, timeout, MAX_BODY_BYTES);
    fetcher.network.lookup = lookup;
    fetcher
}

/// Fetches, and checks that no calls that may block are nested, whatever the result.
fn get_watched(fetcher: &Fetcher, url: &str) -> Result<Vec<u8>, Unfinished> {
    UNPAIRED.set(false);
    let result = fetcher.get(url);
    assert!(!UNPAIRED.get() && !BETWEEN.get(), "calls were nested");
    if let Err(error) = &result {
        assert!(!error.to_string().contains(['\n', '{', '"']), "{error}");
    }
    result
}

fn get(url: &str) -> Result<Vec<u8>, Unfinished> {
    get_watched(&fetcher(&latch(), HANG, MAX_BODY_BYTES), url)
}

fn error_of(url: &str) -> Unfinished {
    get(url).expect_err("this fetch fails")
}

/// A server that passes each connection, with the request's head, to `talk`. Returns its address.
fn server(talk: impl Fn(&mut TcpStream, &str) + Send + 'static) -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let head = read_head(&mut stream);
            talk(&mut stream, &head);
        }
    });
    address
}

fn read_head(stream: &mut TcpStream) -> String {
    stream.set_read_timeout(Some(HANG)).unwrap();
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && matches!(stream.read(&mut byte), Ok(1)) {
        head.push(byte[0]);
    }
    String::from_utf8_lossy(&head).into_owned()
}

/// A server with one answer for every client.
fn answering(answer: &'static str) -> String {
    let address = server(move |stream, _| stream.write_all(answer.as_bytes()).unwrap());
    format!("http://{address}/")
}

/// Returns when the other side has closed, so that a silent server does not close first.
fn wait_for_end(stream: &mut TcpStream) {
    let _ = stream.read_to_end(&mut Vec::new());
}

/// The result of a fetch if `stop` opens while `talk` is silent.
fn cancelled_while(url_of: impl Fn(SocketAddr) -> String, first_words: &'static str) -> Unfinished {
    let stop = latch();
    let stopper = stop.clone();
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url = url_of(listener.local_addr().unwrap());
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.write_all(first_words.as_bytes()).unwrap();
        stopper.open();
        wait_for_end(&mut stream);
    });
    let start = Instant::now();
    let error =
        get_watched(&fetcher(&stop, 2 * HANG, MAX_BODY_BYTES), &url).expect_err("it is cancelled");
    assert!(
        start.elapsed() < HANG,
        "it took {:?} to notice",
        start.elapsed()
    );
    error
}

#[test]
fn the_body_arrives_as_it_was_sent() {
    let url = answering("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
    assert_eq!(get(&url).unwrap(), b"hello");
    assert!(PAIRS.get() >= 3, "connect, write, read: {}", PAIRS.get());
}

#[test]
fn chunked_bodies_and_bodies_until_the_end_are_understood() {
    let chunked =
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n";
    assert_eq!(get(&answering(chunked)).unwrap(), b"hello");
    assert_eq!(
        get(&answering("HTTP/1.0 200 OK\r\n\r\nhello")).unwrap(),
        b"hello"
    );
}

#[test]
fn the_loopback_site_serves_exactly_its_pages() {
    let listener = listen().unwrap();
    let address = listener.local_addr().unwrap();
    let site = Site {
        latencies_ms: vec![0, 5, 1],
        page_bytes: 300_000,
    };
    thread::spawn(move || serve(listener, &site));
    for i in 0..3 {
        assert!(
            get(&format!("http://{address}/page/{i}")).unwrap() == page(i, 300_000),
            "page {i}"
        );
    }
    let error = error_of(&format!("http://{address}/page/3")).to_string();
    assert!(
        error.ends_with(": the server answered 404 Not Found"),
        "{error}"
    );
}

#[test]
fn a_request_names_the_program_and_asks_for_no_encoding_and_no_reuse() {
    let (sender, heads) = mpsc::channel();
    let address = server(move |stream, head| {
        sender.send(head.to_owned()).unwrap();
        let location = if head.starts_with("GET /a ") {
            "/b"
        } else {
            ""
        };
        let redirect =
            format!("HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n");
        let page = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
        let answer = if location.is_empty() { page } else { &redirect };
        stream.write_all(answer.as_bytes()).unwrap();
    });
    assert_eq!(get(&format!("http://{address}/a")).unwrap(), b"ok");
    let heads: Vec<String> = heads.try_iter().map(|head| head.to_lowercase()).collect();
    assert_eq!(heads.len(), 2, "one connection each");
    for head in heads {
        assert!(
            head.contains(concat!(
                "\r\nuser-agent: pconc-tui/",
                env!("CARGO_PKG_VERSION")
            )),
            "{head}"
        );
        assert!(head.contains("\r\naccept-encoding: identity\r\n"), "{head}");
        assert_eq!(
            head.matches("\r\nconnection: close\r\n").count(),
            1,
            "{head}"
        );
    }
}

#[test]
fn the_longest_address_arrives_whole() {
    let address = server(|stream, head| {
        let length = head.split(' ').nth(1).unwrap_or_default().len().to_string();
        let answer = format!("HTTP/1.0 200 OK\r\n\r\n{length}");
        stream.write_all(answer.as_bytes()).unwrap();
    });
    let origin = format!("http://{address}");
    let path = "x".repeat(MAX_ADDRESS_BYTES - origin.len() - 1);
    assert_eq!(
        get(&format!("{origin}/{path}")).unwrap(),
        (path.len() + 1).to_string().as_bytes()
    );
}

#[test]
fn a_status_of_400_or_more_is_an_error_with_its_reason() {
    let error = error_of(&answering("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"));
    assert!(
        error
            .to_string()
            .ends_with(": the server answered 503 Service Unavailable"),
        "{error}"
    );
}

#[test]
fn a_status_without_a_name_is_reported_as_a_number() {
    let unusual = refuse_error("http://h/x", StatusCode::from_u16(799).unwrap());
    assert_eq!(
        unusual.unwrap_err().to_string(),
        "http://h/x: the server answered 799"
    );
}

#[test]
fn a_password_is_not_in_the_sentence() {
    let url = answering("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
    let error = error_of(&url.replace("http://", "http://me:secret@"));
    assert_eq!(
        error.to_string(),
        format!(
            "{}: the server answered 404 Not Found",
            url.replace("http://", "http://***@")
        )
    );
}

#[test]
fn a_connection_to_a_port_without_a_listener_is_refused() {
    let address = TcpListener::bind(("127.0.0.1", 0))
        .unwrap()
        .local_addr()
        .unwrap();
    let url = format!("http://{address}/x");
    let error = error_of(&url);
    assert_eq!(error.to_string(), format!("{url}: connection refused"));
}

#[test]
fn a_name_is_looked_up_and_its_addresses_are_tried_in_turn() {
    let url = answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    // localhost may resolve to ::1 first, where no server listens.
    assert_eq!(get(&url.replace("127.0.0.1", "localhost")).unwrap(), b"ok");
}

#[test]
fn an_unknown_name_is_a_dns_error() {
    let stop = latch();
    let unknown: Lookup = |_, _| {
        Err(io::Error::other(
            "failed to lookup address information: Name or service not known",
        ))
    };
    let fetcher = fetcher_with(&stop, unknown, HANG);
    let error = get_watched(&fetcher, "http://nobody.example/").expect_err("there is no such host");
    assert_eq!(error.to_string(), "http://nobody.example/: no such host");
}

#[test]
fn a_lookup_without_end_is_left_behind_when_the_time_is_over() {
    let stop = latch();
    let fetcher = fetcher_with(&stop, endless_lookup, Duration::from_millis(50));
    let error = get_watched(&fetcher, "http://slow.example/").expect_err("it times out");
    assert_eq!(
        error.to_string(),
        "http://slow.example/: no answer within 0.05 s"
    );
}

#[test]
fn a_lookup_without_end_is_left_behind_when_the_run_is_cancelled() {
    let stop = latch();
    let fetcher = fetcher_with(&stop, endless_lookup, 2 * HANG);
    stop.open();
    let error = get_watched(&fetcher, "http://slow.example/").expect_err("it is cancelled");
    assert_eq!(error, Unfinished::Cancelled);
}

fn endless_lookup(_host: &str, _port: u16) -> io::Result<Vec<SocketAddr>> {
    loop {
        thread::park();
    }
}

#[test]
fn a_silent_server_does_not_delay_a_cancelled_fetch() {
    let error = cancelled_while(|address| format!("http://{address}/"), "");
    assert_eq!(error, Unfinished::Cancelled);
}

#[test]
fn a_silent_tls_handshake_does_not_delay_a_cancelled_fetch() {
    let error = cancelled_while(|address| format!("https://{address}/"), "");
    assert_eq!(error, Unfinished::Cancelled);
}

#[test]
fn half_an_answer_does_not_delay_a_cancelled_fetch() {
    let begun = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf";
    let error = cancelled_while(|address| format!("http://{address}/"), begun);
    assert_eq!(error, Unfinished::Cancelled);
}

#[test]
#[cfg(target_os = "linux")]
fn a_connection_that_is_never_made_does_not_delay_a_cancelled_fetch() {
    let (_listener, _queued, url) = unconnectable();
    let stop = latch();
    let stopper = stop.clone();
    let cancel = thread::spawn(move || {
        // Most likely the fetch waits by now; if not, it is cancelled all the same.
        thread::sleep(Duration::from_millis(30));
        stopper.open();
    });
    let error =
        get_watched(&fetcher(&stop, HANG, MAX_BODY_BYTES), &url).expect_err("it is cancelled");
    assert_eq!(error, Unfinished::Cancelled);
    cancel.join().unwrap();
}

#[test]
#[cfg(target_os = "linux")]
fn a_connection_that_is_never_made_times_out() {
    let (_listener, _queued, url) = unconnectable();
    let stop = latch();
    let fetcher = fetcher(&stop, Duration::from_millis(40), MAX_BODY_BYTES);
    let error = get_watched(&fetcher, &url).expect_err("it times out");
    assert!(
        error.to_string().ends_with(": no answer within 0.04 s"),
        "{error}"
    );
}

/// An address whose queue is full, so that Linux ignores further connects.
#[cfg(target_os = "linux")]
fn unconnectable() -> (TcpListener, Vec<mio::net::TcpStream>, String) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    socket::listen(&listener, socket::Backlog::new(0).unwrap()).unwrap();
    let address = listener.local_addr().unwrap();
    let queued = (0..4)
        .map(|_| mio::net::TcpStream::connect(address).unwrap())
        .collect();
    (listener, queued, format!("http://{address}/"))
}

#[test]
fn a_dripping_server_meets_the_timeout_of_the_whole_fetch() {
    let address = server(|stream, _| {
        let mut answer = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n".to_vec();
        while stream.write_all(&answer).is_ok() {
            answer = b"x".to_vec();
            thread::sleep(Duration::from_millis(10));
        }
    });
    let stop = latch();
    let fetcher = fetcher(&stop, Duration::from_millis(300), MAX_BODY_BYTES);
    let error = get_watched(&fetcher, &format!("http://{address}/")).expect_err("it times out");
    assert!(error.to_string().ends_with(" within 0.3 s"), "{error}");
}

#[test]
fn a_body_over_the_limit_is_too_large_announced_or_not_and_one_at_the_limit_is_not() {
    const LIMIT: usize = 1 << 20;
    let serving = |announced: bool, length: usize| {
        let address = server(move |stream, _| {
            let length_line = match announced {
                true => format!("Content-Length: {length}\r\n"),
                false => String::new(),
            };
            let head = format!("HTTP/1.0 200 OK\r\n{length_line}\r\n");
            let answer = [head.into_bytes(), vec![b'x'; length]].concat();
            // A client may stop reading before the end.
            let _ = stream.write_all(&answer);
        });
        format!("http://{address}/")
    };
    for announced in [true, false] {
        let fetcher = fetcher(&latch(), HANG, LIMIT as u64);
        let error = get_watched(&fetcher, &serving(announced, LIMIT + 1)).expect_err("too large");
        assert!(
            error
                .to_string()
                .ends_with(": the body is larger than 1 MiB"),
            "{error}"
        );
        let body = get_watched(&fetcher, &serving(announced, LIMIT)).unwrap();
        assert_eq!(body.len(), LIMIT);
    }
}

#[test]
fn a_redirect_loop_ends_after_five() {
    let error = error_of(&answering(
        "HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n",
    ));
    assert!(
        error
            .to_string()
            .ends_with(": the server redirects more than 5 times"),
        "{error}"
    );
}

#[test]
fn redirects_lead_to_http_and_https_only() {
    for answer in [
        "HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 302 Found\r\nLocation: file://localhost/etc/passwd\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 302 Found\r\nLocation: ftp://127.0.0.1/\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 307 Found\r\nLocation: socks5://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 308 Found\r\nLocation: mailto:a@b\r\nContent-Length: 0\r\n\r\n",
    ] {
        let error = error_of(&answering(answer));
        assert!(
            error.to_string().ends_with("neither http nor https"),
            "{answer}: {error}"
        );
    }
}

#[test]
fn an_answer_that_ends_early_is_an_error_and_not_a_short_page() {
    for answer in [
        "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhello",
    ] {
        let error = error_of(&answering(answer));
        assert!(
            error
                .to_string()
                .ends_with(": the answer ended before it was complete"),
            "{error}"
        );
    }
    let error = error_of(&answering(""));
    assert!(
        error
            .to_string()
            .ends_with(": the server closed the connection without an answer"),
        "{error}"
    );
}

#[test]
fn a_reset_is_an_error_even_when_the_bodys_length_is_unknown() {
    let address = server(|stream, _| {
        stream.write_all(b"HTTP/1.0 200 OK\r\n\r\nhello").unwrap();
        // Closing without lingering resets the connection.
        socket::setsockopt(
            stream,
            sockopt::Linger,
            &libc::linger {
                l_onoff: 1,
                l_linger: 0,
            },
        )
        .unwrap();
    });
    let error = error_of(&format!("http://{address}/"));
    assert!(
        error
            .to_string()
            .ends_with(": the server closed the connection"),
        "{error}"
    );
}

#[test]
fn rubbish_and_an_endless_head_are_errors() {
    let error = error_of(&answering("this is not HTTP\r\n\r\n"));
    assert!(
        error
            .to_string()
            .ends_with(": the answer is not valid HTTP"),
        "{error}"
    );

    let address = server(|stream, _| {
        let mut piece = b"HTTP/1.1 200 OK\r\nX: ".to_vec();
        while stream.write_all(&piece).is_ok() {
            piece = vec![b'x'; 4_096];
        }
    });
    let error = error_of(&format!("http://{address}/"));
    assert!(
        error
            .to_string()
            .ends_with(": the head of the answer is larger than 64 KiB"),
        "{error}"
    );
}

#[test]
fn https_to_a_server_without_tls_says_so() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url = format!("https://{}/", listener.local_addr().unwrap());
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream
            .write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            .unwrap();
        wait_for_end(&mut stream);
    });
    let error = error_of(&url);
    assert!(
        error
            .to_string()
            .ends_with(": the server does not speak TLS at this port"),
        "{error}"
    );
}

#[test]
fn an_invalid_address_is_refused_before_anything_is_done() {
    let before = PAIRS.get();
    let error = error_of("file:///etc/passwd");
    assert_eq!(
        error.to_string(),
        "file:///etc/passwd: the address must start with http:// or https://"
    );
    assert_eq!(PAIRS.get(), before);
}

#[test]
fn a_fetcher_serves_many_fetches_and_can_move_to_another_thread() {
    let url = answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    let stop = latch();
    let fetcher = fetcher(&stop, HANG, MAX_BODY_BYTES);
    thread::scope(|scope| {
        let fetched = scope.spawn(|| {
            (0..3)
                .map(|_| get_watched(&fetcher, &url))
                .collect::<Vec<_>>()
        });
        assert!(
            fetched
                .join()
                .unwrap()
                .into_iter()
                .all(|body| body.is_ok_and(|body| body == b"ok"))
        );
    });
}

/// Answers of each kind.
fn answers() -> Vec<Vec<u8>> {
    let answers = [
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX: a, b;c=d\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nhel\r\n2\r\nlo\r\n0\r\nX: y\r\n\r\n",
        "HTTP/1.0 200 OK\r\nServer: x\r\n\r\nhello",
        "HTTP/1.1 302 Found\r\nLocation: /a/../b?c=%20d#e\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n",
    ];
    answers.map(|answer| answer.as_bytes().to_vec()).into()
}

/// A server that gives the answer in here to every client. Returns its port.
fn saying(answer: Arc<Mutex<Vec<u8>>>) -> u16 {
    // At all addresses of the loopback interface, because each has ports of its own.
    let listener = TcpListener::bind(("0.0.0.0", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            read_head(&mut stream);
            let answer = answer.lock().unwrap().clone();
            // The client may have read enough.
            let _ = stream.write_all(&answer);
            let _ = stream.shutdown(Shutdown::Write);
            wait_for_end(&mut stream);
        }
    });
    port
}

proptest! {
    #![proptest_config(cases(2_000))]

    #[test]
    fn no_damaged_answer_panics_and_a_failure_is_one_clean_sentence(
        answer in damaged(answers()), host: (u8, u8)
    ) {
        static ANSWER: LazyLock<Arc<Mutex<Vec<u8>>>> = LazyLock::new(Arc::default);
        static PORT: LazyLock<u16> = LazyLock::new(|| saying(ANSWER.clone()));
        ANSWER.lock().unwrap().clone_from(&answer);
        let mut fetcher = fetcher(&latch(), HANG, MAX_BODY_BYTES);
        // Nobody is asked for the page to which a damaged answer redirects.
        fetcher.limits.redirects = 0;
        let url = format!("http://127.0.{}.{}:{}/", host.0, host.1.clamp(1, 254), *PORT);
        if let Err(error) = get_watched(&fetcher, &url) {
            let sentence = error.to_string();
            prop_assert!(!sentence.contains(char::is_control), "{sentence}");
            prop_assert!(!sentence.contains("within"), "{sentence}");
        }
    }
}

proptest! {
    #[test]
    fn an_address_that_passes_the_check_is_understood_by_the_fetcher(
        address in "https?://[a-zA-Z0-9._:@%\\[\\]|-]{0,20}([/?#][ -~]{0,20})?"
    ) {
        if check_address(&address).is_ok() {
            let uri = address.parse::<ureq::http::Uri>();
            prop_assert!(uri.is_ok_and(|uri| uri.host().is_some_and(|host| !host.is_empty())));
        }
    }
}
