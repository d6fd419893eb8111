import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'vitest';
import { readParsed, writeParsed } from '../../../src/app/parsed-cache.ts';
import { ReproJournal, readJournal } from '../../../src/app/repro/journal.ts';
import { recoverSetAside } from '../../../src/app/repro-verify/set-aside.ts';
import { SeenRuns } from '../../../src/app/transfer/seen-runs.ts';
import type { LockEntry } from '../../../src/core/lock/types.ts';
import { digestBytes, hashBytes } from '../../../src/fs/hash.ts';
import { openIgnore } from '../../../src/fs/ignore.ts';
import { asBytePath, toBytePath } from '../../../src/fs/byte-path.ts';
import { openStatIndex } from '../../../src/fs/stat-index.ts';
import { packageFieldsDigest } from '../../../src/runtime/module/package-fields.ts';
import { describePackage, packageOf, type PackageLocation } from '../../../src/runtime/module/installed-packages.ts';
import { decodePoints, encodePoints } from '../../../src/tracking/points/encode.ts';
import { appContext } from '../../helpers/index.ts';
import { filesOf } from '../kill/states.ts';
import { scratchFolder } from '../lib/index.ts';
import { fuzz } from './fuzz.ts';
import { GOLDEN_DATA, GOLDEN_TEXT } from './golden.ts';
import { mutateBytes, mutateJson, mutateText, type Random } from './mutate.ts';

function mutateEither(text: string, random: Random): string {
  return random.chance(0.7) ? mutateJson(text, random) : mutateText(text, random);
}

/** The BLAKE3 at the end is that of what stands before it now. */
function mutateSealed(golden: Buffer, random: Random): Buffer {
  const bytes = mutateBytes(golden, random);
  const end = bytes.length - 32;
  if (end >= 0 && random.chance(0.8)) bytes.set(digestBytes(bytes.subarray(0, end)), end);
  return bytes;
}

test('the stat index', async () => {
  const root = scratchFolder();
  const path = join(root, 'stat-index');
  const stat = { size: 3, mtimeMs: 1, ctimeMs: 2, ino: 4 };
  const good = openStatIndex(path, toBytePath(root));
  for (const file of ['a', 'b', 'sub/c', 'sub/deep/d'].map(asBytePath)) good.record(file, stat, hashBytes(file), 1e9);
  good.save();
  await fuzz({
    suite: 'stat index',
    goldens: [readFileSync(path) as Buffer],
    mutate: mutateSealed,
    read(bytes) {
      writeFileSync(path, bytes);
      const index = openStatIndex(path, toBytePath(root));
      for (const file of ['a', 'sub/c', 'sub/deep/d'].map(asBytePath)) index.lookup(file, stat);
      for (const folder of ['', 'sub'].map(asBytePath)) index.folder(folder);
      index.record(asBytePath('sub/new'), stat, hashBytes('new'), 1e9);
      index.save();
    },
  });
});

test('runs that were seen', async () => {
  const path = join(scratchFolder(), 'seen');
  const seen = SeenRuns.load(path);
  seen.set('ab'.repeat(16), { fingerprint: hashBytes('f'), included: new Set(['x'.repeat(32)]), revision: Buffer.alloc(32, 1) });
  seen.save();
  await fuzz({
    suite: 'seen runs',
    goldens: [readFileSync(path) as Buffer],
    mutate: mutateSealed,
    read(bytes) {
      writeFileSync(path, bytes);
      SeenRuns.load(path).last('ab'.repeat(16));
    },
  });
});

test('points of metrics', async () => {
  const points = { steps: [0, 1, 2, 3e9], timestampsMs: [1_700_000_000_000, 1_700_000_000_040, 5, 6], values: [1, 0.5, Number.NaN, 0] };
  await fuzz({
    suite: 'points',
    goldens: [Buffer.from(encodePoints(points)) as Buffer],
    mutate: mutateBytes,
    // Their reader makes an error of it that names run and metric.
    refusals: [RangeError],
    read: (bytes) => decodePoints(bytes, 4),
  });
});

