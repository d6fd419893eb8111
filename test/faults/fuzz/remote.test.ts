import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'vitest';
import { digestBytes, hashBytes } from '../../../src/fs/hash.ts';
import { BATCH_START, BatchDamage, FOOTER_BYTES } from '../../../src/remote/batches/batch-format.ts';
import { readTables } from '../../../src/remote/batches/batch-set.ts';
import { openRecords } from '../../../src/remote/batches/read-batch.ts';
import { directoryRemote } from '../../../src/remote/directory/directory-remote.ts';
import { IndexDamage, RemoteIndex } from '../../../src/remote/format/remote-index.ts';
import { decodeRecipe } from '../../../src/remote/format/recipe-format.ts';
import { checkFormat } from '../../../src/remote/format/remote-format.ts';
import { takeLease } from '../../../src/remote/leases.ts';
import { openTracking } from '../../../src/tracking/open.ts';
import { readLines } from '../../../src/app/runs/read-lines.ts';
import { scratchFolder } from '../lib/index.ts';
import { fuzz, mustBeSafe } from './fuzz.ts';
import { goldenBytes, goldenFile } from './golden.ts';
import { mutateBytes, mutateJson, mutateText, mutateValue, type Random } from './mutate.ts';

test('indexes of a remote', async () => {
  await fuzz({
    suite: 'remote index',
    goldens: [goldenBytes('index-1.hex')],
    mutate: mutateBytes,
    refusals: [IndexDamage],
    read(bytes) {
      const index = new RemoteIndex(bytes);
      for (const { digest, pack, at, stored } of index.rows()) {
        const size = index.packs.find(({ id }) => id === pack)?.size ?? 0;
        if (at + stored > size) throw new Error('a place outside of its pack');
        index.find(digest);
      }
      for (const { digest } of index.recipes()) index.recipeOf(digest);
    },
  });
});

test('recipes of large files', async () => {
  const golden = goldenBytes('recipe-1.hex');
  await fuzz({
    suite: 'recipe',
    goldens: [golden],
    mutate: mutateBytes,
    read(bytes) {
      for (const size of [70_012, bytes.length < 24 ? 0 : Number(bytes.readBigUInt64LE(16))]) {
        const chunks = decodeRecipe(bytes, size) ?? [];
        const last = chunks.at(-1);
        if (last !== undefined && last.at + last.length !== size) throw new Error('chunks of another length than the file');
      }
    },
  });
});

test('format.json and leases of a remote', async () => {
  const folder = scratchFolder();
  const remote = directoryRemote(folder);
  mkdirSync(join(folder, 'leases'), { recursive: true });
  const lease = { boot: 'b', command: 'push', host: 'h', pid: 3, since: '2026-11-01T10:00:00.000Z' };
  const mutate = (text: string, random: Random): string => (random.chance(0.7) ? mutateJson(text, random) : mutateText(text, random));
  await fuzz({
    suite: 'format.json',
    goldens: [goldenFile('remote-format-1.json')],
    mutate,
    async read(text) {
      writeFileSync(join(folder, 'format.json'), text);
      await checkFormat(remote);
    },
  });
  await fuzz({
    suite: 'lease of a remote',
    goldens: [JSON.stringify({ ...lease, host: 'elsewhere' })],
    mutate,
    async read(text) {
      writeFileSync(join(folder, `leases/gc-${'0'.repeat(24)}`), text);
      const held = await takeLease(remote, 'push', { command: 'push', waitMs: 0 }).catch((error: unknown) => {
        if ((error as { code?: string }).code !== 'MLO_LOCKED') throw error;
      });
      await held?.release();
    },
    share: 0.2,
  });
  remote.close();
});

/** The digest in the footer is that of the tables as they are now. */
function sealBatch(bytes: Buffer): Buffer {
  const footer = bytes.length - FOOTER_BYTES;
  if (footer < BATCH_START.length) return bytes;
  const [records, needs, blocks] = [12, 16, 20].map((at) => bytes.readUInt32LE(footer + at)) as [number, number, number];
  const from = footer - (records * 80 + needs * 40 + blocks * 40);
  if (from >= 0) bytes.set(digestBytes(bytes.subarray(from, footer)), footer + 32);
  return bytes;
}

test('batches of records', async () => {
  const folder = scratchFolder();
  const remote = directoryRemote(folder);
  const key = 'runs/default/batch';
  mkdirSync(join(folder, 'runs/default'), { recursive: true });
  await fuzz({
    suite: 'batch',
    goldens: [goldenBytes('batch-1.hex')],
    mutate(golden, random) {
      // Half of the changes meet the tables, which are checked with one digest.
      const from = random.chance(0.5) ? golden.length - 64 - random.below(320) : 0;
      const bytes = Buffer.concat([golden.subarray(0, from), mutateBytes(golden.subarray(from), random)]);
      return random.chance(0.8) ? sealBatch(bytes) : bytes;
    },
    refusals: [BatchDamage],
    async read(bytes) {
      writeFileSync(join(folder, key), bytes);
      const [, tables] = await readTables(remote, { key, size: bytes.length });
      if (tables === undefined) return;
      for (const { name } of tables.records) tables.has(name);
      for await (const { record, pieces } of (await openRecords(tables, tables.records, { remote, key })) ?? []) {
        const read: Buffer[] = [];
        for await (const piece of pieces()) read.push(piece);
        if (!record.revision.equals(digestBytes(Buffer.concat(read)))) throw new Error('other bytes than those of the revision');
      }
    },
  });
  remote.close();
});

/** Lines of an exported run with something else in them, whose end says that they are all there. */
function mutateRun(golden: string, random: Random): string {
  const lines = golden.trimEnd().split('\n').slice(0, -1);
  const at = random.below(lines.length);
  const line = lines[at] as string;
  if (random.chance(0.2)) return mutateText(golden, random);
  const kind = random.below(10);
  if (kind === 0) lines.splice(at, 1);
  else if (kind === 1) lines.splice(at, 0, line);
  else {
    const { type, ...rest } = JSON.parse(line) as { type: unknown };
    const changed = mutateValue(rest, random);
    lines[at] = JSON.stringify(random.chance(0.9) && typeof changed === 'object' ? { type, ...changed } : changed);
  }
  const text = lines.map((each) => `${each}\n`).join('');
  return `${text}{"type":"end","lines":${lines.length},"blake3":"${hashBytes(text)}"}\n`;
}

test('exported runs, merged into a store', async () => {
  const tracking = openTracking({ path: join(scratchFolder(), 'tracking.db') });
  try {
    await fuzz({
      suite: 'exported run',
      goldens: [goldenFile('run-1.jsonl')],
      mutate: mutateRun,
      async read(text) {
        const lines = readLines(piecesOf(Buffer.from(text)));
        const run = await tracking.exchange.importRun(lines, { revive: true });
        if (run === undefined) return;
        for (const { path } of run.artifacts) mustBeSafe(path);
        for (const piece of tracking.exchange.export(run.id)) if (piece === '') throw new Error('an empty line');
      },
      share: 0.5,
    });
  } finally {
    tracking.close();
  }
});

async function* piecesOf(bytes: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += 1000) yield bytes.subarray(at, at + 1000);
}
