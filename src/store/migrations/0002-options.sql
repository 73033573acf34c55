-- More that is decided for the system, and for an extension of its own (NULL: as the system's).
-- Networks are a JSON list of texts.

ALTER TABLE settings ADD COLUMN evict INTEGER NOT NULL DEFAULT 0 CHECK (evict IN (0, 1));
ALTER TABLE settings ADD COLUMN hang_up INTEGER NOT NULL DEFAULT 0 CHECK (hang_up IN (0, 1));
ALTER TABLE settings ADD COLUMN first_use INTEGER NOT NULL DEFAULT 0 CHECK (first_use IN (0, 1));
ALTER TABLE settings ADD COLUMN firmware_drift TEXT NOT NULL DEFAULT 'off'
  CHECK (firmware_drift IN ('off', 'notify', 'follow'));
ALTER TABLE settings ADD COLUMN networks TEXT NOT NULL DEFAULT '[]'
  CHECK (json_valid(networks) AND json_type(networks) = 'array');

ALTER TABLE policies ADD COLUMN evict INTEGER CHECK (evict IN (0, 1));
ALTER TABLE policies ADD COLUMN hang_up INTEGER CHECK (hang_up IN (0, 1));
ALTER TABLE policies ADD COLUMN first_use INTEGER CHECK (first_use IN (0, 1));
ALTER TABLE policies ADD COLUMN firmware_drift TEXT CHECK (firmware_drift IN ('off', 'notify', 'follow'));
ALTER TABLE policies ADD COLUMN networks TEXT
  CHECK (networks IS NULL OR (json_valid(networks) AND json_type(networks) = 'array'));
