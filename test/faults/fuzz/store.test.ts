import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { test } from 'vitest';
import { RECORD, HEADER_BYTES, TRAILER_BYTES } from '../../../src/cache/journal/record-format.ts';
import { SegmentReader } from '../../../src/cache/journal/segment-reader.ts';
import { SegmentWriter } from '../../../src/cache/journal/segment-writer.ts';
import { writeMultiPackIndex } from '../../../src/cache/packs/build-multi-pack-index.ts';
import { bucketOf, BUCKET_BYTES, BUCKETS, MULTI_HEADER_BYTES } from '../../../src/cache/packs/multi-pack-format.ts';
import { MultiPackDamage, MultiPackIndex } from '../../../src/cache/packs/multi-pack-index.ts';
import { PackDamage } from '../../../src/cache/packs/pack-format.ts';
import { openWithIndex } from '../../../src/cache/packs/pack-reader.ts';
import { PackWriter } from '../../../src/cache/packs/pack-writer.ts';
import { liveLeases, writeLease } from '../../../src/cache/sharing/lease-file.ts';
import { cacheUsers, registerProject } from '../../../src/cache/sharing/projects.ts';
import { salvagePack } from '../../../src/cache/verify/salvage-pack.ts';
import { scanSegment } from '../../../src/cache/verify/scan-segment.ts';
import { namesIn } from '../../../src/fs/names-in.ts';
import { digestBytes, hashBytes } from '../../../src/fs/hash.ts';
import { scratchFolder } from '../lib/index.ts';
import { fuzz } from './fuzz.ts';
import { mutateBytes, mutateJson, mutateText, type Random } from './mutate.ts';

const OBJECTS = [Buffer.from('hello\n'), Buffer.alloc(0), Buffer.alloc(9_000, 'text '), Buffer.from('mlo-tree 1\n')];

/** A whole pack, with an entry that is compressed. */
function goldenPack(folder: string): Buffer {
  const writer = new PackWriter(folder);
  for (const object of OBJECTS) writer.put(digestBytes(object), object, 'file', '.txt');
  return readFileSync(join(folder, writer.seal() as string));
}

/** As somebody who knows the format would do it: the checksums are those of what stands there now. */
function sealPack(bytes: Buffer): Buffer {
  const footer = bytes.length - 64;
  if (footer < 0) return bytes;
  const [indexAt, length] = [bytes.readUInt32LE(footer + 16), bytes.readUInt32LE(footer + 20)];
  bytes.set(digestBytes(bytes.subarray(indexAt, indexAt + length)), footer + 24);
  bytes.writeUInt32LE(crc32(bytes.subarray(footer, footer + 60)), footer + 60);
  return bytes;
}

function mutateSealed(seal: (bytes: Buffer) => Buffer): (golden: Buffer, random: Random) => Buffer {
  return (golden, random) => {
    const bytes = mutateBytes(golden, random);
    return random.chance(0.7) ? seal(Buffer.from(bytes)) : bytes;
  };
}

test('packs: opened, every entry read, and salvaged', async () => {
  const folder = scratchFolder();
  const path = join(folder, 'x.pack');
  await fuzz({
    suite: 'pack',
    goldens: [goldenPack(folder)],
    mutate: mutateSealed(sealPack),
    refusals: [PackDamage],
    read(bytes) {
      writeFileSync(path, bytes);
      const into = new PackWriter(folder);
      salvagePack(path, into);
      into.abandon();
      const reader = openWithIndex(path);
      try {
        const { index } = reader;
        const locations = Array.from({ length: index.count }, (_, row) => index.location(row));
        for (let row = 0; row < index.count; row += 1) reader.read(row);
        reader.readMany(
          locations,
          (row) => index.digest(row),
          (row, found) => {
            if (found !== undefined && !index.digest(row).equals(digestBytes(found)))
              throw new Error('other bytes than those of the digest');
          },
        );
        for (const object of OBJECTS) reader.find(digestBytes(object));
      } finally {
        reader.close();
      }
    },
  });
});

function sealMulti(bytes: Buffer): Buffer {
  if (bytes.length < MULTI_HEADER_BYTES) return bytes;
  const rowsAt = MULTI_HEADER_BYTES + bytes.readUInt32LE(16) * 36 + BUCKETS * BUCKET_BYTES;
  bytes.writeUInt32LE(crc32(bytes.subarray(MULTI_HEADER_BYTES, rowsAt)), 24);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 28)), 28);
  return bytes;
}

