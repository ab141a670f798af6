-- C7: calls by the words that they are found by. `place` is a call's row there, in the order of time; null: not in it yet.
CREATE VIRTUAL TABLE call_words USING fts5 (
    words, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii', prefix = '2 3'
);
ALTER TABLE call ADD COLUMN place INTEGER;
CREATE UNIQUE INDEX call_place ON call (place) WHERE place IS NOT NULL;
CREATE INDEX call_to_index ON call (started_at DESC, id DESC) WHERE view IS NOT NULL AND place IS NULL;

-- Lists that are a small part of all calls.
CREATE INDEX call_not_logged ON call (started_at DESC, id DESC)
    WHERE view IS NOT NULL AND state IN ('held', 'parked', 'not_logged') AND wanted = 1;
CREATE INDEX call_voicemail ON call (started_at DESC, id DESC) WHERE view IS NOT NULL AND outcome = 'voicemail';
