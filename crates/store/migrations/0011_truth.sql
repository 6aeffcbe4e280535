-- A full pass that would have deleted most of the calendar: its generation, and how many events it missed. The next
-- one has to miss them too. NULL while nothing is suspected.
ALTER TABLE calendars ADD COLUMN suspect_generation BIGINT;
ALTER TABLE calendars ADD COLUMN suspect_count BIGINT;

-- When the covered window has to move on; NULL before the first pass.
ALTER TABLE calendars ADD COLUMN roll_us BIGINT;
UPDATE calendars SET roll_us = 0 WHERE covered_until_us IS NOT NULL;
CREATE INDEX calendars_to_roll ON calendars (roll_us) WHERE selected AND lost_us IS NULL AND roll_us IS NOT NULL;

-- Since when a late calendar is watched, and since when it is said to be overdue; NULL while all is well.
ALTER TABLE calendars ADD COLUMN watched_us BIGINT;
ALTER TABLE calendars ADD COLUMN overdue_us BIGINT;

-- When an item that could not be read is read again on its own, after so many attempts.
ALTER TABLE quarantined_items ADD COLUMN attempts BIGINT NOT NULL DEFAULT 0;
ALTER TABLE quarantined_items ADD COLUMN retry_us BIGINT;

-- When what is stored was last held against what the provider lists.
-- and how much differed.
ALTER TABLE calendars ADD COLUMN audited_us BIGINT;
ALTER TABLE calendars ADD COLUMN drift_count BIGINT;

CREATE TABLE drift_audits (
    id UUID PRIMARY KEY,
    tenant_id UUID NOT NULL,
    calendar_id UUID NOT NULL REFERENCES calendars (id) ON DELETE CASCADE,
    started_us BIGINT NOT NULL,
    finished_us BIGINT NOT NULL,
    -- Items that the provider listed.
    listed BIGINT NOT NULL,
    -- What differed, by cause: listed and not stored, stored and not listed, stored in another version.
    missing BIGINT NOT NULL,
    surplus BIGINT NOT NULL,
    different BIGINT NOT NULL,
    requests BIGINT NOT NULL
);

CREATE INDEX drift_audits_by_calendar ON drift_audits (calendar_id, id);
CREATE INDEX drift_audits_by_end ON drift_audits (finished_us);
