//! `GET /o/oauth2/v2/auth`: the consent page, and what a person decides on it.
//!
//! What is wrong with the request itself is told on a page and never by a redirect, as Google does.

use axum::{
    body::Bytes,
    extract::{RawQuery, State},
    response::{Html, IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};
use url::Url;

use super::{
    OAuthClient,
    consent::{self, ConsentPage, ErrorPage},
    grants::{Code, RefreshWish, Scopes},
    pkce::Challenge,
};
use crate::{
    google::{IDENTITY, Query, expand},
    state::Sim,
    world,
};

/// A well-formed authorization request.
pub(super) struct Ask<'a> {
    pub(super) client: &'a OAuthClient,
    pub(super) redirect: Url,
    redirect_uri: String,
    pub(super) scopes: Scopes,
    state: Option<String>,
    nonce: Option<String>,
    pub(super) login_hint: Option<String>,
    challenge: Option<Challenge>,
    prompt: Vec<String>,
    offline: bool,
    include_granted: bool,
}

/// Shows the page, or answers at once where `prompt=none` asks for that.
pub(crate) async fn ask(State(sim): State<Sim>, RawQuery(query): RawQuery) -> Response {
    let raw = query.unwrap_or_default();
    let ask = match Ask::read(&sim, &raw) {
        Ok(ask) => ask,
        Err(page) => return page.into_response(),
    };
    if ask.prompt.iter().any(|prompt| prompt == "none") {
        return silent(&sim, &ask);
    }
    ConsentPage::new(&sim, &ask, &raw, None).into_response()
}

/// Takes the form of the page.
pub(crate) async fn decide(State(sim): State<Sim>, body: Bytes) -> Response {
    let form = Query::parse(&String::from_utf8_lossy(&body));
    let raw = form.text("request").unwrap_or_default();
    let ask = match Ask::read(&sim, raw) {
        Ok(ask) => ask,
        Err(page) => return page.into_response(),
    };
    if form.text("decision") != Some("allow") {
        return ask.refuse("access_denied");
    }
    let typed = form.text("new_account").map(str::trim);
    let Some(account) = typed.or_else(|| form.text("account")) else {
        return ConsentPage::new(&sim, &ask, raw, Some("Choose an account first.")).into_response();
    };
    if let Err(error) = world::ensure_user(&mut sim.directory_mut(), account, sim.now()) {
        return ConsentPage::new(&sim, &ask, raw, Some(&error.to_string())).into_response();
    }
    let ticked: Scopes = form.all("scope").map(str::to_owned).collect();
    let optional = consent::optional_scopes(&ask.scopes);
    let granted = ask
        .scopes
        .iter()
        .filter(|scope| !optional.contains(scope) || ticked.contains(*scope));
    ask.grant(&sim, account, granted.cloned().collect())
}

/// `prompt=none`: only a known account that has granted everything before comes through.
fn silent(sim: &Sim, ask: &Ask<'_>) -> Response {
    let Some(hint) = &ask.login_hint else {
        return ask.refuse("interaction_required");
    };
    let Some(email) = account_of_hint(sim, hint) else {
        return ask.refuse("login_required");
    };
    let granted = sim.grants().granted(&email, ask.client.project());
    if ask.scopes.is_subset(&granted) {
        ask.grant(sim, &email, ask.scopes.clone())
    } else {
        ask.refuse("consent_required")
    }
}

/// A login hint is an address or a `sub`.
pub(super) fn account_of_hint(sim: &Sim, hint: &str) -> Option<String> {
    let directory = sim.directory();
    let found = directory
        .users()
        .find(|user| user.email.eq_ignore_ascii_case(hint) || user.subject == hint);
    found.map(|user| user.email.clone())
}

