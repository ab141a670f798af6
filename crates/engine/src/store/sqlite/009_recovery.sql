-- B1: times of which something may have been missed, and how far the calls of each are read again.
CREATE TABLE gap (
    id       INTEGER PRIMARY KEY,       -- given by whoever found it
    cause    TEXT NOT NULL,             -- webhook_disabled | webhook_made | silent | not_running | asleep | …
    began_at INTEGER NOT NULL,
    ended_at INTEGER NOT NULL,
    walk     TEXT NOT NULL,             -- JSON: what of Aircall's list is still to be read
    read     INTEGER NOT NULL DEFAULT 0,    -- calls of that list that were read
    calls    TEXT NOT NULL DEFAULT '[]',    -- JSON: ids of those that were missing, or whose record lacked something
    beyond   INTEGER NOT NULL DEFAULT 0,    -- how many more there were than are kept by id
    reach    INTEGER,                   -- calls from before this cannot be had any more
    stopped  INTEGER NOT NULL DEFAULT 0,
    done_at  INTEGER
);
CREATE INDEX gap_open ON gap (id) WHERE done_at IS NULL;

-- What the last listed reading of a call said, as a hash in hex; null after an event.
ALTER TABLE call ADD COLUMN listed TEXT;

CREATE INDEX inbox_events ON inbox (id) WHERE origin = 'event';
CREATE INDEX inbox_call ON inbox (call_id, origin) WHERE call_id IS NOT NULL;
