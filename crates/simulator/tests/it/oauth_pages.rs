//! Who gets past the consent page, and what Google tells on a page instead of leading back.

use kalends_simulator::{AudienceKind, ClientOrder};
use reqwest::{Response, StatusCode, header};
use serde_json::json;

use crate::{
    harness::Google,
    oauth::{READ, VERIFIER, WRITE, code, consent, exchange, request, token, value},
};

async fn ask(google: &Google, changes: &[(&str, &str)]) -> Response {
    let url = google.url(&format!("/o/oauth2/v2/auth?{}", request(changes)));
    google.http.get(url).send().await.unwrap()
}

/// Posts the form, and answers the page's status and text; it must not lead back.
async fn page_after(google: &Google, account: &str) -> (u16, String) {
    let asked = request(&[]);
    let form = [
        ("request", asked.as_str()),
        ("account", account),
        ("scope", READ),
        ("decision", "allow"),
    ];
    let url = google.url("/o/oauth2/v2/auth");
    let response = google.http.post(url).form(&form).send().await.unwrap();
    assert!(response.headers().get(header::LOCATION).is_none());
    (response.status().as_u16(), response.text().await.unwrap())
}

fn demo() -> ClientOrder {
    ClientOrder {
        client_id: "kalends-demo".to_owned(),
        ..ClientOrder::default()
    }
}

#[tokio::test]
async fn a_parameter_that_comes_twice_is_refused() {
    let google = Google::start().await;
    for name in [
        "client_id",
        "redirect_uri",
        "scope",
        "state",
        "prompt",
        "code_challenge",
    ] {
        let url = google.url(&format!("/o/oauth2/v2/auth?{}&{name}=a&{name}=b", request(&[])));
        let page = google.http.get(url).send().await.unwrap();
        assert_eq!(page.status(), StatusCode::BAD_REQUEST, "{name}");
        let text = page.text().await.unwrap();
        let expected = format!("OAuth 2 parameters can only have a single value: {name}");
        assert!(text.contains(&expected), "{text}");
    }
}

#[tokio::test]
async fn values_that_make_no_sense_are_told_on_the_page() {
    let google = Google::start().await;
    for change in [
        ("prompt", "login"),
        ("prompt", "none select_account"),
        ("access_type", "forever"),
        ("include_granted_scopes", "yes"),
        ("max_age", "-1"),
        ("response_mode", "fragment"),
        ("code_challenge", "short"),
    ] {
        let page = ask(&google, &[change]).await;
        assert_eq!(page.status(), StatusCode::BAD_REQUEST, "{change:?}");
        assert!(page.headers().get(header::LOCATION).is_none());
        assert!(
            page.text().await.unwrap().contains("Error 400: invalid_request"),
            "{change:?}"
        );
    }
    let scopes = format!("{READ} https://www.googleapis.com/auth/kalender");
    let text = ask(&google, &[("scope", &scopes)]).await.text().await.unwrap();
    assert!(
        text.contains("invalid_scope") && text.contains("invalid=[https://www.googleapis.com/auth/kalender]"),
        "{text}"
    );
}

#[tokio::test]
async fn browsers_inside_applications_are_kept_out() {
    let google = Google::demo("ana@example.com").await;
    let url = google.url(&format!("/o/oauth2/v2/auth?{}", request(&[])));
    let agent = "Mozilla/5.0 (Linux; Android 15; Pixel 9; wv) AppleWebKit/537.36 Mobile Safari/537.36";
    let page = google
        .http
        .get(url)
        .header(header::USER_AGENT, agent)
        .send()
        .await
        .unwrap();
    assert_eq!(page.status(), StatusCode::FORBIDDEN);
    assert!(page.text().await.unwrap().contains("disallowed_useragent"));
}

