//! What user-supplied URLs and their redirects may reach.

use axum::{
    Router,
    extract::Path,
    response::{IntoResponse, Response},
    routing::get as on_get,
};
use http::{HeaderMap, StatusCode, header};
use kalends_egress::{Auth, BlockReason, Call, EgressError, RedirectFault};

use crate::server::{Server, allowing, config, get, typed};

fn redirect(to: String) -> Response {
    (StatusCode::FOUND, [(header::LOCATION, to)]).into_response()
}

/// A server whose `/` redirects to that URL.
async fn redirecting(to: &str) -> Server {
    let to = to.to_owned();
    Server::start(Router::new().route("/", on_get(|| async { redirect(to) }))).await
}

/// A server that tells which credentials arrived.
async fn telling() -> Server {
    let tell = |headers: HeaderMap| async move {
        headers
            .get(header::AUTHORIZATION)
            .map_or(String::new(), |value| value.to_str().unwrap().to_owned())
    };
    Server::start(Router::new().route("/", on_get(tell))).await
}

fn with_credentials(url: &str) -> Call {
    Call {
        auth: Auth::Bearer("secret".to_owned().into()),
        ..typed(url)
    }
}

#[track_caller]
fn blocked(error: &EgressError, reason: BlockReason) {
    assert!(
        matches!(error, EgressError::Blocked(found) if *found == reason),
        "{error:?}"
    );
}

#[tokio::test]
async fn loopback_is_reached_only_as_allowed_exactly() {
    let server = telling().await;
    let nobody = kalends_egress::Egress::new(config()).unwrap();
    assert_eq!(
        nobody.send(get(&server.url("/"))).await.unwrap().status,
        200,
        "the operator configured it"
    );
    blocked(
        &nobody.send(typed(&server.url("/"))).await.unwrap_err(),
        BlockReason::Scheme,
    );
    let https = format!("https://{}/", server.addr);
    blocked(
        &nobody.send(typed(&https)).await.unwrap_err(),
        BlockReason::PrivateAddress,
    );

    let allowing = allowing(&[&server]);
    assert_eq!(allowing.send(typed(&server.url("/"))).await.unwrap().status, 200);
    let other = telling().await;
    blocked(
        &allowing.send(typed(&other.url("/"))).await.unwrap_err(),
        BlockReason::Scheme,
    );
    assert_eq!(other.connections(), 0);
}

#[tokio::test]
async fn a_redirect_inside_is_refused() {
    let inside = telling().await;
    for (to, reason) in [
        (
            "https://169.254.169.254/latest/meta-data/",
            BlockReason::PrivateAddress,
        ),
        ("https://[::ffff:169.254.169.254]/", BlockReason::PrivateAddress),
        ("https://0xa9fea9fe/", BlockReason::PrivateAddress),
        ("http://169.254.169.254/", BlockReason::Scheme),
        (&inside.url("/"), BlockReason::Scheme),
        ("file:///etc/passwd", BlockReason::Scheme),
        ("https://user:pw@example.com/", BlockReason::Credentials),
    ] {
        let server = redirecting(to).await;
        blocked(
            &allowing(&[&server])
                .send(typed(&server.url("/")))
                .await
                .unwrap_err(),
            reason,
        );
    }
    assert_eq!(inside.connections(), 0);
}

#[tokio::test]
async fn redirects_are_followed_up_to_five() {
    let count_down = |Path(left): Path<u32>| async move {
        match left {
            0 => "arrived".into_response(),
            left => redirect(format!("./{}", left - 1)),
        }
    };
    let server = Server::start(Router::new().route("/{left}", on_get(count_down))).await;
    let egress = allowing(&[&server]);
    assert_eq!(
        egress.send(typed(&server.url("/5"))).await.unwrap().body,
        "arrived"
    );
    let error = egress.send(typed(&server.url("/6"))).await.unwrap_err();
    assert!(
        matches!(error, EgressError::Redirect(RedirectFault::TooMany)),
        "{error:?}"
    );
}

#[tokio::test]
async fn redirects_that_lead_nowhere() {
    for to in ["https://", "http://[::1/"] {
        let server = redirecting(to).await;
        let error = allowing(&[&server])
            .send(typed(&server.url("/")))
            .await
            .unwrap_err();
        assert!(
            matches!(error, EgressError::Redirect(RedirectFault::Location)),
            "{to}: {error:?}"
        );
    }
    let server = Server::start(Router::new().route("/", on_get(|| async { StatusCode::FOUND }))).await;
    let error = allowing(&[&server])
        .send(typed(&server.url("/")))
        .await
        .unwrap_err();
    assert!(
        matches!(error, EgressError::Redirect(RedirectFault::Location)),
        "{error:?}"
    );
}

#[tokio::test]
async fn credentials_do_not_follow_to_another_origin() {
    let there = telling().await;
    let here = redirecting(&there.url("/")).await;
    let egress = allowing(&[&here, &there]);
    assert_eq!(
        egress.send(with_credentials(&there.url("/"))).await.unwrap().body,
        "Bearer secret"
    );
    assert_eq!(
        egress.send(with_credentials(&here.url("/"))).await.unwrap().body,
        ""
    );
}

#[tokio::test]
async fn what_a_person_typed_is_checked_alike() {
    let egress = kalends_egress::Egress::new(config()).unwrap();
    let url = egress.check_user_url(" webcal://example.com/basic.ics ").unwrap();
    assert_eq!(url.as_str(), "https://example.com/basic.ics");
    assert_eq!(
        egress.check_user_url("https://10.0.0.1/").unwrap_err(),
        BlockReason::PrivateAddress
    );
}

#[tokio::test]
async fn errors_and_calls_print_no_url() {
    let egress = kalends_egress::Egress::new(config()).unwrap();
    // Port 1 is closed.
    let call = with_credentials("http://127.0.0.1:1/private-3f9a/basic.ics?key=k3y");
    let printed = format!("{call:?}");
    let refused = egress
        .send(Call {
            target: kalends_egress::Target::Configured,
            ..call.clone()
        })
        .await
        .unwrap_err();
    let blocked = egress.send(call).await.unwrap_err();
    assert!(matches!(refused, EgressError::Connect(_)), "{refused:?}");
    for text in [
        printed,
        format!("{refused:?} {refused}"),
        format!("{blocked:?} {blocked}"),
    ] {
        assert!(
            !text.contains("3f9a") && !text.contains("k3y") && !text.contains("secret"),
            "{text}"
        );
    }
}
