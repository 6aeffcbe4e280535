//! Every table, every query, every migration; SQLite and PostgreSQL behind one [`Store`]; seals secrets.
//!
//! * One concrete handle, cheap to clone. A method is one use of the tables; a transaction begins and ends inside it.
//! * Every method names the tenant, and every query asks for it; what belongs to another tenant is not found. The few
//!   that serve all tenants say so.
//! * A commit is one value: the rows, and with them the tasks and changes that follow ([`Effects`]).
//! * Nothing is decided here. Whoever calls reads, plans, and hands over what to write.
//!
//! To add a table: a migration in `migrations/` and its line in `db/dialect.rs`, a file here named after it with its
//! rows and its methods on [`Store`], and its tests in `tests/it/`, where each runs on both databases.

mod api_keys;
mod busy_index;
mod calendars;
mod changes;
mod claims;
mod conflicts;
mod connect_sessions;
mod connections;
mod db;
mod drift_audits;
mod effects;
mod error;
mod event_edits;
mod event_links;
mod events;
mod external_events;
mod holds;
mod idempotency_keys;
mod manual_blocks;
mod oauth_states;
mod polled;
mod pull;
mod push_channels;
mod quarantine;
mod replicas;
mod schedules;
mod seal;
mod settings;
mod store;
mod sync_runs;
mod tasks;
mod tenants;
mod users;

pub use self::{
    api_keys::{ApiKey, NewApiKey},
    busy_index::{CalendarIndex, IndexOf},
    calendars::{
        Calendar, CalendarFilter, CalendarSync, Capabilities, Discovery, FoundCalendar, Late, PassProgress,
        Source, SuspectedDeletion, SyncStatus,
    },
    changes::{Change, ChangePage, NewChange},
    claims::{Claiming, Demand, DemandedTime, Judge, PersonRows, ShortSeries, UserClaim},
    conflicts::{
        ConflictChange, ConflictFilter, ConflictRow, ConflictWrite, ConflictsCommit, EventAhead, NewConflict,
        PersonAhead, Resolution,
    },
    connect_sessions::ConnectSession,
    connections::{
        AccessToken, ConnectCommit, Connection, ConnectionFilter, ConnectionSecrets, ConnectionState,
        LiveGrant, NewTokens, RefreshGrant, RefreshLease, StateChange,
    },
    db::ServingLock,
    drift_audits::{DriftAudit, NewAudit, StoredVersion},
    effects::Effects,
    error::StoreError,
    event_edits::{EditRow, EditState, EditWhat, EditWrite},
    event_links::{
        KnownLink, LinkAim, LinkCommit, LinkCount, LinkRow, LinkSave, LinkStanding, LinkStatus, NewTime,
        OwedLink, OwedLinks, Sightings, TimesWrite,
    },
    events::{EventCalendar, EventCommit, EventPlace, EventQuery, EventRow, EventWrite, NewLink},
    external_events::{Bounds, EventFilter, EventPosition, EventUpsert, ListedEvent, StoredEvent},
    holds::{HoldFilter, HoldRow, HoldState, HoldWrite},
    idempotency_keys::{KeptAnswer, KeyState, KeyedRequest},
    manual_blocks::ManualBlock,
    oauth_states::OauthState,
    polled::{PolledCalendar, PolledCalendars},
    pull::{
        BeginPass, Covered, EncodedMonth, MonthsCommit, MonthsWrite, Pass, PassFailure, PassKind, PullCommit,
        PullCounts, PullPage, QuarantinedItem, Seen, Stored, Trigger,
    },
    push_channels::{
        ChannelEnd, ChannelState, ChannelSubject, Heard, HeardBatch, NewPushChannel, OpenedChannel,
        PushChannel,
    },
    quarantine::Quarantined,
    replicas::Beat,
    seal::{KeyRing, KeyRingError, SealError},
    store::{Store, StoreConfig},
    sync_runs::{SyncOutcome, SyncRun, SyncRunFilter},
    tasks::{
        Claim, ClaimedTask, Dead, DeadTask, Ending, FailureCounts, Lease, NewTask, TaskCount, TaskEnd,
        TaskFailure, TaskLane, TaskState, Turns,
    },
    tenants::Tenant,
    users::{User, UserProfile, UserSettings},
};
