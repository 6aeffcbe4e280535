-- A full pass that would have deleted most of the calendar: its generation, and how many events it missed. The next
-- one has to miss them too. NULL while nothing is suspected.
ALTER TABLE calendars ADD COLUMN suspect_generation BIGINT;
ALTER TABLE calendars ADD COLUMN suspect_count BIGINT;

-- When the covered window has to move on; NULL before the first pass.
ALTER TABLE calendars ADD COLUMN roll_us BIGINT;
UPDATE calendars SET roll_us = 0 WHERE covered_until_us IS NOT NULL;
CREATE INDEX calendars_to_roll ON calendars (roll_us) WHERE selected AND lost_us IS NULL AND roll_us IS NOT NULL;
