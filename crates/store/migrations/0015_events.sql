-- What the application owns and wants on calendars.
CREATE TABLE events (
    id UUID PRIMARY KEY,
    tenant_id UUID NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    -- The application's name for it; NULL while it is only a hold.
    key TEXT COLLATE "C",
    -- Counts the application's and people's changes; a write for an older one is refused.
    version BIGINT NOT NULL,
    status TEXT NOT NULL,
    content TEXT NOT NULL,
    -- Everything that it can touch, whole days in UTC. BIGINT's largest value stands for an endless series.
    start_us BIGINT NOT NULL,
    end_us BIGINT NOT NULL,
    -- When the application last changed it, for `newest_wins`.
    desired_us BIGINT NOT NULL,
    created_us BIGINT NOT NULL,
    updated_us BIGINT NOT NULL,
    UNIQUE (tenant_id, key)
);

CREATE INDEX events_by_time ON events (tenant_id, start_us, id);

-- On whose calendars it belongs, for finding it.
CREATE TABLE event_people (
    event_id UUID NOT NULL REFERENCES events (id) ON DELETE CASCADE,
    tenant_id UUID NOT NULL,
    user_id TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (event_id, user_id)
);

CREATE INDEX event_people_by_user ON event_people (tenant_id, user_id);

CREATE TABLE event_metadata (
    event_id UUID NOT NULL REFERENCES events (id) ON DELETE CASCADE,
    tenant_id UUID NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    value TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (event_id, name)
);

CREATE INDEX event_metadata_by_value ON event_metadata (tenant_id, name, value);

-- An event on one calendar, or one changed time of a series on it.
CREATE TABLE event_links (
    id UUID PRIMARY KEY,
    tenant_id UUID NOT NULL,
    event_id UUID NOT NULL REFERENCES events (id) ON DELETE CASCADE,
    user_id TEXT COLLATE "C" NOT NULL,
    calendar_id UUID NOT NULL REFERENCES calendars (id) ON DELETE CASCADE,
    -- What the calendar is at its provider: two people may have connected the same one.
    place TEXT COLLATE "C" NOT NULL,
    -- Of one changed time of a series: the series' link, and when the time would have begun.
    series_link UUID REFERENCES event_links (id) ON DELETE CASCADE,
    occurrence TEXT COLLATE "C",

    -- What is known of the event at the provider: core's LinkState.
    generation BIGINT NOT NULL,
    provider_id TEXT COLLATE "C",
    etag TEXT,
    provider_updated_us BIGINT,
    sent TEXT,
    shown TEXT,
    unanswered TEXT,
    deleting BOOLEAN NOT NULL,
    held TEXT NOT NULL,
    meeting_link TEXT NOT NULL,

    -- What the provider made of it by itself.
    page TEXT,
    meeting TEXT NOT NULL,
    meeting_url TEXT,
    answers TEXT NOT NULL,

    -- Whether its event is to be off the calendar: cancelled, or its person no longer takes part.
    removing BOOLEAN NOT NULL,
    -- Whether it was taken off this calendar by hand and stays off.
    off BOOLEAN NOT NULL,
    -- Pulls count what they come across here, beside the rest of the row, and note the version that they saw.
    sightings BIGINT NOT NULL,
    sighted_etag TEXT,
    -- How many of the sightings have been looked at.
    looked BIGINT NOT NULL,
    -- An event of an earlier generation that came late and is to be deleted; written by pulls too.
    stray TEXT COLLATE "C",
    -- Whether the calendar may differ from what is wanted.
    owed BOOLEAN NOT NULL,
    status TEXT NOT NULL,
    reason TEXT,
    last_error TEXT,
    synced_us BIGINT,
    -- Counts writes of this row; a write for an older one is refused.
    revision BIGINT NOT NULL,
    created_us BIGINT NOT NULL,
    updated_us BIGINT NOT NULL
);

CREATE INDEX event_links_by_event ON event_links (event_id);
CREATE INDEX event_links_by_user ON event_links (tenant_id, user_id, status);
CREATE UNIQUE INDEX event_links_by_provider_id ON event_links (calendar_id, provider_id) WHERE provider_id IS NOT NULL;
CREATE INDEX event_links_owed ON event_links (id) WHERE owed;
