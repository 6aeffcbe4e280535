CREATE TABLE oauth_states (
    id UUID PRIMARY KEY,
    tenant_id UUID NOT NULL,
    user_id TEXT COLLATE "C" NOT NULL,
    -- SHA-256 of the `state` parameter; the parameter itself is never stored.
    state_hash BYTEA NOT NULL UNIQUE,
    -- SHA-256 of the browser's cookie nonce; NULL when a backend started.
    nonce_hash BYTEA,
    pkce_verifier BYTEA NOT NULL,
    provider TEXT NOT NULL,
    oauth_client TEXT NOT NULL,
    features TEXT NOT NULL,
    return_to TEXT,
    expires_us BIGINT NOT NULL,
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id) ON DELETE CASCADE
);

CREATE INDEX oauth_states_by_user ON oauth_states (tenant_id, user_id);
CREATE INDEX oauth_states_by_expiry ON oauth_states (expires_us);

CREATE TABLE connect_sessions (
    -- SHA-256 of the one-time ticket.
    ticket_hash BYTEA PRIMARY KEY,
    tenant_id UUID NOT NULL,
    user_id TEXT COLLATE "C" NOT NULL,
    -- NULL lets the person choose.
    provider TEXT,
    features TEXT NOT NULL,
    return_to TEXT,
    expires_us BIGINT NOT NULL,
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id) ON DELETE CASCADE
);

CREATE INDEX connect_sessions_by_user ON connect_sessions (tenant_id, user_id);
CREATE INDEX connect_sessions_by_expiry ON connect_sessions (expires_us);

CREATE TABLE connections (
    id UUID PRIMARY KEY,
    tenant_id UUID NOT NULL,
    user_id TEXT COLLATE "C" NOT NULL,
    provider TEXT NOT NULL,
    -- The provider's own id of the account; for a feed the hash of its address.
    account_id TEXT NOT NULL,
    -- What people know the account by, such as its address. Never logged.
    account_label TEXT NOT NULL,
    oauth_client TEXT,
    state TEXT NOT NULL,
    reason TEXT,
    revoked_us BIGINT,
    features TEXT NOT NULL,
    scopes TEXT NOT NULL,
    refresh_token BYTEA,
    access_token BYTEA,
    access_expires_us BIGINT,
    url BYTEA,
    lease_until_us BIGINT NOT NULL,
    lease_fence BIGINT NOT NULL,
    created_us BIGINT NOT NULL,
    updated_us BIGINT NOT NULL,
    UNIQUE (tenant_id, user_id, provider, account_id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id) ON DELETE CASCADE
);

-- Revoking a grant asks, over all tenants, whether another connection lives by it.
CREATE INDEX connections_by_account ON connections (provider, account_id);
