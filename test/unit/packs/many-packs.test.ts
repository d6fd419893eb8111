import { existsSync, readdirSync, readFileSync, readlinkSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { Packs } from '../../../src/cache/packs/packs.ts';
import { hashBytes } from '../../../src/fs/hash.ts';
import { temporaryFolder } from '../../helpers/index.ts';
import { skipTest } from '../../helpers/skip.ts';
import { digestOf, openPacks, writePack } from './entries.ts';

let folder: string;
let index: string;

beforeEach(async () => {
  folder = join(await temporaryFolder('mlo-many-packs-'), 'packs');
  index = join(folder, 'index');
});

function writeMany(from: number, to: number): void {
  for (let pack = from; pack < to; pack += 1) writePack(folder, ['in all', `only in ${pack}`, `b${pack}`]);
}

function expectAll(packs: Packs, count: number): void {
  expect(packs.read(hashBytes('in all'))?.toString()).toBe('in all');
  for (let pack = 0; pack < count; pack += 1) expect(packs.read(hashBytes(`only in ${pack}`))?.toString()).toBe(`only in ${pack}`);
  expect(packs.sizeOf(hashBytes('nowhere'))).toBeUndefined();
}

describe('the index over many packs', () => {
  it('is made once there are more than eight packs, and again when eight more have come', () => {
    writeMany(0, 8);
    expectAll(openPacks(folder), 8);
    expect(existsSync(index)).toBe(false);
    writeMany(8, 12);
    expectAll(openPacks(folder), 12);
    const first = statSync(index).size;
    expect(first).toBe(32 + 12 * 36 + 4096 * 8 + 12 * 3 * 48);
    writeMany(12, 20);
    expectAll(openPacks(folder), 20);
    expect(statSync(index).size).toBe(first);
    writeMany(20, 21);
    expectAll(openPacks(folder), 21);
    expect(statSync(index).size).toBe(32 + 21 * 36 + 4096 * 8 + 21 * 3 * 48);
  });

  it('is used: packs that it covers are not opened before something in them is wanted', () => {
    writeMany(0, 30);
    const builder = openPacks(folder);
    builder.sizeOf(hashBytes('in all'));
    builder.close();
    const packs = openPacks(folder);
    expect(packs.sizeOf(hashBytes('nowhere'))).toBeUndefined();
    const opened = openFiles(folder);
    expect(opened).toEqual(['index']);
    packs.close();
  });

  it('is no hindrance where it is damaged anywhere: it is made again', () => {
    writeMany(0, 10);
    openPacks(folder).sizeOf(hashBytes('in all'));
    const good = readFileSync(index);
    const places = [
      0,
      15,
      17,
      21,
      25,
      29,
      33,
      70,
      32 + 360 + 5,
      32 + 360 + 20_000,
      ...Array.from({ length: 40 }, (_, row) => good.length - 30 * 48 + row * 35),
    ];
    for (const place of places) {
      const bytes = Buffer.from(good);
      bytes[place] = (bytes[place] ?? 0) ^ 16;
      writeFileSync(index, bytes);
      expectAll(openPacks(folder), 10);
      expect(readFileSync(index).length, `byte ${place}`).toBe(good.length);
    }
    for (const length of [0, 10, 32, 1000, good.length - 1]) {
      writeFileSync(index, good.subarray(0, length));
      expectAll(openPacks(folder), 10);
      expectAll(new Packs(folder, undefined), 10);
    }
  });

  it('is not written in a cache that is only read', () => {
    writeMany(0, 10);
    expectAll(new Packs(folder, undefined), 10);
    expect(existsSync(index)).toBe(false);
  });

  it('leaves out packs that are gone, and finds in others what they shared', async () => {
    writeMany(0, 10);
    const packs = openPacks(folder);
    expectAll(packs, 10);
    let left = 5;
    for (const { name, reader } of packs.packs()) {
      if (reader.find(digestOf('only in 9')) < 0 && left-- > 0) rmSync(join(folder, name));
    }
    const reader = openPacks(folder);
    expect(reader.read(hashBytes('in all'))?.toString()).toBe('in all');
    expect(reader.read(hashBytes('only in 9'))?.toString()).toBe('only in 9');
    packs.refresh();
    expect(packs.read(hashBytes('in all'))?.toString()).toBe('in all');
  });

  it('belongs to the packs that it names: one that was cut is not read through it', () => {
    writeMany(0, 10);
    const packs = openPacks(folder);
    packs.sizeOf(hashBytes('in all'));
    let cut = '';
    for (const { name, reader } of packs.packs()) if (reader.find(digestOf('only in 3')) >= 0) cut = name;
    const path = join(folder, cut);
    packs.close();
    const bytes = readFileSync(path);
    writeFileSync(`${path}.new`, bytes.subarray(0, bytes.length - 100));
    renameSync(`${path}.new`, path);
    const reader = openPacks(folder);
    expect(reader.sizeOf(hashBytes('only in 3'))).toBeUndefined();
    expect([...reader.damaged]).toEqual([[cut, 'its end is missing']]);
    expect(reader.read(hashBytes('only in 4'))?.toString()).toBe('only in 4');
  });
});

describe('packs of about the same size', () => {
  it('become one where there are more than eight, and nothing is lost, however many there are', async () => {
    writeMany(0, 150);
    writePack(folder, ['l'.repeat(4000), ...Array.from({ length: 1000 }, (_, number) => `larger ${number}`)]);
    const packs = openPacks(folder);
    expectAll(packs, 150);
    await packs.combineSmall();
    expect(readdirSync(folder).filter((name) => name.endsWith('.pack')).length).toBe(2);
    expectAll(packs, 150);
    expectAll(openPacks(folder), 150);
    expect(packs.sizeOf(hashBytes('larger 7'))).toBe(8);
  });
});

describe('a process that has packs open', () => {
  it('sees packs that come, and reads on in packs that were rewritten', async () => {
    writeMany(0, 2);
    const reader = openPacks(folder);
    expectAll(reader, 2);
    writeMany(2, 3);
    expect(reader.refresh()).toBe(true);
    expectAll(reader, 3);
    const writer = openPacks(folder);
    await writer.rewrite(
      [...writer.packs()].map(({ name }) => name),
      (digest) => digest !== hashBytes('b1'),
    );
    expectAll(reader, 3);
    expect(reader.refresh()).toBe(true);
    expectAll(reader, 3);
    expect(reader.sizeOf(hashBytes('b1'))).toBeUndefined();
    reader.refresh();
    reader.close();
    writer.close();
  });
});

/** Names below the folder that this process has open. */
function openFiles(inside: string): readonly string[] {
  const own = process.platform === 'linux' ? '/proc/self/fd' : skipTest('open files can be listed on Linux only');
  const targets = readdirSync(own).map((file) => {
    try {
      return readlinkSync(join(own, file));
    } catch {
      return '';
    }
  });
  return targets.filter((target) => target.startsWith(inside)).map((target) => target.slice(inside.length + 1));
}
