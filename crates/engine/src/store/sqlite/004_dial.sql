-- Numbers that Sidetone was asked to dial, and the call that each became: stored before Aircall is asked (G9).
CREATE TABLE dial (
    id          TEXT PRIMARY KEY,
    agent       INTEGER NOT NULL,
    number      TEXT NOT NULL,
    ticket      TEXT,
    at          INTEGER NOT NULL,
    call_id     INTEGER
);
CREATE INDEX dial_whose ON dial (agent, number);
CREATE INDEX dial_at ON dial (at);

-- Comments that agents wrote through Sidetone, and how far each has come at Aircall (G13).
CREATE TABLE own_comment (
    call_id     INTEGER NOT NULL,
    n           INTEGER NOT NULL,
    open        INTEGER NOT NULL,
    comment     TEXT NOT NULL,
    PRIMARY KEY (call_id, n)
);
CREATE INDEX own_comment_open ON own_comment (call_id) WHERE open = 1;
