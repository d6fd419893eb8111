import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SCHEMA_VERSION } from '../../../src/tracking/migrations/migrate.ts';
import { openTracking } from '../../../src/tracking/open.ts';
import { errorOf, newRun, point, runId } from '../../contract/tracking/records.ts';

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mlo-tracking-'));
  path = join(folder, 'tracking.db');
});

afterEach(() => rmSync(folder, { recursive: true }));

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

  it('reads the database of every schema that was ever released', () => {
    for (let version = 1; version <= SCHEMA_VERSION; version += 1) {
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
        metrics: { loss: { value: Number.NaN, step: 2, points: 2 } },
        tags: { backend: 'wasm' },
        artifacts: [{ path: 'params.yaml', content: { digest: 'd'.repeat(64), size: 12, kind: 'file' } }],
        links: [{ stage: 'load', outcome: 'unchanged', producerRunId: 'b'.repeat(32) }],
        children: [],
      });
      tracking.close();
    }
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
    // A folder where the log would be: refuses its creation to root as well, whom permissions do not stop.
    mkdirSync(`${path}-wal`);
    const reader = openTracking({ path, readOnly: true });
    expect(reader.list().map((run) => run.name)).toEqual(['aa01']);
    reader.close();
    expect(errorOf(() => openTracking({ path })).code).toBe('MLO_TRACKING');
  });

  it('writes within half a second what was logged, without a flush', async () => {
    const writer = openTracking({ path });
    writer.flush();
    const reader = openTracking({ path, readOnly: true });
    writer.startRun(newRun('aa01'));
    writer.logMetrics(runId('aa01'), [point('loss', 1, 1)]);
    await expect.poll(() => reader.list().length, { timeout: 500, interval: 20 }).toBe(1);
    expect(reader.metricSeries(runId('aa01'), 'loss')).toHaveLength(1);
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
    const [size] = query(`SELECT sum(pgsize) AS bytes FROM dbstat WHERE name = 'points'`) as [{ bytes: number }];
    expect(size.bytes / 50_000).toBeLessThan(34);
  });
});
