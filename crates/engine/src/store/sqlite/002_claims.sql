-- Whose writes a call stands in line with, and how often it was stored (1: at least once).
ALTER TABLE call ADD COLUMN thread TEXT NOT NULL DEFAULT '';
ALTER TABLE call ADD COLUMN revision INTEGER NOT NULL DEFAULT 1;
