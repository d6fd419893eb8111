import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import { PackReader } from '../../../src/cache/packs/pack-reader.ts';
import { PackWriter } from '../../../src/cache/packs/pack-writer.ts';
import { hashBytes } from '../../../src/fs/hash.ts';
import { temporaryFolder } from '../../helpers/index.ts';
import { digestOf, openPacks, writePack } from './entries.ts';

let folder: string;

beforeEach(async () => {
  folder = join(await temporaryFolder('mlo-packs-'), 'packs');
});

describe('a pack', () => {
  it('has the bytes of the worked example in docs/design.md', () => {
    const name = writePack(folder, ['hello\n', '']);
    const bytes = readFileSync(join(folder, name));
    const golden = readFileSync(new URL('../../golden/pack-1.hex', import.meta.url), 'utf8');
    expect(toHex(bytes)).toBe(golden);
    expect(name).toBe(`${hashBytes(bytes)}.pack`);
  });

  it('gives back what was put, under its digest only', () => {
    const entries = ['', 'a', 'b'.repeat(100_000), randomBytes(5_000_000)];
    const reader = new PackReader(join(folder, writePack(folder, entries)));
    for (const entry of entries) expect(reader.read(reader.find(digestOf(entry)))?.equals(Buffer.from(entry))).toBe(true);
    expect(reader.find(digestOf('c'))).toBe(-1);
    reader.close();
  });

  it('is seen by nobody before it is sealed, leaves nothing when it is abandoned, and is made of each entry once', () => {
    const writer = new PackWriter(folder);
    expect(writer.seal()).toBeUndefined();
    writer.put(digestOf('one'), Buffer.from('one'), 'file');
    const { bytes } = writer;
    writer.put(digestOf('one'), Buffer.from('one'), 'file');
    expect([writer.count, writer.bytes, writer.has(digestOf('one')), writer.has(digestOf('two'))]).toEqual([1, bytes, true, false]);
    expect(openPacks(folder).sizeOf(hashBytes('one'))).toBeUndefined();
    writer.abandon();
    expect(readdirSync(folder)).toEqual([]);
    writer.put(digestOf('two'), Buffer.from('two'), 'file');
    writer.seal();
    expect(openPacks(folder).sizeOf(hashBytes('two'))).toBe(3);
    expect(openPacks(folder).sizeOf(hashBytes('one'))).toBeUndefined();
    expect(readdirSync(folder)).toEqual([...writer.sealed]);
    expect(statSync(join(folder, String(writer.sealed[0]))).mode & 0o222).toBe(0);
  });

  it('that would become too large is finished, and another one begun', () => {
    const writer = new PackWriter(folder, { largest: 1000 });
    const entries = Array.from({ length: 20 }, () => randomBytes(300));
    for (const entry of entries) writer.put(digestOf(entry), entry, 'file');
    writer.put(digestOf('x'.repeat(5000)), Buffer.alloc(5000, 'x'), 'file');
    writer.seal();
    expect(writer.sealed.length).toBeGreaterThan(6);
    const packs = openPacks(folder);
    for (const entry of entries) expect(packs.readBytes(digestOf(entry))?.equals(entry)).toBe(true);
    expect(packs.sizeOf(hashBytes('x'.repeat(5000)))).toBe(5000);
  });

  it('costs 44 bytes an entry and 1,104 bytes beside the bytes of its entries', () => {
    const entries = Array.from({ length: 1000 }, () => randomBytes(512));
    expect(statSync(join(folder, writePack(folder, entries))).size).toBe(1000 * (512 + 44) + 16 + 1024 + 64);
  });
});

describe('compression', () => {
  const text = (name: number): Buffer => Buffer.from(`{ "label": "cat", "number": ${name} }\n`.repeat(300));
  const sizeOf = (put: (writer: PackWriter) => void): number => {
    const writer = new PackWriter(folder);
    put(writer);
    const { bytes } = writer;
    writer.abandon();
    return bytes;
  };

  it('is used for trees, and for files of a kind where it wins', () => {
    const tree = Buffer.from('file 00 1 name\n'.repeat(1000));
    expect(sizeOf((writer) => writer.put(digestOf(tree), tree, 'tree'))).toBeLessThan(tree.length / 5);
    const files = Array.from({ length: 50 }, (_, name) => text(name));
    expect(sizeOf((writer) => files.forEach((file) => writer.put(digestOf(file), file, 'file', '.json')))).toBeLessThan(50 * 1000);
  });

  it('is given up for a kind where it does not win, so that its later files are not even tried', () => {
    const photos = Array.from({ length: 20 }, () => randomBytes(10_000));
    const stored = sizeOf((writer) => {
      for (const photo of photos) writer.put(digestOf(photo), photo, 'file', '.jpg');
      const before = writer.bytes;
      writer.put(digestOf(text(1)), text(1), 'file', '.jpg');
      expect(writer.bytes - before).toBe(text(1).length);
      const other = writer.bytes;
      writer.put(digestOf(text(2)), text(2), 'file', '.json');
      expect(writer.bytes - other).toBeLessThan(1000);
    });
    expect(stored).toBeGreaterThan(20 * 10_000);
  });

  it('comes back for a kind whose files have become compressible', () => {
    sizeOf((writer) => {
      for (let each = 0; each < 20; each += 1) writer.put(randomBytes(32), randomBytes(5000), 'file', '.bin');
      const sizes = Array.from({ length: 600 }, (_, name) => {
        const before = writer.bytes;
        writer.put(digestOf(text(name)), text(name), 'file', '.bin');
        return writer.bytes - before;
      });
      expect(sizes.filter((size) => size < 1000).length).toBeGreaterThan(0);
    });
  });

  it('is left out for files below 4 KiB', () => {
    expect(sizeOf((writer) => writer.put(digestOf('x'.repeat(4000)), Buffer.alloc(4000, 'x'), 'file'))).toBe(16 + 4000);
  });

  it.each([
    ['more bytes than the index says', Buffer.alloc(50_000_000), 1000],
    ['fewer bytes than the index says', Buffer.alloc(10), 1000],
  ])('never gives out a frame that holds %s', (_name, raw, claimed) => {
    const writer = new PackWriter(folder);
    const frame = zstdCompressSync(raw);
    writer.putStored(digestOf(raw), frame, claimed, 1);
    writer.putStored(digestOf('raw'), Buffer.from('raw'), 3, 3);
    const reader = new PackReader(join(folder, String(writer.seal())));
    const before = process.memoryUsage().rss;
    expect(reader.read(reader.find(digestOf(raw)))).toBeUndefined();
    expect(process.memoryUsage().rss - before).toBeLessThan(30_000_000);
    expect(reader.read(reader.find(digestOf('raw')))).toBeUndefined();
    reader.close();
  });
});

function toHex(bytes: Buffer): string {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += 16) {
    const line = bytes.toString('hex', at, at + 16);
    if (!/^0+$/.test(line) || at + 16 >= bytes.length) lines.push(`${String(at).padStart(6, '0')} ${line}`);
  }
  return `${lines.join('\n')}\n`;
}
