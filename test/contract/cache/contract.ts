import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Cache, RunCacheEntry } from '../../../src/cache/types.ts';
import { isDigest, type Content, type Digest } from '../../../src/core/content.ts';
import { hashBytes } from '../../../src/fs/hash.ts';
import { temporaryFolder } from '../../helpers/index.ts';

/** What an adapter gives the suite: a cache for the project at `root`; opened again it must hold the same. */
export type OpenForContract = (root: string) => Cache;

/** Every adapter of the port `Cache` must pass this. */
export function describeCacheContract(name: string, open: OpenForContract): void {
  describe(`cache contract: ${name}`, () => {
    let root: string;
    let cache: Cache;

    beforeEach(async () => {
      root = await temporaryFolder('mlo-cache-');
      cache = open(root);
    });

    afterEach(async () => {
      await cache.close();
    });

    const at = (path: string): string => join(root, path);

    function write(path: string, bytes: string | Uint8Array, mode = 0o644): void {
      mkdirSync(join(at(path), '..'), { recursive: true });
      rmSync(at(path), { force: true });
      writeFileSync(at(path), bytes, { mode });
    }

    async function reopen(): Promise<void> {
      await cache.close();
      cache = open(root);
    }

    async function expectCode(work: Promise<unknown>, code: string): Promise<Error> {
      const error: unknown = await work.then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(error).toMatchObject({ code });
      return error as Error;
    }

    describe('files', () => {
      it.each([
        ['an empty file', 0],
        ['a small file', 13],
        ['a file of one byte less than 64 KiB', 65_535],
        ['a file of 64 KiB', 65_536],
        ['a file of 4 MiB and a byte', 4 * 1024 * 1024 + 1],
      ])('stores %s under the digest of its bytes and brings it back', async (_name, size) => {
        const bytes = Buffer.alloc(size, 'abcdefg');
        write('file', bytes);
        const content = await cache.commit(at('file'));
        expect(content).toEqual({ digest: hashBytes(bytes), size, kind: 'file' });
        await reopen();
        expect(cache.has(content)).toBe(true);
        rmSync(at('file'));
        expect(await cache.checkout(content, at('file'))).toEqual({ added: 1, modified: 0, deleted: 0 });
        expect(readFileSync(at('file')).equals(bytes)).toBe(true);
      });

      it('observes what it would commit, and stores nothing by observing', async () => {
        write('file', 'observed');
        const observed = await cache.observe(at('file'));
        expect(cache.has(observed as Content)).toBe(false);
        expect(await cache.commit(at('file'))).toEqual(observed);
      });

      it('observes nothing where nothing lies, also below a file', async () => {
        write('file', 'x');
        expect(await cache.observe(at('missing'))).toBeUndefined();
        expect(await cache.observe(at('file/below'))).toBeUndefined();
      });

      it('sees every change of a file, also one that keeps size and mtime', async () => {
        write('file', 'one');
        expect((await cache.observe(at('file')))?.digest).toBe(hashBytes('one'));
        writeFileSync(at('file'), 'two');
        expect((await cache.observe(at('file')))?.digest).toBe(hashBytes('two'));
      });

      it('keeps the executable bit of a file, and restores it', async () => {
        write('run.sh', '#!/bin/sh\n', 0o755);
        const content = await cache.commit(at('run.sh'));
        expect(content.mode).toBe('exec');
        rmSync(at('run.sh'));
        await cache.checkout(content, at('run.sh'));
        expect(statSync(at('run.sh')).mode & 0o111).not.toBe(0);
        chmodSync(at('run.sh'), 0o644);
        expect(await cache.checkout(content, at('run.sh'))).toEqual({ added: 0, modified: 1, deleted: 0 });
        expect(await cache.observe(at('run.sh'))).toEqual(content);
      });

      it('keeps a symlink within the project as a symlink', async () => {
        write('target', 'pointed at');
        symlinkSync('target', at('link'));
        const content = await cache.commit(at('link'));
        expect(content).toEqual({ digest: hashBytes('target'), size: 6, kind: 'symlink' });
        rmSync(at('link'));
        await cache.checkout(content, at('link'));
        expect(readlinkSync(at('link'))).toBe('target');
      });

      it.each([['/etc/passwd'], ['../../outside'], ['a/../../..']])('refuses a symlink that leaves the project: %s', async (target) => {
        mkdirSync(at('data'));
        symlinkSync(target, at('data/link'));
        expect((await expectCode(cache.commit(at('data')), 'MLO_FILE_TYPE')).message).toContain('data/link');
        await expectCode(cache.commit(at('data/link')), 'MLO_FILE_TYPE');
      });

      it('refuses a link that leaves the project through another link', async () => {
        const outside = await temporaryFolder('mlo-outside-');
        symlinkSync(outside, at('door'));
        mkdirSync(at('data'));
        symlinkSync('../door/file', at('data/link'));
        writeFileSync(join(outside, 'file'), 'x');
        await expectCode(cache.commit(at('data')), 'MLO_FILE_TYPE');
      });

      it('refuses a socket by name', async () => {
        mkdirSync(at('data'));
        const server = await listen(at('data/socket'));
        try {
          expect((await expectCode(cache.commit(at('data')), 'MLO_FILE_TYPE')).message).toMatch(/data\/socket is a socket/);
        } finally {
          server.close();
        }
      });
    });

    describe('folders', () => {
      function writeFolder(): void {
        write('data/b.txt', 'b');
        write('data/a/deep/c.bin', Buffer.alloc(70_000, 1));
        write('data/a/run', 'run', 0o755);
        write('data/empty', '');
        mkdirSync(at('data/nothing'));
        symlinkSync('../b.txt', at('data/a/link'));
      }

      it('brings back names, bytes, executable bits, symlinks and empty folders', async () => {
        writeFolder();
        const content = await cache.commit(at('data'));
        expect(content).toMatchObject({ kind: 'tree', files: 4, size: 1 + 70_000 + 3 });
        await reopen();
        rmSync(at('data'), { recursive: true });
        expect(await cache.checkout(content, at('data'))).toEqual({ added: 4, modified: 0, deleted: 0 });
        expect(await cache.observe(at('data'))).toEqual(content);
        expect(readdirSync(at('data/nothing'))).toEqual([]);
        expect(readlinkSync(at('data/a/link'))).toBe('../b.txt');
        expect(statSync(at('data/a/run')).mode & 0o111).not.toBe(0);
      });

      it('gives a folder the same digest wherever and whenever it is made', async () => {
        writeFolder();
        const content = await cache.commit(at('data'));
        rmSync(at('data'), { recursive: true });
        symlinkAndFilesInOtherOrder();
        expect(await cache.observe(at('data'))).toEqual(content);

        function symlinkAndFilesInOtherOrder(): void {
          mkdirSync(at('data/nothing'), { recursive: true });
          mkdirSync(at('data/a'));
          symlinkSync('../b.txt', at('data/a/link'));
          write('data/empty', '');
          write('data/a/run', 'run', 0o700);
          write('data/a/deep/c.bin', Buffer.alloc(70_000, 1));
          write('data/b.txt', 'b');
        }
      });

      it('keeps the digest of a subtree that did not change', async () => {
        writeFolder();
        const before = await cache.commit(at('data'));
        write('data/b.txt', 'changed');
        const after = await cache.commit(at('data'));
        expect(after.digest).not.toBe(before.digest);
        expect(cache.subContent(after, 'a')).toEqual(cache.subContent(before, 'a'));
      });

      it('answers what lies at a sub-path', async () => {
        writeFolder();
        const content = await cache.commit(at('data'));
        expect(cache.subContent(content, 'b.txt')).toEqual({ digest: hashBytes('b'), size: 1, kind: 'file' });
        expect(cache.subContent(content, 'a/run')).toMatchObject({ mode: 'exec' });
        expect(cache.subContent(content, 'a/deep')).toMatchObject({ kind: 'tree', files: 1 });
        expect(cache.subContent(content, 'a/none')).toBeUndefined();
        expect(cache.subContent(content, 'b.txt/none')).toBeUndefined();
      });

      it('lists the entries of a tree sorted by bytes', async () => {
        for (const name of ['b', 'a-', 'a', 'B', 'é', 'a0']) write(`data/${name}`, name);
        const content = await cache.commit(at('data'));
        const names = cache.readTree(content.digest).map((entry) => entry.name.toString());
        expect(names).toEqual(['B', 'a', 'a-', 'a0', 'b', 'é']);
      });

      it.each([
        ['255 bytes', Buffer.alloc(255, 'n')],
        ['a line break', Buffer.from('two\nlines\r')],
        ['bytes that are not UTF-8', Buffer.from([0x66, 0xff, 0xfe, 0x80])],
        ['a leading dash', Buffer.from('-rf')],
        ['backslashes and escapes', Buffer.from('\\x41\\n\\\\')],
        ['blanks at both ends', Buffer.from('  x  ')],
        ['an emoji and a combining accent', Buffer.from('🌱e\u0301')],
      ])('keeps a name with %s', async (_name, name) => {
        mkdirSync(at('data'));
        const file = Buffer.concat([Buffer.from(`${at('data')}/`), name]);
        writeFileSync(file, 'content');
        const content = await cache.commit(at('data'));
        rmSync(at('data'), { recursive: true });
        await reopen();
        await cache.checkout(content, at('data'));
        expect(readdirSync(at('data'), { encoding: 'buffer' })).toEqual([name]);
        expect(readFileSync(file, 'utf8')).toBe('content');
        expect(await cache.observe(at('data'))).toEqual(content);
      });

      it('is not there when one object below is not', async () => {
        write('data/a', 'kept');
        write('data/b', 'never stored');
        const observed = await cache.observe(at('data'));
        await cache.commit(at('data/a'));
        expect(cache.has(observed as Content)).toBe(false);
      });
    });

    describe('checkout', () => {
      it('touches only what differs', async () => {
        write('data/same', 'same');
        write('data/old', 'old');
        const content = await cache.commit(at('data'));
        write('data/old', 'new');
        write('data/extra', 'extra');
        await cache.commit(at('data'));
        const before = lstatSync(at('data/same'));
        expect(await cache.checkout(content, at('data'))).toEqual({ added: 0, modified: 1, deleted: 1 });
        expect(lstatSync(at('data/same'))).toMatchObject({ ino: before.ino, ctimeMs: before.ctimeMs });
        expect(readFileSync(at('data/old'), 'utf8')).toBe('old');
        expect(existsSync(at('data/extra'))).toBe(false);
        expect(await cache.checkout(content, at('data'))).toEqual({ added: 0, modified: 0, deleted: 0 });
      });

      it('refuses to lose bytes that are nowhere else, names them, and changes nothing', async () => {
        write('data/a', 'a');
        const content = await cache.commit(at('data'));
        write('data/a', 'edited');
        write('data/sub/new', 'new');
        const error = await expectCode(cache.checkout(content, at('data')), 'MLO_OUT_UNSAVED');
        expect(error.message).toMatch(/data\/a[^]*data\/sub\/new/);
        expect(readFileSync(at('data/a'), 'utf8')).toBe('edited');
        expect(await cache.checkout(content, at('data'), { force: true })).toEqual({ added: 0, modified: 1, deleted: 1 });
        expect(await cache.observe(at('data'))).toEqual(content);
      });

      it('replaces a folder by a file and a file by a folder, when both are stored', async () => {
        write('out/in/file', 'in a folder');
        const folder = await cache.commit(at('out'));
        rmSync(at('out'), { recursive: true });
        write('out', 'a file');
        const file = await cache.commit(at('out'));
        expect(await cache.checkout(folder, at('out'))).toEqual({ added: 1, modified: 0, deleted: 1 });
        expect(await cache.observe(at('out'))).toEqual(folder);
        expect(await cache.checkout(file, at('out'))).toEqual({ added: 1, modified: 0, deleted: 1 });
        expect(await cache.observe(at('out'))).toEqual(file);
      });

      it('makes the folders above', async () => {
        write('file', 'x');
        const content = await cache.commit(at('file'));
        await cache.checkout(content, at('not/yet/there/file'));
        expect(readFileSync(at('not/yet/there/file'), 'utf8')).toBe('x');
      });

      it('says what is missing, and leaves the workspace as it was', async () => {
        write('file', 'mine');
        await cache.commit(at('file'));
        const nowhere: Content = { digest: hashBytes('never stored'), size: 12, kind: 'file' };
        await expectCode(cache.checkout(nowhere, at('file')), 'MLO_OBJECT_MISSING');
        expect(readFileSync(at('file'), 'utf8')).toBe('mine');
      });

      it('never writes through a folder that is a symlink out of the project', async () => {
        const outside = await temporaryFolder('mlo-outside-');
        write('file', 'x');
        const content = await cache.commit(at('file'));
        symlinkSync(outside, at('data'));
        await expectCode(cache.checkout(content, at('data/file'), { force: true }), 'MLO_PATH_UNSAFE');
        expect(readdirSync(outside)).toEqual([]);
      });

      it('replaces a symlink inside the folder instead of following it', async () => {
        const outside = await temporaryFolder('mlo-outside-');
        writeFileSync(join(outside, 'file'), 'precious');
        write('data/sub/file', 'mine');
        const content = await cache.commit(at('data'));
        rmSync(at('data/sub'), { recursive: true });
        symlinkSync(outside, at('data/sub'));
        await expectCode(cache.checkout(content, at('data')), 'MLO_OUT_UNSAVED');
        await cache.checkout(content, at('data'), { force: true });
        expect(readFileSync(join(outside, 'file'), 'utf8')).toBe('precious');
        expect(readFileSync(at('data/sub/file'), 'utf8')).toBe('mine');
      });

      it('writes nothing outside the project and not over its root', async () => {
        const outside = await temporaryFolder('mlo-outside-');
        const content = cache.putBytes(Buffer.from('x'));
        await expectCode(cache.checkout(content, join(outside, 'file')), 'MLO_PATH_UNSAFE');
        await expectCode(cache.checkout(content, root, { force: true }), 'MLO_PATH_UNSAFE');
      });

      it('leaves no temporary files', async () => {
        write('data/a', 'a');
        const content = await cache.commit(at('data'));
        rmSync(at('data/a'));
        await cache.checkout(content, at('data'));
        expect(readdirSync(at('data'))).toEqual(['a']);
        expect(readdirSync(root).filter((each) => each.startsWith('.mlo-tmp'))).toEqual([]);
      });
    });

    describe('hostile trees', () => {
      const line = (name: string, type = 'file'): string => `${type} ${hashBytes('x')} 1 ${name}`;
      const put = (...lines: readonly string[]): Content => {
        cache.putBytes(Buffer.from('x'));
        return { ...cache.putBytes(Buffer.from(`mlo-tree 1\n${lines.join('\n')}\n`)), kind: 'tree', files: 1 };
      };

      it.each(['..', '.', 'a/b', '/etc', 'a\\x00b', '../x'])('refuses the name %s before anything is written', async (name) => {
        const content = put(line(name));
        await expectCode(cache.checkout(content, at('data')), 'MLO_PATH_UNSAFE');
        expect(existsSync(at('data'))).toBe(false);
      });

      it.each([
        ['unsorted names', [line('b'), line('a')]],
        ['a name twice', [line('a'), line('a')]],
        ['an escape that is not needed', [line('\\x61')]],
        ['an upper-case escape', [line('\\xFF')]],
        ['an unknown type', [line('a', 'device')]],
        ['a short digest', ['file abc 1 a']],
        ['no name', [`file ${hashBytes('x')} 1`]],
      ])('refuses a tree with %s', (_name, lines) => {
        const content = put(...lines);
        expect(() => cache.readTree(content.digest)).toThrow(
          expect.objectContaining({ code: expect.stringMatching(/^MLO_(FORMAT|PATH_UNSAFE)$/) }),
        );
      });

      it('refuses a tree of a newer format and names both versions', () => {
        const { digest } = cache.putBytes(Buffer.from('mlo-tree 2\n'));
        expect(() => cache.readTree(digest)).toThrow(
          expect.objectContaining({ code: 'MLO_FORMAT_VERSION', message: expect.stringMatching(/version 2.*version 1/) }),
        );
      });

      it('refuses a symlink out of the project before anything is written', async () => {
        const target = cache.putBytes(Buffer.from('../../etc'));
        const content = put(line('a'), `symlink ${target.digest} 9 link`);
        await expectCode(cache.checkout(content, at('data')), 'MLO_PATH_UNSAFE');
        expect(existsSync(at('data'))).toBe(false);
      });
    });

    describe('bytes', () => {
      it('keeps bytes of any size', async () => {
        const small = cache.putBytes(Buffer.from('small'));
        const large = cache.putBytes(Buffer.alloc(100_000, 7));
        await reopen();
        expect(cache.readBytes(small.digest).toString()).toBe('small');
        expect(cache.readBytes(large.digest)).toEqual(Buffer.alloc(100_000, 7));
      });

      it('says which object is missing', () => {
        const digest = hashBytes('nowhere');
        expect(() => cache.readBytes(digest)).toThrow(
          expect.objectContaining({ code: 'MLO_OBJECT_MISSING', message: expect.stringContaining(digest) }),
        );
      });
    });

    describe('run-cache', () => {
      const key = hashBytes('key');
      const entry = (id: string, startedMs: number): RunCacheEntry => ({
        schema: 1,
        record: { cmd: `echo ${id}`, params: { 'params.yaml': { big: 12345678901234567890n, nan: Number.NaN } } },
        outs: { 'data/out.csv': { digest: hashBytes(id), size: 3 } },
        run: { id, startedMs, durationMs: 5 },
      });

      it('finds all entries of a key, newest first, whenever they were added', async () => {
        cache.runs.add(key, entry('b', 2000));
        await reopen();
        cache.runs.add(key, entry('c', 3000));
        cache.runs.add(key, entry('a', 1000));
        cache.runs.add(hashBytes('other'), entry('x', 9000));
        expect(cache.runs.find(key).map((found) => found.run.id)).toEqual(['c', 'b', 'a']);
        expect(cache.runs.find(key)[1]).toEqual(entry('b', 2000));
        expect(cache.runs.find(hashBytes('unknown'))).toEqual([]);
      });

      it('is seen by another process at once, without a flush', () => {
        const other = open(root);
        expect(other.runs.find(key)).toEqual([]);
        cache.runs.add(key, entry('a', 1));
        expect(other.runs.find(key)).toEqual([entry('a', 1)]);
      });

      it.each([
        ['a path out of the project', { ...entry('a', 1), outs: { '../up': { digest: hashBytes('a'), size: 1 } } }],
        ['a digest that is none', { ...entry('a', 1), outs: { out: { digest: 'abc' as Digest, size: 1 } } }],
        ['another schema', { ...entry('a', 1), schema: 2 as unknown as 1 }],
      ])('leaves out an entry with %s', (_name, broken) => {
        cache.runs.add(key, broken);
        cache.runs.add(key, entry('good', 1));
        expect(cache.runs.find(key).map((found) => found.run.id)).toEqual(['good']);
      });
    });

    it('gives what one process stored to another that is open already', async () => {
      const other = open(root);
      write('file', 'shared');
      const content = await cache.commit(at('file'));
      expect(other.has(content)).toBe(true);
      expect(other.readBytes(content.digest).toString()).toBe('shared');
      await other.close();
    });

    it('ends between two files when it is interrupted', async () => {
      const controller = new AbortController();
      controller.abort();
      write('large', Buffer.alloc(5 * 1024 * 1024));
      await expectCode(cache.commit(at('large'), { signal: controller.signal }), 'MLO_INTERRUPTED');
    });

    it('tells how far it is', async () => {
      write('large', Buffer.alloc(9 * 1024 * 1024));
      const told: number[] = [];
      const content = await cache.commit(at('large'), { onProgress: (bytes) => told.push(bytes) });
      rmSync(at('large'));
      await cache.checkout(content, at('large'), { onProgress: (bytes) => told.push(-bytes) });
      expect(told.at(-1)).toBe(-9 * 1024 * 1024);
      expect(isDigest(content.digest)).toBe(true);
    });
  });
}

async function listen(path: string): Promise<Server> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return server;
}
