import { existsSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { isAlive } from '../../helpers/is-alive.ts';
import { createProject, type TestProject } from '../../helpers/index.ts';

/** The stage says that it has started and ends when it is told to: no sleeps. */
const HELD = { 'pipeline.yaml': "stages:\n  held: {cmd: 'mkfifo gate; touch started; cat gate > out', outs: [out]}\n" };

async function startHeld(): Promise<{ project: TestProject; open: () => void; end: Promise<{ code: number | null }> }> {
  const project = await createProject(HELD);
  const running = project.start(['repro']);
  await expect.poll(() => existsSync(project.path('started')), { timeout: 20_000 }).toBe(true);
  return { project, open: () => writeFileSync(project.path('gate'), 'done\n'), end: running.ended };
}

describe('two commands in one project', () => {
  test('a second repro says who holds the project, exit code 11; readers never wait', async () => {
    const { project, open, end } = await startHeld();
    const second = await project.mlo(['repro', '--json']);
    expect(second.code).toBe(11);
    const { error } = JSON.parse(second.stdout) as { error: { code: string; message: string } };
    expect(error.code).toBe('MLO_LOCKED');
    expect(error.message).toMatch(/repro/);
    for (const reader of [['status'], ['dag'], ['stage', 'list'], ['runs', 'list'], ['params', 'show'], ['metrics', 'show']]) {
      const { code, stderr } = await project.mlo(reader);
      expect([reader.join(' '), code, stderr]).toEqual([reader.join(' '), 0, expect.any(String)]);
    }
    expect((await project.mlo(['checkout'])).code).toBe(11);
    open();
    expect((await end).code).toBe(0);
  });

  test('--wait waits for the other one', async () => {
    const { project, open, end } = await startHeld();
    const waiting = project.start(['repro', '--json', '--wait=20s']);
    open();
    expect((await end).code).toBe(0);
    const result = await waiting.ended;
    expect(result.code).toBe(0);
    expect(JSON.parse(result.stdout).data.stages[0].outcome).toBe('unchanged');
  });

  test('case 67: after kill -9 no lock is left behind, the run is FAILED and only the killed stage runs again', async () => {
    const { project } = await startHeld();
    const holder = JSON.parse(await project.read('.mlo/lock')) as { pid: number };
    process.kill(holder.pid, 'SIGKILL');
    await expect.poll(() => isAlive(holder.pid), { timeout: 10_000 }).toBe(false);
    await project.remove('started', 'gate');
    await project.write({ 'pipeline.yaml': 'stages:\n  held: {cmd: echo now > out, outs: [out]}\n' });
    const again = await project.mlo(['repro', '--json']);
    expect(again.code).toBe(0);
    const listed = JSON.parse((await project.mlo(['runs', 'list', '--json'])).stdout) as { data: { runs: { status: string }[] } };
    expect(listed.data.runs.map((run) => run.status).sort()).toEqual(['FAILED', 'FINISHED']);
  });
});
