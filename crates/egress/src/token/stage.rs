//! The token stage: finds what goes into the `Authorization` header of an attempt.
//!
//! ```text
//! attempt ----------> token of the account ----> answer 401: hand the refused token to the retry stage
//! attempt, refused -> another token, refreshed -> answer 401: final
//! ```

use std::sync::Arc;

use base64::{Engine, prelude::BASE64_STANDARD};
use http::HeaderValue;
use secrecy::{ExposeSecret, SecretString};
use tokio::time::timeout_at;

use super::{TokenError, TokenSource};
use crate::{
    answer::Verdict,
    call::Auth,
    error::{Cut, EgressError},
    stack::{Line, Outcome, Stage, Ticket, pass},
};

pub(crate) fn stage(tokens: Option<Arc<dyn TokenSource>>) -> Stage {
    Stage::new("token", move |ticket, inside| run(ticket, inside, tokens.clone()))
}

async fn run(
    mut ticket: Ticket,
    inside: Line,
    tokens: Option<Arc<dyn TokenSource>>,
) -> Result<Outcome, EgressError> {
    let fixed = match &ticket.call.auth {
        Auth::None => None,
        Auth::Bearer(token) => Some(bearer(token)?),
        Auth::Basic { username, password } => Some(basic(username, password)?),
        Auth::AccountToken => {
            let token = ask(&ticket, tokens.ok_or(TokenError::NoSource)?).await?;
            let first = ticket.refused.is_none();
            ticket.authorization = Some(bearer(&token)?);
            let mut outcome = pass(&inside, ticket).await?;
            outcome.refused = (first && outcome.verdict == Verdict::Unauthorized).then_some(token);
            return Ok(outcome);
        }
    };
    ticket.authorization = fixed;
    pass(&inside, ticket).await
}

async fn ask(ticket: &Ticket, tokens: Arc<dyn TokenSource>) -> Result<SecretString, EgressError> {
    let account = ticket.call.account.ok_or(TokenError::NoSource)?;
    timeout_at(ticket.deadline, tokens.token(account, ticket.refused.as_ref()))
        .await
        .map_err(|_| EgressError::Timeout {
            waited: ticket.call.deadline,
            cut: Cut::Deadline,
        })?
        .map_err(EgressError::Token)
}

fn bearer(token: &SecretString) -> Result<HeaderValue, EgressError> {
    sensitive(&format!("Bearer {}", token.expose_secret()))
}

fn basic(username: &str, password: &SecretString) -> Result<HeaderValue, EgressError> {
    if username.contains(':') {
        return Err(EgressError::Invalid {
            reason: "a user name for basic authentication cannot contain a colon",
        });
    }
    let pair = BASE64_STANDARD.encode(format!("{username}:{}", password.expose_secret()));
    sensitive(&format!("Basic {pair}"))
}

fn sensitive(value: &str) -> Result<HeaderValue, EgressError> {
    let mut value = HeaderValue::from_str(value).map_err(|_| EgressError::Invalid {
        reason: "its credentials cannot be sent in a header",
    })?;
    value.set_sensitive(true);
    Ok(value)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tower::ServiceExt;

    use super::*;
    use crate::{
        call::Call,
        clock::Surroundings,
        config::RetryPolicy,
        retry,
        scripted::{Reply, Scripted, Tokens, call, dawn},
        stack::assemble,
    };

    async fn send(
        service: &Scripted,
        tokens: Option<Arc<dyn TokenSource>>,
        auth: Auth,
    ) -> Result<Outcome, EgressError> {
        let stages = vec![
            retry::stage(RetryPolicy::default(), Surroundings::new(dawn, || 0.0)),
            stage(tokens),
        ];
        assemble(stages, service.line())
            .oneshot(Ticket::new(Call { auth, ..call() }))
            .await
    }

    fn sent(service: &Scripted) -> Vec<String> {
        service
            .sent()
            .into_iter()
            .map(|sent| sent.authorization)
            .collect()
    }

    #[tokio::test(start_paused = true)]
    async fn every_kind_of_authorization() {
        let service = Scripted::new([]);
        let secret = SecretString::from("open sesame");
        let basic = Auth::Basic {
            username: "Aladdin".to_owned(),
            password: secret,
        };
        for auth in [
            Auth::None,
            Auth::Bearer(SecretString::from("b")),
            basic,
            Auth::AccountToken,
        ] {
            send(&service, Some(Tokens::new(["a"])), auth).await.unwrap();
        }
        // The pair is the example of RFC 7617 section 2.
        assert_eq!(
            sent(&service),
            ["", "Bearer b", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "Bearer a"]
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_refused_token_is_replaced_once() {
        let service = Scripted::new([Reply::status(401), Reply::status(401), Reply::status(200)]);
        let outcome = send(&service, Some(Tokens::new(["a", "b", "c"])), Auth::AccountToken)
            .await
            .unwrap();
        assert_eq!(outcome.answer.status, 401, "the second refusal is final");
        assert_eq!(sent(&service), ["Bearer a", "Bearer b"]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_token_given_with_the_call_is_not_replaced() {
        let service = Scripted::new([Reply::status(401)]);
        send(
            &service,
            Some(Tokens::new(["a"])),
            Auth::Bearer(SecretString::from("x")),
        )
        .await
        .unwrap();
        assert_eq!(sent(&service), ["Bearer x"]);
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_token_nothing_is_sent() {
        let service = Scripted::new([]);
        let gone = send(&service, Some(Tokens::new([])), Auth::AccountToken)
            .await
            .unwrap_err();
        assert!(matches!(gone, EgressError::Token(TokenError::Reauth)), "{gone}");
        let none = send(&service, None, Auth::AccountToken).await.unwrap_err();
        assert!(matches!(none, EgressError::Token(TokenError::NoSource)), "{none}");
        let slow = Tokens::slow(["a"], Duration::from_hours(1));
        let late = send(&service, Some(slow), Auth::AccountToken).await.unwrap_err();
        assert!(
            matches!(
                late,
                EgressError::Timeout {
                    cut: Cut::Deadline,
                    ..
                }
            ),
            "{late}"
        );
        assert_eq!(sent(&service), [""; 0]);
    }

    #[test]
    fn credentials_that_no_header_can_hold() {
        let error = basic("a:b", &SecretString::from("c")).unwrap_err();
        assert!(matches!(error, EgressError::Invalid { .. }));
        assert!(bearer(&SecretString::from("line\nbreak")).is_err());
        assert!(bearer(&SecretString::from("a")).unwrap().is_sensitive());
    }
}
