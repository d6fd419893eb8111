import { existsSync } from 'node:fs';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { createProject, type TestProject } from '../../helpers/index.ts';

const PIPELINE = `stages:
  train:
    cmd: echo model > model.txt && echo '{"acc":0.5}' > metrics.json
    outs: [model.txt]
    metrics:
      - metrics.json: {cache: false}
`;

async function withRun(): Promise<TestProject> {
  const project = await createProject({ '.mlo/config.yaml': 'gc.grace: 0s\n', 'pipeline.yaml': PIPELINE });
  expect((await project.mlo(['repro'])).code).toBe(0);
  return project;
}

async function verified(project: TestProject, ...flags: readonly string[]): Promise<{ code: number; data: any; error: any }> {
  const result = await project.mlo(['verify', '--json', ...flags]);
  return { code: result.code, data: result.json().data, error: result.json().error };
}

describe('verify of recorded runs', () => {
  test('counts them and asks for no out that is kept out of the cache', async () => {
    const project = await withRun();
    const { code, data } = await verified(project);
    expect([code, data.ok, data.artifacts, data.files]).toEqual([0, true, [], []]);
    expect(data.looked.recordedRuns).toBe(2);
    expect((await project.mlo(['verify'])).stdout).toContain('2 runs');
  });

  test('tells what only they need and nobody has, without failing for it', async () => {
    const project = await withRun();
    await project.write({ 'pipeline.yaml': 'stages:\n  other:\n    cmd: echo x > y\n    outs: [y]\n' });
    await project.remove('model.txt', 'pipeline.lock');
    expect((await project.mlo(['gc', '--no-runs', '--force'])).code).toBe(0);
    const { code, data } = await verified(project);
    const run = expect.stringMatching(/^run [0-9a-f]{8}$/);
    expect([code, data.ok]).toEqual([0, true]);
    expect(data.artifacts).toContainEqual({ digest: expect.any(String), state: 'missing', uses: [{ path: 'pipeline.lock', in: [run] }] });
    expect((await project.mlo(['verify'])).stdout).toContain('needed by recorded runs only');
    expect((await verified(project, '--workspace')).data.artifacts).toEqual([]);
  });

  test.each([
    ['points that cannot be read', `UPDATE chunks SET data = zeroblob(3)`, 'cannot be read'],
    ['rows without a run', `DELETE FROM runs WHERE parent IS NOT NULL`, 'refer to no row of runs'],
  ])('finds %s', async (_, sql, why) => {
    const project = await withRun();
    const db = new Database(project.path('.mlo/tracking.db'));
    db.pragma('foreign_keys = OFF');
    db.exec(sql);
    db.close();
    const { code, data, error } = await verified(project);
    expect([code, error.code]).toEqual([12, 'MLO_FORMAT']);
    expect(data.files).toContainEqual({ path: '.mlo/tracking.db', why: expect.stringContaining(why) });
  });

  test('names a database that is none, as doctor does', async () => {
    const project = await withRun();
    await project.write({ '.mlo/tracking.db': 'This is not SQLite. '.repeat(100) });
    const { data } = await verified(project);
    expect(data.files).toEqual([{ path: '.mlo/tracking.db', why: expect.stringContaining('is not a SQLite database') }]);
    const doctor = (await project.mlo(['doctor', '--json'])).json().data as any;
    expect(doctor.checks.find((each: any) => each.name === 'tracking')).toMatchObject({
      status: 'fail',
      message: expect.stringContaining('is not a SQLite database'),
    });
  });
});

test('tracking.path puts the database elsewhere, for every command', async () => {
  const project = await createProject({ '.mlo/config.yaml': '', 'pipeline.yaml': PIPELINE });
  expect((await project.mlo(['config', 'set', 'tracking.path', '~/runs/own.db', '--local'])).code).toBe(0);
  expect((await project.mlo(['repro'])).code).toBe(0);
  expect([existsSync(`${project.home}/runs/own.db`), project.exists('.mlo/tracking.db')]).toEqual([true, false]);
  expect((await project.mlo(['runs', 'list', '--json'])).json().data).toMatchObject({ runs: [{ name: 'repro', status: 'FINISHED' }] });
  const doctor = (await project.mlo(['doctor', '--json'])).json().data as any;
  expect(doctor.checks.find((each: any) => each.name === 'tracking').message).toMatch(/^2 runs with 1 points/);
});
