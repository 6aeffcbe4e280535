//! Lists users.

use kalends_core::time::{TenantId, UserId};

use super::{User, UserError};
use crate::{
    Engine,
    page::{BadCursor, Page, Paged},
};

/// A tenant's users by id.
pub async fn list(engine: &Engine, tenant: TenantId, page: Page) -> Result<Paged<User>, UserError> {
    let after = page
        .after
        .clone()
        .map(UserId::new)
        .transpose()
        .map_err(|_| BadCursor)?;
    let rows = engine
        .store()
        .users(tenant, after.as_ref(), page.one_more())
        .await?;
    let users = rows.into_iter().map(User::from).collect();
    Ok(Paged::cut(users, page.limit, |user: &User| user.id.to_string()))
}