test('the index over all packs', async () => {
  const folder = scratchFolder();
  const pack = goldenPack(folder);
  const [name] = namesIn(folder).filter((each) => each.endsWith('.pack'));
  const reader = openWithIndex(join(folder, name as string));
  const path = join(folder, 'index');
  writeMultiPackIndex(path, undefined, () => true, [{ name: name as never, size: pack.length, index: reader.index }]);
  reader.close();
  const golden: Buffer = readFileSync(path);
  /** Most of the file are empty buckets: changes meet what is full as often. */
  const mutate = mutateSealed(sealMulti);
  const ends = [0, ...OBJECTS.map((object) => MULTI_HEADER_BYTES + 36 + bucketOf(digestBytes(object)) * BUCKET_BYTES)];
  await fuzz({
    suite: 'index over packs',
    goldens: [golden],
    mutate(bytes, random) {
      if (random.chance(0.3)) return mutate(bytes, random);
      const changed = Buffer.from(bytes);
      const at = random.pick([...ends, bytes.length - random.below(200) - 1]);
      const part = mutateBytes(changed.subarray(at, at + 48), random);
      return sealMulti(
        Buffer.concat([
          changed.subarray(0, at),
          part.length === 48 ? part : part.subarray(0, 48),
          changed.subarray(at + Math.min(48, part.length)),
        ]),
      );
    },
    refusals: [MultiPackDamage],
    read(bytes) {
      writeFileSync(path, bytes);
      const index = MultiPackIndex.open(path);
      try {
        for (const object of OBJECTS) index?.find(digestBytes(object), () => undefined);
        for (let bucket = 0; bucket < BUCKETS; bucket += 16) index?.bucket(bucket);
      } finally {
        index?.close();
      }
    },
    share: 0.5,
  });
});

async function goldenSegment(path: string, isClosed: boolean): Promise<Buffer> {
  const writer = new SegmentWriter(path);
  for (const object of OBJECTS.slice(0, 2)) writer.append(RECORD.object, hashBytes(object), object);
  writer.append(RECORD.run, hashBytes('key'), Buffer.from('{"schema":1}'));
  writer.append(RECORD.broken, hashBytes(OBJECTS[3] as Buffer), Buffer.alloc(0));
  if (isClosed) await writer.seal();
  else writer.push();
  writer.close();
  return readFileSync(path);
}

/** Checksums of the index, its record and the trailer. */
function sealSegment(bytes: Buffer): Buffer {
  const trailer = bytes.length - TRAILER_BYTES;
  if (trailer < 0) return bytes;
  const at = bytes.readDoubleLE(trailer + 4);
  if (Number.isSafeInteger(at) && at >= 0 && at + HEADER_BYTES <= trailer) {
    bytes.writeUInt32LE(trailer - at - HEADER_BYTES, at + 8);
    bytes.writeUInt32LE(crc32(bytes.subarray(at + HEADER_BYTES, trailer)), at + 12);
    bytes.writeUInt32LE(crc32(bytes.subarray(at, at + 48)), at + 48);
  }
  bytes.writeUInt32LE(crc32(bytes.subarray(trailer, trailer + 12)), trailer + 12);
  return bytes;
}

test('segments of the journal, closed and open', async () => {
  const path = join(scratchFolder(), 'x.jnl');
  const goldens = [await goldenSegment(path, true)];
  rmSync(path);
  goldens.push(await goldenSegment(path, false));
  await fuzz({
    suite: 'journal',
    goldens,
    mutate: mutateSealed(sealSegment),
    read(bytes) {
      writeFileSync(path, bytes);
      const reader = new SegmentReader(path);
      try {
        for (const [, found] of reader.index.objects()) if (found !== 'broken') reader.read(found);
        for (const [, positions] of reader.index.allRuns()) for (const position of positions) reader.read(position);
        for (const object of OBJECTS) reader.index.object(hashBytes(object));
      } finally {
        reader.close();
      }
      scanSegment(
        bytes,
        () => undefined,
        () => undefined,
      );
    },
  });
});

test('leases and the projects that use a cache', async () => {
  const folder = scratchFolder();
  const lease = writeLease(folder, { command: 'add', root: '/x' });
  const cache = scratchFolder();
  registerProject(cache, '/x');
  const project = join(cache, 'projects', namesIn(join(cache, 'projects'))[0] as string);
  for (const [suite, path, look] of [
    ['lease', lease, () => liveLeases(folder)],
    ['project of a cache', project, () => cacheUsers(cache)],
  ] as const) {
    await fuzz({
      suite,
      goldens: [readFileSync(path, 'utf8')],
      mutate: (text, random) => (random.chance(0.7) ? mutateJson(text, random) : mutateText(text, random)),
      read(text) {
        writeFileSync(path, text);
        look();
      },
    });
  }
});
