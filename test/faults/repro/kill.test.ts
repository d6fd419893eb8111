import { readdirSync, readFileSync, existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { hashBytes } from '../../../src/fs/hash.ts';
import { createProject, LAUNCHER, requirePeer, type TestProject } from '../../helpers/index.ts';
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
  const inject = ['-qq', '-o', '/dev/null', '-e', `trace=${call}`, '-e', `inject=${call}:signal=SIGKILL:when=${nth}`];
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

describe('kill -9 in the middle of a repro', () => {
  test.each(['rename', 'fsync', 'ftruncate', 'unlink', 'mkdir'])(
    'at every %s: the next repro gives the lock of an undisturbed run',
    async (call) => {
      const strace = requirePeer('strace');
      let trials = 0;
      for (let nth = 1; nth <= 60; nth += 1) {
        const project = await createProject(FILES);
        const killed = await killedAt(project, strace, call, nth);
        await expectRecovery(project, `${call} ${nth}`);
        trials += 1;
        if (!killed) break;
      }
      expect(trials).toBeGreaterThan(1);
    },
    240_000,
  );

  test.each(['pwrite64', 'fdatasync', 'link'])(
    'at %s all along: the same',
    async (call) => {
      const strace = requirePeer('strace');
      let trials = 0;
      for (let nth = 1; nth <= 130; nth += 1 + Math.floor(nth / 4)) {
        const project = await createProject(FILES);
        const killed = await killedAt(project, strace, call, nth);
        await expectRecovery(project, `${call} ${nth}`);
        trials += 1;
        if (!killed) break;
      }
      expect(trials).toBeGreaterThan(1);
    },
    240_000,
  );

  test('at writes all along: the next repro gives the lock of an undisturbed run', async () => {
    const strace = requirePeer('strace');
    let trials = 0;
    for (let nth = 1; nth <= 400; nth += 1 + Math.floor(nth / 8)) {
      const project = await createProject(FILES);
      const killed = await killedAt(project, strace, 'write', nth);
      await expectRecovery(project, `write ${nth}`);
      trials += 1;
      if (!killed) break;
    }
    expect(trials).toBeGreaterThan(5);
  }, 240_000);
});
