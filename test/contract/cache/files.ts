import { chmodSync, mkdirSync, readFileSync, readlinkSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Content } from '../../../src/core/content.ts';
import { hashBytes } from '../../../src/fs/hash.ts';
import { temporaryFolder } from '../../helpers/index.ts';
import { expectCode, type CacheWorld } from './world.ts';

export function describeFiles(world: CacheWorld): void {
  describe('files', () => {
    it.each([
      ['an empty file', 0],
      ['a small file', 13],
      ['a file of one byte less than 64 KiB', 65_535],
      ['a file of 64 KiB', 65_536],
      ['a file of 4 MiB and a byte', 4 * 1024 * 1024 + 1],
    ])('stores %s under the digest of its bytes and brings it back', async (_name, size) => {
      const bytes = Buffer.alloc(size, 'abcdefg');
      world.write('file', bytes);
      const content = await world.cache.commit(world.at('file'));
      expect(content).toEqual({ digest: hashBytes(bytes), size, kind: 'file' });
      await world.reopen();
      expect(world.cache.has(content)).toBe(true);
      rmSync(world.at('file'));
      expect(await world.cache.checkout(content, world.at('file'))).toEqual({ added: 1, modified: 0, deleted: 0 });
      expect(readFileSync(world.at('file')).equals(bytes)).toBe(true);
    });

    it('observes what it would commit, and stores nothing by observing', async () => {
      world.write('file', 'observed');
      const observed = await world.cache.observe(world.at('file'));
      expect(world.cache.has(observed as Content)).toBe(false);
      expect(await world.cache.commit(world.at('file'))).toEqual(observed);
    });

    it('observes nothing where nothing lies, also below a file', async () => {
      world.write('file', 'x');
      expect(await world.cache.observe(world.at('missing'))).toBeUndefined();
      expect(await world.cache.observe(world.at('file/below'))).toBeUndefined();
    });

    it('sees every change of a file, also one that keeps size and mtime', async () => {
      world.write('file', 'one');
      expect((await world.cache.observe(world.at('file')))?.digest).toBe(hashBytes('one'));
      writeFileSync(world.at('file'), 'two');
      expect((await world.cache.observe(world.at('file')))?.digest).toBe(hashBytes('two'));
    });

    it('keeps the executable bit of a file, and restores it', async () => {
      world.write('run.sh', '#!/bin/sh\n', 0o755);
      const content = await world.cache.commit(world.at('run.sh'));
      expect(content.mode).toBe('exec');
      rmSync(world.at('run.sh'));
      await world.cache.checkout(content, world.at('run.sh'));
      expect(statSync(world.at('run.sh')).mode & 0o111).not.toBe(0);
      chmodSync(world.at('run.sh'), 0o644);
      expect(await world.cache.checkout(content, world.at('run.sh'))).toEqual({ added: 0, modified: 1, deleted: 0 });
      expect(await world.cache.observe(world.at('run.sh'))).toEqual(content);
    });

    it('keeps a symlink within the project as a symlink', async () => {
      world.write('target', 'pointed at');
      symlinkSync('target', world.at('link'));
      const content = await world.cache.commit(world.at('link'));
      expect(content).toEqual({ digest: hashBytes('target'), size: 6, kind: 'symlink' });
      rmSync(world.at('link'));
      await world.cache.checkout(content, world.at('link'));
      expect(readlinkSync(world.at('link'))).toBe('target');
    });

    it('follows a symlink at the path itself when it is told to, out of the project too', async () => {
      const outside = await temporaryFolder('mlo-outside-');
      writeFileSync(join(outside, 'big.csv'), 'one');
      symlinkSync(join(outside, 'big.csv'), world.at('dep'));
      expect((await world.cache.observe(world.at('dep'), { follow: true }))?.digest).toBe(hashBytes('one'));
      writeFileSync(join(outside, 'big.csv'), 'two');
      expect(await world.cache.observe(world.at('dep'), { follow: true })).toEqual({ digest: hashBytes('two'), size: 3, kind: 'file' });
      rmSync(join(outside, 'big.csv'));
      expect(await world.cache.observe(world.at('dep'), { follow: true })).toBeUndefined();
    });

    it.each([['/etc/passwd'], ['../../outside'], ['a/../../..']])('refuses a symlink that leaves the project: %s', async (target) => {
      mkdirSync(world.at('data'));
      symlinkSync(target, world.at('data/link'));
      expect((await expectCode(world.cache.commit(world.at('data')), 'MLO_FILE_TYPE')).message).toContain('data/link');
      await expectCode(world.cache.commit(world.at('data/link')), 'MLO_FILE_TYPE');
    });

    it('refuses one that is met while a large file is being read, with one error and no other', async () => {
      mkdirSync(world.at('data/sub'), { recursive: true });
      writeFileSync(world.at('data/large'), Buffer.alloc(64_000_000));
      symlinkSync('/etc/passwd', world.at('data/sub/link'));
      await expectCode(world.cache.commit(world.at('data')), 'MLO_FILE_TYPE');
    });

    it('refuses a link that leaves the project through another link', async () => {
      const outside = await temporaryFolder('mlo-outside-');
      symlinkSync(outside, world.at('door'));
      mkdirSync(world.at('data'));
      symlinkSync('../door/file', world.at('data/link'));
      writeFileSync(join(outside, 'file'), 'x');
      await expectCode(world.cache.commit(world.at('data')), 'MLO_FILE_TYPE');
    });

    it('refuses such a link in a folder whose name is not UTF-8 too', async () => {
      const outside = await temporaryFolder('mlo-outside-');
      symlinkSync(outside, world.at('door'));
      const named = Buffer.concat([Buffer.from(`${world.at('data')}/caf`), Buffer.from([0xe9])]);
      mkdirSync(named, { recursive: true });
      symlinkSync('../../door/file', Buffer.concat([named, Buffer.from('/link')]));
      writeFileSync(join(outside, 'file'), 'x');
      await expectCode(world.cache.commit(world.at('data')), 'MLO_FILE_TYPE');
    });

    it('refuses a socket by name', async () => {
      mkdirSync(world.at('data'));
      const server = await listen(world.at('data/socket'));
      try {
        expect((await expectCode(world.cache.commit(world.at('data')), 'MLO_FILE_TYPE')).message).toMatch(/data\/socket is a socket/);
      } finally {
        server.close();
      }
    });
  });
}

async function listen(path: string): Promise<Server> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return server;
}
