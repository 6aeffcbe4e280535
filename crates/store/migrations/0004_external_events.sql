CREATE TABLE external_events (
    -- Shown outside; within, an item is found by its calendar and the provider's id.
    id UUID NOT NULL,
    tenant_id UUID NOT NULL,
    calendar_id UUID NOT NULL REFERENCES calendars (id) ON DELETE CASCADE,
    provider_id TEXT COLLATE "C" NOT NULL,
    ical_uid TEXT,
    etag TEXT,
    role TEXT NOT NULL,
    -- The RRULE, RDATE, EXDATE and EXRULE lines of a master.
    recurrence TEXT,
    series_master TEXT COLLATE "C",
    original_start TEXT,
    original_us BIGINT,
    override_range TEXT,
    starts TEXT,
    ends TEXT,
    -- Everything that the item can touch. BIGINT's largest value stands for an endless series.
    span_start_us BIGINT NOT NULL,
    span_end_us BIGINT NOT NULL,
    status TEXT NOT NULL,
    kind TEXT NOT NULL,
    transparency TEXT NOT NULL,
    visibility TEXT NOT NULL,
    self_response TEXT,
    title TEXT,
    location TEXT,
    organizer TEXT,
    html_link TEXT,
    provider_updated_us BIGINT,
    -- SHA-256 of all that the provider says, to tell a changed item from one that was only sent again.
    content_hash BYTEA NOT NULL,
    generation BIGINT NOT NULL,
    -- What the latest write did to the row: 0 touched, 1 changed, 2 created.
    last_write BIGINT NOT NULL,
    PRIMARY KEY (calendar_id, provider_id)
);

CREATE INDEX external_events_by_span ON external_events (calendar_id, span_end_us, span_start_us);
CREATE INDEX external_events_by_master ON external_events (calendar_id, series_master)
    WHERE series_master IS NOT NULL;
CREATE INDEX external_events_by_original ON external_events (calendar_id, original_us)
    WHERE original_us IS NOT NULL;

-- Items that could not be read, with the reason; the rest of their calendar goes on.
CREATE TABLE quarantined_items (
    calendar_id UUID NOT NULL REFERENCES calendars (id) ON DELETE CASCADE,
    provider_id TEXT COLLATE "C" NOT NULL,
    tenant_id UUID NOT NULL,
    reason TEXT NOT NULL,
    generation BIGINT NOT NULL,
    first_seen_us BIGINT NOT NULL,
    last_seen_us BIGINT NOT NULL,
    PRIMARY KEY (calendar_id, provider_id)
);
