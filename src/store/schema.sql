-- What the migrations add up to. Written by the tests; not read by the program.

CREATE TABLE audit (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  who TEXT NOT NULL CHECK (who <> ''),
  action TEXT NOT NULL CHECK (action <> ''),
  target TEXT NOT NULL,
  detail TEXT NOT NULL
) STRICT;

CREATE TABLE calls (
  id INTEGER PRIMARY KEY,
  linked_id TEXT NOT NULL,
  extension TEXT NOT NULL,
  dialled TEXT NOT NULL CHECK (octet_length(dialled) <= 64 AND dialled NOT GLOB '*[^0-9*#+]*'),
  -- NULL where the dialplan could not tell.
  user_agent_kind TEXT
    CHECK (user_agent_kind IN ('text', 'absent', 'too-long', 'not-utf8', 'control-character')),
  user_agent TEXT CHECK (octet_length(user_agent) <= 512),
  transport TEXT,
  ip TEXT,
  port INTEGER CHECK (port BETWEEN 1 AND 65535),
  reason TEXT NOT NULL,
  outcome TEXT NOT NULL,
  -- No foreign key: a call outlives the violation it belongs to where that was pruned first.
  violation INTEGER,
  at INTEGER NOT NULL,
  UNIQUE (linked_id, extension),
  CHECK ((user_agent_kind IS NULL) = (user_agent IS NULL)),
  CHECK ((ip IS NULL) = (port IS NULL) AND (ip IS NULL) = (transport IS NULL))
) STRICT;

CREATE TABLE contacts (
  id TEXT PRIMARY KEY CHECK (id <> ''),
  extension TEXT NOT NULL,
  uri TEXT NOT NULL,
  user_agent_kind TEXT NOT NULL
    CHECK (user_agent_kind IN ('text', 'absent', 'too-long', 'not-utf8', 'control-character')),
  user_agent TEXT NOT NULL CHECK (octet_length(user_agent) <= 512),
  call_id TEXT NOT NULL,
  -- Seconds since the epoch.
  expires INTEGER NOT NULL,
  transport TEXT,
  ip TEXT,
  port INTEGER CHECK (port BETWEEN 1 AND 65535),
  proof TEXT CHECK (proof IN ('seen', 'likely', 'claimed')), stored TEXT CHECK (octet_length(stored) <= 8192),
  CHECK ((ip IS NULL) = (port IS NULL) AND (ip IS NULL) = (transport IS NULL) AND (ip IS NULL) = (proof IS NULL))
) STRICT, WITHOUT ROWID;

CREATE TABLE deliveries (
  alert TEXT NOT NULL CHECK (alert <> ''),
  channel TEXT NOT NULL CHECK (channel IN ('email', 'webhook', 'command')),
  at INTEGER NOT NULL,
  body TEXT NOT NULL CHECK (json_valid(body) AND octet_length(body) <= 65536),
  state TEXT NOT NULL CHECK (state IN ('queued', 'sent', 'failed')),
  attempts INTEGER NOT NULL CHECK (attempts >= 0),
  error TEXT,
  settled_at INTEGER,
  PRIMARY KEY (alert, channel),
  CHECK ((state = 'queued') = (settled_at IS NULL))
) STRICT;

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

