//! An account that a task may ask its provider about.

use std::{sync::Arc, time::Duration};

use kalends_core::{
    provider::Feature,
    time::{ConnectionId, TenantId},
};
use kalends_egress::Lane;
use kalends_providers::{
    Provider,
    provider::{Access, Ask, ProviderError},
};
use kalends_store::{Connection, ConnectionState, Effects, StateChange, StoreError, TaskLane};
use tokio::time::Instant;

use super::{
    consent::{Refused, refuse},
    may_read,
};
use crate::{
    Engine, changes,
    runner::failure::{Class, Failure},
};

/// A connection that works, with its adapter and what opens it.
pub(crate) struct LiveAccount {
    pub(crate) connection: Connection,
    pub(crate) provider: Arc<dyn Provider>,
    /// Whether its person allows calendars to be read.
    pub(crate) may_read: bool,
    access: Access,
    lane: Lane,
}

impl LiveAccount {
    /// The account of a connection; `None` when it is not to be asked: unknown, ended, or waiting for its person.
    pub(crate) async fn load(
        engine: &Engine,
        tenant: TenantId,
        id: ConnectionId,
        lane: TaskLane,
    ) -> Result<Option<Self>, Failure> {
        let connection = match engine.store().connection(tenant, id).await {
            Err(StoreError::NotFound { .. }) => return Ok(None),
            result => result?,
        };
        Self::of(engine, connection, lane).await
    }

    /// The account of a connection that was read; `None` when it is not to be asked.
    pub(crate) async fn of(
        engine: &Engine,
        connection: Connection,
        lane: TaskLane,
    ) -> Result<Option<Self>, Failure> {
        let works = matches!(
            connection.state,
            ConnectionState::Active | ConnectionState::Degraded
        );
        if !works {
            return Ok(None);
        }
        let Some(provider) = engine.provider(connection.provider) else {
            let cause = format!("no adapter for {} is configured", connection.provider);
            return Err(Failure::new(Class::Transient, "provider_not_configured", cause));
        };
        let access = if connection.provider.uses_oauth() {
            Access::OAuth
        } else {
            let store = engine.store();
            let secrets = store.connection_secrets(connection.tenant, connection.id).await?;
            let Some(url) = secrets.url else { return Ok(None) };
            Access::FeedUrl(url)
        };
        Ok(Some(Self {
            may_read: may_read(engine, &connection),
            connection,
            provider: Arc::clone(provider),
            access,
            lane: of_task(lane),
        }))
    }

    /// The circumstances of one question that may take so long.
    pub(crate) fn ask(&self, time: Duration) -> Ask {
        Ask {
            account: kalends_providers::provider::Account {
                connection: self.connection.id,
                access: self.access.clone(),
            },
            lane: self.lane,
            deadline: Instant::now() + time,
        }
    }

    /// What a question's failure means for its task.
    ///
    /// By OAuth only our own row, which the refresh of a token writes, says that a person must connect again: a call
    /// refused with a token that was just refreshed passes for trouble. Other accounts have no such row: a refusal is
    /// tried again like any, and the person asked when it stays.
    pub(crate) async fn failure(&self, engine: &Engine, error: ProviderError) -> Failure {
        if matches!(error, ProviderError::MissingScope)
            && let Some(failure) = self.without_consent(engine, Feature::CalendarRead).await
        {
            return failure;
        }
        let refused = matches!(error, ProviderError::Reauth { .. });
        let mut failure = Failure::of_provider(error, engine.ambient().now());
        if refused && self.connection.provider.uses_oauth() {
            if !self.is_ended(engine).await {
                failure.class = Class::Transient;
                failure.code = "token_refused";
            }
        } else if refused {
            failure.class = Class::Rejected;
        }
        failure
    }

    /// Notes that the provider refuses the feature for want of a scope, although the row says that it was granted.
    /// Answers what the question's failure is instead, when it does not prove that.
    pub(crate) async fn without_consent(&self, engine: &Engine, feature: Feature) -> Option<Failure> {
        match refuse(engine, &self.connection, feature).await {
            Ok(Refused::Noted) => None,
            Ok(Refused::Outdated) => {
                let cause = ProviderError::MissingScope;
                Some(Failure::new(Class::Transient, "token_refused", cause))
            }
            Err(error) => Some(error.into()),
        }
    }

    /// Whether the row says that only the person can help. One that cannot be read says nothing of the kind.
    async fn is_ended(&self, engine: &Engine) -> bool {
        let (tenant, id) = (self.connection.tenant, self.connection.id);
        match engine.store().connection(tenant, id).await {
            Ok(row) => !matches!(row.state, ConnectionState::Active | ConnectionState::Degraded),
            Err(error) => matches!(error, StoreError::NotFound { .. }),
        }
    }

    /// The provider answered: trouble is over.
    pub(crate) async fn recovered(&self, engine: &Engine) -> Result<(), StoreError> {
        let Connection {
            tenant,
            id,
            user,
            provider,
            state,
            ..
        } = &self.connection;
        if *state != ConnectionState::Degraded {
            return Ok(());
        }
        let change = StateChange {
            from: ConnectionState::Degraded,
            fence: None,
            to: ConnectionState::Active,
            reason: None,
            revoked_at: None,
            effects: Effects::none().change(changes::connection_recovered(user, *id, *provider)),
        };
        engine
            .store()
            .change_connection_state(*tenant, *id, change)
            .await?;
        Ok(())
    }
}

fn of_task(lane: TaskLane) -> Lane {
    match lane {
        TaskLane::Interactive => Lane::Interactive,
        TaskLane::Push => Lane::Push,
        TaskLane::Freshness => Lane::Freshness,
        TaskLane::Backfill => Lane::Backfill,
    }
}
