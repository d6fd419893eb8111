import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { checkDatabase } from '../../../src/tracking/check-database.ts';
import { openTracking } from '../../../src/tracking/open.ts';
import { faults, scratchFolder } from '../lib/index.ts';

const WRITER = join(import.meta.dirname, 'shared-writer.ts');
const MIB = 1024 * 1024;
const SHARED = 'f'.repeat(32);
const idOf = (n: number): string => n.toString(16).padStart(2, '0').repeat(16);
const children: ChildProcess[] = [];

afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
});

function prepared(): string {
  const path = join(scratchFolder(), 'tracking.db');
  const tracking = openTracking({ path });
  tracking.startRun({ id: SHARED, name: 'shared', startedMs: 1 });
  tracking.close();
  return path;
}

/** Logs `points` points to a run of its own and as many to one series of the shared run; resolves to what it wrote to stderr. */
async function writer(path: string, n: number, writers: number, points: number, batch: number): Promise<string> {
  const child = spawn(process.execPath, [WRITER, path, idOf(n), SHARED, ...[n, writers, points, batch].map(String)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  children.push(child);
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const [code] = (await once(child, 'close')) as [number];
  return code === 0 ? stderr : `exit code ${code}: ${stderr}`;
}

describe('many processes that log to one database at once', () => {
  it.each([
    [8, 10_000, 100],
    [16, 2_000, 10],
  ])(
    '%i processes, %i points each: none is lost, none is there twice, nobody is told that it is locked',
    { timeout: 600_000 },
    async (count, points, batch) => {
      const path = prepared();
      const writers = Array.from({ length: count }, (_, n) => writer(path, n, count, points, batch));
      let done = false;
      let mostLog = 0;
      const watching = (async () => {
        while (!done) {
          mostLog = Math.max(mostLog, statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0);
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      })();
      expect(await Promise.all(writers)).toEqual(writers.map(() => ''));
      done = true;
      await watching;
      expect(mostLog).toBeLessThan(64 * MIB);

      const tracking = openTracking({ path, readOnly: true });
      for (let n = 0; n < count; n += 1) {
        expect(Array.from(tracking.metricSeries(idOf(n), 'own').steps)).toEqual(Array.from({ length: points }, (_, step) => step));
      }
      // Steps of the shared series are step * count + n: together they are all of them.
      expect(Array.from(tracking.metricSeries(SHARED, 'shared').steps)).toEqual(Array.from({ length: count * points }, (_, step) => step));
      expect(tracking.get(SHARED).metrics['shared']?.points).toBe(count * points);
      tracking.close();
      expect(checkDatabase(path, { quick: false })).toEqual({ runs: count + 1, points: 2 * count * points, problems: [] });
      faults('processes that log to one database', count);
    },
  );

  it('keep the log small though somebody reads all the time', { timeout: 600_000 }, async () => {
    const path = prepared();
    const readers = Array.from({ length: 2 }, () => openTracking({ path, readOnly: true }));
    const tracking = openTracking({ path });
    let mostLog = 0;
    for (let round = 0; round < 60; round += 1) {
      const from = round * 10_000;
      const steps = Float64Array.from({ length: 10_000 }, (_, each) => from + each);
      for (let series = 0; series < 8; series += 1)
        tracking.logBatches(SHARED, [{ name: `m${series}`, steps, timestampsMs: steps, values: steps }]);
      for (const reader of readers) reader.get(SHARED);
      mostLog = Math.max(mostLog, statSync(`${path}-wal`).size);
    }
    tracking.flush();
    for (const reader of readers) {
      expect(reader.get(SHARED).metrics['m0']?.points).toBe(600_000);
      reader.close();
    }
    tracking.close();
    expect(mostLog).toBeLessThan(48 * MIB);
    expect(statSync(`${path}-wal`, { throwIfNoEntry: false })).toBeUndefined();
  });
});
