-- The history is searched in blocks (see block.go). They are made as files are
-- stored, and for what is in the history already little by little.
CREATE TABLE search_blocks (
  last   INTEGER NOT NULL PRIMARY KEY, -- stored_no of the newest entry
  filter BLOB    NOT NULL,             -- says of most texts that are not there
  texts  BLOB    NOT NULL,
  keys   BLOB    NOT NULL              -- file IDs and checksums
) STRICT;

-- What was searched before. An entry in each cost more than all else of
-- storing a file. The columns file_id and sha256 are written no longer.
DROP TABLE search;
DROP INDEX transfers_file_id;
DROP INDEX transfers_sha256;

-- Of the columns that change as a transfer is sent none is in an index. A hash
-- of all others tells that they are as they were; 0 for rows from before.
ALTER TABLE transfers ADD COLUMN fixed INTEGER NOT NULL DEFAULT 0;
DROP INDEX transfers_open;
CREATE INDEX transfers_open ON transfers (seq) WHERE stored_no IS NULL;

-- The attempt that stored a file; attempts has the others. A row there would
-- cost as much as the rest. The number is 0 for none.
ALTER TABLE transfers ADD COLUMN attempt_number INTEGER NOT NULL DEFAULT 0;
ALTER TABLE transfers ADD COLUMN attempt_start  INTEGER NOT NULL DEFAULT 0;
ALTER TABLE transfers ADD COLUMN attempt_finish INTEGER NOT NULL DEFAULT 0;
ALTER TABLE transfers ADD COLUMN attempt_sent   INTEGER NOT NULL DEFAULT 0;
ALTER TABLE transfers ADD COLUMN attempt_status INTEGER NOT NULL DEFAULT 0;
