//! The seam between the engine and every place that holds calendars: what an adapter can be asked, and the form of
//! its answers.
//!
//! An adapter decides nothing about storage or retries: it asks once, through egress, and says in Kalends' words what
//! it heard. Whatever the provider may ask for later (its cursor, its page token) the caller keeps as an opaque
//! string and hands back.
//!
//! To add an adapter: a folder with its wire structs, their pure mapping and its calls; implement [`Provider`]; add
//! the variant to [`ProviderKind`]; let the binary hand it to the engine. A question that the provider cannot answer
//! is [`ProviderError::Unsupported`], and its [`Capabilities`] say so beforehand.

mod account;
mod calendar;
mod changes;
mod error;
mod free_busy;
mod push;
mod single;
mod write;

use std::fmt;

use futures::future::{BoxFuture, FutureExt as _, ready};
use kalends_core::{provider::ProviderKind, sync::push::Outcome, time::Interval};

pub use account::{Access, Account, Ask};
pub use calendar::{AccessRole, CalendarRef, RemoteCalendar};
pub use changes::{ChangePage, Cursor, Fate, Listing, Next, PageToken, PullFrom, Quarantined, RemoteItem};
pub use error::{ErrorClass, ProviderError};
pub use free_busy::CalendarBusy;
pub use push::{Channel, ChannelRef, Covers, NewChannel, WatchRefusal, WatchTarget};
pub use single::{ItemVersion, SingleItem, VersionPage, VersionsFrom};
pub use write::EventOrder;

/// One provider, asked on behalf of accounts.
pub trait Provider: Send + Sync + fmt::Debug {
    /// Which provider this is.
    fn kind(&self) -> ProviderKind;

    /// What it can be asked.
    fn capabilities(&self) -> Capabilities;

    /// Every calendar of the account, whole: a calendar that is missing from the answer is gone.
    fn calendars<'a>(&'a self, ask: &'a Ask) -> BoxFuture<'a, Result<Vec<RemoteCalendar>, ProviderError>>;

    /// One page of a pull over one calendar.
    ///
    /// The caller begins with [`PullFrom::Start`] or the stored cursor, follows [`Next::Page`] until [`Next::Done`],
    /// and stores that cursor together with the last page's items. Every page says by its [`Listing`] whether the
    /// pass names all that exists or only what changed. An interrupted pass begins anew from where it began.
    fn changes<'a>(
        &'a self,
        ask: &'a Ask,
        calendar: &'a CalendarRef,
        from: PullFrom,
    ) -> BoxFuture<'a, Result<ChangePage, ProviderError>>;

    /// The busy time of calendars by their provider ids, in the order asked; one calendar's failure does not touch
    /// the others. The caller may ask for any number of calendars over any span: the adapter divides the question.
    fn free_busy<'a>(
        &'a self,
        ask: &'a Ask,
        calendars: &'a [String],
        window: Interval,
    ) -> BoxFuture<'a, Result<Vec<CalendarBusy>, ProviderError>>;

    /// One item on its own, by [`ExternalEvent::provider_id`](kalends_core::external_event::ExternalEvent); one that is
    /// unknown is gone. For items that could not be read; providers that name everything each time need it not.
    fn event<'a>(
        &'a self,
        _ask: &'a Ask,
        _calendar: &'a CalendarRef,
        _provider_id: &'a str,
    ) -> BoxFuture<'a, Result<SingleItem, ProviderError>> {
        let what = "name one item";
        ready(Err(ProviderError::Unsupported { what })).boxed()
    }

    /// One page of the versions of all items, for audits. Providers that name everything each time need it not.
    fn versions<'a>(
        &'a self,
        _ask: &'a Ask,
        _calendar: &'a CalendarRef,
        _from: VersionsFrom,
    ) -> BoxFuture<'a, Result<VersionPage, ProviderError>> {
        let what = "name versions";
        ready(Err(ProviderError::Unsupported { what })).boxed()
    }

    /// Opens a push channel. The caller has written the channel down before, because its first message may come before
    /// the answer. [`ProviderError::Unavailable`] and [`ProviderError::Unreadable`] leave open whether it was opened;
    /// all others say that it was not.
    fn watch<'a>(
        &'a self,
        _ask: &'a Ask,
        _target: &'a WatchTarget,
        _new: &'a NewChannel,
    ) -> BoxFuture<'a, Result<Channel, ProviderError>> {
        let what = "tell of changes";
        ready(Err(ProviderError::Unsupported { what })).boxed()
    }

    /// Ends a push channel; one that is unknown or has ended is no error.
    fn stop<'a>(
        &'a self,
        _ask: &'a Ask,
        _channel: &'a ChannelRef,
    ) -> BoxFuture<'a, Result<(), ProviderError>> {
        let what = "tell of changes";
        ready(Err(ProviderError::Unsupported { what })).boxed()
    }

    /// Takes one step of writing an event. An error says nothing of what became of it: the link is planned again, and
    /// a step may be taken twice.
    fn write<'a>(
        &'a self,
        _ask: &'a Ask,
        _calendar: &'a CalendarRef,
        _order: EventOrder<'a>,
    ) -> BoxFuture<'a, Result<Outcome, ProviderError>> {
        let what = "take events";
        ready(Err(ProviderError::Unsupported { what })).boxed()
    }
}

/// What a provider can be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// Answers [`Provider::free_busy`].
    pub free_busy: bool,
    /// Tells only what changed since a cursor; else a pull of a changed calendar names everything each time.
    pub incremental: bool,
    /// Takes events.
    pub writable: bool,
    /// What its push channels can cover; nothing when it has none.
    pub push: &'static [Covers],
}
