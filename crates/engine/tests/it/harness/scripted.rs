//! A provider that holds calendars in memory, answers in pages, and fails when told to.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex},
};

use futures::future::BoxFuture;
use jiff::Timestamp;
use kalends_core::{ambient::Clock, external_event::ExternalEvent, provider::ProviderKind, time::Interval};
use kalends_providers::{
    Provider,
    provider::{
        Ask, CalendarBusy, CalendarRef, Capabilities, ChangePage, Channel, ChannelRef, Covers, Cursor, Fate,
        ItemVersion, Listing, NewChannel, Next, PageToken, ProviderError, PullFrom, Quarantined,
        RemoteCalendar, RemoteItem, SingleItem, VersionPage, VersionsFrom, WatchTarget,
    },
};
use kalends_testkit::ManualClock;
use secrecy::SecretString;

/// One entry of a calendar's history.
#[derive(Clone, Debug)]
struct Revision {
    provider_id: String,
    item: Option<ExternalEvent>,
}

#[derive(Debug, Default)]
struct Remote {
    history: Vec<Revision>,
    /// Cursors older than this revision are refused.
    oldest_cursor: usize,
    poison: Option<String>,
    withdrawn: Option<String>,
}

#[derive(Debug, Default)]
struct State {
    calendars: Vec<RemoteCalendar>,
    events: BTreeMap<String, Remote>,
    page_size: usize,
    empty_pages: usize,
    /// Names everything each time, as a feed does.
    complete: bool,
    /// What the next questions answer instead of the truth; `None` lets one pass.
    faults: VecDeque<Option<ProviderError>>,
    asked: Vec<PullFrom>,
    asked_alone: usize,
    /// Set when it has push channels.
    clock: Option<Arc<ManualClock>>,
    /// The channels it was asked for and opened, with the target's name.
    watches: Vec<Watch>,
    /// What the next questions for a channel answer; `None` lets one pass.
    watch_faults: VecDeque<Option<ProviderError>>,
}

/// A channel at the provider.
#[derive(Clone, Debug)]
pub(crate) struct Watch {
    pub(crate) id: String,
    pub(crate) secret: SecretString,
    pub(crate) resource_id: String,
    pub(crate) expires_at: Timestamp,
    pub(crate) stopped: bool,
}

/// See the file's head.
#[derive(Clone, Debug)]
pub(crate) struct Scripted {
    kind: ProviderKind,
    state: Arc<Mutex<State>>,
}

impl Scripted {
    pub(crate) fn new(kind: ProviderKind) -> Self {
        let state = State {
            page_size: 100,
            ..State::default()
        };
        Self {
            kind,
            state: Arc::new(Mutex::new(state)),
        }
    }

    fn now(&self) -> Timestamp {
        self.with(|state| {
            state
                .clock
                .as_ref()
                .map_or(Timestamp::MIN, |clock| Clock::now(&**clock))
        })
    }

    fn with<T>(&self, f: impl FnOnce(&mut State) -> T) -> T {
        f(&mut self.state.lock().unwrap())
    }

    pub(crate) fn list(&self, calendar: RemoteCalendar) {
        self.with(|state| {
            state
                .calendars
                .retain(|other| other.provider_id != calendar.provider_id);
            state.events.entry(calendar.provider_id.clone()).or_default();
            state.calendars.push(calendar);
        });
    }

    pub(crate) fn unlist(&self, calendar: &str) {
        self.with(|state| {
            state.calendars.retain(|other| other.provider_id != calendar);
            state.events.remove(calendar);
        });
    }

    pub(crate) fn put(&self, calendar: &str, event: ExternalEvent) {
        let revision = Revision {
            provider_id: event.provider_id.clone(),
            item: Some(event),
        };
        self.with(|state| state.events.get_mut(calendar).unwrap().history.push(revision));
    }

    pub(crate) fn remove(&self, calendar: &str, provider_id: &str) {
        let revision = Revision {
            provider_id: provider_id.to_owned(),
            item: None,
        };
        self.with(|state| state.events.get_mut(calendar).unwrap().history.push(revision));
    }

