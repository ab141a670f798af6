-- All customers of the helpdesk, mirrored in the background.
CREATE TABLE directory (
    customer    TEXT PRIMARY KEY,
    name        TEXT NOT NULL,
    email       TEXT,
    note        TEXT,
    updated_at  BIGINT,
    -- the full pass in which the customer was last seen
    pass        BIGINT NOT NULL
);

-- Their telephone numbers, as they are stored there, and each number that they may mean; empty: nothing can match.
CREATE TABLE directory_number (
    customer    TEXT NOT NULL,
    address     TEXT NOT NULL,
    number      TEXT NOT NULL,
    country     TEXT,
    problem     TEXT,
    PRIMARY KEY (customer, address, number)
);
CREATE INDEX directory_number_number ON directory_number (number, customer, address);
