-- All customers of the helpdesk, mirrored in the background.
CREATE TABLE directory (
    customer    TEXT PRIMARY KEY,
    name        TEXT NOT NULL,
    email       TEXT,
    note        TEXT,
    updated_at  INTEGER,
    -- the full pass in which the customer was last seen
    pass        INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Their telephone numbers, as they are stored there, and each number that they may mean; empty: nothing can match.
CREATE TABLE directory_number (
    customer    TEXT NOT NULL,
    address     TEXT NOT NULL,
    number      TEXT NOT NULL,
    country     TEXT,
    problem     TEXT,
    PRIMARY KEY (customer, address, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX directory_number_number ON directory_number (number, customer, address);
