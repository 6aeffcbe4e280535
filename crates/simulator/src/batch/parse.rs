//! Reads `multipart/mixed` whose parts are HTTP requests (RFC 2046 section 5.1, RFC 9112 sections 3 and 5).
//!
//! Lines may end with CR LF or with LF alone: clients send both.

use axum::body::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri, header};

/// Why a batch, or one call of it, cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unreadable {
    #[error("no part begins with the boundary")]
    NoParts,
    #[error("the last boundary is missing")]
    NoEnd,
    #[error("a part must be of the type application/http")]
    NotHttp,
    #[error("a part must begin with a request line such as GET /calendar/v3/colors")]
    RequestLine,
    #[error("a call has a header that cannot be read")]
    Header,
    #[error("a call must be one of Calendar v3, with a path and no host")]
    OtherApi,
    #[error("a batch cannot contain a batch")]
    Nested,
}

/// One part of a batch.
#[derive(Debug)]
pub(super) struct Part {
    /// As it was sent, with its angle brackets.
    pub(super) content_id: Option<String>,
    pub(super) call: Result<Call, Unreadable>,
}

/// The call that a part contains.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) method: Method,
    /// Path and query.
    pub(super) target: Uri,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

/// The boundary that the content type names.
pub(super) fn boundary(headers: &HeaderMap) -> Option<String> {
    let content_type = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    let (kind, parameters) = content_type.split_once(';')?;
    if !kind.trim().eq_ignore_ascii_case("multipart/mixed") {
        return None;
    }
    let value = parameters.split(';').find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("boundary").then(|| value.trim())
    })?;
    let value = value
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .unwrap_or(value);
    (1..=70).contains(&value.len()).then(|| value.to_owned())
}

/// The parts between the boundaries.
pub(super) fn parts(body: &Bytes, boundary: &str) -> Result<Vec<Part>, Unreadable> {
    let delimiter = format!("--{boundary}");
    let mut begin = None;
    let mut found = Vec::new();
    for line in lines(body) {
        let text = &body[line.begin..line.end];
        let Some(after) = text.strip_prefix(delimiter.as_bytes()) else {
            continue;
        };
        let after = after.trim_ascii_end();
        if !matches!(after, b"" | b"--") {
            continue;
        }
        if let Some(begin) = begin {
            found.push(part(&body.slice(begin..before_line(body, line.begin, begin))));
        }
        if after == b"--" {
            return if found.is_empty() {
                Err(Unreadable::NoParts)
            } else {
                Ok(found)
            };
        }
        begin = Some(line.next);
    }
    Err(if begin.is_some() {
        Unreadable::NoEnd
    } else {
        Unreadable::NoParts
    })
}

fn part(bytes: &Bytes) -> Part {
    let head = headers(bytes);
    let content_id = head.as_ref().ok().and_then(|(headers, _)| {
        let id = headers.get("content-id")?.to_str().ok()?;
        Some(id.to_owned())
    });
    let call = head.and_then(|(headers, rest)| {
        let kind = headers
            .get(header::CONTENT_TYPE)
            .and_then(|kind| kind.to_str().ok())
            .and_then(|kind| kind.split(';').next());
        if kind.is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/http")) {
            call(&bytes.slice(rest..))
        } else {
            Err(Unreadable::NotHttp)
        }
    });
    Part { content_id, call }
}

fn call(bytes: &Bytes) -> Result<Call, Unreadable> {
    let line = lines(bytes).next().ok_or(Unreadable::RequestLine)?;
    let text = std::str::from_utf8(&bytes[line.begin..line.end]).map_err(|_| Unreadable::RequestLine)?;
    let mut words = text.split_ascii_whitespace();
    let (Some(method), Some(target)) = (words.next(), words.next()) else {
        return Err(Unreadable::RequestLine);
    };
    if words.next().is_some_and(|version| !version.starts_with("HTTP/")) || words.next().is_some() {
        return Err(Unreadable::RequestLine);
    }
    let method = method.parse().map_err(|_| Unreadable::RequestLine)?;
    let target: Uri = target.parse().map_err(|_| Unreadable::RequestLine)?;
    let path = target.path();
    if path == "/batch" || path.starts_with("/batch/") {
        return Err(Unreadable::Nested);
    }
    if target.host().is_some() || !path.starts_with("/calendar/v3/") {
        return Err(Unreadable::OtherApi);
    }
    let rest = bytes.slice(line.next..);
    let (headers, begin) = headers(&rest)?;
    let mut body = rest.slice(begin..);
    let length = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok());
    if let Some(length) = length.and_then(|length| length.parse::<usize>().ok()) {
        body.truncate(length);
    }
    Ok(Call {
        method,
        target,
        headers,
        body,
    })
}

/// The headers at the beginning, and where what follows their empty line begins.
fn headers(bytes: &[u8]) -> Result<(HeaderMap, usize), Unreadable> {
    let mut headers = HeaderMap::new();
    for line in lines(bytes) {
        let text = &bytes[line.begin..line.end];
        if text.is_empty() {
            return Ok((headers, line.next));
        }
        let colon = text
            .iter()
            .position(|byte| *byte == b':')
            .ok_or(Unreadable::Header)?;
        let name = HeaderName::from_bytes(text[..colon].trim_ascii()).map_err(|_| Unreadable::Header)?;
        let value =
            HeaderValue::from_bytes(text[colon + 1..].trim_ascii()).map_err(|_| Unreadable::Header)?;
        headers.append(name, value);
    }
    Ok((headers, bytes.len()))
}

