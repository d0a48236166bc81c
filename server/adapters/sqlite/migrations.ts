/** Each entry brings a file from the version of its index to the next one. Entries are never edited, only added. */
export const durableMigrations = [
  `CREATE TABLE accounts (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    name_folded TEXT NOT NULL UNIQUE,
    world_key TEXT,
    x REAL,
    y REAL,
    facing INTEGER,
    has_position INTEGER NOT NULL DEFAULT 0 CHECK (has_position IN (0, 1)),
    created_at INTEGER NOT NULL DEFAULT (unixepoch()),
    updated_at INTEGER NOT NULL DEFAULT (unixepoch())
  ) STRICT;`,
  `CREATE TABLE memories (
    world_key TEXT PRIMARY KEY,
    state TEXT NOT NULL,
    updated_at INTEGER NOT NULL DEFAULT (unixepoch())
  ) STRICT;`,
] as const;

export const runtimeMigrations = [
  `CREATE TABLE snapshots (
    address TEXT PRIMARY KEY,
    phase TEXT NOT NULL,
    wake_at REAL,
    state TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE ports (
    world_key TEXT PRIMARY KEY,
    port INTEGER NOT NULL UNIQUE CHECK (port BETWEEN 1 AND 65535)
  ) STRICT;
  CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
  ) STRICT;`,
  `CREATE TABLE steps (
    session TEXT PRIMARY KEY,
    admission TEXT NOT NULL,
    seq INTEGER NOT NULL,
    durable_at REAL NOT NULL,
    x REAL NOT NULL,
    y REAL NOT NULL,
    facing INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;`,
] as const;
