//! Partial responses: `fields=items(id,start/dateTime),nextPageToken` (Google Calendar API guide "Improve performance").

use axum::{
    body::{Body, to_bytes},
    extract::Request,
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{Method, StatusCode, header};
use serde::Serialize as _;
use serde_json::{Map, Value};

use super::{GoogleError, Query, shapes};

/// Where the calendar API begins.
const API: &str = "/calendar/v3";

/// Middleware that brings JSON answers into the form asked for: only these `fields`, indented with `prettyPrint=true`.
/// `alt` can be nothing but `json`. Answers are compact unless indentation is asked for, unlike Google's.
pub(crate) async fn select_fields(request: Request, next: Next) -> Response {
    let query = Query::parse(request.uri().query().unwrap_or_default());
    let wish = match Wish::read(&query, request.uri().path(), request.method()) {
        Ok(wish) => wish,
        Err(refusal) => return refusal.into_response(),
    };
    let response = next.run(request).await;
    let is_json = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
    let mask = wish.mask.filter(|_| response.status() == StatusCode::OK);
    if !is_json || (mask.is_none() && !wish.pretty) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, usize::MAX).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let shown = serde_json::from_slice(&bytes).ok().and_then(|value: Value| {
        let value = match &mask {
            Some(mask) => mask.select(value),
            None => value,
        };
        write(&value, wish.pretty)
    });
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(shown.map_or(bytes, Into::into)))
}

/// What the query says about the form of the answer.
struct Wish {
    mask: Option<Mask>,
    pretty: bool,
}

impl Wish {
    fn read(query: &Query, path: &str, method: &Method) -> Result<Self, GoogleError> {
        if let Some(other) = query.text("alt").filter(|alt| *alt != "json") {
            let message = format!("Invalid string value: '{other}'. Allowed values: [json]");
            return Err(GoogleError::parameter("alt", &message));
        }
        let mask = query.text("fields").map(|text| {
            let refused =
                |at: &str| GoogleError::parameter("fields", &format!("Invalid field selection {at}"));
            let mask = Mask::parse(text).ok_or_else(|| refused(text))?;
            let shape = path
                .strip_prefix(API)
                .and_then(|path| shapes::of_answer(path, method == Method::POST))
                .and_then(|shape| Mask::parse(&shape));
            match shape.and_then(|shape| mask.stranger_to(&shape)) {
                Some(stranger) => Err(refused(&stranger)),
                None => Ok(mask),
            }
        });
        Ok(Self {
            mask: mask.transpose()?,
            pretty: query.flag("prettyPrint")?.unwrap_or(false),
        })
    }
}

/// With one space for each level, as Google indents.
fn write(value: &Value, pretty: bool) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    if pretty {
        let form = serde_json::ser::PrettyFormatter::with_indent(b" ");
        let mut writer = serde_json::Serializer::with_formatter(&mut bytes, form);
        value.serialize(&mut writer).ok()?;
    } else {
        serde_json::to_writer(&mut bytes, value).ok()?;
    }
    Some(bytes)
}

/// Which members to keep: an empty mask keeps everything below.
#[derive(Debug, Default, PartialEq)]
struct Mask(Vec<(String, Mask)>);

impl Mask {
    /// Reads `a,b/c,d(e,f)`; `None` when it is malformed.
    fn parse(text: &str) -> Option<Self> {
        let mut rest = text;
        let mask = Self::list(&mut rest)?;
        rest.is_empty().then_some(mask)
    }

    fn list(rest: &mut &str) -> Option<Self> {
        let mut members = vec![Self::member(rest)?];
        while let Some(after) = rest.strip_prefix(',') {
            *rest = after;
            members.push(Self::member(rest)?);
        }
        Some(Self(members))
    }

    fn member(rest: &mut &str) -> Option<(String, Self)> {
        let end = rest.find(['/', '(', ')', ',']).unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        if name.is_empty()
            || !name
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "_-*.@".contains(c))
        {
            return None;
        }
        *rest = after;
        let below = if let Some(after) = rest.strip_prefix('/') {
            *rest = after;
            Self(vec![Self::member(rest)?])
        } else if let Some(after) = rest.strip_prefix('(') {
            *rest = after;
            let list = Self::list(rest)?;
            *rest = rest.strip_prefix(')')?;
            list
        } else {
            Self::default()
        };
        Some((name.to_owned(), below))
    }

    /// The first member asked for that `shape` does not have.
    fn stranger_to(&self, shape: &Self) -> Option<String> {
        self.0.iter().find_map(|(name, below)| {
            let mut known = shape
                .0
                .iter()
                .filter(|(member, _)| name == "*" || member == "*" || member == name)
                .peekable();
            if known.peek().is_none() {
                return Some(name.clone());
            }
            // Of several that a star stands for, one that has the rest is enough.
            let strangers: Option<Vec<String>> = known.map(|(_, inner)| below.stranger_to(inner)).collect();
            strangers.and_then(|strangers| strangers.into_iter().next())
        })
    }

    fn select(&self, value: Value) -> Value {
        if self.0.is_empty() {
            return value;
        }
        match value {
            Value::Array(items) => items.into_iter().map(|item| self.select(item)).collect(),
            Value::Object(members) => self.select_members(members),
            scalar => scalar,
        }
    }

    fn select_members(&self, members: Map<String, Value>) -> Value {
        let kept = members.into_iter().filter_map(|(name, value)| {
            let mut masks = self
                .0
                .iter()
                .filter(|(wanted, _)| *wanted == name || wanted == "*");
            let (_, first) = masks.next()?;
            // The same member named twice (`start/date,start/dateTime`) keeps both parts.
            let mut kept = first.select(value.clone());
            for (_, mask) in masks {
                merge(&mut kept, mask.select(value.clone()));
            }
            Some((name, kept))
        });
        Value::Object(kept.collect())
    }
}

fn merge(into: &mut Value, from: Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            for (name, value) in from {
                merge(into.entry(name).or_insert(Value::Null), value);
            }
        }
        (Value::Array(into), Value::Array(from)) => {
            for (into, from) in into.iter_mut().zip(from) {
                merge(into, from);
            }
        }
        (into, from) => *into = from,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(mask: &str, expect: &Value) {
        let body = json!({"kind": "k", "items": [{"id": "a", "start": {"date": "d", "dateTime": "t", "timeZone": "z"}}]});
        assert_eq!(&Mask::parse(mask).unwrap().select(body), expect);
    }

    #[test]
    fn members_paths_and_groups_are_kept() {
        check("kind", &json!({"kind": "k"}));
        check("items/id", &json!({"items": [{"id": "a"}]}));
        check(
            "items(id,start/date)",
            &json!({"items": [{"id": "a", "start": {"date": "d"}}]}),
        );
        check(
            "items/start/date,items/start/dateTime",
            &json!({"items": [{"start": {"date": "d", "dateTime": "t"}}]}),
        );
        check(
            "*/start/timeZone",
            &json!({"kind": "k", "items": [{"start": {"timeZone": "z"}}]}),
        );
        check("nothing", &json!({}));
    }

    #[test]
    fn malformed_masks_are_refused() {
        for mask in ["", "items(", "items)", "a,,b", "items(id", "/a", "a b"] {
            assert_eq!(Mask::parse(mask), None, "{mask}");
        }
    }
}
