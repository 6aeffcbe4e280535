//! What a snapshot keeps of the grants: everything.

use std::{
    collections::{BTreeSet, VecDeque},
    sync::Arc,
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{AskedClaims, Code, Consent, Grants, Holder, RefreshToken, RefreshWish, Scopes, UsedCode};
use crate::oauth::pkce::Challenge;

/// All grants.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SavedGrants {
    codes: Vec<SavedCode>,
    used_codes: Vec<UsedCode>,
    access: Vec<SavedHolder>,
    refresh: Vec<SavedRefresh>,
    /// Account, client, and their refresh tokens, oldest first.
    order: Vec<(String, String, VecDeque<String>)>,
    over: BTreeSet<String>,
    consents: Vec<SavedConsent>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SavedCode {
    code: String,
    client_id: String,
    email: String,
    scopes: Scopes,
    redirect_uri: String,
    challenge: Option<Challenge>,
    refresh: RefreshWish,
    given: Timestamp,
    claims: AskedClaims,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SavedHolder {
    token: String,
    email: String,
    client_id: String,
    scopes: Scopes,
    expires: Timestamp,
    offline: bool,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SavedRefresh {
    token: String,
    email: String,
    client_id: String,
    scopes: Scopes,
    used: Timestamp,
    dies: Option<Timestamp>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SavedConsent {
    email: String,
    project: String,
    scopes: Scopes,
    until: Option<Timestamp>,
    refreshed: BTreeSet<String>,
}

impl Grants {
    /// What a snapshot keeps.
    pub(crate) fn save(&self) -> SavedGrants {
        let codes = self.codes.iter().map(|(text, code)| {
            let code = code.clone();
            SavedCode {
                code: text.clone(),
                client_id: code.client_id,
                email: code.email.to_string(),
                scopes: code.scopes,
                redirect_uri: code.redirect_uri,
                challenge: code.challenge,
                refresh: code.refresh,
                given: code.given,
                claims: code.claims,
            }
        });
        let access = self.access.iter().map(|(token, holder)| SavedHolder {
            token: token.clone(),
            email: holder.email.to_string(),
            client_id: holder.client_id.to_string(),
            scopes: Scopes::clone(&holder.scopes),
            expires: holder.expires,
            offline: holder.offline,
        });
        let refresh = self.refresh.iter().map(|(token, kept)| SavedRefresh {
            token: token.clone(),
            email: kept.email.to_string(),
            client_id: kept.client_id.to_string(),
            scopes: Scopes::clone(&kept.scopes),
            used: kept.used,
            dies: kept.dies,
        });
        let order = self.order.iter();
        let consents = self
            .consents
            .iter()
            .map(|((email, project), consent)| SavedConsent {
                email: email.to_string(),
                project: project.clone(),
                scopes: consent.scopes.clone(),
                until: consent.until,
                refreshed: consent.refreshed.iter().map(ToString::to_string).collect(),
            });
        SavedGrants {
            codes: codes.collect(),
            used_codes: self.used_codes.iter().cloned().collect(),
            access: access.collect(),
            refresh: refresh.collect(),
            order: order
                .map(|((email, client), tokens)| (email.to_string(), client.to_string(), tokens.clone()))
                .collect(),
            over: self.over.iter().cloned().collect(),
            consents: consents.collect(),
        }
    }

    /// The grants that a snapshot kept.
    pub(crate) fn load(saved: SavedGrants) -> Self {
        let codes = saved.codes.into_iter().map(|code| {
            let consent = Code {
                client_id: code.client_id,
                email: code.email.into(),
                scopes: code.scopes,
                redirect_uri: code.redirect_uri,
                challenge: code.challenge,
                refresh: code.refresh,
                given: code.given,
                claims: code.claims,
            };
            (code.code, consent)
        });
        let access = saved.access.into_iter().map(|kept| {
            let holder = Holder {
                email: kept.email.into(),
                client_id: kept.client_id.into(),
                scopes: Arc::new(kept.scopes),
                expires: kept.expires,
                offline: kept.offline,
            };
            (kept.token, holder)
        });
        let refresh = saved.refresh.into_iter().map(|kept| {
            let token = RefreshToken {
                email: kept.email.into(),
                client_id: kept.client_id.into(),
                scopes: Arc::new(kept.scopes),
                used: kept.used,
                dies: kept.dies,
            };
            (kept.token, token)
        });
        let order = saved.order.into_iter();
        let consents = saved.consents.into_iter().map(|kept| {
            let consent = Consent {
                scopes: kept.scopes,
                until: kept.until,
                refreshed: kept.refreshed.into_iter().map(Into::into).collect(),
            };
            ((kept.email.into(), kept.project), consent)
        });
        Self {
            codes: codes.collect(),
            used_codes: saved.used_codes.into(),
            access: access.collect(),
            refresh: refresh.collect(),
            order: order
                .map(|(email, client, tokens)| ((email.into(), client.into()), tokens))
                .collect(),
            over: saved.over.into_iter().collect(),
            consents: consents.collect(),
        }
    }
}
