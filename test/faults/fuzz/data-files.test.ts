import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32, gzipSync } from 'node:zlib';
import { test } from 'vitest';
import { readCsv, readIdx, readNpy, readNpz, writeNpy, writeNpz } from '../../../src/data.ts';
import { describeStart, imageKind } from '../../../src/core/formats/image-kind.ts';
import { parseModel } from '../../../src/runtime/tensorflow/parse-model.ts';
import { extractEntry, readEntry, readZip, ZipDamage } from '../../../src/runtime/tensorflow/native/install/wheel-zip.ts';
import { scratchFolder } from '../lib/index.ts';
import { fuzz } from './fuzz.ts';
import { GOLDEN_TEXT } from './golden.ts';
import { mutateBytes, mutateJson, mutateText, type Random } from './mutate.ts';

/** As much as a test may take; what declares more must be refused. */
const LIMIT = { maxBytes: 64 * 1024 * 1024 };
/** Files take about 0.2 ms each. */
const SHARE = 0.5;

const IDX: Buffer = Buffer.from([0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6]);
const IDX_DOUBLES: Buffer = Buffer.concat([Buffer.from([0, 0, 14, 1, 0, 0, 0, 2]), Buffer.alloc(16, 0x40)]);

test('IDX, plain and in gzip', async () => {
  const path = join(scratchFolder(), 'x.idx');
  await fuzz({
    suite: 'IDX',
    goldens: [IDX, IDX_DOUBLES, gzipSync(IDX) as Buffer],
    // A change in what is packed, and in the packing.
    mutate: (bytes, random) =>
      bytes[0] !== 0x1f && random.chance(0.3) ? gzipSync(mutateBytes(bytes, random)) : mutateBytes(bytes, random),
    async read(bytes) {
      writeFileSync(path, bytes);
      await readIdx(path, LIMIT);
    },
    share: SHARE,
  });
});

test('.npy', async () => {
  const path = join(scratchFolder(), 'x.npy');
  const golden = async (array: Parameters<typeof writeNpy>[1]): Promise<Buffer> => {
    await writeNpy(path, array);
    return readFileSync(path);
  };
  const plain = await golden({ data: Float32Array.of(1, 2, 3, 4, 5, 6), shape: [2, 3] });
  const columns = Buffer.from(plain.toString('latin1').replace('False', 'True '), 'latin1');
  await fuzz({
    suite: 'npy',
    goldens: [
      plain,
      columns,
      await golden({ data: BigInt64Array.of(1n, -1n) }),
      await golden({ data: new Float64Array(4), dtype: 'complex128' }),
    ],
    mutate: mutateNpy,
    async read(bytes) {
      writeFileSync(path, bytes);
      await readNpy(path, LIMIT);
    },
    share: SHARE,
  });
});

/** Bytes anywhere, or the header as text, with its length as it is then. */
function mutateNpy(bytes: Buffer, random: Random): Buffer {
  if (random.chance(0.4)) return mutateBytes(bytes, random);
  const length = bytes.readUInt16LE(8);
  const header = Buffer.from(mutateText(bytes.toString('latin1', 10, 10 + length), random), 'latin1').subarray(0, 0xffff);
  const start = Buffer.from(bytes.subarray(0, 10));
  start.writeUInt16LE(header.length, 8);
  return Buffer.concat([start, header, bytes.subarray(10 + length)]);
}

test('.npz', async () => {
  const path = join(scratchFolder(), 'x.npz');
  const arrays = { a: { data: Float32Array.of(1, 2, 3) }, b: { data: new Uint8Array(2_000) } };
  const goldens: Buffer[] = [];
  for (const compress of [false, true]) {
    await writeNpz(path, arrays, { compress });
    goldens.push(readFileSync(path));
  }
  await fuzz({
    suite: 'npz',
    goldens,
    mutate(golden, random) {
      // Directory and end record, where all lengths stand, are at the end.
      const from = random.chance(0.6) ? golden.length - random.below(140) : 0;
      return Buffer.concat([golden.subarray(0, from), mutateBytes(golden.subarray(from), random)]);
    },
    async read(bytes) {
      writeFileSync(path, bytes);
      await readNpz(path, LIMIT);
    },
    share: SHARE,
  });
});

test('CSV of data', async () => {
  const path = join(scratchFolder(), 'x.csv');
  await fuzz({
    suite: 'data.csv',
    goldens: [GOLDEN_TEXT['data.csv']],
    mutate: mutateText,
    async read(text) {
      writeFileSync(path, text);
      const table = await readCsv(path, { types: { name: 'category' } });
      table.matrix(table.names.filter((name) => table.columns[name]?.type === 'number'));
    },
    share: SHARE,
  });
});

test('first bytes of pictures', async () => {
  await fuzz({
    suite: 'kind of a picture',
    goldens: [Buffer.from('\u0089PNG\r\n\u001a\n', 'latin1'), Buffer.from('RIFF????WEBP')],
    mutate: mutateBytes,
    read: (bytes) => [imageKind(bytes), describeStart(bytes)],
  });
});

test('model.json of saved models', async () => {
  await fuzz({
    suite: 'model.json',
    goldens: [GOLDEN_TEXT['model.json'] as string],
    mutate: (text, random) => (random.chance(0.7) ? mutateJson(text, random) : mutateText(text, random)),
    read(text) {
      const { weightsManifest } = parseModel(text, 'model.json');
      for (const { paths } of weightsManifest ?? [])
        for (const each of paths) if (typeof each !== 'string') throw new Error('a path that is none');
    },
  });
});

/** A wheel with one file that is stored. */
function goldenWheel(): Buffer {
  const [name, data] = [Buffer.from('tensorflow/x.so.2'), Buffer.from('bytes of a library')];
  const local = Buffer.alloc(30);
  local.writeUInt32LE(0x0403_4b50);
  local.writeUInt16LE(name.length, 26);
  const entry = Buffer.alloc(46);
  entry.writeUInt32LE(0x0201_4b50);
  entry.writeUInt32LE(crc32(data), 16);
  entry.writeUInt32LE(data.length, 20);
  entry.writeUInt32LE(data.length, 24);
  entry.writeUInt16LE(name.length, 28);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x0605_4b50);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(entry.length + name.length, 12);
  end.writeUInt32LE(local.length + name.length + data.length, 16);
  return Buffer.concat([local, name, data, entry, name, end]);
}

test('wheels', async () => {
  const folder = scratchFolder();
  const path = join(folder, 'x.whl');
  await fuzz({
    suite: 'wheel',
    goldens: [goldenWheel()],
    mutate: mutateBytes,
    refusals: [ZipDamage],
    async read(bytes) {
      writeFileSync(path, bytes);
      for (const entry of (await readZip(path)).values()) {
        await readEntry(path, entry);
        await extractEntry(path, entry, join(folder, 'out'));
      }
    },
    share: SHARE / 2,
  });
});
