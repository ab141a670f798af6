-- C3: times whose old calls a person has read, or written, and how far each is.
CREATE TABLE backfill (
    id          INTEGER PRIMARY KEY,     -- given by whoever began it
    since       INTEGER NOT NULL,
    until       INTEGER NOT NULL,
    state       TEXT NOT NULL,           -- reading | paused | read | writing | written | stopped
    walk        TEXT NOT NULL,           -- JSON: what of Aircall's list is still to be read
    calls_read  INTEGER NOT NULL,
    calls_added INTEGER NOT NULL,
    calls_known INTEGER NOT NULL,
    writes      INTEGER NOT NULL,        -- whether the stored calls are to be written
    status      TEXT NOT NULL,           -- closed | open: how they stand in the helpdesk
    error       TEXT,                    -- JSON: why it does not go on
    began_at    INTEGER NOT NULL,
    done_at     INTEGER,
    revision    INTEGER NOT NULL
) STRICT;

-- Which backfill has lifted the bar of a call (B15), and how its record is to stand.
ALTER TABLE call ADD COLUMN backfill INTEGER;
ALTER TABLE call ADD COLUMN written_as TEXT;
CREATE INDEX call_backfill ON call (backfill) WHERE backfill IS NOT NULL;
CREATE INDEX call_barred ON call (started_at, id) WHERE barred IS NOT NULL AND backfill IS NULL;
