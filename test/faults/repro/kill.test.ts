import { readdirSync, readFileSync, existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { hashBytes } from '../../../src/fs/hash.ts';
import { createProject, injecting, LAUNCHER, requirePeer, type TestProject } from '../../helpers/index.ts';
import { repro } from '../../helpers/repro-outcomes.ts';

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

let undisturbed = '';

beforeAll(async () => {
  const project = await createProject(FILES);
  const { result } = await repro(project);
  expect(result.code).toBe(0);
  undisturbed = await project.read('pipeline.lock');
});

/** Runs `mlo repro`, killed with -9 when its main thread enters `call` for the nth time; false when it came to its end. */
async function killedAt(project: TestProject, strace: string, call: string, nth: number): Promise<boolean> {
  const inject = injecting(call, `signal=SIGKILL:when=${nth}`, { threads: false });
  const { code } = await project.run(strace, [...inject, process.execPath, LAUNCHER, 'repro']);
  return code !== 0;
}

/** What must hold whatever happened before. */
async function expectRecovery(project: TestProject, where: string): Promise<void> {
  expectObjectsVerify(project.path('.mlo/cache/objects'));
  const { result } = await repro(project);
  expect(result.code, `${where}: ${result.stderr}`).toBe(0);
  expect(await project.read('pipeline.lock'), where).toBe(undisturbed);
  const runs = (await project.read('ran')).trim().split('\n');
  expect(runs.length, `${where}: only the stage that was at work runs twice (${runs.join(' ')})`).toBeLessThanOrEqual(STAGES + 1);
  const listed = JSON.parse((await project.mlo(['runs', 'list', '--json'])).stdout) as { data: { runs: { status: string }[] } };
  expect(
    listed.data.runs.filter((run) => run.status === 'RUNNING'),
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

/** One trial for each call that the undisturbed repro makes, or for some of them (`next` gives the one after); returns how many. */
async function killAlong(call: string, next: (nth: number) => number): Promise<number> {
  const strace = requirePeer('strace');
  let trials = 0;
  let nth = 1;
  let ended = false;
  const lane = async (): Promise<void> => {
    while (!ended) {
      const at = nth;
      nth = next(nth);
      const project = await createProject(FILES);
      const killed = await killedAt(project, strace, call, at);
      ended ||= !killed;
      await expectRecovery(project, `${call} ${at}`);
      trials += 1;
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return trials;
}

describe('kill -9 in the middle of a repro', () => {
  test.each(['rename', 'fsync', 'fdatasync', 'ftruncate', 'unlink', 'mkdir', 'link', 'write'])(
    'at every %s: the next repro gives the lock of an undisturbed run',
    async (call) => {
      expect(await killAlong(call, (nth) => nth + 1)).toBeGreaterThan(1);
    },
    240_000,
  );

  // About 120 calls, most of them by SQLite, whose own tests cover them: every one of the first twelve, then ever fewer, 36 in all.
  test('at pwrite64 all along: the same', async () => {
    expect(await killAlong('pwrite64', (nth) => nth + 1 + Math.floor(nth / 12))).toBeGreaterThan(5);
  }, 240_000);
});
