//! Channels as the control plane shows them: without tokens.

use jiff::Timestamp;
use serde::Serialize;

use super::PostOffice;
use crate::calls::redact;

/// A channel as `GET /_sim/push/channels` shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ChannelShown {
    /// The channel's id.
    pub id: String,
    /// The project in which the id is unique.
    pub project: String,
    /// The client that opened it.
    pub client_id: String,
    /// The person that opened it.
    pub account: String,
    /// `open`, `stopped` or `expired`.
    pub state: &'static str,
    /// `X-Goog-Resource-ID`.
    pub resource_id: String,
    /// `X-Goog-Resource-URI`.
    pub resource_uri: String,
    /// Where messages go; secrets of its query are replaced by `…`.
    pub address: String,
    /// Whether messages carry a token.
    pub has_token: bool,
    /// When it ends.
    pub expires: Timestamp,
    /// The number of the latest message.
    pub last_number: u64,
}

impl PostOffice {
    /// Every channel, also those that have ended.
    pub(crate) fn channels(&self, now: Timestamp) -> Vec<ChannelShown> {
        let shown = self.channels.values().map(|channel| ChannelShown {
            id: channel.id.clone(),
            project: channel.project.clone(),
            client_id: channel.client_id.clone(),
            account: channel.email.clone(),
            state: match channel.stopped {
                Some(_) => "stopped",
                None if channel.is_open(now) => "open",
                None => "expired",
            },
            resource_id: channel.resource_id.clone(),
            resource_uri: channel.resource_uri.clone(),
            address: without_secrets(&channel.address),
            has_token: channel.token.is_some(),
            expires: channel.expires,
            last_number: channel.last_number,
        });
        shown.collect()
    }
}

fn without_secrets(address: &str) -> String {
    match address.split_once('?') {
        Some((place, query)) => format!("{place}?{}", redact(query)),
        None => address.to_owned(),
    }
}
