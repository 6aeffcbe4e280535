//! What people have granted: codes, access tokens, refresh tokens.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::Arc,
};

use jiff::{SignedDuration, Timestamp};

use super::{OAuthClient, pkce::Challenge};

/// Scopes by full name.
pub(crate) type Scopes = BTreeSet<String>;

/// How long a code can be exchanged.
const CODE_LIFE: SignedDuration = SignedDuration::from_mins(10);
/// How long an access token serves; Google says one second less.
const ACCESS_LIFE: SignedDuration = SignedDuration::from_secs(3599);
/// A refresh token that is not used for six months dies.
const IDLE_LIFE: SignedDuration = SignedDuration::from_hours(24 * 182);
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
    pub(crate) nonce: Option<String>,
    pub(crate) refresh: RefreshWish,
    pub(crate) given: Timestamp,
}

/// What a consent says about a refresh token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
}

#[derive(Clone, Debug)]
struct RefreshToken {
    email: Arc<str>,
    client_id: Arc<str>,
    scopes: Arc<Scopes>,
    used: Timestamp,
    /// Order of issue.
    serial: u64,
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

/// Everything that was granted and is not revoked.
#[derive(Debug, Default)]
pub(crate) struct Grants {
    codes: HashMap<String, Code>,
    access: HashMap<String, Holder>,
    refresh: HashMap<String, RefreshToken>,
    /// Scopes by account and project.
    consents: HashMap<(Arc<str>, String), Scopes>,
    /// Accounts and clients that have had a refresh token.
    had_refresh: HashSet<(Arc<str>, Arc<str>)>,
    serial: u64,
}

impl Grants {
    /// Keeps a consent under its code.
    pub(crate) fn consent(&mut self, code: String, project: &str, consent: Code) {
        let granted = self
            .consents
            .entry((consent.email.clone(), project.to_owned()))
            .or_default();
        granted.extend(consent.scopes.iter().cloned());
        self.codes.insert(code, consent);
    }

    /// What the account has granted to the project so far.
    pub(crate) fn granted(&self, email: &str, project: &str) -> Scopes {
        let key = (Arc::from(email), project.to_owned());
        self.consents.get(&key).cloned().unwrap_or_default()
    }

    /// Takes a code out, so that it serves once; `None` when it is unknown, used or too old.
    pub(crate) fn take_code(&mut self, code: &str, now: Timestamp) -> Option<Code> {
        self.codes
            .remove(code)
            .filter(|code| code.given.duration_until(now) < CODE_LIFE)
    }

    /// Turns a consent into tokens.
    pub(crate) fn exchange(&mut self, code: Code, new: NewTokens, now: Timestamp) -> Issued {
        let client_id: Arc<str> = code.client_id.into();
        let first = !self
            .had_refresh
            .contains(&(code.email.clone(), client_id.clone()));
        let with_refresh = match code.refresh {
            RefreshWish::Never => false,
            RefreshWish::First => first,
            RefreshWish::Always => true,
        };
        let who = (code.email, client_id);
        if with_refresh {
            self.had_refresh.insert(who.clone());
            self.grant_lasting(who, code.scopes, new, now)
        } else {
            self.grant(who, Arc::new(code.scopes), new.access, now)
        }
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
        let key = (email.clone(), client.project().to_owned());
        self.consents
            .entry(key)
            .or_default()
            .extend(scopes.iter().cloned());
        self.grant_lasting((email, client.client_id.as_str().into()), scopes, new, now)
    }

    /// An access token and the refresh token behind it.
    fn grant_lasting(
        &mut self,
        (email, client_id): (Arc<str>, Arc<str>),
        scopes: Scopes,
        new: NewTokens,
        now: Timestamp,
    ) -> Issued {
        let scopes = Arc::new(scopes);
        self.serial += 1;
        let token = RefreshToken {
            email: email.clone(),
            client_id: client_id.clone(),
            scopes: scopes.clone(),
            used: now,
            serial: self.serial,
        };
        self.refresh.insert(new.refresh.clone(), token);
        self.evict(&email, &client_id);
        Issued {
            refresh_token: Some(new.refresh),
            ..self.grant((email, client_id), scopes, new.access, now)
        }
    }

    /// An access token.
    fn grant(
        &mut self,
        (email, client_id): (Arc<str>, Arc<str>),
        scopes: Arc<Scopes>,
        access: String,
        now: Timestamp,
    ) -> Issued {
        let holder = Holder {
            email,
            client_id,
            scopes,
            expires: later(now, ACCESS_LIFE),
        };
        self.access.insert(access.clone(), holder.clone());
        Issued {
            access_token: access,
            refresh_token: None,
            holder,
        }
    }

    /// Ends the oldest refresh tokens beyond the limit, as Google does without telling.
    fn evict(&mut self, email: &str, client_id: &str) {
        let mine = |token: &RefreshToken| *token.email == *email && *token.client_id == *client_id;
        let mut serials: Vec<u64> = self
            .refresh
            .values()
            .filter(|token| mine(token))
            .map(|t| t.serial)
            .collect();
        if serials.len() <= REFRESH_TOKENS {
            return;
        }
        serials.sort_unstable();
        let keep_from = serials[serials.len() - REFRESH_TOKENS];
        self.refresh
            .retain(|_, token| !mine(token) || token.serial >= keep_from);
    }

    /// The client that a live refresh token was given to.
    pub(crate) fn refresh_client(&self, refresh: &str, now: Timestamp) -> Option<Arc<str>> {
        let token = self.refresh.get(refresh)?;
        (token.used.duration_until(now) < IDLE_LIFE).then(|| token.client_id.clone())
    }

    /// A new access token for a live refresh token; older access tokens stay good until they expire.
    pub(crate) fn renew(&mut self, refresh: &str, access: String, now: Timestamp) -> Option<Issued> {
        self.refresh_client(refresh, now)?;
        let token = self.refresh.get_mut(refresh)?;
        token.used = now;
        let (who, scopes) = (
            (token.email.clone(), token.client_id.clone()),
            token.scopes.clone(),
        );
        Some(self.grant(who, scopes, access, now))
    }

    /// Who stands behind a live access token.
    pub(crate) fn holder(&self, access: &str, now: Timestamp) -> Option<Holder> {
        self.access
            .get(access)
            .filter(|holder| now < holder.expires)
            .cloned()
    }

    /// The account and client of any token that is not revoked, dead of age or not.
    pub(crate) fn bearer(&self, token: &str) -> Option<(Arc<str>, Arc<str>)> {
        let access = self
            .access
            .get(token)
            .map(|holder| (holder.email.clone(), holder.client_id.clone()));
        access.or_else(|| {
            let token = self.refresh.get(token)?;
            Some((token.email.clone(), token.client_id.clone()))
        })
    }

    /// Ends everything that an account has granted to the clients of a project.
    pub(crate) fn revoke(&mut self, email: &Arc<str>, project: &str, of_project: impl Fn(&str) -> bool) {
        let hit = |holder: &Arc<str>, client: &str| holder == email && of_project(client);
        self.access
            .retain(|_, token| !hit(&token.email, &token.client_id));
        self.refresh
            .retain(|_, token| !hit(&token.email, &token.client_id));
        self.codes.retain(|_, code| !hit(&code.email, &code.client_id));
        self.had_refresh.retain(|(holder, client)| !hit(holder, client));
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

fn later(now: Timestamp, by: SignedDuration) -> Timestamp {
    now.checked_add(by).unwrap_or(Timestamp::MAX)
}
