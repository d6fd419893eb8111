import type { RunId } from '../../core/run.ts';
import type { Connection } from '../connection.ts';
import { TREE } from '../read-tree.ts';

/** A model that a run has logged; its files are the artifact at `path`. */
export interface LoggedModel {
  /** `m-` and 32 hexadecimal characters, as MLflow's. */
  readonly id: string;
  readonly name: string;
  /** Of the artifact of the run. */
  readonly path: string;
  /** What can load it (`tfjs-layers`); '' where nobody said. */
  readonly modelType: string;
  readonly status: 'PENDING' | 'READY' | 'FAILED';
  readonly createdMs: number;
}

/** One queued change. */
export interface ModelWrite {
  readonly kind: 'model';
  readonly run: RunId;
  readonly model: LoggedModel;
}

export function modelsWriter(db: Connection): (run: number, model: LoggedModel) => void {
  const insert = db.prepare(
    `INSERT INTO logged_models (id, run, name, path, model_type, status, created_ms, changed_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET status = excluded.status, changed_ms = excluded.changed_ms`,
  );
  return (run, { id, name, path, modelType, status, createdMs }) =>
    void insert.run(id, run, name, path, modelType, status, createdMs, createdMs);
}

/** Logged models of a run and of all below it that are not deleted, by local number, oldest first. */
export function readModels(db: Connection, root: number): ReadonlyMap<number, readonly LoggedModel[]> {
  const rows = db
    .prepare(
      `${TREE} SELECT m.run, m.id, m.name, m.path, m.model_type AS modelType, m.status, m.created_ms AS createdMs
       FROM tree JOIN logged_models m ON m.run = tree.seq AND m.deleted_ms IS NULL ORDER BY m.created_ms, m.id`,
    )
    .all(root) as (LoggedModel & { readonly run: number })[];
  const found = new Map<number, LoggedModel[]>();
  for (const { run, ...model } of rows) {
    const own = found.get(run);
    if (own === undefined) found.set(run, [model]);
    else own.push(model);
  }
  return found;
}
