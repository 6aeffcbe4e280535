CREATE TABLE push_channels (
    -- The channel's name at the provider too, which must never be used again: rows are added, not reused.
    id UUID PRIMARY KEY,
    tenant_id UUID NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    -- No reference: a row outlives its user, so that the channel can be stopped and late messages are known.
    connection_id UUID NOT NULL,
    -- NULL for the list of the account's calendars.
    calendar_id UUID,
    -- SHA-256 of what its messages carry as proof.
    secret_hash BYTEA NOT NULL,
    -- The provider's word for what is watched; NULL while no answer has come. Without it a channel cannot be stopped.
    resource_id TEXT,
    state TEXT NOT NULL,
    -- Why it is not live, as a stable code.
    reason TEXT,
    opened_us BIGINT NOT NULL,
    expires_us BIGINT NOT NULL,
    -- When it is to be replaced.
    renew_us BIGINT,
    -- Known to the minute.
    last_message_us BIGINT,
    -- Changes in a row that a poll found and no message had told.
    missed BIGINT NOT NULL
);

CREATE INDEX push_channels_by_calendar ON push_channels (calendar_id, id) WHERE calendar_id IS NOT NULL;
CREATE INDEX push_channels_by_connection ON push_channels (connection_id, id);
CREATE INDEX push_channels_by_tenant ON push_channels (tenant_id);
CREATE INDEX push_channels_by_expiry ON push_channels (expires_us);
CREATE INDEX push_channels_stopping ON push_channels (id) WHERE state = 'stopping';