CREATE TABLE extensions (
  name TEXT PRIMARY KEY CHECK (name <> ''),
  label TEXT
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

CREATE TABLE lock_alternatives (
  extension TEXT NOT NULL REFERENCES policies (extension) ON DELETE CASCADE,
  position INTEGER NOT NULL CHECK (position BETWEEN 0 AND 15),
  kind TEXT NOT NULL CHECK (kind IN ('device', 'model', 'custom')),
  match TEXT CHECK (match IN ('exact', 'prefix', 'pattern')),
  -- The captured User-Agent, the phone model's id, or the operator's text.
  value TEXT NOT NULL CHECK (octet_length(value) BETWEEN 1 AND 2048),
  PRIMARY KEY (extension, position),
  CHECK ((kind = 'custom') = (match IS NOT NULL))
) STRICT, WITHOUT ROWID;

CREATE TABLE meta (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  next_violation_id INTEGER NOT NULL CHECK (next_violation_id >= 1),
  -- The batch of trailing writes applied last; one that is sent again is not applied again.
  last_batch TEXT NOT NULL,
  -- The damaged file this database replaced, until the locks were recovered.
  set_aside TEXT,
  -- Damage was met while running: the next start looks at every page.
  check_whole INTEGER NOT NULL CHECK (check_whole IN (0, 1)),
  -- AstDB was asked for locks of before; until then an empty database proves nothing.
  is_recovered INTEGER NOT NULL CHECK (is_recovered IN (0, 1))
) STRICT;

CREATE TABLE phone_model_samples (
  model TEXT NOT NULL REFERENCES phone_models (id) ON DELETE CASCADE,
  expected TEXT NOT NULL CHECK (expected IN ('match', 'reject')),
  position INTEGER NOT NULL CHECK (position >= 0),
  user_agent TEXT NOT NULL,
  PRIMARY KEY (model, expected, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE phone_models (
  id TEXT PRIMARY KEY CHECK (id <> ''),
  -- 1: the shipped model of this id is hidden, and the other columns are NULL.
  hidden INTEGER NOT NULL CHECK (hidden IN (0, 1)),
  vendor TEXT,
  model TEXT,
  kind TEXT,
  pattern TEXT,
  CHECK ((hidden = 1) = (vendor IS NULL)),
  CHECK ((hidden = 1) = (model IS NULL)),
  CHECK ((hidden = 1) = (kind IS NULL)),
  CHECK ((hidden = 1) = (pattern IS NULL))
) STRICT, WITHOUT ROWID;

CREATE TABLE policies (
  extension TEXT PRIMARY KEY CHECK (extension <> ''),
  -- NULL: as the system's.
  mode TEXT CHECK (mode IN ('enforce', 'monitor')),
  require_registration INTEGER CHECK (require_registration IN (0, 1))
, evict INTEGER CHECK (evict IN (0, 1)), hang_up INTEGER CHECK (hang_up IN (0, 1)), first_use INTEGER CHECK (first_use IN (0, 1)), firmware_drift TEXT CHECK (firmware_drift IN ('off', 'notify', 'follow')), networks TEXT
  CHECK (networks IS NULL OR (json_valid(networks) AND json_type(networks) = 'array'))) STRICT, WITHOUT ROWID;

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

CREATE TABLE settings (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  mode TEXT NOT NULL CHECK (mode IN ('enforce', 'monitor')),
  require_registration INTEGER NOT NULL CHECK (require_registration IN (0, 1)),
  -- The phone model that extensions without a lock inherit; NULL is off.
  fallback TEXT
, evict INTEGER NOT NULL DEFAULT 0 CHECK (evict IN (0, 1)), hang_up INTEGER NOT NULL DEFAULT 0 CHECK (hang_up IN (0, 1)), first_use INTEGER NOT NULL DEFAULT 0 CHECK (first_use IN (0, 1)), firmware_drift TEXT NOT NULL DEFAULT 'off'
  CHECK (firmware_drift IN ('off', 'notify', 'follow')), networks TEXT NOT NULL DEFAULT '[]'
  CHECK (json_valid(networks) AND json_type(networks) = 'array')) STRICT;

CREATE TABLE sightings (
  id INTEGER PRIMARY KEY,
  extension TEXT NOT NULL,
  user_agent_kind TEXT NOT NULL
    CHECK (user_agent_kind IN ('text', 'absent', 'too-long', 'not-utf8', 'control-character')),
  user_agent TEXT NOT NULL CHECK (octet_length(user_agent) <= 512),
  -- '' where no event told, so that it counts as one key.
  ip TEXT NOT NULL,
  seen_by TEXT NOT NULL CHECK (seen_by IN ('REGISTER', 'INVITE')),
  transport TEXT,
  port INTEGER CHECK (port BETWEEN 1 AND 65535),
  matched INTEGER CHECK (matched IN (0, 1)),
  first_seen INTEGER NOT NULL,
  last_seen INTEGER NOT NULL,
  count INTEGER NOT NULL CHECK (count >= 1),
  UNIQUE (extension, user_agent_kind, user_agent, ip, seen_by),
  CHECK ((ip = '') = (port IS NULL) AND (ip = '') = (transport IS NULL))
) STRICT;

CREATE TABLE tokens (
  id TEXT PRIMARY KEY CHECK (octet_length(id) BETWEEN 1 AND 40),
  name TEXT NOT NULL CHECK (octet_length(name) BETWEEN 1 AND 40),
  role TEXT NOT NULL CHECK (role IN ('viewer', 'operator')),
  digest TEXT NOT NULL UNIQUE CHECK (octet_length(digest) = 64),
  made INTEGER NOT NULL,
  -- NULL: it does not end by itself.
  expires INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE users (
  name TEXT PRIMARY KEY CHECK (octet_length(name) BETWEEN 1 AND 40),
  role TEXT NOT NULL CHECK (role IN ('viewer', 'operator')),
  hash TEXT NOT NULL CHECK (hash LIKE '$scrypt$%'),
  made INTEGER NOT NULL,
  changed INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE violations (
  id INTEGER PRIMARY KEY CHECK (id >= 1),
  extension TEXT NOT NULL,
  user_agent_kind TEXT NOT NULL
    CHECK (user_agent_kind IN ('text', 'absent', 'too-long', 'not-utf8', 'control-character')),
  user_agent TEXT NOT NULL CHECK (octet_length(user_agent) <= 512),
  transport TEXT,
  ip TEXT,
  port INTEGER CHECK (port BETWEEN 1 AND 65535),
  reason TEXT NOT NULL,
  -- How it showed itself, in the order it did so.
  seen_by TEXT NOT NULL CHECK (seen_by IN ('', 'REGISTER', 'INVITE', 'REGISTER,INVITE', 'INVITE,REGISTER')),
  mode TEXT NOT NULL CHECK (mode IN ('enforce', 'monitor')),
  first_seen INTEGER NOT NULL,
  last_seen INTEGER NOT NULL,
  registers INTEGER NOT NULL CHECK (registers >= 0),
  calls INTEGER NOT NULL CHECK (calls >= 0),
  dialled TEXT CHECK (octet_length(dialled) <= 64 AND dialled NOT GLOB '*[^0-9*#+]*'),
  -- NULL while open.
  ended_at INTEGER,
  ended_how TEXT,
  CHECK ((ip IS NULL) = (port IS NULL) AND (ip IS NULL) = (transport IS NULL)),
  CHECK ((ended_at IS NULL) = (ended_how IS NULL))
) STRICT;

CREATE INDEX audit_by_target ON audit (target, id);

CREATE INDEX audit_by_time ON audit (at);

CREATE INDEX calls_by_extension ON calls (extension, at);

CREATE INDEX calls_by_time ON calls (at);

CREATE INDEX deliveries_by_time ON deliveries (at);

CREATE INDEX deliveries_settled ON deliveries (settled_at);

CREATE INDEX reactions_by_extension ON reactions (extension, last_at);

CREATE INDEX reactions_by_time ON reactions (last_at);

CREATE INDEX sightings_by_extension ON sightings (extension, last_seen);

CREATE INDEX sightings_by_time ON sightings (last_seen);

CREATE INDEX violations_by_extension ON violations (extension, last_seen);

CREATE INDEX violations_by_time ON violations (last_seen);

CREATE INDEX violations_ended ON violations (ended_at) WHERE ended_at IS NOT NULL;

CREATE INDEX violations_open ON violations (last_seen) WHERE ended_at IS NULL;
