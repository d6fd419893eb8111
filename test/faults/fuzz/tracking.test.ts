import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { beforeAll, expect, test } from 'vitest';
import { doctor } from '../../../src/app/doctor.ts';
import { runsList } from '../../../src/app/runs-list.ts';
import { runsSearch } from '../../../src/app/runs/search.ts';
import { runsShow } from '../../../src/app/runs-show.ts';
import { runsTag } from '../../../src/app/runs/tag.ts';
import { verify } from '../../../src/app/verify.ts';
import { MloError } from '../../../src/core/errors/mlo-error.ts';
import { openTracking } from '../../../src/tracking/open.ts';
import { file, newRun, point, runId } from '../../contract/tracking/records.ts';
import { appContext } from '../../helpers/index.ts';
import { scratchFolder } from '../lib/index.ts';
import { fuzz } from './fuzz.ts';
import { mutateBytes, type Random } from './mutate.ts';

interface Files {
  readonly database: Buffer;
  readonly log?: Buffer;
}

/** A case takes some 50 ms. */
const SHARE = 0.15;
const PAGE = 4096;

let root: string;
let path: string;
/** All in the database, and all in the log beside it. */
let whole: Files;
let logged: Files;

beforeAll(() => {
  root = scratchFolder();
  mkdirSync(join(root, '.mlo'));
  writeFileSync(join(root, '.mlo/config.yaml'), '');
  path = join(root, '.mlo/tracking.db');
  const tracking = openTracking({ path });
  for (const start of ['aa01', 'bb02', 'cc03']) {
    tracking.startRun(newRun(start, { params: { lr: 0.1, name: start }, tags: { a: 'b', note: 'text' } }));
    tracking.logMetrics(
      runId(start),
      Array.from({ length: 700 }, (_, step) => point('loss', 1 / (step + 1), step)),
    );
    tracking.logArtifact(runId(start), 'model', file('a'));
    tracking.finishRun(runId(start), { status: 'FINISHED', endedMs: 9_000 });
  }
  tracking.flush();
  logged = { database: readFileSync(path), log: readFileSync(`${path}-wal`) };
  tracking.close();
  whole = { database: readFileSync(path) };
});

function place({ database, log }: Files): void {
  for (const end of ['', '-wal', '-shm', '-journal']) rmSync(path + end, { force: true });
  writeFileSync(path, database);
  if (log !== undefined) writeFileSync(`${path}-wal`, log);
}

/** What each of the commands says; an error that is no answer ends it. */
async function ask(files: Files): Promise<void> {
  const context = appContext(root);
  const commands = [
    () => runsList(context, { all: true }),
    () => runsSearch(context, { filter: "metrics.loss < 0.5 and tags.a = 'b'", orderBy: 'params.lr' }),
    () => runsShow(context, { id: 'aa01' }),
    () => doctor(context),
    () => verify(context, { quick: false, repair: false }),
    () => runsTag(context, 'bb02', new Map([['x', 'y']])),
  ];
  const refusals: unknown[] = [];
  for (const command of commands) {
    place(files);
    try {
      await command();
    } catch (error) {
      if (!(error instanceof MloError) || error.code === 'MLO_INTERNAL') throw error;
      refusals.push(error);
    }
  }
  if (refusals.length > 0) throw refusals[0];
}

/** Headers of pages, of cells and of the file are near the start of a page. */
function mutateDatabase(bytes: Buffer, random: Random): Buffer {
  if (random.chance(0.3)) return mutateBytes(bytes, random);
  const page = random.below(bytes.length / PAGE) * PAGE;
  const at = page + (random.chance(0.5) ? random.below(200) : random.below(PAGE - 64));
  const part = mutateBytes(bytes.subarray(at, at + 64), random);
  return Buffer.concat([
    bytes.subarray(0, at),
    part.length === 64 ? part : Buffer.concat([part, Buffer.alloc(64)]).subarray(0, 64),
    bytes.subarray(at + 64),
  ]);
}

