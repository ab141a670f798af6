-- B12: why what was known of a call is not kept any more: expired | forgotten | never_log.
ALTER TABLE call ADD COLUMN erased TEXT;
CREATE INDEX call_kept ON call (started_at, id) WHERE erased IS NULL;
CREATE INDEX call_to_erase ON call (id) WHERE barred IN ('never_log', 'forgotten') AND erased IS NULL;
CREATE INDEX inbox_of_no_call ON inbox (received_at) WHERE call_id IS NULL;

-- Numbers that were forgotten, as keyed hashes: calls of theirs from before are not taken in again.
CREATE TABLE forgotten (
    number_hash TEXT PRIMARY KEY,
    at          BIGINT NOT NULL
);
