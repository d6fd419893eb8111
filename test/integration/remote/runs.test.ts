import { existsSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TestProject } from '../../helpers/index.ts';
import { runId } from '../../contract/tracking/records.ts';
import { contentsOf, openStore } from '../../unit/runs/stores.ts';
import { clone, KINDS, projectWithData, succeeds, testRemote, type TestRemote } from './remotes.ts';
import { preparedOnce } from './starting-point.ts';

const PIPELINE = `stages:
  train:
    cmd: echo ran >> ran.txt && mkdir -p model && cp data.txt model/weights && echo '{"acc":0.9}' > metrics.json
    deps: [data.txt]
    params: [lr]
    outs: [model]
    metrics: [{metrics.json: {cache: false}}]
`;

const trained = preparedOnce(async (remote) => {
  const project = await projectWithData({ 'pipeline.yaml': PIPELINE, 'params.yaml': 'lr: 0.1\n', 'data.txt': 'data\n' }, [], remote);
  await succeeds(project, ['repro']);
  await project.git('add', '--all', '--', ':!ran.txt');
  await project.git('commit', '--quiet', '--message=results');
  return project;
});

function runsOf(project: TestProject): { readonly [id: string]: string } {
  const store = openStore({ path: project.path('.mlo/tracking.db'), readOnly: true });
  try {
    return contentsOf(store);
  } finally {
    store.close();
  }
}

function record(project: TestProject, start: string, status?: 'FINISHED', parentId?: string): void {
  const store = openStore({ path: project.path('.mlo/tracking.db'), pid: process.pid });
  store.startRun({ id: runId(start), name: start, startedMs: Date.now(), ...(parentId === undefined ? {} : { parentId }) });
  if (status !== undefined) store.finishRun(runId(start), { status, endedMs: Date.now() });
  store.close();
}

function batchesIn(remote: TestRemote, folder = 'runs/default'): string[] {
  const path = join(remote.folder, folder);
  return existsSync(path) ? readdirSync(path).map((name) => join(path, name)) : [];
}

