CREATE TABLE idempotency_keys (
    tenant_id UUID NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    -- The pattern of the address, such as `/v1/users/{userId}/blocks`.
    route TEXT COLLATE "C" NOT NULL,
    -- What the caller chose.
    key TEXT COLLATE "C" NOT NULL,
    -- SHA-256 of what was asked for.
    request_hash BYTEA NOT NULL,
    -- The request that holds the key, so that one which lost it writes nothing.
    attempt UUID NOT NULL,
    -- The kept answer, its body sealed; NULL while the request is under way.
    status BIGINT,
    body BYTEA,
    -- Until when the request under way holds the key, or its answer is kept.
    expires_us BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, route, key)
);

CREATE INDEX idempotency_keys_by_expiry ON idempotency_keys (expires_us);
