//! Consent, codes, tokens, identity.

use reqwest::StatusCode;
use serde_json::Value;
use url::Url;

use crate::harness::{Google, Reply, read};

pub(crate) const REDIRECT: &str = "http://127.0.0.1:9/callback?x=1";
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
pub(crate) const READ: &str = "https://www.googleapis.com/auth/calendar.readonly";
pub(crate) const WRITE: &str = "https://www.googleapis.com/auth/calendar.events";

/// An authorization request with a few parameters changed; an empty value takes the parameter away.
pub(crate) fn request(changes: &[(&str, &str)]) -> String {
    let scope = format!("openid email {READ} {WRITE}");
    let mut query = vec![
        ("client_id", "kalends-demo"),
        ("redirect_uri", REDIRECT),
        ("response_type", "code"),
        ("scope", &scope),
        ("access_type", "offline"),
        ("state", "s /1"),
        ("nonce", "n1"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    for (name, value) in changes {
        query.retain(|(old, _)| old != name);
        query.push((name, value));
    }
    query.retain(|(_, value)| !value.is_empty());
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(query)
        .finish()
}

/// Where consent leads, as (name, value) pairs.
pub(crate) async fn consent(google: &Google, request: &str, form: &[(&str, &str)]) -> Vec<(String, String)> {
    let mut fields = vec![("request", request)];
    fields.extend_from_slice(form);
    let response = google
        .http
        .post(google.url("/o/oauth2/v2/auth"))
        .form(&fields)
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), StatusCode::FOUND);
    let target = Url::parse(response.headers()["location"].to_str().unwrap()).unwrap();
    target.query_pairs().into_owned().collect()
}

pub(crate) fn value<'a>(pairs: &'a [(String, String)], name: &str) -> &'a str {
    &pairs
        .iter()
        .find(|(key, _)| key == name)
        .unwrap_or_else(|| panic!("{name} in {pairs:?}"))
        .1
}

pub(crate) async fn code(google: &Google, request: &str) -> String {
    let form = [
        ("account", "ana@example.com"),
        ("scope", READ),
        ("scope", WRITE),
        ("decision", "allow"),
    ];
    value(&consent(google, request, &form).await, "code").to_owned()
}

pub(crate) async fn token(google: &Google, form: &[(&str, &str)]) -> Reply {
    let own = [
        ("client_id", "kalends-demo"),
        ("client_secret", "kalends-demo-secret"),
    ];
    let fields: Vec<(&str, &str)> = own.into_iter().chain(form.iter().copied()).collect();
    read(
        google
            .http
            .post(google.url("/token"))
            .form(&fields)
            .send()
            .await
            .unwrap(),
    )
    .await
}

pub(crate) fn exchange<'a>(code: &'a str, verifier: &'a str) -> [(&'a str, &'a str); 4] {
    [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", REDIRECT),
        ("code_verifier", verifier),
    ]
}

#[track_caller]
pub(crate) fn check_error(reply: &Reply, status: u16, error: &str) {
    assert_eq!(
        (reply.status.as_u16(), reply.body["error"].as_str()),
        (status, Some(error)),
        "{}",
        reply.body
    );
}

#[tokio::test]
async fn consent_with_an_unticked_scope_grants_the_rest() {
    let google = Google::demo("ana@example.com").await;
    let page = google
        .http
        .get(google.url(&format!("/o/oauth2/v2/auth?{}", request(&[]))))
        .send()
        .await
        .unwrap();
    assert_eq!(page.status(), StatusCode::OK);
    let page = page.text().await.unwrap();
    assert!(
        page.contains("ben@example.com") && page.matches("type=\"checkbox\"").count() == 2,
        "{page}"
    );
    let form = [
        ("account", "ana@example.com"),
        ("scope", READ),
        ("decision", "allow"),
    ];
    let back = consent(&google, &request(&[]), &form).await;
    assert_eq!((value(&back, "x"), value(&back, "state")), ("1", "s /1"));
    let answer = token(&google, &exchange(value(&back, "code"), VERIFIER))
        .await
        .ok();
    let scope = answer["scope"].as_str().unwrap();
    assert!(
        scope.contains(READ) && scope.contains("openid") && !scope.contains(WRITE),
        "{scope}"
    );
    assert_eq!(
        (&answer["token_type"], &answer["expires_in"]),
        (&"Bearer".into(), &3599.into())
    );
    assert!(answer["refresh_token"].as_str().unwrap().starts_with("1//"));
}

#[tokio::test]
async fn cancelling_leads_back_with_access_denied() {
    let google = Google::start().await;
    let back = consent(&google, &request(&[]), &[("decision", "cancel")]).await;
    assert_eq!(
        (value(&back, "error"), value(&back, "state")),
        ("access_denied", "s /1")
    );
}

