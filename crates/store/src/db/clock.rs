//! The time by the database.

use jiff::Timestamp;

use super::{Db, sql};
use crate::StoreError;

impl Db {
    /// The server's clock; `None` on SQLite, which runs by ours.
    pub(crate) async fn clock(&self) -> Result<Option<Timestamp>, StoreError> {
        if matches!(self, Self::Sqlite { .. }) {
            return Ok(None);
        }
        let select = sql("SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT) AS now_us");
        match self.read_first(select).await? {
            Some(row) => row.time("now_us").map(Some),
            None => Ok(None),
        }
    }
}
