import { describe, expect, it } from 'vitest';
import { openTracking } from '../../../src/tracking/open.ts';
import { newRun, point, runId } from '../../contract/tracking/records.ts';
import { createProjectHere, type TestProject } from '../../helpers/index.ts';

/** Four runs of which three have a metric; the second is the run of a stage below the first. */
async function projectWithRuns(): Promise<TestProject> {
  const project = await createProjectHere({ 'pipeline.yaml': 'stages: {}\n' });
  const tracking = openTracking({ path: project.path('.mlo/tracking.db') });
  const start = (id: string, startedMs: number, accuracy: number | undefined, more: Parameters<typeof newRun>[1]): void => {
    tracking.startRun(newRun(id, { startedMs, ...more }));
    if (accuracy !== undefined) tracking.logMetrics(runId(id), [point('accuracy', accuracy / 2, 0), point('accuracy', accuracy, 1)]);
    tracking.finishRun(runId(id), { status: 'FINISHED', endedMs: startedMs + 90_000 });
  };
  start('aa01', 1_000, undefined, { params: { lr: 0.1, epochs: 5 } });
  start('aa02', 2_000, 0.8, { parentId: runId('aa01'), stage: 'train', params: { lr: 0.1, epochs: 5 } });
  start('aa03', 3_000, 0.95, { stage: 'train', params: { lr: 0.01, epochs: 5 } });
  start('aa04', 4_000, 0.9, { stage: 'test', params: { lr: 'auto', epochs: 5 } });
  tracking.close();
  return project;
}

