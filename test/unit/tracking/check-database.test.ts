import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkDatabase } from '../../../src/tracking/check-database.ts';
import { openTracking } from '../../../src/tracking/open.ts';
import { pointsInOrder } from '../../../src/tracking/points/in-order.ts';
import { errorOf, file, newRun, point, runId } from '../../contract/tracking/records.ts';

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mlo-check-'));
  path = join(folder, 'tracking.db');
  const tracking = openTracking({ path });
  tracking.startRun(newRun('aa01', { params: { lr: 1 }, tags: { a: 'b' } }));
  tracking.logMetrics(
    runId('aa01'),
    Array.from({ length: 3_000 }, (_, step) => point('loss', step % 9 === 0 ? Number.NaN : Math.sin(step), step)),
  );
  tracking.logMetrics(runId('aa01'), [point('none', Number.NaN, 4), point('zero', -0, 0)]);
  tracking.logArtifact(runId('aa01'), 'a', file('a'));
  tracking.close();
});

afterEach(() => rmSync(folder, { recursive: true }));

function change(sql: string): void {
  const db = new Database(path);
  db.pragma('foreign_keys = OFF');
  db.exec(sql);
  db.close();
}

describe('the check of the tracking database', () => {
  it('finds nothing wrong with what was written, and says how much it is', () => {
    for (const quick of [true, false]) expect(checkDatabase(path, { quick })).toEqual({ runs: 1, points: 3_002, problems: [] });
  });

  it('finds nothing wrong where there is no database', () => {
    expect(checkDatabase(join(folder, 'none.db'), { quick: false })).toEqual({ runs: 0, points: 0, problems: [] });
  });

  it.each([
    ['points that cannot be read', `UPDATE chunks SET data = zeroblob(4) WHERE points = 3000`, /"loss" of run aa01.*cannot be read/],
    ['a chunk that is gone', `DELETE FROM chunks WHERE points = 3000`, /"loss".*3000 points are promised, 0 are there/],
    [
      'a chunk that is there twice',
      `INSERT INTO chunks SELECT NULL, series, points, first_step, last_step, data FROM chunks WHERE points = 3000`,
      /3000 points are promised/,
    ],
    ['a wrong number of points', `UPDATE series SET points = 2999 WHERE points = 3000`, /2999 points are promised, 3000 are there/],
    ['a wrong last value', `UPDATE series SET last_value = 7 WHERE points = 3000`, /its last value/],
    ['a wrong extreme', `UPDATE series SET max_value = 7 WHERE points = 3000`, /least and greatest/],
    ['a param that is no JSON', `UPDATE params SET json = '{'`, /1 rows of params have a value that cannot be read/],
    ['rows that belong to no run', `DELETE FROM runs`, /rows of params refer to no row of runs/],
  ])('finds %s', (_, sql, expected) => {
    change(sql);
    const { problems } = checkDatabase(path, { quick: false });
    expect(problems.join('\n')).toMatch(expected);
  });

  it('finds any changed byte of the points, names run and metric, and so does the export', () => {
    const db = new Database(path);
    const read = db.prepare('SELECT data FROM chunks WHERE points = 3000').pluck();
    const write = db.prepare('UPDATE chunks SET data = ? WHERE points = 3000');
    const data = read.get() as Buffer;
    const series = db.prepare('SELECT series FROM chunks WHERE points = 3000').pluck().get() as number;
    for (let at = 0; at < data.length; at += 997) {
      const changed = Buffer.from(data);
      changed[at] = (changed[at] as number) ^ 0x10;
      write.run(changed);
      for (const how of [{ quick: false }, { quick: true, points: true }]) {
        const { problems, fix } = checkDatabase(path, how);
        expect(problems).toEqual([expect.stringMatching(/^metric "loss" of run aa01.*: points cannot be read: /)]);
        expect(fix).toContain(`mlo runs purge ${runId('aa01')} --force`);
      }
      expect(errorOf(() => [...pointsInOrder(db, series)])).toMatchObject({
        code: 'MLO_TRACKING',
        message: expect.stringContaining('"loss"'),
      });
    }
    write.run(data);
    db.close();
    expect(checkDatabase(path, { quick: false }).problems).toEqual([]);
  });

  it('finds damaged pages', () => {
    const bytes = readFileSync(path);
    bytes.fill(0xff, 4096);
    writeFileSync(path, bytes);
    for (const quick of [true, false]) {
      const found = (() => {
        try {
          return checkDatabase(path, { quick }).fix;
        } catch (error) {
          return (error as { hint?: string }).hint;
        }
      })();
      expect(found).toBe(`sqlite3 ${path} .recover | sqlite3 ${path}.recovered`);
    }
  });

  it('tells the first of many problems and counts the rest', () => {
    const tracking = openTracking({ path });
    for (let n = 0; n < 50; n += 1) tracking.logMetrics(runId('aa01'), [point(`m${n}`, 1, 1)]);
    tracking.close();
    change('UPDATE series SET points = points + 1');
    const { problems } = checkDatabase(path, { quick: false });
    expect(problems).toHaveLength(21);
    expect(problems.at(-1)).toBe('and 33 more');
  });

  it('of what is no database is the error that says so', () => {
    writeFileSync(path, 'This is not SQLite. '.repeat(100));
    expect(errorOf(() => checkDatabase(path, { quick: true })).message).toContain('is not a SQLite database');
  });
});
