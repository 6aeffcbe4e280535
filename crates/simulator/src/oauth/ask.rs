//! A well-formed authorization request (RFC 6749 section 4.1.1, OpenID Connect Core 1.0 section 3.1.2.1).
//!
//! What is wrong with the request itself is told on a page and never by a redirect, as Google does.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use url::Url;

use super::{OAuthClient, consent::ErrorPage, grants::Scopes, pkce::Challenge};
use crate::{
    google::{IDENTITY, Query, expand},
    state::Sim,
};

/// Parameters that may come only once.
const SINGLE: [&str; 16] = [
    "client_id",
    "redirect_uri",
    "response_type",
    "scope",
    "access_type",
    "state",
    "nonce",
    "prompt",
    "login_hint",
    "hd",
    "include_granted_scopes",
    "enable_granular_consent",
    "code_challenge",
    "code_challenge_method",
    "max_age",
    "response_mode",
];

/// What an application asks a person for.
pub(super) struct Ask {
    pub(super) client: Arc<OAuthClient>,
    pub(super) redirect: Url,
    pub(super) redirect_uri: String,
    pub(super) scopes: Scopes,
    pub(super) state: Option<String>,
    pub(super) nonce: Option<String>,
    pub(super) login_hint: Option<String>,
    /// Only accounts of this Workspace domain are offered; `*` means of any.
    pub(super) hd: Option<String>,
    pub(super) challenge: Option<Challenge>,
    pub(super) prompt: Prompt,
    pub(super) offline: bool,
    pub(super) include_granted: bool,
    /// How long ago the person may have signed in.
    pub(super) max_age: Option<SignedDuration>,
}

/// What the person must see.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Prompt {
    pub(super) none: bool,
    pub(super) consent: bool,
    pub(super) select_account: bool,
}

impl Ask {
    /// Reads a query string.
    pub(super) fn read(sim: &Sim, raw: &str) -> Result<Self, ErrorPage> {
        let query = Query::parse(raw);
        if let Some(name) = query.repeated(&SINGLE) {
            let detail = format!("OAuth 2 parameters can only have a single value: {name}");
            return Err(invalid(&detail));
        }
        let client = read_client(sim, &query)?;
        let redirect_uri = read_redirect(&client, &query)?;
        let mismatch = || redirect_mismatch(redirect_uri);
        let redirect = Url::parse(redirect_uri).map_err(|_| mismatch())?;
        match query.text("response_type") {
            Some("code") => {}
            Some(other) => return Err(ErrorPage::new(400, "unsupported_response_type", other)),
            None => return Err(invalid("Required parameter is missing: response_type")),
        }
        if !matches!(query.text("response_mode"), None | Some("query")) {
            return Err(invalid("Invalid parameter value for response_mode: query"));
        }
        let challenge = Challenge::read(query.text("code_challenge"), query.text("code_challenge_method"))
            .map_err(invalid)?;
        let access_type = query.text("access_type");
        if !matches!(access_type, None | Some("online" | "offline")) {
            return Err(invalid(
                "Invalid parameter value for access_type: online or offline",
            ));
        }
        let text = |name: &str| query.text(name).map(str::to_owned);
        Ok(Self {
            redirect,
            redirect_uri: redirect_uri.to_owned(),
            scopes: read_scopes(query.text("scope"))?,
            state: query.all("state").next().map(str::to_owned),
            nonce: text("nonce"),
            login_hint: text("login_hint"),
            hd: text("hd"),
            challenge,
            offline: access_type == Some("offline"),
            include_granted: read_flag(&query, "include_granted_scopes")?,
            prompt: Prompt::read(query.text("prompt").unwrap_or_default())?,
            max_age: read_max_age(query.text("max_age"))?,
            client,
        })
    }

