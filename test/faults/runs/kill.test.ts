import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { hashBytes } from '../../../src/fs/hash.ts';
import { openTracking } from '../../../src/tracking/open.ts';
import type { Tracking } from '../../../src/tracking/types.ts';
import { projectAt } from '../../helpers/index.ts';
import { newRun, runId } from '../../contract/tracking/records.ts';
import { contentsOf } from '../../unit/runs/stores.ts';
import { faults, scratchCopy, scratchFolder } from '../lib/index.ts';
import type { Call } from '../lib/inject.ts';
import { mloInjected, writePoints } from '../lib/points.ts';

const CALLS: readonly Call[] = ['pwrite64', 'write', 'fdatasync', 'fsync', 'ftruncate', 'unlink', 'rename', 'mkdir'];
const POINTS = 3_000;

function inStore<T>(root: string, work: (tracking: Tracking) => T): T {
  const tracking = openTracking({ path: join(root, '.mlo/tracking.db'), host: 'desk', user: 'anna', pid: 4242, now: () => 9_000 });
  try {
    return work(tracking);
  } finally {
    tracking.close();
  }
}

/** A project with runs that have points, of which one is deleted, and a file with another one to import. */
function makeProject(): string {
  const root = scratchFolder('mlo-kill-runs-');
  mkdirSync(join(root, '.mlo'));
  writeFileSync(join(root, 'pipeline.yaml'), 'stages: {}\n');
  const steps = Float64Array.from({ length: POINTS }, (_, at) => at);
  const log = (tracking: Tracking, start: string): void => {
    tracking.startRun(newRun(start, { params: { lr: 0.1 }, tags: { k: start } }));
    for (const name of ['loss', 'acc']) tracking.logBatches(runId(start), [{ name, steps, timestampsMs: steps, values: steps }]);
    tracking.finishRun(runId(start), { status: 'FINISHED', endedMs: 5_000 });
  };
  inStore(root, (tracking) => {
    log(tracking, 'aa01');
    log(tracking, 'bb01');
    tracking.edits.delete(['bb01']);
  });
  const other = scratchFolder('mlo-kill-runs-');
  inStore(other, (tracking) => {
    log(tracking, 'cc01');
    tracking.flush();
    writeFileSync(join(root, 'run.jsonl'), [...tracking.exchange.export(runId('cc01'))].join(''));
  });
  mkdirSync(join(root, '.mlo/logs', runId('bb01')), { recursive: true });
  return root;
}

/** Short, since it is printed where two differ. */
const contents = (root: string): string => hashBytes(JSON.stringify(inStore(root, contentsOf)));

async function killEverywhere(name: string, args: readonly string[]): Promise<void> {
  const project = makeProject();
  const before = contents(project);
  const done = scratchCopy(project, 'mlo-kill-runs-');
  const points = writePoints(done, args, CALLS);
  let killed = 0;
  let after: string | undefined;
  for (let point = await points.next(); point.done !== true;) {
    after ??= contents(done);
    expect(after).not.toEqual(before);
    const root = scratchCopy(project, 'mlo-kill-runs-');
    const { signal } = await mloInjected(root, args, point.value, 'kill');
    const database = new Database(join(root, '.mlo/tracking.db'));
    expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
    expect(database.pragma('foreign_key_check')).toEqual([]);
    database.close();
    const found = contents(root);
    const where = `${name} killed at ${point.value.call} ${point.value.nth}`;
    expect([before, after], where).toContain(found);
    const again = await projectAt(root, root).mlo(args);
    expect([again.code, contents(root)], where).toEqual([0, after]);
    expect(
      readdirSync(join(root, '.mlo')).filter((file) => file.startsWith('.mlo-tmp')),
      where,
    ).toEqual([]);
    rmSync(root, { recursive: true });
    killed += signal === 'SIGKILL' ? 1 : 0;
    point = await points.next(signal === 'SIGKILL');
  }
  expect(killed).toBeGreaterThan(5);
  faults(`kill -9: ${name}`, killed);
}

describe('kill -9', () => {
  it('during an import leaves the store as it was or as it is to be', { timeout: 600_000 }, async () => {
    await killEverywhere('runs import', ['runs', 'import', 'run.jsonl']);
  });

  it('during a purge leaves the store as it was or as it is to be', { timeout: 600_000 }, async () => {
    await killEverywhere('runs purge', ['runs', 'purge', '--all-deleted', '--force']);
  });
});
