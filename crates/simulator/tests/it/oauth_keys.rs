//! Keys that change, and what they sign.

use aws_lc_rs::digest;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::SignedDuration;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, jwk::JwkSet};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    harness::{Google, read},
    oauth::{VERIFIER, check_error, code, exchange, request, token},
};

async fn sign_in(google: &Google, changes: &[(&str, &str)]) -> Value {
    let code = code(google, &request(changes)).await;
    token(google, &exchange(&code, VERIFIER)).await.ok()
}

async fn key_ids(google: &Google) -> Vec<String> {
    let set = google.get("/oauth2/v3/certs").await.ok();
    let ids = set["keys"].as_array().unwrap().iter();
    ids.map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

/// The claims, checked by an independent library against the published keys.
async fn claims(google: &Google, signed: &str) -> Option<Value> {
    let keys: JwkSet = serde_json::from_value(google.get("/oauth2/v3/certs").await.ok()).unwrap();
    let kid = jsonwebtoken::decode_header(signed).unwrap().kid.unwrap();
    let key = DecodingKey::from_jwk(keys.find(&kid)?).unwrap();
    let mut rules = Validation::new(Algorithm::RS256);
    rules.set_audience(&["kalends-demo"]);
    rules.validate_exp = false;
    Some(
        jsonwebtoken::decode::<Value>(signed, &key, &rules)
            .unwrap()
            .claims,
    )
}

#[tokio::test]
async fn keys_rotate_on_order_and_the_one_before_stays_published() {
    let google = Google::start().await;
    let first = sign_in(&google, &[]).await;
    let signed = first["id_token"].as_str().unwrap();
    let before = key_ids(&google).await;
    let made = google.post("/_sim/keys/rotate", &Value::Null).await.ok();
    let after = key_ids(&google).await;
    assert_eq!(after, [made["kid"].as_str().unwrap(), before[0].as_str()]);
    assert!(claims(&google, signed).await.is_some());
    let second = sign_in(&google, &[]).await;
    let kid = jsonwebtoken::decode_header(second["id_token"].as_str().unwrap())
        .unwrap()
        .kid;
    assert_eq!(kid.as_deref(), Some(after[0].as_str()));
    google.sim.control().rotate_signing_keys().unwrap();
    assert!(
        claims(&google, signed).await.is_none(),
        "two rotations later its key is gone"
    );
}

#[tokio::test]
async fn keys_rotate_by_the_clock_and_say_how_long_they_may_be_kept() {
    let google = Google::start().await;
    let before = key_ids(&google).await;
    let response = google
        .request(Method::GET, "/oauth2/v3/certs")
        .send()
        .await
        .unwrap();
    let control = response.headers()["cache-control"].to_str().unwrap().to_owned();
    let seconds: i64 = control
        .split("max-age=")
        .nth(1)
        .unwrap()
        .split(',')
        .next()
        .unwrap()
        .parse()
        .unwrap();
    assert!(
        control.starts_with("public, ") && (1..=21600).contains(&seconds),
        "{control}"
    );
    assert!(response.headers().contains_key("expires"));
    google.sim.control().advance(SignedDuration::from_hours(24 * 7));
    let after = key_ids(&google).await;
    assert_eq!((after.len(), &after[1]), (2, &before[0]));
    let pems = google.get("/oauth2/v1/certs").await.ok();
    let mut names: Vec<&String> = pems.as_object().unwrap().keys().collect();
    let mut expected: Vec<&String> = after.iter().collect();
    names.sort();
    expected.sort();
    assert_eq!(names, expected);
    assert!(
        pems[&after[0]]
            .as_str()
            .unwrap()
            .starts_with("-----BEGIN CERTIFICATE-----")
    );
}

#[tokio::test]
async fn the_id_token_names_its_access_token_its_nonce_and_when_the_person_signed_in() {
    // OpenID Connect Core 1.0 sections 2 and 3.1.3.6.
    let google = Google::demo("ana@example.com").await;
    let scope = ("scope", "openid email profile");
    let answer = sign_in(&google, &[scope, ("nonce", "n-0S6_WzA2Mj"), ("max_age", "3600")]).await;
    let told = claims(&google, answer["id_token"].as_str().unwrap())
        .await
        .unwrap();
    let hash = digest::digest(
        &digest::SHA256,
        answer["access_token"].as_str().unwrap().as_bytes(),
    );
    assert_eq!(told["at_hash"], URL_SAFE_NO_PAD.encode(&hash.as_ref()[..16]));
    assert_eq!(
        (&told["nonce"], &told["hd"]),
        (&json!("n-0S6_WzA2Mj"), &json!("example.com"))
    );
    assert_eq!(told["auth_time"], told["iat"], "both now");
    assert_eq!(
        told["exp"].as_i64().unwrap() - told["iat"].as_i64().unwrap(),
        3600
    );
    assert!(told["name"].is_string() && told["picture"].is_string());
    let plain = sign_in(&google, &[("scope", "openid"), ("nonce", "")]).await;
    let told = claims(&google, plain["id_token"].as_str().unwrap())
        .await
        .unwrap();
    for absent in ["nonce", "auth_time", "email", "name"] {
        assert!(told.get(absent).is_none(), "{absent} in {told}");
    }
}

#[tokio::test]
async fn without_identity_scopes_nobody_is_named() {
    let mut google = Google::start().await;
    let answer = sign_in(
        &google,
        &[("scope", "https://www.googleapis.com/auth/calendar.readonly")],
    )
    .await;
    assert!(answer.get("id_token").is_none());
    google.use_token(answer["access_token"].as_str().unwrap());
    assert_eq!(google.get("/v1/userinfo").await.status, 401);
    assert_eq!(google.get("/oauth2/v2/userinfo").await.refused().0, 401);
}

#[tokio::test]
async fn both_forms_of_tokeninfo_tell_about_a_token() {
    let google = Google::demo("ana@example.com").await;
    let answer = sign_in(&google, &[("prompt", "consent")]).await;
    let access = answer["access_token"].as_str().unwrap();
    let old = google
        .get(&format!("/oauth2/v2/tokeninfo?access_token={access}"))
        .await
        .ok();
    assert_eq!(
        (&old["audience"], &old["expires_in"]),
        (&json!("kalends-demo"), &json!(3599))
    );
    let new = google
        .get(&format!("/tokeninfo?access_token={access}"))
        .await
        .ok();
    assert_eq!(
        (&new["aud"], &new["expires_in"]),
        (&json!("kalends-demo"), &json!("3599"))
    );
    assert_eq!(
        (&new["sub"], &new["access_type"]),
        (&old["user_id"], &json!("offline"))
    );
    let signed = answer["id_token"].as_str().unwrap();
    let own = google.get(&format!("/tokeninfo?id_token={signed}")).await.ok();
    assert_eq!(
        (&own["sub"], &own["alg"], &own["email_verified"]),
        (&new["sub"], &json!("RS256"), &json!("true"))
    );
    google.sim.control().advance(SignedDuration::from_hours(1));
    for query in [
        format!("id_token={signed}"),
        format!("access_token={access}"),
        format!("id_token={signed}x"),
    ] {
        let url = google.url(&format!("/oauth2/v3/tokeninfo?{query}"));
        check_error(
            &read(google.http.get(url).send().await.unwrap()).await,
            400,
            "invalid_token",
        );
    }
}
