//! The outbound side: one egress stack, and what calls through it.

use std::{collections::BTreeMap, sync::Arc};

use anyhow::Context;
use kalends_core::{
    ambient::Ambient,
    provider::{Feature, ProviderKind},
};
use kalends_egress::{
    AllowedHost, Egress, EgressConfig, SharedClock, SharedWindows, Surroundings, UserUrlPolicy, Window,
};
use kalends_engine::tokens::Tokens;
use kalends_providers::{
    Provider,
    google::{self, Google, GoogleSettings},
    ics::{self, Ics},
    oauth::{OAuthClient, OAuthEndpoints, ScopeSet},
};
use secrecy::ExposeSecret;

use crate::config::Config;

/// The path of Google's OAuth callback below the public URL.
const GOOGLE_CALLBACK: &str = "v1/oauth/google/callback";

/// The windows of each provider over all calls of one OAuth client. Hosts of feeds count on their own.
pub(crate) fn budgets(config: &Config) -> BTreeMap<ProviderKind, Vec<Window>> {
    BTreeMap::from([(ProviderKind::Google, config.limits.google_calendar.per_client())])
}

pub(crate) struct Outbound {
    /// Calls without anyone's token: sign-ins and refreshes.
    plain: Egress,
}

impl Outbound {
    pub(crate) fn new(config: &Config, ambient: &Ambient) -> anyhow::Result<Self> {
        let (clock, dice) = (ambient.clone(), ambient.clone());
        // A random number in [0, 1) from 53 random bits, as many as an f64 holds exactly.
        let surroundings = Surroundings::new(
            move || clock.now(),
            move || (u64::from_le_bytes(dice.bytes()) >> 11) as f64 / (1_u64 << 53) as f64,
        );
        let timeout = config.egress.attempt_timeout();
        let mut egress = EgressConfig::new(surroundings)
            .with_service(
                google::CALENDAR_SERVICE,
                config.limits.google_calendar.policy(timeout),
            )
            .with_service(ics::SERVICE, config.limits.feeds.policy(timeout));
        egress.other_services.attempt_timeout = timeout;
        if !config.redis_url.expose_secret().is_empty() {
            egress.shared = Some(SharedWindows {
                url: config.redis_url.clone(),
                clock: SharedClock::Server,
                process: ambient.uuid(),
            });
        }
        egress.connect_timeout = config.egress.connect_timeout();
        egress.body_limit = config.egress.max_answer();
        let allowed = config
            .egress
            .allow
            .iter()
            .map(|entry| entry.parse::<AllowedHost>());
        egress.user_urls = UserUrlPolicy {
            allowed: allowed.collect::<Result<_, _>>().context("egress.allow")?,
            ..UserUrlPolicy::default()
        };
        Ok(Self {
            plain: Egress::new(egress).context("the HTTP client cannot be made")?,
        })
    }

    /// What everything goes out by.
    pub(crate) fn egress(&self) -> Egress {
        self.plain.clone()
    }

    /// The server's registrations at OAuth providers.
    pub(crate) fn oauth_clients(
        &self,
        config: &Config,
        ambient: &Ambient,
    ) -> anyhow::Result<Vec<OAuthClient>> {
        let google = &config.google;
        if !google.is_configured() {
            return Ok(Vec::new());
        }
        let redirect_uri = config
            .server
            .public_url()
            .join(GOOGLE_CALLBACK)
            .context("server.public_url")?;
        let registration = google::oauth::Registration {
            client_id: google.client_id.clone(),
            client_secret: google.client_secret.clone(),
            redirect_uri: redirect_uri.into(),
        };
        let endpoints = OAuthEndpoints {
            authorize: google.authorization_url.clone(),
            token: google.token_url.clone(),
            revoke: Some(google.revocation_url.clone()),
            userinfo: google.userinfo_url.clone(),
            keys: google.jwks_url.clone(),
            issuer: google.issuer.clone(),
        };
        let scopes = |names: &[String]| names.iter().map(String::as_str).collect::<ScopeSet>();
        let features = BTreeMap::from([
            (Feature::CalendarRead, scopes(&google.calendar_read_scopes)),
            (Feature::CalendarWrite, scopes(&google.calendar_write_scopes)),
        ]);
        let settings = google::oauth::settings(registration, endpoints, features);
        Ok(vec![OAuthClient::new(
            settings,
            self.plain.clone(),
            ambient.clone(),
        )])
    }

    /// The adapters, one a kind.
    pub(crate) fn providers(
        &self,
        config: &Config,
        tokens: &Tokens,
        ambient: &Ambient,
    ) -> BTreeMap<ProviderKind, Arc<dyn Provider>> {
        let egress = self.plain.with_tokens(Arc::new(tokens.clone()));
        let mut providers: BTreeMap<ProviderKind, Arc<dyn Provider>> = BTreeMap::new();
        providers.insert(ProviderKind::Ics, Arc::new(Ics::new(egress.clone())));
        if config.google.is_configured() {
            let settings = GoogleSettings {
                calendar_url: config.google.calendar_url.clone(),
                client_id: config.google.client_id.clone(),
                page_size: google::PAGE_SIZE,
            };
            providers.insert(
                ProviderKind::Google,
                Arc::new(Google::new(settings, egress, ambient.clone())),
            );
        }
        providers
    }
}
