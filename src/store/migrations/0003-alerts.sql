-- Alerts, one row for each channel that one goes out by. The body is the alert itself, as JSON.
-- A queue: what waits is read at the start and sent; what was sent or given up is kept for a while to be looked at.

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

CREATE INDEX deliveries_by_time ON deliveries (at);
CREATE INDEX deliveries_settled ON deliveries (settled_at);