#[tokio::test]
async fn mistakes_of_the_application_stay_on_the_page() {
    let google = Google::start().await;
    for (change, status, error) in [
        (("client_id", "nobody"), 401, "invalid_client"),
        (
            ("redirect_uri", "https://evil.example/"),
            400,
            "redirect_uri_mismatch",
        ),
        (("response_type", "token"), 400, "unsupported_response_type"),
        (("scope", "calendars"), 400, "invalid_scope"),
        (("scope", ""), 400, "invalid_request"),
        (("prompt", "none consent"), 400, "invalid_request"),
        (("code_challenge_method", "S1"), 400, "invalid_request"),
    ] {
        let url = google.url(&format!("/o/oauth2/v2/auth?{}", request(&[change])));
        let page = google.http.get(url).send().await.unwrap();
        assert_eq!(page.status().as_u16(), status, "{change:?}");
        assert!(page.headers().get("location").is_none());
        assert!(page.text().await.unwrap().contains(error), "{change:?}");
    }
}

#[tokio::test]
async fn codes_are_bound_to_verifier_redirect_and_time_and_serve_once() {
    let google = Google::start().await;
    let once = code(&google, &request(&[])).await;
    token(&google, &exchange(&once, VERIFIER)).await.ok();
    check_error(
        &token(&google, &exchange(&once, VERIFIER)).await,
        400,
        "invalid_grant",
    );

    let wrong = code(&google, &request(&[])).await;
    let reply = token(&google, &exchange(&wrong, "x")).await;
    check_error(&reply, 400, "invalid_grant");
    assert_eq!(reply.body["error_description"], "Invalid code verifier.");

    let missing = code(&google, &request(&[])).await;
    let reply = token(&google, &exchange(&missing, VERIFIER)[..3]).await;
    check_error(&reply, 400, "invalid_grant");
    assert_eq!(reply.body["error_description"], "Missing code verifier.");

    let elsewhere = code(&google, &request(&[])).await;
    let mut form = exchange(&elsewhere, VERIFIER);
    form[2].1 = "http://127.0.0.1:9/callback";
    check_error(&token(&google, &form).await, 400, "redirect_uri_mismatch");

    let late = code(&google, &request(&[])).await;
    google.sim.control().advance(jiff::SignedDuration::from_mins(10));
    check_error(
        &token(&google, &exchange(&late, VERIFIER)).await,
        400,
        "invalid_grant",
    );
    check_error(
        &token(&google, &exchange("garbage", VERIFIER)).await,
        400,
        "invalid_grant",
    );
}

#[tokio::test]
async fn plain_challenges_serve_too() {
    let google = Google::start().await;
    let request = request(&[("code_challenge", VERIFIER), ("code_challenge_method", "")]);
    let code = code(&google, &request).await;
    token(&google, &exchange(&code, VERIFIER)).await.ok();
}

#[tokio::test]
async fn a_refresh_token_comes_first_and_when_consent_is_asked_for() {
    let google = Google::start().await;
    google
        .sim
        .control()
        .load_world(br#"{"users": [{"email": "ana@example.com"}]}"#)
        .unwrap();
    let bob = |prompt: &'static str| {
        let google = &google;
        async move {
            let form = [
                ("account", "bob@example.com"),
                ("scope", READ),
                ("decision", "allow"),
            ];
            let back = consent(google, &request(&[("prompt", prompt)]), &form).await;
            token(google, &exchange(value(&back, "code"), VERIFIER))
                .await
                .ok()
        }
    };
    assert!(bob("").await["refresh_token"].is_string());
    assert!(bob("").await["refresh_token"].is_null());
    assert!(bob("consent").await["refresh_token"].is_string());
    let online = code(
        &google,
        &request(&[("access_type", "online"), ("prompt", "consent")]),
    )
    .await;
    assert!(token(&google, &exchange(&online, VERIFIER)).await.ok()["refresh_token"].is_null());
}

#[tokio::test]
async fn refreshing_takes_both_kinds_of_credentials_and_gives_no_new_refresh_token() {
    let google = Google::start().await;
    let first = token(
        &google,
        &exchange(&code(&google, &request(&[("prompt", "consent")])).await, VERIFIER),
    )
    .await
    .ok();
    let refresh = first["refresh_token"].as_str().unwrap();
    let form = [("grant_type", "refresh_token"), ("refresh_token", refresh)];
    let second = token(&google, &form).await.ok();
    assert!(second["refresh_token"].is_null() && second["access_token"] != first["access_token"]);
    let basic = google
        .http
        .post(google.url("/token"))
        .basic_auth("kalends-demo", Some("kalends-demo-secret"));
    read(basic.form(&form).send().await.unwrap()).await.ok();
    let wrong = google
        .http
        .post(google.url("/token"))
        .basic_auth("kalends-demo", Some("guess"));
    check_error(
        &read(wrong.form(&form).send().await.unwrap()).await,
        401,
        "invalid_client",
    );
    let unknown = [("grant_type", "refresh_token"), ("refresh_token", "1//x")];
    check_error(&token(&google, &unknown).await, 400, "invalid_grant");
    check_error(
        &token(&google, &[("grant_type", "password")]).await,
        400,
        "unsupported_grant_type",
    );
    // Six months without use end it.
    google
        .sim
        .control()
        .advance(jiff::SignedDuration::from_hours(24 * 183));
    check_error(&token(&google, &form).await, 400, "invalid_grant");
}

