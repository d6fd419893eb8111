import { chmodSync, cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  createProject,
  injecting,
  LAUNCHER,
  projectAt,
  requirePeer,
  runCommand,
  temporaryFolder,
  type TestProject,
} from '../../helpers/index.ts';

let template: TestProject;

function content(index: number): string {
  return `the content of file ${index}`;
}

/** One broken entry in a pack, one damaged pack, a damaged segment and a broken loose file; the workspace has everything. */
async function prepare(): Promise<TestProject> {
  const project = await createProject({ '.mlo/config.yaml': '' });
  for (const part of ['one', 'two', 'three'])
    await project.write(
      Object.fromEntries(
        Array.from({ length: part === 'three' ? 100 : 300 }, (_, index) => [`${part}/f${index}`, `${part} ${content(index)}`]),
      ),
    );
  await project.write({ 'one/large.bin': Buffer.alloc(80_000, 'large') });
  for (const part of ['one', 'two', 'three']) expect((await project.mlo(['add', part])).code).toBe(0);
  const [first = '', second = ''] = filesIn(project, 'packs');
  flip(first, 200);
  flip(second === '' ? first : second, -30);
  flip(filesIn(project, 'journal')[0] ?? '', 300);
  flip(filesIn(project, 'objects')[0] ?? '', 300);
  expect((await project.mlo(['verify'])).code).toBe(12);
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

beforeAll(async () => {
  template = await prepare();
});

describe('kill -9 while a cache is repaired', () => {
  it.each(['rename', 'unlink', 'fdatasync', 'fsync', 'pwrite64'])(
    'at every %s leaves a cache that the next repair makes whole',
    async (call) => {
      const strace = requirePeer('strace');
      let killed = 0;
      for (let nth = 1; nth <= 40; nth += 1) {
        const root = join(await temporaryFolder('mlo-kill-repair-'), 'project');
        cpSync(template.root, root, { recursive: true, preserveTimestamps: true });
        const project = projectAt(root, template.home);
        const inject = injecting(call, `signal=SIGKILL:when=${nth}`);
        const { code } = await runCommand(strace, [...inject, process.execPath, LAUNCHER, 'verify', '--repair'], {
          cwd: root,
          env: project.env,
        });
        if (code === 0) break;
        killed += 1;
        const again = await project.mlo(['verify', '--repair']);
        expect(again.code, `${call} ${nth}: ${again.stdout}${again.stderr}`).toBe(0);
        await project.remove('one', 'two', 'three');
        expect((await project.mlo(['checkout'])).code, `${call} ${nth}`).toBe(0);
        for (const part of ['one', 'two', 'three']) expect(await project.read(`${part}/f42`)).toBe(`${part} ${content(42)}`);
      }
      expect(killed).toBeGreaterThan(0);
    },
    300_000,
  );
});
