import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { openProject } from '../../../src/app/project.ts';
import { STREAM_BYTES } from '../../../src/fs/hash.ts';
import { openTracking } from '../../../src/tracking/open.ts';
import { newRun, runId } from '../../contract/tracking/records.ts';
import { appContext, createProject, LAUNCHER, type TestProject } from '../../helpers/index.ts';
import { mloInjected } from '../lib/points.ts';

const ID = runId('aa01');

/** Two runs; one has a small artifact, and one that is read in several pieces. */
async function projectWithRuns(): Promise<TestProject> {
  const project = await createProject({
    'pipeline.yaml': 'stages: {}\n',
    'large.bin': Buffer.alloc(2 * STREAM_BYTES + 1, 7),
    'small.txt': 'small\n',
  });
  const opened = await openProject(appContext(project.root));
  const cache = await opened.sharedCache();
  const contents = [await cache.commit(project.path('large.bin')), await cache.commit(project.path('small.txt'))] as const;
  await opened.close();
  const tracking = openTracking({ path: project.path('.mlo/tracking.db') });
  for (const run of ['aa01', 'bb01']) tracking.startRun(newRun(run));
  tracking.logArtifact(ID, 'large.bin', contents[0]);
  tracking.logArtifact(ID, 'small.txt', contents[1]);
  tracking.close();
  await project.remove('large.bin', 'small.txt');
  return project;
}

describe('Ctrl-C while it writes', () => {
  let project: TestProject;

  beforeAll(async () => {
    project = await projectWithRuns();
    await project.write({ 'here.jsonl': 'as it was\n' });
  });

  const files = (): readonly string[] => readdirSync(project.root).sort();

  it.each([
    'runs export --all -o runs',
    'runs export --all -o all.jsonl',
    'runs export --all --force -o here.jsonl',
    'runs export --all --csv -o runs.csv',
    'artifacts get aa01 large.bin',
    'artifacts get aa01 -o all',
  ])('%s leaves nothing that is not whole', async (line) => {
    const before = files();
    const args = line.split(' ');
    const { code, stderr } = await mloInjected(project.root, args, { call: 'write', nth: 1 }, 'interrupt');
    expect([code, stderr]).toEqual([130, expect.stringContaining('Interrupted')]);
    const folder = args.at(-1) as string;
    if (project.exists(folder) && !before.includes(folder)) {
      expect(readdirSync(project.path(folder))).toEqual([]);
      await project.remove(folder);
    }
    expect(files()).toEqual(before);
    expect(await project.read('here.jsonl')).toBe('as it was\n');
  });

  it('to stdout ends it at once, though nobody reads what it waits to write', async () => {
    const child = spawn(process.execPath, [LAUNCHER, 'artifacts', 'get', 'aa01', 'large.bin', '-o', '-'], {
      cwd: project.root,
      env: project.env as NodeJS.ProcessEnv,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'readable');
    child.kill('SIGINT');
    expect(await once(child, 'exit')).toEqual([130, null]);
  });
});
