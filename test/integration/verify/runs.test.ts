import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { createProjectHere, type TestProject } from '../../helpers/index.ts';

const PIPELINE = `stages:
  train:
    cmd: echo model > model.txt && echo '{"acc":0.5}' > metrics.json
    outs: [model.txt]
    metrics:
      - metrics.json: {cache: false}
`;

async function withRun(): Promise<TestProject> {
  const project = await createProjectHere({ '.mlo/config.yaml': 'gc.grace: 0s\n', 'pipeline.yaml': PIPELINE });
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
    expect(data.files).toContainEqual({ path: '.mlo/tracking.db', why: expect.stringContaining(why), fix: error.hint });
  });

  test('finds one changed byte of a metric, as doctor does, and names the way out that works', async () => {
    const project = await withRun();
    const db = new Database(project.path('.mlo/tracking.db'));
    const { id, data: bytes } = db.prepare('SELECT id, data FROM chunks').get() as { id: number; data: Buffer };
    bytes[bytes.length - 6] = (bytes[bytes.length - 6] as number) ^ 1;
    db.prepare('UPDATE chunks SET data = ? WHERE id = ?').run(bytes, id);
    db.close();
    const found = /^metric "metrics\.acc|^metric "acc/;
    const wayOut = /mlo (runs delete [0-9a-f]{32}) && mlo (runs purge [0-9a-f]{32} --force)$/;
    for (const flags of [[], ['--repair']]) {
      const { code, data, error } = await verified(project, ...flags);
      expect([code, data.files]).toEqual([12, [{ path: '.mlo/tracking.db', why: expect.stringMatching(found), fix: error.hint }]]);
      expect(error.hint).toMatch(wayOut);
    }
    const { checks } = (await project.mlo(['doctor', '--json'])).json().data as any;
    const { fix, ...check } = checks.find((each: any) => each.name === 'tracking');
    expect(check).toMatchObject({
      status: 'fail',
      message: expect.stringMatching(/metric ".*acc" of run [0-9a-f]{32}: points cannot be read/),
    });
    const [, remove = '', purge = ''] = wayOut.exec(fix) ?? [];
    for (const command of [remove, purge]) expect((await project.mlo(command.split(' '))).code).toBe(0);
    expect((await verified(project)).data.files).toEqual([]);
  });

  test('of a database with damaged pages gives the same way out as doctor and runs list', async () => {
    const project = await withRun();
    const path = project.path('.mlo/tracking.db');
    const bytes = await readFile(path);
    await writeFile(path, bytes.fill(0xff, 4096));
    const hint = `sqlite3 '${path}' .recover | sqlite3 '${path}.recovered'`;
    expect((await project.mlo(['runs', 'list', '--json'])).json().error?.hint).toBe(hint);
    for (const flags of [[], ['--repair']]) expect(await verified(project, ...flags)).toMatchObject({ code: 12, error: { hint } });
    const doctor = (await project.mlo(['doctor', '--json'])).json().data as any;
    expect(doctor.checks.find((each: any) => each.name === 'tracking')).toMatchObject({ status: 'fail', fix: hint });
  });

  test('names a database that is none, as doctor does', async () => {
    const project = await withRun();
    await project.write({ '.mlo/tracking.db': 'This is not SQLite. '.repeat(100) });
    const { data, error } = await verified(project);
    expect(error.hint).toMatch(/^mv .*tracking\.db\.broken'?$/);
    expect(data.files).toEqual([{ path: '.mlo/tracking.db', why: expect.stringContaining('is not a SQLite database'), fix: error.hint }]);
    const doctor = (await project.mlo(['doctor', '--json'])).json().data as any;
    expect(doctor.checks.find((each: any) => each.name === 'tracking')).toMatchObject({
      status: 'fail',
      message: expect.stringContaining('is not a SQLite database'),
      fix: error.hint,
    });
  });
});

test('tracking.path puts the database elsewhere, for every command', async () => {
  const project = await createProjectHere({ '.mlo/config.yaml': '', 'pipeline.yaml': PIPELINE });
  expect((await project.mlo(['config', 'set', 'tracking.path', '~/runs/own.db', '--local'])).code).toBe(0);
  expect((await project.mlo(['repro'])).code).toBe(0);
  expect([existsSync(`${project.home}/runs/own.db`), project.exists('.mlo/tracking.db')]).toEqual([true, false]);
  expect((await project.mlo(['runs', 'list', '--json'])).json().data).toMatchObject({ runs: [{ name: 'repro', status: 'FINISHED' }] });
  const doctor = (await project.mlo(['doctor', '--json'])).json().data as any;
  expect(doctor.checks.find((each: any) => each.name === 'tracking').message).toMatch(/^2 runs with 1 points/);
});