#[tokio::test]
async fn revoking_an_access_token_ends_the_whole_grant() {
    let google = Google::start().await;
    let issued = google
        .sim
        .control()
        .issue_tokens("ana@example.com", &["calendar"])
        .unwrap();
    let revoke = |token: String| {
        let form = [("token", token)];
        google.http.post(google.url("/revoke")).form(&form).send()
    };
    assert_eq!(
        revoke(issued.access_token.clone()).await.unwrap().status(),
        StatusCode::OK
    );
    check_error(
        &read(revoke(issued.access_token).await.unwrap()).await,
        400,
        "invalid_token",
    );
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", issued.refresh_token.as_str()),
    ];
    check_error(&token(&google, &form).await, 400, "invalid_grant");
    assert_eq!(
        google.get("/calendar/v3/users/me/calendarList").await.refused(),
        (401, "authError")
    );
}

#[tokio::test]
async fn the_hundred_and_first_refresh_token_ends_the_oldest() {
    let google = Google::start().await;
    let control = google.sim.control();
    let first = control
        .issue_tokens("bob@example.com", &["calendar"])
        .unwrap()
        .refresh_token;
    let second = control
        .issue_tokens("bob@example.com", &["calendar"])
        .unwrap()
        .refresh_token;
    for _ in 0..99 {
        control.issue_tokens("bob@example.com", &["calendar"]).unwrap();
    }
    let form = |refresh| [("grant_type", "refresh_token"), ("refresh_token", refresh)];
    check_error(&token(&google, &form(&first)).await, 400, "invalid_grant");
    token(&google, &form(&second)).await.ok();
}

#[tokio::test]
async fn identity_is_told_in_every_form() {
    let google = Google::demo("ana@example.com").await;
    let answer = token(&google, &exchange(&code(&google, &request(&[])).await, VERIFIER))
        .await
        .ok();
    let signed = answer["id_token"].as_str().unwrap();
    let keys = google.get("/oauth2/v3/certs").await.ok();
    let keys: jsonwebtoken::jwk::JwkSet = serde_json::from_value(keys).unwrap();
    let kid = jsonwebtoken::decode_header(signed).unwrap().kid.unwrap();
    let key = jsonwebtoken::DecodingKey::from_jwk(keys.find(&kid).unwrap()).unwrap();
    let mut rules = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::RS256);
    rules.set_audience(&["kalends-demo"]);
    rules.set_issuer(&["https://accounts.google.com"]);
    rules.validate_exp = false;
    let claims = jsonwebtoken::decode::<Value>(signed, &key, &rules)
        .unwrap()
        .claims;
    assert_eq!(
        (&claims["email"], &claims["nonce"]),
        (&"ana@example.com".into(), &"n1".into())
    );
    let own = google.get("/v1/userinfo").await.ok();
    let old = google.get("/oauth2/v2/userinfo").await.ok();
    assert_eq!(
        (&own["sub"], &own["email_verified"]),
        (&claims["sub"], &true.into())
    );
    assert_eq!(
        (&old["id"], &old["verified_email"]),
        (&claims["sub"], &true.into())
    );
    assert_eq!(claims["sub"].as_str().unwrap().len(), 21);
    let access = answer["access_token"].as_str().unwrap();
    let info = google
        .get(&format!("/oauth2/v2/tokeninfo?access_token={access}"))
        .await
        .ok();
    assert_eq!(info["user_id"], claims["sub"]);
}

#[tokio::test]
async fn silent_requests_answer_by_redirect() {
    let google = Google::demo("ana@example.com").await;
    let silent = |changes: Vec<(&'static str, &'static str)>| {
        let google = &google;
        async move {
            let changes: Vec<(&str, &str)> = [("prompt", "none")].into_iter().chain(changes).collect();
            let url = google.url(&format!("/o/oauth2/v2/auth?{}", request(&changes)));
            let response = google.http.get(url).send().await.unwrap();
            response.headers()["location"].to_str().unwrap().to_owned()
        }
    };
    assert!(silent(vec![]).await.contains("error=interaction_required"));
    assert!(
        silent(vec![("login_hint", "who@example.com")])
            .await
            .contains("error=login_required")
    );
    assert!(
        silent(vec![("login_hint", "ben@example.com")])
            .await
            .contains("error=consent_required")
    );
    code(&google, &request(&[])).await;
    assert!(
        silent(vec![("login_hint", "ana@example.com")])
            .await
            .contains("code=4%2F0A")
    );
}

#[tokio::test]
async fn earlier_grants_are_included_when_asked_for() {
    let google = Google::start().await;
    code(&google, &request(&[])).await;
    let more = request(&[
        ("scope", "https://www.googleapis.com/auth/drive.file"),
        ("include_granted_scopes", "true"),
    ]);
    let answer = token(&google, &exchange(&code(&google, &more).await, VERIFIER))
        .await
        .ok();
    let scope = answer["scope"].as_str().unwrap();
    assert!(scope.contains("drive.file") && scope.contains(READ), "{scope}");
}
