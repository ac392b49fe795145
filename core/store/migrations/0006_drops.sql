-- The drop by which a transfer came into the queue; 0 for rows from before.
ALTER TABLE transfers ADD COLUMN drop_id   INTEGER NOT NULL DEFAULT 0;
ALTER TABLE transfers ADD COLUMN drop_name TEXT    NOT NULL DEFAULT '';
CREATE INDEX transfers_drop ON transfers (drop_id) WHERE drop_id <> 0;

-- What a drop did not queue, as JSON (see drop.go), with its checksum.
CREATE TABLE drops (
  id       INTEGER NOT NULL PRIMARY KEY,
  name     TEXT    NOT NULL,
  left_out TEXT    NOT NULL,
  checksum INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
