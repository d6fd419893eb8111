import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { PackName } from '../../../src/cache/packs/pack-name.ts';
import { PackWriter } from '../../../src/cache/packs/pack-writer.ts';
import type { Packs } from '../../../src/cache/packs/packs.ts';
import { hashBytes } from '../../../src/fs/hash.ts';
import { temporaryFolder } from '../../helpers/index.ts';
import { binary, digestOf, openPacks } from './entries.ts';
import { fc } from '../../helpers/properties.ts';

const entry = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc.tuple(fc.nat(50), fc.nat(9000)).map(([each, length]) => new Uint8Array(length).fill(each)),
  fc.nat(300).map((number) => Buffer.from(`entry ${number}`)),
);

type Step =
  | { readonly do: 'put'; readonly entries: readonly Uint8Array[]; readonly kind: 'file' | 'tree' }
  | { readonly do: 'abandon'; readonly entries: readonly Uint8Array[] }
  | { readonly do: 'seal' | 'reopen' | 'lose the index' }
  | { readonly do: 'rewrite'; readonly packs: number; readonly keepBelow: string };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('put' as const),
      entries: fc.array(entry, { maxLength: 30 }),
      kind: fc.constantFrom('file' as const, 'tree' as const),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('seal' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('abandon' as const), entries: fc.array(entry, { maxLength: 5 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('reopen' as const, 'lose the index' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('rewrite' as const),
      packs: fc.integer({ min: 1, max: 4 }),
      keepBelow: fc.constantFrom('4', '8', 'g'),
    }),
  },
);

/** What is there, by pack. */
type Model = Map<PackName, Map<string, Uint8Array>>;

it('packs hold what a map would hold, whatever is put, sealed, rewritten and read, by this process and another', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), async (steps) => {
      const folder = join(await temporaryFolder('mlo-model-'), 'packs');
      mkdirSync(folder);
      const model: Model = new Map();
      const other = openPacks(folder);
      let packs = openPacks(folder);
      let writer = new PackWriter(folder);
      let pending = new Map<string, Uint8Array>();
      for (const each of steps) {
        if (each.do === 'put') {
          for (const bytes of each.entries) {
            writer.put(digestOf(bytes), bytes, each.kind);
            pending.set(hashBytes(bytes), bytes);
          }
        } else if (each.do === 'seal') {
          const name = writer.seal();
          if (name !== undefined) model.set(name, pending);
          pending = new Map();
          packs.adopt(name === undefined ? [] : [name]);
        } else if (each.do === 'abandon') {
          for (const bytes of each.entries) writer.put(digestOf(bytes), bytes, 'file');
          writer.abandon();
          pending = new Map();
        } else if (each.do === 'reopen') {
          packs.close();
          packs = openPacks(folder);
          writer.abandon();
          pending = new Map();
          writer = new PackWriter(folder);
        } else if (each.do === 'rewrite') await rewrite(packs, model, each.packs, each.keepBelow);
        else rmSync(join(folder, 'index'), { force: true });
        expectSame(packs, model);
      }
      other.refresh();
      expectSame(other, model);
      expect(
        readdirSync(folder)
          .filter((name) => name.endsWith('.pack'))
          .sort(),
      ).toEqual([...model.keys()].sort());
      writer.abandon();
      packs.close();
      other.close();
    }),
    { numRuns: 60 },
  );
}, 120_000);

async function rewrite(packs: Packs, model: Model, count: number, keepBelow: string): Promise<void> {
  const names = [...model.keys()].slice(0, count);
  const kept = new Map<string, Uint8Array>();
  for (const name of names) for (const [digest, bytes] of model.get(name) ?? []) if (digest < keepBelow) kept.set(digest, bytes);
  const written = await packs.rewrite(names, (digest) => digest < keepBelow);
  for (const name of names) model.delete(name);
  const [first] = written;
  if (first !== undefined) model.set(first, kept);
  expect(written.length).toBe(kept.size > 0 ? 1 : 0);
}

function expectSame(packs: Packs, model: Model): void {
  const all = new Map([...model.values()].flatMap((pack) => [...pack]));
  for (const [digest, bytes] of all) {
    expect(packs.sizeOf(digest as never)).toBe(bytes.length);
    expect(packs.read(digest as never)?.equals(bytes)).toBe(true);
  }
  expect(packs.sizeOf(hashBytes('never put'))).toBeUndefined();
  expect(new Set([...packs.objects()].map(({ digest, size }) => `${digest} ${size}`))).toEqual(
    new Set([...all].map(([digest, bytes]) => `${digest} ${bytes.length}`)),
  );
  const digests = [...all.keys(), hashBytes('never put')];
  const read = new Map<number, Buffer | undefined>();
  packs.readMany(Buffer.concat(digests.map((digest) => binary(digest as never))), (number, bytes) => {
    read.set(number, bytes === undefined ? undefined : Buffer.from(bytes));
  });
  expect(read.size).toBe(digests.length);
  digests.forEach((digest, number) =>
    expect(read.get(number)?.equals(all.get(digest) ?? new Uint8Array())).toBe(all.has(digest) ? true : undefined),
  );
}
