import { compareText } from '../../core/encoding/canonical-json.ts';
import type { Connection } from '../connection.ts';
import { prepared } from '../prepared.ts';
import type { Interned } from '../interned.ts';
import { LineFault } from './fields.ts';
import { tagUpsert } from './later-wins.ts';
import type { ArtifactEntry, ChangingValue, InputEntry, LinkEntry, ModelEntry } from './record-format.ts';
import type { ImportedRun } from './types.ts';

type Conflict = ImportedRun['conflicts'][number];

/** What belongs to the run with the local number `run`; each brings what is there together with what is given. */
export interface EntryMerger {
  /** Returns those that have another value here, which stays. */
  params(run: number, params: ReadonlyMap<string, string>): readonly Conflict[];
  tags(run: number, tags: ReadonlyMap<string, ChangingValue>): void;
  inputs(run: number, inputs: readonly InputEntry[]): void;
  artifacts(run: number, artifacts: readonly ArtifactEntry[]): void;
  links(run: number, links: readonly LinkEntry[]): void;
  models(run: number, models: readonly ModelEntry[]): readonly Conflict[];
}

export function entryMerger(db: Connection, names: Interned): EntryMerger {
  return {
    params(run, params) {
      const add = prepared(db, 'INSERT INTO params (run, name, json) VALUES (?, ?, ?) ON CONFLICT DO NOTHING');
      const find = prepared(db, 'SELECT json FROM params WHERE run = ? AND name = ?').pluck();
      return [...params].flatMap(([key, given]) => {
        const name = names.id(key);
        if (add.run(run, name, given).changes === 1) return [];
        return conflictOf(key, find.get(run, name) as string, given);
      });
    },
    tags(run, tags) {
      const set = prepared(db, tagUpsert('tags', 'run'));
      for (const [key, { value, changedMs }] of tags) set.run(run, key, value, changedMs);
    },
    inputs(run, inputs) {
      const add = prepared(
        db,
        `INSERT INTO inputs (run, name, digest, context, kind, size, files, source_type, source, schema, profile, tags)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
      );
      for (const { name, digest, context, kind, size, files, sourceType, source, schema, profile, tags } of inputs) {
        const optional = [kind, size, files].map((value) => value ?? null);
        add.run(run, names.id(name), digest, context, ...optional, sourceType, source, schema ?? null, profile ?? null, tags);
      }
    },
    artifacts(run, artifacts) {
      const set = prepared(db, ARTIFACT);
      for (const { path, digest, kind, size, files, mode, changedMs } of artifacts)
        set.run(run, path, digest, kind, size, files ?? null, mode ?? null, changedMs);
    },
    links(run, links) {
      const add = prepared(
        db,
        'INSERT INTO stage_links (run, stage, outcome, producer, position) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
      );
      for (const { stage, outcome, producerRunId, position } of links) add.run(run, stage, outcome, producerRunId ?? null, position);
    },
    models: (run, models) => models.flatMap((model) => mergeModel(db, run, model)),
  };
}

const ARTIFACT = `INSERT INTO artifacts (run, path, digest, kind, size, files, mode, changed_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET digest = excluded.digest, kind = excluded.kind, size = excluded.size, files = excluded.files, mode = excluded.mode,
    changed_ms = excluded.changed_ms
  WHERE excluded.changed_ms > artifacts.changed_ms OR (excluded.changed_ms = artifacts.changed_ms AND excluded.digest > artifacts.digest)`;

function mergeModel(db: Connection, run: number, model: ModelEntry): readonly Conflict[] {
  const known = prepared(db, 'SELECT run, status, changed_ms AS changedMs, deleted_ms AS deletedMs FROM logged_models WHERE id = ?').get(
    model.id,
  ) as { run: number; status: string; changedMs: number; deletedMs: number | null } | undefined;
  const { id, name, path, modelType, status, createdMs, changedMs, deletedMs } = model;
  if (known !== undefined && known.run !== run) throw new LineFault(`the model ${id} belongs to another run`);
  if (known === undefined) {
    prepared(
      db,
      'INSERT INTO logged_models (id, run, name, path, model_type, status, created_ms, changed_ms, deleted_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
    ).run(id, run, name, path, modelType, status, createdMs, changedMs, deletedMs ?? null);
  } else if ((changedMs - known.changedMs || compareText(status, known.status) || (deletedMs ?? -1) - (known.deletedMs ?? -1)) > 0) {
    prepared(db, 'UPDATE logged_models SET status = ?, changed_ms = ?, deleted_ms = ? WHERE id = ?').run(
      status,
      changedMs,
      deletedMs ?? null,
      id,
    );
  }
  const addParam = prepared(db, 'INSERT INTO logged_model_params (model, key, json) VALUES (?, ?, ?) ON CONFLICT DO NOTHING');
  const findParam = prepared(db, 'SELECT json FROM logged_model_params WHERE model = ? AND key = ?').pluck();
  const setTag = prepared(db, tagUpsert('logged_model_tags', 'model'));
  for (const [key, tag] of model.tags) setTag.run(id, key, tag.value, tag.changedMs);
  return [...model.params].flatMap(([key, given]) =>
    addParam.run(id, key, given).changes === 1 ? [] : conflictOf(`${id}: ${key}`, findParam.get(id, key) as string, given),
  );
}

function conflictOf(key: string, kept: string, given: string): readonly Conflict[] {
  return kept === given ? [] : [{ key, kept, given }];
}
