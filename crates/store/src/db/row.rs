//! One row of an answer, whichever database gave it.

use jiff::Timestamp;
use kalends_core::time::{UserId, Zone};
use sqlx::{ColumnIndex, Decode, Postgres, Row as _, Sqlite, Type, postgres::PgRow, sqlite::SqliteRow};
use uuid::Uuid;

use super::Word;
use crate::StoreError;

/// A row; columns are read by name, on hot paths by place.
#[derive(Debug)]
pub(crate) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

/// What both databases can give back.
pub(crate) trait Readable:
    for<'r> Decode<'r, Sqlite> + Type<Sqlite> + for<'r> Decode<'r, Postgres> + Type<Postgres>
{
}

impl<T> Readable for T where
    T: for<'r> Decode<'r, Sqlite> + Type<Sqlite> + for<'r> Decode<'r, Postgres> + Type<Postgres>
{
}

impl From<SqliteRow> for Row {
    fn from(row: SqliteRow) -> Self {
        Self::Sqlite(row)
    }
}

impl From<PgRow> for Row {
    fn from(row: PgRow) -> Self {
        Self::Postgres(row)
    }
}

impl Row {
    /// The column's value; `T` is an `Option` when it may be NULL.
    pub(crate) fn get<T: Readable>(
        &self,
        column: impl ColumnIndex<SqliteRow> + ColumnIndex<PgRow>,
    ) -> Result<T, StoreError> {
        Ok(match self {
            Self::Sqlite(row) => row.try_get(column)?,
            Self::Postgres(row) => row.try_get(column)?,
        })
    }

    /// A count, which is never negative.
    pub(crate) fn count<T: TryFrom<i64>>(&self, column: &'static str) -> Result<T, StoreError> {
        T::try_from(self.get::<i64>(column)?).map_err(|_| corrupt(column, "a count out of range"))
    }

    /// An id.
    pub(crate) fn id<T>(&self, column: &'static str, wrap: fn(Uuid) -> T) -> Result<T, StoreError> {
        self.get(column).map(wrap)
    }

    /// An instant.
    pub(crate) fn time(&self, column: &'static str) -> Result<Timestamp, StoreError> {
        instant(column, self.get(column)?)
    }

    /// An instant or NULL.
    pub(crate) fn optional_time(&self, column: &'static str) -> Result<Option<Timestamp>, StoreError> {
        self.get::<Option<i64>>(column)?
            .map(|us| instant(column, us))
            .transpose()
    }

    /// A user's id.
    pub(crate) fn user(&self, column: &'static str) -> Result<UserId, StoreError> {
        UserId::new(self.get::<String>(column)?).map_err(|error| corrupt(column, &error.to_string()))
    }

    /// A user's id or NULL.
    pub(crate) fn optional_user(&self, column: &'static str) -> Result<Option<UserId>, StoreError> {
        self.get::<Option<String>>(column)?
            .map(|id| UserId::new(id).map_err(|error| corrupt(column, &error.to_string())))
            .transpose()
    }

    /// A SHA-256.
    pub(crate) fn hash(&self, column: &'static str) -> Result<[u8; 32], StoreError> {
        <[u8; 32]>::try_from(self.get::<Vec<u8>>(column)?).map_err(|_| corrupt(column, "no SHA-256"))
    }

    /// A time zone's name.
    pub(crate) fn zone(&self, column: &'static str) -> Result<Zone, StoreError> {
        Zone::named(&self.get::<String>(column)?).map_err(|error| corrupt(column, &error.to_string()))
    }

    /// One of an enum's words.
    pub(crate) fn word<W: Word>(&self, column: &'static str) -> Result<W, StoreError> {
        W::parse(&self.get::<String>(column)?).ok_or_else(|| corrupt(column, "an unknown word"))
    }

    /// One of an enum's words or NULL.
    pub(crate) fn optional_word<W: Word>(&self, column: &'static str) -> Result<Option<W>, StoreError> {
        self.get::<Option<String>>(column)?
            .map(|word| W::parse(&word).ok_or_else(|| corrupt(column, "an unknown word")))
            .transpose()
    }

    /// Words joined by spaces.
    pub(crate) fn word_list<W: Word>(&self, column: &'static str) -> Result<Vec<W>, StoreError> {
        self.get::<String>(column)?
            .split_ascii_whitespace()
            .map(|word| W::parse(word).ok_or_else(|| corrupt(column, "an unknown word")))
            .collect()
    }

    /// JSON.
    pub(crate) fn json(&self, column: &'static str) -> Result<serde_json::Value, StoreError> {
        serde_json::from_str(&self.get::<String>(column)?).map_err(|_| corrupt(column, "no JSON"))
    }
}

/// A column that cannot be read.
pub(crate) fn corrupt(column: &'static str, reason: &str) -> StoreError {
    StoreError::Corrupt {
        column,
        reason: reason.to_owned(),
    }
}

/// An instant from a column of microseconds.
pub(crate) fn instant(column: &'static str, us: i64) -> Result<Timestamp, StoreError> {
    Timestamp::from_microsecond(us).map_err(|_| corrupt(column, "an instant beyond year 9999"))
}
