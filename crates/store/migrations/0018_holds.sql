-- Events that are only held: tentative, for a while. The event has everything else.
CREATE TABLE holds (
    event_id UUID PRIMARY KEY REFERENCES events (id) ON DELETE CASCADE,
    tenant_id UUID NOT NULL,
    -- The application's name for it; free again when the hold has ended without an event.
    key TEXT COLLATE "C",
    state TEXT NOT NULL,
    expires_us BIGINT NOT NULL,
    created_us BIGINT NOT NULL,
    updated_us BIGINT NOT NULL
);

CREATE UNIQUE INDEX holds_by_key ON holds (tenant_id, key) WHERE state IN ('placed', 'confirmed');
CREATE INDEX holds_by_tenant ON holds (tenant_id, event_id);
CREATE INDEX holds_to_expire ON holds (expires_us, event_id) WHERE state = 'placed';
