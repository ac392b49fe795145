-- Checksums by which a row that was damaged on the disk is told from one that
-- was written (see checksum.go): fixed has the columns that don't change as a
-- transfer is sent, moved those that do, and final its place in the history
-- with the attempt that stored it. 0 for rows from before.
ALTER TABLE transfers ADD COLUMN moved INTEGER NOT NULL DEFAULT 0;
ALTER TABLE transfers ADD COLUMN final INTEGER NOT NULL DEFAULT 0;
ALTER TABLE attempts  ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0;

-- What became of a damaged database, until the user has been told (see
-- recovery.go): where it lies now, and the account as JSON.
CREATE TABLE recoveries (
  path    TEXT NOT NULL PRIMARY KEY,
  account TEXT NOT NULL
) STRICT, WITHOUT ROWID;
