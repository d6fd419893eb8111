import { MloError } from '../../core/errors/mlo-error.ts';
import { titleFault } from '../../core/run-limits.ts';
import { nearest } from '../../core/text/nearest.ts';
import type { Connection } from '../connection.ts';
import { checkTags } from '../check-record.ts';
import { invalidRecord } from '../errors.ts';
import { findRun } from '../read-runs.ts';
import { laterThan, runTree, type TreeRun } from './run-tree.ts';
import type { NamedRun } from './types.ts';

export function setRunTags(
  db: Connection,
  id: string,
  tags: ReadonlyMap<string, string | null>,
  nowMs: number,
): NamedRun & { readonly changed: readonly string[] } {
  const run = activeRun(db, id);
  const known = new Map(
    (db.prepare('SELECT key, value, changed_ms FROM tags WHERE run = ?').raw().all(run.seq) as [string, string | null, number][]).map(
      ([key, value, changedMs]) => [key, { value, changedMs }],
    ),
  );
  const set = db.prepare(
    'INSERT INTO tags (run, key, value, changed_ms) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value, changed_ms = excluded.changed_ms',
  );
  checkTags(run.id, Object.fromEntries([...tags].filter((tag): tag is [string, string] => tag[1] !== null)));
  const changed: string[] = [];
  for (const [typed, value] of tags) {
    const key = typed.toWellFormed();
    const old = known.get(key);
    if (value === null && (old?.value ?? null) === null) throw tagUnknown(run, key, known);
    if (old?.value === value) continue;
    set.run(run.seq, key, value, laterThan(nowMs, old === undefined ? [] : [old.changedMs]));
    changed.push(key);
  }
  return { id: run.id, name: run.name, changed };
}

/** Later than any name it had. */
export function renameRun(db: Connection, id: string, name: string, nowMs: number): NamedRun & { readonly before: string } {
  const run = activeRun(db, id);
  const text = name.toWellFormed();
  const fault = titleFault(text);
  if (fault !== undefined) throw invalidRecord(run.id, `the name of a run ${fault}`);
  const changedMs = db.prepare('SELECT name_changed_ms FROM runs WHERE seq = ?').pluck().get(run.seq) as number;
  if (text !== run.name)
    db.prepare('UPDATE runs SET name = ?, name_changed_ms = ? WHERE seq = ?').run(text, laterThan(nowMs, [changedMs]), run.seq);
  return { id: run.id, name: text, before: run.name };
}

function activeRun(db: Connection, id: string): TreeRun {
  const { seq } = findRun(db, id);
  const run = runTree(db, seq)[0];
  if (run === undefined) throw new Error(`run ${id} vanished within one transaction`);
  if (run.deletedMs === null) return run;
  throw new MloError('MLO_RUN_STATE', `The run ${run.id} (${run.name}) is deleted; it must be brought back before it can be changed.`, {
    hint: `mlo runs restore ${run.id}`,
    details: { id: run.id },
  });
}

function tagUnknown(run: TreeRun, key: string, known: ReadonlyMap<string, { readonly value: string | null }>): MloError {
  const keys = [...known].flatMap(([each, { value }]) => (value === null ? [] : [each]));
  const near = nearest(key, keys);
  return new MloError('MLO_USAGE', `The run ${run.id} has no tag ${JSON.stringify(key)}.`, {
    hint: near === undefined ? `mlo runs show ${run.id}` : `Did you mean ${JSON.stringify(near)}?`,
    details: { id: run.id, key, known: keys },
  });
}
