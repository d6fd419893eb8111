import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectAt, temporaryFolder, type TestProject } from '../../helpers/index.ts';
import { mloHere } from '../../helpers/mlo-here.ts';

const ROUNDS = 3;
const ENV = { MLO_GC_GRACE: '0' };

async function projectOfCache(top: string, number: number): Promise<TestProject> {
  const root = join(top, `project-${number}`);
  mkdirSync(root);
  const project = projectAt(root, top);
  await project.write({ '.mlo/config.yaml': `cache:\n  dir: ${join(top, 'cache')}\n` });
  return project;
}

function files(number: number, round: number): { readonly [path: string]: string | Buffer } {
  return {
    ...Object.fromEntries(
      Array.from({ length: 300 }, (_, index) => [`data/f${index}`, `${index % 2 === 0 ? 'shared' : number} ${round} ${index}`]),
    ),
    'data/large.bin': Buffer.alloc(70_000, `${number} ${round}`),
  };
}

async function succeeds(project: TestProject, ...args: readonly string[]): Promise<void> {
  const result = await project.mlo([...args, '--wait=120s'], { env: ENV, timeoutMs: 200_000 });
  expect(result.code, `${args.join(' ')}: ${result.stderr}`).toBe(0);
}

/** Adds, cleans up and checks out, while others do the same. */
async function work(project: TestProject, number: number): Promise<void> {
  for (let round = 1; round <= ROUNDS; round += 1) {
    await project.write(files(number, round));
    await succeeds(project, 'add', 'data');
    await succeeds(project, 'gc', '--force');
    await project.remove('data');
    await succeeds(project, 'checkout');
    for (const [path, content] of Object.entries(files(number, round)).slice(-3)) expect(await project.read(path)).toBe(String(content));
  }
}

describe('gc, add and checkout in one cache', () => {
  it.each([2, 8])(
    'by %d processes at once leave everything that is needed',
    async (count) => {
      const top = await temporaryFolder('mlo-gc-together-');
      const projects = await Promise.all(Array.from({ length: count }, (_, number) => projectOfCache(top, number)));
      await Promise.all(projects.map(work));
      for (const project of projects) expect(await mloHere(project, ['verify'])).toMatchObject({ code: 0, data: { ok: true } });
    },
    300_000,
  );
});
