import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { COMMIT_EVERY_MS } from '../../../src/tracking/group-commit.ts';
import { openTracking } from '../../../src/tracking/open.ts';

const WRITER = join(import.meta.dirname, 'writer-process.ts');
const runId = (n: number): string => String(n).repeat(32);

let folder: string;
let path: string;
const children: ChildProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mlo-tracking-'));
  path = join(folder, 'tracking.db');
});

afterEach(async () => {
  vi.useRealTimers();
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  rmSync(folder, { recursive: true });
});

function startWriter(id: string, points: number, batch: number, ...more: string[]): ChildProcess {
  const child = spawn(process.execPath, [WRITER, path, id, String(points), String(batch), ...more], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  return child;
}

async function progressOf(child: ChildProcess, until: number): Promise<number> {
  for await (const line of createInterface({ input: child.stdout as NonNullable<typeof child.stdout> })) {
    if (Number(line) >= until) return Number(line);
  }
  throw new Error('the writer ended before');
}

async function killed(child: ChildProcess): Promise<void> {
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

describe('several processes on one database', { timeout: 60_000 }, () => {
  it('lose nothing and write nothing twice, even when all of them create it', async () => {
    const writers = [1, 2, 3, 4].map((n) => startWriter(runId(n), 2_000, 20));
    const codes = await Promise.all(
      writers.map(async (writer) => {
        writer.stdout?.resume();
        return (await once(writer, 'exit'))[0] as number;
      }),
    );
    expect(codes).toEqual([0, 0, 0, 0]);
    const tracking = openTracking({ path, readOnly: true });
    expect(tracking.list()).toHaveLength(4);
    for (const n of [1, 2, 3, 4]) {
      const run = tracking.get(runId(n));
      expect(run).toMatchObject({ status: 'FINISHED', params: { batch: 20 } });
      expect(run.metrics['loss']).toMatchObject({ value: 1_999 / 7, step: 1_999, points: 2_000 });
      expect(Array.from(tracking.metricSeries(runId(n), 'loss').steps)).toEqual(Array.from({ length: 2_000 }, (_, step) => step));
    }
    tracking.close();
  });

  it('kill -9 in the middle of writing leaves whole batches only, and the run becomes FAILED', async () => {
    const writer = startWriter(runId(5), 10_000_000, 50);
    const written = await progressOf(writer, 500);
    await killed(writer);

    const tracking = openTracking({ path });
    const dead = tracking.reconcile();
    expect(dead).toEqual([
      expect.objectContaining({ id: runId(5), status: 'FAILED', reason: `process ${writer.pid} is gone without ending the run` }),
    ]);
    const run = tracking.get(runId(5));
    expect(run.status).toBe('FAILED');
    expect(run.endedMs).toBeGreaterThanOrEqual(run.startedMs);
    const points = tracking.metricSeries(runId(5), 'loss').steps.length;
    expect(points).toBeGreaterThanOrEqual(written);
    expect(points % 50).toBe(0);
    expect(run.metrics['loss']?.points).toBe(points);
    expect(tracking.reconcile()).toEqual([]);
    tracking.close();
    expect(integrity()).toEqual({ integrity: 'ok', foreignKeys: [] });
  });

  it('a reader finds the dead run without writing', async () => {
    const writer = startWriter(runId(6), 10, 10, 'hang');
    await progressOf(writer, 10);
    const reader = openTracking({ path, readOnly: true });
    expect(reader.reconcile()).toEqual([]);
    await killed(writer);
    expect(reader.reconcile()).toEqual([expect.objectContaining({ id: runId(6), status: 'FAILED' })]);
    expect(reader.get(runId(6)).status).toBe('RUNNING');
    reader.close();
  });

  it('a pid that another process has now does not keep a run alive', async () => {
    const writer = startWriter(runId(7), 10, 10, 'hang');
    await progressOf(writer, 10);
    const db = new Database(path);
    db.prepare(`UPDATE runs SET process_start = process_start || '1' WHERE id = ?`).run(runId(7));
    db.close();
    const tracking = openTracking({ path });
    expect(tracking.reconcile().map((run) => run.id)).toEqual([runId(7)]);
    tracking.close();
  });

  it('a run of another host dies after ten minutes without a heartbeat, not before', () => {
    let clock = 1_000_000;
    const there = openTracking({ path, host: 'elsewhere', now: () => clock });
    there.startRun({ id: runId(8), name: 'remote', startedMs: clock });
    there.close();
    const here = openTracking({ path, host: hostname(), now: () => clock });
    clock += 9 * 60_000;
    expect(here.reconcile()).toEqual([]);
    clock += 60_000;
    expect(here.reconcile()).toEqual([
      expect.objectContaining({ id: runId(8), status: 'FAILED', reason: expect.stringContaining('elsewhere'), endedMs: 1_000_000 }),
    ]);
    here.close();
  });

  it('a reader does not wait for a writer in the middle of a transaction', () => {
    openTracking({ path }).close();
    const writer = new Database(path);
    writer.exec('BEGIN IMMEDIATE');
    writer.exec(`INSERT INTO names (name) VALUES ('held')`);
    const reader = openTracking({ path, readOnly: true });
    expect(reader.list()).toEqual([]);
    reader.close();
    writer.exec('COMMIT');
    writer.close();
  });

  it('a crash loses what was logged within the last 250 ms at most', () => {
    vi.useFakeTimers();
    const tracking = openTracking({ path });
    tracking.startRun({ id: runId(9), name: 'crashes', startedMs: 1 });
    tracking.flush();
    // Another process sees what would be left after a crash.
    const reader = openTracking({ path, readOnly: true });
    const stored = (): number => reader.metricSeries(runId(9), 'loss').steps.length;
    for (let step = 0; step < 100; step += 1) {
      tracking.logMetrics(runId(9), [{ name: 'loss', value: 1, step, timestampMs: step }]);
      vi.advanceTimersByTime(20);
      const logged250MsAgo = step + 1 - Math.ceil(COMMIT_EVERY_MS / 20);
      expect(stored()).toBeGreaterThanOrEqual(logged250MsAgo);
    }
    vi.advanceTimersByTime(COMMIT_EVERY_MS);
    expect(stored()).toBe(100);
    reader.close();
    tracking.close();
  });

  it('writes that meet a lock wait in memory and are written once it is free', () => {
    vi.useFakeTimers();
    const tracking = openTracking({ path });
    const other = new Database(path);
    other.exec('BEGIN IMMEDIATE');
    tracking.startRun({ id: runId(9), name: 'late', startedMs: 1 });
    vi.advanceTimersByTime(3 * COMMIT_EVERY_MS);
    const reader = openTracking({ path, readOnly: true });
    expect(reader.list()).toEqual([]);
    other.exec('COMMIT');
    other.close();
    vi.advanceTimersByTime(COMMIT_EVERY_MS);
    expect(reader.list()).toHaveLength(1);
    reader.close();
    tracking.close();
  });

  function integrity(): unknown {
    const db = new Database(path, { readonly: true });
    const result = { integrity: db.pragma('integrity_check', { simple: true }), foreignKeys: db.pragma('foreign_key_check') };
    db.close();
    return result;
  }
});
