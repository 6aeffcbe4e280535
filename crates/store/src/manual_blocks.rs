//! Manual blocks: spans that a user or the application marks busy by hand.

use jiff::Timestamp;
use kalends_core::time::{BlockId, Interval, TenantId, UserId};

use crate::{
    Effects, Store, StoreError,
    db::{Row, Sql, corrupt, sql},
};

const COLUMNS: &str = "SELECT id, user_id, start_us, end_us, title, created_us FROM manual_blocks";

/// A span that was marked busy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManualBlock {
    /// Its id.
    pub id: BlockId,
    /// Whose time it takes.
    pub user: UserId,
    /// When.
    pub span: Interval,
    /// What for. Never logged.
    pub title: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
}

impl Store {
    /// Marks a span busy, with what follows from it. The user must exist.
    pub async fn create_manual_block(
        &self,
        tenant: TenantId,
        user: &UserId,
        (span, title): (Interval, Option<String>),
        effects: Effects,
    ) -> Result<ManualBlock, StoreError> {
        let block = ManualBlock {
            id: BlockId::new(self.ambient()),
            user: user.clone(),
            span,
            title,
            created_at: self.now(),
        };
        let insert = sql(
            "INSERT INTO manual_blocks (id, tenant_id, user_id, start_us, end_us, title, created_us)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(block.id)
        .bind(tenant)
        .bind(user)
        .bind(span.start_us())
        .bind(span.end_us())
        .bind(block.title.as_deref())
        .bind(block.created_at);
        let effects = self.prepare(tenant, effects).await?;
        let mut tx = self.begin().await?;
        tx.execute(insert).await?;
        self.commit_with(tx, effects).await?;
        Ok(block)
    }

    /// The blocks of these users that overlap the window, in one round trip; ordered by start.
    pub async fn manual_blocks(
        &self,
        tenant: TenantId,
        users: &[UserId],
        window: Interval,
    ) -> Result<Vec<ManualBlock>, StoreError> {
        fold(&self.db().read(select(tenant, users, window)).await?)
    }

    /// A user's blocks in the order in which they were made, after one of them.
    pub async fn manual_blocks_of_user(
        &self,
        tenant: TenantId,
        user: &UserId,
        after: Option<BlockId>,
        limit: u32,
    ) -> Result<Vec<ManualBlock>, StoreError> {
        let select = sql(COLUMNS)
            .push(" WHERE tenant_id = ")
            .push_bind(tenant)
            .push(" AND user_id = ")
            .push_bind(user)
            .push(" AND id > ")
            .push_bind(after.unwrap_or(BlockId(uuid::Uuid::nil())))
            .push(" ORDER BY id LIMIT ")
            .push_bind(limit);
        self.db().read(select).await?.iter().map(manual_block).collect()
    }

    /// Removes a block, with what follows from it.
    pub async fn delete_manual_block(
        &self,
        tenant: TenantId,
        user: &UserId,
        id: BlockId,
        effects: Effects,
    ) -> Result<(), StoreError> {
        let effects = self.prepare(tenant, effects).await?;
        let delete = sql("DELETE FROM manual_blocks WHERE tenant_id = $1 AND user_id = $2 AND id = $3")
            .bind(tenant)
            .bind(user)
            .bind(id);
        let mut tx = self.begin().await?;
        match tx.execute(delete).await? {
            0 => Err(StoreError::NotFound { what: "block" }),
            _ => self.commit_with(tx, effects).await,
        }
    }
}

/// The statement that reads the blocks of these users that overlap the window, for [`fold`].
pub(crate) fn select(tenant: TenantId, users: &[UserId], window: Interval) -> Sql {
    sql(COLUMNS)
        .push(" WHERE tenant_id = ")
        .push_bind(tenant)
        .push(" AND user_id IN ")
        .push_list(users)
        .push(" AND end_us > ")
        .push_bind(window.start_us())
        .push(" AND start_us < ")
        .push_bind(window.end_us())
        .push(" ORDER BY start_us, id")
}

/// The blocks that rows of [`select`] tell of.
pub(crate) fn fold(rows: &[Row]) -> Result<Vec<ManualBlock>, StoreError> {
    rows.iter().map(manual_block).collect()
}

fn manual_block(row: &Row) -> Result<ManualBlock, StoreError> {
    Ok(ManualBlock {
        id: row.id("id", BlockId)?,
        user: row.user("user_id")?,
        span: Interval::from_micros(row.get("start_us")?, row.get("end_us")?)
            .ok_or_else(|| corrupt("end_us", "not after the start"))?,
        title: row.get("title")?,
        created_at: row.time("created_us")?,
    })
}
