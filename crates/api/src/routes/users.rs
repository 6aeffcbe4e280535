//! The people of the application, their settings, and time blocked by hand.

mod add_block;
mod delete;
mod delete_block;
mod get;
mod get_settings;
pub(crate) mod hours;
mod list;
mod list_blocks;
mod put;
mod put_settings;
mod settings;
mod sync;

use jiff::Timestamp;
use kalends_engine::{blocks, users};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{layers::idempotent, state::AppState};

pub(crate) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list::list_users))
        .routes(routes!(get::get_user, put::put_user, delete::delete_user))
        .routes(idempotent(routes!(
            list_blocks::list_blocks,
            add_block::add_block
        )))
        .routes(routes!(delete_block::delete_block))
        .routes(idempotent(routes!(sync::sync_user)))
        .routes(routes!(get_settings::get_settings, put_settings::put_settings))
}

/// A person of the application.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(examples(json!({
    "id": "ada", "displayName": "Ada Lovelace", "timeZone": "Europe/London",
    "createdAt": "2026-11-20T09:00:00Z", "updatedAt": "2026-11-20T09:00:00Z"
})))]
pub(crate) struct User {
    /// The application's own id.
    #[schema(examples("ada"))]
    id: String,
    /// What people call them.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("Ada Lovelace"))]
    display_name: Option<String>,
    /// The IANA zone of their open hours and days.
    #[schema(examples("Europe/London"))]
    time_zone: String,
    /// When the application named them first.
    created_at: Timestamp,
    /// When their name or zone changed last.
    updated_at: Timestamp,
}

/// A span that was marked busy by hand.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(examples(json!({
    "id": "01982f6e-5c00-7a41-8a5e-7d0f3c1b2a90", "start": "2026-12-01T09:00:00Z", "end": "2026-12-01T12:00:00Z",
    "title": "Dentist", "createdAt": "2026-11-20T09:00:00Z"
})))]
pub(crate) struct Block {
    /// Its id.
    #[schema(examples("01982f6e-5c00-7a41-8a5e-7d0f3c1b2a90"))]
    id: uuid::Uuid,
    /// First instant that is blocked.
    start: Timestamp,
    /// First instant after it.
    end: Timestamp,
    /// Why, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("Dentist"))]
    title: Option<String>,
    /// When it was marked.
    created_at: Timestamp,
}

impl From<users::User> for User {
    fn from(user: users::User) -> Self {
        Self {
            id: user.id.to_string(),
            display_name: user.display_name,
            time_zone: user.time_zone.name().to_owned(),
            created_at: user.created_at,
            updated_at: user.updated_at,
        }
    }
}

impl From<blocks::Block> for Block {
    fn from(block: blocks::Block) -> Self {
        Self {
            id: block.id.0,
            start: block.span.start(),
            end: block.span.end(),
            title: block.title,
            created_at: block.created_at,
        }
    }
}
