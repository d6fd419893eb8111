import { mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { beforeAll, describe, expect, it } from 'vitest';
import { openProject } from '../../../src/app/project.ts';
import type { Content } from '../../../src/core/content.ts';
import { openTracking } from '../../../src/tracking/open.ts';
import { newRun, runId } from '../../contract/tracking/records.ts';
import { appContext, createProjectHere, type TestProject } from '../../helpers/index.ts';

const ID = runId('aa01');

/** A run with a file, an executable, a folder in which a folder is, and names from hell. */
async function projectWithArtifacts(hostile: readonly string[] = []): Promise<TestProject> {
  const project = await createProjectHere({
    'pipeline.yaml': 'stages: {}\n',
    'report.txt': 'all is well\n',
    'run.sh': '#!/bin/sh\n',
    'model/weights.bin': Buffer.alloc(100_000, 7),
    'model/deep/er.json': '{}',
  });
  symlinkSync('weights.bin', project.path('model/latest'));
  const opened = await openProject(appContext(project.root));
  const cache = await opened.sharedCache();
  const contents = new Map<string, Content>();
  for (const name of ['report.txt', 'run.sh', 'model']) contents.set(name, await cache.commit(project.path(name)));
  await opened.close();
  const tracking = openTracking({ path: project.path('.mlo/tracking.db') });
  tracking.startRun(newRun('aa01'));
  for (const [path, content] of contents) tracking.logArtifact(ID, path, content);
  tracking.finishRun(ID, { status: 'FINISHED', endedMs: 3_000 });
  tracking.close();
  logUnchecked(project, hostile, contents.get('report.txt') as Content);
  for (const name of ['report.txt', 'run.sh', 'model']) rmSync(project.path(name), { recursive: true });
  return project;
}

/** As an earlier mlo, or somebody else, may have written them. */
function logUnchecked(project: TestProject, paths: readonly string[], { digest, size }: Content): void {
  const db = new Database(project.path('.mlo/tracking.db'));
  const insert = db.prepare(`INSERT INTO artifacts (run, path, digest, kind, size) SELECT seq, ?, ?, 'file', ? FROM runs`);
  for (const path of paths) insert.run(path, digest, size);
  db.close();
}

describe('artifacts of a run', () => {
  let project: TestProject;

  beforeAll(async () => {
    project = await projectWithArtifacts();
  });

  it('are listed with their sizes, folders closed, open or one alone', async () => {
    expect((await project.mlo(['artifacts', 'list', ID])).stdout).toBe('100 kB  2  model/\n  12 B     report.txt\n  10 B     run.sh*\n');
    const all = JSON.parse((await project.mlo(['artifacts', 'list', ID, '-R', '--json'])).stdout) as {
      data: { entries: { path: string; type: string }[] };
    };
    expect(all.data.entries.map(({ path, type }) => `${path} ${type}`)).toEqual([
      'model folder',
      'model/deep folder',
      'model/deep/er.json file',
      'model/latest symlink',
      'model/weights.bin file',
      'report.txt file',
      'run.sh exec',
    ]);
    expect((await project.mlo(['artifacts', 'list', ID, 'model/deep'])).stdout).toContain('model/deep/er.json');
    const unknown = await project.mlo(['artifacts', 'list', ID, 'reprot.txt']);
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining('Did you mean "report.txt"?')]);
  });

  it('come out as files, folders and streams, with their modes and links', async () => {
    expect((await project.mlo(['artifacts', 'get', ID, '-o', 'all'])).stdout).toContain('Wrote 5 files');
    expect(statSync(project.path('all/model/weights.bin')).size).toBe(100_000);
    expect(readFileSync(project.path('all/model/latest')).length).toBe(100_000);
    expect(statSync(project.path('all/run.sh')).mode & 0o100).toBe(0o100);
    await project.mlo(['artifacts', 'get', ID, 'model/deep/er.json', '-o', 'all/']);
    expect(await project.read('all/er.json')).toBe('{}');
    await project.mlo(['artifacts', 'get', ID, 'model', '-o', 'elsewhere']);
    expect(project.exists('elsewhere/deep/er.json')).toBe(true);
    expect((await project.mlo(['artifacts', 'get', ID, 'report.txt', '-o', '-'])).stdout).toBe('all is well\n');
    expect((await project.mlo(['artifacts', 'get', ID, 'model', '-o', '-'])).code).toBe(2);
  });

  it('come out as a folder where only their names begin with the path, however many there are', async () => {
    const several = await projectWithArtifacts(['plots/x.txt', 'plots/deep/y.txt', 'solo/z.txt']);
    await several.mlo(['artifacts', 'get', ID, 'plots']);
    await several.mlo(['artifacts', 'get', ID, 'plots/', '-o', 'there']);
    await several.mlo(['artifacts', 'get', ID, 'solo']);
    await several.mlo(['artifacts', 'get', ID, 'solo', '-o', 'there2']);
    await several.mlo(['artifacts', 'get', ID, 'solo/z.txt', '-o', 'there3']);
    for (const path of ['plots/x.txt', 'plots/deep/y.txt', 'there/x.txt', 'there/deep/y.txt', 'solo/z.txt', 'there2/z.txt', 'there3'])
      expect(await several.read(path)).toBe('all is well\n');
    expect(['plots/plots', 'there/plots', 'z.txt'].filter((path) => several.exists(path))).toEqual([]);
    expect((await several.mlo(['artifacts', 'list', ID, 'solo'])).stdout).toBe('12 B  solo/z.txt\n');
  });

  it('never overwrite what is there, unless forced, and leave other files alone', async () => {
    mkdirSync(project.path('mine'));
    writeFileSync(project.path('mine/report.txt'), 'my own\n');
    writeFileSync(project.path('mine/other'), 'stays\n');
    const refused = await project.mlo(['artifacts', 'get', ID, '-o', 'mine']);
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('would be overwritten')]);
    expect([await project.read('mine/report.txt'), project.exists('mine/model')]).toEqual(['my own\n', false]);
    await project.mlo(['artifacts', 'get', ID, '-o', 'mine', '--force']);
    expect([await project.read('mine/report.txt'), await project.read('mine/other')]).toEqual(['all is well\n', 'stays\n']);
  });

  it('are copied for the desktop, or their path is told where there is none', async () => {
    const { code, stdout } = await project.mlo(['artifacts', 'open', ID, 'report.txt'], {
      env: { DISPLAY: undefined, WAYLAND_DISPLAY: undefined },
    });
    expect(code).toBe(0);
    expect(readFileSync(stdout.trim(), 'utf8')).toBe('all is well\n');
  });

  it('are opened by the program of the desktop', async () => {
    await project.write({ 'bin/xdg-open': '#!/bin/sh\ncp "$1" "$MARK.tmp" && mv "$MARK.tmp" "$MARK"\n' });
    const env = { DISPLAY: ':0', PATH: `${project.path('bin')}:${project.env['PATH']}`, MARK: project.path('opened') };
    const { stdout } = await project.mlo(['artifacts', 'open', ID, 'report.txt', '--json'], { env });
    expect(JSON.parse(stdout)).toMatchObject({ data: { opened: true } });
    await expect.poll(() => project.exists('opened'), { timeout: 10_000 }).toBe(true);
    expect(await project.read('opened')).toBe('all is well\n');
  });

  it('with names that lead elsewhere leave nothing outside of the folder', async () => {
    for (const name of ['../out', '/tmp/mlo-absolute-artifact', 'a/../../out', '.git/hooks/post-checkout']) {
      const hostile = await projectWithArtifacts([name]);
      const { code, stderr } = await hostile.mlo(['artifacts', 'get', ID, '-o', 'all']);
      expect([code, stderr]).toEqual([2, expect.stringContaining('is not written')]);
      expect(['out', '../out', 'all', '.git', '/tmp/mlo-absolute-artifact'].filter((path) => hostile.exists(path))).toEqual([]);
      expect((await hostile.mlo(['artifacts', 'get', ID, name, '-o', 'named'])).code).toBe(0);
      expect(await hostile.read('named')).toBe('all is well\n');
    }
  });

  it('that have no place beside the others are left out and named, and all others written', async () => {
    const long = 'n'.repeat(300);
    const crowded = await projectWithArtifacts([long, 'report.txt/x', `model/deep`]);
    const { code, stdout, stderr } = await crowded.mlo(['artifacts', 'get', ID, '-o', 'all']);
    expect([code, stdout]).toEqual([3, expect.stringContaining('Wrote 5 files')]);
    for (const why of [
      `${long}: a part of its name`,
      "report.txt/x: it lies below 'report.txt', which is a file",
      'model/deep: another artifact has that place',
    ])
      expect(stderr).toContain(why);
    expect(await crowded.read('all/report.txt')).toBe('all is well\n');
    expect((await crowded.mlo(['artifacts', 'get', ID, long])).stderr).toContain('-o name');
    expect((await crowded.mlo(['artifacts', 'get', ID, long, '-o', 'short'])).code).toBe(0);
    expect(await crowded.read('short')).toBe('all is well\n');
  });

  it('are not written through a link that leads out of the folder', async () => {
    const trapped = await projectWithArtifacts(['sub/x']);
    mkdirSync(trapped.path('trap'));
    symlinkSync(trapped.home, trapped.path('trap/sub'));
    const { code, stderr } = await trapped.mlo(['artifacts', 'get', ID, '-o', 'trap', '--force']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('is no folder')]);
    expect(trapped.exists('../home/x')).toBe(false);
  });

  it('whose bytes are damaged are not written', async () => {
    const damaged = await projectWithArtifacts();
    await damaged.mlo(['verify']);
    const file = (await damaged.run('find', ['.mlo/cache', '-type', 'f', '-size', '+90k'])).stdout.trim().split('\n')[0] ?? '';
    const bytes = readFileSync(damaged.path(file));
    const at = bytes.indexOf(Buffer.alloc(50, 7));
    bytes[at + 10] = 8;
    await damaged.run('chmod', ['u+w', file]);
    writeFileSync(damaged.path(file), bytes);
    const { code, stderr } = await damaged.mlo(['artifacts', 'get', ID, 'model/weights.bin']);
    expect([code, stderr]).toEqual([12, expect.stringMatching(/MLO_OBJECT_(CORRUPT|MISSING)/)]);
    expect(damaged.exists('weights.bin')).toBe(false);
  });
});
