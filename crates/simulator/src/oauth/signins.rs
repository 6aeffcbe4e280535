//! Who is signed in in which browser, and since when.
//!
//! The simulator has no passwords: choosing an account on a page is signing in. A browser is known by a cookie.

use std::{collections::HashMap, sync::Arc};

use http::{HeaderMap, HeaderValue, header};
use jiff::Timestamp;

/// The cookie's name; other servers of this machine share the cookie jar.
const COOKIE: &str = "kalends_simulator_session";

/// The sessions of browsers, and the last time that each account was chosen.
#[derive(Debug, Default)]
pub(crate) struct SignIns {
    sessions: HashMap<String, Arc<str>>,
    at: HashMap<Arc<str>, Timestamp>,
}

impl SignIns {
    /// The account that the request's browser is signed in with.
    pub(crate) fn account(&self, headers: &HeaderMap) -> Option<Arc<str>> {
        let cookies = headers.get_all(header::COOKIE).iter();
        cookies
            .filter_map(|value| value.to_str().ok())
            .flat_map(|text| text.split(';'))
            .filter_map(|pair| pair.trim().strip_prefix(COOKIE)?.strip_prefix('='))
            .find_map(|session| self.sessions.get(session).cloned())
    }

    /// When the account was chosen last.
    pub(crate) fn time(&self, email: &str) -> Option<Timestamp> {
        self.at.get(email).copied()
    }

    /// Signs in; `session` is the cookie's new value. Answers the header that sets it.
    pub(crate) fn sign_in(&mut self, session: String, email: &str, now: Timestamp) -> Option<HeaderValue> {
        let email: Arc<str> = email.into();
        let cookie = format!("{COOKIE}={session}; Path=/; HttpOnly; SameSite=Lax");
        self.at.insert(email.clone(), now);
        self.sessions.insert(session, email);
        HeaderValue::from_str(&cookie).ok()
    }
}
