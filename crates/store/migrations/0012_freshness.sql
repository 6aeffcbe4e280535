-- When something last changed in the calendar, as far as we know.
ALTER TABLE calendars ADD COLUMN changed_us BIGINT;
-- The interval at which it is polled; NULL when it is not.
ALTER TABLE calendars ADD COLUMN poll_every_us BIGINT;

-- What polling asks of each provider is counted without looking at the calendars' rows.
CREATE INDEX calendars_polled ON calendars (connection_id, poll_every_us)
    WHERE selected AND lost_us IS NULL AND poll_every_us IS NOT NULL;
