CREATE TABLE calendars (
    id UUID PRIMARY KEY,
    tenant_id UUID NOT NULL,
    user_id TEXT COLLATE "C" NOT NULL,
    connection_id UUID NOT NULL REFERENCES connections (id) ON DELETE CASCADE,
    provider_id TEXT NOT NULL,
    name TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    color TEXT,
    access_role TEXT NOT NULL,
    is_primary BOOLEAN NOT NULL,
    free_busy_only BOOLEAN NOT NULL,
    can_write BOOLEAN NOT NULL,
    can_create_meet BOOLEAN NOT NULL,
    selected BOOLEAN NOT NULL,
    write_target BOOLEAN NOT NULL,
    -- When the provider stopped listing the calendar.
    lost_us BIGINT,

    sync_status TEXT NOT NULL,
    last_synced_us BIGINT,
    last_error TEXT,
    retry_count BIGINT NOT NULL,
    next_retry_us BIGINT,

    -- Where the next delta pass starts; NULL asks for a full pass.
    cursor TEXT,
    -- Counts passes; a write of an older pass is refused.
    pass BIGINT NOT NULL,
    -- Counts full passes; events that the newest finished one did not see are deleted.
    generation BIGINT NOT NULL,
    pass_kind TEXT,
    pass_started_us BIGINT,
    pass_pages BIGINT NOT NULL,
    pass_items BIGINT NOT NULL,

    -- The window that the busy months answer for.
    covered_from_us BIGINT,
    covered_until_us BIGINT,
    as_of_us BIGINT,
    source TEXT,
    -- The interval at which the provider asks to be polled.
    poll_hint_us BIGINT,
    created_us BIGINT NOT NULL,
    updated_us BIGINT NOT NULL,
    UNIQUE (connection_id, provider_id)
);

CREATE INDEX calendars_by_user ON calendars (tenant_id, user_id);
CREATE UNIQUE INDEX calendars_one_write_target ON calendars (tenant_id, user_id) WHERE write_target;

CREATE TABLE busy_months (
    calendar_id UUID NOT NULL REFERENCES calendars (id) ON DELETE CASCADE,
    -- Months since January of year 0, UTC.
    month BIGINT NOT NULL,
    tenant_id UUID NOT NULL,
    runs BYTEA NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (calendar_id, month)
);

CREATE TABLE sync_runs (
    id UUID PRIMARY KEY,
    tenant_id UUID NOT NULL,
    calendar_id UUID NOT NULL REFERENCES calendars (id) ON DELETE CASCADE,
    connection_id UUID NOT NULL,
    kind TEXT NOT NULL,
    trigger_kind TEXT NOT NULL,
    outcome TEXT NOT NULL,
    error TEXT,
    started_us BIGINT NOT NULL,
    finished_us BIGINT,
    created_count BIGINT NOT NULL,
    updated_count BIGINT NOT NULL,
    deleted_count BIGINT NOT NULL,
    quarantined_count BIGINT NOT NULL,
    pages BIGINT NOT NULL,
    requests BIGINT NOT NULL
);

CREATE INDEX sync_runs_by_calendar ON sync_runs (calendar_id, id);
CREATE INDEX sync_runs_running ON sync_runs (calendar_id) WHERE outcome = 'running';
CREATE INDEX sync_runs_by_connection ON sync_runs (tenant_id, connection_id, id);
CREATE INDEX sync_runs_by_start ON sync_runs (started_us);
