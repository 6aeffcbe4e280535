-- What people must look at: an event, one of its people, and what it is in conflict with.
CREATE TABLE conflicts (
    id UUID PRIMARY KEY,
    tenant_id UUID NOT NULL,
    event_id UUID NOT NULL REFERENCES events (id) ON DELETE CASCADE,
    user_id TEXT COLLATE "C" NOT NULL,
    kind TEXT NOT NULL,
    -- What sort of thing, and, but for working hours, a colon and its name.
    opponent TEXT COLLATE "C" NOT NULL,
    -- Where they first meet, and how often; NULL when it is not about time.
    first_start_us BIGINT,
    first_end_us BIGINT,
    times BIGINT NOT NULL,
    state TEXT NOT NULL,
    -- How it was resolved.
    resolution TEXT,
    -- Whether it still is: open, or kept by a person for as long as it stays as it was then.
    standing BOOLEAN NOT NULL,
    -- Counts its writes; a write for an older one is refused.
    revision BIGINT NOT NULL,
    opened_us BIGINT NOT NULL,
    updated_us BIGINT NOT NULL,
    resolved_us BIGINT,
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id) ON DELETE CASCADE
);

CREATE UNIQUE INDEX conflicts_standing ON conflicts (event_id, user_id, opponent) WHERE standing;
CREATE INDEX conflicts_by_user ON conflicts (tenant_id, user_id, id);
CREATE INDEX conflicts_by_state ON conflicts (tenant_id, state, id);
CREATE INDEX conflicts_by_opponent ON conflicts (tenant_id, opponent) WHERE state = 'open';
CREATE INDEX conflicts_resolved ON conflicts (resolved_us) WHERE state = 'resolved';

-- Edits that somebody must look at, by whom they are of.
CREATE INDEX event_edits_of_person ON event_edits (tenant_id, user_id) WHERE state = 'open' OR competing <> '';

-- Whether the event is where it is because a person moved it there on their calendar.
ALTER TABLE events ADD COLUMN moved_by_person BOOLEAN NOT NULL DEFAULT FALSE;
