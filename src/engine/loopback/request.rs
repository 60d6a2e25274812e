//! What the loopback server understands of a request: its head, and which page it asks for.

/// The largest request head that is read, in bytes.
pub(super) const MAX_HEAD_BYTES: usize = 8 * 1_024;

/// The most header fields that a request may have.
const MAX_FIELDS: usize = 64;

/// What the bytes that have arrived so far amount to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Request {
    /// The head goes on.
    Incomplete,
    /// A page that the site has.
    Page(usize),
    /// An answer without a page.
    Refused(Refusal),
}

/// Why a request gets no page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// 400: this is not HTTP.
    BadRequest,
    /// 404: the site has no such page.
    NotFound,
    /// 405: only GET is served.
    MethodNotAllowed,
    /// 431: the head is larger than [`MAX_HEAD_BYTES`] or has too many fields.
    HeadTooLarge,
}

impl Refusal {
    /// Status code and reason, as they stand in the status line.
    pub(super) fn status(self) -> &'static str {
        match self {
            Self::BadRequest => "400 Bad Request",
            Self::NotFound => "404 Not Found",
            Self::MethodNotAllowed => "405 Method Not Allowed",
            Self::HeadTooLarge => "431 Request Header Fields Too Large",
        }
    }
}

/// Reads the head at the beginning of `bytes`, for a site of `pages` pages.
pub(super) fn read(bytes: &[u8], pages: usize) -> Request {
    let mut fields = [httparse::EMPTY_HEADER; MAX_FIELDS];
    let mut head = httparse::Request::new(&mut fields);
    match head.parse(bytes) {
        Ok(httparse::Status::Complete(_)) => asked_for(
            head.method.unwrap_or_default(),
            head.path.unwrap_or_default(),
            pages,
        ),
        Ok(httparse::Status::Partial) if bytes.len() < MAX_HEAD_BYTES => Request::Incomplete,
        Ok(httparse::Status::Partial) | Err(httparse::Error::TooManyHeaders) => {
            Request::Refused(Refusal::HeadTooLarge)
        }
        Err(_) => Request::Refused(Refusal::BadRequest),
    }
}

fn asked_for(method: &str, target: &str, pages: usize) -> Request {
    if method != "GET" {
        return Request::Refused(Refusal::MethodNotAllowed);
    }
    match page_number(target).filter(|&i| i < pages) {
        Some(i) => Request::Page(i),
        None => Request::Refused(Refusal::NotFound),
    }
}

/// The `7` of `/page/7`, also with a query behind it.
fn page_number(target: &str) -> Option<usize> {
    let path = target.split_once('?').map_or(target, |(path, _query)| path);
    let digits = path.strip_prefix("/page/")?;
    // `parse` alone would accept a sign.
    digits
        .bytes()
        .all(|b| b.is_ascii_digit())
        .then(|| digits.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(text: &str) -> Request {
        read(text.as_bytes(), 10)
    }

    #[test]
    fn a_get_for_a_page_of_the_site_is_understood() {
        assert_eq!(
            read_text("GET /page/7 HTTP/1.1\r\nHost: x\r\n\r\n"),
            Request::Page(7)
        );
        assert_eq!(
            read_text("GET /page/0?a=b HTTP/1.0\r\n\r\n"),
            Request::Page(0)
        );
    }

    #[test]
    fn every_beginning_of_a_head_is_incomplete() {
        let head = "GET /page/7 HTTP/1.1\r\nHost: x\r\nUser-Agent: y\r\n\r\n";
        for end in 0..head.len() {
            assert_eq!(read_text(&head[..end]), Request::Incomplete, "{end}");
        }
    }

    #[test]
    fn a_page_that_the_site_lacks_is_not_found() {
        for target in [
            "/",
            "/page",
            "/page/",
            "/page/10",
            "/page/+1",
            "/page/1x",
            "/page/99999999999999999999",
        ] {
            let request = format!("GET {target} HTTP/1.1\r\n\r\n");
            assert_eq!(
                read_text(&request),
                Request::Refused(Refusal::NotFound),
                "{target}"
            );
        }
    }

    #[test]
    fn other_methods_are_not_allowed() {
        for method in ["POST", "HEAD", "PUT", "DELETE", "get"] {
            let request = format!("{method} /page/1 HTTP/1.1\r\n\r\n");
            assert_eq!(
                read_text(&request),
                Request::Refused(Refusal::MethodNotAllowed),
                "{method}"
            );
        }
    }

    #[test]
    fn rubbish_is_a_bad_request() {
        for rubbish in [
            "\0\0\0\0",
            "\x16\x03\x01\x02\0\x01",
            "GET\r\n\r\n",
            "GET / HTTP/9.9\r\n\r\n",
        ] {
            assert_eq!(
                read_text(rubbish),
                Request::Refused(Refusal::BadRequest),
                "{rubbish:?}"
            );
        }
    }

    #[test]
    fn a_head_without_end_and_one_with_too_many_fields_are_too_large() {
        let endless = format!("GET /page/1 HTTP/1.1\r\nX: {}", "x".repeat(MAX_HEAD_BYTES));
        assert_eq!(
            read_text(&endless[..MAX_HEAD_BYTES]),
            Request::Refused(Refusal::HeadTooLarge)
        );
        let crowded = format!(
            "GET /page/1 HTTP/1.1\r\n{}\r\n",
            "a: b\r\n".repeat(MAX_FIELDS + 1)
        );
        assert_eq!(read_text(&crowded), Request::Refused(Refusal::HeadTooLarge));
    }
}
