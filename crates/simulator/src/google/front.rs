//! What Google's front end does before a method is chosen: another HTTP method by header, pages for unknown paths.

use axum::{
    Router,
    extract::Request,
    response::{IntoResponse, Response},
};
use http::{Method, StatusCode, header};
use tower::ServiceExt as _;

const OVERRIDE: &str = "x-http-method-override";

/// Sends a request to the routes, as the method that its `X-HTTP-Method-Override` names if it is a POST.
pub(crate) async fn front_door(api: Router, mut request: Request) -> Response {
    if request.method() == Method::POST
        && let Some(other) = request.headers_mut().remove(OVERRIDE)
    {
        match Method::from_bytes(other.as_bytes().to_ascii_uppercase().as_slice()) {
            Ok(method) => *request.method_mut() = method,
            Err(_) => return nowhere(request.uri().path(), StatusCode::METHOD_NOT_ALLOWED),
        }
    }
    let path = request.uri().path().to_owned();
    let response = match api.oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    };
    // The router itself says this where a path has other methods only.
    if response.status() == StatusCode::METHOD_NOT_ALLOWED {
        return nowhere(&path, StatusCode::METHOD_NOT_ALLOWED);
    }
    response
}

/// No route has this path.
pub(crate) async fn unknown(request: Request) -> Response {
    nowhere(request.uri().path(), StatusCode::NOT_FOUND)
}

/// The front end answers a page and no JSON, because no API has seen the request (reference: callers must survive it).
fn nowhere(path: &str, status: StatusCode) -> Response {
    let (code, name) = (status.as_u16(), status.canonical_reason().unwrap_or_default());
    let path: String = path
        .chars()
        .flat_map(|c| match c {
            '&' => "&amp;".chars().collect::<Vec<_>>(),
            '<' => "&lt;".chars().collect(),
            '>' => "&gt;".chars().collect(),
            '"' => "&quot;".chars().collect(),
            c => vec![c],
        })
        .collect();
    let page = format!(
        "<!DOCTYPE html>\n<html lang=en>\n<meta charset=utf-8>\n<title>Error {code} ({name})</title>\n\
         <p><b>{code}.</b> {name}.\n<p>This server has nothing for the URL <code>{path}</code>.\n"
    );
    (status, [(header::CONTENT_TYPE, "text/html; charset=UTF-8")], page).into_response()
}
