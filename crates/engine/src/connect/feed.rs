//! Connects a published iCalendar feed by its address.

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use kalends_core::{
    provider::{Feature, ProviderKind},
    time::{CalendarId, ConnectionId, TenantId, UserId, Zone},
};
use kalends_egress::Lane;
use kalends_providers::provider::{Access, Account, Ask, ProviderError, RemoteCalendar};
use kalends_store::{
    CalendarFilter, ConnectCommit, Connection, ConnectionSecrets, ConnectionState, Effects, StoreError,
};
use secrecy::{ExposeSecret, SecretString};
use tokio::time::Instant;
use url::Url;

use super::{ConnectError, sha256, start::of_tenant};
use crate::{
    Engine, calendars, changes,
    connections::{self, Trigger},
    runner::task,
};

/// How long the feed's host may take, while the person waits.
const FETCH: Duration = Duration::from_secs(15);

/// A feed to be connected.
#[derive(Clone, Debug)]
pub struct ConnectFeed {
    /// Who connects it. The user is made if there is none of that id.
    pub user: UserId,
    /// Its address: `https:` or `webcal:`. A secret, since knowing it is all that is needed to read the feed.
    pub url: SecretString,
    /// What people call it; else its own name, else its host.
    pub name: Option<String>,
}

/// Fetches the feed once, so that a wrong address is said at once, then stores the connection with its one calendar
/// and enqueues the first pull. The same address again takes up the connection that there is.
pub async fn feed(
    engine: &Engine,
    tenant: TenantId,
    feed: ConnectFeed,
) -> Result<connections::Connection, ConnectError> {
    let address = address(&feed.url).map_err(|reason| ConnectError::FeedAddress { reason })?;
    let account_id = URL_SAFE_NO_PAD.encode(sha256(address.as_str().as_bytes()));
    engine
        .store()
        .ensure_user(tenant, &feed.user, &Zone::UTC)
        .await
        .map_err(of_tenant)?;
    let person = engine.store().user(tenant, &feed.user).await?;
    let known = engine
        .store()
        .connection_to_account(tenant, &feed.user, ProviderKind::Ics, &account_id)
        .await?;
    let id = known
        .as_ref()
        .map_or_else(|| ConnectionId::new(engine.ambient()), |known| known.id);
    let remote = check(engine, id, &feed.url).await?;
    let user = feed.user.clone();
    let known_calendar = known_calendar(engine, tenant, known.as_ref()).await?;
    let calendar_id = known_calendar.unwrap_or_else(|| CalendarId::new(engine.ambient()));
    let label = feed
        .name
        .unwrap_or_else(|| address.host_str().unwrap_or("feed").to_owned());
    let calendar = calendars::found(calendar_id, &remote, calendars::Choice::Selected, &person.zone);
    let change = match &known {
        Some(known) if known.state != ConnectionState::Disconnected => changes::connection_updated,
        _ => changes::connection_created,
    };
    let now = engine.ambient().now();
    let mut effects = Effects::none()
        .task(task::pull(id, calendar.id, Trigger::Selected, now))
        .task(task::discover(id, calendars::next_discovery(engine)))
        .change(change(&user, id, ProviderKind::Ics));
    if known_calendar.is_none() {
        effects = effects.change(changes::calendar_added(&user, id, calendar.id));
    }
    let commit = ConnectCommit {
        id,
        user: feed.user,
        provider: ProviderKind::Ics,
        account_id: account_id.clone(),
        account_label: label,
        oauth_client: None,
        features: vec![Feature::CalendarRead],
        scopes: Vec::new(),
        secrets: ConnectionSecrets {
            url: Some(feed.url),
            ..ConnectionSecrets::default()
        },
        calendars: vec![calendar],
        effects,
    };
    match engine.store().commit_connect(tenant, commit).await {
        // Connected twice at once: the other one made it.
        Ok(()) | Err(StoreError::Conflict { .. }) => {}
        Err(error) => return Err(error.into()),
    }
    let made = engine
        .store()
        .connection_to_account(tenant, &user, ProviderKind::Ics, &account_id)
        .await?;
    let made = made.ok_or(StoreError::NotFound { what: "connection" })?;
    Ok(connections::view(engine, made))
}

/// The address in one writing, so that the same feed is recognised; egress judges whether it may be called.
fn address(url: &SecretString) -> Result<Url, String> {
    let text = url.expose_secret().trim();
    let url = Url::parse(text).map_err(|error| format!("this is no complete web address: {error}"))?;
    match (url.scheme(), url.host_str()) {
        ("https" | "http" | "webcal", Some(_)) => Ok(url),
        (scheme, _) => Err(format!(
            "the address of a feed begins with https:// or webcal://, not {scheme}:"
        )),
    }
}

async fn check(
    engine: &Engine,
    id: ConnectionId,
    url: &SecretString,
) -> Result<RemoteCalendar, ConnectError> {
    let provider = ProviderKind::Ics;
    let adapter = engine
        .provider(provider)
        .ok_or(ConnectError::ProviderNotConfigured { provider })?;
    let ask = Ask {
        account: Account {
            connection: id,
            access: Access::FeedUrl(url.clone()),
        },
        lane: Lane::Interactive,
        deadline: Instant::now() + FETCH,
    };
    let calendars = adapter.calendars(&ask).await.map_err(|error| match error {
        ProviderError::BadAddress { reason } => ConnectError::FeedAddress { reason },
        error => ConnectError::Feed(error),
    })?;
    calendars
        .into_iter()
        .next()
        .ok_or(ConnectError::Feed(ProviderError::NotFound))
}

async fn known_calendar(
    engine: &Engine,
    tenant: TenantId,
    known: Option<&Connection>,
) -> Result<Option<CalendarId>, ConnectError> {
    let Some(known) = known else { return Ok(None) };
    let filter = CalendarFilter {
        connection: Some(known.id),
        limit: Some(1),
        ..CalendarFilter::default()
    };
    let calendars = engine.store().calendars(tenant, filter).await?;
    Ok(calendars.first().map(|calendar| calendar.id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, good: bool) {
        assert_eq!(address(&SecretString::from(text)).is_ok(), good, "{text}");
    }

    #[test]
    fn only_web_addresses_are_feeds() {
        check("https://calendar.example/private-abc/basic.ics", true);
        check(" webcal://calendar.example/feed.ics\n", true);
        check("http://127.0.0.1:8080/feed.ics", true);
        check("calendar.example/feed.ics", false);
        check("file:///etc/passwd", false);
        check("ftp://calendar.example/feed.ics", false);
        check("", false);
    }
}
