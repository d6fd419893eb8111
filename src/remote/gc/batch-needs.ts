import { isDigest } from '../../core/content.ts';
import { MloError } from '../../core/errors/mlo-error.ts';
import { BatchDamage, NewerBatch } from '../batches/batch-format.ts';
import { readTables } from '../batches/batch-set.ts';
import { RUN_CACHE_FOLDER, RUNS_FOLDER } from '../keys.ts';
import { Lanes } from '../lanes.ts';
import type { Remote } from '../port.ts';
import type { Wanted } from '../push/plan-push.ts';

export interface BatchNeeds {
  readonly batches: number;
  readonly needs: readonly Wanted[];
}

/** What all batches of a remote, of all its spaces, need. Throws MLO_REMOTE_CORRUPT where one cannot be read: what it needs is not known then. */
export async function batchNeeds(remote: Remote, jobs: number): Promise<BatchNeeds> {
  const needs = new Map<string, Wanted>();
  const lanes = new Lanes(jobs);
  let batches = 0;
  try {
    for (const folder of [RUNS_FOLDER, RUN_CACHE_FOLDER]) {
      for await (const { key, size } of remote.list(folder)) {
        if (!isDigest(key.slice(key.lastIndexOf('/') + 1))) continue;
        batches += 1;
        await lanes.begin(async () => {
          for (const need of await needsOf(remote, key, size)) needs.set(`${need.kind} ${need.digest}`, need);
        });
      }
    }
  } finally {
    await lanes.end();
  }
  return { batches, needs: [...needs.values()] };
}

async function needsOf(remote: Remote, key: string, size: number): Promise<readonly Wanted[]> {
  try {
    const [, tables] = await readTables(remote, { key, size });
    if (tables !== undefined) return tables.needs;
  } catch (error) {
    if (!(error instanceof BatchDamage)) throw error;
    throw unreadable(remote, key, error.message, error instanceof NewerBatch);
  }
  throw unreadable(remote, key, 'it went while it was looked at');
}

function unreadable(remote: Remote, key: string, why: string, isNewer = false): MloError {
  return new MloError('MLO_REMOTE_CORRUPT', `What the batch ${remote.address}/${key} needs is not known: ${why}. Nothing was deleted`, {
    hint: isNewer
      ? 'Update mlo: npm install mlo-cli@latest; mlo verify --remote --repair where it is damaged'
      : 'mlo verify --remote --repair, then mlo push from a machine that has the runs',
    details: { key },
  });
}
