-- C6: a folder without our mark is known by the newest files in it.
CREATE INDEX kept_file_in ON kept_file (folder, started_at DESC, call_id DESC, medium) WHERE path IS NOT NULL;
