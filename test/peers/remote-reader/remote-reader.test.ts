import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { chmod, mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { requireRemoteReader, runCommand, temporaryFolder, type TestProject } from '../../helpers/index.ts';
import type { CommandResult } from '../../helpers/run-command.ts';
import { KINDS, noise, projectWithData, succeeds, testRemote, type TestRemote } from '../../integration/remote/remotes.ts';

const SCRIPT = join(import.meta.dirname, 'read_remote.py');
const MINUTES = { timeout: 300_000 };

/** Small files, a large one of noise and one that compresses, folders in folders, an empty one, odd names, a program and symlinks; runs and a result. */
async function pushedProject(remote: TestRemote): Promise<TestProject> {
  const rows = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`data/rows/part${index % 3}/r${index}.txt`, `row ${index}\n`]));
  const project = await projectWithData({}, [], remote);
  await project.write({
    ...rows,
    'data/big.bin': noise(2_000_000),
    'note.bin': noise(200_000),
    'data/text.csv': 'sepal,petal\n'.repeat(3000),
    'data/numbers.csv': Array.from({ length: 40_000 }, (_, index) => `${index},${index % 7}\n`).join(''),
    'data/empty.txt': '',
    'data/rows/run.sh': '#!/bin/sh\necho run\n',
    'data/rows/ünï back\\slash\nline': 'odd',
    'pipeline.yaml':
      'stages:\n  count:\n    cmd: wc -l < data/numbers.csv > count.txt\n    deps: [data/numbers.csv]\n    outs: [count.txt]\n',
  });
  await chmod(project.path('data/rows/run.sh'), 0o755);
  await mkdir(project.path('data/nothing/below'), { recursive: true });
  await symlink('../text.csv', project.path('data/rows/link'));
  await symlink('nowhere/ü', project.path('data/dangling'));
  await succeeds(project, ['add', 'data', 'note.bin']);
  await succeeds(project, ['repro']);
  await project.git('add', '--all');
  await project.git('commit', '--quiet', '--message=data');
  await succeeds(project, ['push']);
  return project;
}

async function read(remote: TestRemote, pointer: string, into?: string): Promise<CommandResult> {
  return await runCommand(requireRemoteReader(), ['-B', SCRIPT, remote.folder, pointer, ...(into === undefined ? [] : [into])], {
    cwd: remote.folder,
    env: { PATH: process.env['PATH'] ?? '', LANG: 'C.UTF-8' },
  });
}

/** The same names, types, bytes, targets and permissions to run: as `diff` and `find` of the system see them. */
async function listing(project: TestProject, folder: string): Promise<string> {
  const found = await project.run('find', [folder, '-printf', '%P %y %l %m\\n']);
  return found.stdout.split('\n').toSorted().join('\n');
}

describe.each(KINDS)('a program in Python that knows only docs/design.md, at a remote in a %s,', MINUTES, (kind) => {
  it('reads all that was pushed, byte for byte, and finds every digest right', async () => {
    requireRemoteReader();
    const remote = await testRemote(kind);
    const project = await pushedProject(remote);
    const restored = join(await temporaryFolder(), 'restored');
    const result = await read(remote, project.path('data.mlo'), restored);
    expect(result, result.stderr).toMatchObject({ code: 0, stderr: '' });
    const lines = result.stdout.trimEnd().split('\n');
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ packs: 1, runs: 2, entries: 1 });
    expect(lines.map((line) => JSON.parse(line)[3])).toEqual(
      expect.arrayContaining(['./rows/ünï back\\slash\nline', './dangling', './nothing/below']),
    );
    expect((await project.run('diff', ['--recursive', '--no-dereference', 'data', restored])).stdout).toBe('');
    expect(await listing(project, restored)).toBe(await listing(project, project.path('data')));

    const note = join(await temporaryFolder(), 'note.bin');
    expect((await read(remote, project.path('note.bin.mlo'), note)).code).toBe(0);
    expect(readFileSync(note).equals(readFileSync(project.path('note.bin')))).toBe(true);
  });

  it('says so where a byte of a pack, an index or a batch is another one', async () => {
    requireRemoteReader();
    const remote = await testRemote(kind);
    const project = await pushedProject(remote);
    for (const folder of ['packs', 'index', 'runs/default', 'run-cache']) {
      const path = firstFile(join(remote.folder, folder));
      const bytes = readFileSync(path);
      const damaged = Buffer.from(bytes);
      damaged[damaged.length >> 1] = (damaged[damaged.length >> 1] ?? 0) ^ 1;
      writeFileSync(path, damaged);
      const result = await read(remote, project.path('data.mlo'));
      expect(result, folder).toMatchObject({ code: 1, stderr: `broken: ${path}\n` });
      writeFileSync(path, bytes);
    }
    expect((await read(remote, project.path('data.mlo'))).code).toBe(0);
  });
});

function firstFile(folder: string): string {
  const [entry] = readdirSync(folder, { withFileTypes: true });
  if (entry === undefined) throw new Error(`nothing in ${folder}`);
  const path = join(folder, entry.name);
  return entry.isDirectory() ? firstFile(path) : path;
}
