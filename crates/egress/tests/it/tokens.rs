//! Access tokens on real calls.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use axum::{Router, routing::get as on_get};
use futures::future::BoxFuture;
use http::{HeaderMap, StatusCode, header};
use kalends_egress::{AccountKey, Auth, Call, Egress, EgressError, TokenError, TokenSource};
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

use crate::server::{Server, config, get};

/// Gives `stale` until that is refused, then `fresh`, and counts how often it refreshed.
#[derive(Debug)]
struct Tokens {
    current: Mutex<&'static str>,
    refreshed: AtomicUsize,
}

impl Tokens {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            current: Mutex::new("stale"),
            refreshed: AtomicUsize::new(0),
        })
    }
}

impl TokenSource for Tokens {
    fn token<'a>(
        &'a self,
        _account: AccountKey,
        refused: Option<&'a SecretString>,
    ) -> BoxFuture<'a, Result<SecretString, TokenError>> {
        Box::pin(async move {
            let mut current = self.current.lock().unwrap();
            if refused.is_some_and(|refused| refused.expose_secret() == *current) {
                *current = "fresh";
                self.refreshed.fetch_add(1, Ordering::SeqCst);
            }
            Ok(SecretString::from(*current))
        })
    }
}

/// A server that accepts one token, with the tokens it has seen.
async fn accepting(token: &'static str) -> (Server, Arc<Mutex<Vec<String>>>) {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&seen);
    let check = move |headers: HeaderMap| async move {
        let given = headers[header::AUTHORIZATION].to_str().unwrap().to_owned();
        let accepted = given == format!("Bearer {token}");
        noted.lock().unwrap().push(given);
        if accepted {
            StatusCode::OK
        } else {
            StatusCode::UNAUTHORIZED
        }
    };
    (Server::start(Router::new().route("/", on_get(check))).await, seen)
}

fn account_call(server: &Server) -> Call {
    Call {
        account: Some(AccountKey(Uuid::from_u128(7))),
        auth: Auth::AccountToken,
        ..get(&server.url("/"))
    }
}

#[tokio::test]
async fn a_refused_token_is_refreshed_exactly_once() {
    let (server, seen) = accepting("fresh").await;
    let tokens = Tokens::new();
    let egress = Egress::new(config()).unwrap().with_tokens(tokens.clone());
    for _ in 0..3 {
        assert_eq!(egress.send(account_call(&server)).await.unwrap().status, 200);
    }
    assert_eq!(
        *seen.lock().unwrap(),
        ["Bearer stale", "Bearer fresh", "Bearer fresh", "Bearer fresh"]
    );
    assert_eq!(tokens.refreshed.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_service_that_refuses_every_token_is_asked_twice() {
    let (server, seen) = accepting("another").await;
    let egress = Egress::new(config()).unwrap().with_tokens(Tokens::new());
    assert_eq!(egress.send(account_call(&server)).await.unwrap().status, 401);
    assert_eq!(*seen.lock().unwrap(), ["Bearer stale", "Bearer fresh"]);
}

#[tokio::test]
async fn handles_with_and_without_tokens_share_connections() {
    let (server, _) = accepting("fresh").await;
    let egress = Egress::new(config()).unwrap();
    let error = egress.send(account_call(&server)).await.unwrap_err();
    assert!(
        matches!(error, EgressError::Token(TokenError::NoSource)),
        "{error:?}"
    );
    egress
        .with_tokens(Tokens::new())
        .send(account_call(&server))
        .await
        .unwrap();
    egress
        .with_tokens(Tokens::new())
        .send(account_call(&server))
        .await
        .unwrap();
    assert_eq!(server.connections(), 1);
}
