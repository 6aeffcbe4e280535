//! The rows of a question.

use std::collections::{HashMap, HashSet};

use kalends_core::{
    busy::{BusyRules, Month},
    time::{CalendarId, TenantId, UserId, Zone},
};
use kalends_store::{CalendarIndex, IndexOf, ManualBlock, StoreError, UserClaim};

use super::{AvailabilityError, Subjects, live, weighed::Question};
use crate::{
    Engine, connections,
    settings::{self, InForce},
};

/// What is stored about everybody that a question asks about.
pub(super) struct Rows {
    /// The settings in force, of the users asked about and of the owners of calendars asked about.
    pub(super) settings: HashMap<UserId, InForce>,
    /// The zones of the users asked about.
    pub(super) zones: HashMap<UserId, Zone>,
    /// Each calendar once.
    pub(super) indexes: Vec<CalendarIndex>,
    /// Manual blocks that overlap the window.
    pub(super) blocks: Vec<ManualBlock>,
    /// What events and holds of the application take in the window.
    pub(super) claims: Vec<UserClaim>,
    /// Users with an account whose calendars nobody has listed yet, of whom therefore nothing is known.
    pub(super) unlisted: HashSet<UserId>,
}

impl Rows {
    pub(super) async fn read(
        engine: &Engine,
        tenant: TenantId,
        subjects: &Subjects<'_>,
    ) -> Result<Self, AvailabilityError> {
        let store = engine.store();
        let (users, indexes, blocks, claims, unlisted) = futures::try_join!(
            store.users_with_settings(tenant, subjects.users),
            indexes(engine, tenant, subjects),
            store.manual_blocks(tenant, subjects.users, subjects.window),
            claims(engine, tenant, subjects),
            store.connections_without_calendars(tenant, subjects.users),
        )?;
        let mut settings = HashMap::with_capacity(users.len());
        let mut zones = HashMap::with_capacity(users.len());
        for user in users {
            zones.insert(user.user.id.clone(), user.user.zone);
            settings.insert(user.user.id, settings::read(engine, &user.settings)?);
        }
        if let Some(user) = subjects.users.iter().find(|user| !settings.contains_key(*user)) {
            return Err(AvailabilityError::UnknownUser { user: user.clone() });
        }
        let owners = indexes.iter().map(|index| &index.user);
        let mut owners: Vec<UserId> = owners
            .filter(|user| !settings.contains_key(*user))
            .cloned()
            .collect();
        owners.dedup();
        if !owners.is_empty() {
            for user in store.users_with_settings(tenant, &owners).await? {
                settings.insert(user.user.id, settings::read(engine, &user.settings)?);
            }
        }
        // Without that consent no calendar of the account was ever meant to count.
        let unlisted = unlisted
            .into_iter()
            .filter(|connection| connections::may_read(engine, connection));
        Ok(Self {
            settings,
            zones,
            indexes,
            blocks,
            claims,
            unlisted: unlisted.map(|connection| connection.user).collect(),
        })
    }

    /// Reads the index again, after live checks.
    pub(super) async fn reread(
        &mut self,
        engine: &Engine,
        tenant: TenantId,
        subjects: &Subjects<'_>,
    ) -> Result<(), StoreError> {
        self.indexes = indexes(engine, tenant, subjects).await?;
        Ok(())
    }

    /// When the calendar's owner wants it synced.
    pub(super) fn rhythm(&self, index: &CalendarIndex) -> kalends_core::settings::Sync {
        self.settings
            .get(&index.user)
            .map(|settings| settings.sync)
            .unwrap_or_default()
    }

    /// What blocks in the calendar, as its owner decided.
    pub(super) fn rules(&self, index: &CalendarIndex) -> BusyRules {
        let settings = self.settings.get(&index.user);
        settings.map(|settings| settings.read.busy).unwrap_or_default()
    }

    /// Calendars that are older than the caller allows and may be asked.
    pub(super) fn late(&self, question: &Question) -> Vec<CalendarId> {
        let late = self.indexes.iter().filter(|index| {
            let rhythm = self.rhythm(index);
            rhythm.sync_enabled && live::can_be_asked(index) && question.judge(index, rhythm).wants_live_check
        });
        late.map(|index| index.calendar).collect()
    }
}

async fn claims(
    engine: &Engine,
    tenant: TenantId,
    subjects: &Subjects<'_>,
) -> Result<Vec<UserClaim>, StoreError> {
    if subjects.users.is_empty() {
        return Ok(Vec::new());
    }
    engine
        .store()
        .claims(tenant, subjects.users, subjects.window)
        .await
}

async fn indexes(
    engine: &Engine,
    tenant: TenantId,
    subjects: &Subjects<'_>,
) -> Result<Vec<CalendarIndex>, StoreError> {
    let mut months = Month::touched_by(subjects.window);
    let first = months.next().map_or(0, Month::number);
    let months = first..=months.next_back().map_or(first, Month::number);
    let mut indexes = match subjects.users {
        [] => Vec::new(),
        users => {
            engine
                .store()
                .busy_index(tenant, IndexOf::Users(users), months.clone())
                .await?
        }
    };
    if !subjects.calendars.is_empty() {
        let own = engine
            .store()
            .busy_index(tenant, IndexOf::Calendars(subjects.calendars), months)
            .await?;
        let known: Vec<CalendarId> = indexes.iter().map(|index| index.calendar).collect();
        indexes.extend(own.into_iter().filter(|index| !known.contains(&index.calendar)));
    }
    Ok(indexes)
}
