-- Statements of Aircall, as they came.
CREATE TABLE inbox (
    id          INTEGER PRIMARY KEY,
    hash        BLOB NOT NULL UNIQUE,
    origin      TEXT NOT NULL,
    event       TEXT NOT NULL,
    call_id     INTEGER,
    odd         INTEGER NOT NULL,
    as_of       INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    body        TEXT NOT NULL,
    folded      INTEGER NOT NULL DEFAULT 0,
    repeats     INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX inbox_unfolded ON inbox (id) WHERE folded = 0;
CREATE INDEX inbox_repeated ON inbox (repeats) WHERE repeats > 0;
CREATE INDEX inbox_odd ON inbox (id) WHERE odd = 1;

-- Calls: facts, what was decided, when to look again, and the row for lists.
CREATE TABLE call (
    id          INTEGER PRIMARY KEY,
    facts       TEXT NOT NULL,
    selected    INTEGER,
    barred      TEXT,
    reads_failed INTEGER NOT NULL DEFAULT 0,
    reads_given_up INTEGER NOT NULL DEFAULT 0,
    adopted     INTEGER NOT NULL DEFAULT 0,
    carded      INTEGER NOT NULL DEFAULT 0,
    due_at      INTEGER,
    due_writes  INTEGER NOT NULL DEFAULT 0,
    due_since   INTEGER,
    -- the list
    started_at  INTEGER NOT NULL DEFAULT 0,
    live        INTEGER NOT NULL DEFAULT 0,
    number      TEXT,
    state       TEXT,
    reason      TEXT,
    wanted      INTEGER NOT NULL DEFAULT 0,
    outcome     TEXT,
    talk_seconds INTEGER NOT NULL DEFAULT 0,
    search      TEXT NOT NULL DEFAULT '',
    view        TEXT
) STRICT;
CREATE INDEX call_due ON call (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX call_list ON call (started_at DESC, id DESC) WHERE view IS NOT NULL;
CREATE INDEX call_live ON call (id) WHERE live = 1;
CREATE INDEX call_number ON call (number, started_at DESC) WHERE view IS NOT NULL;
CREATE INDEX call_trouble ON call (state, reason) WHERE state IN ('held', 'parked', 'not_logged', 'pending');

-- What the helpdesk holds because we wrote it.
CREATE TABLE ledger (
    call_id     INTEGER NOT NULL,
    key         TEXT NOT NULL,
    helpdesk_id TEXT NOT NULL,
    detail      TEXT NOT NULL,
    written_at  INTEGER NOT NULL,
    PRIMARY KEY (call_id, key)
) STRICT, WITHOUT ROWID;

-- Writes under way or parked: the intent is here before the request leaves.
CREATE TABLE attempt (
    call_id     INTEGER NOT NULL,
    key         TEXT NOT NULL,
    write       TEXT NOT NULL,
    state       TEXT NOT NULL,
    begun_at    INTEGER NOT NULL,
    probes      INTEGER NOT NULL,
    next_at     INTEGER,
    reason_code TEXT,
    reason_text TEXT,
    PRIMARY KEY (call_id, key)
) STRICT, WITHOUT ROWID;

-- Why each record is there.
CREATE TABLE trace (
    id          INTEGER PRIMARY KEY,
    call_id     INTEGER NOT NULL,
    line        TEXT NOT NULL
) STRICT;
CREATE INDEX trace_call ON trace (call_id, id);

-- Who has which number, as the helpdesk said last.
CREATE TABLE matched (
    number      TEXT PRIMARY KEY,
    checked_at  INTEGER NOT NULL,
    customers   TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE setting (
    key         TEXT PRIMARY KEY,
    value       TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What windows are told, kept for those that were away.
CREATE TABLE pushed (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    at          INTEGER NOT NULL,
    body        TEXT NOT NULL
) STRICT;
CREATE INDEX pushed_at ON pushed (at);
