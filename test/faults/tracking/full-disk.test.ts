import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkDatabase } from '../../../src/tracking/check-database.ts';
import { openTracking } from '../../../src/tracking/open.ts';
import { requirePeer, skipTest } from '../../helpers/index.ts';
import { errorOf, newRun, runId } from '../../contract/tracking/records.ts';
import { fill } from '../lib/fill-disk.ts';
import { faults, scratchFolder } from '../lib/index.ts';

let disk: string;
let path: string;
let ballast: string;

beforeEach(() => {
  disk = join(scratchFolder(), 'disk');
  mkdirSync(disk);
  path = join(disk, 'tracking.db');
  ballast = join(disk, 'somebody else');
  try {
    execFileSync(requirePeer('mount'), ['-t', 'tmpfs', '-o', 'size=6m', 'tmpfs', disk], { stdio: 'pipe' });
  } catch {
    skipTest('this machine does not let us mount');
  }
});

afterEach(() => {
  execFileSync('umount', ['-l', disk]);
});

const STEPS = Float64Array.from({ length: 100_000 }, (_, step) => step);
const batch = (name: string) => ({ name, steps: STEPS, timestampsMs: STEPS, values: STEPS.map(Math.sin) });

describe('a tracking database on a disk that is full', () => {
  it('says so, keeps what is stored, and stores what waited as soon as there is room', () => {
    const tracking = openTracking({ path });
    tracking.startRun(newRun('aa01', { params: { lr: 0.1 } }));
    tracking.logBatches(runId('aa01'), [batch('before')]);
    tracking.flush();
    fill(ballast);
    tracking.logBatches(runId('aa01'), [batch('after')]);
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const error = errorOf(() => tracking.flush());
      expect(error).toMatchObject({ code: 'MLO_TRACKING', message: expect.stringContaining('the disk is full') });
      expect(error.hint).toContain('df -h');
    }
    const reader = openTracking({ path, readOnly: true });
    expect(Object.keys(reader.get('aa01').metrics)).toEqual(['before']);
    expect(reader.metricSeries(runId('aa01'), 'before').steps).toHaveLength(STEPS.length);
    reader.close();
    expect(checkDatabase(path, { quick: false }).problems).toEqual([]);

    rmSync(ballast);
    tracking.finishRun(runId('aa01'), { status: 'FINISHED', endedMs: 2_000 });
    tracking.close();
    const after = openTracking({ path, readOnly: true });
    expect(after.get('aa01')).toMatchObject({ status: 'FINISHED', metrics: { before: { points: 100_000 }, after: { points: 100_000 } } });
    after.close();
    expect(checkDatabase(path, { quick: false }).problems).toEqual([]);
    faults('a full disk', 2);
  });

  it('is not created where there is no room at all, and the error says why', () => {
    fill(ballast);
    expect(errorOf(() => openTracking({ path }))).toMatchObject({ code: 'MLO_TRACKING', message: expect.stringContaining(path) });
    const reader = openTracking({ path, readOnly: true });
    expect(reader.list()).toEqual([]);
    reader.close();
    rmSync(ballast);
    openTracking({ path }).close();
    expect(checkDatabase(path, { quick: false }).problems).toEqual([]);
    faults('a full disk', 1);
  });
});
