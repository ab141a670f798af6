-- A4: the causes that people are told of by mail or web hook, one row each.
CREATE TABLE told (
    cause     TEXT PRIMARY KEY,             -- an alert's code
    first_at  INTEGER NOT NULL,             -- seen since then without a longer break
    seen_at   INTEGER NOT NULL,             -- seen last, by whichever hub
    since     INTEGER NOT NULL,             -- unix seconds: since when it holds
    calls     INTEGER NOT NULL,
    told_at   INTEGER,                      -- that it holds was told last; null: not yet
    reminders INTEGER NOT NULL DEFAULT 0,   -- how often it was told again since it was first told
    raised_at INTEGER,                      -- it was last told for the first time, in this standing or one before
    over_at   INTEGER                       -- it is over
) STRICT, WITHOUT ROWID;

-- What they are told, one row for each way.
CREATE TABLE telling (
    id            TEXT PRIMARY KEY,         -- the same for whoever decides it, so that it is made once
    way           TEXT NOT NULL,            -- mail | web_hook
    about         TEXT NOT NULL,            -- one standing of a cause, or an account
    state         TEXT NOT NULL,            -- raised | changed | over | account
    body          TEXT NOT NULL,            -- JSON
    made_at       INTEGER NOT NULL,
    next_at       INTEGER,                  -- when it is tried next; null: it is settled
    attempts      INTEGER NOT NULL DEFAULT 0,
    claimed_until INTEGER,                  -- a hub has it in hand until then
    failed_since  INTEGER,
    text          TEXT,                     -- why it failed last
    done_at       INTEGER,
    outcome       TEXT                      -- sent | given_up | withdrawn
) STRICT, WITHOUT ROWID;
CREATE INDEX telling_open ON telling (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX telling_about ON telling (about);
