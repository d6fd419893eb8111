import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { add } from '../../../src/app/add.ts';
import { checkout } from '../../../src/app/checkout.ts';
import { status } from '../../../src/app/status.ts';
import { verify } from '../../../src/app/verify.ts';
import { MloError } from '../../../src/core/errors/mlo-error.ts';
import { appContext } from '../../helpers/index.ts';
import { filesOf } from '../kill/states.ts';
import { faults, scratchFolder } from '../lib/index.ts';
import { IS_FULL } from '../lib/is-full.ts';
import { Random } from '../model/random.ts';

const FLIPS = IS_FULL ? 400 : 8;
const CUTS = IS_FULL ? 60 : 3;
let root: string;
let backup: string;
let good: ReadonlyMap<string, string>;

/** A project that has every kind of file: packs and their index, journal segments, loose objects, trees, state, a pointer. */
beforeAll(async () => {
  root = scratchFolder();
  mkdirSync(join(root, '.mlo'));
  writeFileSync(join(root, '.mlo/config.yaml'), '');
  for (let round = 0; round < 12; round += 1) {
    mkdirSync(join(root, `data/${round}`), { recursive: true });
    for (let each = 0; each < 280; each += 1) writeFileSync(join(root, `data/${round}/${each}`), `round ${round} file ${each}`);
    await add(appContext(root), { paths: ['data'], commit: true });
  }
  for (let round = 0; round < 10; round += 1) if (round !== 3) rmSync(join(root, `data/${round}`), { recursive: true });
  writeFileSync(join(root, 'data/large'), Buffer.alloc(200_000, 'large'));
  writeFileSync(join(root, 'data/text'), 'text that compresses '.repeat(1000));
  await add(appContext(root), { paths: ['data'], commit: true });
  await status(appContext(root), { targets: [] });
  good = filesOf(join(root, 'data'));
  backup = scratchFolder();
  execFileSync('cp', ['-a', `${root}/.`, backup]);
}, 120_000);

interface Kind {
  readonly folder: string;
  readonly pattern: RegExp;
  /** `verify` must name it; what is disposable is only never believed. */
  readonly isDisposable?: boolean;
}

describe('one bit flipped or the end cut off, anywhere: nothing wrong is ever placed in the workspace, and verify sees it', () => {
  it.each<readonly [name: string, kind: Kind]>([
    ['packs', { folder: '.mlo/cache/packs', pattern: /\.pack$/ }],
    ['the index over all packs', { folder: '.mlo/cache/packs', pattern: /^index$/ }],
    ['journal segments', { folder: '.mlo/cache/journal', pattern: /\.jnl$/ }],
    ['loose objects', { folder: '.mlo/cache/objects', pattern: /[0-9a-f]{62}$/ }],
    ['the stat index', { folder: '.mlo/state', pattern: /^stat-index$/, isDisposable: true }],
    ['what is known to be complete', { folder: '.mlo/state', pattern: /^complete-trees$/, isDisposable: true }],
    ['the pointer', { folder: '.', pattern: /^data\.mlo$/ }],
  ])(
    '%s',
    async (name, { folder, pattern, isDisposable = false }) => {
      const random = new Random(name.length);
      const files = readdirSync(join(root, folder), { recursive: folder.endsWith('objects'), encoding: 'utf8' }).filter((each) =>
        pattern.test(each),
      );
      expect(files.length).toBeGreaterThan(0);
      let tried = 0;
      for (let each = 0; each < FLIPS + CUTS; each += 1) {
        const file = join(root, folder, random.pick(files));
        const bytes = readFileSync(file);
        const at = random.below(bytes.length);
        const broken = Buffer.from(bytes);
        broken[at] = (broken[at] as number) ^ (1 << random.below(8));
        await withFile(file, each < FLIPS ? broken : bytes.subarray(0, at), async () => {
          const where = `${file}, ${each < FLIPS ? 'bit of byte' : 'cut at'} ${at} of ${bytes.length}`;
          await (isDisposable ? expectNotBelieved(where) : expectDetected(where, each >= FLIPS && file.endsWith('.jnl')));
        });
        tried += 1;
      }
      faults(`damaged: ${name}`, tried);
    },
    600_000,
  );
});

/** Whatever the commands did meanwhile (a broken object is set aside) is undone. */
async function withFile(file: string, content: Buffer, work: () => Promise<void>): Promise<void> {
  const { mode } = statSync(file);
  chmodSync(file, 0o644);
  writeFileSync(file, content);
  chmodSync(file, mode);
  await work();
  for (const path of ['.mlo', 'data.mlo']) {
    rmSync(join(root, path), { recursive: true, force: true });
    execFileSync('cp', ['-a', join(backup, path), join(root, path)]);
  }
}

/**
 * Seen by verify; what is placed without an error is right, and so is every file of what is placed in part. Only a journal whose
 * end is missing may look like that of a killed command, where nothing that is needed was in it.
 */
async function expectDetected(where: string, mayBeUnseen: boolean): Promise<void> {
  const seen = await isSeen(root);
  rmSync(join(root, 'data'), { recursive: true, force: true });
  const placed = await checkout(appContext(root), { targets: [], force: true }).then(
    ({ targets }) => targets[0]?.error === undefined,
    (error: unknown) => {
      expect(error, where).toBeInstanceOf(MloError);
      return false;
    },
  );
  expect(seen || (mayBeUnseen && placed), `${where}: not seen by verify`).toBe(true);
  const now = filesOf(join(root, 'data'));
  if (placed) expect(now, where).toEqual(good);
  else for (const [path, digest] of now) expect(digest, `${where}: ${path}`).toBe(good.get(path));
  if (!placed) rmSync(join(root, 'data'), { recursive: true, force: true });
}

/** With the data as the index knows it: nothing of it is believed, in either direction. */
async function expectNotBelieved(where: string): Promise<void> {
  if (!existsSync(join(root, 'data'))) await checkout(appContext(root), { targets: [], force: true });
  expect((await status(appContext(root), { targets: [] })).upToDate, where).toBe(true);
  const edited = join(root, 'data/3/3');
  const before = readFileSync(edited);
  writeFileSync(edited, Buffer.from(before).fill('x'));
  expect((await status(appContext(root), { targets: [] })).upToDate, where).toBe(false);
  writeFileSync(edited, before);
}

async function isSeen(at: string): Promise<boolean> {
  try {
    return !(await verify(appContext(at), { quick: false, repair: false })).ok;
  } catch (error) {
    return error instanceof MloError;
  }
}
