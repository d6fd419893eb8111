import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { openStore } from '../../../src/cache/open-store.ts';
import type { ObjectStore } from '../../../src/cache/objects/object-store.ts';
import { encodeFooter, PACK_START } from '../../../src/cache/packs/pack-format.ts';
import type { Digest } from '../../../src/core/content.ts';
import { hashBytes } from '../../../src/fs/hash.ts';
import { temporaryFolder } from '../../helpers/index.ts';
import { binary, digestOf, openPacks, writePack } from '../../unit/packs/entries.ts';

let cacheDir: string;
let folder: string;

/** The last one is compressed. */
const ENTRIES = ['', 'first', 'second', 'third', 'mlo-tree 1\n'.repeat(100)];

beforeEach(async () => {
  cacheDir = await temporaryFolder('mlo-torn-');
  folder = join(cacheDir, 'packs');
});

function open(readOnly = false): ObjectStore {
  return openStore({ cacheDir, readOnly }).store;
}

/** The pack with these bytes instead: under its old name, as a broken disk would leave it. */
function replace(name: string, bytes: Uint8Array): void {
  writeFileSync(join(folder, 'new'), bytes);
  renameSync(join(folder, 'new'), join(folder, name));
}

/** How many entries can be read; whatever is read must be right. */
function readable(store: ObjectStore): number {
  let count = 0;
  const all = Buffer.concat(ENTRIES.map((entry) => digestOf(entry)));
  store.packs.readMany(all, (number, bytes) => {
    if (bytes === undefined) return;
    expect(bytes.toString()).toBe(ENTRIES[number]);
    count += 1;
  });
  for (const entry of ENTRIES) {
    try {
      expect(store.read(hashBytes(entry)).toString()).toBe(entry);
    } catch (error) {
      expect(error).toMatchObject({ code: expect.stringMatching(/^MLO_(OBJECT_MISSING|OBJECT_CORRUPT)$/) });
    }
  }
  store.packs.close();
  return count;
}

describe('a damaged pack', () => {
  it('with a flipped bit anywhere never gives wrong bytes, and loses one entry or all', () => {
    const name = writePack(folder, ENTRIES, 'tree');
    const whole = readFileSync(join(folder, name));
    const indexAt = whole.readUInt32LE(whole.length - 48);
    for (let byte = 0; byte < whole.length; byte += 1) {
      const bytes = Buffer.from(whole);
      bytes[byte] = (bytes[byte] ?? 0) ^ (1 << (byte % 8));
      replace(name, bytes);
      const store = open(true);
      const count = readable(store);
      const isEntry = byte >= 16 && byte < indexAt;
      // A bit of a frame that zstd does not look at changes nothing.
      if (isEntry) expect(count, `byte ${byte}`).toBeGreaterThanOrEqual(ENTRIES.length - 1);
      else expect(count, `byte ${byte}`).toBe(0);
      expect(store.packs.damaged.size, `byte ${byte}`).toBe(isEntry ? 0 : 1);
    }
  });

  it('cut anywhere counts as not there, and says so where an object of it is wanted', () => {
    const name = writePack(folder, ENTRIES, 'tree');
    const whole = readFileSync(join(folder, name));
    for (let length = 0; length < whole.length; length += length < 200 ? 1 : 13) {
      replace(name, whole.subarray(0, length));
      expect(readable(open(true)), `cut at ${length}`).toBe(0);
    }
    expect(() => open().read(hashBytes('first'))).toThrow(
      expect.objectContaining({
        code: 'MLO_OBJECT_MISSING',
        message: expect.stringContaining(`the pack ${join(folder, name)} is damaged: its end is missing`),
      }),
    );
  });

  it('followed by other bytes counts as not there', () => {
    const name = writePack(folder, ENTRIES);
    const whole = readFileSync(join(folder, name));
    replace(name, Buffer.concat([whole, Buffer.alloc(10)]));
    expect(readable(open(true))).toBe(0);
    replace(name, Buffer.concat([whole, whole.subarray(whole.length - 64)]));
    expect(readable(open(true))).toBe(0);
  });

  it('of a newer format is refused with both versions', () => {
    const name = writePack(folder, ENTRIES);
    const bytes = readFileSync(join(folder, name));
    bytes.write('mlo-pack 2\n', 'latin1');
    bytes.fill(7, bytes.length - 64);
    replace(name, bytes);
    expect(() => open().read(hashBytes('first'))).toThrow(expect.objectContaining({ code: 'MLO_FORMAT_VERSION' }));
  });

  it('that is written again is whole again', () => {
    const name = writePack(folder, ENTRIES);
    replace(name, readFileSync(join(folder, name)).subarray(0, 100));
    const store = open();
    expect(readable(store)).toBe(0);
    expect(writePack(folder, ENTRIES)).toBe(name);
    expect(readable(open())).toBe(ENTRIES.length);
    expect(store.has(hashBytes('first'), 5)).toBe(true);
  });
});

