//! Conditions on the version of what is changed (RFC 9110 section 13.1), and the `ETag` that names it.

use axum::extract::FromRequestParts;
use http::{HeaderMap, HeaderName, header, request::Parts};
use kalends_engine::events::Condition;

use crate::problem::Problem;

/// The condition that the request's headers state.
#[derive(Debug)]
pub(crate) struct IfVersion(pub(crate) Condition);

/// The `ETag` of a version.
pub(crate) fn etag(version: i64) -> String {
    format!("\"{version}\"")
}

impl<S: Send + Sync> FromRequestParts<S> for IfVersion {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        read(&parts.headers).map(Self)
    }
}

fn read(headers: &HeaderMap) -> Result<Condition, Problem> {
    let is = text(headers, &header::IF_MATCH)?;
    let is_not = text(headers, &header::IF_NONE_MATCH)?;
    match (is.as_deref(), is_not.as_deref()) {
        (None, None) => Ok(Condition::None),
        (Some("*"), None) => Ok(Condition::Exists),
        (Some(tags), None) => versions(tags).map(Condition::Version),
        (None, Some("*")) => Ok(Condition::Absent),
        (None, Some(_)) => Err(Problem::field("If-None-Match", "must be *")),
        (Some(_), Some(_)) => Err(Problem::field(
            "If-None-Match",
            "must not be sent together with If-Match",
        )),
    }
}

/// The header's values, put together as if they were one (RFC 9110 section 5.3).
fn text(headers: &HeaderMap, name: &HeaderName) -> Result<Option<String>, Problem> {
    let mut values = Vec::new();
    for value in headers.get_all(name) {
        let value = value.to_str().map_err(|_| malformed())?;
        values.push(value.trim());
    }
    Ok((!values.is_empty()).then(|| values.join(", ")))
}

/// The versions that the tags name. Tags that are weak or not ours match nothing.
fn versions(tags: &str) -> Result<Vec<i64>, Problem> {
    let mut versions = Vec::new();
    for tag in tags.split(',').map(str::trim) {
        let strong = tag.strip_prefix("W/").unwrap_or(tag);
        let inner = strong.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        let inner = inner.filter(|inner| !inner.contains('"')).ok_or_else(malformed)?;
        if strong == tag && etag(inner.parse().unwrap_or_default()) == tag {
            versions.extend(inner.parse::<i64>().ok());
        }
    }
    Ok(versions)
}

fn malformed() -> Problem {
    Problem::field(
        "If-Match",
        "must be * or the ETag of an earlier answer, such as \"3\"",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(headers: &[(HeaderName, &str)], expect: Result<Condition, &str>) {
        let headers: HeaderMap = headers
            .iter()
            .map(|(name, value)| (name.clone(), value.parse().unwrap()))
            .collect();
        let found = read(&headers).map_err(|problem| problem.detail().to_owned());
        assert_eq!(found, expect.map_err(str::to_owned), "{headers:?}");
    }

    #[test]
    fn each_form_of_the_headers() {
        let (is, is_not) = (header::IF_MATCH, header::IF_NONE_MATCH);
        check(&[], Ok(Condition::None));
        check(&[(is.clone(), "*")], Ok(Condition::Exists));
        check(&[(is.clone(), "\"3\"")], Ok(Condition::Version(vec![3])));
        check(
            &[(is.clone(), "\"3\" , W/\"4\",\"x\", \"05\", \"6\"")],
            Ok(Condition::Version(vec![3, 6])),
        );
        check(&[(is_not.clone(), "*")], Ok(Condition::Absent));
        check(&[(is_not.clone(), "\"3\"")], Err("If-None-Match: must be *"));
        let malformed = "If-Match: must be * or the ETag of an earlier answer, such as \"3\"";
        for value in ["3", "\"3", "\"3\" \"4\"", ""] {
            check(&[(is.clone(), value)], Err(malformed));
        }
        check(
            &[(is, "*"), (is_not, "*")],
            Err("If-None-Match: must not be sent together with If-Match"),
        );
    }
}
