-- A row for each stored file, in the order in which they were stored.
CREATE TABLE files (
    place       INTEGER PRIMARY KEY,
    id          TEXT NOT NULL UNIQUE,
    key         TEXT,           -- Idempotency-Key; NULL for none
    description TEXT NOT NULL   -- the File as JSON, as in files/<id>.json
) STRICT;

-- Not unique: once a file was deleted from the disk, its key can store another.
CREATE INDEX files_by_key ON files (key) WHERE key IS NOT NULL;