    /// Makes an event of another form, or one that was not there, without a trace: no delta names it.
    pub(crate) fn slip_in(&self, calendar: &str, event: ExternalEvent) {
        self.with(|state| {
            let history = &mut state.events.get_mut(calendar).unwrap().history;
            let place = history
                .iter()
                .position(|revision| [&event.provider_id, "-"].contains(&revision.provider_id.as_str()));
            let revision = Revision {
                provider_id: event.provider_id.clone(),
                item: Some(event),
            };
            history[place.expect("an event, or what is left of one, makes room")] = revision;
        });
    }

    /// How often one item was asked for.
    pub(crate) fn asked_alone(&self) -> usize {
        self.with(|state| std::mem::take(&mut state.asked_alone))
    }

    /// Lets all items be read.
    pub(crate) fn cure(&self, calendar: &str) {
        self.with(|state| state.events.get_mut(calendar).unwrap().poison = None);
    }

    /// Lets an event vanish without a trace, as what was deleted long ago does.
    pub(crate) fn forget(&self, calendar: &str, provider_id: &str) {
        self.with(|state| {
            let history = &mut state.events.get_mut(calendar).unwrap().history;
            for revision in history
                .iter_mut()
                .filter(|revision| revision.provider_id == provider_id)
            {
                *revision = Revision {
                    provider_id: "-".to_owned(),
                    item: None,
                };
            }
        });
    }

    pub(crate) fn poison(&self, calendar: &str, provider_id: &str) {
        self.with(|state| state.events.get_mut(calendar).unwrap().poison = Some(provider_id.to_owned()));
    }

    /// Lets an event be deleted while everything is read: it is listed, and on every later page it is gone.
    pub(crate) fn withdraw_while_reading(&self, calendar: &str, provider_id: &str) {
        self.with(|state| state.events.get_mut(calendar).unwrap().withdrawn = Some(provider_id.to_owned()));
    }

    pub(crate) fn expire_cursors(&self, calendar: &str) {
        self.with(|state| {
            let remote = state.events.get_mut(calendar).unwrap();
            remote.oldest_cursor = remote.history.len() + 1;
            // One more revision, so that cursors handed out from now on are good.
            remote.history.push(Revision {
                provider_id: "-".to_owned(),
                item: None,
            });
        });
    }

    pub(crate) fn page_size(&self, size: usize) {
        self.with(|state| state.page_size = size);
    }

    /// Puts that many empty pages before every last one.
    pub(crate) fn empty_pages(&self, count: usize) {
        self.with(|state| state.empty_pages = count);
    }

    pub(crate) fn complete(&self) {
        self.with(|state| state.complete = true);
    }

    /// Lets `after` questions pass, then fails one.
    pub(crate) fn fail_after(&self, after: usize, error: ProviderError) {
        self.with(|state| {
            state.faults.extend(std::iter::repeat_with(|| None).take(after));
            state.faults.push_back(Some(error));
        });
    }

    /// Has push channels from now on.
    pub(crate) fn offer_push(&self, clock: &Arc<ManualClock>) {
        self.with(|state| state.clock = Some(Arc::clone(clock)));
    }

    /// Lets the next question for a channel fail; the channel is opened all the same when nobody can know.
    pub(crate) fn fail_watch(&self, error: ProviderError) {
        self.with(|state| state.watch_faults.push_back(Some(error)));
    }

    /// The channels that it was ever asked for and opened.
    pub(crate) fn watches(&self) -> Vec<Watch> {
        self.with(|state| state.watches.clone())
    }

    /// Its open channels that watch the resource.
    pub(crate) fn open_watches(&self, resource_id: &str) -> Vec<Watch> {
        let (mut watches, now) = (self.watches(), self.now());
        watches.retain(|watch| watch.resource_id == resource_id && !watch.stopped && now < watch.expires_at);
        watches
    }

    /// From now on nothing fails.
    pub(crate) fn no_faults(&self) {
        self.with(|state| state.faults.clear());
    }

    /// The questions about changes so far; forgets them.
    pub(crate) fn asked(&self) -> Vec<PullFrom> {
        self.with(|state| std::mem::take(&mut state.asked))
    }