test('the journal of repro', async () => {
  const path = join(scratchFolder(), 'repro.journal');
  const locks = hashBytes('locks');
  const journal = new ReproJournal(path, { unfinished: new Map(), interrupted: new Set() });
  journal.rebase(locks);
  journal.start('train');
  journal.done('train', GOLDEN_DATA['pipeline.lock'].stages.train as unknown as LockEntry);
  journal.failed('other', { out: hashBytes('out') });
  journal.close();
  await fuzz({
    suite: 'repro.journal',
    goldens: [readFileSync(path, 'utf8')],
    mutate(text, random) {
      const lines = text.split('\n').filter((line) => line !== '');
      const at = random.below(lines.length);
      const changed = mutateEither((lines[at] as string).slice(17), random);
      lines[at] = `${random.chance(0.9) ? hashBytes(changed).slice(0, 16) : ''} ${changed}`;
      return `${lines.join('\n')}\n`;
    },
    read(text) {
      writeFileSync(path, text);
      readJournal(path, locks);
    },
  });
});

test('what parsing gave', async () => {
  const folder = scratchFolder();
  const readText = (): string => 'text';
  writeParsed(folder, 'pipeline', 'all', ['pipeline.yaml'], { stages: [] }, readText);
  await fuzz({
    suite: 'parsed pipeline',
    goldens: [readFileSync(join(folder, 'pipeline.json'), 'utf8')],
    mutate: mutateText,
    read(text) {
      writeFileSync(join(folder, 'pipeline.json'), text);
      const value = readParsed(folder, 'pipeline', 'all', readText);
      if (value !== undefined && JSON.stringify(value) !== '{"stages":[]}') throw new Error('what was not written is believed');
    },
  });
});

test('what a verification has moved comes back to its place, and to no other', async () => {
  const outside = scratchFolder();
  const root = join(outside, 'project');
  const mloDir = join(root, '.mlo');
  mkdirSync(join(mloDir, 'verify'), { recursive: true });
  writeFileSync(join(outside, 'outside'), 'outside');
  const before = filesOf(outside);
  await fuzz({
    suite: 'moved.json',
    goldens: ['{"moved": {"0": "out/a", "1": "b"}, "schema": 1}'],
    mutate: mutateEither,
    read(text) {
      writeFileSync(join(mloDir, 'verify/0'), 'was aside');
      writeFileSync(join(mloDir, 'verify/moved.json'), text);
      recoverSetAside({ root, mloDir, ctx: appContext(root) });
    },
  });
  for (const [path, content] of filesOf(outside)) {
    if (!path.startsWith('project') && before.get(path) !== content) throw new Error(`${path} was written, outside of the project`);
  }
});

test('.mloignore', async () => {
  const root = scratchFolder();
  await fuzz({
    suite: '.mloignore',
    goldens: [GOLDEN_TEXT['.mloignore'] as string, `${'*a'.repeat(60)}*b\n${'**/a/*'.repeat(40)}\n${'*[!b]?'.repeat(200)}\n`],
    mutate: mutateText,
    read(text) {
      writeFileSync(join(root, '.mloignore'), text);
      const rules = openIgnore(root);
      rules.view('');
      for (const path of ['a/b/c.tmp', 'build', `${'a'.repeat(100)}/${'*a'.repeat(60)}`, 'data/x/raw']) rules.ignores(path, false);
    },
  });
});

test('package.json and package-lock.json of what a stage imports', async () => {
  await fuzz({
    suite: 'package.json',
    goldens: [GOLDEN_TEXT['package.json'] as string],
    mutate: mutateEither,
    read: packageFieldsDigest,
  });
  const folder = join(scratchFolder(), 'x');
  const location = packageOf(join(folder, 'node_modules/csv-parse/index.js')) as PackageLocation;
  mkdirSync(location.folder, { recursive: true });
  for (const [file, path] of [
    ['package-lock.json', join(folder, 'package-lock.json')],
    ['package.json', join(location.folder, 'package.json')],
  ] as const) {
    await fuzz({
      suite: `${file} of packages`,
      goldens: [GOLDEN_TEXT[file] as string],
      mutate: mutateEither,
      read(text) {
        writeFileSync(path, text);
        const { version, integrity } = describePackage(location);
        if (typeof version !== 'string' || typeof integrity !== 'string') throw new Error('a version that is no text');
      },
    });
    rmSync(path);
  }
});
