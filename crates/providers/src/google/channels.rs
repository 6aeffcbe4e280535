//! Push channels (Google Calendar API guide "Push notifications"; methods `events.watch`, `calendarList.watch`,
//! `channels.stop`).

use jiff::Timestamp;
use secrecy::ExposeSecret;
use serde_json::json;

use super::{Google, query::Post, refusal::Question, wire};
use crate::provider::{Ask, Channel, ChannelRef, NewChannel, ProviderError, WatchTarget};

/// Opens a channel. Asked once: a second question with the same id would be refused although the first had its effect.
pub(super) async fn watch(
    google: &Google,
    ask: &Ask,
    target: &WatchTarget,
    new: &NewChannel,
) -> Result<Channel, ProviderError> {
    let (path, question): (&[&str], _) = match target {
        WatchTarget::Calendar(calendar) => (
            &["calendars", &calendar.provider_id, "events", "watch"],
            Question::Events,
        ),
        WatchTarget::CalendarList => (&["users", "me", "calendarList", "watch"], Question::Account),
    };
    let body = json!({
        "id": new.id,
        "type": "web_hook",
        "address": new.address.as_str(),
        "token": new.secret.expose_secret(),
        "params": { "ttl": new.lifetime.as_secs().to_string() },
    });
    let url = google.url(path, &[("fields", "resourceId,expiration")]);
    let answer = google.send_post(ask, &url, &body, Post::Once(question)).await?;
    let opened: wire::Channel = serde_json::from_slice(&answer.body).map_err(|_| unreadable())?;
    let stated = opened.expiration.map(wire::Millis::instant);
    // Without a limit of Google's, ours holds.
    let expires_at = stated.unwrap_or_else(|| google.ambient.now().saturating_add(new.lifetime).ok());
    Ok(Channel {
        resource_id: opened.resource_id.ok_or_else(unreadable)?,
        expires_at: expires_at.unwrap_or(Timestamp::MAX),
    })
}

/// Ends a channel; one that Google no longer knows is ended too. Messages may still come for a while.
pub(super) async fn stop(google: &Google, ask: &Ask, channel: &ChannelRef) -> Result<(), ProviderError> {
    let body = json!({ "id": channel.id, "resourceId": channel.resource_id });
    let url = google.url(&["channels", "stop"], &[]);
    match google
        .send_post(ask, &url, &body, Post::Repeatable(Question::Channel))
        .await
    {
        Ok(_) | Err(ProviderError::NotFound) => Ok(()),
        Err(error) => Err(error),
    }
}

fn unreadable() -> ProviderError {
    ProviderError::Unreadable {
        what: "the push channel".to_owned(),
    }
}
