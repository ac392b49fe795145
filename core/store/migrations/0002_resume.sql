-- What an interrupted upload goes on from, as its uploader wrote it.
ALTER TABLE transfers ADD COLUMN resume TEXT NOT NULL DEFAULT '';
