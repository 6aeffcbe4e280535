//! The stable codes of problems, each with its status and the words that the documentation shows.

use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $variant:ident = ($name:literal, $status:ident, $title:literal);)+) => {
        /// What went wrong, for programs; a code never changes its meaning.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub(crate) enum Code {
            $($(#[doc = $doc])+ $variant,)+
        }

        impl Code {
            /// Every code, in the order of the documentation.
            pub(crate) const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The code as callers see it.
            pub(crate) const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// The HTTP status that goes with the code.
            pub(crate) const fn status(self) -> StatusCode {
                match self { $(Self::$variant => StatusCode::$status,)+ }
            }

            /// The sort of problem in a few words.
            pub(crate) const fn title(self) -> &'static str {
                match self { $(Self::$variant => $title,)+ }
            }

            /// When it happens and what to do.
            pub(crate) const fn meaning(self) -> &'static str {
                match self { $(Self::$variant => concat!($($doc),+),)+ }
            }
        }
    };
}

codes! {
    /// A field, path or query parameter is missing, unknown or has a value that cannot be used; `errors` names it.
    InvalidRequest = ("invalid_request", BAD_REQUEST, "The request is not valid");
    /// The body is not JSON at all.
    MalformedBody = ("malformed_body", BAD_REQUEST, "The body is not JSON");
    /// A body must be sent as `application/json`.
    UnsupportedMediaType = ("unsupported_media_type", UNSUPPORTED_MEDIA_TYPE, "The body has the wrong media type");
    /// The body is larger than the server accepts.
    BodyTooLarge = ("body_too_large", PAYLOAD_TOO_LARGE, "The body is too large");
    /// There is no valid API key in `Authorization: Bearer`.
    Unauthorized = ("unauthorized", UNAUTHORIZED, "An API key is needed");
    /// There is no such thing, or it belongs to another tenant.
    NotFound = ("not_found", NOT_FOUND, "Not found");
    /// The address exists, but not with this method; the header `Allow` names the ones it has.
    MethodNotAllowed = ("method_not_allowed", METHOD_NOT_ALLOWED, "The address does not take this method");
    /// The request contradicts the present state; read it again and decide anew.
    Conflict = ("conflict", CONFLICT, "The request contradicts the present state");
    /// The thing is not of the version that `If-Match` or `If-None-Match` asks for; the header `ETag` has its version now.
    VersionMismatch = ("version_mismatch", PRECONDITION_FAILED, "Somebody else has changed it");
    /// Time that has to be free is taken; `taken` says whose and by what, `alternatives` when all of them can.
    NotFree = ("not_free", CONFLICT, "The time is not free");
    /// A hold of that `key` is placed or has become an event; read it, or take another key.
    HoldExists = ("hold_exists", CONFLICT, "There is a hold of that key");
    /// The hold has run out, was released, or has become another event; place a new one.
    HoldEnded = ("hold_ended", CONFLICT, "The hold is over");
    /// There is another event of that key; read it, or take another key.
    EventExists = ("event_exists", CONFLICT, "There is another event of that key");
    /// The decision over a person's edit was taken back before.
    AlreadyUndone = ("already_undone", CONFLICT, "It has been undone already");
    /// A person is still asked what becomes of the edit: resolve the conflict that asks.
    NotDecided = ("not_decided", CONFLICT, "It has not been decided yet");
    /// Somebody has changed since all that could be undone; `errors` names the fields.
    NothingToUndo = ("nothing_to_undo", CONFLICT, "Nothing is left to undo");
    /// The conflict has gone by itself, or somebody has resolved it.
    ConflictResolved = ("conflict_resolved", CONFLICT, "The conflict is resolved");
    /// This action does not resolve a conflict of this kind; `detail` names both.
    ActionNotPossible = ("action_not_possible", CONFLICT, "This does not resolve the conflict");
    /// A request with the same `Idempotency-Key` is under way; repeat it after `Retry-After` seconds to get its answer.
    IdempotencyKeyInUse = ("idempotency_key_in_use", CONFLICT, "The request is under way");
    /// The `Idempotency-Key` was sent with another address or body before; a new request needs a new key.
    IdempotencyKeyReused = ("idempotency_key_reused", UNPROCESSABLE_ENTITY, "The key belongs to another request");
    /// Changes after the number are no longer kept whole; read the present state and go on from the newest number.
    ChangesGone = ("changes_gone", GONE, "The changes are no longer kept");
    /// The connect link or ticket is unknown, was used already or has expired; ask for a new one.
    TicketInvalid = ("ticket_invalid", FORBIDDEN, "The connect link is no longer valid");
    /// The `state` of the provider's answer is unknown, used, expired or from another browser; start again.
    StateInvalid = ("state_invalid", FORBIDDEN, "The sign-in was not started here");
    /// The person did not give access at the provider.
    AccessDenied = ("access_denied", FORBIDDEN, "Access was not given");
    /// The address to return to is not on the allow-list of this tenant or server.
    ReturnToNotAllowed = ("return_to_not_allowed", BAD_REQUEST, "The return address is not allowed");
    /// The provider is unknown here, or the server has no client for it in its configuration.
    ProviderNotConfigured = ("provider_not_configured", NOT_FOUND, "The provider is not configured");
    /// The connection needs the person to connect again before this works.
    ReauthRequired = ("reauth_required", CONFLICT, "The account must be connected again");
    /// Syncing is turned off in the user's settings.
    SyncDisabled = ("sync_disabled", CONFLICT, "Syncing is turned off");
    /// The task has not been given up: it waits for its time or runs, so there is nothing to retry.
    TaskNotDead = ("task_not_dead", CONFLICT, "The task has not been given up");
    /// The calendar cannot do this: it cannot be written to, or it is gone at the provider.
    CalendarNotUsable = ("calendar_not_usable", CONFLICT, "The calendar cannot be used for this");
    /// The address of the feed is no web address, has a forbidden scheme or leads to a private network.
    AddressForbidden = ("address_forbidden", BAD_REQUEST, "The address may not be fetched");
    /// The address answered, but not with a calendar that can be read.
    FeedUnreadable = ("feed_unreadable", BAD_REQUEST, "The address is no readable calendar");
    /// The address of the feed did not answer; it may be wrong, or its server away.
    FeedUnreachable = ("feed_unreachable", BAD_REQUEST, "The address does not answer");
    /// Too many requests came from the same address; ask again after `Retry-After` seconds.
    RateLimited = ("rate_limited", TOO_MANY_REQUESTS, "Too many requests");
    /// The provider refused the request; trying again will not help.
    ProviderRejected = ("provider_rejected", BAD_GATEWAY, "The provider refused");
    /// The provider did not answer, or said that it cannot now; try again later.
    ProviderUnavailable = ("provider_unavailable", SERVICE_UNAVAILABLE, "The provider is not available");
    /// The server is not ready: starting, shutting down, or its database does not answer.
    Unavailable = ("unavailable", SERVICE_UNAVAILABLE, "The server is not available");
    /// A fault of the server; its log has the cause under the request's id.
    Internal = ("internal", INTERNAL_SERVER_ERROR, "The server failed");
}