#[tokio::test]
async fn a_deleted_client_is_refused_on_the_page_and_at_the_token_endpoint() {
    let google = Google::start().await;
    let once = code(&google, &request(&[])).await;
    let order = ClientOrder {
        deleted: Some(true),
        ..demo()
    };
    google.sim.control().put_client(order).unwrap();
    let page = ask(&google, &[]).await;
    assert_eq!(page.status(), StatusCode::UNAUTHORIZED);
    assert!(page.text().await.unwrap().contains("deleted_client"));
    let reply = token(&google, &exchange(&once, VERIFIER)).await;
    assert_eq!(
        (reply.status.as_u16(), &reply.body["error"]),
        (401, &json!("deleted_client"))
    );
}

#[tokio::test]
async fn only_the_people_that_an_application_is_for_get_through() {
    let google = Google::start().await;
    let control = google.sim.control();
    let internal = ClientOrder {
        audience: Some(AudienceKind::Internal),
        domain: Some("example.com".to_owned()),
        ..demo()
    };
    control.put_client(internal).unwrap();
    let (status, text) = page_after(&google, "guest@gmail.com").await;
    assert!(status == 403 && text.contains("org_internal"), "{status} {text}");
    code(&google, &request(&[])).await;

    let testing = ClientOrder {
        audience: Some(AudienceKind::Testing),
        test_users: Some(vec!["ana@example.com".to_owned()]),
        ..demo()
    };
    control.put_client(testing).unwrap();
    let (status, text) = page_after(&google, "ben@example.com").await;
    assert!(status == 403 && text.contains("access_denied"), "{status} {text}");
    code(&google, &request(&[])).await;

    let blocked = ClientOrder {
        audience: Some(AudienceKind::Production),
        blocked_domains: Some(vec!["school.example".to_owned()]),
        ..demo()
    };
    control.put_client(blocked).unwrap();
    let (status, text) = page_after(&google, "ana@school.example").await;
    assert!(
        status == 400 && text.contains("admin_policy_enforced"),
        "{status} {text}"
    );
    code(&google, &request(&[])).await;
}

#[tokio::test]
async fn clients_are_registered_and_changed_by_the_control_plane() {
    let google = Google::start().await;
    let order = json!({"clientId": "12-web", "clientSecret": "s", "redirectUris": ["https://app.test/cb"],
        "audience": "testing", "testUsers": ["ana@example.com"]});
    google
        .send(reqwest::Method::PUT, "/_sim/clients", &order)
        .await
        .ok();
    let all = google.get("/_sim/clients").await.ok();
    let web = all["clients"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["clientId"] == "12-web")
        .unwrap();
    assert_eq!(
        (&web["audience"], &web["testUsers"]),
        (&json!("testing"), &json!(["ana@example.com"]))
    );
    assert!(!all.to_string().contains("clientSecret"), "{all}");
    for (wrong, expected) in [
        (json!({"clientId": "new"}), "clientSecret"),
        (
            json!({"clientId": "new", "clientSecret": "s", "redirectUris": ["app:/cb"]}),
            "neither http nor https",
        ),
        (
            json!({"clientId": "new", "clientSecret": "s", "audience": "internal"}),
            "with domain",
        ),
        (
            json!({"clientId": "new", "clientSecret": "s", "colour": 1}),
            "colour",
        ),
    ] {
        let reply = google.send(reqwest::Method::PUT, "/_sim/clients", &wrong).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST);
        assert!(
            reply.body["error"].as_str().unwrap().contains(expected),
            "{}",
            reply.body
        );
    }
}

#[tokio::test]
async fn what_was_granted_before_is_not_asked_again() {
    let google = Google::demo("ana@example.com").await;
    let hint = ("login_hint", "ana@example.com");
    assert_eq!(ask(&google, &[hint]).await.status(), StatusCode::OK);
    code(&google, &request(&[])).await;
    let back = ask(&google, &[hint]).await;
    assert_eq!(back.status(), StatusCode::FOUND, "all of it is granted");
    assert!(
        back.headers()["location"]
            .to_str()
            .unwrap()
            .contains("code=4%2F0A")
    );
    for prompt in ["consent", "select_account", "consent select_account"] {
        assert_eq!(
            ask(&google, &[hint, ("prompt", prompt)]).await.status(),
            StatusCode::OK,
            "{prompt}"
        );
    }
    let more = format!("openid email {READ} {WRITE} https://www.googleapis.com/auth/drive.file");
    assert_eq!(
        ask(&google, &[hint, ("scope", &more)]).await.status(),
        StatusCode::OK
    );
    assert_eq!(
        ask(&google, &[("login_hint", "ben@example.com")]).await.status(),
        StatusCode::OK
    );
}

