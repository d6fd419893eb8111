import { MloError } from '../../core/errors/mlo-error.ts';
import type { Connection } from '../connection.ts';
import { laterThan } from '../edits/run-tree.ts';

/** `null` removes a tag; the row stays, so that the removal is known to other stores. @throws MLO_EXPERIMENT */
export function setExperimentTags(db: Connection, experiment: number, tags: ReadonlyMap<string, string | null>, nowMs: number): void {
  const find = db.prepare('SELECT value, changed_ms AS changedMs FROM experiment_tags WHERE experiment = ? AND key = ?');
  const set = db.prepare(
    `INSERT INTO experiment_tags (experiment, key, value, changed_ms) VALUES (?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET value = excluded.value, changed_ms = excluded.changed_ms`,
  );
  let changed = false;
  for (const [typed, value] of tags) {
    const key = typed.toWellFormed();
    if (key === '') throw new MloError('MLO_EXPERIMENT', 'A tag needs a name, found "".');
    const old = find.get(experiment, key) as { value: string | null; changedMs: number } | undefined;
    if (value === null && (old?.value ?? null) === null)
      throw new MloError('MLO_EXPERIMENT', `The experiment has no tag ${JSON.stringify(key)}.`, { hint: 'mlo experiments list --json' });
    if (old?.value === value) continue;
    set.run(experiment, key, value, laterThan(nowMs, old === undefined ? [] : [old.changedMs]));
    changed = true;
  }
  if (changed) db.prepare('UPDATE experiments SET changed_ms = ? WHERE id = ?').run(nowMs, experiment);
}
