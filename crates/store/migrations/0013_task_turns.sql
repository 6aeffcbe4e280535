-- A task whose time has come is queued: it stands in the order in which groups take turns. One that waits for its
-- time, or runs under a lease, stands in the order of time, and joins the queue when that has come.
ALTER TABLE tasks ADD COLUMN queued BOOLEAN NOT NULL DEFAULT FALSE;
DROP INDEX tasks_due;
CREATE INDEX tasks_due ON tasks (lane, due_us) WHERE NOT queued AND due_us IS NOT NULL;
CREATE INDEX tasks_queued ON tasks (lane, group_key, due_us) WHERE queued;
