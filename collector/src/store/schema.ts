/** "HOLD" in ASCII, in SQLite's application_id: says that a database is ours. */
export const applicationId = 0x48_4f_4c_44;
/** In SQLite's user_version. A database with a higher one comes from a newer Holdfast. */
export const schemaVersion = 6;

/**
 * The log and the watermarks are what agents were told is stored. Everything below them but tokens and
 * audit is derived and can be made again from the log. Rowid tables in arrival order throughout: clustered
 * keys would spread each flush over the file.
 */
export const schema: string = [
  tablesOfVersion1(),
  hoursTable(),
  tokensTable(),
  auditChain(),
  begunSave(),
  stateIndexes(),
].join('');

/** What brings a database from the version before to each version. */
export const migrations: Readonly<Record<number, string>> = {
  2: hoursTable(),
  3: tokensTable(),
  4: auditChain(),
  5: begunSave(),
  6: stateIndexes(),
};

function tablesOfVersion1(): string {
  return `
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
`;
}

/**
 * `minute` is that in which the hour begins. `parts` says how many records stand in the body; those of an
 * hour that is over are added up into one.
 */
function hoursTable(): string {
  return `
  CREATE TABLE hours (
    resource INTEGER NOT NULL,
    minute INTEGER NOT NULL,
    parts INTEGER NOT NULL,
    body BLOB NOT NULL
  );
  CREATE UNIQUE INDEX hours_by_resource ON hours (resource, minute);
  CREATE INDEX hours_by_time ON hours (minute);
  CREATE INDEX hours_in_parts ON hours (minute) WHERE parts > 1;
`;
}

/** Of a token only the hash is kept. Those that ended stay, so that the audit list can be read. */
function tokensTable(): string {
  return `
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
`;
}

/** `audit_anchor` holds the last row that was let go of, which the oldest that is kept hangs on. */
function auditChain(): string {
  return `
  ALTER TABLE audit ADD COLUMN hash BLOB;
  CREATE TABLE audit_anchor (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    id INTEGER NOT NULL,
    hash BLOB NOT NULL
  );
`;
}

/** A save of which some parts are stored: the entry up to which it goes, and how many of how many. */
function begunSave(): string {
  return `
  ALTER TABLE progress ADD COLUMN saving INTEGER;
  ALTER TABLE progress ADD COLUMN parts INTEGER;
  ALTER TABLE progress ADD COLUMN saved_parts INTEGER;
`;
}

/** What changed the state of a resource, and when agents of a service came and went: few of all events. */
function stateIndexes(): string {
  return `
  CREATE INDEX events_of_states ON events (body ->> '$.address', at)
    WHERE body ->> '$.event.to' IS NOT NULL;
  CREATE INDEX events_of_agents ON events (body ->> '$.service', at)
    WHERE body ->> '$.event.kind' GLOB 'agent.*';
`;
}