    /// Whether a person who signed in then need not sign in again.
    pub(super) fn is_recent(&self, signed_in: Option<Timestamp>, now: Timestamp) -> bool {
        let Some(max_age) = self.max_age else {
            return true;
        };
        signed_in.is_some_and(|at| at.duration_until(now) <= max_age)
    }
}

impl Prompt {
    fn read(text: &str) -> Result<Self, ErrorPage> {
        let mut prompt = Self::default();
        for word in text.split_whitespace() {
            match word {
                "none" => prompt.none = true,
                "consent" => prompt.consent = true,
                "select_account" => prompt.select_account = true,
                other => return Err(invalid(&format!("Invalid parameter value for prompt: {other}"))),
            }
        }
        if prompt.none && (prompt.consent || prompt.select_account) {
            return Err(invalid("Invalid parameter value for prompt: none stands alone"));
        }
        Ok(prompt)
    }
}

fn read_client(sim: &Sim, query: &Query) -> Result<Arc<OAuthClient>, ErrorPage> {
    let client_id = query
        .text("client_id")
        .ok_or_else(|| invalid("Missing required parameter: client_id"))?;
    let client = sim
        .client(client_id)
        .ok_or_else(|| ErrorPage::new(401, "invalid_client", "The OAuth client was not found."))?;
    if client.deleted {
        return Err(ErrorPage::new(
            401,
            "deleted_client",
            "The OAuth client was deleted.",
        ));
    }
    Ok(client)
}

fn read_redirect<'a>(client: &OAuthClient, query: &'a Query) -> Result<&'a str, ErrorPage> {
    let uri = query
        .text("redirect_uri")
        .ok_or_else(|| invalid("Missing required parameter: redirect_uri"))?;
    if client.allows_redirect(uri) {
        Ok(uri)
    } else {
        Err(redirect_mismatch(uri))
    }
}

fn redirect_mismatch(uri: &str) -> ErrorPage {
    let detail = format!("The redirect URI {uri} is not registered for this client.");
    ErrorPage::new(400, "redirect_uri_mismatch", &detail)
}

fn read_scopes(text: Option<&str>) -> Result<Scopes, ErrorPage> {
    let text = text.ok_or_else(|| invalid("Missing required parameter: scope"))?;
    let mut scopes = Scopes::new();
    let mut wrong = Vec::new();
    for scope in text.split_whitespace() {
        match expand(scope) {
            Some(full) => {
                scopes.insert(full);
            }
            None => wrong.push(scope),
        }
    }
    if !wrong.is_empty() {
        let (valid, wrong) = (join(scopes.iter().map(String::as_str)), join(wrong.into_iter()));
        let detail = format!("Some requested scopes were invalid. {{valid=[{valid}], invalid=[{wrong}]}}");
        return Err(ErrorPage::new(400, "invalid_scope", &detail));
    }
    // Whoever asks for an address or a name is told who it is.
    if IDENTITY.iter().any(|scope| scopes.contains(*scope)) {
        scopes.insert(IDENTITY[0].to_owned());
    }
    Ok(scopes)
}

fn join<'a>(words: impl Iterator<Item = &'a str>) -> String {
    words.collect::<Vec<_>>().join(", ")
}

fn read_flag(query: &Query, name: &str) -> Result<bool, ErrorPage> {
    match query.text(name) {
        None | Some("false") => Ok(false),
        Some("true") => Ok(true),
        Some(other) => Err(invalid(&format!("Invalid parameter value for {name}: {other}"))),
    }
}

fn read_max_age(text: Option<&str>) -> Result<Option<SignedDuration>, ErrorPage> {
    let Some(text) = text else {
        return Ok(None);
    };
    let seconds: u32 = text
        .parse()
        .map_err(|_| invalid("Invalid parameter value for max_age: a number of seconds"))?;
    Ok(Some(SignedDuration::from_secs(seconds.into())))
}

fn invalid(detail: &str) -> ErrorPage {
    ErrorPage::new(400, "invalid_request", detail)
}
