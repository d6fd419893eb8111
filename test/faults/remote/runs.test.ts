import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { hashBytes } from '../../../src/fs/hash.ts';
import { BLOCK_RAW, nameOf } from '../../../src/remote/batches/batch-format.ts';
import { BatchWriter } from '../../../src/remote/batches/batch-writer.ts';
import { writeFormat } from '../../../src/remote/format/remote-format.ts';
import { runId } from '../../contract/tracking/records.ts';
import type { TestProject } from '../../helpers/index.ts';
import { faultProxy, type FaultProxy } from '../../helpers/fault-proxy.ts';
import { mloHere } from '../../helpers/mlo-here.ts';
import { s3Server } from '../../helpers/s3-server.ts';
import { clone, projectWithData, succeeds, testRemote, type TestRemote } from '../../integration/remote/remotes.ts';
import { contentsOf, openStore } from '../../unit/runs/stores.ts';
import { startingPoint } from '../../integration/remote/starting-point.ts';
import { faults } from '../lib/index.ts';
import { killedAt } from './rig.ts';

const PIPELINE = 'stages:\n  train:\n    cmd: cp data.txt model.txt\n    deps: [data.txt]\n    outs: [model.txt]\n';

interface Rig {
  readonly proxy: FaultProxy;
  readonly remote: TestRemote;
  readonly project: TestProject;
}

/** A project that has run, and a bucket behind a proxy. */
async function rig(): Promise<Rig> {
  const proxy = await faultProxy((await s3Server()).endpoint);
  const remote = { ...(await testRemote('bucket')), settings: [['endpoint', proxy.endpoint]] as const };
  const project = await projectWithData({ 'pipeline.yaml': PIPELINE, 'data.txt': 'data\n' }, [], remote);
  await succeeds(project, ['repro']);
  await project.git('add', '--all');
  await project.git('commit', '--quiet', '--message=results');
  return { proxy, remote, project };
}

function runsOf(project: TestProject): { readonly [id: string]: string } {
  if (!existsSync(project.path('.mlo/tracking.db'))) return {};
  const store = openStore({ path: project.path('.mlo/tracking.db'), readOnly: true });
  try {
    return contentsOf(store);
  } finally {
    store.close();
  }
}

describe('kill -9 while runs travel', () => {
  it('of push at every request: the next push completes it, and nothing names what is not there', async () => {
    const { proxy, remote, project: prepared } = await rig();
    const begin = await startingPoint(prepared, remote);
    let nth = 0;
    for (; ; nth += 1) {
      const project = await begin();
      const isKilled = await killedAt(project, proxy, ['push'], nth);
      const early = await clone(project, remote);
      const pulled = await mloHere(early, ['fetch']);
      // Whatever of runs is there by then has its artifacts.
      if (pulled.code !== 13)
        expect(
          pulled.data.missing.filter(({ uses }: { uses: { in: string[] }[] }) =>
            uses.some((use) => use.in.some((who) => who.startsWith('run'))),
          ),
        ).toEqual([]);
      await succeeds(project, ['push']);
      const late = await clone(project, remote);
      await succeeds(late, ['fetch']);
      expect(runsOf(late)).toEqual(runsOf(project));
      if (!isKilled) break;
    }
    expect(nth).toBeGreaterThan(7);
    faults('kill -9: push of runs', nth);
  }, 240_000);

  it('of fetch at every request: the next one completes it', async () => {
    const { proxy, remote, project } = await rig();
    await succeeds(project, ['push']);
    const begin = await startingPoint(await clone(project, remote), remote);
    let nth = 0;
    for (; ; nth += 1) {
      const copy = await begin();
      const isKilled = await killedAt(copy, proxy, ['fetch'], nth);
      expect(await succeeds(copy, ['fetch'])).toMatchObject({ missing: [], runs: { damaged: [] } });
      expect(runsOf(copy)).toEqual(runsOf(project));
      expect((await succeeds(copy, ['verify'])).ok).toBe(true);
      if (!isKilled) break;
    }
    expect(nth).toBeGreaterThan(5);
    faults('kill -9: fetch of runs', nth);
  }, 240_000);
});

describe('a server', () => {
  it('that hands out a wrong bit of a batch once is asked again', async () => {
    const { proxy, remote, project } = await rig();
    await succeeds(project, ['push']);
    const seen = new Set<string>();
    let flips = 0;
    proxy.decide = (number, method, path) => {
      const at = `${path} ${number % 2}`;
      if (method !== 'GET' || !/\/(runs\/default|run-cache)\/./.test(path) || seen.has(at) || seen.size > 3) return undefined;
      seen.add(at);
      flips += 1;
      return flips % 2 === 1 ? { kind: 'flip' } : undefined;
    };
    const copy = await clone(project, remote);
    expect(await succeeds(copy, ['fetch'])).toMatchObject({ runs: { added: 2, damaged: [] } });
    expect(flips).toBeGreaterThan(0);
    faults('remote: a wrong bit in a batch', flips);
  });

  it('that two push to at once, each run after run, has all of both', async () => {
    const remote = await testRemote('bucket');
    const one = await projectWithData({}, [], remote);
    const two = await clone(one, remote);
    for (let round = 0; round < 10; round += 1) {
      for (const [project, letter] of [
        [one, 'a'],
        [two, 'b'],
      ] as const) {
        const store = openStore({ path: project.path('.mlo/tracking.db') });
        store.startRun({ id: runId(`${letter}${round}`), name: 'one', startedMs: Date.now() });
        store.finishRun(runId(`${letter}${round}`), { status: 'FINISHED', endedMs: Date.now() });
        store.close();
      }
      const results = await Promise.all([one, two].map((project) => project.mlo(['push'])));
      expect(results.map(({ code }) => code)).toEqual([0, 0]);
    }
    const copy = await clone(one, remote);
    await succeeds(copy, ['fetch']);
    expect(runsOf(copy)).toEqual({ ...runsOf(one), ...runsOf(two) });
    expect(Object.keys(runsOf(copy))).toHaveLength(20);
    faults('two pushes of runs at once', 10);
  }, 120_000);
});

