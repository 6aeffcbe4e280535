//! Everything that a push is planned from, read at once.

use kalends_core::{
    event::{Conference, Content, OriginalStart, Person, PersonRole, Presentation},
    sync::push::{Refusal, Wanted},
    time::{EventLinkId, TenantId},
    two_way::{Policy, Rules},
};
use kalends_store::{Calendar, EventRow, LinkAim, LinkRow, LinkStatus, StoreError};

use crate::{
    Engine,
    runner::failure::{Class, Failure},
    settings::{self, InForce, SettingsError},
    tenants,
};

/// A link with what decides over it.
pub(crate) struct Subject {
    pub(super) link: LinkRow,
    pub(super) event: EventRow,
    pub(super) calendar: Calendar,
    pub(super) settings: InForce,
    /// Of one time of a series: the series' link.
    series: Option<LinkRow>,
    /// What the calendar is to show; `None` when the event is to be off it.
    pub(super) content: Option<Content>,
    /// What it would show, whether it is to or not; `None` where the person takes no part.
    composed: Option<Content>,
    policy: Policy,
}

impl Subject {
    /// The link as it is now; `None` when it is gone with its event, its calendar or its user.
    pub(super) async fn load(
        engine: &Engine,
        tenant: TenantId,
        id: EventLinkId,
    ) -> Result<Option<Self>, Failure> {
        match read(engine, tenant, id).await {
            Err(SettingsError::Store(StoreError::NotFound { .. }) | SettingsError::UnknownUser) => Ok(None),
            Err(SettingsError::Store(error)) => Err(error.into()),
            Err(error) => Err(Failure::new(Class::Bug, "settings_unreadable", error)),
            Ok(subject) => Ok(Some(subject)),
        }
    }

    /// What the link is for.
    pub(super) fn wanted(&self) -> Wanted<'_> {
        self.content.as_ref().map_or(Wanted::Removed, Wanted::Shown)
    }

    /// Who decides over a person's edits. A hold is no event yet: what becomes of its mirror decides nothing.
    pub(super) fn rules(&self) -> Rules {
        let policy = match self.event.key {
            Some(_) => self.settings.sync.policy.unwrap_or(self.policy),
            None => Policy::AppWins,
        };
        Rules {
            policy,
            direction: self.settings.sync.direction,
            desired_at: self.event.desired_at,
        }
    }

    /// The part in the event of the person whose calendar it is.
    pub(super) fn role(&self) -> PersonRole {
        person(&self.event, &self.link).map_or(PersonRole::Participant, |person| person.role)
    }

    /// What the link's calendar shows of an event of this link, whether it is to be there or not; with the event as it was
    /// read.
    pub(crate) fn into_composed(self) -> Option<(EventRow, LinkRow, Content)> {
        Some((self.event, self.link, self.composed?))
    }

    /// Which time of a series the link is for; `None` for the event as a whole.
    pub(super) fn time(&self) -> Option<OriginalStart> {
        self.link.time()
    }

    /// What is in the way of a push of one time of a series.
    pub(super) fn waits(&self) -> Option<Wait> {
        let (start, series) = (self.time()?, self.series.as_ref()?);
        let event = &self.event.event;
        let (own, of_series) = (&self.link.standing, &series.standing);
        let is_under_way = of_series.owed && of_series.status != LinkStatus::Blocked;
        if is_under_way {
            return Some(Wait::ForSeries);
        }
        let is_given = event.is_shown() && event.occurrence(start).is_some();
        let is_wanted = self.content.is_some() || own.aim == LinkAim::Off;
        if !is_given || !is_wanted || of_series.aim != LinkAim::Shown {
            return Some(Wait::ForTime);
        }
        let is_there = of_series.state.synced.is_some() && of_series.state.provided.is_some();
        let is_same = of_series.state.key.series() == own.state.key.series();
        (!is_there || !is_same).then_some(Wait::ForSeries)
    }

    /// Whether the link waits for a person's word.
    pub(super) fn is_asked(&self) -> bool {
        self.link.standing.reason.as_deref() == Some(Refusal::Asked.code())
    }
}

/// What is in the way of a push of one time of a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wait {
    /// The series is pushed first, and then lets its times follow.
    ForSeries,
    /// The series has no such time now, or is off the calendar with all of its times.
    ForTime,
}

/// The link as it is now.
pub(crate) async fn read(
    engine: &Engine,
    tenant: TenantId,
    id: EventLinkId,
) -> Result<Subject, SettingsError> {
    let store = engine.store();
    let link = store.event_link(tenant, id).await?;
    let series = match link.time() {
        Some(_) => Some(store.event_link(tenant, link.standing.state.key.link).await?),
        None => None,
    };
    let event = store.event(tenant, link.event).await?;
    let calendar = store.calendar(tenant, link.calendar).await?;
    let settings = settings::of_user(engine, tenant, &link.user).await?;
    let row = store.tenant(tenant).await?;
    let invites = !event.event.attendees.is_empty();
    let linked = if invites {
        store.linked_accounts(tenant, event.id).await?
    } else {
        Vec::new()
    };
    let composed = composed(&event, &link, &settings, (&row.name, &linked));
    let is_there = link
        .time()
        .is_none_or(|start| event.event.occurrence(start).is_some());
    let is_shown = link.standing.aim == LinkAim::Shown && event.event.is_shown() && is_there;
    Ok(Subject {
        policy: tenants::policy_of(&row.settings),
        content: composed.clone().filter(|_| is_shown),
        composed,
        link,
        event,
        calendar,
        settings,
        series,
    })
}

/// What the link's calendar shows of an event, if it does.
fn composed(
    event: &EventRow,
    link: &LinkRow,
    settings: &InForce,
    (tenant_name, linked_addresses): (&str, &[String]),
) -> Option<Content> {
    let person = person(event, link)?;
    let meet = settings.meet;
    let presentation = Presentation {
        tenant_name,
        conference: if meet.auto {
            Conference::Wanted
        } else {
            Conference::NotWanted
        },
        linked_addresses,
    };
    let content = match link.standing.state.key.occurrence {
        None => event.event.content_for(person, presentation),
        Some(start) => {
            let series = &event.event;
            let taken_out = || series.with(start)?.occurrence(start);
            let time = series.occurrence(start).or_else(taken_out)?;
            time.content_for(person, presentation)
        }
    };
    Some(if meet.enabled {
        content
    } else {
        Content {
            conference: Conference::NotWanted,
            ..content
        }
    })
}

fn person<'a>(event: &'a EventRow, link: &LinkRow) -> Option<&'a Person> {
    event.event.people.iter().find(|person| person.user == link.user)
}
