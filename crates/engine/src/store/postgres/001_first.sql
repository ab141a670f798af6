-- As the tables of SQLite, so that one text of each query serves both: flags are 0 and 1, moments are microseconds, ids of calls
-- are their 64 bits, and documents are JSON kept as text (the column types for JSON refuse some of what Aircall may send).

-- Statements of Aircall, as they came.
CREATE TABLE inbox (
    id          BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    hash        BYTEA NOT NULL UNIQUE,
    origin      TEXT NOT NULL,
    event       TEXT NOT NULL,
    call_id     BIGINT,
    odd         BIGINT NOT NULL,
    as_of       BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    body        TEXT NOT NULL,
    folded      BIGINT NOT NULL DEFAULT 0,
    repeats     BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX inbox_unfolded ON inbox (id) WHERE folded = 0;
CREATE INDEX inbox_repeated ON inbox (repeats) WHERE repeats > 0;
CREATE INDEX inbox_odd ON inbox (id) WHERE odd = 1;

-- Calls: facts, what was decided, when to look again, whose turn it waits for, and the row for lists.
CREATE TABLE call (
    id          BIGINT PRIMARY KEY,
    facts       TEXT NOT NULL,
    selected    BIGINT,
    barred      TEXT,
    reads_failed BIGINT NOT NULL,
    reads_given_up BIGINT NOT NULL,
    adopted     BIGINT NOT NULL,
    carded      BIGINT NOT NULL,
    due_at      BIGINT,
    due_writes  BIGINT NOT NULL,
    due_since   BIGINT,
    thread      TEXT NOT NULL,
    revision    BIGINT NOT NULL,
    -- the list
    started_at  BIGINT NOT NULL,
    live        BIGINT NOT NULL,
    number      TEXT,
    state       TEXT,
    reason      TEXT,
    wanted      BIGINT NOT NULL,
    outcome     TEXT,
    talk_seconds BIGINT NOT NULL,
    search      TEXT NOT NULL,
    view        TEXT
);
CREATE INDEX call_due ON call (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX call_list ON call (started_at DESC, id DESC) WHERE view IS NOT NULL;
CREATE INDEX call_live ON call (id) WHERE live = 1;
CREATE INDEX call_number ON call (number, started_at DESC) WHERE view IS NOT NULL;
CREATE INDEX call_trouble ON call (state, reason) WHERE state IN ('held', 'parked', 'not_logged', 'pending');

-- Threads that somebody works on: whose they are, and until when. What is not here is free.
CREATE TABLE thread (
    key         TEXT PRIMARY KEY,
    holder      TEXT NOT NULL,
    until       BIGINT NOT NULL
);

-- What the helpdesk holds because we wrote it.
CREATE TABLE ledger (
    call_id     BIGINT NOT NULL,
    key         TEXT NOT NULL,
    helpdesk_id TEXT NOT NULL,
    detail      TEXT NOT NULL,
    written_at  BIGINT NOT NULL,
    PRIMARY KEY (call_id, key)
);

-- Writes under way or parked: the intent is here before the request leaves.
CREATE TABLE attempt (
    call_id     BIGINT NOT NULL,
    key         TEXT NOT NULL,
    write       TEXT NOT NULL,
    state       TEXT NOT NULL,
    begun_at    BIGINT NOT NULL,
    probes      BIGINT NOT NULL,
    next_at     BIGINT,
    reason_code TEXT,
    reason_text TEXT,
    PRIMARY KEY (call_id, key)
);

-- Why each record is there.
CREATE TABLE trace (
    id          BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    call_id     BIGINT NOT NULL,
    line        TEXT NOT NULL
);
CREATE INDEX trace_call ON trace (call_id, id);

-- Who has which number, as the helpdesk said last.
CREATE TABLE matched (
    number      TEXT PRIMARY KEY,
    checked_at  BIGINT NOT NULL,
    customers   TEXT NOT NULL
);

CREATE TABLE setting (
    key         TEXT PRIMARY KEY,
    value       TEXT NOT NULL
);

-- What windows are told, kept for those that were away.
CREATE TABLE pushed (
    id          BIGINT PRIMARY KEY,
    at          BIGINT NOT NULL,
    body        TEXT NOT NULL
);
CREATE INDEX pushed_at ON pushed (at);

-- One row: the id that was given last. A sequence would give ids before the commit, and out of its order.
CREATE TABLE pushed_last (
    id          BIGINT NOT NULL
);
INSERT INTO pushed_last (id) VALUES (0);
