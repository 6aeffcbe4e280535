//! Marks a span busy.

use jiff::SignedDuration;
use kalends_core::time::{Interval, TenantId, UserId};
use kalends_store::Effects;

use super::{Block, BlockError, must_exist};
use crate::{Engine, runner::task};

/// The longest block.
const LONGEST: SignedDuration = SignedDuration::from_hours(24 * 366 * 10);

/// A span to be marked busy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewBlock {
    /// Whose time it takes.
    pub user: UserId,
    /// When.
    pub span: Interval,
    /// Why, in the application's words.
    pub title: Option<String>,
}

/// Marks a span busy; it counts from the next question on.
pub async fn create(engine: &Engine, tenant: TenantId, new: NewBlock) -> Result<Block, BlockError> {
    if new.span.end().duration_since(new.span.start()) > LONGEST {
        return Err(BlockError::TooLong);
    }
    must_exist(engine, tenant, &new.user).await?;
    let look = task::conflicts(tenant, &new.user, engine.ambient().now());
    let effects = Effects::none().task(look);
    Ok(engine
        .store()
        .create_manual_block(tenant, &new.user, (new.span, new.title), effects)
        .await?
        .into())
}
