//! What browsers let pages of other origins do.

use reqwest::{Method, StatusCode, header};

use crate::harness::{EVENTS, Google};

const PAGE: &str = "http://127.0.0.1:8080";

#[tokio::test]
async fn pages_of_this_machine_may_call() {
    let google = Google::start().await;
    let preflight = google
        .http
        .request(Method::OPTIONS, google.url(EVENTS))
        .header(header::ORIGIN, PAGE)
        .header(header::ACCESS_CONTROL_REQUEST_METHOD, "PATCH")
        .header(
            header::ACCESS_CONTROL_REQUEST_HEADERS,
            "authorization,content-type",
        )
        .send()
        .await
        .unwrap();
    assert_eq!(preflight.status(), StatusCode::NO_CONTENT);
    let headers = preflight.headers();
    assert_eq!(headers["access-control-allow-origin"], PAGE);
    assert!(
        headers["access-control-allow-methods"]
            .to_str()
            .unwrap()
            .contains("PATCH")
    );
    let allowed = headers["access-control-allow-headers"]
        .to_str()
        .unwrap()
        .to_lowercase();
    assert!(
        allowed.contains("authorization") && allowed.contains("content-type"),
        "{allowed}"
    );

    for path in [EVENTS, "/_sim/users", "/calendar/v3/nothing"] {
        let answer = google
            .request(Method::GET, path)
            .header(header::ORIGIN, PAGE)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.headers()["access-control-allow-origin"], PAGE, "{path}");
    }
}

#[tokio::test]
async fn pages_of_other_machines_may_not() {
    let google = Google::start().await;
    for origin in ["https://example.com", "http://127.0.0.1.example.com", "null"] {
        let answer = google
            .request(Method::GET, "/_sim/users")
            .header(header::ORIGIN, origin)
            .send()
            .await
            .unwrap();
        assert!(
            !answer.headers().contains_key("access-control-allow-origin"),
            "{origin}"
        );
    }
}
