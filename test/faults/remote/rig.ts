import { faultProxy, type FaultProxy } from '../../helpers/fault-proxy.ts';
import type { TestProject } from '../../helpers/index.ts';
import { s3Server } from '../../helpers/s3-server.ts';
import { clone, projectWithData, sameData, succeeds, testRemote, type TestRemote } from '../../integration/remote/remotes.ts';
import { startingPoint } from '../../integration/remote/starting-point.ts';
import { Random } from '../model/random.ts';

/** The same in every run: the chunks of it, and so the requests of a command, depend on the bytes. */
const LARGE = new Random(1).bytes(2_000_000);
export const PATHS = ['data/raw', 'data/big.bin'];

export function files(): { [path: string]: string | Uint8Array } {
  const small = Object.fromEntries(
    Array.from({ length: 60 }, (_, number) => [`data/raw/part${number % 3}/${number}.txt`, `row ${number}\n`]),
  );
  return { ...small, 'data/big.bin': LARGE };
}

export const SWEEP = ['gc', '--remote', '--grace', '0', '--force'];

export async function change(project: TestProject, text: string): Promise<void> {
  await project.write({ 'data/raw/part0/0.txt': `${text}\n`, 'data/raw/part1/own.txt': `own ${text}\n` });
  await succeeds(project, ['add', 'data/raw']);
  await project.git('commit', '--quiet', '--all', `--message=${text}`);
}

export interface Rig {
  readonly proxy: FaultProxy;
  readonly remote: TestRemote;
  readonly project: TestProject;
}

/** A project whose remote is a bucket behind a proxy. */
export async function rig(): Promise<Rig> {
  const proxy = await faultProxy((await s3Server()).endpoint);
  const behind = await testRemote('bucket');
  const remote = { ...behind, settings: [['endpoint', proxy.endpoint]] as const };
  return { proxy, remote, project: await projectWithData(files(), PATHS, remote) };
}

let afterPush: Promise<Omit<Rig, 'project'> & { begin(): Promise<TestProject> }> | undefined;

/** The same after a push, prepared once for a test file. */
export async function pushedRig(): Promise<Rig> {
  afterPush ??= rig().then(async ({ proxy, remote, project }) => {
    await succeeds(project, ['push']);
    return { proxy, remote, begin: await startingPoint(project, remote) };
  });
  const { proxy, remote, begin } = await afterPush;
  proxy.decide = () => undefined;
  return { proxy, remote, project: await begin() };
}

export async function cloneHasAll(project: TestProject, remote: TestRemote): Promise<void> {
  const copy = await clone(project, remote);
  await succeeds(copy, ['pull']);
  await sameData(project, copy);
}

/** The verb, killed when the server gets its request of that number; false where it made fewer. */
export async function killedAt(project: TestProject, proxy: FaultProxy, args: readonly string[], nth: number): Promise<boolean> {
  const first = proxy.requests.length;
  let isKilled = false;
  const command = project.start([...args, '--json']);
  proxy.decide = (number) => {
    if (number !== first + nth) return undefined;
    isKilled = true;
    command.child.kill('SIGKILL');
    return nth % 2 === 0 ? { kind: 'reset' } : { kind: 'drop-answer' };
  };
  await command.ended;
  proxy.decide = () => undefined;
  return isKilled;
}
