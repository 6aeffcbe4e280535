-- Written for PostgreSQL; src/dialect.rs turns the few words that SQLite calls otherwise.
-- Instants are microseconds since 1970 (`_us`), civil times and JSON are text, ids are UUIDv7.

CREATE TABLE tenants (
    id UUID PRIMARY KEY,
    name TEXT COLLATE "C" NOT NULL UNIQUE,
    settings TEXT NOT NULL,
    -- The tenant's data key, sealed under the key of the ring that `wrapped_by` names.
    data_key BYTEA NOT NULL,
    wrapped_by TEXT NOT NULL,
    -- The newest number of the tenant's feed of changes.
    last_seq BIGINT NOT NULL,
    created_us BIGINT NOT NULL
);

CREATE TABLE api_keys (
    id UUID PRIMARY KEY,
    tenant_id UUID NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    -- The readable start of the key, for people to tell keys apart.
    prefix TEXT NOT NULL,
    -- SHA-256 of the whole key.
    hash BYTEA NOT NULL UNIQUE,
    created_us BIGINT NOT NULL,
    last_used_us BIGINT,
    revoked_us BIGINT
);

CREATE INDEX api_keys_by_tenant ON api_keys (tenant_id);

CREATE TABLE users (
    tenant_id UUID NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id TEXT COLLATE "C" NOT NULL,
    display_name TEXT,
    time_zone TEXT NOT NULL,
    created_us BIGINT NOT NULL,
    updated_us BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
);

CREATE TABLE settings (
    tenant_id UUID NOT NULL,
    user_id TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    value TEXT NOT NULL,
    updated_us BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, user_id, kind),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id) ON DELETE CASCADE
);

CREATE TABLE manual_blocks (
    id UUID PRIMARY KEY,
    tenant_id UUID NOT NULL,
    user_id TEXT COLLATE "C" NOT NULL,
    start_us BIGINT NOT NULL,
    end_us BIGINT NOT NULL,
    title TEXT,
    created_us BIGINT NOT NULL,
    CHECK (start_us < end_us),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id) ON DELETE CASCADE
);

CREATE INDEX manual_blocks_by_time ON manual_blocks (tenant_id, user_id, end_us, start_us);
