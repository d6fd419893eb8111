import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openCache } from '../../../src/cache/open.ts';
import { openIgnore } from '../../../src/fs/ignore.ts';
import { temporaryFolder } from '../../helpers/index.ts';
import { fc } from '../../helpers/properties.ts';

type Entry =
  | { readonly type: 'file' | 'exec'; readonly text: string }
  | { readonly type: 'link' }
  | { readonly type: 'folder'; readonly entries: Folder };
type Folder = readonly (readonly [string, Entry])[];

/** One character a byte: any bytes that a name can have, and the names that tempt programs. */
const name = fc.oneof(
  fc.constantFrom('-rf', 'a', 'b', 'a b', '~', '*', '$(x)', '\n', '\xff\xfe', '.hidden', '...', 'n'.repeat(255), '\\', '"', '.mlo-tmp-x'),
  fc
    .uint8Array({ minLength: 1, maxLength: 12 })
    .map((bytes) => Buffer.from(bytes).toString('latin1'))
    .filter((text) => !/[/\0]/.test(text) && text !== '.' && text !== '..'),
);

const { folder } = fc.letrec<{ folder: Folder; entry: Entry }>((tie) => ({
  folder: fc.uniqueArray(fc.tuple(name, tie('entry')), { selector: ([text]) => text, maxLength: 5 }),
  entry: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.record({ type: fc.constantFrom('file' as const, 'exec' as const), text: fc.string({ maxLength: 20 }) }),
    fc.constant({ type: 'link' as const }),
    fc.record({ type: fc.constant('folder' as const), entries: tie('folder') }),
  ),
}));

function make(path: Buffer, entries: Folder): void {
  mkdirSync(path);
  for (const [entryName, entry] of entries) {
    const at = Buffer.concat([path, Buffer.from('/'), Buffer.from(entryName, 'latin1')]);
    if (entry.type === 'folder') make(at, entry.entries);
    else if (entry.type === 'link') symlinkSync('somewhere/near', at);
    else {
      writeFileSync(at, entry.text);
      if (entry.type === 'exec') chmodSync(at, 0o755);
    }
  }
}

it('any folder comes back as it was, from nothing and from any other folder', async () => {
  const root = await temporaryFolder('mlo-trip-');
  const path = join(root, 'data');
  const cache = openCache({ cacheDir: join(root, 'cache'), stateDir: join(root, 'state'), root });
  await fc.assert(
    fc.asyncProperty(folder, folder, async (first, second) => {
      const contents = [];
      for (const entries of [first, second]) {
        rmSync(path, { recursive: true, force: true });
        make(Buffer.from(path), entries);
        contents.push(await cache.commit(path));
      }
      const [one, two] = contents;
      if (one === undefined || two === undefined) throw new Error('two were made');
      await cache.checkout(one, path);
      expect(await cache.observe(path)).toEqual(one);
      await cache.checkout(two, path);
      expect(await cache.observe(path)).toEqual(two);
      rmSync(path, { recursive: true });
      await cache.checkout(one, path);
      expect(await cache.observe(path)).toEqual(one);
      expect(cache.has(one) && cache.has(two)).toBe(true);
    }),
    { numRuns: 150 },
  );
  await cache.close();
}, 240_000);

it('what .mloignore names belongs to no folder, and no checkout deletes it', async () => {
  const root = await temporaryFolder('mlo-ignored-');
  writeFileSync(join(root, '.mloignore'), '*.log\n');
  mkdirSync(join(root, 'data'));
  writeFileSync(join(root, 'data/a'), 'a');
  const cache = openCache({ cacheDir: join(root, 'cache'), stateDir: join(root, 'state'), root, ignore: openIgnore(root) });
  const content = await cache.commit(join(root, 'data'));
  writeFileSync(join(root, 'data/x.log'), 'log');
  expect(await cache.observe(join(root, 'data'))).toEqual(content);
  writeFileSync(join(root, 'data/a'), 'b');
  await cache.checkout(content, join(root, 'data'), { force: true });
  rmSync(join(root, 'data/x.log'));
  await cache.close();
});
