CREATE TABLE tasks (
    id UUID PRIMARY KEY,
    -- NULL for work that belongs to no tenant.
    tenant_id UUID REFERENCES tenants (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    lane BIGINT NOT NULL,
    -- What shares the claims fairly, such as a connection.
    group_key TEXT NOT NULL,
    state TEXT NOT NULL,
    -- When somebody must look at the row: a waiting task's time to run, a running one's end of lease; NULL when dead.
    due_us BIGINT,
    payload TEXT NOT NULL,
    secret BYTEA,
    -- Failures that count, by the limit they count towards.
    transient_failures BIGINT NOT NULL,
    rejected_failures BIGINT NOT NULL,
    last_error TEXT,
    -- A running task that was asked for again: when and in which lane it runs once more.
    again_us BIGINT,
    again_lane BIGINT,
    lease_owner TEXT,
    fence BIGINT NOT NULL,
    created_us BIGINT NOT NULL,
    updated_us BIGINT NOT NULL,
    UNIQUE (kind, key)
);

CREATE INDEX tasks_due ON tasks (lane, due_us) WHERE due_us IS NOT NULL;
CREATE INDEX tasks_by_tenant ON tasks (tenant_id);
CREATE INDEX tasks_dead ON tasks (updated_us) WHERE state = 'dead';
