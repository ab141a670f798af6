-- C6: recordings and voicemails that are kept in a folder, and those that are to be.
CREATE TABLE kept_file (
    call_id      BIGINT NOT NULL,
    medium       TEXT NOT NULL,           -- recording | voicemail
    started_at   BIGINT NOT NULL,        -- unix seconds: the call's
    state        TEXT NOT NULL,           -- wanted | kept | missing | removing | removed
    due_at       BIGINT,                 -- when it is looked after next; NULL: nothing is to be done
    since        BIGINT NOT NULL,        -- since when it is wanted
    tries        BIGINT NOT NULL,        -- how often in a row it did not come
    folder       TEXT,                    -- the folder of that time, and the file's place in it
    path         TEXT,
    total        BIGINT,                 -- how many bytes it has
    etag         TEXT,                    -- what the server calls the version that was begun
    content_type TEXT,
    sha256       TEXT,
    done_at      BIGINT,
    PRIMARY KEY (call_id, medium)
);
CREATE INDEX kept_file_due ON kept_file (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX kept_file_age ON kept_file (started_at) WHERE state IN ('wanted', 'kept');
