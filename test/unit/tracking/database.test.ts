import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { COMMIT_EVERY_MS } from '../../../src/tracking/group-commit.ts';
import { runs } from '../../../src/tracking/migrations/0001-runs.ts';
import { linkOrder } from '../../../src/tracking/migrations/0002-link-order.ts';
import { SCHEMA_VERSION } from '../../../src/tracking/migrations/migrate.ts';
import { openTracking } from '../../../src/tracking/open.ts';
import { errorOf, newRun, point, pointsOf, runId, summaryOf } from '../../contract/tracking/records.ts';

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mlo-tracking-'));
  path = join(folder, 'tracking.db');
});

afterEach(() => {
  vi.useRealTimers();
  rmSync(folder, { recursive: true });
});

function query(sql: string): unknown[] {
  const db = new Database(path);
  try {
    return db.prepare(sql).all();
  } finally {
    db.close();
  }
}

describe('the tracking database', () => {
  it('has the schema of the golden file', async () => {
    openTracking({ path }).close();
    const objects = query(`SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type, name`) as { sql: string }[];
    const text = [`-- schema ${SCHEMA_VERSION}`, ...objects.map((object) => `${object.sql};`)].join('\n\n');
    await expect(`${text}\n`).toMatchFileSnapshot(join(import.meta.dirname, 'fixtures', 'schema.sql'));
  });

  it.each(Array.from({ length: SCHEMA_VERSION }, (_, index) => index + 1))('reads what was written with schema %i', (version) => {
    copyFileSync(join(import.meta.dirname, 'fixtures', `schema-${version}.db`), path);
    const tracking = openTracking({ path, readOnly: true });
    expect(tracking.get('aaaa')).toEqual({
      id: 'a'.repeat(32),
      name: 'golden',
      experiment: 'iris',
      status: 'FINISHED',
      startedMs: 1_000,
      endedMs: 2_000,
      user: 'someone',
      host: 'somewhere',
      command: 'mlo repro',
      git: { commit: 'c'.repeat(40), branch: 'main', dirty: false },
      params: { lr: 0.05, layers: [8, 4] },
      metrics: { loss: { value: Number.NaN, step: 2, points: 2, min: { value: 0.5, step: 1 }, max: { value: 0.5, step: 1 } } },
      tags: { backend: 'wasm' },
      artifacts: [{ path: 'params.yaml', content: { digest: 'd'.repeat(64), size: 12, kind: 'file' } }],
      inputs: version < 3 ? [] : [expect.objectContaining({ name: 'data.csv', digest: 'e'.repeat(64), context: 'train', size: 7 })],
      models: version < 3 ? [] : [expect.objectContaining({ id: `m-${'f'.repeat(32)}`, name: 'model', modelType: 'tfjs' })],
      links: [{ stage: 'load', outcome: 'unchanged' }],
      children: [],
    });
    expect(pointsOf(tracking.metricSeries('a'.repeat(32), 'loss'))).toEqual([
      point('loss', 0.5, 1, 1_500),
      point('loss', Number.NaN, 2, 1_600),
    ]);
    tracking.close();
  });

  it('of the current schema has a row in every table of its golden file', () => {
    copyFileSync(join(import.meta.dirname, 'fixtures', `schema-${SCHEMA_VERSION}.db`), path);
    const tables = query(`SELECT name FROM sqlite_schema WHERE type = 'table'`) as { name: string }[];
    for (const { name } of tables) expect([name, query(`SELECT 1 FROM ${name}`).length > 0]).toEqual([name, true]);
  });

  it('keeps every point that an earlier schema had as a row, and takes on where it stopped', () => {
    const db = new Database(path);
    for (const migration of [runs, linkOrder]) db.exec(migration);
    db.pragma('user_version = 2');
    db.exec(`INSERT INTO runs (id, experiment, name, status, started_ms, heartbeat_ms, user, host, pid) VALUES ('${runId('aa01')}', 0, 'old', 'RUNNING', 1, 1, 'me', 'here', 1);
      INSERT INTO names (name) VALUES ('loss'), ('acc'), ('none')`);
    const insertSeries = db.prepare('INSERT INTO series (run, name, points, last_step, last_ms, last_value) VALUES (1, ?, ?, ?, ?, ?)');
    const insertPoint = db.prepare('INSERT INTO points VALUES (?, ?, ?, ?)');
    const loss = Array.from({ length: 20_000 }, (_, step) => point('loss', step % 7 === 0 ? Infinity : Math.sin(step), step, 1_000 + step));
    const acc = [
      point('acc', -Infinity, -5, 1),
      point('acc', Number.NaN, 0, 0),
      point('acc', 1, 0, 0),
      point('acc', 2, 0, 0),
      point('acc', 1, 2 ** 53 - 1, 9),
    ];
    db.transaction(() => {
      insertSeries.run(1, loss.length, 19_999, 20_999, loss[19_999]?.value);
      insertSeries.run(2, acc.length, 2 ** 53 - 1, 9, 1);
      for (const { value, step, timestampMs } of loss) insertPoint.run(1, step, timestampMs, value);
      for (const { value, step, timestampMs } of acc) insertPoint.run(2, step, timestampMs, Number.isNaN(value) ? 'NaN' : value);
    })();
    db.close();

    const tracking = openTracking({ path });
    expect(pointsOf(tracking.metricSeries(runId('aa01'), 'loss'))).toEqual(loss);
    expect(pointsOf(tracking.metricSeries(runId('aa01'), 'acc'))).toEqual(acc);
    expect(tracking.get('aa01').metrics).toEqual({ loss: summaryOf(...loss), acc: summaryOf(...acc) });
    tracking.logMetrics(runId('aa01'), [loss[9] as (typeof loss)[number], point('loss', 0, 20_000, 1)]);
    expect(tracking.get('aa01').metrics['loss']).toMatchObject({ step: 20_000, points: 20_001 });
    tracking.close();
    expect(query('PRAGMA foreign_key_check')).toEqual([]);
    expect(query('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
  });

  it('with damaged points says which they are, where they are read and where they are written, and keeps the rest', () => {
    const writer = openTracking({ path });
    writer.startRun(newRun('aa01'));
    writer.logMetrics(runId('aa01'), [point('loss', 1, 1), point('loss', 2, 2), point('acc', 1, 1)]);
    writer.flush();
    const db = new Database(path);
    db.exec(`UPDATE chunks SET data = substr(data, 1, 9) WHERE points = 2`);
    db.close();
    const damaged = errorOf(() => writer.metricSeries(runId('aa01'), 'loss'));
    expect(damaged.code).toBe('MLO_TRACKING');
    for (const part of [path, '"loss"', runId('aa01')]) expect(damaged.message).toContain(part);
    expect(damaged.hint).toBe('mlo verify');
    writer.logMetrics(runId('aa01'), [point('loss', 3, 1), point('acc', 2, 2)]);
    expect(errorOf(() => writer.flush()).message).toContain('"loss"');
    expect(pointsOf(writer.metricSeries(runId('aa01'), 'acc'))).toEqual([point('acc', 1, 1), point('acc', 2, 2)]);
    writer.close();
  });

  it('refuses what is written to a run that another process purged, and writes the rest', () => {
    const writer = openTracking({ path });
    writer.startRun(newRun('aa01'));
    writer.startRun(newRun('aa02'));
    writer.logMetrics(runId('aa02'), [point('loss', 1, 1)]);
    writer.flush();
    const db = new Database(path);
    db.pragma('foreign_keys = ON');
    db.exec(`DELETE FROM runs WHERE id = '${runId('aa02')}'`);
    db.close();
    // Gets the local number that the purged run had.
    writer.startRun(newRun('aa03'));
    writer.logMetrics(runId('aa02'), [point('loss', 2, 2)]);
    writer.logMetrics(runId('aa01'), [point('loss', 3, 3)]);
    expect(errorOf(() => writer.flush()).code).toBe('MLO_RUN_UNKNOWN');
    expect(writer.get('aa01').metrics).toEqual({ loss: summaryOf(point('loss', 3, 3)) });
    expect(writer.get('aa03').metrics).toEqual({});
    writer.close();
  });

  it('tells once what can never be stored, leaves it out, and writes what other runs have logged', () => {
    vi.useFakeTimers();
    const writer = openTracking({ path });
    writer.startRun(newRun('aa01'));
    writer.startRun(newRun('aa02'));
    const odd = { name: 'x', digest: 'a', sourceType: 'mlo', source: 'x' };
    for (const context of [null, {}] as never[]) writer.logInputs(runId('aa02'), [{ ...odd, context }]);
    writer.logMetrics(runId('aa01'), [point('loss', 1, 1)]);
    writer.finishRun(runId('aa02'), { status: 'FINISHED', endedMs: 2_000 });
    // Nobody could catch what a timer throws.
    vi.advanceTimersByTime(COMMIT_EVERY_MS);
    const reader = openTracking({ path, readOnly: true });
    expect(reader.get('aa01').metrics).toEqual({ loss: summaryOf(point('loss', 1, 1)) });
    expect(reader.get('aa02')).toMatchObject({ status: 'FINISHED', inputs: [] });
    reader.close();
    const error = errorOf(() => writer.flush());
    expect(error).toMatchObject({ code: 'MLO_INTERNAL', problems: [expect.anything(), expect.anything()] });
    for (const part of ['NOT NULL', 'inputs', runId('aa02')]) expect(error.message).toContain(part);
    writer.logMetrics(runId('aa01'), [point('loss', 2, 2)]);
    writer.close();
    expect(query('SELECT points FROM series')).toEqual([{ points: 2 }]);
  });

  it('of a newer mlo is refused for reading and writing, and named with both versions', () => {
    openTracking({ path }).close();
    const db = new Database(path);
    db.pragma(`user_version = ${SCHEMA_VERSION + 7}`);
    db.close();
    for (const readOnly of [true, false]) {
      const error = errorOf(() => openTracking({ path, readOnly }));
      expect(error.code).toBe('MLO_FORMAT_VERSION');
      expect(error.message).toContain(`schema ${SCHEMA_VERSION + 7}`);
      expect(error.message).toContain(`up to ${SCHEMA_VERSION}`);
    }
    expect(query('SELECT name FROM experiments')).toEqual([{ name: 'Default' }]);
  });

  it('that does not exist reads as empty and is not created by reading', () => {
    const missing = join(folder, 'none', 'tracking.db');
    const tracking = openTracking({ path: missing, readOnly: true });
    expect(tracking.list()).toEqual([]);
    expect(errorOf(() => tracking.get('abcd')).code).toBe('MLO_RUN_UNKNOWN');
    tracking.close();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is left as it was by reading, without files beside it', () => {
    const writer = openTracking({ path });
    writer.startRun(newRun('aa01'));
    writer.close();
    const before = readFileSync(path);
    const reader = openTracking({ path, readOnly: true });
    expect(reader.list()).toHaveLength(1);
    reader.close();
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(readdirSync(folder)).toEqual(['tracking.db']);
  });

  it('that is no database is named as such and left alone', () => {
    writeFileSync(path, 'This is not SQLite. '.repeat(100));
    for (const readOnly of [true, false]) {
      const error = errorOf(() => openTracking({ path, readOnly }));
      expect(error.code).toBe('MLO_TRACKING');
      expect(error.message).toContain('is not a SQLite database');
    }
    expect(readFileSync(path, 'utf8')).toContain('This is not SQLite.');
  });

  it('that is damaged is an error, not a wrong answer', () => {
    const writer = openTracking({ path });
    for (let n = 0; n < 200; n += 1) writer.startRun(newRun(`${n.toString(16).padStart(4, '0')}f`, { command: 'x'.repeat(500) }));
    writer.close();
    const bytes = readFileSync(path);
    bytes.fill(0xff, 4096);
    writeFileSync(path, bytes);
    expect(errorOf(() => openTracking({ path, readOnly: true }).list()).code).toBe('MLO_TRACKING');
  });

  it('can be read where it can neither be written nor get files beside it', () => {
    const writer = openTracking({ path });
    writer.startRun(newRun('aa01'));
    writer.close();
    // A folder where the shared memory would be: refuses its creation to root as well, whom permissions do not stop.
    mkdirSync(`${path}-shm`);
    const reader = openTracking({ path, readOnly: true });
    expect(reader.list().map((run) => run.name)).toEqual(['aa01']);
    reader.close();
    const stuck = openTracking({ path });
    stuck.startRun(newRun('aa02'));
    expect(errorOf(() => stuck.flush())).toMatchObject({ code: 'MLO_TRACKING', message: expect.stringContaining('cannot be written') });
    expect(() => stuck.close()).toThrow('cannot be written');
  });

  it('writes what was logged without a flush', async () => {
    const writer = openTracking({ path });
    writer.flush();
    const reader = openTracking({ path, readOnly: true });
    writer.startRun(newRun('aa01'));
    writer.logMetrics(runId('aa01'), [point('loss', 1, 1)]);
    await expect.poll(() => reader.list().length, { interval: 20 }).toBe(1);
    expect(reader.metricSeries(runId('aa01'), 'loss').steps).toHaveLength(1);
    reader.close();
    writer.close();
  });

  it('needs at most 34 bytes for a metric point', () => {
    const writer = openTracking({ path });
    writer.startRun(newRun('aa01'));
    const points = Array.from({ length: 50_000 }, (_, step) =>
      point(`m${step % 8}`, Math.sin(step), Math.floor(step / 8), 1_780_000_000_000 + step),
    );
    writer.logMetrics(runId('aa01'), points);
    writer.close();
    const [size] = query(`SELECT sum(pgsize) AS bytes FROM dbstat WHERE name = 'chunks'`) as [{ bytes: number }];
    expect(size.bytes / 50_000).toBeLessThan(34);
  });
});
