import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect } from 'vitest';
import { repro } from '../../../src/app/repro.ts';
import { runsList } from '../../../src/app/runs-list.ts';
import type { ReproOptions } from '../../../src/app/types.ts';
import { hashBytes } from '../../../src/fs/hash.ts';
import { appContext, projectAt, type TestProject } from '../../helpers/index.ts';
import { faults, scratchFolder } from '../lib/index.ts';
import { injected, type Call } from '../lib/inject.ts';

const FILES = {
  'pipeline.yaml': `stages:
  files: {cmd: 'cp in small.out && cp big large.out; echo files >> ran', deps: [in, big], outs: [small.out, large.out]}
  tree: {cmd: 'mkdir -p tree/sub && cp small.out large.out tree/sub; echo tree >> ran', deps: [small.out, large.out], params: [p], outs: [tree]}
  metric: {cmd: 'echo 1 > metric.json; echo metric >> ran', deps: [tree], metrics: [metric.json: {cache: false}]}
`,
  'params.yaml': 'p: 1\n',
  in: 'input\n',
  big: '0123456789abcdef\n'.repeat(12_000),
};
const STAGES = 3;
/** As the command line has it without a flag. */
const EVERYTHING: ReproOptions = {
  targets: [],
  glob: false,
  force: false,
  singleItem: false,
  downstream: false,
  forceDownstream: false,
  allowMissing: false,
  ignoreErrors: false,
  keepGoing: false,
  dry: false,
  jobs: 1,
  commit: true,
  runCache: true,
  strict: false,
  set: [],
};

let undisturbed = '';

/** In memory where there is room: a hundred commands, each with its syncs, need not wait for the disk. */
async function makeProject(): Promise<TestProject> {
  const project = projectAt(scratchFolder('mlo-kill-repro-'), scratchFolder('mlo-home-'));
  await project.write(FILES);
  return project;
}

beforeAll(async () => {
  const project = await makeProject();
  expect((await project.mlo(['repro'])).code).toBe(0);
  undisturbed = await project.read('pipeline.lock');
});

/** Runs `mlo repro`, killed with -9 when it makes `call` for the nth time; false when it came to its end. */
async function killedAt(project: TestProject, call: Call, nth: number): Promise<boolean> {
  const { code } = await project.mlo(['repro'], { env: injected({ call, nth }, 'kill') });
  return code !== 0;
}

/** What must hold whatever happened before. Asked in this process: two commands for each kill would take most of the time. */
async function expectRecovery(project: TestProject, where: string): Promise<void> {
  expectObjectsVerify(project.path('.mlo/cache/objects'));
  const ctx = appContext(project.root, project.env);
  const { ok, stages } = await repro(ctx, EVERYTHING);
  expect(ok, `${where}: ${JSON.stringify(stages)}`).toBe(true);
  expect(await project.read('pipeline.lock'), where).toBe(undisturbed);
  const runs = (await project.read('ran')).trim().split('\n');
  expect(runs.length, `${where}: only the stage that was at work runs twice (${runs.join(' ')})`).toBeLessThanOrEqual(STAGES + 1);
  const listed = await runsList(ctx, {});
  expect(listed.runs.length, where).toBeGreaterThan(0);
  expect(
    listed.runs.filter((run) => run.status === 'RUNNING'),
    where,
  ).toEqual([]);
}

function expectObjectsVerify(folder: string): void {
  if (!existsSync(folder)) return;
  for (const prefix of readdirSync(folder)) {
    const inside = join(folder, prefix);
    if (!statSync(inside).isDirectory() || prefix.length !== 2) continue;
    for (const rest of readdirSync(inside))
      if (/^[0-9a-f]{62}$/.test(rest)) expect(hashBytes(readFileSync(join(inside, rest)))).toBe(prefix + rest);
  }
}

/** Trials do not touch each other: two at a time are faster than one after the other. */
const LANES = 2;

/** One trial for each call that the undisturbed repro makes, or for some of them (`next` gives the one after); returns how many were killed. */
export async function killAlong(call: Call, next: (nth: number) => number): Promise<number> {
  let kills = 0;
  let nth = 1;
  let ended = false;
  const lane = async (): Promise<void> => {
    while (!ended) {
      const at = nth;
      nth = next(nth);
      const project = await makeProject();
      const killed = await killedAt(project, call, at);
      ended ||= !killed;
      await expectRecovery(project, `${call} ${at}`);
      rmSync(project.root, { recursive: true });
      kills += killed ? 1 : 0;
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  faults('kill -9: repro', kills);
  return kills;
}
