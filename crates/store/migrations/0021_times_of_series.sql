-- Times of a series that pulls came across and that have no link of their own yet: their starts, each with a space before it.
ALTER TABLE event_links ADD COLUMN sighted_times TEXT NOT NULL DEFAULT '';

CREATE UNIQUE INDEX event_links_by_series ON event_links (series_link, occurrence) WHERE series_link IS NOT NULL;
