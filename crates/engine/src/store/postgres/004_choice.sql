-- What people decided about numbers: whose they are, until that is withdrawn or fulfilled.
CREATE TABLE choice (
    number      TEXT PRIMARY KEY,
    whose       TEXT NOT NULL,
    chosen_at   BIGINT NOT NULL
);
-- Which calls are logged to a customer.
CREATE INDEX ledger_customer ON ledger (helpdesk_id) WHERE key = 'customer';
