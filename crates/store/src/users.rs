//! Users: the persons of an application, under the application's own ids.

use std::collections::BTreeMap;

use jiff::Timestamp;
use kalends_core::time::{TenantId, UserId, Zone};

use crate::{
    Store, StoreError,
    db::{Row, sql},
};

const COLUMNS: &str = "SELECT id, display_name, time_zone, created_us, updated_us FROM users";

/// A person of the application.
#[derive(Clone, Debug, PartialEq)]
pub struct User {
    /// The application's id.
    pub id: UserId,
    /// What to call them. Never logged.
    pub display_name: Option<String>,
    /// Where their day begins.
    pub zone: Zone,
    /// When the application first named them.
    pub created_at: Timestamp,
    /// When they were last written.
    pub updated_at: Timestamp,
}

/// What the application says of a user.
#[derive(Clone, Debug, PartialEq)]
pub struct UserProfile {
    /// What to call them.
    pub display_name: Option<String>,
    /// Where their day begins.
    pub zone: Zone,
}

/// A user with all their settings.
#[derive(Clone, Debug, PartialEq)]
pub struct UserSettings {
    /// The user.
    pub user: User,
    /// Settings by kind.
    pub settings: BTreeMap<String, serde_json::Value>,
}

impl Store {
    /// Creates the user or replaces what is known of them.
    pub async fn put_user(
        &self,
        tenant: TenantId,
        id: &UserId,
        profile: &UserProfile,
    ) -> Result<User, StoreError> {
        let now = self.now();
        let upsert = sql(
            "INSERT INTO users (tenant_id, id, display_name, time_zone, created_us, updated_us)
             VALUES ($1, $2, $3, $4, $5, $5)
             ON CONFLICT (tenant_id, id) DO UPDATE SET display_name = excluded.display_name,
                 time_zone = excluded.time_zone, updated_us = excluded.updated_us
             RETURNING id, display_name, time_zone, created_us, updated_us",
        )
        .bind(tenant)
        .bind(id)
        .bind(profile.display_name.as_deref())
        .bind(profile.zone.name())
        .bind(now);
        let rows = self.db().write_returning(upsert).await?;
        user(rows.first().ok_or(StoreError::NotFound { what: "user" })?)
    }

    /// Creates the user when the application has not named them before; leaves them as they are otherwise.
    pub async fn ensure_user(
        &self,
        tenant: TenantId,
        id: &UserId,
        zone_if_new: &Zone,
    ) -> Result<(), StoreError> {
        let now = self.now();
        let insert = sql(
            "INSERT INTO users (tenant_id, id, display_name, time_zone, created_us, updated_us)
             VALUES ($1, $2, NULL, $3, $4, $4) ON CONFLICT (tenant_id, id) DO NOTHING",
        )
        .bind(tenant)
        .bind(id)
        .bind(zone_if_new.name())
        .bind(now);
        self.db().execute(insert).await.map(drop)
    }

    /// One user.
    pub async fn user(&self, tenant: TenantId, id: &UserId) -> Result<User, StoreError> {
        let select = sql(COLUMNS)
            .push(" WHERE tenant_id = ")
            .push_bind(tenant)
            .push(" AND id = ")
            .push_bind(id);
        let row = self.db().read_first(select).await?;
        user(&row.ok_or(StoreError::NotFound { what: "user" })?)
    }

    /// Users by id, after one of them.
    pub async fn users(
        &self,
        tenant: TenantId,
        after: Option<&UserId>,
        limit: u32,
    ) -> Result<Vec<User>, StoreError> {
        let select = sql(COLUMNS)
            .push(" WHERE tenant_id = ")
            .push_bind(tenant)
            .push(" AND id > ")
            .push_bind(after.map_or("", UserId::as_str))
            .push(" ORDER BY id LIMIT ")
            .push_bind(limit);
        self.db().read(select).await?.iter().map(user).collect()
    }

    /// Those of the users that exist, with their settings, in one round trip; ordered by id.
    pub async fn users_with_settings(
        &self,
        tenant: TenantId,
        ids: &[UserId],
    ) -> Result<Vec<UserSettings>, StoreError> {
        let select = sql(
            "SELECT u.id, u.display_name, u.time_zone, u.created_us, u.updated_us, s.kind, s.value
             FROM users u LEFT JOIN settings s ON s.tenant_id = u.tenant_id AND s.user_id = u.id
             WHERE u.tenant_id = ",
        )
        .push_bind(tenant)
        .push(" AND u.id IN ")
        .push_list(ids)
        .push(" ORDER BY u.id");
        let mut found: Vec<UserSettings> = Vec::with_capacity(ids.len());
        for row in &self.db().read(select).await? {
            let id: String = row.get("id")?;
            if found.last().is_none_or(|last| last.user.id.as_str() != id) {
                found.push(UserSettings {
                    user: user(row)?,
                    settings: BTreeMap::new(),
                });
            }
            if let (Some(last), Some(kind)) = (found.last_mut(), row.get::<Option<String>>("kind")?) {
                last.settings.insert(kind, row.json("value")?);
            }
        }
        Ok(found)
    }

    /// Deletes a user with everything that they have: connections, secrets, calendars, events, blocks.
    pub async fn delete_user(&self, tenant: TenantId, id: &UserId) -> Result<(), StoreError> {
        let delete = sql("DELETE FROM users WHERE tenant_id = $1 AND id = $2")
            .bind(tenant)
            .bind(id);
        match self.db().execute(delete).await? {
            0 => Err(StoreError::NotFound { what: "user" }),
            _ => Ok(()),
        }
    }
}

fn user(row: &Row) -> Result<User, StoreError> {
    Ok(User {
        id: row.user("id")?,
        display_name: row.get("display_name")?,
        zone: row.zone("time_zone")?,
        created_at: row.time("created_us")?,
        updated_at: row.time("updated_us")?,
    })
}
