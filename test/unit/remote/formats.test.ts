import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Digest } from '../../../src/core/content.ts';
import { digestBytes } from '../../../src/fs/hash.ts';
import type { IndexedPack, IndexRow } from '../../../src/remote/format/index-format.ts';
import { joinIndexParts, partOfRows } from '../../../src/remote/format/join-index.ts';
import { IndexDamage, RemoteIndex } from '../../../src/remote/format/remote-index.ts';
import { encodeIndex } from '../../helpers/encode-index.ts';
import { decodeRecipe, RecipeWriter } from '../../../src/remote/format/recipe-format.ts';
import { remoteFormatText } from '../../../src/remote/format/remote-format.ts';
import { fc } from '../../helpers/properties.ts';

const golden = (name: string): string => readFileSync(new URL(`../../golden/${name}`, import.meta.url), 'utf8');

/** As `xxd` would: 16 bytes a line, with their position. */
function dump(bytes: Buffer): string {
  const lines = Array.from({ length: Math.ceil(bytes.length / 16) }, (_, line) => {
    const at = line * 16;
    return `${String(at).padStart(6, '0')} ${bytes.toString('hex', at, at + 16)}\n`;
  });
  return lines.join('');
}

const digestOf = (text: string): Buffer => Buffer.from(digestBytes(Buffer.from(text)));
const pack = (text: string): Digest => digestOf(text).toString('hex') as Digest;

function sampleIndex(): Buffer {
  const rows: IndexRow[] = [
    { digest: digestOf('b'), pack: pack('one'), at: 16, stored: 5, raw: 5, encoding: 0 },
    { digest: digestOf('a'), pack: pack('two'), at: 16, stored: 300, raw: 4000, encoding: 1 },
    { digest: digestOf('c'), pack: pack('two'), at: 316, stored: 60, raw: 60, encoding: 0 },
  ];
  const recipes = [{ digest: digestOf('large'), size: 5_000_000_000, recipe: digestOf('c') }];
  return encodeIndex(
    [
      { id: pack('two'), size: 2000 },
      { id: pack('one'), size: 1200 },
    ],
    rows,
    recipes,
  );
}

describe('the formats of a remote', () => {
  it('are, to the byte, those of the golden files', () => {
    expect(remoteFormatText()).toBe(golden('remote-format-1.json'));
    expect(dump(sampleIndex())).toBe(golden('index-1.hex'));
    const recipe = new RecipeWriter();
    recipe.add(digestOf('first'), 70_000);
    recipe.add(digestOf('last'), 12);
    expect(dump(recipe.finish())).toBe(golden('recipe-1.hex'));
  });

  it('say where objects lie, and which recipe a large file has', () => {
    const index = new RemoteIndex(sampleIndex());
    expect(index.find(digestOf('a'))).toEqual({ pack: { id: pack('two'), size: 2000 }, at: 16, stored: 300, raw: 4000, encoding: 1 });
    expect(index.find(digestOf('z'))).toBeUndefined();
    expect(index.recipeOf(digestOf('large'))).toEqual({ size: 5_000_000_000, recipe: digestOf('c') });
    expect([...index.rows()]).toHaveLength(3);
    expect([...index.recipes()]).toHaveLength(1);
  });

  it('find each of many objects', () => {
    const rows = Array.from({ length: 3000 }, (_, number) => ({
      digest: digestOf(String(number)),
      pack: pack('p'),
      at: number,
      stored: 1,
      raw: 1,
      encoding: 0,
    }));
    const index = new RemoteIndex(encodeIndex([{ id: pack('p'), size: 4000 }], rows, []));
    for (const { digest, at } of rows) expect(index.find(digest)?.at).toBe(at);
  });

  it('of several indexes are one, each object once where the first of them has it', () => {
    const row = (text: string, of: string, at: number): IndexRow => ({
      digest: digestOf(text),
      pack: pack(of),
      at,
      stored: 5,
      raw: 5,
      encoding: 0,
    });
    const packs = (...names: string[]): IndexedPack[] => names.map((name) => ({ id: pack(name), size: 1000 }));
    const first = partOfRows(packs('one', 'two'), [row('a', 'two', 16), row('b', 'one', 16)]);
    const second = new RemoteIndex(
      encodeIndex(packs('three', 'one'), [row('a', 'three', 99), row('c', 'one', 21), row('d', 'three', 16)], []),
    );
    const index = new RemoteIndex(joinIndexParts([first, second.part], []));
    expect(index.packs.map(({ id }) => id)).toEqual(['one', 'two', 'three'].map(pack).sort());
    const found = ['a', 'b', 'c', 'd'].map((text) => [index.find(digestOf(text))?.pack.id, index.find(digestOf(text))?.at]);
    expect([index.rowCount, ...found]).toEqual([4, [pack('two'), 16], [pack('one'), 16], [pack('one'), 21], [pack('three'), 16]]);
    expect(second.find(digestOf('d'))?.pack.id).toBe(pack('three'));
  });

  it('are refused where they were damaged, and never read beyond their end', () => {
    const good = sampleIndex();
    for (let length = 0; length < good.length; length += 1) expect(() => new RemoteIndex(good.subarray(0, length))).toThrow(IndexDamage);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: good.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const bytes = Buffer.from(good);
        bytes[at] = (bytes[at] as number) ^ change;
        try {
          for (const row of new RemoteIndex(bytes).rows()) expect(row.at + row.stored).toBeLessThanOrEqual(2 ** 33);
        } catch (error) {
          expect(error).toBeInstanceOf(IndexDamage);
        }
      }),
    );
  });

  it('refuse recipes that are not those of a file of that size', () => {
    const writer = new RecipeWriter();
    for (let chunk = 0; chunk < 200; chunk += 1) writer.add(digestOf(String(chunk)), 1000 + chunk);
    const bytes = writer.finish();
    const size = Array.from({ length: 200 }, (_, chunk) => 1000 + chunk).reduce((sum, each) => sum + each, 0);
    expect(decodeRecipe(bytes, size)).toHaveLength(200);
    expect(decodeRecipe(bytes, size)?.at(-1)).toEqual({ digest: digestOf('199'), length: 1199, at: size - 1199 });
    expect(decodeRecipe(bytes, size + 1)).toBeUndefined();
    expect(decodeRecipe(bytes.subarray(0, -1), size)).toBeUndefined();
    expect(decodeRecipe(Buffer.concat([bytes, bytes.subarray(24, 60)]), size)).toBeUndefined();
    expect(decodeRecipe(Buffer.from('mlo-recipe 2'), 0)).toBeUndefined();
  });
});
