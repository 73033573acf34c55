-- One-time codes by which a phone takes an extension's lock over, and alternatives of a lock that have an end.

CREATE TABLE enrolments (
  extension TEXT PRIMARY KEY CHECK (extension <> ''),
  -- Never the code: its salted hash, both in hexadecimal.
  salt TEXT NOT NULL CHECK (octet_length(salt) = 32),
  hash TEXT NOT NULL CHECK (octet_length(hash) = 64),
  -- Milliseconds since the epoch.
  issued INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  issued_by TEXT NOT NULL CHECK (issued_by <> '')
) STRICT, WITHOUT ROWID;

CREATE TABLE grants (
  extension TEXT NOT NULL REFERENCES policies (extension) ON DELETE CASCADE,
  position INTEGER NOT NULL CHECK (position BETWEEN 0 AND 15),
  kind TEXT NOT NULL CHECK (kind IN ('device', 'model', 'custom')),
  match TEXT CHECK (match IN ('exact', 'prefix', 'pattern')),
  value TEXT NOT NULL CHECK (octet_length(value) BETWEEN 1 AND 2048),
  -- Milliseconds since the epoch.
  until INTEGER NOT NULL,
  PRIMARY KEY (extension, position),
  CHECK ((kind = 'custom') = (match IS NOT NULL))
) STRICT, WITHOUT ROWID;
