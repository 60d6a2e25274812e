//! The requests that the loopback server understands: the head, and the page that it asks for.

/// A longer request head is refused with status 431.
pub const MAX_HEAD_BYTES: usize = 8 * 1_024;

/// The maximum number of header fields of a request.
const MAX_FIELDS: usize = 64;

/// The page that the head at the start of `bytes` asks for, on a site with `pages` pages; or the status of the refusal.
/// `None` while the head is incomplete.
pub fn read(bytes: &[u8], pages: usize) -> Option<Result<usize, &'static str>> {
    let mut fields = [httparse::EMPTY_HEADER; MAX_FIELDS];
    let mut head = httparse::Request::new(&mut fields);
    Some(match head.parse(bytes) {
        Ok(httparse::Status::Complete(_)) if head.method != Some("GET") => {
            Err("405 Method Not Allowed")
        }
        Ok(httparse::Status::Complete(_)) => page_number(head.path.unwrap_or_default())
            .filter(|&i| i < pages)
            .ok_or("404 Not Found"),
        Ok(httparse::Status::Partial) if bytes.len() < MAX_HEAD_BYTES => return None,
        Ok(httparse::Status::Partial) | Err(httparse::Error::TooManyHeaders) => {
            Err("431 Request Header Fields Too Large")
        }
        Err(_) => Err("400 Bad Request"),
    })
}

/// The `7` of `/page/7`, with or without a query.
fn page_number(target: &str) -> Option<usize> {
    let path = target.split_once('?').map_or(target, |(path, _query)| path);
    let digits = path.strip_prefix("/page/")?;
    // `parse` alone would accept a sign.
    let is_number = digits.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| digits.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(text: &str) -> Option<Result<usize, &'static str>> {
        read(text.as_bytes(), 10)
    }

    #[test]
    fn a_get_for_a_page_of_the_site_is_understood() {
        assert_eq!(
            read_text("GET /page/7 HTTP/1.1\r\nHost: x\r\n\r\n"),
            Some(Ok(7))
        );
        assert_eq!(read_text("GET /page/0?a=b HTTP/1.0\r\n\r\n"), Some(Ok(0)));
    }

    #[test]
    fn a_head_that_was_cut_anywhere_is_incomplete() {
        let head = "GET /page/7 HTTP/1.1\r\nHost: x\r\nUser-Agent: y\r\n\r\n";
        for end in 0..head.len() {
            assert_eq!(read_text(&head[..end]), None, "{end}");
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
            assert_eq!(read_text(&request), Some(Err("404 Not Found")), "{target}");
        }
    }

    #[test]
    fn other_methods_are_not_allowed() {
        for method in ["POST", "HEAD", "PUT", "DELETE", "get"] {
            let request = format!("{method} /page/1 HTTP/1.1\r\n\r\n");
            assert_eq!(
                read_text(&request),
                Some(Err("405 Method Not Allowed")),
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
                Some(Err("400 Bad Request")),
                "{rubbish:?}"
            );
        }
    }

    #[test]
    fn a_head_without_end_and_one_with_too_many_fields_are_too_large() {
        let endless = format!("GET /page/1 HTTP/1.1\r\nX: {}", "x".repeat(MAX_HEAD_BYTES));
        assert_eq!(
            read_text(&endless[..MAX_HEAD_BYTES]),
            Some(Err("431 Request Header Fields Too Large"))
        );
        let crowded = format!(
            "GET /page/1 HTTP/1.1\r\n{}\r\n",
            "a: b\r\n".repeat(MAX_FIELDS + 1)
        );
        assert_eq!(
            read_text(&crowded),
            Some(Err("431 Request Header Fields Too Large"))
        );
    }
}
