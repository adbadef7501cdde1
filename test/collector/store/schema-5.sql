  CREATE TABLE agents (
    id INTEGER PRIMARY KEY,
    service TEXT NOT NULL,
    instance TEXT NOT NULL,
    epoch TEXT NOT NULL,
    stored INTEGER NOT NULL,
    seen_at INTEGER NOT NULL,
    UNIQUE (service, instance, epoch)
  );
  CREATE TABLE log (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    type TEXT NOT NULL,
    agent INTEGER,
    body BLOB NOT NULL
  );
  CREATE TABLE dead_letters (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, body BLOB NOT NULL);

  CREATE TABLE progress (id INTEGER PRIMARY KEY CHECK (id = 1), folded INTEGER NOT NULL);
  CREATE TABLE snapshots (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    version INTEGER NOT NULL,
    fleet TEXT NOT NULL,
    totals TEXT
  );
  CREATE TABLE totals (address TEXT PRIMARY KEY, counts TEXT NOT NULL);
  CREATE TABLE resources (
    id INTEGER PRIMARY KEY,
    address TEXT NOT NULL,
    instance TEXT NOT NULL,
    UNIQUE (address, instance)
  );
  CREATE TABLE minutes (resource INTEGER NOT NULL, minute INTEGER NOT NULL, body BLOB NOT NULL);
  CREATE UNIQUE INDEX minutes_by_resource ON minutes (resource, minute);
  CREATE INDEX minutes_by_time ON minutes (minute);
  CREATE TABLE seconds (resource INTEGER NOT NULL, minute INTEGER NOT NULL, body BLOB NOT NULL);
  CREATE UNIQUE INDEX seconds_by_resource ON seconds (resource, minute);
  CREATE INDEX seconds_by_time ON seconds (minute);
  CREATE TABLE events (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, body TEXT NOT NULL);
  CREATE INDEX events_by_time ON events (at, id);
  CREATE TABLE audit (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, body TEXT NOT NULL);

  CREATE TABLE hours (
    resource INTEGER NOT NULL,
    minute INTEGER NOT NULL,
    parts INTEGER NOT NULL,
    body BLOB NOT NULL
  );
  CREATE UNIQUE INDEX hours_by_resource ON hours (resource, minute);
  CREATE INDEX hours_by_time ON hours (minute);
  CREATE INDEX hours_in_parts ON hours (minute) WHERE parts > 1;

  CREATE TABLE tokens (
    id INTEGER PRIMARY KEY,
    token TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    scope TEXT NOT NULL,
    services TEXT,
    hash BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at INTEGER,
    revoked_at INTEGER,
    refused INTEGER NOT NULL
  );

  ALTER TABLE audit ADD COLUMN hash BLOB;
  CREATE TABLE audit_anchor (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    id INTEGER NOT NULL,
    hash BLOB NOT NULL
  );

  ALTER TABLE progress ADD COLUMN saving INTEGER;
  ALTER TABLE progress ADD COLUMN parts INTEGER;
  ALTER TABLE progress ADD COLUMN saved_parts INTEGER;
