//! Secrets at rest.

use kalends_core::time::ConnectionId;
use kalends_store::{SealError, Store, StoreError};
use secrecy::ExposeSecret;

use crate::harness::{RING, World, both, ring};

async fn refresh_token(
    store: &Store,
    tenant: kalends_core::time::TenantId,
    id: ConnectionId,
) -> Result<String, StoreError> {
    let secrets = store.connection_secrets(tenant, id).await?;
    Ok(secrets.refresh_token.unwrap().expose_secret().to_owned())
}

async fn reopened(world: &World, keys: &str) -> Store {
    Store::connect(&world.config, ring(keys), world.ambient.clone())
        .await
        .unwrap()
}

const NEW: &str = "k2:Hx4dHBsaGRgXFhUUExIREA8ODQwLCgkIBwYFBAMCAQA=";

both! {
    async fn a_secret_copied_to_another_row_does_not_open(world) {
        let (tenant, connection, _) = world.synced_user("a").await;
        let other = world.connection(tenant, "ada", "other@example.com").await;
        assert_eq!(refresh_token(&world.store, tenant, connection).await.unwrap(), "refresh-1");
        world.database.tamper("UPDATE connections SET refresh_token =
            (SELECT refresh_token FROM connections WHERE account_id = 'ada@example.com')").await;
        assert_eq!(refresh_token(&world.store, tenant, connection).await.unwrap(), "refresh-1");
        let moved = refresh_token(&world.store, tenant, other).await.unwrap_err();
        assert!(matches!(moved, StoreError::Seal(SealError::Refused)), "{moved:?}");
    }

    async fn a_secret_copied_to_another_column_or_tenant_does_not_open(world) {
        let (tenant, connection, _) = world.synced_user("a").await;
        let (foreign, theirs, _) = world.synced_user("b").await;
        world.database.tamper("UPDATE connections SET url = refresh_token").await;
        let moved = world.store.connection_secrets(tenant, connection).await.unwrap_err();
        assert!(matches!(moved, StoreError::Seal(SealError::Refused)), "{moved:?}");
        world.database.tamper("UPDATE connections SET url = NULL").await;
        world.database.tamper("UPDATE tenants SET data_key = (SELECT data_key FROM tenants WHERE name = 'a')").await;
        let fresh = reopened(&world, RING).await;
        assert_eq!(refresh_token(&fresh, tenant, connection).await.unwrap(), "refresh-1");
        let moved = refresh_token(&fresh, foreign, theirs).await.unwrap_err();
        assert!(matches!(moved, StoreError::Seal(SealError::Refused)), "{moved:?}");
        fresh.close().await;
    }

    async fn data_keys_move_to_the_active_key_and_the_old_one_may_go(world) {
        let (tenant, connection, _) = world.synced_user("a").await;
        let both_keys = reopened(&world, &format!("{NEW},{RING}")).await;
        assert_eq!(refresh_token(&both_keys, tenant, connection).await.unwrap(), "refresh-1");
        let without_old = reopened(&world, NEW).await;
        let error = refresh_token(&without_old, tenant, connection).await.unwrap_err();
        assert!(matches!(&error, StoreError::Seal(SealError::UnknownKey { key_id }) if key_id == "k1"));

        world.tenant("b").await;
        assert_eq!(both_keys.rotate_keys().await.unwrap(), 2);
        assert_eq!(both_keys.rotate_keys().await.unwrap(), 0);
        assert_eq!(refresh_token(&without_old, tenant, connection).await.unwrap(), "refresh-1");
        let only_old = reopened(&world, RING).await;
        assert!(refresh_token(&only_old, tenant, connection).await.is_err());
        for store in [both_keys, without_old, only_old] {
            store.close().await;
        }
    }

    async fn nothing_prints_a_secret(world) {
        let (tenant, connection, _) = world.synced_user("a").await;
        let secrets = world.store.connection_secrets(tenant, connection).await.unwrap();
        let printed = format!("{:?} {secrets:?} {:?} {:?}", world.store, world.config, ring(RING));
        assert!(!printed.contains("refresh-1") && !printed.contains("AAEC"), "{printed}");
    }
}
