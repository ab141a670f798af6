-- Which call holds an activity of the helpdesk.
CREATE INDEX ledger_activity ON ledger (helpdesk_id) WHERE key IN ('main', 'message', 'duration', 'recording');
