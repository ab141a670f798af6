-- A4: the causes that people are told of by mail or web hook, one row each.
CREATE TABLE told (
    cause     TEXT PRIMARY KEY,             -- an alert's code
    first_at  BIGINT NOT NULL,             -- seen since then without a longer break
    seen_at   BIGINT NOT NULL,             -- seen last, by whichever hub
    since     BIGINT NOT NULL,             -- unix seconds: since when it holds
    calls     BIGINT NOT NULL,
    told_at   BIGINT,                      -- that it holds was told last; null: not yet
    reminders BIGINT NOT NULL DEFAULT 0,   -- how often it was told again since it was first told
    raised_at BIGINT,                      -- it was last told for the first time, in this standing or one before
    over_at   BIGINT                       -- it is over
);

-- What they are told, one row for each way.
CREATE TABLE telling (
    id            TEXT PRIMARY KEY,         -- the same for whoever decides it, so that it is made once
    way           TEXT NOT NULL,            -- mail | web_hook
    about         TEXT NOT NULL,            -- one standing of a cause, or an account
    state         TEXT NOT NULL,            -- raised | changed | over | account
    body          TEXT NOT NULL,            -- JSON
    made_at       BIGINT NOT NULL,
    next_at       BIGINT,                  -- when it is tried next; null: it is settled
    attempts      BIGINT NOT NULL DEFAULT 0,
    claimed_until BIGINT,                  -- a hub has it in hand until then
    failed_since  BIGINT,
    text          TEXT,                     -- why it failed last
    done_at       BIGINT,
    outcome       TEXT                      -- sent | given_up | withdrawn
);
CREATE INDEX telling_open ON telling (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX telling_about ON telling (about);
