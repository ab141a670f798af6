-- What people did about callers who rang in vain: `whom` is the number, or call:<id> where there is none.
CREATE TABLE desk (
    whom        TEXT PRIMARY KEY,
    claimed_by  BIGINT,
    claimed_name TEXT,
    claimed_at  BIGINT,
    cleared_to  BIGINT,
    was_cleared_to BIGINT,
    cleared_at  BIGINT
);
CREATE INDEX desk_cleared ON desk (cleared_at) WHERE cleared_at IS NOT NULL;
CREATE INDEX call_missed ON call (started_at) WHERE outcome IN ('missed', 'voicemail');
