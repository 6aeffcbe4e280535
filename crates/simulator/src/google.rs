//! What all of Google's endpoints have in common: query parameters, tokens of callers, error bodies, times.

mod caller;
mod datetime;
mod error;
mod fields;
mod front;
mod query;
mod reply;
mod resume;
mod scope;
mod shapes;

pub(crate) use caller::{Call, Caller};
pub(crate) use datetime::{EventDateTime, local, utc_millis};
pub(crate) use error::GoogleError;
pub(crate) use fields::select_fields;
pub(crate) use front::{front_door, unknown};
pub(crate) use query::{NOT_ASKED, Query};
pub(crate) use reply::{if_none_match, json, json_bytes, precondition};
pub(crate) use resume::{Position, Tokens};
pub(crate) use scope::{IDENTITY, Method, describe, expand};