#[tokio::test]
async fn a_browser_that_chose_an_account_is_signed_in_with_it() {
    let google = Google::demo("ana@example.com").await;
    let asked = request(&[]);
    let form = [
        ("request", asked.as_str()),
        ("account", "ana@example.com"),
        ("scope", READ),
        ("scope", WRITE),
        ("decision", "allow"),
    ];
    let url = google.url("/o/oauth2/v2/auth");
    let response = google.http.post(&url).form(&form).send().await.unwrap();
    let cookie = response.headers()["set-cookie"].to_str().unwrap().to_owned();
    assert!(cookie.contains("HttpOnly"), "{cookie}");
    let cookie = format!("other=1; {}", cookie.split(';').next().unwrap());
    let silent = async |cookie: &str, changes: &[(&str, &str)]| {
        let url = format!("{url}?{}", request(&[&[("prompt", "none")], changes].concat()));
        let response = google
            .http
            .get(url)
            .header(header::COOKIE, cookie)
            .send()
            .await
            .unwrap();
        response.headers()["location"].to_str().unwrap().to_owned()
    };
    assert!(silent(&cookie, &[]).await.contains("code="));
    assert!(
        silent("other=1", &[])
            .await
            .contains("error=interaction_required")
    );
    google.sim.control().advance(jiff::SignedDuration::from_secs(61));
    assert!(silent(&cookie, &[("max_age", "100")]).await.contains("code="));
    assert!(
        silent(&cookie, &[("max_age", "60")])
            .await
            .contains("error=login_required")
    );
}

#[tokio::test]
async fn the_chooser_offers_the_accounts_of_the_domain() {
    let google = Google::demo("ana@example.com").await;
    google
        .post(
            "/_sim/users",
            &json!({"email": "me@gmail.com", "givenName": "Me"}),
        )
        .await
        .ok();
    google
        .post(
            "/_sim/users",
            &json!({"email": "dan@school.example", "givenName": "Dan"}),
        )
        .await
        .ok();
    let offered = async |changes: &[(&str, &str)]| {
        let page = ask(&google, changes).await.text().await.unwrap();
        ["ana@example.com", "me@gmail.com", "dan@school.example"]
            .map(|email| page.contains(&format!("value=\"{email}\"")))
    };
    assert_eq!(offered(&[]).await, [true, true, true]);
    assert_eq!(offered(&[("hd", "school.example")]).await, [false, false, true]);
    assert_eq!(offered(&[("hd", "*")]).await, [true, false, true]);
    let page = ask(&google, &[("login_hint", "me@gmail.com")])
        .await
        .text()
        .await
        .unwrap();
    assert!(page.contains("value=\"me@gmail.com\" checked"), "{page}");
}

#[tokio::test]
async fn unticking_everything_is_a_refusal_unless_identity_is_left() {
    let google = Google::start().await;
    let form = [("account", "ana@example.com"), ("decision", "allow")];
    let bare = request(&[("scope", &format!("{READ} {WRITE}"))]);
    assert_eq!(
        value(&consent(&google, &bare, &form).await, "error"),
        "access_denied"
    );
    let back = consent(&google, &request(&[]), &form).await;
    assert!(!value(&back, "scope").contains("calendar"), "{back:?}");
    assert_eq!(
        (value(&back, "iss"), value(&back, "hd")),
        ("https://accounts.google.com", "example.com")
    );
}
