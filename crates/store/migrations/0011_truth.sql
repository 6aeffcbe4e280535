-- A full pass that would have deleted most of the calendar: its generation, and how many events it missed. The next
-- one has to miss them too. NULL while nothing is suspected.
ALTER TABLE calendars ADD COLUMN suspect_generation BIGINT;
ALTER TABLE calendars ADD COLUMN suspect_count BIGINT;
