//! OAuth: the way to the consent page and back, proof of identity, refresh, revocation, and whose fault an error is.

mod issuer;

use std::collections::HashMap;

use kalends_core::provider::Feature;
use kalends_providers::{
    google,
    oauth::{
        AuthorizationRequest, Identity, OAuthClient, OAuthEndpoints, Prompt, ScopeSet, TokenGrant,
        new_verifier,
    },
    provider::{ErrorClass, ProviderError},
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use crate::{
    canned::{Canned, Server},
    world,
};
use issuer::Issuer;

fn client(server: &Server) -> OAuthClient {
    let registration = google::oauth::Registration {
        client_id: "client".to_owned(),
        client_secret: "top-secret".into(),
        redirect_uri: "https://app.example/v1/oauth/google/callback".to_owned(),
    };
    let endpoints = OAuthEndpoints {
        authorize: server.url("/o/oauth2/v2/auth"),
        token: server.url("/token"),
        revoke: Some(server.url("/revoke")),
        userinfo: server.url("/v1/userinfo"),
        keys: server.url("/oauth2/v3/certs"),
        issuer: "https://accounts.google.com".to_owned(),
    };
    let settings = google::oauth::settings(registration, endpoints, google::oauth::minimal_scopes());
    OAuthClient::new(settings, world::egress(&[]), world::ambient())
}

fn verifier() -> SecretString {
    new_verifier(&world::ambient())
}

/// The nonce that the client puts into the URL for a verifier.
fn nonce(client: &OAuthClient, verifier: &SecretString) -> String {
    parameters(client, verifier, Prompt::AsNeeded, None)["nonce"].clone()
}

fn parameters(
    client: &OAuthClient,
    verifier: &SecretString,
    prompt: Prompt,
    login_hint: Option<&str>,
) -> HashMap<String, String> {
    let scopes = client.scopes_for(&[Feature::CalendarRead]);
    let state = "a state".into();
    let request = AuthorizationRequest {
        scopes: &scopes,
        state: &state,
        verifier,
        login_hint,
        prompt,
    };
    client
        .authorization_url(&request)
        .query_pairs()
        .into_owned()
        .collect()
}

fn grant(more: &Value) -> Canned {
    let mut body = json!({"access_token": "at", "expires_in": 3599, "token_type": "Bearer", "refresh_token": "rt",
        "scope": "https://www.googleapis.com/auth/userinfo.email openid"});
    body.as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    Canned::new(200, body.to_string())
}

fn error(status: u16, code: &str) -> Canned {
    Canned::new(
        status,
        json!({"error": code, "error_description": "Any words"}).to_string(),
    )
}

async fn exchange(
    client: &OAuthClient,
    verifier: &SecretString,
) -> Result<(TokenGrant, Identity), ProviderError> {
    client
        .exchange(&"4/code".into(), verifier, world::deadline())
        .await
}

async fn refresh(client: &OAuthClient) -> Result<TokenGrant, ProviderError> {
    client.refresh(&"rt".into(), world::deadline()).await
}

#[tokio::test]
async fn the_authorization_url_has_what_google_needs() {
    let server = Server::start([]).await;
    let client = client(&server);
    let verifier = verifier();
    let asked = parameters(&client, &verifier, Prompt::AsNeeded, None);
    for (name, value) in [
        ("client_id", "client"),
        ("redirect_uri", "https://app.example/v1/oauth/google/callback"),
        ("response_type", "code"),
        ("state", "a state"),
        ("code_challenge_method", "S256"),
        ("access_type", "offline"),
        ("include_granted_scopes", "true"),
    ] {
        assert_eq!(asked[name], value, "{name}");
    }
    let scope = ScopeSet::parse(&asked["scope"]);
    assert!(
        scope.contains("openid")
            && scope.contains("https://www.googleapis.com/auth/calendar.events.readonly")
    );
    assert!(!asked.contains_key("prompt") && !asked.contains_key("login_hint"));
    assert!(
        !asked
            .values()
            .any(|value| value.contains(verifier.expose_secret()))
    );
    let again = parameters(&client, &verifier, Prompt::Consent, Some("t@example.com"));
    assert_eq!(
        (again["prompt"].as_str(), again["login_hint"].as_str()),
        ("consent", "t@example.com")
    );
}

#[tokio::test]
async fn a_code_becomes_tokens_and_a_proven_identity() {
    let issuer = Issuer::usual();
    let server = Server::start([]).await;
    let client = client(&server);
    let verifier = verifier();
    let claims = issuer::claims(&nonce(&client, &verifier));
    server.then(grant(&json!({"id_token": issuer.sign(&claims)})));
    server.then(issuer.keys());
    let (grant, identity) = exchange(&client, &verifier).await.unwrap();
    assert_eq!(grant.access_token.expose_secret(), "at");
    assert_eq!(grant.refresh_token.unwrap().expose_secret(), "rt");
    assert_eq!(grant.expires_at, "2026-11-20T10:59:59Z".parse().unwrap());
    assert_eq!(grant.scopes, Some(ScopeSet::parse("openid email")));
    let expect = Identity {
        account_id: "108".to_owned(),
        email: Some("t@example.com".to_owned()),
    };
    assert_eq!(identity, expect);
    let form: HashMap<_, _> = server.seen()[0].form().into_iter().collect();
    assert_eq!(form["grant_type"], "authorization_code");
    assert_eq!(form["code"], "4/code");
    assert_eq!(form["code_verifier"], verifier.expose_secret());
    assert_eq!(
        (form["client_id"].as_str(), form["client_secret"].as_str()),
        ("client", "top-secret")
    );
}

#[tokio::test]
async fn keys_are_kept_and_fetched_anew_for_a_new_one() {
    let (old, new) = (Issuer::usual(), Issuer::other("k2"));
    let server = Server::start([]).await;
    let client = client(&server);
    let verifier = verifier();
    let claims = issuer::claims(&nonce(&client, &verifier));
    server.then(grant(&json!({"id_token": old.sign(&claims)})));
    server.then(old.keys());
    server.then(grant(&json!({"id_token": old.sign(&claims)})));
    server.then(grant(&json!({"id_token": new.sign(&claims)})));
    server.then(new.keys());
    for _ in 0..3 {
        exchange(&client, &verifier).await.unwrap();
    }
    let paths: Vec<_> = server.seen().into_iter().map(|seen| seen.path).collect();
    assert_eq!(
        paths,
        [
            "/token",
            "/oauth2/v3/certs",
            "/token",
            "/token",
            "/oauth2/v3/certs"
        ]
    );
}

#[tokio::test]
async fn an_id_token_that_fails_a_check_is_refused() {
    let (issuer, forger) = (Issuer::usual(), Issuer::other("k1"));
    let now = world::now().as_second();
    for (name, value, good) in [
        ("iss", json!("accounts.google.com"), true),
        ("iss", json!("https://accounts.example"), false),
        ("aud", json!(["other", "client"]), true),
        ("aud", json!("other"), false),
        ("azp", json!("other"), false),
        ("exp", json!(now - 299), true),
        ("exp", json!(now - 300), false),
        ("exp", json!(i64::MAX), false),
        ("nonce", json!("another"), false),
        ("nonce", json!(null), false),
    ] {
        let server = Server::start([]).await;
        let client = client(&server);
        let verifier = verifier();
        let mut claims = issuer::claims(&nonce(&client, &verifier));
        claims[name] = value.clone();
        server.then(grant(&json!({"id_token": issuer.sign(&claims)})));
        server.then(issuer.keys());
        let found = exchange(&client, &verifier).await;
        assert_eq!(
            found.as_ref().map(|_| "").map_err(ProviderError::code).is_ok(),
            good,
            "{name} {value}"
        );
    }
    let server = Server::start([]).await;
    let client = client(&server);
    let verifier = verifier();
    let forged = forger.sign(&issuer::claims(&nonce(&client, &verifier)));
    for token in [forged, "no.jwt.at-all".to_owned()] {
        server.then(grant(&json!({ "id_token": token })));
        server.then(issuer.keys());
        assert_eq!(
            exchange(&client, &verifier).await.unwrap_err().code(),
            "identity_unproven"
        );
    }
}

#[tokio::test]
async fn userinfo_tells_where_there_is_no_id_token_or_no_keys() {
    for userinfo in [
        json!({"sub": "108", "email": "t@example.com"}),
        json!({"id": "108", "email": "t@example.com"}),
    ] {
        let server = Server::start([grant(&json!({})), Canned::new(200, userinfo.to_string())]).await;
        let (_, identity) = exchange(&client(&server), &verifier()).await.unwrap();
        assert_eq!(identity.account_id, "108");
        assert_eq!(server.seen()[1].header("authorization"), Some("Bearer at"));
    }
    let server = Server::start([]).await;
    let client = client(&server);
    let verifier = verifier();
    let claims = issuer::claims(&nonce(&client, &verifier));
    server.then(grant(&json!({"id_token": Issuer::usual().sign(&claims)})));
    server.then(Canned::new(404, "no keys today"));
    server.then(Canned::new(200, json!({"sub": "108"}).to_string()));
    let (_, identity) = exchange(&client, &verifier).await.unwrap();
    assert_eq!(
        identity,
        Identity {
            account_id: "108".to_owned(),
            email: None
        }
    );
}

#[tokio::test]
async fn a_refresh_keeps_the_refresh_token_unless_it_brings_one() {
    let without = json!({"access_token": "at2", "expires_in": "soon"});
    let server = Server::start([
        Canned::new(
            200,
            json!({"access_token": "at2", "expires_in": 3599, "token_type": "Bearer"}).to_string(),
        ),
        grant(&json!({"refresh_token": "rt2"})),
        Canned::new(200, without.to_string()),
    ])
    .await;
    let client = client(&server);
    let first = refresh(&client).await.unwrap();
    assert_eq!(
        (first.access_token.expose_secret(), first.refresh_token.is_none()),
        ("at2", true)
    );
    assert_eq!(first.scopes, None);
    let second = refresh(&client).await.unwrap();
    assert_eq!(second.refresh_token.unwrap().expose_secret(), "rt2");
    let third = refresh(&client).await.unwrap_err();
    assert_eq!(
        third.to_string(),
        "the provider's answer cannot be read: the token endpoint's grant"
    );
    let form: HashMap<_, _> = server.seen()[0].form().into_iter().collect();
    assert_eq!(
        (form["grant_type"].as_str(), form["refresh_token"].as_str()),
        ("refresh_token", "rt")
    );
}

#[tokio::test]
async fn only_invalid_grant_is_about_the_person() {
    for (answer, code, class) in [
        (error(400, "invalid_grant"), "reauth_required", ErrorClass::Reauth),
        (
            error(500, "invalid_grant"),
            "provider_unavailable",
            ErrorClass::Transient,
        ),
        (
            error(401, "invalid_client"),
            "provider_misconfigured",
            ErrorClass::Operator,
        ),
        (
            error(400, "deleted_client"),
            "provider_misconfigured",
            ErrorClass::Operator,
        ),
        (
            error(401, "unauthorized_client"),
            "provider_misconfigured",
            ErrorClass::Operator,
        ),
        (
            error(400, "redirect_uri_mismatch"),
            "provider_misconfigured",
            ErrorClass::Operator,
        ),
        (
            error(400, "admin_policy_enforced"),
            "provider_forbidden",
            ErrorClass::Rejected,
        ),
        (
            error(400, "something_new"),
            "provider_rejected",
            ErrorClass::Rejected,
        ),
        (
            error(400, "temporarily_unavailable"),
            "provider_unavailable",
            ErrorClass::Transient,
        ),
        (
            Canned::new(503, "<html>"),
            "provider_unavailable",
            ErrorClass::Transient,
        ),
        (
            Canned::new(400, "<html>"),
            "provider_rejected",
            ErrorClass::Rejected,
        ),
        (
            Canned::new(200, "<html>"),
            "provider_unreadable",
            ErrorClass::Transient,
        ),
    ] {
        let server = Server::start([answer, Canned::new(503, "")]).await;
        let error = refresh(&client(&server)).await.unwrap_err();
        assert_eq!((error.code(), error.class()), (code, class));
        assert!(!format!("{error:?}").contains("top-secret"));
    }
}

#[tokio::test]
async fn revoking_a_dead_token_is_a_success() {
    for (answer, expect) in [
        (Canned::new(200, "{}"), Ok(())),
        (error(400, "invalid_token"), Ok(())),
        (error(400, "invalid_request"), Err("provider_misconfigured")),
        (Canned::new(500, ""), Err("provider_unavailable")),
    ] {
        let server = Server::start([answer, Canned::new(500, "")]).await;
        let found = client(&server).revoke(&"rt".into(), world::deadline()).await;
        assert_eq!(found.as_ref().copied().map_err(ProviderError::code), expect);
        assert_eq!(server.seen()[0].form(), [("token".to_owned(), "rt".to_owned())]);
    }
}
