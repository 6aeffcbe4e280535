//! Reading links.

use kalends_core::{
    sync::push::{LinkKey, LinkState, Made, Provided, Synced, Unanswered},
    time::{CalendarId, ConnectionId, EventId, EventLinkId, TenantId},
};
use uuid::Uuid;

use super::{LinkAim, LinkRow, LinkStanding, Sightings, form};
use crate::{
    Store, StoreError,
    db::{Row, corrupt, sql},
};

pub(super) const COLUMNS: &str = "SELECT l.id, l.tenant_id, l.event_id, l.user_id, l.calendar_id, l.place, l.series_link,
     l.occurrence, l.generation, l.provider_id, l.etag, l.provider_updated_us, l.sent, l.shown, l.unanswered,
     l.deleting, l.held, l.meeting_link, l.page, l.meeting, l.meeting_url, l.answers, l.removing, l.off, l.sightings,
     l.sighted_etag, l.sighted_times, l.looked, l.stray, l.owed, l.status, l.reason, l.last_error, l.synced_us, l.revision,
     l.created_us, l.updated_us, c.connection_id FROM event_links l JOIN calendars c ON c.id = l.calendar_id";

impl Store {
    /// One link.
    pub async fn event_link(&self, tenant: TenantId, id: EventLinkId) -> Result<LinkRow, StoreError> {
        let select = sql(COLUMNS)
            .push(" WHERE l.tenant_id = ")
            .push_bind(tenant)
            .push(" AND l.id = ")
            .push_bind(id);
        let row = self.db().read_first(select).await?;
        link(&row.ok_or(StoreError::NotFound { what: "link" })?)
    }

    /// The addresses of the accounts on whose calendars the event is to be shown. Never logged.
    pub async fn linked_accounts(&self, tenant: TenantId, event: EventId) -> Result<Vec<String>, StoreError> {
        let select = sql("SELECT DISTINCT n.account_label FROM event_links l
             JOIN calendars c ON c.id = l.calendar_id JOIN connections n ON n.id = c.connection_id
             WHERE l.tenant_id = $1 AND l.event_id = $2 AND NOT l.removing")
        .bind(tenant)
        .bind(event);
        let rows = self.db().read(select).await?;
        rows.iter().map(|row| row.get("account_label")).collect()
    }

    /// The links of these events, in the order in which they were made.
    pub async fn links_of_events(
        &self,
        tenant: TenantId,
        events: &[EventId],
    ) -> Result<Vec<LinkRow>, StoreError> {
        let select = sql(COLUMNS)
            .push(" WHERE l.tenant_id = ")
            .push_bind(tenant)
            .push(" AND l.event_id IN ")
            .push_list(events.iter().copied())
            .push(" ORDER BY l.id");
        self.db().read(select).await?.iter().map(link).collect()
    }
}

pub(super) fn link(row: &Row) -> Result<LinkRow, StoreError> {
    let id = row.id("id", EventLinkId)?;
    let content = |column: &'static str| {
        let text = row.get::<Option<String>>(column)?;
        text.map(|text| form::content(column, &text)).transpose()
    };
    let provided = match (
        row.get::<Option<String>>("provider_id")?,
        row.get::<Option<String>>("etag")?,
    ) {
        (Some(id), Some(etag)) => Some(Provided {
            id,
            etag,
            updated: row.optional_time("provider_updated_us")?,
        }),
        _ => None,
    };
    let synced = match (content("sent")?, content("shown")?) {
        (Some(sent), Some(shown)) => Some(Synced { sent, shown }),
        _ => None,
    };
    let series = row.get::<Option<Uuid>>("series_link")?.map(EventLinkId);
    let occurrence = row.get::<Option<String>>("occurrence")?;
    let occurrence = occurrence.map(|start| start.parse().map_err(|_| corrupt("occurrence", "no start")));
    let state = LinkState {
        key: LinkKey {
            link: series.unwrap_or(id),
            generation: row.count("generation")?,
            occurrence: occurrence.transpose()?,
        },
        provided,
        synced,
        unanswered: Unanswered {
            writes: form::contents("unanswered", row.get::<Option<String>>("unanswered")?.as_deref())?,
            delete: row.get("deleting")?,
        },
        held: form::fields("held", &row.get::<String>("held")?)?,
        meeting_link: row.word("meeting_link")?,
    };
    let made = Made {
        page: row.get("page")?,
        meeting: form::meeting(&row.get::<String>("meeting")?, row.get("meeting_url")?)?,
        answers: form::answers("answers", &row.json("answers")?)?,
    };
    let aim = match (row.get("off")?, row.get("removing")?) {
        (true, _) => LinkAim::Off,
        (false, true) => LinkAim::Removed,
        (false, false) => LinkAim::Shown,
    };
    let standing = LinkStanding {
        state,
        made,
        aim,
        looked: row.get("looked")?,
        owed: row.get("owed")?,
        status: row.word("status")?,
        reason: row.get("reason")?,
        last_error: row.get("last_error")?,
        synced_at: row.optional_time("synced_us")?,
    };
    Ok(LinkRow {
        id,
        tenant: row.id("tenant_id", TenantId)?,
        event: row.id("event_id", EventId)?,
        user: row.user("user_id")?,
        calendar: row.id("calendar_id", CalendarId)?,
        place: row.get("place")?,
        connection: row.id("connection_id", ConnectionId)?,
        standing,
        sightings: Sightings {
            count: row.get("sightings")?,
            etag: row.get("sighted_etag")?,
            stray: row.get("stray")?,
            times: form::starts("sighted_times", &row.get::<String>("sighted_times")?)?,
        },
        revision: row.get("revision")?,
        created_at: row.time("created_us")?,
        updated_at: row.time("updated_us")?,
    })
}