describe.each(KINDS)('runs and a remote in a %s', (kind) => {
  it('travel with their artifacts and results, and edits of two machines come together', async () => {
    const { remote, project } = await trained(kind);
    expect((await succeeds(project, ['status', '--remote'])).runs).toMatchObject({ toPush: 2, toFetch: 0, results: { toPush: 1 } });
    expect((await succeeds(project, ['push'])).runs).toMatchObject({ sent: 2, there: 0, open: 0, results: { sent: 1, there: 0 } });
    expect((await succeeds(project, ['push'])).runs).toMatchObject({ sent: 0, there: 2, results: { sent: 0, there: 1 } });

    const copy = await clone(project, remote);
    expect((await succeeds(copy, ['status', '--remote'])).runs).toMatchObject({ toPush: 0, toFetch: 2, results: { toFetch: 1 } });
    expect((await succeeds(copy, ['pull'])).fetch.runs).toMatchObject({ added: 2, changed: 0, results: 1, damaged: [] });
    expect(runsOf(copy)).toEqual(runsOf(project));
    const [run] = (await succeeds(copy, ['runs', 'list'])).runs;
    expect((await copy.mlo(['artifacts', 'get', run.id, 'params.yaml', '-o', 'got'])).code).toBe(0);
    expect(await copy.read('got/params.yaml').catch(() => copy.read('got'))).toBe('lr: 0.1\n');

    await succeeds(project, ['runs', 'tag', run.id, 'owner=anna']);
    await succeeds(copy, ['runs', 'tag', run.id, 'reviewed=yes']);
    await succeeds(copy, ['runs', 'delete', run.id]);
    expect((await succeeds(copy, ['status', '--remote'])).runs).toMatchObject({ toPush: 2, toFetch: 0 });
    for (const machine of [project, copy, project, copy]) {
      await succeeds(machine, ['fetch']);
      await succeeds(machine, ['push']);
    }
    expect(runsOf(copy)).toEqual(runsOf(project));
    expect(runsOf(copy)[run.id]).toMatch(/"owner":\{"value":"anna".*"reviewed":\{"value":"yes"/);
    expect((await succeeds(project, ['status', '--remote'])).upToDate).toBe(true);
  });

  it('are not asked for, and not sent, with --no-runs, with targets, and with --rev', async () => {
    const { remote, project } = await trained(kind);
    for (const args of [['--no-runs'], ['train'], ['--rev', 'HEAD']])
      expect(await succeeds(project, ['push', ...args])).not.toHaveProperty('runs');
    expect([batchesIn(remote), batchesIn(remote, 'run-cache')]).toEqual([[], []]);
    expect(await succeeds(project, ['status', '--remote', '--no-runs'])).toMatchObject({ upToDate: true });
    await succeeds(project, ['push']);
    const copy = await clone(project, remote);
    for (const args of [['--no-runs'], ['train'], ['--rev', 'HEAD']]) await succeeds(copy, ['fetch', ...args]);
    expect(copy.exists('.mlo/tracking.db')).toBe(false);
  });

  it('in one batch that is damaged or cut off are named, and nothing of it is taken', async () => {
    const { remote, project } = await trained(kind);
    await succeeds(project, ['push']);
    const [path] = batchesIn(remote) as [string];
    const good = readFileSync(path);
    for (const damage of [
      flip(30),
      flip(good.length - 20),
      flip(good.length - 100),
      (file: string) => truncateSync(file, good.length - 3),
    ]) {
      rmSync(path);
      writeFileSync(path, good);
      damage(path);
      const copy = await clone(project, remote);
      const pulled = await copy.mlo(['pull']);
      expect(pulled.code).toBe(3);
      expect(pulled.stdout + pulled.stderr).toMatch(/runs\/default\/[0-9a-f]{64} is damaged/);
      expect(Object.keys(existsSync(copy.path('.mlo/tracking.db')) ? runsOf(copy) : {})).toEqual([]);
      expect(await copy.read('model/weights')).toBe('data\n');
    }
    // A machine that has the same runs puts the right bytes in its place.
    expect((await succeeds(project, ['push'])).runs).toMatchObject({ sent: 2, damaged: [] });
    expect(readFileSync(path).equals(good)).toBe(true);
    const copy = await clone(project, remote);
    await succeeds(copy, ['pull']);
    expect(runsOf(copy)).toEqual(runsOf(project));
  }, 120_000);
});

function flip(at: number): (path: string) => void {
  return (path) => {
    const bytes = readFileSync(path);
    bytes[at] = (bytes[at] as number) ^ 4;
    rmSync(path);
    writeFileSync(path, bytes);
  };
}

describe('runs on a remote', () => {
  it('wait while they, or one above them, are in progress', async () => {
    const remote = await testRemote('folder');
    const project = await projectWithData({}, [], remote);
    record(project, 'a1');
    record(project, 'b1', 'FINISHED', runId('a1'));
    record(project, 'c1', 'FINISHED');
    record(project, 'd1', undefined, runId('c1'));
    const { code, stdout } = await project.mlo(['push']);
    expect([code, stdout]).toEqual([0, 'pushed 1 run; 3 runs in progress wait\n']);
    const copy = await clone(project, remote);
    await succeeds(copy, ['fetch']);
    expect(Object.keys(runsOf(copy))).toEqual([runId('c1')]);
  });

  it('are pushed though bytes of artifacts are nowhere, which is told', async () => {
    const { remote, project } = await trained('folder');
    rmSync(project.path('.mlo/cache'), { recursive: true });
    const pushed = await succeeds(project, ['push'], [3]);
    expect(pushed.runs).toMatchObject({ sent: 2, results: { sent: 0 } });
    const told = pushed.missing.flatMap(({ uses }: { uses: { path: string; in: string[] }[] }) =>
      uses.map((use) => `${use.path} ${use.in.join()}`),
    );
    expect(told).toEqual(
      expect.arrayContaining([expect.stringMatching(/^params\.yaml run [0-9a-f]{8}$/), expect.stringMatching(/^model workspace/)]),
    );
    const copy = await clone(project, remote);
    expect((await succeeds(copy, ['fetch'], [3])).runs).toMatchObject({ added: 2 });
    expect(runsOf(copy)).toEqual(runsOf(project));
    // What was told once is not told again.
    expect(
      (await succeeds(copy, ['fetch', '--dry-run'], [3])).missing.flatMap(({ uses }: { uses: { path: string }[] }) =>
        uses.map(({ path }) => path),
      ),
    ).not.toContain('params.yaml');
  });

  it('are whole on both sides though outs with cache: false were never kept, files or folders', async () => {
    const remote = await testRemote('folder');
    const outs = 'outs: [kept.txt, {file.txt: {cache: false}}, {folder: {cache: false}}]';
    const cmd = 'echo kept > kept.txt; echo file > file.txt; mkdir -p folder; echo in it > folder/file.txt';
    const pipeline = `stages:\n  make:\n    cmd: ${cmd}\n    ${outs}\n`;
    const project = await projectWithData({ 'pipeline.yaml': pipeline }, [], remote);
    await succeeds(project, ['repro']);
    await project.git('add', '--all');
    await project.git('commit', '--quiet', '--message=made');
    expect(await succeeds(project, ['push'])).toMatchObject({ missing: [], runs: { sent: 2 } });
    const copy = await clone(project, remote);
    expect((await succeeds(copy, ['pull'])).fetch).toMatchObject({ missing: [], runs: { added: 2 } });
  });

  it('are pushed though what an old one kept is gone for good, which is said once', async () => {
    const remote = await testRemote('folder');
    const pipeline = 'stages:\n  make:\n    cmd: cp in.txt out.txt\n    deps: [in.txt]\n    outs: [out.txt]\n';
    const project = await projectWithData({ 'pipeline.yaml': pipeline, 'in.txt': 'first\n' }, [], remote);
    await succeeds(project, ['repro']);
    await project.write({ 'in.txt': 'second\n' });
    await succeeds(project, ['repro']);
    await succeeds(project, ['config', 'set', 'gc.grace', '0']);
    await succeeds(project, ['config', 'set', 'gc.run_cache', '0']);
    await succeeds(project, ['gc', '--no-runs', '--force']);
    const { missing } = await succeeds(project, ['push'], [3]);
    expect(missing).toContainEqual(expect.objectContaining({ uses: [expect.objectContaining({ path: 'out.txt' })] }));
    expect(await succeeds(project, ['push'])).toMatchObject({ missing: [], runs: { sent: 0 } });
    await project.write({ 'in.txt': 'third\n' });
    await succeeds(project, ['repro']);
    expect(await succeeds(project, ['push'])).toMatchObject({ missing: [], runs: { sent: 2 } });
  });

  it('of projects that share a remote are kept apart by tracking.space', async () => {
    const remote = await testRemote('folder');
    const one = await projectWithData({}, [], remote);
    const two = await projectWithData({}, [], remote);
    await succeeds(two, ['config', 'set', 'tracking.space', 'two']);
    record(one, 'a1', 'FINISHED');
    record(two, 'b1', 'FINISHED');
    for (const project of [one, two, one, two]) {
      await succeeds(project, ['push']);
      await succeeds(project, ['fetch']);
    }
    expect([Object.keys(runsOf(one)), Object.keys(runsOf(two))]).toEqual([[runId('a1')], [runId('b1')]]);
    expect((await two.mlo(['config', 'set', 'tracking.space', '../x'])).code).toBe(2);
  });

  it('stay away where they were purged, and stay on the remote for the others', async () => {
    const { remote, project } = await trained('folder');
    await succeeds(project, ['push']);
    const copy = await clone(project, remote);
    await succeeds(copy, ['pull']);
    const [run] = (await succeeds(copy, ['runs', 'list'])).runs;
    await succeeds(copy, ['runs', 'delete', run.id]);
    await succeeds(copy, ['runs', 'purge', run.id, '--force']);
    await succeeds(copy, ['push']);
    expect((await succeeds(copy, ['fetch'])).runs).toMatchObject({ added: 0, changed: 0 });
    await succeeds(project, ['fetch']);
    expect([Object.keys(runsOf(copy)).length, Object.keys(runsOf(project)).length]).toEqual([0, 2]);
  });

  it('come whole again after the database was deleted, or an older copy of it put back', async () => {
    const { project } = await trained('folder');
    await succeeds(project, ['push']);
    const before = readFileSync(project.path('.mlo/tracking.db'));
    const [run] = (await succeeds(project, ['runs', 'list'])).runs;
    await succeeds(project, ['runs', 'tag', run.id, 'owner=anna']);
    await succeeds(project, ['push']);
    const all = runsOf(project);
    for (const end of ['', '-wal', '-shm']) rmSync(project.path(`.mlo/tracking.db${end}`), { force: true });
    await succeeds(project, ['fetch']);
    expect(runsOf(project)).toEqual(all);
    for (const end of ['-wal', '-shm']) rmSync(project.path(`.mlo/tracking.db${end}`), { force: true });
    writeFileSync(project.path('.mlo/tracking.db'), before);
    await succeeds(project, ['fetch']);
    expect(runsOf(project)).toEqual(all);
  });

  it('are merged into one batch when there are many small ones, and a machine that comes later gets the same', async () => {
    const remote = await testRemote('folder');
    const project = await projectWithData({}, [], remote);
    for (let number = 0; number < 19; number += 1) {
      record(project, number.toString(16).padStart(2, '0'), 'FINISHED');
      await succeeds(project, ['push']);
    }
    expect(batchesIn(remote).length).toBeLessThan(17);
    const copy = await clone(project, remote);
    expect((await succeeds(copy, ['fetch'])).runs).toMatchObject({ added: 19 });
    expect(runsOf(copy)).toEqual(runsOf(project));
  });
});

describe('results of the run-cache', () => {
  it('restore on another machine what this one ran, and neither verify nor gc minds that their outs are not here', async () => {
    const { remote, project } = await trained('folder');
    const copy = await clone(project, remote);
    await project.write({ 'params.yaml': 'lr: 0.2\n', 'data.txt': 'more\n' });
    await succeeds(project, ['repro']);
    await succeeds(project, ['push']);
    await succeeds(copy, ['fetch']);
    expect((await succeeds(copy, ['verify'])).ok).toBe(true);
    await succeeds(copy, ['gc']);
    await copy.write({ 'params.yaml': 'lr: 0.2\n', 'data.txt': 'more\n' });
    const { stages } = await succeeds(copy, ['repro', '--pull']);
    expect([stages[0].outcome, existsSync(copy.path('ran.txt'))]).toEqual(['restored', false]);
    expect(await copy.read('model/weights')).toBe('more\n');
  });
});
