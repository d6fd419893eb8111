import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Content } from '../../../src/core/content.ts';
import { hashBytes } from '../../../src/fs/hash.ts';
import { expectCode, type CacheWorld } from './world.ts';

export function describeFolders(world: CacheWorld): void {
  describe('folders', () => {
    function writeFolder(): void {
      world.write('data/b.txt', 'b');
      world.write('data/a/deep/c.bin', Buffer.alloc(70_000, 1));
      world.write('data/a/run', 'run', 0o755);
      world.write('data/empty', '');
      mkdirSync(world.at('data/nothing'));
      symlinkSync('../b.txt', world.at('data/a/link'));
    }

    it('brings back names, bytes, executable bits, symlinks and empty folders', async () => {
      writeFolder();
      const content = await world.cache.commit(world.at('data'));
      expect(content).toMatchObject({ kind: 'tree', files: 4, size: 1 + 70_000 + 3 });
      await world.reopen();
      rmSync(world.at('data'), { recursive: true });
      expect(await world.cache.checkout(content, world.at('data'))).toEqual({ added: 4, modified: 0, deleted: 0 });
      expect(await world.cache.observe(world.at('data'))).toEqual(content);
      expect(readdirSync(world.at('data/nothing'))).toEqual([]);
      expect(readlinkSync(world.at('data/a/link'))).toBe('../b.txt');
      expect(statSync(world.at('data/a/run')).mode & 0o111).not.toBe(0);
    });

    it('gives a folder the same digest wherever and whenever it is made', async () => {
      writeFolder();
      const content = await world.cache.commit(world.at('data'));
      rmSync(world.at('data'), { recursive: true });
      symlinkAndFilesInOtherOrder();
      expect(await world.cache.observe(world.at('data'))).toEqual(content);

      function symlinkAndFilesInOtherOrder(): void {
        mkdirSync(world.at('data/nothing'), { recursive: true });
        mkdirSync(world.at('data/a'));
        symlinkSync('../b.txt', world.at('data/a/link'));
        world.write('data/empty', '');
        world.write('data/a/run', 'run', 0o700);
        world.write('data/a/deep/c.bin', Buffer.alloc(70_000, 1));
        world.write('data/b.txt', 'b');
      }
    });

    it('keeps the digest of a subtree that did not change', async () => {
      writeFolder();
      const before = await world.cache.commit(world.at('data'));
      world.write('data/b.txt', 'changed');
      const after = await world.cache.commit(world.at('data'));
      expect(after.digest).not.toBe(before.digest);
      expect(world.cache.subContent(after, 'a')).toEqual(world.cache.subContent(before, 'a'));
    });

    it('answers what lies at a sub-path', async () => {
      writeFolder();
      const content = await world.cache.commit(world.at('data'));
      expect(world.cache.subContent(content, 'b.txt')).toEqual({ digest: hashBytes('b'), size: 1, kind: 'file' });
      expect(world.cache.subContent(content, 'a/run')).toMatchObject({ mode: 'exec' });
      expect(world.cache.subContent(content, 'a/deep')).toMatchObject({ kind: 'tree', files: 1 });
      expect(world.cache.subContent(content, 'a/none')).toBeUndefined();
      expect(world.cache.subContent(content, 'b.txt/none')).toBeUndefined();
    });

    it('lists the entries of a tree sorted by bytes', async () => {
      for (const name of ['b', 'a-', 'a', 'B', 'é', 'a0']) world.write(`data/${name}`, name);
      const content = await world.cache.commit(world.at('data'));
      const names = world.cache.readTree(content.digest).map((entry) => entry.name.toString());
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
      mkdirSync(world.at('data'));
      const file = Buffer.concat([Buffer.from(`${world.at('data')}/`), name]);
      writeFileSync(file, 'content');
      const content = await world.cache.commit(world.at('data'));
      rmSync(world.at('data'), { recursive: true });
      await world.reopen();
      await world.cache.checkout(content, world.at('data'));
      expect(readdirSync(world.at('data'), { encoding: 'buffer' })).toEqual([name]);
      expect(readFileSync(file, 'utf8')).toBe('content');
      expect(await world.cache.observe(world.at('data'))).toEqual(content);
    });

    it('is not there when one object below is not', async () => {
      world.write('data/a', 'kept');
      world.write('data/b', 'never stored');
      const observed = await world.cache.observe(world.at('data'));
      await world.cache.commit(world.at('data/a'));
      expect(world.cache.has(observed as Content)).toBe(false);
    });
  });

  describe('hostile trees', () => {
    const line = (name: string, type = 'file'): string => `${type} ${hashBytes('x')} 1 ${name}`;
    const put = (...lines: readonly string[]): Content => {
      world.cache.putBytes(Buffer.from('x'));
      return { ...world.cache.putBytes(Buffer.from(`mlo-tree 1\n${lines.join('\n')}\n`)), kind: 'tree', files: 1 };
    };

    it.each(['..', '.', 'a/b', '/etc', 'a\\x00b', '../x'])('refuses the name %s before anything is written', async (name) => {
      const content = put(line(name));
      await expectCode(world.cache.checkout(content, world.at('data')), 'MLO_PATH_UNSAFE');
      expect(existsSync(world.at('data'))).toBe(false);
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
      expect(() => world.cache.readTree(content.digest)).toThrow(
        expect.objectContaining({ code: expect.stringMatching(/^MLO_(FORMAT|PATH_UNSAFE)$/) }),
      );
    });

    it('refuses a tree of a newer format and names both versions', () => {
      const { digest } = world.cache.putBytes(Buffer.from('mlo-tree 2\n'));
      expect(() => world.cache.readTree(digest)).toThrow(
        expect.objectContaining({ code: 'MLO_FORMAT_VERSION', message: expect.stringMatching(/version 2.*version 1/) }),
      );
    });

    it('refuses a symlink out of the project before anything is written', async () => {
      const target = world.cache.putBytes(Buffer.from('../../etc'));
      const content = put(line('a'), `symlink ${target.digest} 9 link`);
      await expectCode(world.cache.checkout(content, world.at('data')), 'MLO_PATH_UNSAFE');
      expect(existsSync(world.at('data'))).toBe(false);
    });
  });
}
