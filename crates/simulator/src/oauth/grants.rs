//! What people have granted: codes, access tokens, refresh tokens, and when each of them dies.

mod saved;

use std::{
    collections::{BTreeSet, HashMap, HashSet, VecDeque},
    sync::Arc,
};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

pub(crate) use saved::SavedGrants;

use super::{Audience, OAuthClient, pkce::Challenge};
use crate::google::IDENTITY;

/// Scopes by full name.
pub(crate) type Scopes = BTreeSet<String>;

/// How long a code can be exchanged.
const CODE_LIFE: SignedDuration = SignedDuration::from_mins(10);
/// How long it is remembered that a code was used.
const USED_CODE_LIFE: SignedDuration = SignedDuration::from_hours(24);
/// How long an access token serves; Google says one second less.
const ACCESS_LIFE: SignedDuration = SignedDuration::from_secs(3599);
/// A refresh token that is not used for six months dies.
const IDLE_LIFE: SignedDuration = SignedDuration::from_hours(24 * 182);
/// What is granted to an application in testing ends so long after the consent.
const TESTING_LIFE: SignedDuration = SignedDuration::from_hours(24 * 7);
/// Live refresh tokens per account and client; one more ends the oldest.
const REFRESH_TOKENS: usize = 100;

/// A consent that was given, waiting to be exchanged.
#[derive(Clone, Debug)]
pub(crate) struct Code {
    pub(crate) client_id: String,
    pub(crate) email: Arc<str>,
    pub(crate) scopes: Scopes,
    pub(crate) redirect_uri: String,
    pub(crate) challenge: Option<Challenge>,
    pub(crate) refresh: RefreshWish,
    pub(crate) given: Timestamp,
    pub(crate) claims: AskedClaims,
}

/// What the authorization request wants to see again in the `id_token`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct AskedClaims {
    pub(crate) nonce: Option<String>,
    /// When the person signed in, if the request asked for that by `max_age`.
    pub(crate) auth_time: Option<Timestamp>,
}

/// What a consent says about a refresh token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum RefreshWish {
    /// `access_type=online`: none.
    Never,
    /// `access_type=offline`: with the first exchange of this account and client.
    First,
    /// `access_type=offline` and the consent screen was asked for: with this exchange.
    Always,
}

/// Who stands behind an access token.
#[derive(Clone, Debug)]
pub(crate) struct Holder {
    pub(crate) email: Arc<str>,
    pub(crate) client_id: Arc<str>,
    pub(crate) scopes: Arc<Scopes>,
    pub(crate) expires: Timestamp,
    /// Whether a refresh token came with it or made it.
    pub(crate) offline: bool,
}

#[derive(Clone, Debug)]
struct RefreshToken {
    email: Arc<str>,
    client_id: Arc<str>,
    scopes: Arc<Scopes>,
    used: Timestamp,
    /// When it dies although it is used.
    dies: Option<Timestamp>,
}

/// What one account has granted to one project.
#[derive(Clone, Debug, Default)]
struct Consent {
    scopes: Scopes,
    /// When it ends by itself.
    until: Option<Timestamp>,
    /// The clients of the project that have had a refresh token.
    refreshed: HashSet<Arc<str>>,
}

/// The tokens that a code was exchanged for.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct UsedCode {
    code: String,
    access: String,
    refresh: Option<String>,
    at: Timestamp,
}

/// Freshly made token texts.
#[derive(Clone, Debug)]
pub(crate) struct NewTokens {
    pub(crate) access: String,
    pub(crate) refresh: String,
}

/// What an exchange or a refresh yields.
#[derive(Clone, Debug)]
pub(crate) struct Issued {
    pub(crate) access_token: String,
    pub(crate) refresh_token: Option<String>,
    pub(crate) holder: Holder,
}

/// Why a refresh token does not serve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dead {
    /// Nobody was ever given it.
    Unknown,
    /// It served once: revoked, evicted, idle or too old.
    Over,
}

/// Everything that was granted and is not revoked.
#[derive(Debug, Default)]
pub(crate) struct Grants {
    codes: HashMap<String, Code>,
    used_codes: VecDeque<UsedCode>,
    access: HashMap<String, Holder>,
    refresh: HashMap<String, RefreshToken>,
    /// The refresh tokens of an account and client, oldest first; some may be dead.
    order: HashMap<(Arc<str>, Arc<str>), VecDeque<String>>,
    /// Refresh tokens that have served.
    over: HashSet<String>,
    /// By account and project.
    consents: HashMap<(Arc<str>, String), Consent>,
}

