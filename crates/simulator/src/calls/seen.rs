//! What the record keeps of a request's body.

use aws_lc_rs::digest;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{HeaderMap, header};
use serde::Serialize;
use serde_json::Value;

use super::{SECRET, redact};

/// Longer bodies are kept up to here, in bytes.
const LONGEST: usize = 64 * 1024;

/// A request's body in the record.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Seen {
    /// Its length.
    pub request_bytes: usize,
    /// Its SHA-256 in base64url, to tell whether two requests were the same; not of forms, which carry tokens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body_digest: Option<String>,
    /// The body, when bodies are recorded: JSON as such, everything else as text. Secret values are replaced by `…`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<Value>,
}

impl Seen {
    /// What may be kept of this body.
    pub(crate) fn of(headers: &HeaderMap, body: &[u8], keep: bool) -> Self {
        let kind = headers
            .get(header::CONTENT_TYPE)
            .and_then(|kind| kind.to_str().ok());
        let form = kind.is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
        Self {
            request_bytes: body.len(),
            body_digest: (!body.is_empty() && !form).then(|| hash(body)),
            body: (keep && !body.is_empty()).then(|| readable(body, form)),
        }
    }
}

fn hash(body: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, body))
}

fn readable(body: &[u8], form: bool) -> Value {
    if let Ok(mut json) = serde_json::from_slice(body)
        && body.len() <= LONGEST
    {
        hide(&mut json);
        return json;
    }
    let text = String::from_utf8_lossy(body);
    if form {
        return redact(&text).into();
    }
    // Parts of a batch have headers of their own.
    let lines = text.lines().map(|line| match line.split_once(':') {
        Some((name, _)) if name.eq_ignore_ascii_case("authorization") => format!("{name}: …"),
        _ => line.to_owned(),
    });
    let lines: Vec<String> = lines.collect();
    lines.join("\n").chars().take(LONGEST).collect::<String>().into()
}

/// Replaces the values of secret members.
fn hide(json: &mut Value) {
    match json {
        Value::Object(members) => {
            for (name, value) in members {
                if SECRET.contains(&name.as_str()) {
                    *value = "…".into();
                } else {
                    hide(value);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(hide),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(kind: &'static str, body: &str, expect: &Value) {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        let seen = Seen::of(&headers, body.as_bytes(), true);
        assert_eq!(seen.body.as_ref(), Some(expect), "{body}");
        assert_eq!(seen.request_bytes, body.len());
    }

    #[test]
    fn bodies_are_kept_without_their_secrets() {
        let json = "application/json";
        check(
            json,
            r#"{"id": "a", "token": "s"}"#,
            &json!({"id": "a", "token": "…"}),
        );
        check(
            json,
            r#"[{"x": {"access_token": 1}}]"#,
            &json!([{"x": {"access_token": "…"}}]),
        );
        let form = "application/x-www-form-urlencoded";
        check(form, "code=4%2F0&grant_type=x", &json!("code=…&grant_type=x"));
        check(
            "multipart/mixed; boundary=b",
            "--b\nAuthorization: Bearer s\n",
            &json!("--b\nAuthorization: …"),
        );
    }

    #[test]
    fn forms_have_no_digest() {
        let mut headers = HeaderMap::new();
        assert!(Seen::of(&headers, b"{}", false).body_digest.is_some());
        assert!(Seen::of(&headers, b"", false).body_digest.is_none());
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/x-www-form-urlencoded"),
        );
        assert!(Seen::of(&headers, b"code=1", false).body_digest.is_none());
    }
}
