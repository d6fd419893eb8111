import { existsSync, mkdirSync, readdirSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { createProject, createProjectHere, startCommand, temporaryFolder, type TestProject } from '../../helpers/index.ts';

const WORKER = fileURLToPath(new URL('access-worker.ts', import.meta.url));

/** Projects that keep their objects in one folder. */
async function sharing(count: number): Promise<{ readonly cacheDir: string; readonly projects: readonly TestProject[] }> {
  const cacheDir = join(await temporaryFolder(), 'cache');
  const projects = await Promise.all(
    Array.from({ length: count }, (_, index) =>
      createProject({ '.mlo/config.yaml': `cache.dir: ${cacheDir}\n`, 'data/same': 'in all', 'data/own': `project ${index}` }),
    ),
  );
  return { cacheDir, projects };
}

describe('one cache for several projects', () => {
  test('eight commands of four projects at once: every one succeeds, and everything can be checked out', async () => {
    const { cacheDir, projects } = await sharing(4);
    for (const project of projects) await project.write({ big: 'x'.repeat(200_000), more: 'y'.repeat(100_000) });
    const both = projects.flatMap((project) => [project.mlo(['add', 'data', 'big']), project.mlo(['add', 'more', '--wait'])]);
    for (const added of await Promise.all(both)) expect([0, 11]).toContain(added.code);
    for (const [index, project] of projects.entries()) {
      await project.mlo(['add', 'data', 'big', 'more']);
      await project.remove('data', 'big', 'more');
      expect((await project.mlo(['checkout'])).code).toBe(0);
      expect(await project.read('data/own')).toBe(`project ${index}`);
    }
    expect([readdirSync(join(cacheDir, 'projects')).length, readdirSync(join(cacheDir, 'leases'))]).toEqual([4, []]);
  });

  test('while somebody deletes, commands that write wait or name who it is; those that read do neither', async () => {
    const { cacheDir, projects } = await sharing(1);
    const [project] = projects as [TestProject];
    await project.mlo(['add', 'data']);
    const deleter = startCommand(process.execPath, [WORKER, 'hold-lock', cacheDir], { cwd: '/', env: process.env });
    await deleter.waitFor('held');
    await project.write({ 'data/own': 'edited' });
    const refused = await project.mlo(['add', 'data', '--json']);
    expect([refused.code, refused.json().error]).toMatchObject([
      11,
      { code: 'MLO_LOCKED', details: { pid: deleter.child.pid, command: 'mlo hold-lock' } },
    ]);
    expect((await project.mlo(['status'])).code).toBe(0);
    const waiting = project.start(['add', 'data', '--wait=60s']);
    deleter.signalGroup('SIGKILL');
    await deleter.ended;
    expect((await waiting.ended).code).toBe(0);
    expect(existsSync(project.path('.mlo/lock'))).toBe(false);
  });
});

describe('a link in place of .mlo/cache', () => {
  test.each(['a folder of nobody', 'the cache of another project'])('gc asks all projects whose links lead to %s', async (leadsTo) => {
    const [one, two, three] = [await linked('one'), await linked('two'), await linked('three')];
    const isOwned = leadsTo !== 'a folder of nobody';
    const cacheDir = isOwned ? three.path('.mlo/cache') : join(await temporaryFolder(), 'cache');
    mkdirSync(cacheDir, { recursive: true });
    for (const project of isOwned ? [one, two] : [one, two, three]) symlinkSync(cacheDir, project.path('.mlo/cache'));
    for (const project of [one, two, three]) expect((await project.mlo(['add', 'data'])).code).toBe(0);
    expect(readdirSync(join(cacheDir, 'projects')).length).toBe(isOwned ? 2 : 3);
    for (const project of [one, three]) {
      const { code, json } = await project.mlo(['gc', '--force', '--json'], { env: { MLO_GC_GRACE: '0' } });
      expect([code, json().data.projects.map(({ state }: { state: string }) => state)]).toEqual([0, ['asked', 'asked']]);
    }
    await two.remove('data');
    expect((await two.mlo(['checkout'])).code).toBe(0);
    expect(await two.read('data')).toBe('two');
  });

  test('one that was left out by the names of its folders is known after its next command', async () => {
    const [one, two] = [await linked('one'), await linked('two')];
    const cacheDir = join(await temporaryFolder(), 'cache');
    mkdirSync(cacheDir);
    for (const project of [one, two]) {
      symlinkSync(cacheDir, project.path('.mlo/cache'));
      await project.mlo(['add', 'data']);
    }
    rmSync(join(cacheDir, 'projects'), { recursive: true });
    expect((await two.mlo(['checkout'])).code).toBe(0);
    const { json } = await one.mlo(['gc', '--force', '--json'], { env: { MLO_GC_GRACE: '0' } });
    expect(json().data.projects).toMatchObject([{ root: realpathSync(two.root), state: 'asked' }]);
  });
});

async function linked(data: string): Promise<TestProject> {
  return await createProjectHere({ '.mlo/config.yaml': '', data });
}
