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
