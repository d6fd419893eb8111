import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runsList } from '../../../src/app/runs-list.ts';
import { runsShow } from '../../../src/app/runs-show.ts';
import type { AppContext } from '../../../src/app/types.ts';
import { openTracking } from '../../../src/tracking/open.ts';
import { createProject, type TestProject } from '../../helpers/index.ts';
import { newRun, point, runId } from '../../contract/tracking/records.ts';

function contextOf(project: TestProject): AppContext {
  return { cwd: project.root, env: {}, emit: () => {}, signal: new AbortController().signal, command: 'mlo runs' };
}

const FILES = { 'pipeline.yaml': 'stages: {}\n' };

describe('runs list and show', () => {
  it('of a project without runs: an empty list, an error with the way on, and no file made', async () => {
    const project = await createProject(FILES);
    expect(await runsList(contextOf(project), {})).toEqual({ runs: [] });
    await expect(runsShow(contextOf(project), {})).rejects.toMatchObject({ code: 'MLO_RUN_UNKNOWN', hint: 'mlo repro' });
    expect(project.exists('.mlo/tracking.db')).toBe(false);
  });

  it('show the newest run by default, with its children, params and metrics', async () => {
    const project = await createProject(FILES);
    const tracking = openTracking({ path: project.path('.mlo/tracking.db') });
    tracking.startRun(newRun('aa01', { startedMs: 1_000 }));
    tracking.startRun(newRun('aa02', { startedMs: 2_000 }));
    tracking.startRun(newRun('bb01', { startedMs: 2_100, parentId: runId('aa02'), stage: 'train', params: { lr: 0.1 } }));
    tracking.logMetrics(runId('bb01'), [point('loss', 2, 0), point('loss', 1, 1)]);
    tracking.finishRun(runId('aa02'), { status: 'FINISHED', endedMs: 3_000 });
    tracking.close();

    expect((await runsList(contextOf(project), {})).runs.map((run) => run.name)).toEqual(['aa02', 'aa01']);
    expect((await runsList(contextOf(project), { limit: 1, all: true })).runs.map((run) => run.name)).toEqual(['bb01']);
    expect((await runsList(contextOf(project), { stage: 'train' })).runs.map((run) => run.name)).toEqual(['bb01']);
    const shown = await runsShow(contextOf(project), {});
    expect(shown.name).toBe('aa02');
    expect(shown.children).toEqual([
      expect.objectContaining({
        stage: 'train',
        params: { lr: 0.1 },
        metrics: { loss: expect.objectContaining({ value: 1, step: 1, points: 2 }) },
      }),
    ]);
    expect((await runsShow(contextOf(project), { id: 'aa01' })).name).toBe('aa01');
    await expect(runsShow(contextOf(project), { id: 'ffff' })).rejects.toMatchObject({ code: 'MLO_RUN_UNKNOWN' });
  });

  it('mark a run whose process died as FAILED before they show it', async () => {
    const project = await createProject(FILES);
    const source = `
      import { openTracking } from ${JSON.stringify(join(import.meta.dirname, '../../../src/tracking/open.ts'))};
      const tracking = openTracking({ path: process.argv[1] });
      tracking.startRun({ id: 'd'.repeat(32), name: 'dies', startedMs: 1000 });
      tracking.flush();
      process.kill(process.pid, 'SIGKILL');`;
    const { signal } = spawnSync(process.execPath, ['--input-type=module', '-e', source, project.path('.mlo/tracking.db')]);
    expect(signal).toBe('SIGKILL');
    expect((await runsList(contextOf(project), {})).runs).toEqual([
      expect.objectContaining({ name: 'dies', status: 'FAILED', reason: expect.stringContaining('is gone') }),
    ]);
    const reader = openTracking({ path: project.path('.mlo/tracking.db'), readOnly: true });
    expect(reader.get('dddd').status).toBe('FAILED');
    reader.close();
  });
});
