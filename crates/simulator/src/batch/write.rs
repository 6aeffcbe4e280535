//! Writes the answers of a batch: one part each, in the order of the calls.

use std::io::Write as _;

use axum::{body::to_bytes, response::Response};

use super::Part;
use crate::google::GoogleError;

/// A boundary that no answer can contain by chance; the same for the same number of calls.
pub(super) fn boundary(parts: &[Part]) -> String {
    format!("batch_kalendsSimulator_{:04}", parts.len())
}

/// Adds one answer.
pub(super) async fn part(
    into: &mut Vec<u8>,
    boundary: &str,
    content_id: Option<&str>,
    response: Response,
) -> Result<(), GoogleError> {
    let internal = |_| GoogleError::internal();
    let (head, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX)
        .await
        .map_err(|_| GoogleError::internal())?;
    write!(into, "--{boundary}\r\nContent-Type: application/http\r\n").map_err(internal)?;
    if let Some(id) = content_id {
        write!(into, "Content-ID: {}\r\n", answer_id(id)).map_err(internal)?;
    }
    let reason = head.status.canonical_reason().unwrap_or("Unknown");
    write!(into, "\r\nHTTP/1.1 {} {reason}\r\n", head.status.as_u16()).map_err(internal)?;
    for (name, value) in &head.headers {
        if name == http::header::CONTENT_LENGTH {
            continue;
        }
        into.extend_from_slice(name.as_str().as_bytes());
        into.extend_from_slice(b": ");
        into.extend_from_slice(value.as_bytes());
        into.extend_from_slice(b"\r\n");
    }
    write!(into, "Content-Length: {}\r\n\r\n", body.len()).map_err(internal)?;
    into.extend_from_slice(&body);
    into.extend_from_slice(b"\r\n");
    Ok(())
}

/// Adds the last boundary.
pub(super) fn end(into: &mut Vec<u8>, boundary: &str) {
    into.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
}

/// `<response-…>` for `<…>`, and without brackets where there were none.
fn answer_id(id: &str) -> String {
    match id.strip_prefix('<') {
        Some(rest) => format!("<response-{rest}"),
        None => format!("response-{id}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_named_after_its_call() {
        assert_eq!(answer_id("<5a1 + 7>"), "<response-5a1 + 7>");
        assert_eq!(answer_id("first"), "response-first");
    }
}