impl<'a> Ask<'a> {
    fn read(sim: &'a Sim, raw: &str) -> Result<Self, ErrorPage> {
        let query = Query::parse(raw);
        let invalid = |detail: &str| ErrorPage::new(400, "invalid_request", detail);
        let client_id = query
            .text("client_id")
            .ok_or_else(|| invalid("Missing required parameter: client_id"))?;
        let client = sim
            .client(client_id)
            .ok_or_else(|| ErrorPage::new(401, "invalid_client", "The OAuth client was not found."))?;
        let redirect_uri = query
            .text("redirect_uri")
            .ok_or_else(|| invalid("Missing required parameter: redirect_uri"))?;
        let mismatch = || {
            let detail = format!("The redirect URI {redirect_uri} is not registered for this client.");
            ErrorPage::new(400, "redirect_uri_mismatch", &detail)
        };
        if !client.allows_redirect(redirect_uri) {
            return Err(mismatch());
        }
        let redirect = Url::parse(redirect_uri).map_err(|_| mismatch())?;
        match query.text("response_type") {
            Some("code") => {}
            Some(other) => return Err(ErrorPage::new(400, "unsupported_response_type", other)),
            None => return Err(invalid("Missing required parameter: response_type")),
        }
        let challenge = Challenge::read(query.text("code_challenge"), query.text("code_challenge_method"))
            .map_err(invalid)?;
        let prompt: Vec<String> = query
            .text("prompt")
            .unwrap_or_default()
            .split_whitespace()
            .map(str::to_owned)
            .collect();
        check_prompt(&prompt)?;
        let access_type = query.text("access_type");
        if !matches!(access_type, None | Some("online" | "offline")) {
            return Err(invalid(
                "Invalid parameter value for access_type: online or offline",
            ));
        }
        Ok(Self {
            client,
            redirect,
            redirect_uri: redirect_uri.to_owned(),
            scopes: read_scopes(query.text("scope"))?,
            state: query.all("state").next().map(str::to_owned),
            nonce: query.text("nonce").map(str::to_owned),
            login_hint: query.text("login_hint").map(str::to_owned),
            challenge,
            offline: access_type == Some("offline"),
            include_granted: query.text("include_granted_scopes") == Some("true"),
            prompt,
        })
    }

    fn grant(&self, sim: &Sim, account: &str, mut scopes: Scopes) -> Response {
        let project = self.client.project();
        let email = account_of_hint(sim, account).unwrap_or_else(|| account.to_owned());
        let mut grants = sim.grants();
        if self.include_granted {
            scopes.extend(grants.granted(&email, project));
        }
        let refresh = match (self.offline, self.prompt.iter().any(|prompt| prompt == "consent")) {
            (false, _) => RefreshWish::Never,
            (true, false) => RefreshWish::First,
            (true, true) => RefreshWish::Always,
        };
        let code = sim.secret::<54>("4/0A");
        let listed = scopes.iter().map(String::as_str).collect::<Vec<_>>().join(" ");
        let consent = Code {
            client_id: self.client.client_id.clone(),
            email: email.into(),
            scopes,
            redirect_uri: self.redirect_uri.clone(),
            challenge: self.challenge.clone(),
            nonce: self.nonce.clone(),
            refresh,
            given: sim.now(),
        };
        grants.consent(code.clone(), project, consent);
        self.lead_back(&[
            ("code", &code),
            ("scope", &listed),
            ("authuser", "0"),
            ("prompt", "consent"),
        ])
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
            query.extend_pairs(parameters);
        }
        match HeaderValue::from_str(target.as_str()) {
            Ok(location) => (StatusCode::FOUND, [(header::LOCATION, location)]).into_response(),
            Err(_) => ErrorPage::new(400, "redirect_uri_mismatch", "The redirect URI cannot be sent.")
                .into_response(),
        }
    }
}

fn read_scopes(text: Option<&str>) -> Result<Scopes, ErrorPage> {
    let text =
        text.ok_or_else(|| ErrorPage::new(400, "invalid_request", "Missing required parameter: scope"))?;
    let mut scopes = Scopes::new();
    for scope in text.split_whitespace() {
        let full = expand(scope).ok_or_else(|| {
            let detail = format!("Some requested scopes were invalid. {{invalid=[{scope}]}}");
            ErrorPage::new(400, "invalid_scope", &detail)
        })?;
        scopes.insert(full);
    }
    // Whoever asks for an address or a name is told who it is.
    if IDENTITY.iter().any(|scope| scopes.contains(*scope)) {
        scopes.insert(IDENTITY[0].to_owned());
    }
    Ok(scopes)
}

fn check_prompt(prompt: &[String]) -> Result<(), ErrorPage> {
    let known = prompt
        .iter()
        .all(|one| matches!(one.as_str(), "none" | "consent" | "select_account"));
    let alone = !prompt.iter().any(|one| one == "none") || prompt.len() == 1;
    if known && alone {
        return Ok(());
    }
    let detail = "Invalid parameter value for prompt: none alone, or consent and select_account";
    Err(ErrorPage::new(400, "invalid_request", detail))
}

impl IntoResponse for ErrorPage {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::BAD_REQUEST);
        consent::page(status, &self)
    }
}

impl IntoResponse for ConsentPage {
    fn into_response(self) -> Response {
        let status = if self.message.is_some() {
            StatusCode::BAD_REQUEST
        } else {
            StatusCode::OK
        };
        consent::page(status, &self)
    }
}

/// Kept here so that every page is sent alike.
pub(super) fn html(status: StatusCode, text: String) -> Response {
    let headers = [
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    ];
    (status, headers, Html(text)).into_response()
}
