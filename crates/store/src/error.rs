//! What can go wrong with the rows.

use kalends_core::claims::Refusal;
use sqlx::postgres::PgDatabaseError;

use crate::seal::SealError;

/// Why the store did not do what it was asked to.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The row does not exist, or belongs to another tenant.
    #[error("there is no such {what}")]
    NotFound {
        /// What was looked for.
        what: &'static str,
    },
    /// Another row or a competing write stands in the way; nothing was written.
    #[error("the {what} conflicts with what is stored")]
    Conflict {
        /// What could not be written.
        what: &'static str,
    },
    /// The writer has lost its lease or its pass to a newer one; nothing was written.
    #[error("a newer {what} has taken over")]
    Fenced {
        /// What the writer no longer holds.
        what: &'static str,
    },
    /// Time that was demanded is not free; nothing was written.
    #[error("the time of {} is not free", refused.len())]
    NotFree {
        /// Whose, and why.
        refused: Vec<Refusal>,
    },
    /// A column holds something that this version cannot read.
    #[error("column {column} holds an unreadable value: {reason}")]
    Corrupt {
        /// The column.
        column: &'static str,
        /// What is wrong with it, without its content.
        reason: String,
    },
    /// A secret could not be sealed or opened.
    #[error("a stored secret cannot be used")]
    Seal(#[from] SealError),
    /// The address of the database or its settings make no sense.
    #[error("{reason}")]
    Configuration {
        /// What is wrong and what would be right.
        reason: String,
    },
    /// The tables could not be brought up to date.
    #[error("the database's tables cannot be brought up to date")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// The database failed or refused.
    #[error("the database failed")]
    Database(#[source] sqlx::Error),
}

impl StoreError {
    /// Whether the same call may succeed when it is made again: the database was busy, away or chose this
    /// transaction as the victim of a deadlock.
    pub fn is_transient(&self) -> bool {
        let Self::Database(error) = self else { return false };
        match error {
            sqlx::Error::Io(_)
            // A connection that ended while it was being made, or in the middle of a message.
            | sqlx::Error::Protocol(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed => true,
            sqlx::Error::Database(error) => {
                let code = error.code().unwrap_or_default();
                if error.try_downcast_ref::<PgDatabaseError>().is_some() {
                    PASSING.iter().any(|class| code.starts_with(class))
                } else {
                    // The low byte of SQLite's extended codes says what they extend.
                    code.parse::<u32>().is_ok_and(|code| code & 0xff == SQLITE_BUSY)
                }
            }
            _ => false,
        }
    }
}

/// Classes of SQLSTATE for trouble that passes: connection, rollback, resources, shutdown (PostgreSQL manual,
/// appendix "PostgreSQL Error Codes").
const PASSING: [&str; 4] = ["08", "40", "53", "57P"];
const SQLITE_BUSY: u32 = 5;
/// PostgreSQL's SQLSTATE when an `EXCLUDE` constraint refuses a row.
const EXCLUSION_VIOLATION: &str = "23P01";

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        if let sqlx::Error::Database(inner) = &error {
            if inner.is_unique_violation() {
                return Self::Conflict { what: "row" };
            }
            if inner.code().is_some_and(|code| code == EXCLUSION_VIOLATION) {
                return Self::Conflict { what: "claim" };
            }
            if inner.is_foreign_key_violation() {
                return Self::NotFound {
                    what: "row that this one belongs to",
                };
            }
        }
        Self::Database(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_that_broke_in_a_message_is_trouble_that_passes() {
        let broken = sqlx::Error::Protocol("unexpected response from SSLRequest: 0x00".to_owned());
        assert!(StoreError::from(broken).is_transient());
        assert!(!StoreError::from(sqlx::Error::RowNotFound).is_transient());
    }
}