    fn changes_now(&self, calendar: &str, from: PullFrom) -> Result<ChangePage, ProviderError> {
        self.with(|state| {
            state.asked.push(from.clone());
            if let Some(Some(error)) = state.faults.pop_front() {
                return Err(error);
            }
            let remote = state.events.get(calendar).ok_or(ProviderError::NotFound)?;
            let listed = state
                .calendars
                .iter()
                .find(|listed| listed.provider_id == calendar);
            let zone = listed.and_then(|listed| listed.zone.clone());
            let stated = |page: ChangePage| ChangePage {
                zone: zone.clone(),
                ..page
            };
            let (since, offset) = match from {
                PullFrom::Start { .. } => (None, 0),
                PullFrom::Cursor {
                    cursor: Cursor(text), ..
                } => (Some(text.parse::<usize>().unwrap()), 0),
                PullFrom::Page(PageToken(text)) => {
                    let (since, offset) = text.split_once('/').unwrap();
                    (since.parse::<usize>().ok(), offset.parse::<usize>().unwrap())
                }
            };
            if state.complete {
                return Ok(stated(remote.page(None, 0, usize::MAX, 0)));
            }
            if since.is_some_and(|since| since < remote.oldest_cursor) {
                return Err(ProviderError::CursorInvalid);
            }
            Ok(stated(remote.page(
                since,
                offset,
                state.page_size,
                state.empty_pages,
            )))
        })
    }
}

impl Remote {
    fn page(&self, since: Option<usize>, offset: usize, size: usize, empty_pages: usize) -> ChangePage {
        let mut latest: BTreeMap<&str, &Revision> = BTreeMap::new();
        for revision in &self.history[since.unwrap_or(0)..] {
            latest.insert(&revision.provider_id, revision);
        }
        let all: Vec<&Revision> = latest
            .into_values()
            .filter(|revision| revision.item.is_some() || (since.is_some() && revision.provider_id != "-"))
            .collect();
        let full = all.len().div_ceil(size).max(1);
        let here = all.iter().skip(offset * size).take(size);
        let (mut items, mut quarantined) = (Vec::new(), Vec::new());
        for revision in here {
            let provider_id = revision.provider_id.clone();
            if self.poison.as_ref() == Some(&provider_id) {
                quarantined.push(unreadable(&provider_id));
                continue;
            }
            items.push(match &revision.item {
                Some(event) => RemoteItem::external(event.clone()),
                None => RemoteItem::Gone {
                    provider_id,
                    ours: None,
                },
            });
        }
        if let Some(provider_id) = self.withdrawn.clone().filter(|_| since.is_none() && offset > 0) {
            items.push(RemoteItem::Gone {
                provider_id,
                ours: None,
            });
        }
        let next = if offset + 1 < full + empty_pages {
            let since = since.map_or("-".to_owned(), |since| since.to_string());
            Next::Page(PageToken(format!("{since}/{}", offset + 1)))
        } else {
            Next::Done {
                cursor: Cursor(self.history.len().to_string()),
                refresh_after: None,
            }
        };
        let listing = if since.is_some() {
            Listing::Delta
        } else {
            Listing::Complete
        };
        ChangePage {
            listing,
            items,
            quarantined,
            zone: None,
            next,
        }
    }
}

