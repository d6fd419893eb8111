import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { openTracking } from '../../../src/tracking/open.ts';
import { createProjectHere, type TestProject } from '../../helpers/index.ts';

const PIPELINE = `stages:
  make:
    cmd: mkdir -p model && echo weights > model/w && echo '{"acc":0.5}' > metrics.json
    outs: [model]
    metrics: [metrics.json]
`;

interface Listed {
  readonly id: string;
  readonly name: string;
  readonly experiment: string;
}

async function json<T>(project: TestProject, ...args: readonly string[]): Promise<T> {
  const { stdout } = await project.mlo([...args, '--json']);
  return (JSON.parse(stdout) as { data: T }).data;
}

const runsOf = async (project: TestProject, ...args: readonly string[]) =>
  (await json<{ runs: readonly Listed[] }>(project, 'runs', 'list', ...args)).runs;

describe('the life of a run on the command line', () => {
  let project: TestProject;
  let id: string;

  beforeAll(async () => {
    project = await createProjectHere({ 'pipeline.yaml': PIPELINE, '.mlo/config.yaml': 'gc:\n  grace: 0\n' });
    expect((await project.mlo(['repro', '--experiment', 'iris'])).code).toBe(0);
    id = (await runsOf(project))[0]?.id ?? '';
  });

  it('gets tags, a note, a name', async () => {
    await project.mlo(['runs', 'tag', id, 'owner=anna', 'a=b=c']);
    await project.mlo(['runs', 'tag', id, '--remove', 'owner']);
    await project.mlo(['runs', 'note', id, '-'], { input: 'first line\nsecond \u001b[31m\n' });
    await project.mlo(['runs', 'rename', id.slice(0, 6), 'baseline']);
    const run = await json<{ name: string; tags: { [key: string]: string } }>(project, 'runs', 'show', id);
    expect([run.name, run.tags['a'], run.tags['owner'], run.tags['mlflow.note.content']]).toEqual([
      'baseline',
      'b=c',
      undefined,
      'first line\nsecond \u001b[31m',
    ]);
    expect((await project.mlo(['runs', 'note', id])).stdout).toBe('first line\nsecond \\x1b[31m\n');
    expect((await project.mlo(['runs', 'tag', id])).code).toBe(2);
    expect((await project.mlo(['runs', 'tag', id, 'novalue'])).stderr).toContain('key=value was expected');
  });

  it('goes to the experiment that a flag, a variable or the configuration names', async () => {
    expect((await runsOf(project))[0]?.experiment).toBe('iris');
    await project.mlo(['repro', '--force'], { env: { MLO_EXPERIMENT: 'from-env' } });
    await project.mlo(['config', 'set', 'tracking.experiment', 'configured']);
    await project.mlo(['repro', '--force']);
    expect((await runsOf(project)).map(({ experiment }) => experiment)).toEqual(['configured', 'from-env', 'iris']);
    expect((await runsOf(project, '--experiment', 'iris')).map(({ id: each }) => each)).toEqual([id]);
    const unknown = await project.mlo(['runs', 'list', '--experiment', 'iri']);
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining('Did you mean "iris"?')]);
    expect((await project.mlo(['repro', '--experiment', ''])).code).toBe(2);
  });

  it('keeps what it has in the cache until it is purged; then gc frees what was said', async () => {
    const own = await createProjectHere({ 'pipeline.yaml': PIPELINE, '.mlo/config.yaml': 'gc:\n  grace: 0\n  run_cache: 0\n' });
    await own.mlo(['repro']);
    await own.write({ 'pipeline.yaml': 'stages: {}\n' });
    await own.remove('pipeline.lock', 'model', 'metrics.json');
    const run = (await runsOf(own))[0]?.id ?? '';
    await own.mlo(['gc', '--force']);
    const size = async (...flags: readonly string[]) => (await json<{ size: { before: number; after: number } }>(own, 'gc', ...flags)).size;

    await own.mlo(['runs', 'delete', run]);
    const deleted = await size();
    expect(deleted.after).toBe(deleted.before);
    const plan = await json<{ done: boolean; gcFrees: number; runs: readonly unknown[] }>(own, 'runs', 'purge', run);
    expect([plan.done, plan.runs.length]).toEqual([false, 2]);
    expect(plan.gcFrees).toBeGreaterThan(0);
    expect(await runsOf(own, '--deleted')).toHaveLength(1);

    const purged = await own.mlo(['runs', 'purge', '--all-deleted', '--force']);
    expect([purged.code, purged.stdout]).toEqual([0, expect.stringContaining('Removed 2 deleted runs')]);
    expect(own.exists(`.mlo/logs/${run}`)).toBe(false);
    const predicted = await size();
    expect(predicted.before - predicted.after).toBe(plan.gcFrees);
    const freed = await size('--force');
    expect(freed).toEqual(predicted);
    const left = await size();
    expect([left.before, left.after]).toEqual([predicted.after, predicted.after]);
  });

  it('is deleted, listed as such and restored', async () => {
    const deleted = await project.mlo(['runs', 'delete', id]);
    expect(deleted.stdout).toContain('Deleted 1 run with 1 below');
    expect((await runsOf(project)).map((run) => run.id)).not.toContain(id);
    expect((await runsOf(project, '--deleted')).map((run) => run.id)).toEqual([id]);
    expect((await project.mlo(['runs', 'purge', '--older-than', '30d'])).stdout).toContain('No deleted run');
    expect((await project.mlo(['runs', 'purge'])).code).toBe(2);
    await project.mlo(['runs', 'restore', id]);
    expect((await runsOf(project)).map((run) => run.id)).toContain(id);
  });

  it('goes with all that are deleted, also where it was deleted by a clock that is ahead', async () => {
    const ahead = openTracking({ path: join(project.root, '.mlo/tracking.db'), now: () => Date.now() + 3_600_000 });
    ahead.edits.delete([id]);
    ahead.close();
    const going = async (...which: readonly string[]) => (await json<{ runs: readonly Listed[] }>(project, 'runs', 'purge', ...which)).runs;
    expect(await going('--older-than', '0d')).toEqual([]);
    expect((await going('--all-deleted')).map((run) => run.id)).toContain(id);
    expect((await project.mlo(['runs', 'restore', id])).code).toBe(0);
  });

  it('refuses to delete while it is running, but not after its process died', async () => {
    const own = await createProjectHere({ 'pipeline.yaml': 'stages:\n  wait:\n    cmd: echo ready && exec sleep 60\n    outs: [x]\n' });
    const running = own.start(['repro', '-v']);
    await running.waitFor('ready');
    const run = (await runsOf(own))[0]?.id ?? '';
    const refused = await own.mlo(['runs', 'delete', run]);
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('still running')]);
    running.child.kill('SIGKILL');
    await running.ended;
    expect((await own.mlo(['runs', 'delete', run])).code).toBe(0);
  });

  it('comes into another project by export and import, and says which bytes are not there', async () => {
    const other = await createProjectHere({ 'pipeline.yaml': 'stages: {}\n' });
    expect((await project.mlo(['runs', 'export', '--all', '-o', 'runs/'])).code).toBe(0);
    const first = await other.mlo(['runs', 'import', project.path('runs')]);
    expect([first.code, first.stdout]).toEqual([0, expect.stringMatching(/6 runs: 6 added.*\n.*whose bytes are not in this cache/)]);
    await other.mlo(['runs', 'tag', id, 'seen=yes']);
    const text = (await other.mlo(['runs', 'export', id])).stdout;
    const back = await project.mlo(['runs', 'import', '-'], { input: text });
    expect(back.stdout).toContain('2 runs: 0 added, 1 changed, 1 unchanged');
    expect((await json<{ tags: { [key: string]: string } }>(project, 'runs', 'show', id)).tags['seen']).toBe('yes');
    expect((await project.mlo(['runs', 'export', '--all', '-o', 'runs/'])).stderr).toContain('would be overwritten');
    expect((await project.mlo(['runs', 'export', '--all', '-o', 'runs/', '--force'])).code).toBe(0);
    expect((await project.mlo(['runs', 'export', id, '--json'])).code).toBe(2);
  });

  it('comes in through a slow pipe, and others write to the store meanwhile', async () => {
    const other = await createProjectHere({ 'pipeline.yaml': 'stages: {}\n' });
    const text = (await project.mlo(['runs', 'export', id])).stdout;
    await other.run('mkfifo', ['pipe']);
    const whole = other.start(['runs', 'import', 'pipe']);
    await writeFile(other.path('pipe'), text);
    expect(await whole.ended).toMatchObject({ code: 0 });

    const cutOff = other.start(['runs', 'import', 'pipe']);
    const pipe = await open(other.path('pipe'), 'w');
    const [head = '', line = ''] = text.split(/(?<=\n)/);
    // More than a pipe holds: when it is written, the run has been begun.
    await pipe.writeFile(head + line.repeat(Math.ceil(512_000 / line.length)));
    expect(await other.mlo(['runs', 'tag', id, 'meanwhile=yes'])).toMatchObject({ code: 0 });
    await pipe.close();
    expect(await cutOff.ended).toMatchObject({ code: 12, stderr: expect.stringContaining('pipe:') });
  });

  it('takes in the whole files of a folder and names the damaged one with its line', async () => {
    const other = await createProjectHere({ 'pipeline.yaml': 'stages: {}\n' });
    const folder = other.path('in');
    await project.mlo(['runs', 'export', '--all', '-o', folder]);
    const broken = join(folder, readdirSync(folder).toSorted()[0] ?? '');
    writeFileSync(broken, readFileSync(broken, 'utf8').replace('"tags"', '"tagz"'));
    const result = await other.mlo(['runs', 'import', 'in']);
    expect([result.code, result.stderr]).toEqual([
      3,
      expect.stringMatching(/in\/[0-9a-f]{32}\.jsonl:\d+: a line of the type "tagz"|must be|no JSON object/),
    ]);
    expect(await runsOf(other, '--all')).toHaveLength(5);
    writeFileSync(other.path('empty.jsonl'), '');
    expect((await other.mlo(['runs', 'import', 'empty.jsonl'])).code).toBe(12);
    expect((await other.mlo(['runs', 'import', 'nowhere'])).code).toBe(2);
  });

  it('is a row of a table, and its points are rows', async () => {
    const csv = (await project.mlo(['runs', 'export', id, '--csv'])).stdout.split('\r\n');
    expect(csv[0]?.startsWith('run_id,name,experiment,parent_run_id,stage,status,started,ended,user,git_commit,metrics.acc')).toBe(true);
    expect(csv.slice(1, 3).map((line) => line.split(',').slice(1, 3))).toEqual([
      ['baseline', 'iris'],
      ['make', 'iris'],
    ]);
    const points = (await project.mlo(['runs', 'export', id, '--csv', '--metric', 'acc'])).stdout;
    expect(points).toMatch(/^run_id,step,timestamp_ms,value\r\n[0-9a-f]{32},0,\d+,0\.5\r\n$/);
  });

  it('is refused as CSV where it is deleted, with the way back', async () => {
    expect((await project.mlo(['runs', 'delete', id])).code).toBe(0);
    for (const args of [[], ['--metric', 'acc']]) {
      const { code, stdout, stderr } = await project.mlo(['runs', 'export', id, '--csv', ...args]);
      expect([code, stdout, stderr]).toEqual([2, '', expect.stringContaining(`mlo runs restore ${id.slice(0, 8)}`)]);
    }
    expect((await project.mlo(['runs', 'restore', id])).code).toBe(0);
    expect((await project.mlo(['runs', 'export', id, '--csv'])).code).toBe(0);
  });

  it('without a single run says so and writes no database', async () => {
    const empty = await createProjectHere({ 'pipeline.yaml': 'stages: {}\n' });
    for (const args of [
      ['delete', 'aaaa'],
      ['tag', 'aaaa', 'k=v'],
      ['purge', '--all-deleted'],
    ])
      expect((await empty.mlo(['runs', ...args])).stderr).toContain('no runs yet');
    expect((await empty.mlo(['runs', 'export', '--all'])).stderr).toContain('no runs were found');
    expect((await empty.mlo(['experiments', 'list'])).stdout).toContain('Default');
    expect(empty.exists('.mlo/tracking.db')).toBe(false);
  });
});
