//! `multipart/mixed` batches (Google API guide "Batch requests"; parts by RFC 2046 section 5.1).

use std::{io::Write as _, sync::Arc};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, Uri, header};

use super::{PartAnswer, own_headers};
use crate::{answer::Answer, call::Call, error::EgressError};

/// Between the parts. No body holds it: JSON has no line that begins so.
const BOUNDARY: &str = "kalends-batch-part";
/// Most headers of a part.
const MOST_HEADERS: usize = 64;

/// One request that holds all calls.
pub(super) fn request(url: &Uri, calls: &[Arc<Call>]) -> Result<Request<Bytes>, EgressError> {
    let mut body = Vec::new();
    for (place, call) in calls.iter().enumerate() {
        write_part(&mut body, place, call).map_err(|_| EgressError::Invalid {
            reason: "it cannot be written into a batch",
        })?;
    }
    body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    Request::builder()
        .method(Method::POST)
        .uri(url)
        .header(
            header::CONTENT_TYPE,
            format!("multipart/mixed; boundary={BOUNDARY}"),
        )
        .body(body.into())
        .map_err(|_| EgressError::Invalid {
            reason: "the batch endpoint is no address",
        })
}

fn write_part(body: &mut Vec<u8>, place: usize, call: &Call) -> std::io::Result<()> {
    let request = &call.request;
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    write!(
        body,
        "--{BOUNDARY}\r\nContent-Type: application/http\r\nContent-ID: <{place}>\r\n\r\n{} {path} HTTP/1.1\r\n",
        request.method()
    )?;
    for (name, value) in own_headers(call) {
        write!(body, "{name}: ")?;
        body.extend_from_slice(value.as_bytes());
        body.extend_from_slice(b"\r\n");
    }
    if !request.body().is_empty() {
        write!(body, "content-length: {}\r\n", request.body().len())?;
    }
    body.extend_from_slice(b"\r\n");
    body.extend_from_slice(request.body());
    body.extend_from_slice(b"\r\n");
    Ok(())
}

/// The parts of an answer that can be read.
pub(super) fn answers(whole: &Answer) -> Vec<PartAnswer> {
    let Some(boundary) = boundary(&whole.headers) else {
        return Vec::new();
    };
    let delimiter = format!("--{boundary}");
    parts(&whole.body, delimiter.as_bytes())
        .into_iter()
        .enumerate()
        .filter_map(|(place, part)| read_part(place, part))
        .collect()
}

fn boundary(headers: &HeaderMap) -> Option<&str> {
    let content_type = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    let parameters = content_type.split(';').skip(1);
    let mut named = parameters.filter_map(|parameter| parameter.trim().split_once('='));
    let (_, value) = named.find(|(name, _)| name.eq_ignore_ascii_case("boundary"))?;
    Some(value.trim_matches('"'))
}

/// What stands between delimiters at the beginning of lines.
fn parts<'b>(body: &'b [u8], delimiter: &[u8]) -> Vec<&'b [u8]> {
    let at_line_start = |at: usize| at == 0 || body[at - 1] == b'\n';
    let found: Vec<usize> = body
        .windows(delimiter.len())
        .enumerate()
        .filter(|(at, window)| *window == delimiter && at_line_start(*at))
        .map(|(at, _)| at)
        .collect();
    let mut parts = Vec::new();
    for pair in found.windows(2) {
        parts.push(&body[pair[0] + delimiter.len()..pair[1]]);
    }
    parts
}

/// A part: its own headers, then an answer with status line, headers and body. The place is what its `Content-ID` says,
/// else where it stands: services answer in the order of the calls.
fn read_part(place: usize, part: &[u8]) -> Option<PartAnswer> {
    let part = part.strip_prefix(b"\r\n").or_else(|| part.strip_prefix(b"\n"))?;
    let mut fields = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let (inner, fields) = match httparse::parse_headers(part, &mut fields).ok()? {
        httparse::Status::Complete((length, fields)) => (&part[length..], fields),
        httparse::Status::Partial => return None,
    };
    let named = fields
        .iter()
        .find(|field| field.name.eq_ignore_ascii_case("content-id"))
        .and_then(|field| str::from_utf8(field.value).ok())
        .and_then(|id| {
            id.trim()
                .trim_matches(['<', '>'])
                .rsplit('-')
                .next()?
                .parse()
                .ok()
        });
    let mut inner_fields = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let mut answer = httparse::Response::new(&mut inner_fields);
    let httparse::Status::Complete(length) = answer.parse(inner).ok()? else {
        return None;
    };
    let headers = answer.headers.iter().filter_map(|field| {
        Some((
            HeaderName::from_bytes(field.name.as_bytes()).ok()?,
            HeaderValue::from_bytes(field.value).ok()?,
        ))
    });
    let body = inner[length..].strip_suffix(b"\n").unwrap_or(&inner[length..]);
    Some(PartAnswer {
        place: named.unwrap_or(place),
        status: StatusCode::from_u16(answer.code?).ok()?,
        headers: headers.collect(),
        body: Bytes::copy_from_slice(body.strip_suffix(b"\r").unwrap_or(body)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scripted::{call, dawn};

    #[test]
    fn calls_are_written_as_parts() {
        let get = call();
        let mut patch = call();
        patch.request = Request::builder()
            .method(Method::PATCH)
            .uri("https://service.test/calendar/v3/x?sendUpdates=none")
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::AUTHORIZATION, "Bearer other")
            .body(Bytes::from_static(b"{\"location\":\"Online\"}"))
            .unwrap();
        let url = Uri::from_static("https://service.test/batch");
        let request = request(&url, &[Arc::new(get), Arc::new(patch)]).unwrap();
        assert_eq!(
            str::from_utf8(request.body()).unwrap(),
            "--kalends-batch-part\r\nContent-Type: application/http\r\nContent-ID: <0>\r\n\r\n\
             GET /path HTTP/1.1\r\n\r\n\r\n\
             --kalends-batch-part\r\nContent-Type: application/http\r\nContent-ID: <1>\r\n\r\n\
             PATCH /calendar/v3/x?sendUpdates=none HTTP/1.1\r\ncontent-type: application/json\r\n\
             content-length: 21\r\n\r\n{\"location\":\"Online\"}\r\n--kalends-batch-part--\r\n"
        );
    }

    #[test]
    fn parts_of_an_answer_are_read_with_their_own_status() {
        let body = "--batch_Xy\r\nContent-Type: application/http\r\nContent-ID: <response-1>\r\n\r\nHTTP/1.1 429 Too Many \
                    Requests\r\nRetry-After: 7\r\n\r\n{\"error\":{}}\r\n--batch_Xy\r\nContent-Type: application/http\r\n\
                    Content-ID: <response-0>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{\"a\":\"--batch_Xy\"}\
                    \r\n--batch_Xy\r\nbroken\r\n--batch_Xy--\r\n";
        let whole = Answer {
            status: StatusCode::OK,
            headers: HeaderMap::from_iter([(
                header::CONTENT_TYPE,
                HeaderValue::from_static("multipart/mixed; boundary=\"batch_Xy\""),
            )]),
            body: Bytes::from(body),
            received_at: dawn(),
        };
        let seen: Vec<_> = answers(&whole)
            .into_iter()
            .map(|part| (part.place, part.status.as_u16(), part.body))
            .collect();
        let expect = [
            (1, 429, Bytes::from_static(b"{\"error\":{}}")),
            (0, 200, Bytes::from_static(b"{\"a\":\"--batch_Xy\"}")),
        ];
        assert_eq!(seen, expect);
    }
}
