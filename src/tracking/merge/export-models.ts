import type { Connection } from '../connection.ts';
import { prepared } from '../prepared.ts';
import { byKey, inLines, optional } from './line-parts.ts';
import type { ChangingValue } from './record-format.ts';

/** Lines of the models that a run logged, with their params and tags. */
export function* modelLines(db: Connection, seq: number): Generator<string> {
  const models = prepared(
    db,
    `SELECT id, name, path, model_type AS modelType, status, created_ms AS createdMs, changed_ms AS changedMs, deleted_ms AS deletedMs
       FROM logged_models WHERE run = ? ORDER BY id`,
  ).all(seq) as ModelRow[];
  const params = prepared(db, 'SELECT key, json FROM logged_model_params WHERE model = ? ORDER BY key').raw();
  const tags = prepared(db, 'SELECT key, value, changed_ms AS changedMs FROM logged_model_tags WHERE model = ? ORDER BY key');
  for (const some of inLines(models)) {
    const entries = some.map(({ deletedMs, ...model }) => {
      const head = JSON.stringify({ ...model, ...optional('deletedMs', deletedMs) }).slice(0, -1);
      const values = (params.all(model.id) as [string, string][]).map(([key, json]) => `${JSON.stringify(key)}:${json}`).join(',');
      const own = JSON.stringify(byKey(tags.all(model.id) as (ChangingValue & { key: string })[]));
      return `${head},"params":{${values}},"tags":${own}}`;
    });
    yield `{"type":"models","models":[${entries.join(',')}]}`;
  }
}

interface ModelRow {
  readonly id: string;
  readonly name: string;
  readonly path: string;
  readonly modelType: string;
  readonly status: string;
  readonly createdMs: number;
  readonly changedMs: number;
  readonly deletedMs: number | null;
}
