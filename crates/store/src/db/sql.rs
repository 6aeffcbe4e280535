//! A statement and its values, before it is known which database runs it.
//!
//! Texts are made of literals of this crate only, never of input: input travels as values.

use std::borrow::Cow;

use jiff::Timestamp;
use kalends_core::time::{
    ApiKeyId, BlockId, CalendarId, ConflictId, ConnectionId, EventEditId, EventId, EventLinkId,
    ExternalEventId, OauthStateId, PushChannelId, SyncRunId, TaskId, TenantId, UserId,
};
use sqlx::{
    Arguments, AssertSqlSafe, SqlSafeStr, SqlStr, error::BoxDynError, postgres::PgArguments,
    sqlite::SqliteArguments,
};
use uuid::Uuid;

use crate::StoreError;

/// Up to here lengths are powers of two.
const LONGEST: usize = 1_024;

/// A statement with its values.
///
/// Either a literal with `$1`, `$2`, ... and one [`Sql::bind`] each, or put together by the `push` methods, which
/// write their own placeholders; not both at once. Cannot be printed, because its values may be titles and addresses.
pub(crate) struct Sql {
    text: Cow<'static, str>,
    values: Vec<Value>,
    keep_prepared: bool,
}

/// A value of one of the types that both databases have; `None` is NULL of that type.
#[derive(Clone)]
pub(crate) enum Value {
    /// Counts, and instants in microseconds since 1970.
    Int(Option<i64>),
    Text(Option<String>),
    Bytes(Option<Vec<u8>>),
    Uuid(Option<Uuid>),
    Bool(Option<bool>),
}

/// The length of a list or of rows in a statement that holds so many: there are few of them, so that there are few texts,
/// and each stays prepared.
pub(crate) fn usual_length(count: usize) -> usize {
    if count <= LONGEST {
        count.next_power_of_two()
    } else {
        count
    }
}

/// Starts a statement.
pub(crate) const fn sql(text: &'static str) -> Sql {
    Sql {
        text: Cow::Borrowed(text),
        values: Vec::new(),
        keep_prepared: false,
    }
}

impl Sql {
    /// The value of the next `$n`.
    pub(crate) fn bind(mut self, value: impl Into<Value>) -> Self {
        self.values.push(value.into());
        self
    }

    /// Adds text.
    pub(crate) fn push(mut self, text: &'static str) -> Self {
        self.text.to_mut().push_str(text);
        self
    }

    /// Adds a value with its placeholder.
    pub(crate) fn push_bind(mut self, value: impl Into<Value>) -> Self {
        self.text.to_mut().push('?');
        self.values.push(value.into());
        self
    }

    /// Adds `(?, ?, ...)` for an `IN`; an empty list matches nothing. The last value is repeated up to a usual length.
    pub(crate) fn push_list<V: Into<Value>>(mut self, values: impl IntoIterator<Item = V>) -> Self {
        let before = self.values.len();
        self.values.extend(values.into_iter().map(Into::into));
        let count = self.values.len() - before;
        if let Some(last) = self.values.last().filter(|_| count > 0).cloned() {
            self.values.resize(before + usual_length(count), last);
        }
        let text = self.text.to_mut();
        let mut opener = "(";
        for _ in before..self.values.len() {
            text.push_str(opener);
            text.push('?');
            opener = ", ";
        }
        text.push_str(if opener == "(" { "(NULL)" } else { ")" });
        self
    }

    /// Adds `VALUES (?, ...), ...`.
    pub(crate) fn push_rows<const N: usize>(self, rows: impl IntoIterator<Item = [Value; N]>) -> Self {
        self.push_rows_like(&format!("({})", ["?"; N].join(", ")), rows)
    }

    /// Adds `VALUES`, each row in these words, which hold a `?` for each value.
    pub(crate) fn push_rows_like<const N: usize>(
        mut self,
        row_text: &str,
        rows: impl IntoIterator<Item = [Value; N]>,
    ) -> Self {
        let rows = rows.into_iter();
        let text = self.text.to_mut();
        text.reserve(rows.size_hint().0 * (row_text.len() + 2) + 1_024);
        self.values.reserve(rows.size_hint().0 * N);
        let mut opener = "VALUES ";
        for row in rows {
            text.push_str(opener);
            text.push_str(row_text);
            self.values.extend(row);
            opener = ", ";
        }
        self
    }

    /// Says that a long text will come again, as a bulk statement of the usual length does.
    pub(crate) fn keep_prepared(mut self) -> Self {
        self.keep_prepared = true;
        self
    }

    /// Whether the prepared statement is kept. Short texts come again; a long one of an odd length rarely does, and
    /// would take much room.
    pub(crate) fn is_kept_prepared(&self) -> bool {
        self.keep_prepared || self.values.len() <= 128
    }

    /// The text and values as SQLite takes them.
    pub(crate) fn into_sqlite(self) -> (SqlStr, Vec<Value>) {
        let text = match self.text {
            Cow::Borrowed(text) => text.into_sql_str(),
            Cow::Owned(text) => AssertSqlSafe(text).into_sql_str(),
        };
        (text, self.values)
    }

