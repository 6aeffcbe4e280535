//! Kalends with many live channels and no runner: what messages ask for stays as it was written.

use aws_lc_rs::digest::{SHA256, digest};
use jiff::SignedDuration;
use kalends_bench::kalends::{Kalends, ambient};
use kalends_core::time::{CalendarId, ConnectionId, PushChannelId};
use kalends_engine::{EngineSettings, channels::PushSettings};
use kalends_store::{ChannelSubject, Effects, NewPushChannel, OpenedChannel};

use crate::{bare::Pool, callers::Message};

pub(crate) struct Told {
    kalends: Kalends,
    messages: Vec<Message>,
    pool: Pool,
}

impl Told {
    pub(crate) async fn on(database: &str, channels: usize) -> anyhow::Result<Self> {
        let push = PushSettings {
            url: "https://calendars.example.com/v1/push/".parse()?,
            pause: SignedDuration::from_secs(1),
        };
        let settings = EngineSettings {
            push: Some(push),
            ..EngineSettings::default()
        };
        let nowhere = "http://127.0.0.1:9".parse()?;
        let kalends = Kalends::with_settings(database, &nowhere, ambient()?, settings).await?;
        let mut messages = Vec::with_capacity(channels);
        for _ in 0..channels {
            messages.push(open(&kalends).await?);
        }
        Ok(Self {
            kalends,
            messages,
            pool: Pool::open(database).await?,
        })
    }

    pub(crate) fn router(&self) -> anyhow::Result<axum::Router> {
        self.kalends.router()
    }

    /// A message of each channel.
    pub(crate) fn messages(&self) -> &[Message] {
        &self.messages
    }

    /// As if all had been pulled: else a waiting pull would cover the next message.
    pub(crate) async fn forget(&self) -> anyhow::Result<()> {
        self.pool.execute("DELETE FROM tasks").await
    }

    /// Each message has made its pull owed.
    pub(crate) async fn expect(&self, pulls: usize) -> anyhow::Result<()> {
        let found = self
            .pool
            .count("SELECT COUNT(*) FROM tasks WHERE kind = 'pull'")
            .await?;
        anyhow::ensure!(usize::try_from(found)? == pulls, "{found} pulls are owed");
        Ok(())
    }

    pub(crate) async fn close(self) {
        self.pool.close().await;
        self.kalends.store.close().await;
    }
}

/// A live channel of a calendar, as the provider's answer leaves it.
async fn open(kalends: &Kalends) -> anyhow::Result<Message> {
    let ambient = kalends.engine.ambient();
    let id = PushChannelId::new(ambient);
    let subject = ChannelSubject {
        tenant: kalends.tenant,
        connection: ConnectionId::new(ambient),
        calendar: Some(CalendarId::new(ambient)),
    };
    let secret = ambient.uuid().to_string();
    let expires_at = ambient.now() + SignedDuration::from_hours(7 * 24);
    let new = NewPushChannel {
        id,
        secret_hash: digest(&SHA256, secret.as_bytes()).as_ref().try_into()?,
        expires_at,
    };
    let opened = OpenedChannel {
        resource_id: "R6UYSjrlMC-1EVvM".to_owned(),
        expires_at,
        renew_at: expires_at,
    };
    kalends.store.reserve_push_channel(subject, new).await?;
    kalends
        .store
        .open_push_channel(subject, id, opened, Effects::none())
        .await?;
    Ok(Message {
        channel: id.to_string(),
        secret,
        resource_id: "R6UYSjrlMC-1EVvM".to_owned(),
    })
}
