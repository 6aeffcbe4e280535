//! Who calls, and whether their token allows the method.

use std::{collections::BTreeSet, sync::Arc};

use axum::extract::FromRequestParts;
use http::{HeaderMap, header, request::Parts};

use super::{GoogleError, Method, Query};
use crate::{directory::AccessRole, faults::ListingKnobs, page::Person, state::Sim};

/// What every handler needs of the request besides its path and body.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) headers: HeaderMap,
    pub(crate) query: Query,
    /// What the control plane wants this one listing to do.
    pub(crate) knobs: ListingKnobs,
    /// Somebody on their own page, who needs no token.
    person: Option<Person>,
}

impl<S: Sync> FromRequestParts<S> for Call {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self {
            headers: parts.headers.clone(),
            query: Query::parse(parts.uri.query().unwrap_or_default()),
            knobs: parts.extensions.get().cloned().unwrap_or_default(),
            person: parts.extensions.get().cloned(),
        })
    }
}

impl Call {
    /// The access token: the header, or the query parameter that Google takes too.
    pub(crate) fn access_token(&self) -> Option<&str> {
        let header = self
            .headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok());
        let bearer = header.and_then(|value| {
            let (scheme, token) = value.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
        });
        bearer
            .or_else(|| self.query.text("access_token"))
            .or_else(|| self.query.text("oauth_token"))
    }

    /// The person behind the token, when it is live and has a scope that `method` accepts.
    pub(crate) fn authorize(&self, sim: &Sim, method: Method) -> Result<Caller, GoogleError> {
        if let Some(Person(email)) = &self.person {
            return Ok(Caller {
                email: email.clone(),
                client_id: "".into(),
                accepted: method.accepts().collect(),
            });
        }
        let token = self
            .access_token()
            .ok_or_else(|| GoogleError::login_required(method))?;
        let now = sim.now();
        let holder = sim
            .grants()
            .holder(token, now)
            .ok_or_else(GoogleError::invalid_credentials)?;
        let accepted: BTreeSet<String> = method
            .accepts()
            .filter(|scope| holder.scopes.contains(scope))
            .collect();
        if accepted.is_empty() {
            return Err(GoogleError::insufficient_scope(method));
        }
        Ok(Caller {
            email: holder.email,
            client_id: holder.client_id,
            accepted,
        })
    }
}

/// An authorized person.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub(crate) email: Arc<str>,
    /// The client that the token was given to.
    pub(crate) client_id: Arc<str>,
    /// Those of the token's scopes that the method accepts.
    accepted: BTreeSet<String>,
}

impl Caller {
    /// The id of the calendar that a path names; `primary` is the caller's own.
    pub(crate) fn calendar<'a>(&'a self, named: &'a str) -> &'a str {
        if named == "primary" { &self.email } else { named }
    }

    /// What the scopes leave of a role: scopes for owned calendars only serve owners, and
    /// `calendar.events.freebusy` shows no more than a free/busy reader sees.
    pub(crate) fn limit(&self, role: AccessRole) -> Option<AccessRole> {
        let reach = |scope: &String| match scope.rsplit("/auth/").next().unwrap_or_default() {
            "calendar.events.owned" | "calendar.events.owned.readonly" | "calendar.app.created" => {
                (role == AccessRole::Owner).then_some(role)
            }
            "calendar.events.freebusy" => Some(AccessRole::FreeBusyReader),
            "calendar.events.public.readonly" => None,
            _ => Some(role),
        };
        self.accepted.iter().filter_map(reach).max()
    }
}
