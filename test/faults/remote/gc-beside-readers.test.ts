import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createProject, type TestProject } from '../../helpers/index.ts';
import { faultProxy, type FaultProxy } from '../../helpers/fault-proxy.ts';
import { LAUNCHER } from '../../helpers/paths.ts';
import { s3Server } from '../../helpers/s3-server.ts';
import { clone, noise, projectWithData, succeeds, testRemote, type TestRemote } from '../../integration/remote/remotes.ts';

interface World {
  readonly remote: TestRemote;
  /** Deletes at the moment that is asked for. */
  readonly project: TestProject;
  /** Reads through the proxy, and has none of the data. */
  readonly reader: TestProject;
  readonly proxy: FaultProxy;
  /** A gc that writes the only pack anew runs before the next request for a pack. */
  gcBeforePack(): void;
}

const PIPELINE = `stages:
  count:
    cmd: cat data/raw/*.bin | wc -c > count.txt
    deps: [data/raw]
    outs: [count.txt]
`;

/** A pack of which little is needed any more. */
async function world(): Promise<World> {
  const remote = await testRemote('bucket');
  const server = await s3Server();
  const proxy = await faultProxy(server.endpoint);
  const files = Object.fromEntries(Array.from({ length: 12 }, (_, number) => [`data/raw/${number}.bin`, noise(30_000, number + 1)]));
  const project = await projectWithData(
    { ...files, 'data/kept/a.txt': 'a\n', 'pipeline.yaml': PIPELINE },
    ['data/raw', 'data/kept'],
    remote,
  );
  await succeeds(project, ['push']);
  for (let number = 3; number < 12; number += 1) rmSync(project.path(`data/raw/${number}.bin`));
  await succeeds(project, ['add', 'data/raw']);
  await succeeds(project, ['push']);
  await project.git('add', '--all');
  await project.git('commit', '--quiet', '--amend', '--message=little');
  const reader = await clone(project, remote);
  await succeeds(reader, ['remote', 'modify', '--local', 'origin', 'endpoint', proxy.endpoint]);
  const sweep = ['gc', '--remote', '--grace', '0', '--repack', '--force', '--json'];
  return {
    remote,
    project,
    reader,
    proxy,
    gcBeforePack() {
      let isDone = false;
      proxy.decide = (_number, method, path) => {
        if (isDone || method !== 'GET' || !path.includes('/packs/')) return undefined;
        isDone = true;
        const { status, stdout } = spawnSync(process.execPath, [LAUNCHER, ...sweep], {
          cwd: project.root,
          env: { ...process.env, ...remote.env, HOME: project.home },
          encoding: 'utf8',
        });
        expect([status, JSON.parse(stdout).data.repacked.packs]).toEqual([0, 1]);
        return undefined;
      };
    },
  };
}

it('verify of a remote does not take for lost what a gc puts into another pack', async () => {
  const { reader, gcBeforePack } = await world();
  gcBeforePack();
  expect(await succeeds(reader, ['verify', '--remote'])).toMatchObject({ ok: true, objects: [], incomplete: [] });
});

it('a gc that only looks does not either', async () => {
  const { reader, gcBeforePack } = await world();
  gcBeforePack();
  expect(await succeeds(reader, ['gc', '--remote', '--grace', '0'])).toMatchObject({
    done: false,
    lost: 0,
    missing: 0,
    gone: { objects: 0 },
  });
});

it('pull, repro --pull, import and get bring all that is wanted', async () => {
  const commands = [
    (_from: TestProject) => ['pull'],
    (_from: TestProject) => ['repro', '--pull'],
    (from: TestProject) => ['import', from.root, 'data/raw', '--out', 'copy'],
    (from: TestProject) => ['get', from.root, 'data/raw', '--out', 'copy'],
  ];
  for (const command of commands) {
    const { remote, reader, gcBeforePack } = await world();
    const args = command(reader);
    const [verb] = args;
    const isOther = verb === 'import' || verb === 'get';
    const other = await createProject({ '.mlo/config.yaml': '' }, { git: true });
    gcBeforePack();
    const { code, stdout, stderr } = await (isOther ? other : reader).mlo(args, { env: remote.env });
    expect(code, `${verb}: ${stdout}${stderr}`).toBe(0);
    const at = isOther ? other.path('copy') : reader.path('data/raw');
    expect(readdirSync(at).sort()).toEqual(['0.bin', '1.bin', '2.bin']);
    for (const number of [0, 1, 2]) expect(readFileSync(join(at, `${number}.bin`)).equals(noise(30_000, number + 1))).toBe(true);
  }
});
