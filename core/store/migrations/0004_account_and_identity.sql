-- The client ID that a transfer was queued for, when its file last changed as
-- the system keeps it (ctime, ns since 1970, 0 for unknown), and the copy that
-- is sent in place of a file whose length was not known.
ALTER TABLE transfers ADD COLUMN account  TEXT    NOT NULL DEFAULT '';
ALTER TABLE transfers ADD COLUMN changed  INTEGER NOT NULL DEFAULT 0;
ALTER TABLE transfers ADD COLUMN snapshot TEXT    NOT NULL DEFAULT '';