impl Provider for Scripted {
    fn kind(&self) -> ProviderKind {
        self.kind
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            free_busy: false,
            incremental: true,
            writable: false,
            push: if self.with(|state| state.clock.is_some()) {
                &[Covers::Calendar, Covers::CalendarList]
            } else {
                &[]
            },
        }
    }

    fn calendars<'a>(&'a self, _ask: &'a Ask) -> BoxFuture<'a, Result<Vec<RemoteCalendar>, ProviderError>> {
        let answer = self.with(|state| match state.faults.pop_front() {
            Some(Some(error)) => Err(error),
            _ => Ok(state.calendars.clone()),
        });
        Box::pin(async move { answer })
    }

    fn changes<'a>(
        &'a self,
        _ask: &'a Ask,
        calendar: &'a CalendarRef,
        from: PullFrom,
    ) -> BoxFuture<'a, Result<ChangePage, ProviderError>> {
        let answer = self.changes_now(&calendar.provider_id, from);
        Box::pin(async move { answer })
    }

    fn event<'a>(
        &'a self,
        _ask: &'a Ask,
        calendar: &'a CalendarRef,
        provider_id: &'a str,
    ) -> BoxFuture<'a, Result<SingleItem, ProviderError>> {
        let answer = self.with(|state| {
            state.asked_alone += 1;
            let remote = state
                .events
                .get(&calendar.provider_id)
                .ok_or(ProviderError::NotFound)?;
            if remote.poison.as_deref() == Some(provider_id) {
                return Ok(Err(unreadable(provider_id)));
            }
            let latest = remote
                .history
                .iter()
                .rfind(|revision| revision.provider_id == provider_id);
            Ok(Ok(match latest.and_then(|revision| revision.item.clone()) {
                Some(event) => RemoteItem::external(event),
                None => RemoteItem::Gone {
                    provider_id: provider_id.to_owned(),
                    ours: None,
                },
            }))
        });
        Box::pin(async move { answer })
    }

    fn versions<'a>(
        &'a self,
        _ask: &'a Ask,
        calendar: &'a CalendarRef,
        _from: VersionsFrom,
    ) -> BoxFuture<'a, Result<VersionPage, ProviderError>> {
        let answer = self.with(|state| {
            if let Some(Some(error)) = state.faults.pop_front() {
                return Err(error);
            }
            let remote = state
                .events
                .get(&calendar.provider_id)
                .ok_or(ProviderError::NotFound)?;
            let mut latest = BTreeMap::new();
            for revision in &remote.history {
                latest.insert(&revision.provider_id, revision.item.as_ref());
            }
            let items = latest.into_values().flatten().map(|event| ItemVersion {
                provider_id: event.provider_id.clone(),
                etag: event.etag.clone(),
            });
            Ok(VersionPage {
                items: items.collect(),
                next: None,
            })
        });
        Box::pin(async move { answer })
    }

    fn free_busy<'a>(
        &'a self,
        _ask: &'a Ask,
        _calendars: &'a [String],
        _window: Interval,
    ) -> BoxFuture<'a, Result<Vec<CalendarBusy>, ProviderError>> {
        Box::pin(async {
            Err(ProviderError::Unsupported {
                what: "answer free/busy questions",
            })
        })
    }

    fn watch<'a>(
        &'a self,
        _ask: &'a Ask,
        target: &'a WatchTarget,
        new: &'a NewChannel,
    ) -> BoxFuture<'a, Result<Channel, ProviderError>> {
        let resource_id = match target {
            WatchTarget::Calendar(calendar) => format!("events of {}", calendar.provider_id),
            WatchTarget::CalendarList => "list".to_owned(),
        };
        let expires_at = self.now() + new.lifetime;
        let fault = self.with(|state| {
            let fault = state.watch_faults.pop_front().flatten();
            assert!(
                state.watches.iter().all(|watch| watch.id != new.id),
                "an id is used twice"
            );
            if matches!(fault, None | Some(ProviderError::Unavailable { .. })) {
                state.watches.push(Watch {
                    id: new.id.clone(),
                    secret: new.secret.clone(),
                    resource_id: resource_id.clone(),
                    expires_at,
                    stopped: false,
                });
            }
            fault
        });
        Box::pin(async move {
            // A wait, so that a process can die between the question and its answer.
            tokio::task::yield_now().await;
            fault.map_or(
                Ok(Channel {
                    resource_id,
                    expires_at,
                }),
                Err,
            )
        })
    }

    fn stop<'a>(
        &'a self,
        _ask: &'a Ask,
        channel: &'a ChannelRef,
    ) -> BoxFuture<'a, Result<(), ProviderError>> {
        self.with(|state| {
            let same =
                |watch: &&mut Watch| watch.id == channel.id && watch.resource_id == channel.resource_id;
            state
                .watches
                .iter_mut()
                .filter(same)
                .for_each(|watch| watch.stopped = true);
        });
        Box::pin(async {
            tokio::task::yield_now().await;
            Ok(())
        })
    }
}

fn unreadable(provider_id: &str) -> Quarantined {
    Quarantined {
        provider_id: Some(provider_id.to_owned()),
        fate: Fate::LeftOut,
        reason: "no start".to_owned(),
    }
}
