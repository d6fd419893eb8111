import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkDatabase } from '../../../src/tracking/check-database.ts';
import { openTracking } from '../../../src/tracking/open.ts';
import { runCommand, type CommandResult } from '../../helpers/index.ts';
import { faults, scratchFolder } from '../lib/index.ts';
import { injected, type Call } from '../lib/inject.ts';
import { IS_FULL } from '../lib/is-full.ts';

const WRITER = join(import.meta.dirname, '..', '..', 'unit', 'tracking', 'writer-process.ts');
const RUN = 'a'.repeat(32);
const BATCH = 40;
const BATCHES = 30;
/** Calls by which SQLite writes, and the call of its kind that is hit. */
const CALLS = ['pwrite64', 'fsync', 'ftruncate', 'unlink'] as const;
const NTH = IS_FULL ? Array.from({ length: 240 }, (_, each) => each + 1) : [1, 2, 4, 9, 20, 45, 90, 150];

/** Writes and commits batch after batch; killed at the `nth` such call. */
async function killedWriter(path: string, call: Call, nth: number): Promise<CommandResult> {
  return await runCommand(process.execPath, [WRITER, path, RUN, String(BATCH * BATCHES), String(BATCH)], {
    cwd: scratchFolder(),
    env: { PATH: process.env['PATH'], ...injected({ call, nth }, 'kill') },
    timeoutMs: 120_000,
  });
}

describe('kill -9 of a process in the middle of a group commit', () => {
  it.each(CALLS)(
    'at a %s: what it said was stored is there, batches are whole, the run becomes FAILED, and writing goes on',
    { timeout: 3_600_000 },
    async (call) => {
      let killed = 0;
      for (const nth of NTH) {
        const path = join(scratchFolder(), 'tracking.db');
        const { signal, stdout } = await killedWriter(path, call, nth);
        // It does not make so many.
        if (signal !== 'SIGKILL') break;
        killed += 1;
        const where = `${call} ${nth}`;
        const stored = Number(stdout.trim().split('\n').at(-1) ?? 0);
        const tracking = openTracking({ path });
        const dead = tracking.reconcile();
        const started = tracking.list().length === 1;
        // The last calls come after the end of the run.
        const finished = started && dead.length === 0;
        expect([where, started || stored === 0, !finished || stored === BATCH * BATCHES]).toEqual([where, true, true]);
        if (started) {
          const { status, reason } = tracking.get(RUN);
          if (finished) expect([where, status]).toEqual([where, 'FINISHED']);
          else expect([where, status, reason]).toEqual([where, 'FAILED', expect.stringContaining('is gone')]);
          const steps = Array.from(tracking.metricSeries(RUN, 'loss').steps);
          expect([where, steps]).toEqual([where, Array.from({ length: steps.length }, (_, step) => step)]);
          expect([where, steps.length % BATCH]).toEqual([where, 0]);
          expect(steps.length).toBeGreaterThanOrEqual(stored);
          const others = [0, 1, 2].map((each) => tracking.metricSeries(RUN, `shared-${each}`).steps.length);
          expect([where, others.reduce((sum, length) => sum + length, 0)]).toEqual([where, steps.length]);
        }
        tracking.startRun({ id: 'b'.repeat(32), name: 'next', startedMs: 1 });
        tracking.logMetrics('b'.repeat(32), [{ name: 'loss', value: 1, step: 1, timestampMs: 1 }]);
        tracking.close();
        expect([where, checkDatabase(path, { quick: false }).problems]).toEqual([where, []]);
      }
      if (call === 'pwrite64') expect(killed).toBeGreaterThan(5);
      faults(`kill -9: group commit, ${call}`, killed);
    },
  );
});
