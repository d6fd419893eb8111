import { existsSync, lstatSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Content } from '../../../src/core/content.ts';
import { hashBytes } from '../../../src/fs/hash.ts';
import { temporaryFolder } from '../../helpers/index.ts';
import { expectCode, type CacheWorld } from './world.ts';

export function describeCheckout(world: CacheWorld): void {
  describe('checkout', () => {
    it('touches only what differs', async () => {
      world.write('data/same', 'same');
      world.write('data/old', 'old');
      const content = await world.cache.commit(world.at('data'));
      world.write('data/old', 'new');
      world.write('data/extra', 'extra');
      await world.cache.commit(world.at('data'));
      const before = lstatSync(world.at('data/same'));
      expect(await world.cache.checkout(content, world.at('data'))).toEqual({ added: 0, modified: 1, deleted: 1 });
      expect(lstatSync(world.at('data/same'))).toMatchObject({ ino: before.ino, ctimeMs: before.ctimeMs });
      expect(readFileSync(world.at('data/old'), 'utf8')).toBe('old');
      expect(existsSync(world.at('data/extra'))).toBe(false);
      expect(await world.cache.checkout(content, world.at('data'))).toEqual({ added: 0, modified: 0, deleted: 0 });
    });

    it('refuses to lose bytes that are nowhere else, names them, and changes nothing', async () => {
      world.write('data/a', 'a');
      const content = await world.cache.commit(world.at('data'));
      world.write('data/a', 'edited');
      world.write('data/sub/new', 'new');
      const error = await expectCode(world.cache.checkout(content, world.at('data')), 'MLO_OUT_UNSAVED');
      expect(error.message).toMatch(/data\/a[^]*data\/sub\/new/);
      expect(readFileSync(world.at('data/a'), 'utf8')).toBe('edited');
      expect(await world.cache.checkout(content, world.at('data'), { force: true })).toEqual({ added: 0, modified: 1, deleted: 1 });
      expect(await world.cache.observe(world.at('data'))).toEqual(content);
    });

    it('replaces a folder by a file and a file by a folder, when both are stored', async () => {
      world.write('out/in/file', 'in a folder');
      const folder = await world.cache.commit(world.at('out'));
      rmSync(world.at('out'), { recursive: true });
      world.write('out', 'a file');
      const file = await world.cache.commit(world.at('out'));
      expect(await world.cache.checkout(folder, world.at('out'))).toEqual({ added: 1, modified: 0, deleted: 1 });
      expect(await world.cache.observe(world.at('out'))).toEqual(folder);
      expect(await world.cache.checkout(file, world.at('out'))).toEqual({ added: 1, modified: 0, deleted: 1 });
      expect(await world.cache.observe(world.at('out'))).toEqual(file);
    });

    it('again: places what is there by another kind of link, and what is written meanwhile stays', async () => {
      world.write('data/a', 'a');
      world.write('data/s/b', 'b');
      const content = await world.cache.commit(world.at('data'));
      const again = { again: true, includeIgnored: true, link: ['hardlink', 'copy'] } as const;
      expect(await world.cache.checkout(content, world.at('data'), again)).toEqual({ added: 0, modified: 0, deleted: 0 });
      expect(lstatSync(world.at('data/s/b')).nlink).toBeGreaterThan(1);
      let isAtWork = false;
      const onProgress = (): void => {
        if (!isAtWork) expect(readFileSync(world.at('data/a'), 'utf8')).toBe('a');
        if (!isAtWork) world.write('data/s/new', 'of the last second');
        isAtWork = true;
      };
      await expectCode(world.cache.checkout(content, world.at('data'), { ...again, link: ['copy'], onProgress }), 'MLO_SOURCE_CHANGED');
      expect([readFileSync(world.at('data/s/new'), 'utf8'), lstatSync(world.at('data/s/b')).nlink > 1]).toEqual([
        'of the last second',
        true,
      ]);
      expect(readdirSync(world.root).filter((name) => name.startsWith('.mlo-tmp-'))).toEqual([]);
      await expectCode(world.cache.checkout(content, world.at('data'), again), 'MLO_SOURCE_CHANGED');
    });

    it('makes the folders above', async () => {
      world.write('file', 'x');
      const content = await world.cache.commit(world.at('file'));
      await world.cache.checkout(content, world.at('not/yet/there/file'));
      expect(readFileSync(world.at('not/yet/there/file'), 'utf8')).toBe('x');
    });

    it('says what is missing, and leaves the workspace as it was', async () => {
      world.write('file', 'mine');
      await world.cache.commit(world.at('file'));
      const nowhere: Content = { digest: hashBytes('never stored'), size: 12, kind: 'file' };
      await expectCode(world.cache.checkout(nowhere, world.at('file')), 'MLO_OBJECT_MISSING');
      expect(readFileSync(world.at('file'), 'utf8')).toBe('mine');
    });

    it('never writes through a folder that is a symlink out of the project', async () => {
      const outside = await temporaryFolder('mlo-outside-');
      world.write('file', 'x');
      const content = await world.cache.commit(world.at('file'));
      symlinkSync(outside, world.at('data'));
      await expectCode(world.cache.checkout(content, world.at('data/file'), { force: true }), 'MLO_PATH_UNSAFE');
      expect(readdirSync(outside)).toEqual([]);
    });

    it('replaces a symlink inside the folder instead of following it', async () => {
      const outside = await temporaryFolder('mlo-outside-');
      writeFileSync(join(outside, 'file'), 'precious');
      world.write('data/sub/file', 'mine');
      const content = await world.cache.commit(world.at('data'));
      rmSync(world.at('data/sub'), { recursive: true });
      symlinkSync(outside, world.at('data/sub'));
      await expectCode(world.cache.checkout(content, world.at('data')), 'MLO_OUT_UNSAVED');
      await world.cache.checkout(content, world.at('data'), { force: true });
      expect(readFileSync(join(outside, 'file'), 'utf8')).toBe('precious');
      expect(readFileSync(world.at('data/sub/file'), 'utf8')).toBe('mine');
    });

    it('writes nothing outside the project and not over its root', async () => {
      const outside = await temporaryFolder('mlo-outside-');
      const content = world.cache.putBytes(Buffer.from('x'));
      await expectCode(world.cache.checkout(content, join(outside, 'file')), 'MLO_PATH_UNSAFE');
      await expectCode(world.cache.checkout(content, world.root, { force: true }), 'MLO_PATH_UNSAFE');
    });

    it('leaves no temporary files', async () => {
      world.write('data/a', 'a');
      const content = await world.cache.commit(world.at('data'));
      rmSync(world.at('data/a'));
      await world.cache.checkout(content, world.at('data'));
      expect(readdirSync(world.at('data'))).toEqual(['a']);
      expect(readdirSync(world.root).filter((each) => each.startsWith('.mlo-tmp'))).toEqual([]);
    });
  });
}
