-- Which call holds an activity, or a comment, of the helpdesk.
DROP INDEX ledger_activity;
CREATE INDEX ledger_held ON ledger (helpdesk_id) WHERE helpdesk_id <> '';
