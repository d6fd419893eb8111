import type { Connection } from '../connection.ts';
import { pointsIntoChunks } from './0003-points-into-chunks.ts';

/**
 * What MLflow has and the first schema had not: lifecycle of experiments and runs, tags of experiments,
 * inputs, logged models, SCHEDULED; and what two stores need to become one without a conflict.
 *
 * `*_changed_ms`, `changed_ms`: when a value that may change was set last; of two stores the later one wins,
 * of equal times the greater value. A tag that was removed keeps its row with NULL, so that the removal wins too.
 *
 * experiments: a name is taken among those that are not deleted.
 *
 * runs.experiment_changed_ms: 0 until the run comes into another experiment than it started in (its experiment got another name).
 *
 * artifacts.changed_ms: when the path was logged last.
 *
 * runs.waits_for: id of a parent that this store does not know (yet). runs.git_diff: digest of the object with
 * the changes that were not committed. runs.deleted_ms: deleted by `runs delete`, kept until `runs purge`.
 *
 * params.number: the value of a param that is a number other than NaN, for comparisons; else NULL.
 *
 * series.min_value, max_value: NULL where every point is NaN; with the first step that has them.
 *
 * chunks.data: points in order of arrival, see points/encode.ts. The ranges of a chunk let a reader pass it by.
 *
 * inputs.digest: of the content in the cache, or as a client of MLflow gave it. inputs.tags, .schema, .profile: JSON.
 */
