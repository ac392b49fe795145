-- The queue and the history are one table: a transfer that is stored stays,
-- listed or not. Times are nanoseconds since 1970 UTC, 0 for none. A file's
-- modification time may lie anywhere, so it has seconds and nanoseconds.
CREATE TABLE transfers (
  id          TEXT    NOT NULL PRIMARY KEY,
  seq         INTEGER NOT NULL,
  listed      INTEGER NOT NULL DEFAULT 1, -- 0: taken off the list by the user
  stored_no   INTEGER,                    -- place in the history, NULL until stored
  state       TEXT    NOT NULL,
  profile     TEXT    NOT NULL,
  server      TEXT    NOT NULL,
  path        TEXT    NOT NULL,
  name        TEXT    NOT NULL,
  size        INTEGER NOT NULL,
  mod_sec     INTEGER NOT NULL,
  mod_nsec    INTEGER NOT NULL,
  source_id   TEXT    NOT NULL,           -- device and inode
  retention   TEXT    NOT NULL,
  ttl_days    INTEGER NOT NULL,
  description TEXT    NOT NULL,
  tags        TEXT,                       -- JSON array
  metadata    TEXT,                       -- JSON object
  attempts    INTEGER NOT NULL,
  not_before  INTEGER NOT NULL,
  error       TEXT,                       -- JSON
  receipt     TEXT,                       -- JSON
  file_id     TEXT,                       -- of the receipt, lower case, for the index
  sha256      TEXT,                       -- likewise
  queued_at   INTEGER NOT NULL,
  started_at  INTEGER NOT NULL,
  finished_at INTEGER NOT NULL
) STRICT;

CREATE INDEX transfers_open ON transfers (seq) WHERE listed = 1 AND state <> 'stored';
CREATE INDEX transfers_path ON transfers (path);
CREATE UNIQUE INDEX transfers_history ON transfers (stored_no) WHERE stored_no IS NOT NULL;

CREATE INDEX transfers_file_id ON transfers (file_id) WHERE file_id IS NOT NULL;
CREATE INDEX transfers_sha256 ON transfers (sha256) WHERE sha256 IS NOT NULL;

CREATE TABLE attempts (
  transfer TEXT    NOT NULL REFERENCES transfers (id) ON DELETE CASCADE,
  number   INTEGER NOT NULL,
  start    INTEGER NOT NULL,
  finish   INTEGER NOT NULL,
  sent     INTEGER NOT NULL,
  status   INTEGER NOT NULL,
  code     TEXT    NOT NULL,
  outcome  INTEGER NOT NULL,
  detail   TEXT    NOT NULL,
  PRIMARY KEY (transfer, number)
) STRICT, WITHOUT ROWID;

-- The history's words (path, name, server, tags), by stored_no. Trigrams find
-- any part of a name in a million rows; contentless, because the words are in
-- transfers already. IDs and checksums are no words: they would double the cost
-- of storing a file.
CREATE VIRTUAL TABLE search USING fts5 (
  words, content = '', contentless_delete = 1, tokenize = 'trigram'
);