const RUN = runId('a1');

/** An exported run, with right counts and digests, of whatever the lines say. */
function record(...more: readonly object[]): Buffer {
  const head = {
    type: 'run',
    format: 'mlo-run',
    version: 1,
    id: RUN,
    experiment: { name: 'iris', createdMs: 1000 },
    experimentChangedMs: 0,
    name: 'evil',
    nameChangedMs: 1,
    status: 'FINISHED',
    startedMs: 1,
    endedMs: 2,
    heartbeatMs: 1,
    lifecycleChangedMs: 1,
    user: 'eve',
    process: { host: 'there', pid: 1 },
  };
  const lines = [head, ...more].map((line) => `${JSON.stringify(line)}\n`).join('');
  return Buffer.from(`${lines}${JSON.stringify({ type: 'end', lines: more.length + 1, blake3: hashBytes(lines) })}\n`);
}

const artifact = (path: string) => ({
  type: 'artifacts',
  artifacts: [{ path, digest: 'ab'.repeat(32), size: 3, kind: 'file', changedMs: 1 }],
});

async function hostile(folder: 'runs/default/' | 'run-cache/', batch: Buffer): Promise<TestProject> {
  const remote = await testRemote('folder');
  const project = await projectWithData({}, [], remote);
  const opened = await remote.open();
  await writeFormat(opened);
  await opened.put(folder + hashBytes(batch), batch);
  return project;
}

function batchOf(name: string, bytes: Buffer): Buffer {
  const writer = new BatchWriter();
  writer.add(nameOf(name), [bytes], []);
  return writer.finish().bytes;
}

async function refused(project: TestProject, why: RegExp): Promise<void> {
  const { code, data } = await mloHere(project, ['fetch']);
  expect(code).toBe(3);
  expect(data.runs.damaged).toMatchObject([{ message: expect.stringMatching(why) as string }]);
  expect(runsOf(project)).toEqual({});
  faults('hostile remote: runs', 1);
}

describe('a remote that somebody with bad intentions wrote', () => {
  it.each(['../../escape', '/etc/passwd', '.git/hooks/post-checkout', 'a\0b'])('cannot name an artifact %j', async (path) => {
    await refused(await hostile('runs/default/', batchOf(RUN, record(artifact(path)))), /^run a10*:/);
  });

  it('cannot file a run under the id of another', async () => {
    await refused(await hostile('runs/default/', batchOf(runId('b2'), record())), /the record is of another run/);
  });

  it('cannot have a record that is no run, that ends early, or that is one endless line', async () => {
    await refused(await hostile('runs/default/', batchOf(RUN, Buffer.from('hello\n'))), /is no JSON/);
    await refused(await hostile('runs/default/', batchOf(RUN, record().subarray(0, -200))), /^run a10*/);
    await refused(await hostile('runs/default/', batchOf(RUN, Buffer.alloc(80 * 1024 * 1024, 'x'))), /longer than/);
  });

  it('cannot make a block unpack to more than it says', async () => {
    const bytes = batchOf(RUN, Buffer.alloc(BLOCK_RAW, 'x'));
    // The raw length in the table of blocks, with digests that are right.
    const tables = Buffer.from(bytes.subarray(-64 - 40 - 80, -64));
    tables.writeUInt32LE(10, 80 + 36);
    tables.writeBigUInt64LE(10n, 72);
    const footer = Buffer.from(bytes.subarray(-64));
    footer.write(hashBytes(tables), 32, 'hex');
    await refused(
      await hostile('runs/default/', Buffer.concat([bytes.subarray(0, -64 - 40 - 80), tables, footer])),
      /no zstd frame of the length/,
    );
  });

  it('cannot bring a result whose outs lie outside the project, or that is no entry', async () => {
    const entry = (path: string) =>
      Buffer.from(
        `${JSON.stringify({ outs: { [path]: { digest: 'ab'.repeat(32), size: 1 } }, record: {}, run: { durationMs: 1, id: RUN, startedMs: 1 }, schema: 1 })}\n`,
      );
    await refused(await hostile('run-cache/', batchOf('cd'.repeat(32), entry('../../escape'))), /no run-cache entry/);
    await refused(await hostile('run-cache/', batchOf('cd'.repeat(32), Buffer.from('{}\n'))), /no run-cache entry/);
    expect((await succeeds(await hostile('run-cache/', batchOf('cd'.repeat(32), entry('inside'))), ['fetch'])).runs).toMatchObject({
      results: 1,
    });
  });
});
