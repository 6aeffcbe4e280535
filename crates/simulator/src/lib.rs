//! The stand-in for the providers: a Google that runs on this machine.
//!
//! It serves Google's OAuth 2.0 and Calendar v3 at Google's own paths from memory, with a clock that the caller
//! moves, faults on demand and a record of every call. The demo, the tests and users' own CI talk to it as they would
//! to Google: point the base addresses of a client at [`Running::base_url`]. `docs/SIMULATOR.md` is the guide.
//!
//! It is built from Google's documentation alone and shares no wire type with `kalends-providers`, so that a wrong
//! field name there fails a test instead of cancelling out.
//!
//! To add a method of Google: a variant of `google::Method` with its scopes, one file in `calendar/` or `events/`,
//! one line in `routes`. To add a knob: one file in `control/`.

mod base_url;
mod batch;
mod calendar;
mod calls;
mod clock;
mod control;
mod cross_origin;
mod directory;
mod events;
mod faults;
mod google;
mod listener;
mod oauth;
mod page;
mod push;
mod quota;
mod recording;
mod routes;
mod simulator;
mod snapshot;
mod state;
mod tls;
mod world;

pub use calls::{RecordedCall, Seen};
pub use control::{
    AudienceKind, Audit, AuditOrder, BelievedEvent, ClientOrder, Control, ControlError, Difference,
    DifferentEvent, FillOrder, IssuedTokens, SharingOrder, Window,
};
pub use directory::{MailKind, SentMail};
pub use events::{ConferenceOrder, ConferenceOutcome};
pub use faults::{Fault, FaultError, Trouble};
pub use oauth::{Audience, ClientError, OAuthClient, RedirectUris};
pub use push::{
    Attempt, ChannelShown, Delivery, Forgery, Outcome, PushFault, PushOrder, PushState, PushTrouble, Way,
};
pub use quota::{Exceeded, MeterReport, Peak, ProjectUse, Quota, Quotas, RateStatus, UserUse};
pub use simulator::{Running, Simulator, SimulatorConfig, SimulatorError, World};
pub use snapshot::SnapshotError;
pub use tls::{TlsCertificate, TlsConfig, TlsError};
pub use world::WorldError;