test('the tracking database', async () => {
  await fuzz({
    suite: 'tracking.db',
    goldens: [whole],
    mutate: ({ database }, random) => ({ database: mutateDatabase(database, random) }),
    read: ask,
    share: SHARE,
  });
});

test('the log beside the tracking database', async () => {
  await fuzz({
    suite: 'tracking.db-wal',
    goldens: [logged],
    mutate: ({ database, log }, random) => ({
      database: random.chance(0.3) ? mutateDatabase(database, random) : database,
      log: random.chance(0.2) ? random.bytes(random.below(100_000)) : mutateBytes(log as Buffer, random),
    }),
    read: ask,
    share: SHARE,
  });
});

/** Values of every type where a value of another type should be: SQLite keeps them, and finds nothing wrong. */
test('rows of the tracking database that somebody else wrote', async () => {
  const copy = join(root, 'copy');
  const values = ['NULL', '-1', '1e308', "'text'", "x'00ff'", '9223372036854775807', "'../../outside'", "'{'", 'zeroblob(40)', "''"];
  await fuzz({
    suite: 'rows of tracking.db',
    goldens: [whole],
    mutate({ database }, random) {
      writeFileSync(copy, database);
      const db = new Database(copy);
      try {
        db.pragma('foreign_keys = OFF');
        db.pragma('ignore_check_constraints = ON');
        const tables = db.prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").pluck().all() as string[];
        for (let changes = 1 + random.below(3); changes > 0; changes -= 1) {
          const table = random.pick(tables);
          const columns = db.prepare(`SELECT name FROM pragma_table_info('${table}')`).pluck().all() as string[];
          const column = random.pick(columns);
          const statement = random.pick([
            `UPDATE OR IGNORE "${table}" SET "${column}" = ${random.pick(values)} WHERE rowid % 2 = ${random.below(2)}`,
            `UPDATE OR IGNORE "${table}" SET "${column}" = ${random.pick(values)}`,
            `DELETE FROM "${table}" WHERE rowid % 2 = ${random.below(2)}`,
            `DROP TABLE "${table}"`,
            `ALTER TABLE "${table}" RENAME COLUMN "${column}" TO other`,
          ]);
          try {
            db.exec(statement);
          } catch {
            // A constraint that holds in spite of all, or a table without rowid.
          }
        }
      } finally {
        db.close();
      }
      return { database: readFileSync(copy) };
    },
    read: ask,
    share: SHARE,
  });
});

test('a text, or the database of another program, in the place of the tracking database: nothing is added to it', async () => {
  const other = join(root, 'other');
  const make = (sql: string): Buffer => {
    rmSync(other, { force: true });
    const db = new Database(other);
    db.exec(sql);
    db.close();
    return readFileSync(other);
  };
  const databases = [
    Buffer.from('a text '.repeat(100)),
    make('CREATE TABLE runs (run_uuid TEXT PRIMARY KEY, name TEXT); CREATE TABLE alembic_version (version_num TEXT)'),
    make('CREATE TABLE bookmarks (url TEXT)'),
    ...[1, 2, 3, 4, 77, -1].map((version) => make(`CREATE TABLE bookmarks (url TEXT); PRAGMA user_version = ${version}`)),
    make('CREATE VIEW runs AS SELECT 1 AS seq; PRAGMA user_version = 3'),
  ];
  for (const database of databases) {
    const error = await ask({ database }).then(
      () => undefined,
      (caught: unknown) => caught as MloError,
    );
    expect(error?.code).toMatch(/^MLO_(TRACKING|FORMAT_VERSION)$/);
    expect(error?.hint).not.toBe('');
    expect(tablesOf(readFileSync(path))).toEqual(tablesOf(database));
  }
});

/** Undefined of what is no database. */
function tablesOf(database: Buffer): unknown {
  const copy = join(root, 'look');
  writeFileSync(copy, database);
  const db = new Database(copy);
  try {
    return db.prepare('SELECT name, sql FROM sqlite_schema').all();
  } catch {
    return undefined;
  } finally {
    db.close();
    for (const end of ['-wal', '-shm']) rmSync(copy + end, { force: true });
  }
}
