-- Text messages: rows of `call` as well, with a view of their own; `ordinal` and `arrived` keep their order.
ALTER TABLE call ADD COLUMN message TEXT;
ALTER TABLE call ADD COLUMN ordinal BIGINT NOT NULL DEFAULT 0;
ALTER TABLE call ADD COLUMN arrived BIGINT NOT NULL DEFAULT 0;
CREATE INDEX call_message_list ON call (started_at DESC, id DESC) WHERE message IS NOT NULL;
CREATE INDEX call_message_number ON call (number, ordinal) WHERE message IS NOT NULL;

-- Which thread takes a customer's text messages, as last seen.
CREATE TABLE conversation (
    customer     TEXT PRIMARY KEY,
    seen_at      BIGINT NOT NULL,
    conversation TEXT NOT NULL
);