struct Line {
    begin: usize,
    /// Without the line's end.
    end: usize,
    /// Where the next one begins.
    next: usize,
}

fn lines(bytes: &[u8]) -> impl Iterator<Item = Line> {
    let mut begin = 0;
    std::iter::from_fn(move || {
        if begin >= bytes.len() {
            return None;
        }
        let feed = bytes[begin..].iter().position(|byte| *byte == b'\n');
        let stop = feed.map_or(bytes.len(), |feed| begin + feed);
        let end = if stop > begin && bytes[stop - 1] == b'\r' {
            stop - 1
        } else {
            stop
        };
        let line = Line {
            begin,
            end,
            next: (stop + 1).min(bytes.len()),
        };
        begin = line.next;
        Some(line)
    })
}

/// The end of what lies before a line: the line break before a boundary belongs to the boundary.
fn before_line(bytes: &[u8], line: usize, least: usize) -> usize {
    let mut end = line;
    for byte in [b'\n', b'\r'] {
        if end > least && bytes[end - 1] == byte {
            end -= 1;
        }
    }
    end
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Result<Vec<Part>, Unreadable> {
        parts(&Bytes::copy_from_slice(text.as_bytes()), "b")
    }

    #[test]
    fn parts_end_with_either_line_break() {
        let text = "ignored\n--b\nContent-Type: application/http\nContent-ID: <x + 1>\n\nPATCH /calendar/v3/a?b=c HTTP/1.1\n\
            Content-Type: application/json\nIf-Match: \"7\"\n\n{\n\"a\": 1}\n--b\nContent-Type: application/http\n\n\
            GET /calendar/v3/colors\n--b--\nignored";
        for text in [text.to_owned(), text.replace('\n', "\r\n")] {
            let parts = read(&text).unwrap();
            assert_eq!(parts.len(), 2);
            assert_eq!(parts[0].content_id.as_deref(), Some("<x + 1>"));
            let call = parts[0].call.as_ref().unwrap();
            assert_eq!(
                (call.method.as_str(), call.target.to_string()),
                ("PATCH", "/calendar/v3/a?b=c".into())
            );
            assert_eq!(call.headers[header::IF_MATCH], "\"7\"");
            let body: serde_json::Value = serde_json::from_slice(&call.body).unwrap();
            assert_eq!(body, serde_json::json!({"a": 1}));
            let call = parts[1].call.as_ref().unwrap();
            assert_eq!((call.method.as_str(), call.body.len()), ("GET", 0));
        }
    }

    #[track_caller]
    fn check(part: &str, expect: Unreadable) {
        let parts = read(&format!("--b\n{part}\n--b--")).unwrap();
        assert_eq!(parts[0].call.as_ref().unwrap_err(), &expect, "{part}");
    }

    #[test]
    fn what_is_wrong_with_a_call_is_said() {
        let http = |call: &str| format!("Content-Type: application/http\n\n{call}");
        check(
            "Content-Type: text/plain\n\nGET /calendar/v3/colors",
            Unreadable::NotHttp,
        );
        check(
            "Content-Type: application/http\nnonsense\n\nGET /calendar/v3/colors",
            Unreadable::Header,
        );
        check(&http("GET"), Unreadable::RequestLine);
        check(&http("GET /calendar/v3/a b c"), Unreadable::RequestLine);
        check(&http("GET /drive/v3/files"), Unreadable::OtherApi);
        check(
            &http("GET https://www.googleapis.com/calendar/v3/colors"),
            Unreadable::OtherApi,
        );
        check(&http("POST /batch/calendar/v3"), Unreadable::Nested);
        check(&http("GET /calendar/v3/colors HTTP/1.1\n: x"), Unreadable::Header);
    }

    #[test]
    fn a_batch_has_a_beginning_and_an_end() {
        assert_eq!(read("").unwrap_err(), Unreadable::NoParts);
        assert_eq!(read("--b--").unwrap_err(), Unreadable::NoParts);
        assert_eq!(read("--bb\nx\n--bb--").unwrap_err(), Unreadable::NoParts);
        assert_eq!(
            read("--b\nContent-Type: application/http\n\nGET /x").unwrap_err(),
            Unreadable::NoEnd
        );
    }

    #[test]
    fn the_boundary_may_be_quoted() {
        let of = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, text.parse().unwrap());
            boundary(&headers)
        };
        assert_eq!(
            of("multipart/mixed; boundary=\"==1==\"").as_deref(),
            Some("==1==")
        );
        assert_eq!(of("Multipart/Mixed; charset=x; Boundary=b").as_deref(), Some("b"));
        assert_eq!(of("multipart/mixed; boundary="), None);
        assert_eq!(of("application/json; boundary=b"), None);
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(prop_oneof![Just(b'\n'), Just(b'-'), Just(b'b'), Just(b':'), any::<u8>()], 0..200)) {
            let mut body = b"--b\nContent-Type: application/http\n\n".to_vec();
            body.extend(bytes);
            body.extend(b"\n--b--");
            parts(&Bytes::from(body), "b").ok();
        }
    }
}
