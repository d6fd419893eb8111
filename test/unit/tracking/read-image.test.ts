import { copyFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readImage, withLog } from '../../../src/tracking/read-image.ts';

let folder: string;
const at = (name: string): string => join(folder, name);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mlo-image-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

/** A database with a log that nothing has checkpointed yet: rows come, change and go, with one transaction each. */
function writeBusy(path: string, pageSize: number, restarts: number): Database.Database {
  const db = new Database(path);
  db.pragma(`page_size = ${pageSize}`);
  db.pragma('journal_mode = WAL');
  db.pragma('wal_autocheckpoint = 0');
  db.exec('CREATE TABLE rows (id INTEGER PRIMARY KEY, text TEXT)');
  for (let round = 0; round <= restarts; round += 1) {
    // What follows overwrites the log from its beginning, with other salts, and may be shorter.
    db.pragma('wal_checkpoint(FULL)');
    for (let each = 0; each < 40 - round * 15; each += 1) {
      db.prepare('INSERT INTO rows (text) VALUES (?)').run(`${round} ${each} `.repeat(50 + each * 20));
      if (each % 5 === 4) db.prepare('DELETE FROM rows WHERE id % 4 = ?').run(each % 4);
    }
  }
  return db;
}

function rowsOf(source: string | Buffer): unknown {
  const db = new Database(source);
  try {
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
    return db.prepare('SELECT id, text FROM rows ORDER BY id').all();
  } finally {
    db.close();
  }
}

describe('the image of a database', () => {
  it.each([
    [4_096, 0],
    [4_096, 2],
    [512, 1],
    [65_536, 1],
  ])('has what only the write-ahead log has, wherever that ends (pages of %i bytes, %i restarts)', (pageSize, restarts) => {
    const db = writeBusy(at('busy.db'), pageSize, restarts);
    const size = readFileSync(at('busy.db-wal')).length;
    for (let cut = 0; cut <= 24; cut += 1) {
      for (const suffix of ['', '-wal']) copyFileSync(at(`busy.db${suffix}`), at(`cut.db${suffix}`));
      truncateSync(at('cut.db-wal'), Math.floor((size * cut) / 24));
      const image = readImage(at('cut.db'));
      expect(rowsOf(image ?? Buffer.alloc(0)), `cut at ${cut}/24`).toEqual(rowsOf(at('cut.db')));
      for (const suffix of ['', '-wal', '-shm']) rmSync(at(`cut.db${suffix}`), { force: true });
    }
    db.close();
  });

  it('ends where a bit of the log is wrong, as SQLite does', () => {
    const db = writeBusy(at('busy.db'), 4_096, 0);
    const log = readFileSync(at('busy.db-wal'));
    const main = readFileSync(at('busy.db'));
    const whole = withLog(main, log);
    for (const place of [3, 9, 17, 26, 33, 41, 60, 5_000, Math.floor(log.length / 2), log.length - 1]) {
      const flipped = Buffer.from(log);
      flipped[place] = (flipped[place] ?? 0) ^ 4;
      writeFileSync(at('flip.db'), main);
      writeFileSync(at('flip.db-wal'), flipped);
      const image = readImage(at('flip.db')) ?? Buffer.alloc(0);
      expect(image.equals(whole), `byte ${place}`).toBe(false);
      const expected = new Database(at('flip.db'));
      const tables = expected.prepare('SELECT count(*) FROM sqlite_schema').pluck().get();
      if (tables === 1) expect(rowsOf(image), `byte ${place}`).toEqual(expected.prepare('SELECT id, text FROM rows ORDER BY id').all());
      else expect(new Database(image).prepare('SELECT count(*) FROM sqlite_schema').pluck().get()).toBe(0);
      expected.close();
      for (const suffix of ['-wal', '-shm']) rmSync(at(`flip.db${suffix}`), { force: true });
    }
    db.close();
  });

  it('is not known while a rollback journal says that a write was not finished', () => {
    new Database(at('a.db')).exec('CREATE TABLE rows (id INTEGER)').close();
    expect(readImage(at('a.db'))).toBeInstanceOf(Buffer);
    writeFileSync(at('a.db-journal'), 'pages as they were');
    expect(readImage(at('a.db'))).toBeUndefined();
  });
});
