CREATE TABLE changes (
    tenant_id UUID NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    seq BIGINT NOT NULL,
    kind TEXT NOT NULL,
    user_id TEXT,
    subject TEXT NOT NULL,
    data TEXT NOT NULL,
    at_us BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, seq)
);

CREATE INDEX changes_by_time ON changes (at_us);
