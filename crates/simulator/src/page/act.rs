//! What a person does on their page, passed on to the methods of the calendar API.

use std::sync::Arc;

use axum::{
    Router,
    extract::Request,
    response::{IntoResponse, Response},
};
use http::{StatusCode, Uri};
use tower::ServiceExt;

/// The person that acts, without a token.
#[derive(Clone, Debug)]
pub(crate) struct Person(pub(crate) Arc<str>);

/// `/_sim/people/ADDRESS/REST` as `/REST` of the calendar API.
pub(super) async fn act(calendars: Router, request: Request) -> Response {
    let Some((email, uri)) = split(request.uri()) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let (parts, body) = request.into_parts();
    // A request of its own: what the outer route knows would mislead the inner one.
    let mut inner = Request::new(body);
    *inner.method_mut() = parts.method;
    *inner.headers_mut() = parts.headers;
    *inner.uri_mut() = uri;
    inner.extensions_mut().insert(Person(email.into()));
    match calendars.oneshot(inner).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

fn split(uri: &Uri) -> Option<(String, Uri)> {
    let rest = uri.path_and_query()?.as_str().strip_prefix("/_sim/people/")?;
    let (email, _) = rest.split_once('/')?;
    let uri = rest[email.len()..].parse().ok()?;
    // A path segment decodes like a form value without plus signs.
    let escaped = email.replace('+', "%2B");
    let (email, _) = url::form_urlencoded::parse(escaped.as_bytes()).next()?;
    Some((email.to_lowercase(), uri))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(uri: &str, expect: Option<(&str, &str)>) {
        let split = split(&uri.parse().unwrap());
        let expect = expect.map(|(email, rest)| (email.to_owned(), rest.parse().unwrap()));
        assert_eq!(split, expect, "{uri}");
    }

    #[test]
    fn the_address_and_the_rest_come_apart() {
        check(
            "/_sim/people/Ana%2Bx%40example.com/calendars/primary/events?a=b%20c",
            Some(("ana+x@example.com", "/calendars/primary/events?a=b%20c")),
        );
        check("/_sim/people/a+b@c.d/colors", Some(("a+b@c.d", "/colors")));
        check("/_sim/people/alone", None);
    }
}