const ENTITIES = `
CREATE TABLE new_experiments (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  changed_ms INTEGER NOT NULL,
  deleted_ms INTEGER
) STRICT;
INSERT INTO new_experiments (id, name, created_ms, changed_ms) SELECT id, name, created_ms, created_ms FROM experiments;
DROP TABLE experiments;
ALTER TABLE new_experiments RENAME TO experiments;
CREATE UNIQUE INDEX experiments_by_name ON experiments (name) WHERE deleted_ms IS NULL;

CREATE TABLE experiment_tags (
  experiment INTEGER NOT NULL REFERENCES experiments (id) ON DELETE CASCADE,
  key TEXT NOT NULL,
  value TEXT,
  changed_ms INTEGER NOT NULL,
  PRIMARY KEY (experiment, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE new_runs (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE CHECK (length(id) = 32),
  experiment INTEGER NOT NULL REFERENCES experiments (id),
  experiment_changed_ms INTEGER NOT NULL DEFAULT 0,
  parent INTEGER REFERENCES runs (seq) ON DELETE CASCADE,
  waits_for TEXT,
  name TEXT NOT NULL,
  name_changed_ms INTEGER NOT NULL,
  stage TEXT,
  status TEXT NOT NULL CHECK (status IN ('SCHEDULED', 'RUNNING', 'FINISHED', 'FAILED', 'KILLED')),
  reason TEXT,
  started_ms INTEGER NOT NULL,
  ended_ms INTEGER,
  heartbeat_ms INTEGER NOT NULL,
  deleted_ms INTEGER,
  lifecycle_changed_ms INTEGER NOT NULL,
  user TEXT NOT NULL,
  host TEXT NOT NULL,
  pid INTEGER NOT NULL,
  process_start TEXT,
  command TEXT,
  git_commit TEXT,
  git_branch TEXT,
  git_dirty INTEGER,
  git_diff TEXT
) STRICT;
INSERT INTO new_runs (seq, id, experiment, parent, name, name_changed_ms, stage, status, reason, started_ms, ended_ms, heartbeat_ms,
    lifecycle_changed_ms, user, host, pid, process_start, command, git_commit, git_branch, git_dirty)
  SELECT seq, id, experiment, parent, name, started_ms, stage, status, reason, started_ms, ended_ms, heartbeat_ms,
    started_ms, user, host, pid, process_start, command, git_commit, git_branch, git_dirty FROM runs;
DROP TABLE runs;
ALTER TABLE new_runs RENAME TO runs;
CREATE INDEX runs_by_parent ON runs (parent, started_ms);
CREATE INDEX runs_by_start ON runs (started_ms);
CREATE INDEX runs_by_experiment ON runs (experiment, started_ms);
CREATE INDEX runs_by_stage ON runs (stage, started_ms) WHERE stage IS NOT NULL;
CREATE INDEX runs_by_commit ON runs (git_commit) WHERE git_commit IS NOT NULL;
CREATE INDEX runs_running ON runs (seq) WHERE status = 'RUNNING';
CREATE INDEX runs_waiting ON runs (waits_for) WHERE waits_for IS NOT NULL;

CREATE TABLE purged_runs (
  id TEXT PRIMARY KEY,
  purged_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

ALTER TABLE params ADD COLUMN number REAL AS (CASE
  WHEN substr(json, 1, 1) IN ('-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9') THEN CAST(json AS REAL)
  WHEN json = '{"$number":"Infinity"}' THEN 9e999
  WHEN json = '{"$number":"-Infinity"}' THEN -9e999
END) VIRTUAL;
CREATE INDEX params_by_number ON params (name, number) WHERE number IS NOT NULL;
CREATE INDEX params_by_text ON params (name, substr(json, 1, 40));

CREATE TABLE new_tags (
  run INTEGER NOT NULL REFERENCES runs (seq) ON DELETE CASCADE,
  key TEXT NOT NULL,
  value TEXT,
  changed_ms INTEGER NOT NULL,
  PRIMARY KEY (run, key)
) STRICT, WITHOUT ROWID;
INSERT INTO new_tags (run, key, value, changed_ms) SELECT t.run, t.key, t.value, r.started_ms FROM tags t JOIN runs r ON r.seq = t.run;
DROP TABLE tags;
ALTER TABLE new_tags RENAME TO tags;
CREATE INDEX tags_by_key ON tags (key, substr(value, 1, 40)) WHERE value IS NOT NULL;

CREATE TABLE inputs (
  run INTEGER NOT NULL REFERENCES runs (seq) ON DELETE CASCADE,
  name INTEGER NOT NULL REFERENCES names (id),
  digest TEXT NOT NULL,
  context TEXT NOT NULL DEFAULT '',
  kind TEXT CHECK (kind IN ('file', 'tree', 'symlink')),
  size INTEGER,
  files INTEGER,
  source_type TEXT NOT NULL,
  source TEXT NOT NULL,
  schema TEXT,
  profile TEXT,
  tags TEXT NOT NULL DEFAULT '{}',
  PRIMARY KEY (run, name, digest, context)
) STRICT, WITHOUT ROWID;
CREATE INDEX inputs_by_data ON inputs (name, digest);

CREATE TABLE logged_models (
  id TEXT PRIMARY KEY CHECK (id GLOB 'm-*'),
  run INTEGER NOT NULL REFERENCES runs (seq) ON DELETE CASCADE,
  name TEXT NOT NULL,
  path TEXT NOT NULL,
  model_type TEXT NOT NULL DEFAULT '',
  status TEXT NOT NULL CHECK (status IN ('PENDING', 'READY', 'FAILED')),
  created_ms INTEGER NOT NULL,
  changed_ms INTEGER NOT NULL,
  deleted_ms INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX logged_models_by_run ON logged_models (run);

CREATE TABLE logged_model_params (
  model TEXT NOT NULL REFERENCES logged_models (id) ON DELETE CASCADE,
  key TEXT NOT NULL,
  json TEXT NOT NULL,
  PRIMARY KEY (model, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE logged_model_tags (
  model TEXT NOT NULL REFERENCES logged_models (id) ON DELETE CASCADE,
  key TEXT NOT NULL,
  value TEXT,
  changed_ms INTEGER NOT NULL,
  PRIMARY KEY (model, key)
) STRICT, WITHOUT ROWID;

ALTER TABLE artifacts ADD COLUMN changed_ms INTEGER NOT NULL DEFAULT 0;

ALTER TABLE series ADD COLUMN min_value REAL;
ALTER TABLE series ADD COLUMN min_step INTEGER;
ALTER TABLE series ADD COLUMN max_value REAL;
ALTER TABLE series ADD COLUMN max_step INTEGER;
CREATE INDEX series_by_value ON series (name, last_value, run);
CREATE INDEX series_by_min ON series (name, min_value, run);
CREATE INDEX series_by_max ON series (name, max_value, run);

CREATE TABLE chunks (
  id INTEGER PRIMARY KEY,
  series INTEGER NOT NULL REFERENCES series (id) ON DELETE CASCADE,
  points INTEGER NOT NULL,
  first_step INTEGER NOT NULL,
  last_step INTEGER NOT NULL,
  data BLOB NOT NULL
) STRICT;
CREATE INDEX chunks_by_series ON chunks (series);
`;

/** Foreign keys must not be enforced meanwhile: tables are made anew under their old names. */
export function entities(db: Connection): void {
  db.exec(ENTITIES);
  pointsIntoChunks(db);
  db.exec('DROP TABLE points');
}
