-- C6: recordings and voicemails that are kept in a folder, and those that are to be.
CREATE TABLE kept_file (
    call_id      INTEGER NOT NULL,
    medium       TEXT NOT NULL,           -- recording | voicemail
    started_at   INTEGER NOT NULL,        -- unix seconds: the call's
    state        TEXT NOT NULL,           -- wanted | kept | missing | removing | removed
    due_at       INTEGER,                 -- when it is looked after next; NULL: nothing is to be done
    since        INTEGER NOT NULL,        -- since when it is wanted
    tries        INTEGER NOT NULL,        -- how often in a row it did not come
    folder       TEXT,                    -- the folder of that time, and the file's place in it
    path         TEXT,
    total        INTEGER,                 -- how many bytes it has
    etag         TEXT,                    -- what the server calls the version that was begun
    content_type TEXT,
    sha256       TEXT,
    done_at      INTEGER,
    PRIMARY KEY (call_id, medium)
) STRICT;
CREATE INDEX kept_file_due ON kept_file (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX kept_file_age ON kept_file (started_at) WHERE state IN ('wanted', 'kept');
