//! Names a user.

use kalends_core::time::{TenantId, UserId, Zone};
use kalends_store::UserProfile;

use super::{User, UserError, missing};
use crate::Engine;

/// What the application says of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PutUser {
    /// The application's own id.
    pub id: UserId,
    /// What people call them.
    pub display_name: Option<String>,
    /// The zone of their days.
    pub time_zone: Zone,
}

/// Makes the user or replaces what is known of them.
pub async fn put(engine: &Engine, tenant: TenantId, put: PutUser) -> Result<User, UserError> {
    let profile = UserProfile {
        display_name: put.display_name,
        zone: put.time_zone,
    };
    engine
        .store()
        .put_user(tenant, &put.id, &profile)
        .await
        .map(User::from)
        .map_err(missing)
}
