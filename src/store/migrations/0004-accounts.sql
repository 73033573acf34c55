-- Who may ask over the network. A password is kept as its scrypt hash with its parameters, a token as its SHA-256.

CREATE TABLE users (
  name TEXT PRIMARY KEY CHECK (octet_length(name) BETWEEN 1 AND 40),
  role TEXT NOT NULL CHECK (role IN ('viewer', 'operator')),
  hash TEXT NOT NULL CHECK (hash LIKE '$scrypt$%'),
  made INTEGER NOT NULL,
  changed INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE tokens (
  id TEXT PRIMARY KEY CHECK (octet_length(id) BETWEEN 1 AND 40),
  name TEXT NOT NULL CHECK (octet_length(name) BETWEEN 1 AND 40),
  role TEXT NOT NULL CHECK (role IN ('viewer', 'operator')),
  digest TEXT NOT NULL UNIQUE CHECK (octet_length(digest) = 64),
  made INTEGER NOT NULL,
  -- NULL: it does not end by itself.
  expires INTEGER
) STRICT, WITHOUT ROWID;
