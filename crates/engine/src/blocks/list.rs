//! Lists a user's blocks.

use kalends_core::time::{BlockId, Interval, TenantId, UserId};
use kalends_store::ManualBlock;
use uuid::Uuid;

use super::{Block, BlockError, must_exist};
use crate::{
    Engine,
    page::{BadCursor, Page, Paged},
};

/// A user's blocks in the order in which they were made; with a window, those that overlap it.
pub async fn list(
    engine: &Engine,
    tenant: TenantId,
    user: &UserId,
    window: Option<Interval>,
    page: Page,
) -> Result<Paged<Block>, BlockError> {
    must_exist(engine, tenant, user).await?;
    let after: Option<BlockId> = page
        .after
        .as_deref()
        .map(str::parse)
        .transpose()
        .map_err(|_| BadCursor)?;
    let rows = match window {
        None => {
            engine
                .store()
                .manual_blocks_of_user(tenant, user, after, page.one_more())
                .await?
        }
        Some(window) => {
            let blocks = engine
                .store()
                .manual_blocks(tenant, std::slice::from_ref(user), window)
                .await?;
            following(blocks, after, page.one_more())
        }
    };
    let blocks = rows.into_iter().map(Block::from).collect();
    Ok(Paged::cut(blocks, page.limit, |block: &Block| {
        block.id.to_string()
    }))
}

/// The blocks after one of them, by id.
fn following(mut blocks: Vec<ManualBlock>, after: Option<BlockId>, limit: u32) -> Vec<ManualBlock> {
    let after = after.unwrap_or(BlockId(Uuid::nil()));
    blocks.retain(|block| block.id > after);
    blocks.sort_unstable_by_key(|block| block.id);
    blocks.truncate(limit as usize);
    blocks
}
