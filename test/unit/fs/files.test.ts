import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { beforeEach, describe, expect, it } from 'vitest';
import { asIoError, isErrno } from '../../../src/fs/errno.ts';
import { addGitignoreEntry, removeGitignoreEntry } from '../../../src/fs/gitignore.ts';
import { createHasher, digestBytes, digestText, hashBytes, hashFile } from '../../../src/fs/hash.ts';
import { openIgnore } from '../../../src/fs/ignore.ts';
import { writeFileAtomic } from '../../../src/fs/write-atomic.ts';
import { temporaryFolder } from '../../helpers/index.ts';

let folder: string;
const at = (path: string): string => join(folder, path);

beforeEach(async () => {
  folder = await temporaryFolder('mlo-fs-');
});

function write(path: string, text: string): void {
  mkdirSync(join(at(path), '..'), { recursive: true });
  writeFileSync(at(path), text);
}

describe('digests', () => {
  it('are BLAKE3-256, as the published vectors have it', () => {
    expect(hashBytes('')).toBe('af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262');
    expect(hashBytes('abc')).toBe('6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85');
  });

  it('do not depend on what was hashed before, and stay as they are when something else is hashed', () => {
    const first = digestBytes(Buffer.from('abc'));
    const second = digestBytes(Buffer.alloc(0));
    expect([first.length, digestText(first), digestText(second)]).toEqual([32, hashBytes('abc'), hashBytes('')]);
    expect(hashBytes('abc')).toBe(hashBytes(Buffer.from('abc')));
    // Only its own bytes: it is sent to other threads, with all of the memory that it lies in.
    expect(first.buffer.byteLength).toBe(32);
  });

  it('are the same in pieces, from a file, and of bytes', async () => {
    const bytes = Buffer.alloc(9 * 1024 * 1024 + 1, 'xyz');
    write('file', '');
    writeFileSync(at('file'), bytes);
    const hasher = createHasher();
    hasher.update(bytes.subarray(0, 1000));
    hasher.update(bytes.subarray(1000));
    expect(hasher.digest()).toBe(hashBytes(bytes));
    let told = 0;
    expect(await hashFile(at('file'), { onBytes: (count) => (told += count) })).toEqual({ digest: hashBytes(bytes), size: bytes.length });
    expect(told).toBe(bytes.length);
  });
});

describe('atomic writing', () => {
  it('puts the parts that are given one after the other', () => {
    writeFileAtomic(at('parts'), [Buffer.from('one '), Buffer.alloc(0), Buffer.from('file')]);
    expect(readFileSync(at('parts'), 'utf8')).toBe('one file');
  });

  it('makes missing folders, replaces the file as a whole and leaves nothing beside it', () => {
    writeFileAtomic(at('a/b/file'), 'one');
    const before = statSync(at('a/b/file')).ino;
    writeFileAtomic(at('a/b/file'), Buffer.from('two'), { durable: true });
    expect(readFileSync(at('a/b/file'), 'utf8')).toBe('two');
    expect(statSync(at('a/b/file')).ino).not.toBe(before);
    expect(readdirSync(at('a/b'))).toEqual(['file']);
  });

  it('sets the mode', () => {
    writeFileAtomic(at('secret'), 'x', { mode: 0o600 });
    expect(statSync(at('secret')).mode & 0o777).toBe(0o600);
  });

  it('leaves nothing behind when it fails', () => {
    mkdirSync(at('taken/by/a/folder'), { recursive: true });
    expect(() => writeFileAtomic(at('taken'), 'x')).toThrow();
    expect(readdirSync(folder)).toEqual(['taken']);
  });
});

describe('errors of the operating system', () => {
  it('say what was to be done with which path, and what to do now', () => {
    const cause = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', syscall: 'write' });
    expect(asIoError(cause, 'write', '/cache/x')).toMatchObject({
      code: 'MLO_CACHE_IO',
      message: 'Cannot write /cache/x: no space left on the disk (ENOSPC)',
      hint: expect.stringContaining('Free some space'),
    });
  });

  it('are told from faults of ours', () => {
    const fault = new TypeError('x is not a function');
    expect(isErrno(fault)).toBe(false);
    expect(asIoError(fault, 'write', '/x')).toBe(fault);
  });
});