    /// The text and values as PostgreSQL takes them: placeholders carry numbers.
    pub(crate) fn into_postgres(self) -> (SqlStr, Vec<Value>) {
        let text = match self.text {
            Cow::Borrowed(text) => text.into_sql_str(),
            Cow::Owned(text) => AssertSqlSafe(numbered(&text)).into_sql_str(),
        };
        (text, self.values)
    }
}

/// The values in SQLite's form.
pub(crate) fn sqlite_arguments(values: Vec<Value>) -> Result<SqliteArguments, StoreError> {
    let mut arguments = SqliteArguments::default();
    arguments.reserve(values.len(), 0);
    for value in values {
        match value {
            Value::Int(value) => arguments.add(value),
            Value::Text(value) => arguments.add(value),
            Value::Bytes(value) => arguments.add(value),
            Value::Uuid(value) => arguments.add(value),
            Value::Bool(value) => arguments.add(value),
        }
        .map_err(encoding)?;
    }
    Ok(arguments)
}

/// The values in PostgreSQL's form.
pub(crate) fn postgres_arguments(values: Vec<Value>) -> Result<PgArguments, StoreError> {
    let mut arguments = PgArguments::default();
    arguments.reserve(values.len(), values.len() * 16);
    for value in values {
        match value {
            Value::Int(value) => arguments.add(value),
            Value::Text(value) => arguments.add(value),
            Value::Bytes(value) => arguments.add(value),
            Value::Uuid(value) => arguments.add(value),
            Value::Bool(value) => arguments.add(value),
        }
        .map_err(encoding)?;
    }
    Ok(arguments)
}

/// PostgreSQL keeps no NUL in a text, and somebody else's event may hold one. Both databases keep U+FFFD instead.
fn storable(text: String) -> String {
    if text.contains('\0') {
        text.replace('\0', "\u{FFFD}")
    } else {
        text
    }
}

fn encoding(error: BoxDynError) -> StoreError {
    StoreError::Database(sqlx::Error::Encode(error))
}

/// Replaces each `?` by `$1`, `$2`, ...; our texts hold no other question marks.
fn numbered(text: &str) -> String {
    let mut numbered = String::with_capacity(text.len() + text.len() / 2);
    for (index, part) in text.split('?').enumerate() {
        if index > 0 {
            numbered.push('$');
            numbered.push_str(&index.to_string());
        }
        numbered.push_str(part);
    }
    numbered
}

macro_rules! value_from {
    ($($variant:ident: $($type:ty = $convert:expr),+;)+) => {$($(
        impl From<$type> for Value {
            fn from(value: $type) -> Self {
                Self::$variant(Some($convert(value)))
            }
        }
        impl From<Option<$type>> for Value {
            fn from(value: Option<$type>) -> Self {
                Self::$variant(value.map($convert))
            }
        }
    )+)+};
}

value_from! {
    Int: i64 = |value| value, u32 = i64::from, i32 = i64::from, Timestamp = Timestamp::as_microsecond;
    Text: String = storable, &str = |text: &str| storable(text.to_owned()),
        &String = |text: &String| storable(text.clone()), &UserId = |id: &UserId| id.as_str().to_owned();
    Bytes: Vec<u8> = |value| value, &[u8] = <[u8]>::to_vec, [u8; 32] = |bytes: [u8; 32]| bytes.to_vec();
    Uuid: Uuid = |value| value, TenantId = |id: TenantId| id.0, ConnectionId = |id: ConnectionId| id.0,
        CalendarId = |id: CalendarId| id.0, ExternalEventId = |id: ExternalEventId| id.0, TaskId = |id: TaskId| id.0,
        SyncRunId = |id: SyncRunId| id.0, PushChannelId = |id: PushChannelId| id.0, BlockId = |id: BlockId| id.0, ApiKeyId = |id: ApiKeyId| id.0,
        OauthStateId = |id: OauthStateId| id.0,
        ConflictId = |id: ConflictId| id.0, EventId = |id: EventId| id.0, EventLinkId = |id: EventLinkId| id.0,
        EventEditId = |id: EventEditId| id.0;
    Bool: bool = |value| value;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pushed_statements_are_numbered_for_postgres() {
        let statement = sql("SELECT a FROM t WHERE b = ")
            .push_bind(1_i64)
            .push(" AND c IN ")
            .push_list(["x", "y", "z"])
            .push(" AND d IN ")
            .push_list(Vec::<i64>::new());
        let (text, values) = statement.into_postgres();
        assert_eq!(
            text.as_str(),
            "SELECT a FROM t WHERE b = $1 AND c IN ($2, $3, $4, $5) AND d IN (NULL)"
        );
        assert_eq!(values.len(), 5, "the last one twice");
    }

    #[test]
    fn rows_become_tuples() {
        let rows = [
            [Value::from(1_i64), Value::from("a")],
            [Value::from(2_i64), Value::from("b")],
        ];
        let (text, values) = sql("INSERT INTO t ").push_rows(rows).into_sqlite();
        assert_eq!(text.as_str(), "INSERT INTO t VALUES (?, ?), (?, ?)");
        assert_eq!(values.len(), 4);
    }
}
