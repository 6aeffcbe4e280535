//! When codes and tokens end, and what the token endpoint says of it.

use jiff::SignedDuration;
use kalends_simulator::{AudienceKind, ClientOrder, OAuthClient, World};
use reqwest::{Method, StatusCode};
use serde_json::Value;

use crate::{
    harness::{Google, Reply, read},
    oauth::{READ, VERIFIER, WRITE, check_error, code, exchange, request, token},
};

const DAY: SignedDuration = SignedDuration::from_hours(24);

async fn refresh(google: &Google, refresh: &str) -> Reply {
    token(
        google,
        &[("grant_type", "refresh_token"), ("refresh_token", refresh)],
    )
    .await
}

async fn connect(google: &Google, changes: &[(&str, &str)]) -> Value {
    let code = code(google, &request(changes)).await;
    token(google, &exchange(&code, VERIFIER)).await.ok()
}

fn text<'a>(answer: &'a Value, member: &str) -> &'a str {
    answer[member].as_str().unwrap()
}

#[tokio::test]
async fn a_code_that_comes_again_ends_what_it_was_exchanged_for() {
    // RFC 6749 section 4.1.2.
    let mut google = Google::start().await;
    let other = connect(&google, &[("prompt", "consent")]).await;
    let stolen = code(&google, &request(&[("prompt", "consent")])).await;
    let first = token(&google, &exchange(&stolen, VERIFIER)).await.ok();
    refresh(&google, text(&first, "refresh_token")).await.ok();
    check_error(
        &token(&google, &exchange(&stolen, VERIFIER)).await,
        400,
        "invalid_grant",
    );
    let dead = refresh(&google, text(&first, "refresh_token")).await;
    check_error(&dead, 400, "invalid_grant");
    assert_eq!(
        dead.body["error_description"],
        "Token has been expired or revoked."
    );
    refresh(&google, text(&other, "refresh_token")).await.ok();
    google.use_token(text(&first, "access_token"));
    assert_eq!(
        google.get("/calendar/v3/users/me/calendarList").await.refused(),
        (401, "authError")
    );
}

#[tokio::test]
async fn a_grant_to_an_application_in_testing_ends_after_seven_days() {
    let google = Google::start().await;
    let testing = ClientOrder {
        client_id: "kalends-demo".to_owned(),
        audience: Some(AudienceKind::Testing),
        ..ClientOrder::default()
    };
    google.sim.control().put_client(testing).unwrap();
    let granted = connect(&google, &[("prompt", "consent")]).await;
    assert!(
        granted.get("refresh_token_expires_in").is_none(),
        "Google does not announce it"
    );
    let identity = connect(&google, &[("prompt", "consent"), ("scope", "openid email")]).await;
    google
        .sim
        .control()
        .advance(DAY * 7 - SignedDuration::from_secs(1));
    refresh(&google, text(&granted, "refresh_token")).await.ok();
    google.sim.control().advance(SignedDuration::from_secs(1));
    check_error(
        &refresh(&google, text(&granted, "refresh_token")).await,
        400,
        "invalid_grant",
    );
    refresh(&google, text(&identity, "refresh_token")).await.ok();
    // The next consent is a first one again.
    assert!(connect(&google, &[]).await["refresh_token"].is_string());
}

#[tokio::test]
async fn a_refresh_token_dies_of_six_months_without_use() {
    let google = Google::start().await;
    let granted = connect(&google, &[("prompt", "consent")]).await;
    let mine = text(&granted, "refresh_token");
    for _ in 0..3 {
        google.sim.control().advance(DAY * 180);
        refresh(&google, mine).await.ok();
    }
    google.sim.control().advance(DAY * 182);
    check_error(&refresh(&google, mine).await, 400, "invalid_grant");
}

#[tokio::test]
async fn a_refresh_gives_fewer_scopes_when_asked_and_never_more() {
    let google = Google::start().await;
    let granted = connect(&google, &[("prompt", "consent")]).await;
    let with = async |scope: &str| {
        let form = [
            ("grant_type", "refresh_token"),
            ("refresh_token", text(&granted, "refresh_token")),
            ("scope", scope),
        ];
        token(&google, &form).await
    };
    assert_eq!(with(READ).await.ok()["scope"], READ);
    check_error(
        &with("https://www.googleapis.com/auth/drive").await,
        400,
        "invalid_scope",
    );
    check_error(&with("calendars").await, 400, "invalid_scope");
    let whole = refresh(&google, text(&granted, "refresh_token")).await.ok();
    assert!(text(&whole, "scope").contains(WRITE));
}

#[tokio::test]
async fn revoking_any_token_ends_the_grants_of_the_whole_project() {
    let clients = ["12-web:s", "12-phone:s", "13-web:s"].map(|text| text.parse::<OAuthClient>().unwrap());
    let google = Google::with(World::Empty, clients.into(), "ana@example.com").await;
    let issue = |client: &str, email: &str| {
        let issued = google
            .sim
            .control()
            .issue_tokens_for(client, email, &["calendar"]);
        issued.unwrap().refresh_token
    };
    let refused = async |client: &str, token: &str| {
        let form = [
            ("client_id", client),
            ("client_secret", "s"),
            ("grant_type", "refresh_token"),
            ("refresh_token", token),
        ];
        let reply = read(
            google
                .http
                .post(google.url("/token"))
                .form(&form)
                .send()
                .await
                .unwrap(),
        )
        .await;
        reply.status != StatusCode::OK
    };
    let ana = ["12-web", "12-phone", "13-web"].map(|client| (client, issue(client, "ana@example.com")));
    let ben = issue("12-web", "ben@example.com");
    let revoked = google
        .http
        .get(google.url(&format!("/revoke?token={}", ana[0].1)))
        .send()
        .await
        .unwrap();
    assert_eq!(revoked.status(), StatusCode::OK);
    let mut outcome = Vec::new();
    for (client, token) in &ana {
        outcome.push(refused(client, token).await);
    }
    assert_eq!(
        outcome,
        [true, true, false],
        "the project 12 is one grant, 13 another"
    );
    assert!(!refused("12-web", &ben).await, "another person's");
}