describe('mlo runs search', () => {
  it('shows the runs of stages too, best first, with what filter and order name, the best value marked', async () => {
    const project = await projectWithRuns();
    const { stdout, code } = await project.mlo([
      'runs',
      'search',
      'params.lr IS NOT NULL',
      '--order-by',
      'metrics.accuracy DESC',
      '--columns',
      'duration',
    ]);
    expect(code).toBe(0);
    expect(
      stdout.split('\n').map((line) => line.replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, '<time>').replaceAll(/ {2,}/g, ' | ')),
    ).toEqual([
      'Run | Name | Status | Started | metrics.accuracy | params.lr | duration',
      'aa030000 | aa03 | ✓ FINISHED | <time> | * 0.95 | 0.01 | 1 min 30 s',
      'aa040000 | aa04 | ✓ FINISHED | <time> | 0.9 | auto | 1 min 30 s',
      'aa020000 | aa02 | ✓ FINISHED | <time> | 0.8 | 0.1 | 1 min 30 s',
      'aa010000 | aa01 | ✓ FINISHED | <time> | 0.1 | 1 min 30 s',
      '',
    ]);
  });

  it('shows what is readable where lines may be of any length, says what has no place, and all of it with --wide', async () => {
    const project = await createProjectHere({ 'pipeline.yaml': 'stages: {}\n' });
    const tracking = openTracking({ path: project.path('.mlo/tracking.db') });
    for (const [each, id] of ['aa01', 'aa02'].entries()) {
      const params = Object.fromEntries(['a', 'b', 'c', 'd', 'e'].map((name) => [name.repeat(30), `${name.repeat(50)} ${each}`]));
      tracking.startRun(newRun(id, { params, name: `${'n'.repeat(50)}${each}` }));
    }
    tracking.close();
    const plain = await project.mlo(['runs', 'search']);
    expect(Math.max(...plain.stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(160);
    expect(plain.stderr).toMatch(/^hint: no place for .*params\.e+: --wide, --columns or --json$/m);
    const wide = await project.mlo(['runs', 'search', '--wide']);
    expect(wide.stdout.split('\n')[0]).toMatch(/params\.a+ +params\.b+ +params\.c+ +params\.d+ +params\.e+$/);
    expect(wide.stdout).toContain(`${'e'.repeat(50)} 1`);
    expect(wide.stderr).toBe('');
  });

  it('keeps the columns that were asked for where no run has them, and cuts long values of output that is no terminal', async () => {
    const project = await projectWithRuns();
    const tracking = openTracking({ path: project.path('.mlo/tracking.db') });
    tracking.startRun(newRun('aa05', { startedMs: 9_000, name: 'n'.repeat(400), params: { text: 'x'.repeat(6_000) } }));
    tracking.close();
    const { stdout } = await project.mlo(['runs', 'search', '--columns', 'metrics.nope, git.commit, params.text']);
    expect(stdout.split('\n')[0]).toMatch(/Started +metrics\.nope +git\.commit +params\.text$/);
    expect(stdout).toContain(`${'x'.repeat(59)}…\n`);
    for (const args of [['search'], ['list'], ['compare']]) {
      const lines = (await project.mlo(['runs', ...args])).stdout.split('\n');
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(250);
    }
  });

  it('says where the runs are when all are deleted', async () => {
    const project = await projectWithRuns();
    for (const id of ['aa01', 'aa03', 'aa04']) expect((await project.mlo(['runs', 'delete', id.padEnd(32, '0')])).code).toBe(0);
    for (const verb of ['list', 'search']) expect((await project.mlo(['runs', verb])).stderr).toContain('mlo runs list --deleted');
  });

  it('without a filter shows every run, newest first, with what differs between them', async () => {
    const project = await projectWithRuns();
    const { stdout } = await project.mlo(['runs', 'search']);
    const [head, ...rows] = stdout.trim().split('\n');
    expect(head).toMatch(/metrics\.accuracy +params\.lr$/);
    expect(rows.map((row) => row.slice(0, 4))).toEqual(['aa04', 'aa03', 'aa02', 'aa01']);
    expect((await project.mlo(['runs', 'search', '--top-level'])).stdout).not.toContain('aa02');
  });

  it('goes on where a page ended by the command that its hint names; --all gives everything', async () => {
    const project = await projectWithRuns();
    const first = await project.mlo(['runs', 'search', "stage LIKE '%t%'", '-n', '2']);
    const [, token = ''] = /--page-token ([\w-]+)/.exec(first.stderr) ?? [];
    expect(first.stderr).toContain(`mlo runs search 'stage LIKE '\\''%t%'\\''' -n 2 --page-token ${token}`);
    const second = await project.mlo(['runs', 'search', "stage LIKE '%t%'", '-n', '2', '--page-token', token, '--json']);
    const { data } = JSON.parse(second.stdout) as { data: { runs: { name: string }[]; nextPageToken?: string } };
    expect(data.runs.map((run) => run.name)).toEqual(['aa02']);
    expect(data.nextPageToken).toBeUndefined();
    expect((await project.mlo(['runs', 'search', '--all'])).stdout.trim().split('\n')).toHaveLength(5);
  });

  it('as JSON has runs with params, metrics with their extremes, tags and data', async () => {
    const project = await projectWithRuns();
    const { stdout } = await project.mlo(['runs', 'search', 'max(metrics.accuracy) >= 0.95', '--json']);
    expect((JSON.parse(stdout) as { data: unknown }).data).toEqual({
      runs: [
        expect.objectContaining({
          id: runId('aa03'),
          stage: 'train',
          params: { lr: 0.01, epochs: 5 },
          metrics: { accuracy: { value: 0.95, step: 1, points: 2, min: { value: 0.475, step: 0 }, max: { value: 0.95, step: 1 } } },
          tags: {},
          data: {},
        }),
      ],
      columns: ['max(metrics.accuracy)'],
    });
  });

  it('points at the character that makes no sense', async () => {
    const project = await projectWithRuns();
    const { stderr, code } = await project.mlo(['runs', 'search', 'metrics.accuracy > 0.9 AND parms.lr = 1']);
    expect(code).toBe(2);
    expect(stderr).toContain('error[MLO_FILTER]: There is nothing called "parms"');
    expect(stderr).toContain(' 1 | metrics.accuracy > 0.9 AND parms.lr = 1\n   |                            ^\n');
    expect(stderr).toContain('Did you mean params?');
    const order = await project.mlo(['runs', 'search', '--order-by', 'metrics.accuracy DOWN']);
    expect(order.stderr).toContain('--> order:1:18');
  });

  it('that finds nothing says why it may be', async () => {
    const project = await projectWithRuns();
    const search = async (filter: string): Promise<string> => (await project.mlo(['runs', 'search', filter])).stderr;
    expect(await search('metrics.acuracy > 0.9')).toContain('no run has metrics.acuracy: did you mean metrics.accuracy?');
    expect(await search('metrics.accuracy > 2')).toContain('no run matches');
    const empty = await createProjectHere({ 'pipeline.yaml': 'stages: {}\n' });
    expect((await empty.mlo(['runs', 'search'])).stderr).toContain('there are no runs yet: mlo repro');
    expect(empty.exists('.mlo/tracking.db')).toBe(false);
  });
});

it('mlo runs list --filter takes the same filters, with --stage', async () => {
  const project = await projectWithRuns();
  const names = async (...args: string[]): Promise<readonly string[]> => {
    const { stdout } = await project.mlo(['runs', 'list', '--json', '--filter', ...args]);
    return (JSON.parse(stdout) as { data: { runs: { name: string }[] } }).data.runs.map((run) => run.name);
  };
  expect(await names('metrics.accuracy > 0.85')).toEqual(['aa04', 'aa03']);
  expect(await names('metrics.accuracy > 0.5', '--stage', 'train', '-n', '1')).toEqual(['aa03']);
  const none = await project.mlo(['runs', 'list', '--filter', 'metrics.accuracy > 2']);
  expect(none.stderr).toContain('no run matches');
});