describe('a pack that was made to do harm', () => {
  /** A pack whose hashes are all right, with a row that says what the caller likes. */
  function forge(at: number, stored: number, raw: number, fanOut: (first: number) => number): void {
    const index = Buffer.alloc(1024 + 44);
    for (let first = 0; first < 256; first += 1) index.writeUInt32LE(fanOut(first), first * 4);
    digestOf('first').copy(index, 1024);
    [at, stored, raw].forEach((value, column) => index.writeUInt32LE(value, 1024 + 32 + column * 4));
    const before = Buffer.concat([PACK_START, Buffer.from('first')]);
    const bytes = Buffer.concat([before, index, encodeFooter(1, before.length, index)]);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${hashBytes(bytes)}.pack`), bytes);
  }

  const first = digestOf('first')[0] ?? 0;
  const honest = (byte: number): number => (byte >= first ? 1 : 0);

  it('is read where it is honest', () => {
    forge(16, 5, 5, honest);
    expect(open(true).read(hashBytes('first')).toString()).toBe('first');
  });

  it.each([
    ['bytes beyond its end', 0xffff_ff00, 5, 5],
    ['more bytes than it has', 16, 0xffff_ffff, 5],
    ['another length than it stores', 16, 5, 0x3fff_ffff],
    ['an encoding that there is not', 16, 5, 0xc000_0005],
    ['a frame that is none', 16, 5, 0x7fff_ffff],
    ['the start of the file', 0, 5, 5],
  ])('names %s: the entry is broken, and nothing large is made', (_name, at, stored, raw) => {
    forge(at, stored, raw, honest);
    const before = process.memoryUsage().rss;
    expect(() => open(true).read(hashBytes('first'))).toThrow(expect.objectContaining({ code: 'MLO_OBJECT_CORRUPT' }));
    expect(() => open(true).readMany(digestOf('first'), () => undefined)).toThrow();
    expect(process.memoryUsage().rss - before).toBeLessThan(100_000_000);
  });

  it.each([
    ['fall', (byte: number) => (byte < first ? 1 : 0)],
    ['do not end with the number of rows', () => 7],
    ['are beyond the rows', (byte: number) => (byte === 255 ? 1 : 0xffff_ffff)],
  ])('has counts that %s: it counts as not there', (_name, fanOut) => {
    forge(16, 5, 5, fanOut);
    const store = open(true);
    expect(() => store.read(hashBytes('first'))).toThrow(expect.objectContaining({ code: 'MLO_OBJECT_MISSING' }));
    expect([...store.packs.damaged.values()]).toEqual(['its index is not in order']);
  });
});

describe('a broken entry', () => {
  /** The bytes of 'first' in that pack are others. */
  function breakFirst(name: string): void {
    const bytes = readFileSync(join(folder, name));
    bytes[bytes.indexOf('first')] = 0;
    replace(name, bytes);
  }

  const digest = hashBytes('first');

  it('is listed beside its pack, kept, and missing from then on, for other processes too', () => {
    const name = writePack(folder, ENTRIES);
    breakFirst(name);
    const other = open();
    const store = open();
    expect(other.has(hashBytes('second'), 6)).toBe(true);
    expect(() => store.read(digest)).toThrow(expect.objectContaining({ code: 'MLO_OBJECT_CORRUPT' }));
    expect(readFileSync(join(folder, name.replace('.pack', '.broken')), 'utf8')).toBe(`mlo-broken 1\n${digest}\n`);
    expect(existsSync(join(cacheDir, 'corrupt', digest))).toBe(true);
    expect(() => store.read(digest)).toThrow(expect.objectContaining({ code: 'MLO_OBJECT_CORRUPT' }));
    expect(store.has(digest, 5)).toBe(false);
    expect(open().has(digest, 5)).toBe(false);
    other.refresh();
    expect(other.has(digest, 5)).toBe(false);
    expect([...store.objects()].map((object) => object.digest)).not.toContain(digest);
    expect(store.read(hashBytes('second')).toString()).toBe('second');
  });

  it('stays unlisted in a cache that is only read', () => {
    breakFirst(writePack(folder, ENTRIES));
    expect(() => open(true).read(digest)).toThrow(expect.objectContaining({ code: 'MLO_OBJECT_CORRUPT' }));
    expect(readdirSync(folder).filter((name) => name.endsWith('.broken'))).toEqual([]);
  });

  it.each([
    ['in another pack', () => void writePack(folder, ['first', 'other'])],
    ['in the journal', () => writeElsewhere(['copy'])],
    ['in a file of its own', () => writeElsewhere(['hardlink'])],
  ])('never hides a good copy %s, whichever was there first', (_name, writeGood) => {
    for (const goodFirst of [true, false]) {
      if (goodFirst) writeGood();
      breakFirst(writePack(folder, [...ENTRIES, String(goodFirst)]));
      if (!goodFirst) writeGood();
      const store = open();
      expect(store.read(digest).toString()).toBe('first');
      const many: string[] = [];
      store.readMany(Buffer.concat([binary(digest), digestOf('second')]), (number, bytes) => (many[number] = bytes.toString()));
      expect(many).toEqual(['first', 'second']);
      expect(open().read(digest).toString()).toBe('first');
    }
  });

  function writeElsewhere(link: readonly ('copy' | 'hardlink')[]): void {
    const cache = openStore({ cacheDir, readOnly: false });
    if (link[0] === 'copy') cache.journal.put(digest, Buffer.from('first'));
    else cache.loose.put(digest, Buffer.from('first'));
    cache.store.push();
  }

  it('in the journal never hides an older good copy there', async () => {
    const older = openStore({ cacheDir, readOnly: false });
    older.journal.put(digest, Buffer.from('first'));
    await older.journal.close(older.store.packs);
    const newer = openStore({ cacheDir, readOnly: false });
    newer.journal.put(digest, Buffer.from('FIRST'));
    await newer.journal.close(newer.store.packs);
    for (let look = 0; look < 3; look += 1) expect(open().read(digest).toString()).toBe('first');
  });

  it('is found again once the same bytes are put', async () => {
    breakFirst(writePack(folder, ENTRIES));
    const store = open();
    store.put(digest, Buffer.from('first'));
    store.push();
    expect(store.read(digest).toString()).toBe('first');
    expect(open().read(digest).toString()).toBe('first');
  });

  it('is found again once a pack of the same name is written', () => {
    const name = writePack(folder, ENTRIES);
    breakFirst(name);
    const store = open();
    expect(() => store.read(digest)).toThrow();
    expect(writePack(folder, ENTRIES)).toBe(name);
    expect(store.read(digest).toString()).toBe('first');
    expect(open().read(digest).toString()).toBe('first');
  });

  it('is left behind when the pack is rewritten', async () => {
    const name = writePack(folder, ENTRIES);
    breakFirst(name);
    const packs = openPacks(folder);
    const [written = ''] = await packs.rewrite([name], () => true);
    expect(readdirSync(folder)).toEqual([written]);
    expect([...packs.objects()].map((object) => object.digest).sort()).toEqual(digests(ENTRIES.filter((entry) => entry !== 'first')));
  });
});

function digests(entries: readonly string[]): readonly Digest[] {
  return entries.map((entry) => hashBytes(entry)).sort();
}