#[tokio::test]
async fn an_expired_access_token_cannot_be_revoked() {
    let google = Google::start().await;
    google.sim.control().advance(SignedDuration::from_secs(3599));
    let form = [("token", google.token())];
    let reply = read(
        google
            .http
            .post(google.url("/o/oauth2/revoke"))
            .form(&form)
            .send()
            .await
            .unwrap(),
    )
    .await;
    check_error(&reply, 400, "invalid_token");
    let none = read(google.request(Method::POST, "/revoke").send().await.unwrap()).await;
    check_error(&none, 400, "invalid_request");
}

#[tokio::test]
async fn the_token_endpoint_says_what_is_wrong() {
    let google = Google::start().await;
    let post = async |form: &[(&str, &str)], basic: Option<(&str, &str)>| {
        let request = google.http.post(google.url("/token")).form(form);
        let request = match basic {
            None => request,
            Some((id, secret)) => request.basic_auth(id, Some(secret)),
        };
        read(request.send().await.unwrap()).await
    };
    let id = ("client_id", "kalends-demo");
    let secret = ("client_secret", "kalends-demo-secret");
    let refreshing = ("grant_type", "refresh_token");
    let coding = ("grant_type", "authorization_code");
    for (form, status, error, description) in [
        (
            vec![id, secret],
            400,
            "invalid_request",
            "Required parameter is missing: grant_type",
        ),
        (
            vec![refreshing],
            400,
            "invalid_request",
            "Could not determine client ID from request.",
        ),
        (
            vec![refreshing, id],
            400,
            "invalid_request",
            "client_secret is missing.",
        ),
        (
            vec![refreshing, ("client_id", "x"), secret],
            401,
            "invalid_client",
            "The OAuth client was not found.",
        ),
        (
            vec![refreshing, id, ("client_secret", "x")],
            401,
            "invalid_client",
            "The provided client secret is invalid.",
        ),
        (
            vec![refreshing, id, secret],
            400,
            "invalid_request",
            "Missing required parameter: refresh_token",
        ),
        (
            vec![refreshing, id, secret, ("refresh_token", "1//x")],
            400,
            "invalid_grant",
            "Bad Request",
        ),
        (
            vec![coding, id, secret],
            400,
            "invalid_request",
            "Missing required parameter: code",
        ),
        (
            vec![coding, id, secret, ("code", "x")],
            400,
            "invalid_grant",
            "Malformed auth code.",
        ),
        (
            vec![coding, id, secret, ("code", "4/x")],
            400,
            "invalid_grant",
            "Bad Request",
        ),
        (
            vec![id, secret, ("grant_type", "password")],
            400,
            "unsupported_grant_type",
            "Invalid grant_type: password",
        ),
        (
            vec![coding, id, id, secret],
            400,
            "invalid_request",
            "OAuth 2 parameters can only have a single value: client_id",
        ),
    ] {
        let reply = post(&form, None).await;
        check_error(&reply, status, error);
        assert_eq!(reply.body["error_description"], description, "{form:?}");
    }
    let twice = post(
        &[refreshing, secret],
        Some(("kalends-demo", "kalends-demo-secret")),
    )
    .await;
    assert_eq!(
        twice.body["error_description"],
        "OAuth 2 parameters can only have a single value: client_secret"
    );
}

#[tokio::test]
async fn another_client_s_refresh_token_is_not_served() {
    let other: OAuthClient = "12-web:s".parse().unwrap();
    let google = Google::with(World::Empty, vec![other], "ana@example.com").await;
    let issued = google
        .sim
        .control()
        .issue_tokens_for("12-web", "ana@example.com", &["calendar"])
        .unwrap();
    check_error(
        &refresh(&google, &issued.refresh_token).await,
        401,
        "unauthorized_client",
    );
}

#[tokio::test]
async fn scopes_that_were_granted_before_are_included_after_an_incremental_consent() {
    let google = Google::start().await;
    let first = connect(
        &google,
        &[("scope", &format!("openid {READ}")), ("prompt", "consent")],
    )
    .await;
    let drive = "https://www.googleapis.com/auth/drive.file";
    let changes = [
        ("scope", drive),
        ("include_granted_scopes", "true"),
        ("prompt", "consent"),
    ];
    let second = connect(&google, &changes).await;
    let alone = connect(&google, &[("scope", drive), ("prompt", "consent")]).await;
    let scopes = async |token: &Value| {
        let answer = refresh(&google, text(token, "refresh_token")).await.ok();
        ["openid", READ, drive].map(|scope| text(&answer, "scope").split(' ').any(|one| one == scope))
    };
    assert_eq!(
        scopes(&first).await,
        [true, true, false],
        "an older token stays as it was"
    );
    assert_eq!(scopes(&second).await, [true, true, true]);
    assert_eq!(scopes(&alone).await, [false, false, true]);
}
