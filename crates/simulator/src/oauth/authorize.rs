//! `GET /o/oauth2/v2/auth`: the page on which a person chooses an account and consents, and what they decide there.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{RawQuery, State},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, StatusCode, header};

use super::{
    ask::Ask,
    consent::{self, ConsentPage, ErrorPage},
    grants::{AskedClaims, Code, RefreshWish, Scopes},
    id_token::ISSUER,
    policy,
};
use crate::{
    directory::domain_of,
    google::{IDENTITY, Query},
    state::Sim,
    world,
};

/// Shows the page, or leads back at once when nothing is left to ask.
pub(crate) async fn ask(State(sim): State<Sim>, headers: HeaderMap, RawQuery(query): RawQuery) -> Response {
    let raw = query.unwrap_or_default();
    answer(&sim, &headers, &raw).unwrap_or_else(IntoResponse::into_response)
}

fn answer(sim: &Sim, headers: &HeaderMap, raw: &str) -> Result<Response, ErrorPage> {
    let ask = Ask::read(sim, raw)?;
    policy::check_browser(headers)?;
    let session = sim.sign_ins().account(headers);
    let account = match &ask.login_hint {
        Some(hint) => account_of_hint(sim, hint).map(Arc::from),
        None => session,
    };
    if ask.prompt.none {
        return silent(sim, &ask, account.as_deref());
    }
    let seen = ask.prompt.consent || ask.prompt.select_account;
    if let Some(email) = account.as_deref()
        && !seen
        && has_granted(sim, &ask, email)
        && is_recent(sim, &ask, email)
    {
        policy::check_account(&ask.client, email)?;
        return Ok(ask.grant(sim, email, ask.scopes.clone(), "none"));
    }
    Ok(ConsentPage::new(sim, &ask, raw, account.as_deref(), None).into_response())
}

/// Takes the form of the page.
pub(crate) async fn decide(State(sim): State<Sim>, headers: HeaderMap, body: Bytes) -> Response {
    let form = Query::parse(&String::from_utf8_lossy(&body));
    decided(&sim, &headers, &form).unwrap_or_else(IntoResponse::into_response)
}

fn decided(sim: &Sim, headers: &HeaderMap, form: &Query) -> Result<Response, ErrorPage> {
    let raw = form.text("request").unwrap_or_default();
    let ask = Ask::read(sim, raw)?;
    policy::check_browser(headers)?;
    if form.text("decision") != Some("allow") {
        return Ok(ask.refuse("access_denied"));
    }
    let again = |message: &str| ConsentPage::new(sim, &ask, raw, None, Some(message)).into_response();
    let typed = form.text("new_account").map(str::trim);
    let Some(account) = typed.or_else(|| form.text("account")) else {
        return Ok(again("Choose an account first."));
    };
    policy::check_account(&ask.client, account)?;
    let made = world::ensure_user(&mut sim.directory_mut(), account, sim.now());
    if let Err(error) = made {
        return Ok(again(&error.to_string()));
    }
    let email = account_of_hint(sim, account).unwrap_or_else(|| account.to_owned());
    let ticked: Scopes = form.all("scope").map(str::to_owned).collect();
    let optional = consent::optional_scopes(&ask.scopes);
    let granted: Scopes = ask
        .scopes
        .iter()
        .filter(|scope| !optional.contains(scope) || ticked.contains(*scope))
        .cloned()
        .collect();
    let cookie = sim.sign_in(&email);
    // Whoever leaves nothing ticked, and is not asked who they are, has said no.
    let mut response = if granted.is_empty() {
        ask.refuse("access_denied")
    } else {
        ask.grant(sim, &email, granted, "consent")
    };
    if let Some(cookie) = cookie {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// `prompt=none`: only a known account that has granted everything before comes through.
fn silent(sim: &Sim, ask: &Ask, account: Option<&str>) -> Result<Response, ErrorPage> {
    let Some(email) = account else {
        let error = match &ask.login_hint {
            Some(_) => "login_required",
            None => "interaction_required",
        };
        return Ok(ask.refuse(error));
    };
    policy::check_account(&ask.client, email)?;
    Ok(if !is_recent(sim, ask, email) {
        ask.refuse("login_required")
    } else if has_granted(sim, ask, email) {
        ask.grant(sim, email, ask.scopes.clone(), "none")
    } else {
        ask.refuse("consent_required")
    })
}

fn has_granted(sim: &Sim, ask: &Ask, email: &str) -> bool {
    let granted = sim.grants().granted(email, ask.client.project(), sim.now());
    ask.scopes.is_subset(&granted)
}

fn is_recent(sim: &Sim, ask: &Ask, email: &str) -> bool {
    let signed_in = sim.sign_ins().time(email);
    ask.is_recent(signed_in, sim.now())
}

/// A login hint is an address or a `sub`.
pub(super) fn account_of_hint(sim: &Sim, hint: &str) -> Option<String> {
    let directory = sim.directory();
    let found = directory
        .users()
        .find(|user| user.email.eq_ignore_ascii_case(hint) || user.subject == hint);
    found.map(|user| user.email.clone())
}

impl Ask {
    /// Leads back with a code for these scopes.
    fn grant(&self, sim: &Sim, email: &str, mut scopes: Scopes, prompt: &str) -> Response {
        let now = sim.now();
        let signed_in = sim.sign_ins().time(email);
        let mut grants = sim.grants();
        if self.include_granted {
            scopes.extend(grants.granted(email, self.client.project(), now));
        }
        let refresh = match (self.offline, self.prompt.consent) {
            (false, _) => RefreshWish::Never,
            (true, false) => RefreshWish::First,
            (true, true) => RefreshWish::Always,
        };
        let code = sim.secret::<54>("4/0A");
        let listed = scopes.iter().map(String::as_str).collect::<Vec<_>>().join(" ");
        let asks_identity = IDENTITY.iter().any(|scope| scopes.contains(*scope));
        let consent = Code {
            client_id: self.client.client_id.clone(),
            email: email.into(),
            scopes,
            redirect_uri: self.redirect_uri.clone(),
            challenge: self.challenge.clone(),
            refresh,
            given: now,
            claims: AskedClaims {
                nonce: self.nonce.clone(),
                auth_time: self.max_age.and(signed_in),
            },
        };
        grants.consent(code.clone(), &self.client, consent);
        let mut parameters = vec![("code", code.as_str()), ("scope", &listed), ("authuser", "0")];
        if asks_identity && let Some(domain) = domain_of(email) {
            parameters.push(("hd", domain));
        }
        parameters.push(("prompt", prompt));
        self.lead_back(&parameters)
    }

    fn refuse(&self, error: &str) -> Response {
        self.lead_back(&[("error", error)])
    }

    fn lead_back(&self, parameters: &[(&str, &str)]) -> Response {
        let mut target = self.redirect.clone();
        {
            let mut query = target.query_pairs_mut();
            if let Some(state) = &self.state {
                query.append_pair("state", state);
            }
            // RFC 9207: a client that talks to several servers knows whose answer this is.
            query.append_pair("iss", ISSUER).extend_pairs(parameters);
        }
        match HeaderValue::from_str(target.as_str()) {
            Ok(location) => (StatusCode::FOUND, [(header::LOCATION, location)]).into_response(),
            Err(_) => ErrorPage::new(400, "redirect_uri_mismatch", "The redirect URI cannot be sent.")
                .into_response(),
        }
    }
}
