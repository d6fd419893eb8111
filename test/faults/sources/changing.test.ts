import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openCache } from '../../../src/cache/open.ts';
import type { Cache, LinkType } from '../../../src/cache/types.ts';
import type { Content } from '../../../src/core/content.ts';
import { MloError } from '../../../src/core/errors/mlo-error.ts';
import { hashBytes } from '../../../src/fs/hash.ts';
import { startCommand } from '../../helpers/index.ts';
import { faults, scratchFolder } from '../lib/index.ts';
import { IS_FULL } from '../lib/is-full.ts';

const WRITER = fileURLToPath(new URL('writer.ts', import.meta.url));
const ROUNDS = IS_FULL ? 500 : 40;
let root: string;
const at = (path: string): string => join(root, path);

beforeEach(() => {
  root = scratchFolder();
  mkdirSync(at('data'));
});

function open(link: readonly LinkType[] = ['reflink', 'copy']): Cache {
  return openCache({ cacheDir: at('cache'), stateDir: at('state'), root, link });
}

describe('a source that changes while it is added is refused or stored as it was at some moment, never with a wrong digest', () => {
  it.each<readonly [string, readonly LinkType[]]>([
    ['copies', ['reflink', 'copy']],
    ['hard links', ['hardlink', 'copy']],
  ])(
    'two processes append, rewrite, replace, rename and delete: %s',
    async (_name, link) => {
      const writers = [1, 2].map((seed) =>
        startCommand(process.execPath, [WRITER, at('data'), `${seed}`], { cwd: root, env: process.env, timeoutMs: 280_000 }),
      );
      for (const writer of writers) await writer.waitFor('writing');
      let stored = 0;
      try {
        for (let round = 0; round < ROUNDS; round += 1) {
          const cache = open(link);
          const content = await cache.commit(at('data')).catch(onlyChanged);
          if (content !== undefined) await expectWhole(cache, content, link);
          if (content !== undefined) stored += 1;
          await cache.close();
        }
      } finally {
        for (const writer of writers) writer.signalGroup('SIGKILL');
        for (const writer of writers) await writer.ended;
      }
      // Once it is quiet all of it is seen, whatever the index has come to believe.
      const known = open(link);
      const fresh = openCache({ cacheDir: at('cache'), stateDir: at('state of nobody'), root });
      const content = await known.commit(at('data'));
      expect(await fresh.observe(at('data'))).toEqual(content);
      await known.close();
      await fresh.close();
      faults(`the source changes (${stored} of ${ROUNDS} stored)`.replace(/ \(.*/, ''), ROUNDS);
    },
    300_000,
  );

  /** Every file has the bytes of its digest, and with copies the whole comes back. */
  async function expectWhole(cache: Cache, content: Content, link: readonly LinkType[]): Promise<void> {
    expect(cache.has(content)).toBe(true);
    // A file that is a link to its object is still open in the writer, which may go on writing to it: seen when it is read.
    if (link[0] === 'hardlink') return;
    for (const row of cache.readTree(content.digest)) {
      if (row.type !== 'tree') expect(hashBytes(cache.readBytes(row.digest))).toBe(row.digest);
    }
    await cache.checkout(content, at('back'));
    expect(await cache.observe(at('back'))).toEqual(content);
    rmSync(at('back'), { recursive: true });
  }
});

describe('a folder that becomes a symlink to somewhere else while it is looked at', () => {
  const outside = (): string => `${root}-outside`;

  afterEach(() => rmSync(outside(), { recursive: true, force: true }));

  beforeEach(() => {
    for (const folder of [at('data/x/y'), at('data/x/z'), join(outside(), 'y'), join(outside(), 'z')])
      mkdirSync(folder, { recursive: true });
    for (const folder of ['y', 'z']) {
      for (let each = 0; each < 30; each += 1) {
        writeFileSync(at(`data/x/${folder}/${each}`), `inside ${each}`);
        writeFileSync(join(outside(), folder, `${each}`), `secret ${each}`);
      }
    }
  });

  it('never has bytes from there stored', async () => {
    let refused = 0;
    // After each turn of the event loop, since the scan gives way between folders.
    for (let turns = 0; turns < 12; turns += 1) {
      const cache = open();
      const committing = cache.commit(at('data')).catch(onlyRefused);
      for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      renameSync(at('data/x'), at('moved'));
      symlinkSync(outside(), at('data/x'));
      const content = await committing;
      if (content === undefined) refused += 1;
      else expectNoSecret(cache, content);
      rmSync(at('data/x'));
      renameSync(at('moved'), at('data/x'));
      await cache.close();
      rmSync(at('state'), { recursive: true, force: true });
    }
    expect(refused).toBeGreaterThan(0);
    faults('a folder becomes a symlink', 12);
  });

  it('never has anything deleted or written there by a checkout', async () => {
    const cache = open();
    const full = await cache.commit(at('data'));
    rmSync(at('data/x/y'), { recursive: true });
    writeFileSync(at('data/x/z/1'), 'another');
    const less = await cache.commit(at('data'));
    await cache.checkout(full, at('data'));
    const before = readAll(outside());
    for (let turns = 0; turns < 12; turns += 1) {
      const checking = cache.checkout(less, at('data'), { force: true }).then(
        () => undefined,
        (error: unknown) => expect(error).toBeInstanceOf(MloError),
      );
      for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      renameSync(at('data/x'), at('moved'));
      symlinkSync(outside(), at('data/x'));
      await checking;
      expect(readAll(outside()), `after ${turns} turns`).toEqual(before);
      // The link itself may have been seen, and replaced by the folder.
      rmSync(at('data/x'), { recursive: true });
      renameSync(at('moved'), at('data/x'));
      await cache.checkout(full, at('data'), { force: true });
    }
    await cache.close();
    faults('a folder becomes a symlink', 12);
  });

  function expectNoSecret(cache: Cache, content: Content): void {
    for (const row of cache.readTree(content.digest)) {
      if (row.type === 'tree') expectNoSecret(cache, { digest: row.digest, size: row.size, kind: 'tree', files: row.files ?? 0 });
      else expect(cache.readBytes(row.digest).toString()).not.toContain('secret');
    }
  }
});

function readAll(folder: string): ReadonlyMap<string, string> {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((each) => each.isFile());
  return new Map(
    paths
      .map((each) => join(each.parentPath, each.name))
      .toSorted()
      .map((path) => [path, readFileSync(path, 'utf8')]),
  );
}

/** The only error that a changing source may lead to. */
function onlyChanged(error: unknown): undefined {
  expect(error).toMatchObject({ code: 'MLO_SOURCE_CHANGED' });
}

/** A link out of the project may be seen as such, too. */
function onlyRefused(error: unknown): undefined {
  expect(error).toMatchObject({ code: expect.stringMatching(/^MLO_(SOURCE_CHANGED|FILE_TYPE)$/) });
}