impl Grants {
    /// Keeps a consent under its code.
    pub(crate) fn consent(&mut self, code: String, client: &OAuthClient, consent: Code) {
        let until = end_of_grant(client, &consent.scopes, consent.given);
        self.note_consent(&consent.email, client, &consent.scopes, until, consent.given);
        self.codes.insert(code, consent);
    }

    fn note_consent(
        &mut self,
        email: &Arc<str>,
        client: &OAuthClient,
        scopes: &Scopes,
        until: Option<Timestamp>,
        now: Timestamp,
    ) {
        let key = (email.clone(), client.project().to_owned());
        let noted = self.consents.entry(key).or_default();
        if noted.until.is_some_and(|until| until <= now) {
            *noted = Consent::default();
        }
        noted.scopes.extend(scopes.iter().cloned());
        // In testing, telling who one is again neither lengthens nor lifts the limit.
        noted.until = match client.audience {
            Audience::Testing { .. } => until.or(noted.until),
            _ => None,
        };
    }

    /// What the account has granted to the project so far.
    pub(crate) fn granted(&self, email: &str, project: &str, now: Timestamp) -> Scopes {
        let key = (Arc::from(email), project.to_owned());
        self.consents
            .get(&key)
            .filter(|consent| consent.until.is_none_or(|until| now < until))
            .map(|consent| consent.scopes.clone())
            .unwrap_or_default()
    }

    /// Takes a code out, so that it serves once; `None` when it is unknown, used or too old.
    ///
    /// A code that comes a second time may be stolen: what it was exchanged for ends (RFC 6749 section 4.1.2).
    pub(crate) fn take_code(&mut self, code: &str, now: Timestamp) -> Option<Code> {
        if let Some(used) = self.used_codes.iter().find(|used| used.code == code).cloned() {
            self.access.remove(&used.access);
            if let Some(refresh) = used.refresh {
                self.end_refresh(&refresh);
            }
            return None;
        }
        self.codes
            .remove(code)
            .filter(|code| code.given.duration_until(now) < CODE_LIFE)
    }

    /// Turns a consent into tokens.
    pub(crate) fn exchange(
        &mut self,
        (text, code): (&str, Code),
        client: &OAuthClient,
        new: NewTokens,
        now: Timestamp,
    ) -> Issued {
        let client_id: Arc<str> = code.client_id.into();
        let key = (code.email.clone(), client.project().to_owned());
        let refreshed = &mut self.consents.entry(key).or_default().refreshed;
        let with_refresh = match code.refresh {
            RefreshWish::Never => false,
            RefreshWish::First => !refreshed.contains(&client_id),
            RefreshWish::Always => true,
        };
        let dies = end_of_grant(client, &code.scopes, code.given);
        let who = (code.email, client_id.clone());
        let issued = if with_refresh {
            refreshed.insert(client_id);
            self.grant_lasting(who, code.scopes, dies, new, now)
        } else {
            self.grant(who, Arc::new(code.scopes), new.access, now, false)
        };
        self.remember_use(text, &issued, now);
        issued
    }

    fn remember_use(&mut self, code: &str, issued: &Issued, now: Timestamp) {
        let forgotten = |used: &UsedCode| used.at.duration_until(now) > USED_CODE_LIFE;
        while self.used_codes.front().is_some_and(forgotten) {
            self.used_codes.pop_front();
        }
        self.used_codes.push_back(UsedCode {
            code: code.to_owned(),
            access: issued.access_token.clone(),
            refresh: issued.refresh_token.clone(),
            at: now,
        });
    }

    /// Tokens without a consent page, for the control plane; always with a refresh token.
    /// A later first consent still yields one of its own.
    pub(crate) fn issue(
        &mut self,
        email: Arc<str>,
        client: &OAuthClient,
        scopes: Scopes,
        new: NewTokens,
        now: Timestamp,
    ) -> Issued {
        let dies = end_of_grant(client, &scopes, now);
        self.note_consent(&email, client, &scopes, dies, now);
        self.grant_lasting((email, client.client_id.as_str().into()), scopes, dies, new, now)
    }

    /// An access token and the refresh token behind it.
    fn grant_lasting(
        &mut self,
        who: (Arc<str>, Arc<str>),
        scopes: Scopes,
        dies: Option<Timestamp>,
        new: NewTokens,
        now: Timestamp,
    ) -> Issued {
        let scopes = Arc::new(scopes);
        let token = RefreshToken {
            email: who.0.clone(),
            client_id: who.1.clone(),
            scopes: scopes.clone(),
            used: now,
            dies,
        };
        self.refresh.insert(new.refresh.clone(), token);
        let order = self.order.entry(who.clone()).or_default();
        order.push_back(new.refresh.clone());
        // The oldest beyond the limit ends, and like Google we do not tell.
        let evicted = (order.len() > REFRESH_TOKENS)
            .then(|| order.pop_front())
            .flatten();
        if let Some(evicted) = evicted {
            self.end_refresh(&evicted);
        }
        Issued {
            refresh_token: Some(new.refresh),
            ..self.grant(who, scopes, new.access, now, true)
        }
    }

