-- B2: whose turn it is among the calls that are due: 0 of now, 1 something is added to a record, 2 left to be written by
-- an outage, 3 an old one that a person has written.
ALTER TABLE call ADD COLUMN due_turn INTEGER NOT NULL DEFAULT 0;
CREATE INDEX call_turn ON call (due_turn, started_at, ordinal, arrived, id) WHERE due_at IS NOT NULL;

-- The outbox's length and age are told every second.
CREATE INDEX call_waiting ON call (due_since, due_writes) WHERE due_at IS NOT NULL AND due_writes > 0;
