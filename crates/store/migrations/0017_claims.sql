-- Whose time events take: one row for each time of each of an event's people.
CREATE TABLE claims (
    event_id UUID NOT NULL REFERENCES events (id) ON DELETE CASCADE,
    tenant_id UUID NOT NULL,
    user_id TEXT COLLATE "C" NOT NULL,
    start_us BIGINT NOT NULL,
    end_us BIGINT NOT NULL,
    -- Whether the time was free when it was taken, and is kept so.
    exclusive BOOLEAN NOT NULL,
    -- How many events of the kind may take exactly this time.
    seats BIGINT NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    -- When the time is free again; NULL for an event, a time for a hold.
    expires_us BIGINT,
    PRIMARY KEY (event_id, user_id, start_us),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id) ON DELETE CASCADE
);

CREATE INDEX claims_by_time ON claims (tenant_id, user_id, end_us, start_us);

-- Series that go on beyond their claims.
CREATE TABLE claim_horizons (
    event_id UUID PRIMARY KEY REFERENCES events (id) ON DELETE CASCADE,
    tenant_id UUID NOT NULL,
    -- The end of the window in which their times are claimed.
    until_us BIGINT NOT NULL
);

CREATE INDEX claim_horizons_by_tenant ON claim_horizons (tenant_id, until_us);
CREATE INDEX claim_horizons_by_end ON claim_horizons (until_us, event_id);

-- PostgreSQL only: what the writers check, said once more by the database. SQLite has one writer at a time.
CREATE EXTENSION IF NOT EXISTS btree_gist WITH SCHEMA public;

ALTER TABLE claims ADD CONSTRAINT claims_apart EXCLUDE USING gist (
    tenant_id WITH =, user_id WITH =, int8range(start_us, end_us) WITH &&
) WHERE (exclusive AND seats = 1);
