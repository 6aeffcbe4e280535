-- The processes that serve this database, one row each while it lives. Instants are by the database's clock, which they share.
CREATE TABLE replicas (
    -- The name by which it also leases tasks.
    id TEXT COLLATE "C" PRIMARY KEY,
    role TEXT NOT NULL,
    started_us BIGINT NOT NULL,
    beat_us BIGINT NOT NULL
);

-- Jobs that are done once a day by whichever process comes first.
CREATE TABLE schedules (
    name TEXT COLLATE "C" PRIMARY KEY,
    next_us BIGINT NOT NULL,
    fired_us BIGINT
);
