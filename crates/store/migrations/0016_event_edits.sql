-- What people did to the application's events on their calendars, and what was decided over it: both sides are kept, so that
-- it can be undone.
CREATE TABLE event_edits (
    id UUID PRIMARY KEY,
    tenant_id UUID NOT NULL,
    event_id UUID NOT NULL REFERENCES events (id) ON DELETE CASCADE,
    link_id UUID NOT NULL,
    user_id TEXT COLLATE "C" NOT NULL,
    kind TEXT NOT NULL,
    -- Of an edit: the fields with what was decided on each (JSON), those of them that compete, and both sides.
    fields TEXT NOT NULL,
    competing TEXT NOT NULL,
    ours TEXT,
    theirs TEXT,
    -- Of a deletion: what became of the event.
    outcome TEXT,
    -- Whether a person is still asked, and what was done about it since.
    state TEXT NOT NULL,
    created_us BIGINT NOT NULL,
    updated_us BIGINT NOT NULL
);

CREATE INDEX event_edits_by_event ON event_edits (event_id);
CREATE INDEX event_edits_open ON event_edits (tenant_id, user_id, id) WHERE state = 'open';
