-- What Asterisk itself has stored of a right device's contact, to put it back where a wrong one displaces it; and what was
-- done by itself.

ALTER TABLE contacts ADD COLUMN stored TEXT CHECK (octet_length(stored) <= 8192);

CREATE TABLE reactions (
  id INTEGER PRIMARY KEY,
  extension TEXT NOT NULL,
  -- No foreign key: it outlives the violation where that was pruned first.
  violation INTEGER NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('evicted', 'restored', 'hung-up')),
  user_agent_kind TEXT NOT NULL
    CHECK (user_agent_kind IN ('text', 'absent', 'too-long', 'not-utf8', 'control-character')),
  user_agent TEXT NOT NULL CHECK (octet_length(user_agent) <= 512),
  transport TEXT,
  ip TEXT,
  port INTEGER CHECK (port BETWEEN 1 AND 65535),
  first_at INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  count INTEGER NOT NULL CHECK (count >= 1),
  UNIQUE (violation, kind),
  CHECK ((ip IS NULL) = (port IS NULL) AND (ip IS NULL) = (transport IS NULL))
) STRICT;

CREATE INDEX reactions_by_time ON reactions (last_at);
CREATE INDEX reactions_by_extension ON reactions (extension, last_at);
