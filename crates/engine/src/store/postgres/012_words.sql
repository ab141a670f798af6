-- C7: calls by the words that they are found by. `place` is where a call stands there, in the order of time; null: not in it
-- yet.
CREATE TABLE call_words (
    id          BIGINT PRIMARY KEY,
    place       BIGINT NOT NULL,
    words       TSVECTOR NOT NULL
);
CREATE INDEX call_words_place ON call_words (place DESC, id DESC);
CREATE INDEX call_words_words ON call_words USING gin (words);
ALTER TABLE call ADD COLUMN place BIGINT;
CREATE INDEX call_to_index ON call (started_at DESC, id DESC) WHERE view IS NOT NULL AND place IS NULL;

-- Lists that are a small part of all calls.
CREATE INDEX call_not_logged ON call (started_at DESC, id DESC)
    WHERE view IS NOT NULL AND state IN ('held', 'parked', 'not_logged') AND wanted = 1;
CREATE INDEX call_voicemail ON call (started_at DESC, id DESC) WHERE view IS NOT NULL AND outcome = 'voicemail';
