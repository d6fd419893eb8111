import { chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createProject, createProjectHere, type TestProject } from '../../helpers/index.ts';
import { injected } from '../lib/inject.ts';

const RELINKED = { '.mlo/config.yaml': 'cache:\n  link: [hardlink]\n' };

/** Tracked as copies, with a cache that has lost the bytes: those of the workspace are the only ones. */
async function onlyInWorkspace(): Promise<TestProject> {
  const project = await createProject({ '.mlo/config.yaml': '', 'd/a': 'a'.repeat(10), 'd/s/b': 'bb', f: 'file' });
  expect((await project.mlo(['add', 'd', 'f'])).code).toBe(0);
  for (const folder of ['journal', 'packs', 'objects']) rmSync(project.path('.mlo/cache', folder), { recursive: true, force: true });
  await project.write(RELINKED);
  return project;
}

async function expectBytes(project: TestProject): Promise<void> {
  expect(await Promise.all(['d/a', 'd/s/b', 'f'].map((path) => project.read(path)))).toEqual(['a'.repeat(10), 'bb', 'file']);
}

describe('mlo checkout --relink where the cache has lost the bytes', () => {
  it('says so, and leaves those of the workspace', async () => {
    const project = await onlyInWorkspace();
    const { code, stdout, stderr } = await project.mlo(['checkout', '--relink']);
    expect([code, stdout + stderr]).toEqual([expect.any(Number), expect.stringContaining('not all of its bytes are in the cache')]);
    expect(code).not.toBe(0);
    await expectBytes(project);
    expect((await project.mlo(['verify', '--repair'])).code).toBe(0);
    expect((await project.mlo(['checkout', '--relink'])).code).toBe(0);
    await expectBytes(project);
  });

  it('killed at any rename leaves them too, also to what the next command clears away', async () => {
    for (let nth = 1; nth <= 20; nth += 1) {
      const project = await onlyInWorkspace();
      const { signal } = await project.mlo(['checkout', '--relink'], { env: injected({ call: 'rename', nth }, 'kill') });
      await project.mlo(['add', 'd', 'f']);
      await expectBytes(project);
      if (signal === null) break;
    }
  });
});

it.each(['link', 'rename'] as const)(
  'mlo checkout --relink killed at any %s leaves the data at its place, or for the next checkout',
  async (call) => {
    for (let nth = 1; ; nth += 1) {
      const project = await createProjectHere({ '.mlo/config.yaml': '', 'd/s/b': 'bb' });
      expect((await project.mlo(['add', 'd'])).code).toBe(0);
      await project.write(RELINKED);
      const { signal } = await project.start(['checkout', '--relink'], { env: injected({ call, nth }, 'kill') }).ended;
      if (signal === null) break;
      // A folder cannot give way to another one in one call: between two renames only the cache has the data.
      if (call === 'link') expect(await project.read('d/s/b')).toBe('bb');
      expect((await project.mlo(['checkout'])).code).toBe(0);
      expect(await project.read('d/s/b')).toBe('bb');
    }
  },
);

it('mlo checkout --relink leaves what lies there where the object turns out to be damaged', async () => {
  const bytes = Buffer.alloc(80_000, 'weights');
  const project = await createProject({ '.mlo/config.yaml': '', 'd/model.bin': bytes });
  expect((await project.mlo(['add', 'd'])).code).toBe(0);
  const [object] = readdirSync(project.path('.mlo/cache/objects'), { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  if (object === undefined) throw new Error('a large file has a file of its own');
  const path = join(object.parentPath, object.name);
  chmodSync(path, 0o644);
  writeFileSync(path, Buffer.from(bytes).fill('x', 70_000, 70_001));
  await project.write(RELINKED);
  const { code, stdout, stderr } = await project.mlo(['checkout', '--relink']);
  expect([code === 0, stdout + stderr]).toEqual([false, expect.stringContaining('is damaged')]);
  expect(readFileSync(project.path('d/model.bin')).equals(bytes)).toBe(true);
  expect(readdirSync(project.root).filter((name) => name.startsWith('.mlo-tmp-'))).toEqual([]);
});