describe('.mloignore', () => {
  it('says the same of the names of a folder as of their paths', () => {
    write('.mloignore', '*.tmp\nbuild/\n!keep.tmp\n/only-here\n');
    write('sub/.mloignore', 'local\n!x.tmp\ndeep/hidden\n');
    const rules = openIgnore(folder);
    const names = ['a.tmp', 'keep.tmp', 'x.tmp', 'only-here', 'local', 'hidden', 'build', 'a'];
    for (const within of ['', 'sub', 'sub/deep', 'build', 'sub/build/deep']) {
      const ignores = rules.within(within);
      for (const [name, isFolder] of names.flatMap((each) => [[each, false] as const, [each, true] as const])) {
        const path = within === '' ? name : `${within}/${name}`;
        expect([path, isFolder, ignores(name, isFolder)]).toEqual([path, isFolder, rules.ignores(path, isFolder)]);
      }
    }
    expect(rules.within('sub/deep')('hidden', false)).toBe(true);
    expect(rules.within('build')('a', false)).toBe(true);
  });

  it('ignores nothing where there is none', () => {
    expect(openIgnore(folder).ignores('a/b', false)).toBe(false);
  });

  it('follows the rules of Git, from the folder of each file', () => {
    write('.mloignore', '*.tmp\nbuild/\n!keep.tmp\n/only-here\n');
    write('sub/.mloignore', 'local\n!x.tmp\n');
    const rules = openIgnore(folder);
    const answers = [
      'a.tmp',
      'keep.tmp',
      'build/x',
      'only-here',
      'sub/only-here',
      'local',
      'sub/local',
      'sub/deep/local',
      'sub/x.tmp',
      'sub/y.tmp',
      'a',
    ].map((path) => [path, rules.ignores(path, false)]);
    expect(Object.fromEntries(answers)).toEqual({
      'a.tmp': true,
      'keep.tmp': false,
      'build/x': true,
      'only-here': true,
      'sub/only-here': false,
      local: false,
      'sub/local': true,
      'sub/deep/local': true,
      'sub/x.tmp': false,
      'sub/y.tmp': true,
      a: false,
    });
    expect(rules.ignores('build', true)).toBe(true);
    expect(rules.ignores('build', false)).toBe(false);
    expect(rules.ignores('.', true)).toBe(false);
  });
});

describe('.gitignore entries', () => {
  it('are added once, in the folder of the path, and removed again', () => {
    mkdirSync(at('data'));
    expect(addGitignoreEntry(folder, 'data/raw')).toBe(true);
    expect(addGitignoreEntry(folder, 'data/raw')).toBe(false);
    expect(addGitignoreEntry(folder, 'data/more')).toBe(true);
    expect(readFileSync(at('data/.gitignore'), 'utf8')).toBe('/raw\n/more\n');
    expect(removeGitignoreEntry(folder, 'data/raw')).toBe(true);
    expect(removeGitignoreEntry(folder, 'data/raw')).toBe(false);
    expect(readFileSync(at('data/.gitignore'), 'utf8')).toBe('/more\n');
    removeGitignoreEntry(folder, 'data/more');
    expect(existsSync(at('data/.gitignore'))).toBe(false);
  });

  it('keep what the user wrote, its line ends too', () => {
    write('.gitignore', 'mine\r\n# last');
    addGitignoreEntry(folder, 'out');
    expect(readFileSync(at('.gitignore'), 'utf8')).toBe('mine\r\n# last\r\n/out\r\n');
    removeGitignoreEntry(folder, 'out');
    expect(readFileSync(at('.gitignore'), 'utf8')).toBe('mine\r\n# last\r\n');
  });

  it('keep bytes that are not UTF-8, beside names that are', () => {
    const mine = Buffer.from('# caf\xe9\n/\xe9t\xe9\n', 'latin1');
    writeFileSync(at('.gitignore'), mine);
    expect([addGitignoreEntry(folder, 'été'), addGitignoreEntry(folder, 'été')]).toEqual([true, false]);
    expect(readFileSync(at('.gitignore'))).toEqual(Buffer.concat([mine, Buffer.from('/été\n')]));
    expect(removeGitignoreEntry(folder, 'été')).toBe(true);
    expect(readFileSync(at('.gitignore'))).toEqual(mine);
  });

  it.each(['plain', '-rf', '#hash', '!bang', 'a*b', 'q?', '[x]', 'back\\slash', 'trailing blanks  ', ' leading', 'two\nlines', 'é'])(
    'make Git ignore %j and nothing like it',
    (name) => {
      spawnSync('git', ['init', '-q', folder]);
      write(name, 'x');
      addGitignoreEntry(folder, name);
      const ignored = spawnSync('git', ['check-ignore', '-q', '--', name], { cwd: folder });
      expect(ignored.status).toBe(0);
      const others = ['aXb', 'x', 'qq', 'trailing blanks', `${name}2`];
      expect(
        others.filter((other) => other !== name && spawnSync('git', ['check-ignore', '-q', '--', other], { cwd: folder }).status === 0),
      ).toEqual([]);
    },
  );

  it('are not written where nothing changes', () => {
    write('.gitignore', '/out\n');
    chmodSync(at('.gitignore'), 0o444);
    const before = statSync(at('.gitignore'));
    addGitignoreEntry(folder, 'out');
    expect(statSync(at('.gitignore'))).toMatchObject({ ino: before.ino, mtimeMs: before.mtimeMs });
  });
});
