import { chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkout } from '../../../src/app/checkout.ts';
import { verify } from '../../../src/app/verify.ts';
import { appContext, createProject, projectAt, type TestProject } from '../../helpers/index.ts';
import { mloHere } from '../../helpers/mlo-here.ts';
import { faults, scratchCopy } from '../lib/index.ts';
import { counted, injected, type Call } from '../lib/inject.ts';

let template: TestProject;
/** How often a repair that nobody disturbs makes each call. */
let calls: ReadonlyMap<Call, number>;

function content(index: number): string {
  return `the content of file ${index}`;
}

/** One broken entry in a pack, one damaged pack, a damaged segment and a broken loose file; the workspace has everything. */
async function prepare(): Promise<TestProject> {
  const project = await createProject({ '.mlo/config.yaml': '' });
  for (const part of ['one', 'two', 'three'])
    await project.write(
      Object.fromEntries(
        Array.from({ length: part === 'three' ? 50 : 290 }, (_, index) => [`${part}/f${index}`, `${part} ${content(index)}`]),
      ),
    );
  await project.write({ 'one/large.bin': Buffer.alloc(80_000, 'large') });
  for (const part of ['one', 'two', 'three']) expect((await mloHere(project, ['add', part])).code).toBe(0);
  const [first = '', second = ''] = filesIn(project, 'packs');
  flip(first, 200);
  flip(second === '' ? first : second, -30);
  flip(filesIn(project, 'journal')[0] ?? '', 300);
  flip(filesIn(project, 'objects')[0] ?? '', 300);
  expect((await mloHere(project, ['verify'])).code).toBe(12);
  return project;
}

function filesIn(project: TestProject, folder: string): readonly string[] {
  return readdirSync(project.path('.mlo/cache', folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'index')
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

function flip(path: string, at: number): void {
  const bytes = readFileSync(path);
  const place = at < 0 ? bytes.length + at : at;
  bytes[place] = (bytes[place] ?? 0) ^ 1;
  chmodSync(path, 0o644);
  writeFileSync(path, bytes);
}

function copyOfTemplate(): TestProject {
  return projectAt(scratchCopy(template.root, 'mlo-kill-repair-'), template.home);
}

beforeAll(async () => {
  template = await prepare();
  const { env, read } = counted();
  expect((await copyOfTemplate().mlo(['verify', '--repair'], { env })).code).toBe(0);
  calls = read();
});

describe('kill -9 while a cache is repaired', () => {
  it.each(['rename', 'unlink', 'fdatasync', 'fsync', 'pwrite64'] as const)(
    'at every %s leaves a cache that the next repair makes whole',
    async (call) => {
      let killed = 0;
      for (let nth = 1; nth <= Math.min(40, calls.get(call) ?? 0); nth += 1) {
        const project = copyOfTemplate();
        const { code } = await project.mlo(['verify', '--repair'], { env: injected({ call, nth }, 'kill') });
        if (code === 0) break;
        killed += 1;
        // In this process: two more commands for each kill would take most of the time.
        const ctx = appContext(project.root, project.env);
        const again = await verify(ctx, { quick: false, repair: true });
        expect(again.ok, `${call} ${nth}: ${JSON.stringify(again)}`).toBe(true);
        await project.remove('one', 'two', 'three');
        const { targets } = await checkout(ctx, { targets: [], force: false });
        expect(
          targets.map(({ change }) => change),
          `${call} ${nth}`,
        ).toEqual(['added', 'added', 'added']);
        for (const part of ['one', 'two', 'three']) expect(await project.read(`${part}/f42`)).toBe(`${part} ${content(42)}`);
        rmSync(project.root, { recursive: true });
      }
      expect(killed).toBeGreaterThan(0);
      faults('kill -9: verify --repair', killed);
    },
    300_000,
  );
});
