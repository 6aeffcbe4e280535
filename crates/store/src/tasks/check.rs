//! Whether a claim still holds, inside the transaction of what is written with it.

use super::Lease;
use crate::{
    StoreError,
    db::{Tx, sql},
};

/// Fails as fenced when the claim was lost; holds it until the transaction ends.
pub(crate) async fn check_claim(tx: &mut Tx, lease: Lease) -> Result<(), StoreError> {
    let held = sql("SELECT id FROM tasks WHERE state = 'running' AND id = ")
        .push_bind(lease.task)
        .push(" AND fence = ")
        .push_bind(lease.fence)
        .push(tx.locked());
    match tx.read_first(held).await? {
        Some(_) => Ok(()),
        None => Err(StoreError::Fenced {
            what: "claim of the task",
        }),
    }
}
