import { cpSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkout } from '../../../src/app/checkout.ts';
import { verify } from '../../../src/app/verify.ts';
import {
  appContext,
  createProject,
  injecting,
  LAUNCHER,
  projectAt,
  requirePeer,
  runCommand,
  temporaryFolder,
  type CommandResult,
  type TestProject,
} from '../../helpers/index.ts';

const ENV = { MLO_GC_GRACE: '0', MLO_GC_RUN_CACHE: '0' };
const GC = ['gc', '--tags', '--no-runs', '--force'];

const PIPELINE =
  'stages:\n  s:\n    cmd: cat in.txt > out.txt && head -c 70000 /dev/zero | tr "\\\\0" "$(cat in.txt)" > large.bin\n    deps: [in.txt]\n    outs: [out.txt, large.bin]\n';

let template: TestProject;

function content(version: number, index: number): string {
  return `version ${version} of file ${index}`;
}

/** Packs of which much or all is needed by nobody, loose files, journal segments and run-cache entries; `v1` is tagged. */
async function prepare(): Promise<TestProject> {
  const project = await createProject({ '.mlo/config.yaml': '', 'pipeline.yaml': PIPELINE });
  await project.git('init', '--quiet', '--initial-branch=main');
  for (const version of [1, 2, 3]) {
    const changed = version === 3 ? 260 : 400;
    await project.write({
      ...Object.fromEntries(Array.from({ length: changed }, (_, index) => [`data/${index % 3}/f${index}`, content(version, index)])),
      'data/large.bin': Buffer.alloc(80_000, `large ${version}`),
      'in.txt': String(version),
    });
    await project.mlo(['add', 'data']);
    await project.mlo(['repro']);
    await project.git('add', '--all');
    await project.git('commit', '--quiet', `--message=version ${version}`);
    if (version === 1) await project.git('tag', 'v1');
  }
  return project;
}

async function copyOfTemplate(): Promise<TestProject> {
  const top = await temporaryFolder('mlo-kill-gc-');
  const root = join(top, 'project');
  cpSync(template.root, root, { recursive: true, preserveTimestamps: true });
  return projectAt(root, template.home);
}

async function injected(project: TestProject, call: string, inject: string): Promise<CommandResult> {
  const strace = requirePeer('strace');
  return await runCommand(strace, [...injecting(call, inject), process.execPath, LAUNCHER, ...GC], {
    cwd: project.root,
    env: { ...project.env, ...ENV },
  });
}

/** Everything that workspace and tag need is there with the right bytes. Asked in this process: six commands for each kill would take most of the time. */
async function expectWhole(project: TestProject, where: string): Promise<void> {
  const { ok, damages, objects, files } = await verify(appContext(project.root, project.env), { quick: false, repair: false });
  expect({ ok, damages, objects, files }, where).toEqual({ ok: true, damages: [], objects: [], files: [] });
  await project.remove('data');
  await expectCheckout(project, { targets: ['data'], rev: 'v1' }, where);
  for (const index of [0, 259, 260, 399]) expect(await project.read(`data/${index % 3}/f${index}`), where).toBe(content(1, index));
  await project.remove('data');
  await expectCheckout(project, { targets: [] }, where);
  for (const index of [0, 259, 260, 399])
    expect(await project.read(`data/${index % 3}/f${index}`), where).toBe(content(index < 260 ? 3 : 2, index));
}

async function expectCheckout(project: TestProject, what: { targets: readonly string[]; rev?: string }, where: string): Promise<void> {
  const { targets } = await checkout(appContext(project.root, project.env), { ...what, force: true });
  expect(targets.length, where).toBeGreaterThan(0);
  expect(
    targets.filter(({ change }) => change === 'failed'),
    where,
  ).toEqual([]);
}

function filesIn(project: TestProject): readonly string[] {
  return readdirSync(project.path('.mlo/cache'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('leases'))
    .map((entry) => entry.name)
    .sort();
}

beforeAll(async () => {
  template = await prepare();
});

describe('kill -9 while the cache is cleaned up', () => {
  it.each([
    ['rename', 1],
    ['unlink', 1],
    ['fdatasync', 1],
    ['fsync', 1],
    ['pwrite64', 3],
  ])(
    'at every %s loses nothing that is needed, and the next gc ends the work',
    async (call, step) => {
      const undisturbed = await copyOfTemplate();
      expect((await undisturbed.mlo(GC, { env: ENV })).code).toBe(0);
      const expected = filesIn(undisturbed).length;
      let killed = 0;
      for (let nth = 1; nth <= 60; nth += step) {
        const project = await copyOfTemplate();
        const result = await injected(project, call, `signal=SIGKILL:when=${nth}`);
        if (result.code === 0) break;
        killed += 1;
        const where = `${call} ${nth}`;
        await expectWhole(project, where);
        const again = await project.mlo(GC, { env: ENV });
        expect(again.code, `${where}: ${again.stderr}`).toBe(0);
        await expectWhole(project, `${where}, and once more`);
        expect(
          filesIn(project).filter((name) => !name.startsWith('.mlo-tmp-') && name !== 'gc.lock' && name !== 'merge.lock').length,
          where,
        ).toBeLessThanOrEqual(expected + 2);
      }
      expect(killed).toBeGreaterThan(0);
    },
    300_000,
  );
});

describe('a system that refuses while the cache is cleaned up', () => {
  it.each([
    ['pwrite64', 'EIO', 2],
    ['rename', 'EACCES', 1],
    ['unlink', 'EACCES', 3],
    ['fdatasync', 'EIO', 1],
  ])('%s with %s is an error, and nothing is lost', async (call, error, nth) => {
    const project = await copyOfTemplate();
    const result = await injected(project, call, `error=${error}:when=${nth}+`);
    expect(result.code, result.stdout).not.toBe(0);
    await expectWhole(project, `${call} ${error}`);
    expect((await project.mlo(GC, { env: ENV })).code).toBe(0);
    await expectWhole(project, `${call} ${error}, and once more`);
  });

  it.each([
    ['pwrite64', 'ENOSPC'],
    ['pwrite64', 'EDQUOT'],
    ['fdatasync', 'ENOSPC'],
  ])('%s with %s leaves what would need room, says so, and all else is done', async (call, error) => {
    const project = await copyOfTemplate();
    const result = await injected(project, call, `error=${error}:when=1+`);
    expect([result.code, result.stderr]).toEqual([3, expect.stringMatching(/too full to write .*anew/)]);
    await expectWhole(project, `${call} ${error}`);
    const again = await project.mlo(GC, { env: ENV });
    expect([again.code, again.stderr]).toEqual([0, expect.not.stringMatching(/too full/)]);
    await expectWhole(project, `${call} ${error}, and once more`);
  });
});
