import { readdirSync, rmSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkout } from '../../../src/app/checkout.ts';
import { gc } from '../../../src/app/gc.ts';
import { verify } from '../../../src/app/verify.ts';
import { appContext, createProject, projectAt, type CommandResult, type TestProject } from '../../helpers/index.ts';
import { mloHere } from '../../helpers/mlo-here.ts';
import { faults, scratchCopy } from '../lib/index.ts';
import { counted, injected as injection, type Call, type Fault, type Point } from '../lib/inject.ts';

const ENV = { MLO_GC_GRACE: '0', MLO_GC_RUN_CACHE: '0' };
const GC = ['gc', '--tags', '--no-runs', '--force'];
/** The same. */
const SCOPES = { branches: false, tags: true, commits: 0, allCommits: false, runs: false, ignoreProjects: [], force: true };

const PIPELINE =
  'stages:\n  s:\n    cmd: cat in.txt > out.txt && head -c 70000 /dev/zero | tr "\\\\0" "$(cat in.txt)" > large.bin\n    deps: [in.txt]\n    outs: [out.txt, large.bin]\n';

/** In the first two versions of the data, and changed in the third: so many that some of each are in a pack. */
const FILES = 290;
const FILES_LATER = 262;
const LOOKED_AT = [0, FILES_LATER - 1, FILES_LATER, FILES - 1];

let template: TestProject;
/** What a gc that nobody disturbs leaves, and how often it makes each call. */
let expectedFiles = 0;
let calls: ReadonlyMap<Call, number>;

function content(version: number, index: number): string {
  return `version ${version} of file ${index}`;
}

/** Packs of which much or all is needed by nobody, loose files, journal segments and run-cache entries; `v1` is tagged. */
async function prepare(): Promise<TestProject> {
  const project = await createProject({ '.mlo/config.yaml': '', 'pipeline.yaml': PIPELINE });
  await project.git('init', '--quiet', '--initial-branch=main');
  for (const version of [1, 2, 3]) {
    const changed = version === 3 ? FILES_LATER : FILES;
    await project.write({
      ...Object.fromEntries(Array.from({ length: changed }, (_, index) => [`data/${index % 3}/f${index}`, content(version, index)])),
      'data/large.bin': Buffer.alloc(80_000, `large ${version}`),
      'in.txt': String(version),
    });
    for (const args of [['add', 'data'], ['repro']]) expect((await mloHere(project, args)).code).toBe(0);
    await project.git('add', '--all');
    await project.git('commit', '--quiet', `--message=version ${version}`);
    if (version === 1) await project.git('tag', 'v1');
  }
  return project;
}

function copyOfTemplate(): TestProject {
  return projectAt(scratchCopy(template.root, 'mlo-kill-gc-'), template.home);
}

async function injected(project: TestProject, point: Point, fault: Fault): Promise<CommandResult> {
  return await project.mlo(GC, { env: { ...ENV, ...injection(point, fault) } });
}

/** Everything that workspace and tag need is there with the right bytes. Asked in this process: six commands for each kill would take most of the time. */
async function expectWhole(project: TestProject, where: string): Promise<void> {
  const { ok, damages, objects, files } = await verify(appContext(project.root, project.env), { quick: false, repair: false });
  expect({ ok, damages, objects, files }, where).toEqual({ ok: true, damages: [], objects: [], files: [] });
  await project.remove('data');
  await expectCheckout(project, { targets: ['data'], rev: 'v1' }, where);
  for (const index of LOOKED_AT) expect(await project.read(`data/${index % 3}/f${index}`), where).toBe(content(1, index));
  await project.remove('data');
  await expectCheckout(project, { targets: [] }, where);
  for (const index of LOOKED_AT)
    expect(await project.read(`data/${index % 3}/f${index}`), where).toBe(content(index < FILES_LATER ? 3 : 2, index));
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
  const undisturbed = copyOfTemplate();
  const { env, read } = counted();
  expect((await undisturbed.mlo(GC, { env: { ...ENV, ...env } })).code).toBe(0);
  expectedFiles = filesIn(undisturbed).length;
  calls = read();
});

describe('kill -9 while the cache is cleaned up', () => {
  it.each([
    ['rename', 1],
    ['unlink', 1],
    ['fdatasync', 1],
    ['fsync', 1],
    ['pwrite64', 3],
  ] as const)(
    'at every %s loses nothing that is needed, and the next gc ends the work',
    async (call, step) => {
      let killed = 0;
      for (let nth = 1; nth <= Math.min(60, calls.get(call) ?? 0); nth += step) {
        const project = copyOfTemplate();
        const result = await injected(project, { call, nth }, 'kill');
        if (result.code === 0) break;
        killed += 1;
        const where = `${call} ${nth}`;
        await expectWhole(project, where);
        const again = await gc(appContext(project.root, { ...project.env, ...ENV }), SCOPES);
        expect([again.done, again.unfinished], where).toEqual([true, undefined]);
        await expectWhole(project, `${where}, and once more`);
        expect(
          filesIn(project).filter((name) => !name.startsWith('.mlo-tmp-') && name !== 'gc.lock' && name !== 'merge.lock').length,
          where,
        ).toBeLessThanOrEqual(expectedFiles + 2);
        rmSync(project.root, { recursive: true });
      }
      expect(killed).toBeGreaterThan(0);
      faults(`kill -9: gc of a project with tags`, killed);
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
  ] as const)('%s with %s is an error, and nothing is lost', async (call, error, nth) => {
    const project = copyOfTemplate();
    const result = await injected(project, { call, nth, onwards: true }, error);
    expect(result.code, result.stdout).not.toBe(0);
    await expectWhole(project, `${call} ${error}`);
    expect((await mloHere({ root: project.root, env: { ...project.env, ...ENV } }, GC)).code).toBe(0);
    await expectWhole(project, `${call} ${error}, and once more`);
  });

  it.each([
    ['pwrite64', 'ENOSPC'],
    ['pwrite64', 'EDQUOT'],
    ['fdatasync', 'ENOSPC'],
  ] as const)('%s with %s leaves what would need room, says so, and all else is done', async (call, error) => {
    const project = copyOfTemplate();
    const result = await injected(project, { call, nth: 1, onwards: true }, error);
    expect([result.code, result.stderr]).toEqual([3, expect.stringMatching(/too full to write .*anew/)]);
    await expectWhole(project, `${call} ${error}`);
    const again = await project.mlo(GC, { env: ENV });
    expect([again.code, again.stderr]).toEqual([0, expect.not.stringMatching(/too full/)]);
    await expectWhole(project, `${call} ${error}, and once more`);
  });
});
