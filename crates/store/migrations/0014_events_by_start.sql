-- Events that touch a month are found by when they start, whatever is stored before or after; the few that are longer than
-- 31 days, series above all, have an index of their own. Halves, because the bounds may be the ends of the number range.
DROP INDEX external_events_by_span;
CREATE INDEX external_events_by_start ON external_events (calendar_id, span_start_us, span_end_us);
CREATE INDEX external_events_long ON external_events (calendar_id, span_end_us)
    WHERE span_end_us / 2 - span_start_us / 2 > 1339200000000;
