import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { faultProxy, type FaultProxy } from '../../helpers/fault-proxy.ts';
import { projectAt, temporaryFolder, withEnvironment, type TestProject } from '../../helpers/index.ts';
import { s3Server } from '../../helpers/s3-server.ts';
import { clone, projectWithData, sameData, succeeds, testRemote, type TestRemote } from '../../integration/remote/remotes.ts';

const LARGE = randomBytes(2_000_000);
export const PATHS = ['data/raw', 'data/big.bin'];

export function files(): { [path: string]: string | Uint8Array } {
  const small = Object.fromEntries(
    Array.from({ length: 60 }, (_, number) => [`data/raw/part${number % 3}/${number}.txt`, `row ${number}\n`]),
  );
  return { ...small, 'data/big.bin': LARGE };
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

/** Prepared once: each call puts the remote back to what it is now, and returns a copy of the project as it is now. */
export async function startingPoint(project: TestProject, remote: TestRemote): Promise<() => Promise<TestProject>> {
  const kept = await temporaryFolder();
  copyFolder(project.root, join(kept, 'project'));
  copyFolder(remote.folder, join(kept, 'remote'));
  return async () => {
    rmSync(remote.folder, { recursive: true, force: true });
    copyFolder(join(kept, 'remote'), remote.folder);
    const root = join(await temporaryFolder(), 'project');
    copyFolder(join(kept, 'project'), root);
    return withEnvironment(projectAt(root, project.home), remote.env);
  };
}

/** With times and hard links, and the attributes in which the S3 server keeps what it knows of an object. */
function copyFolder(from: string, to: string): void {
  if (!existsSync(from)) return;
  mkdirSync(dirname(to), { recursive: true });
  execFileSync('cp', ['-a', from, to]);
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
