import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openGitRepository } from '../../../src/fs/git-repository.ts';
import { openGit, type Git } from '../../../src/fs/git.ts';
import { errorOf } from '../../contract/tracking/records.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mlo-git-'));
  vi.stubEnv('GIT_CONFIG_GLOBAL', '/dev/null');
  vi.stubEnv('GIT_CONFIG_NOSYSTEM', '1');
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

function git(...args: string[]): string {
  const identity = ['-c', 'user.name=t', '-c', 'user.email=t@example.org', '-c', 'init.defaultBranch=main'];
  return execFileSync('git', [...identity, ...args], { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
}

function write(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

function commitAll(message: string): string {
  git('add', '-A');
  git('commit', '-q', '-m', message);
  return git('rev-parse', 'HEAD');
}

it('says whose repository it is where Git refuses it, and how to allow it', () => {
  git('init', '-q');
  write('a.txt', '1');
  commitAll('one');
  vi.stubEnv('GIT_TEST_ASSUME_DIFFERENT_OWNER', '1');
  const hint = `git config --global --add safe.directory ${folder}`;
  for (const ask of [
    (): unknown => open().resolve('HEAD'),
    () => open().entries('v1'),
    () => open().workFiles(),
    () => openGitRepository(folder),
  ]) {
    const error = errorOf(ask);
    expect(error).toMatchObject({ code: 'MLO_GIT', hint });
    expect(error.message).toContain('dubious ownership');
    expect(error.message).not.toContain('\t');
  }
});

function open(root = folder): Git {
  const opened = openGit(root);
  if (opened === undefined) throw new Error('no Git');
  return opened;
}

describe('without Git', () => {
  it('there is none where no folder above has a repository', () => {
    expect(openGit(folder)).toBeUndefined();
  });

  it('there is none where no git binary is on the PATH', () => {
    git('init', '-q');
    vi.stubEnv('PATH', join(folder, 'bin'));
    expect(openGit(folder)).toBeUndefined();
  });
});

describe('a Git repository', () => {
  beforeEach(() => {
    git('init', '-q');
  });

  it('has no head before the first commit', () => {
    expect(open().head()).toBeUndefined();
  });

  it('tells commit, branch and whether tracked files changed', () => {
    write('a.txt', '1');
    const commit = commitAll('first');
    expect(open().head()).toEqual({ commit, branch: 'main', dirty: false });
    write('untracked.txt', '1');
    expect(open().head()).toEqual({ commit, branch: 'main', dirty: false });
    write('a.txt', '2');
    expect(open().head()).toEqual({ commit, branch: 'main', dirty: true });
    git('add', 'a.txt');
    expect(open().head()?.dirty).toBe(true);
    git('checkout', '-q', '--detach', '--force', 'HEAD');
    git('reset', '-q', '--hard');
    expect(open().head()).toEqual({ commit, dirty: false });
  });

  it('never touches the index, so that the user’s own git commands are not disturbed', () => {
    write('a.txt', '1');
    commitAll('first');
    write('a.txt', '1');
    const index = join(folder, '.git', 'index');
    const before = { bytes: readFileSync(index), mtime: statSync(index).mtimeMs };
    open().head();
    expect(readFileSync(index).equals(before.bytes)).toBe(true);
    expect(statSync(index).mtimeMs).toBe(before.mtime);
  });

  it('lists what a revision has with type and size, and brings many blobs at once, whatever their bytes', () => {
    write('a.txt', 'text\n');
    write('sub/b c', '\n\n\0\xff');
    write('empty', '');
    symlinkSync('a.txt', join(folder, 'link'));
    commitAll('first');
    const entries = open().entries('HEAD');
    expect(entries.map(({ path, type, size }) => [path, type, size])).toEqual([
      ['a.txt', 'file', 5],
      ['empty', 'file', 0],
      ['link', 'symlink', 5],
      ['sub/b c', 'file', 5],
    ]);
    const bytes = open().blobs(entries.map((entry) => entry.id));
    expect(bytes.map((each) => each.toString('utf8'))).toEqual(['text\n', '', 'a.txt', '\n\n\0\xff']);
    expect(open(join(folder, 'sub')).entries('HEAD')).toMatchObject([{ path: 'b c' }]);
  });

  it('shows a file as it was at a revision', () => {
    write('params.yaml', 'lr: 1\n');
    const first = commitAll('first');
    git('tag', '-a', '-m', 'x', 'v1');
    write('params.yaml', 'lr: 2\n');
    commitAll('second');
    write('params.yaml', 'lr: 3\n');
    expect(open().show('HEAD', 'params.yaml')).toBe('lr: 2\n');
    expect(open().show('HEAD~1', 'params.yaml')).toBe('lr: 1\n');
    expect(open().show('v1', 'params.yaml')).toBe('lr: 1\n');
    expect(open().resolve('v1')).toBe(first);
    expect(open().resolve('main~1')).toBe(first);
  });

  it('shows nothing for a file that a revision does not have, or that is a folder there', () => {
    write('sub/a.txt', '1');
    commitAll('first');
    write('new.txt', '1');
    expect(open().show('HEAD', 'none.txt')).toBeUndefined();
    expect(open().show('HEAD', 'new.txt')).toBeUndefined();
    git('add', 'new.txt');
    expect(open().show('HEAD', 'new.txt')).toBeUndefined();
    expect(open().show('HEAD', 'sub')).toBeUndefined();
  });

  it('names an unknown revision and says how to find one', () => {
    write('a.txt', '1');
    commitAll('first');
    for (const revision of ['nope', '', '-rf', '--help', 'HEAD~7', 'HEAD:a.txt', '$(id)', 'a\nb', 'a\0b', '🦄']) {
      const error = errorOf(() => open().show(revision, 'a.txt'));
      expect(error.code).toBe('MLO_GIT');
      expect(error.message).toContain(JSON.stringify(revision));
      expect(error.hint).toContain('git log');
    }
  });

  const HOSTILE = ['-rf', '*', ':(top)x', ':!a', 'two words', 'new\nline', '"quoted"', 'ünïcödé 🦄', 'back\\slash', '[ab]'];

  it('reads files of any name', () => {
    for (const name of HOSTILE) write(`sub/${name}`, name);
    commitAll('first');
    expect(HOSTILE.map((name) => open().show('HEAD', `sub/${name}`))).toEqual(HOSTILE);
  });

  it('tells which paths it tracks, names taken literally', () => {
    write('a.txt', '1');
    write('data/deep/b.txt', '1');
    for (const name of HOSTILE.slice(0, 5)) write(name, name);
    commitAll('first');
    write('untracked.txt', '1');
    const few = ['a.txt', 'data', 'data/', 'data/deep/b.txt', 'untracked.txt', 'none', 'dat', ...HOSTILE];
    const expected = ['a.txt', 'data', 'data/', 'data/deep/b.txt', ...HOSTILE.slice(0, 5)];
    expect(open().tracked(few)).toEqual(expected);
    const many = Array.from({ length: 5_000 }, (_, index) => `out/${index}`);
    expect(open().tracked([...many, ...few])).toEqual(expected);
    expect(open().tracked([])).toEqual([]);
  });

  it('tells which paths it ignores, but not those it tracks', () => {
    write('.gitignore', '*.log\n/models/\n');
    write('kept.log', '1');
    git('add', '-f', 'kept.log');
    commitAll('first');
    write('models/m.bin', '1');
    expect(open().isIgnored(['kept.log', 'a.log', 'a.txt', 'models/m.bin', '-x.log', 'new\nline.log'])).toEqual([
      'a.log',
      'models/m.bin',
      '-x.log',
      'new\nline.log',
    ]);
    expect(open().isIgnored(['a.txt'])).toEqual([]);
    expect(open().isIgnored([])).toEqual([]);
  });

  it('takes paths relative to a project below its root', () => {
    write('projects/iris/params.yaml', 'lr: 1\n');
    write('params.yaml', 'other: 1\n');
    write('projects/iris/.gitignore', '/out\n');
    const commit = commitAll('first');
    const project = open(join(folder, 'projects', 'iris'));
    expect(project.head()?.commit).toBe(commit);
    expect(project.show('HEAD', 'params.yaml')).toBe('lr: 1\n');
    expect(project.list('HEAD')).toEqual(['.gitignore', 'params.yaml']);
    expect(open().list('HEAD')).toEqual(['params.yaml', 'projects/iris/.gitignore', 'projects/iris/params.yaml']);
    expect(project.tracked(['params.yaml', 'projects'])).toEqual(['params.yaml']);
    expect(project.tracked([...Array.from({ length: 100 }, (_, index) => `${index}`), 'params.yaml'])).toEqual(['params.yaml']);
    expect(project.isIgnored(['out', 'params.yaml'])).toEqual(['out']);
  });

  it('is the one of the project, whatever a hook’s environment says', () => {
    write('a.txt', '1');
    const commit = commitAll('first');
    const other = mkdtempSync(join(tmpdir(), 'mlo-git-'));
    execFileSync('git', ['init', '-q'], { cwd: other });
    vi.stubEnv('GIT_DIR', join(other, '.git'));
    vi.stubEnv('GIT_WORK_TREE', other);
    vi.stubEnv('GIT_INDEX_FILE', join(other, '.git', 'index'));
    expect(open().head()?.commit).toBe(commit);
    expect(open().tracked(['a.txt'])).toEqual(['a.txt']);
    rmSync(other, { recursive: true });
  });

  it('is found through a symlink to the project', () => {
    write('a.txt', '1');
    const commit = commitAll('first');
    const link = join(folder, 'elsewhere');
    symlinkSync(folder, link);
    expect(open(link).head()?.commit).toBe(commit);
  });

  it('that is broken is an MLO_GIT error with what git said', () => {
    rmSync(join(folder, '.git'), { recursive: true });
    writeFileSync(join(folder, '.git'), 'gitdir: /nowhere');
    const error = errorOf(() => open().head());
    expect(error.code).toBe('MLO_GIT');
    expect(error.message).toContain('/nowhere');
  });
});
