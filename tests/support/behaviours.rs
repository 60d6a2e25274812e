//! How servers behave, and what a fetch makes of it: one outcome each, under every model that fetches.
//!
//! The documentation has this table, and `executors` tries each of its rows under each model.

use std::iter;

/// The limit of a page in the tests.
pub const BODY_BYTES: usize = 1 << 20;

/// One behaviour of a server.
pub struct Behaviour {
    /// What is fetched: a path of the server, or an address in which [`HOST`], [`TLS`] and others stand for servers.
    pub place: String,
    /// What the server does, as a part of a sentence.
    pub does: &'static str,
    /// What it sends after a request.
    pub says: Vec<u8>,
    /// What it does then.
    pub then: Then,
    /// What the fetch is.
    pub outcome: Outcome,
}

/// What a server does after it has said what it says.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// Closes the connection.
    Closes,
    /// Keeps the connection open without a word.
    Stays,
    /// Resets the connection.
    Resets,
    /// Repeats this a few times per second.
    Drips(&'static str),
    /// Repeats this without end, as fast as it can.
    Floods(&'static str),
}

/// What becomes of a fetch.
pub enum Outcome {
    /// It is a page of this many bytes.
    Page(usize),
    /// It fails, and this sentence says why. [`TIME`] and [`BODY`] stand for limits.
    Fails(&'static str),
}

/// Stands for the server without TLS.
pub const HOST: &str = "{host}";
/// Stands for the server whose certificate is signed by an authority that is trusted.
pub const TLS: &str = "{tls}";
/// Stand for servers with other certificates.
pub const UNKNOWN: &str = "{unknown}";
pub const SELF_SIGNED: &str = "{self-signed}";
pub const EXPIRED: &str = "{expired}";
pub const NOT_YET: &str = "{not-yet}";
pub const OTHER_NAME: &str = "{other-name}";
/// Stands for the time limit of a fetch, with its unit.
pub const TIME: &str = "{time}";
/// Stands for the limit of a page, with its unit.
pub const BODY: &str = "{body}";

const ENDED: Outcome = Outcome::Fails("the answer ended before it was complete");
const CLOSED: Outcome = Outcome::Fails("the server closed the connection");
const NO_ANSWER: Outcome = Outcome::Fails("the server closed the connection without an answer");
const LATE: Outcome = Outcome::Fails("no answer within {time}");
const INCOMPLETE: Outcome = Outcome::Fails("the answer was not complete within {time}");
const NOT_HTTP: Outcome = Outcome::Fails("the answer is not valid HTTP");
const NO_TLS: Outcome = Outcome::Fails("the server does not speak TLS at this port");
const TOO_LARGE: Outcome = Outcome::Fails("the body is larger than {body}");
const HEAD_TOO_LARGE: Outcome = Outcome::Fails("the head of the answer is larger than 64 KiB");
const OTHER_SCHEME: Outcome =
    Outcome::Fails("the server redirects to an address that is neither http nor https");
const BAD_TARGET: Outcome = Outcome::Fails("the server redirects to an address that is not valid");
const NOT_TRUSTED: Outcome =
    Outcome::Fails("the certificate is not valid (from an unknown issuer, or self-signed)");

const OK_5: &str = "200 OK\r\nContent-Length: 5";
const CHUNKED: &str = "200 OK\r\nTransfer-Encoding: chunked";

/// An answer with this status and these headers.
fn answer(head: &str, body: &str) -> String {
    format!("HTTP/1.1 {head}\r\n\r\n{body}")
}

fn redirect(status: u16, to: &str) -> String {
    answer(
        &format!("{status} Elsewhere\r\nLocation: {to}\r\nContent-Length: 0"),
        "",
    )
}

fn many(bytes: usize) -> String {
    "x".repeat(bytes)
}

fn headers(count: usize) -> String {
    let headers = (0..count).map(|number| format!("\r\nX-{number}: y"));
    headers.collect()
}

/// A row whose server closes after its answer.
fn row(place: &str, does: &'static str, says: impl Into<Vec<u8>>, outcome: Outcome) -> Behaviour {
    Behaviour {
        place: place.into(),
        does,
        says: says.into(),
        then: Then::Closes,
        outcome,
    }
}

impl Behaviour {
    fn then(self, then: Then) -> Behaviour {
        Behaviour { then, ..self }
    }

    /// The path at which the server behaves so.
    pub fn path(&self) -> &str {
        let path = self
            .place
            .rsplit_once('}')
            .map_or(&*self.place, |(_, path)| path);
        path.trim_start_matches('/')
    }

    /// Whether the fetch ends by its time limit.
    pub fn is_slow(&self) -> bool {
        matches!(self.outcome, Outcome::Fails(why) if why.contains(TIME))
    }
}

/// Every row.
pub fn all() -> Vec<Behaviour> {
    iter::empty()
        .chain(pages())
        .chain(lengths())
        .chain(chunks())
        .chain(statuses())
        .chain(redirects())
        .chain(heads())
        .chain(ends())
        .chain(waits())
        .chain(encrypted())
        .chain(elsewhere())
        .collect()
}

fn pages() -> Vec<Behaviour> {
    use Outcome::Page;
    let gzip = [
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 6\r\n\r\n".as_slice(),
        &[0x1f, 0x8b, 8, 0, 0, 0],
    ];
    let old = |head: &str| format!("HTTP/1.0 200 OK{head}\r\n\r\nhello");
    vec![
        row(
            "page",
            "sends a page with its length, and closes",
            answer(OK_5, "hello"),
            Page(5),
        ),
        row(
            "page-open",
            "sends a page with its length, and keeps the connection open",
            answer(OK_5, "hello"),
            Page(5),
        )
        .then(Then::Stays),
        row(
            "page-kept",
            "announces `Connection: keep-alive`, and keeps the connection open",
            answer(
                "200 OK\r\nConnection: keep-alive\r\nContent-Length: 5",
                "hello",
            ),
            Page(5),
        )
        .then(Then::Stays),
        row(
            "page-reset",
            "sends a page with its length, and resets the connection",
            answer(OK_5, "hello"),
            Page(5),
        )
        .then(Then::Resets),
        row(
            "empty",
            "sends an empty page",
            answer("200 OK\r\nContent-Length: 0", ""),
            Page(0),
        )
        .then(Then::Stays),
        row(
            "1.0",
            "speaks HTTP/1.0, with a length",
            old("\r\nContent-Length: 5"),
            Page(5),
        ),
        row(
            "1.0-until-the-end",
            "speaks HTTP/1.0, without a length",
            old(""),
            Page(5),
        ),
        row(
            "until-the-end",
            "sends no length, and closes",
            answer("200 OK", "hello"),
            Page(5),
        ),
        row(
            "gzip",
            "compresses the page, although it was not asked to: the bytes are not decoded",
            gzip.concat(),
            Page(6),
        ),
        row(
            "no-reason",
            "sends no reason after the status",
            answer("200\r\nContent-Length: 5", "hello"),
            Page(5),
        ),
        row(
            "line-feeds",
            "ends the lines of the head without carriage returns",
            "HTTP/1.1 200 OK\nContent-Length: 5\n\nhello",
            Page(5),
        ),
        row(
            "latin",
            "has bytes in a header that are not ASCII",
            b"HTTP/1.1 200 OK\r\nX: \xe9\r\nContent-Length: 5\r\n\r\nhello",
            Page(5),
        ),
        row(
            "largest",
            "sends a page as large as is allowed",
            answer(
                &format!("200 OK\r\nContent-Length: {BODY_BYTES}"),
                &many(BODY_BYTES),
            ),
            Page(BODY_BYTES),
        ),
        row(
            "largest-until-the-end",
            "sends the same without a length",
            answer("200 OK", &many(BODY_BYTES)),
            Page(BODY_BYTES),
        ),
        row(
            "continue",
            "sends `100 Continue` before the page",
            answer("100 Continue", "") + &answer(OK_5, "hello"),
            Page(5),
        ),
    ]
}

fn lengths() -> Vec<Behaviour> {
    use Outcome::Page;
    let length = |value: &str| answer(&format!("200 OK\r\nContent-Length: {value}"), "hello");
    vec![
        row(
            "longer",
            "sends more bytes than it announces: the rest is not read",
            length("3"),
            Page(3),
        ),
        row(
            "shorter",
            "sends fewer bytes than it announces, and closes",
            answer("200 OK\r\nContent-Length: 9000", &many(5000)),
            ENDED,
        ),
        row(
            "shorter-open",
            "sends fewer bytes than it announces, and keeps the connection open",
            length("9"),
            INCOMPLETE,
        )
        .then(Then::Stays),
        row(
            "shorter-reset",
            "sends fewer bytes than it announces, and resets the connection",
            length("9"),
            CLOSED,
        )
        .then(Then::Resets),
        row(
            "length-twice",
            "sends the same length twice in a header",
            length("5, 5"),
            Page(5),
        ),
        row(
            "shorter-length-twice",
            "the same, and sends fewer bytes",
            length("9, 9"),
            ENDED,
        ),
        row(
            "two-headers",
            "sends the same length in two headers",
            answer("200 OK\r\nContent-Length: 5\r\nContent-Length: 5", "hello"),
            Page(5),
        ),
        row(
            "two-lengths",
            "sends two different lengths",
            answer("200 OK\r\nContent-Length: 5\r\nContent-Length: 3", "hello"),
            NOT_HTTP,
        ),
        row(
            "negative",
            "sends a negative length",
            length("-5"),
            NOT_HTTP,
        ),
        row(
            "no-number",
            "sends a length that is no number",
            length("five"),
            NOT_HTTP,
        ),
        row("no-length", "sends an empty length", length(""), NOT_HTTP),
        row(
            "huge",
            "announces a page that is too large",
            length("99999999999"),
            TOO_LARGE,
        )
        .then(Then::Stays),
        row(
            "beyond",
            "announces a length beyond 64 bits",
            length("99999999999999999999999"),
            NOT_HTTP,
        ),
        row(
            "too-large",
            "sends a page without a length that is too large",
            answer("200 OK", &many(BODY_BYTES + 1)),
            TOO_LARGE,
        ),
        row(
            "endless",
            "sends a page without end",
            answer("200 OK", ""),
            TOO_LARGE,
        )
        .then(Then::Floods("xxxxxxxxxxxxxxxx")),
        row(
            "length-and-chunks",
            "sends a length and chunks: the chunks count",
            answer(
                "200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked",
                "5\r\nhello\r\n0\r\n\r\n",
            ),
            Page(5),
        ),
    ]
}

fn chunks() -> Vec<Behaviour> {
    use Outcome::Page;
    let chunked = |body: &str| answer(CHUNKED, body);
    let large = format!(
        "{:x}\r\n{}\r\n0\r\n\r\n",
        BODY_BYTES + 1,
        many(BODY_BYTES + 1)
    );
    vec![
        row(
            "chunks",
            "sends the page in chunks, and closes",
            chunked("3\r\nhel\r\n2;a=b\r\nlo\r\n0\r\n\r\n"),
            Page(5),
        ),
        row(
            "chunks-open",
            "sends the page in chunks, and keeps the connection open",
            chunked("5\r\nhello\r\n0\r\n\r\n"),
            Page(5),
        )
        .then(Then::Stays),
        row(
            "chunks-reset",
            "sends the page in chunks, and resets the connection",
            chunked("5\r\nhello\r\n0\r\n\r\n"),
            Page(5),
        )
        .then(Then::Resets),
        row(
            "no-chunks",
            "sends no chunk but the last",
            chunked("0\r\n\r\n"),
            Page(0),
        )
        .then(Then::Stays),
        row(
            "trailers",
            "sends trailers after the last chunk",
            chunked("5\r\nhello\r\n0\r\nX: y\r\n\r\n"),
            Page(5),
        )
        .then(Then::Stays),
        row(
            "chunk-cut-off",
            "closes within a chunk",
            chunked("9\r\nhello"),
            ENDED,
        ),
        row(
            "last-chunk-missing",
            "closes before the last chunk",
            chunked("5\r\nhello\r\n"),
            ENDED,
        ),
        row(
            "last-line-missing",
            "closes after the last chunk, without the empty line that ends it",
            chunked("5\r\nhello\r\n0\r\n"),
            Page(5),
        ),
        row(
            "chunk-length-cut-off",
            "closes within the length of a chunk",
            chunked("5\r\nhello\r\n5"),
            NOT_HTTP,
        ),
        row(
            "chunks-open-without-end",
            "keeps the connection open before the last chunk",
            chunked("5\r\nhello\r\n"),
            INCOMPLETE,
        )
        .then(Then::Stays),
        row(
            "no-chunk",
            "sends a chunk without a length",
            chunked("zz\r\nhello\r\n0\r\n\r\n"),
            NOT_HTTP,
        ),
        row(
            "negative-chunk",
            "sends a chunk with a negative length",
            chunked("-5\r\nhello\r\n0\r\n\r\n"),
            NOT_HTTP,
        ),
        row(
            "prefixed-chunk",
            "sends a chunk with a length such as 0x5",
            chunked("0x5\r\nhello\r\n0\r\n\r\n"),
            NOT_HTTP,
        ),
        row(
            "long-chunk",
            "sends more bytes in a chunk than it announces",
            chunked("3\r\nhello\r\n0\r\n\r\n"),
            NOT_HTTP,
        ),
        row(
            "large-chunk",
            "sends a chunk that is too large",
            chunked(&large),
            TOO_LARGE,
        ),
        row(
            "endless-chunks",
            "sends chunks without end",
            chunked(""),
            TOO_LARGE,
        )
        .then(Then::Floods("8\r\nxxxxxxxx\r\n")),
        row(
            "endless-chunk-line",
            "sends the length of a chunk without end",
            chunked(""),
            NOT_HTTP,
        )
        .then(Then::Floods("00000000")),
        row(
            "gzip-chunked",
            "sends a compressed page in chunks: the bytes are not decoded",
            answer(
                "200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked",
                "5\r\nhello\r\n0\r\n\r\n",
            ),
            Page(5),
        ),
    ]
}

fn statuses() -> Vec<Behaviour> {
    use Outcome::{Fails, Page};
    let empty = |head: &str| answer(&format!("{head}\r\nContent-Length: 0"), "");
    vec![
        row(
            "204",
            "answers 204, and keeps the connection open",
            answer("204 No Content", ""),
            Page(0),
        )
        .then(Then::Stays),
        row(
            "204-length",
            "answers 204 with a length",
            answer("204 No Content\r\nContent-Length: 5", ""),
            Page(0),
        )
        .then(Then::Stays),
        row(
            "304",
            "answers 304, and keeps the connection open",
            answer("304 Not Modified", ""),
            Page(0),
        )
        .then(Then::Stays),
        row(
            "103",
            "sends `103 Early Hints` before the page",
            answer("103 Early Hints\r\nLink: x", "") + &answer(OK_5, "hello"),
            Page(5),
        ),
        row(
            "201",
            "answers 201",
            answer("201 Created\r\nContent-Length: 5", "hello"),
            Page(5),
        ),
        row(
            "300",
            "answers 300, which is no redirect",
            answer("300 Multiple Choices\r\nContent-Length: 5", "hello"),
            Page(5),
        ),
        row(
            "206",
            "answers with a part of the page",
            answer(
                "206 Partial Content\r\nContent-Length: 5\r\nContent-Range: bytes 0-4/9",
                "hello",
            ),
            Fails("the server answered 206 Partial Content"),
        ),
        row(
            "101",
            "changes to another protocol",
            answer("101 Switching Protocols", ""),
            Fails("the server answered 101 Switching Protocols"),
        ),
        row(
            "400",
            "answers 400",
            empty("400 Bad Request"),
            Fails("the server answered 400 Bad Request"),
        ),
        row(
            "401",
            "wants a log-in",
            empty("401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"x\""),
            Fails("the server answered 401 Unauthorized"),
        ),
        row(
            "404",
            "answers 404 with a page",
            answer("404 Gone fishing\r\nContent-Length: 4", "page"),
            Fails("the server answered 404 Not Found"),
        ),
        row(
            "429",
            "answers 429",
            empty("429 Too Many Requests"),
            Fails("the server answered 429 Too Many Requests"),
        ),
        row(
            "500-open",
            "answers 500, and keeps the connection open",
            answer("500 Internal Server Error", ""),
            Fails("the server answered 500 Internal Server Error"),
        )
        .then(Then::Stays),
        row(
            "503",
            "answers 503",
            empty("503 Busy"),
            Fails("the server answered 503 Service Unavailable"),
        ),
        row(
            "599",
            "answers with a status that has no name",
            empty("599 What"),
            Fails("the server answered 599"),
        ),
    ]
}

fn redirects() -> Vec<Behaviour> {
    use Outcome::{Fails, Page};
    let hop = |to: &str| redirect(302, to);
    let too_many = || Fails("the server redirects more than 5 times");
    vec![
        row(
            "301",
            "redirects to a path",
            redirect(301, "/page"),
            Page(5),
        ),
        row("303", "redirects with 303", redirect(303, "/page"), Page(5)),
        row(
            "307",
            "redirects to an address of its own",
            redirect(307, "http://{host}/page"),
            Page(5),
        ),
        row(
            "308",
            "redirects to a relative path, with a query and a fragment",
            redirect(308, "page?a=b#c"),
            Page(5),
        ),
        row(
            "302-body",
            "redirects, and sends a body without end",
            hop("/page").replace("Content-Length: 0\r\n", ""),
            Page(5),
        )
        .then(Then::Floods("xxxx")),
        row(
            "to-tls",
            "redirects to https",
            hop("https://{tls}/page"),
            Page(5),
        ),
        row(
            "one",
            "redirects five times: the last",
            hop("/page"),
            Page(5),
        ),
        row(
            "two",
            "redirects five times: the fourth",
            hop("/one"),
            Page(5),
        ),
        row(
            "three",
            "redirects five times: the third",
            hop("/two"),
            Page(5),
        ),
        row(
            "four",
            "redirects five times: the second",
            hop("/three"),
            Page(5),
        ),
        row("five", "redirects five times", hop("/four"), Page(5)),
        row("six", "redirects six times", hop("/five"), too_many()),
        row("loop", "redirects in a circle", hop("/loop"), too_many()),
        row(
            "no-location",
            "redirects without saying where",
            answer("302 Found\r\nContent-Length: 0", ""),
            Fails("the server redirects without saying where"),
        ),
        row(
            "to-ftp",
            "redirects to ftp",
            hop("ftp://127.0.0.1:1/page"),
            OTHER_SCHEME,
        ),
        row(
            "to-file",
            "redirects to a file",
            hop("file:///etc/hostname"),
            OTHER_SCHEME,
        ),
        row(
            "to-file-of-host",
            "redirects to a file of a host",
            hop("file://localhost/etc/hostname"),
            OTHER_SCHEME,
        ),
        row(
            "to-data",
            "redirects to data",
            hop("data:,page"),
            OTHER_SCHEME,
        ),
        row(
            "to-no-host",
            "redirects to an address without a host",
            hop("http:page"),
            BAD_TARGET,
        ),
        row(
            "to-port-0",
            "redirects to port 0",
            hop("http://127.0.0.1:0/"),
            BAD_TARGET,
        ),
        row(
            "to-bad-port",
            "redirects to a port that is no number",
            hop("http://127.0.0.1:port/"),
            BAD_TARGET,
        ),
        row(
            "to-refused",
            "redirects to a port at which nobody listens",
            hop("http://127.0.0.1:1/"),
            Fails("connection refused"),
        ),
    ]
}

fn heads() -> Vec<Behaviour> {
    let large = format!("200 OK{}", format!("\r\nX: {}", many(900)).repeat(80));
    vec![
        row("nothing", "closes without an answer", "", NO_ANSWER),
        row(
            "garbage",
            "answers something that is not HTTP",
            "this is not HTTP\r\n\r\n",
            NOT_HTTP,
        ),
        row(
            "no-status",
            "answers without a status",
            answer("many", ""),
            NOT_HTTP,
        ),
        row(
            "long-status",
            "answers with a status of four digits",
            answer("2000 OK", ""),
            NOT_HTTP,
        ),
        row(
            "http-2",
            "speaks HTTP/2 in plain text",
            "HTTP/2.0 200 OK\r\n\r\nhello",
            NOT_HTTP,
        ),
        row(
            "no-colon",
            "sends a header without a colon",
            answer("200 OK\r\nno colon here", "hello"),
            NOT_HTTP,
        ),
        row(
            "head-cut-off",
            "closes within a line of the head",
            "HTTP/1.1 200 OK\r\nContent-Le",
            NO_ANSWER,
        ),
        row(
            "head-without-end",
            "closes before the end of the head",
            "HTTP/1.1 200 OK\r\nA: b\r\n",
            NO_ANSWER,
        ),
        row(
            "large-head",
            "sends a head that is too large",
            answer(&large, ""),
            HEAD_TOO_LARGE,
        ),
        row(
            "endless-head",
            "sends headers without end",
            "HTTP/1.1 200 OK\r\n",
            NOT_HTTP,
        )
        .then(Then::Floods(
            "X: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n",
        )),
        row(
            "endless-line",
            "sends a header without end",
            "HTTP/1.1 200 OK\r\nX: ",
            HEAD_TOO_LARGE,
        )
        .then(Then::Floods("yyyyyyyyyyyyyyyy")),
        row(
            "99-headers",
            "sends 99 headers",
            answer(
                &format!("200 OK\r\nContent-Length: 5{}", headers(98)),
                "hello",
            ),
            Outcome::Page(5),
        ),
        row(
            "100-headers",
            "sends 100 headers",
            answer(
                &format!("200 OK\r\nContent-Length: 5{}", headers(99)),
                "hello",
            ),
            NOT_HTTP,
        ),
        row(
            "200-headers",
            "sends 200 headers",
            answer(
                &format!("200 OK\r\nContent-Length: 5{}", headers(199)),
                "hello",
            ),
            NOT_HTTP,
        ),
        row(
            "folded",
            "sends a header in two lines",
            answer("200 OK\r\nX: a\r\n b\r\nContent-Length: 5", "hello"),
            NOT_HTTP,
        ),
        row(
            "space",
            "sends a space before the colon of a header",
            answer("200 OK\r\nContent-Length : 5", "hello"),
            NOT_HTTP,
        ),
    ]
}

/// The connection is reset.
fn ends() -> Vec<Behaviour> {
    vec![
        row(
            "reset",
            "resets the connection without an answer",
            "",
            CLOSED,
        )
        .then(Then::Resets),
        row(
            "reset-head",
            "resets the connection within the head",
            "HTTP/1.1 200 OK\r\nContent-Le",
            CLOSED,
        )
        .then(Then::Resets),
        row(
            "reset-body",
            "resets the connection within a page without a length",
            answer("200 OK", "hello"),
            CLOSED,
        )
        .then(Then::Resets),
        row(
            "reset-chunk",
            "resets the connection within a chunk",
            answer(CHUNKED, "9\r\nhello"),
            CLOSED,
        )
        .then(Then::Resets),
    ]
}

/// Only the time limit of the whole fetch ends these.
fn waits() -> Vec<Behaviour> {
    let chunk = answer(CHUNKED, "fffff\r\n");
    let length = answer("200 OK\r\nContent-Length: 1000000", "");
    vec![
        row(
            "silent",
            "accepts the connection, and says nothing",
            "",
            LATE,
        )
        .then(Then::Stays),
        row(
            "slow-head",
            "sends its head byte by byte",
            "HTTP/1.1 200 OK\r\nX: ",
            LATE,
        )
        .then(Then::Drips("x")),
        row(
            "slow-lines",
            "sends its head line by line",
            "HTTP/1.1 200 OK\r\n",
            LATE,
        )
        .then(Then::Drips("X: y\r\n")),
        row(
            "slow-body",
            "sends its page byte by byte",
            length,
            INCOMPLETE,
        )
        .then(Then::Drips("x")),
        row(
            "slow-chunk",
            "sends a chunk byte by byte",
            chunk,
            INCOMPLETE,
        )
        .then(Then::Drips("x")),
        row(
            "slow-chunks",
            "sends small chunks without end, slowly",
            answer(CHUNKED, ""),
            INCOMPLETE,
        )
        .then(Then::Drips("1\r\nx\r\n")),
        row(
            "slow-trailers",
            "sends trailers without end",
            answer(CHUNKED, "5\r\nhello\r\n0\r\n"),
            INCOMPLETE,
        )
        .then(Then::Drips("X: y\r\n")),
        row(
            "slow-until-the-end",
            "sends a page without a length byte by byte",
            answer("200 OK", ""),
            INCOMPLETE,
        )
        .then(Then::Drips("x")),
        row(
            "open-until-the-end",
            "sends a page without a length, and keeps the connection open",
            answer("200 OK", "hello"),
            INCOMPLETE,
        )
        .then(Then::Stays),
    ]
}

fn encrypted() -> Vec<Behaviour> {
    use Outcome::{Fails, Page};
    let to = |host: &str, path: &str| format!("https://{host}/{path}");
    vec![
        row(
            &to(TLS, "tls-page"),
            "has a certificate of a trusted authority",
            answer(OK_5, "hello"),
            Page(5),
        ),
        row(
            &to(TLS, "tls-open"),
            "the same, and keeps the connection open",
            answer(OK_5, "hello"),
            Page(5),
        )
        .then(Then::Stays),
        row(
            &to(TLS, "tls-to-plain"),
            "redirects from https to http",
            redirect(302, "http://{host}/page"),
            Page(5),
        ),
        row(
            &to(TLS, "tls-shorter"),
            "sends fewer bytes than it announces over TLS",
            answer("200 OK\r\nContent-Length: 9", "hello"),
            ENDED,
        ),
        row(
            &to(TLS, "tls-cut-off"),
            "ends the connection without ending TLS, within a page without a length",
            answer("200 OK", "hello"),
            ENDED,
        ),
        row(
            &to(UNKNOWN, "unknown"),
            "has a certificate of an authority that is not trusted",
            "",
            NOT_TRUSTED,
        ),
        row(
            &to(SELF_SIGNED, "self-signed"),
            "has a certificate that it signed itself",
            "",
            NOT_TRUSTED,
        ),
        row(
            &to(EXPIRED, "expired"),
            "has a certificate that has expired",
            "",
            Fails("the certificate is not valid (expired)"),
        ),
        row(
            &to(NOT_YET, "not-yet"),
            "has a certificate that is not valid yet",
            "",
            Fails("the certificate is not valid (not valid yet)"),
        ),
        row(
            &to(OTHER_NAME, "other-name"),
            "has a certificate for another name",
            "",
            Fails("the certificate is not valid (made out to another name)"),
        ),
        row(
            &to(HOST, "plain"),
            "answers https without TLS",
            answer("400 Bad Request", ""),
            NO_TLS,
        ),
        row(
            "http://{tls}/http-to-tls",
            "answers http with TLS",
            "",
            NOT_HTTP,
        ),
    ]
}

fn elsewhere() -> Vec<Behaviour> {
    use Outcome::{Fails, Page};
    // The label of a name has at most 63 letters, so no server is asked for this one.
    let unknown = format!("http://{}.localhost/", many(64));
    vec![
        row(
            "http://127.0.0.1:1/",
            "does not listen",
            "",
            Fails("connection refused"),
        ),
        row(&unknown, "does not exist", "", Fails("no such host")),
        row(
            "http://anna:SE%40CR%3AET@{host}/log-in",
            "gives the page only with a log-in, which the address has",
            answer(OK_5, "hello"),
            Page(5),
        ),
        row(
            "http://anna:WRONG@{host}/log-in",
            "refuses the log-in of the address",
            "",
            Fails("the server answered 401 Unauthorized"),
        ),
    ]
}