    /// An access token.
    fn grant(
        &mut self,
        (email, client_id): (Arc<str>, Arc<str>),
        scopes: Arc<Scopes>,
        access: String,
        now: Timestamp,
        offline: bool,
    ) -> Issued {
        let holder = Holder {
            email,
            client_id,
            scopes,
            expires: later(now, ACCESS_LIFE),
            offline,
        };
        self.access.insert(access.clone(), holder.clone());
        Issued {
            access_token: access,
            refresh_token: None,
            holder,
        }
    }

    fn end_refresh(&mut self, token: &str) {
        let Some(ended) = self.refresh.remove(token) else {
            return;
        };
        if let Some(order) = self.order.get_mut(&(ended.email, ended.client_id)) {
            order.retain(|other| other != token);
        }
        self.over.insert(token.to_owned());
    }

    /// The client and the scopes that a live refresh token was given for.
    pub(crate) fn refresh_grant(
        &self,
        refresh: &str,
        now: Timestamp,
    ) -> Result<(Arc<str>, Arc<Scopes>), Dead> {
        let Some(token) = self.refresh.get(refresh) else {
            let known = self.over.contains(refresh);
            return Err(if known { Dead::Over } else { Dead::Unknown });
        };
        let idle = token.used.duration_until(now) >= IDLE_LIFE;
        if idle || token.dies.is_some_and(|dies| dies <= now) {
            return Err(Dead::Over);
        }
        Ok((token.client_id.clone(), token.scopes.clone()))
    }

    /// A new access token of these scopes for a live refresh token; older access tokens stay good until they expire.
    pub(crate) fn renew(
        &mut self,
        refresh: &str,
        scopes: Arc<Scopes>,
        access: String,
        now: Timestamp,
    ) -> Result<Issued, Dead> {
        self.refresh_grant(refresh, now)?;
        let token = self.refresh.get_mut(refresh).ok_or(Dead::Unknown)?;
        token.used = now;
        let who = (token.email.clone(), token.client_id.clone());
        Ok(self.grant(who, scopes, access, now, true))
    }

    /// Who stands behind a live access token.
    pub(crate) fn holder(&self, access: &str, now: Timestamp) -> Option<Holder> {
        self.access
            .get(access)
            .filter(|holder| now < holder.expires)
            .cloned()
    }

    /// The account and client of a live token of either kind.
    pub(crate) fn bearer(&self, token: &str, now: Timestamp) -> Option<(Arc<str>, Arc<str>)> {
        if let Some(holder) = self.holder(token, now) {
            return Some((holder.email, holder.client_id));
        }
        self.refresh_grant(token, now).ok()?;
        let token = self.refresh.get(token)?;
        Some((token.email.clone(), token.client_id.clone()))
    }

    /// Ends everything that an account has granted to the clients of a project.
    pub(crate) fn revoke(&mut self, email: &Arc<str>, project: &str, of_project: impl Fn(&str) -> bool) {
        let hit = |holder: &Arc<str>, client: &str| holder == email && of_project(client);
        self.access
            .retain(|_, token| !hit(&token.email, &token.client_id));
        let ended: Vec<String> = self
            .refresh
            .iter()
            .filter(|(_, token)| hit(&token.email, &token.client_id))
            .map(|(text, _)| text.clone())
            .collect();
        for token in ended {
            self.end_refresh(&token);
        }
        self.codes.retain(|_, code| !hit(&code.email, &code.client_id));
        self.consents.remove(&(email.clone(), project.to_owned()));
    }

    /// Makes live access tokens expire now; of all accounts, or of one.
    pub(crate) fn expire_access(&mut self, email: Option<&str>) -> usize {
        let mine = |holder: &Holder| email.is_none_or(|email| *holder.email == *email);
        let before = self.access.len();
        self.access.retain(|_, holder| !mine(holder));
        before - self.access.len()
    }
}

/// When a grant ends by itself: in testing, unless it only tells who somebody is.
fn end_of_grant(client: &OAuthClient, scopes: &Scopes, given: Timestamp) -> Option<Timestamp> {
    let more_than_identity = scopes.iter().any(|scope| !IDENTITY.contains(&scope.as_str()));
    let testing = matches!(client.audience, Audience::Testing { .. });
    (testing && more_than_identity).then(|| later(given, TESTING_LIFE))
}

fn later(now: Timestamp, by: SignedDuration) -> Timestamp {
    now.checked_add(by).unwrap_or(Timestamp::MAX)
}
