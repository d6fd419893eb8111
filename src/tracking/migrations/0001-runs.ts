/**
 * The first schema. Child tables refer to runs by the local number `seq`, not by the 32-character
 * id, and metric and param names are interned: with `WITHOUT ROWID` a point costs about 30 bytes.
 *
 * points: the whole row is the key, so that repeated steps are kept while writing the same batch
 * twice (a retry, an import) changes nothing. NaN cannot be in a key as a number (SQLite makes it
 * NULL) and is the text 'NaN'; in `series.last_value`, which is searched, it is NULL so that no
 * comparison ever matches it. `last_*` is the greatest by (step, timestamp_ms, value).
 *
 * params.json: canonical JSON of the typed value.
 */
export const runs = `
CREATE TABLE experiments (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  created_ms INTEGER NOT NULL
) STRICT;
INSERT INTO experiments (id, name, created_ms) VALUES (0, 'Default', 0);

CREATE TABLE names (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE runs (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE CHECK (length(id) = 32),
  experiment INTEGER NOT NULL REFERENCES experiments (id),
  parent INTEGER REFERENCES runs (seq) ON DELETE CASCADE,
  name TEXT NOT NULL,
  stage TEXT,
  status TEXT NOT NULL CHECK (status IN ('RUNNING', 'FINISHED', 'FAILED', 'KILLED')),
  reason TEXT,
  started_ms INTEGER NOT NULL,
  ended_ms INTEGER,
  heartbeat_ms INTEGER NOT NULL,
  user TEXT NOT NULL,
  host TEXT NOT NULL,
  pid INTEGER NOT NULL,
  process_start TEXT,
  command TEXT,
  git_commit TEXT,
  git_branch TEXT,
  git_dirty INTEGER
) STRICT;
CREATE INDEX runs_by_parent ON runs (parent, started_ms);
CREATE INDEX runs_by_start ON runs (started_ms);
CREATE INDEX runs_by_stage ON runs (stage, started_ms) WHERE stage IS NOT NULL;
CREATE INDEX runs_running ON runs (seq) WHERE status = 'RUNNING';

CREATE TABLE params (
  run INTEGER NOT NULL REFERENCES runs (seq) ON DELETE CASCADE,
  name INTEGER NOT NULL REFERENCES names (id),
  json TEXT NOT NULL,
  PRIMARY KEY (run, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE series (
  id INTEGER PRIMARY KEY,
  run INTEGER NOT NULL REFERENCES runs (seq) ON DELETE CASCADE,
  name INTEGER NOT NULL REFERENCES names (id),
  points INTEGER NOT NULL,
  last_step INTEGER NOT NULL,
  last_ms INTEGER NOT NULL,
  last_value REAL,
  UNIQUE (run, name)
) STRICT;

CREATE TABLE points (
  series INTEGER NOT NULL REFERENCES series (id) ON DELETE CASCADE,
  step INTEGER NOT NULL,
  timestamp_ms INTEGER NOT NULL,
  value REAL NOT NULL,
  PRIMARY KEY (series, step, timestamp_ms, value)
) WITHOUT ROWID;

CREATE TABLE tags (
  run INTEGER NOT NULL REFERENCES runs (seq) ON DELETE CASCADE,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (run, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE artifacts (
  run INTEGER NOT NULL REFERENCES runs (seq) ON DELETE CASCADE,
  path TEXT NOT NULL,
  digest TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('file', 'tree', 'symlink')),
  size INTEGER NOT NULL,
  files INTEGER,
  mode TEXT,
  PRIMARY KEY (run, path)
) STRICT, WITHOUT ROWID;

CREATE TABLE stage_links (
  run INTEGER NOT NULL REFERENCES runs (seq) ON DELETE CASCADE,
  stage TEXT NOT NULL,
  outcome TEXT NOT NULL CHECK (outcome IN ('unchanged', 'restored')),
  producer TEXT,
  PRIMARY KEY (run, stage)
) STRICT, WITHOUT ROWID;
`;
