import { readdirSync, readFileSync, existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect } from 'vitest';
import { repro } from '../../../src/app/repro.ts';
import { runsList } from '../../../src/app/runs-list.ts';
import type { ReproOptions } from '../../../src/app/types.ts';
import { hashBytes } from '../../../src/fs/hash.ts';
import { appContext, createProject, type TestProject } from '../../helpers/index.ts';
import { faults } from '../lib/index.ts';
import { injected, type Call } from '../lib/inject.ts';

const FILES = {
  'pipeline.yaml': `stages:
  small: {cmd: 'cat in > small.out; echo small >> ran', deps: [in], outs: [small.out]}
  large: {cmd: 'yes 0123456789abcdef | head -c 200000 > large.out; echo large >> ran', deps: [small.out], outs: [large.out]}
  tree: {cmd: 'mkdir -p tree/sub && cp small.out tree/sub/a && cp large.out tree/b; echo tree >> ran', deps: [large.out], params: [p], outs: [tree]}
  metric: {cmd: 'echo 1 > metric.json; echo metric >> ran', deps: [tree], metrics: [metric.json: {cache: false}]}
`,
  'params.yaml': 'p: 1\n',
  in: 'input\n',
};
const STAGES = 4;
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

beforeAll(async () => {
  const project = await createProject(FILES);
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
      const project = await createProject(FILES);
      const killed = await killedAt(project, call, at);
      ended ||= !killed;
      await expectRecovery(project, `${call} ${at}`);
      kills += killed ? 1 : 0;
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  faults('kill -9: repro', kills);
  return kills;
}
