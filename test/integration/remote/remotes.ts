import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { IndexSet } from '../../../src/remote/index-set.ts';
import { packKey } from '../../../src/remote/keys.ts';
import { openRemote } from '../../../src/remote/open-remote.ts';
import type { Remote } from '../../../src/remote/port.ts';
import { createProject, projectAt, temporaryFolder, withEnvironment, type ProjectFiles, type TestProject } from '../../helpers/index.ts';
import { mloHere } from '../../helpers/mlo-here.ts';
import { s3Server } from '../../helpers/s3-server.ts';

/** A place to push to, as the tests look at it. */
export interface TestRemote {
  readonly url: string;
  /** Its files, also of a bucket: tests damage them. */
  readonly folder: string;
  readonly env: { readonly [name: string]: string };
  /** After `mlo remote add origin <url>`. */
  readonly settings: readonly (readonly [key: string, value: string])[];
  open(): Promise<Remote>;
}

export const KINDS = ['folder', 'bucket'] as const;

export async function testRemote(kind: (typeof KINDS)[number]): Promise<TestRemote> {
  if (kind === 'folder') {
    const folder = join(await temporaryFolder(), 'remote');
    return { url: folder, folder, env: {}, settings: [], open: async () => await openRemote({ name: 'test', url: folder }) };
  }
  const { endpoint, env, accessKeyId, secretAccessKey, bucket } = await s3Server();
  const { name, folder } = bucket();
  const url = `s3://${name}/team/data`;
  return {
    url,
    folder: join(folder, 'team', 'data'),
    env,
    settings: [['endpoint', endpoint]],
    open: async () => await openRemote({ name: 'test', url, endpoint, accessKeyId, secretAccessKey }),
  };
}

/** A repository with data that is added and committed, and a remote that nothing was pushed to. */
export async function projectWithData(files: ProjectFiles, add: readonly string[], remote: TestRemote): Promise<TestProject> {
  const project = withEnvironment(await createProject({ '.mlo/config.yaml': '' }, { git: true }), remote.env);
  await project.write(files);
  if (add.length > 0) {
    await project.write({ '.mlo/config.yaml': asConfigured(remote) });
    await succeeds(project, ['add', ...add]);
  } else {
    await succeeds(project, ['remote', 'add', 'origin', remote.url]);
    for (const [key, value] of remote.settings) await succeeds(project, ['remote', 'modify', 'origin', key, value]);
  }
  await project.git('add', '--all');
  await project.git('commit', '--quiet', '--allow-empty', '--message=data');
  return project;
}

/** What `mlo remote add` and `modify` write: hundreds of projects need not each start them. */
function asConfigured({ url, settings }: TestRemote): string {
  const lines = [['url', url] as const, ...settings].map(([key, value]) => `    ${key}: ${JSON.stringify(value)}\n`);
  return `remotes:\n  origin:\n${lines.join('')}`;
}

export async function clone(project: TestProject, remote: TestRemote): Promise<TestProject> {
  const root = join(await temporaryFolder(), 'clone');
  await project.git('clone', '--quiet', project.root, root);
  return withEnvironment(projectAt(root, project.home), remote.env);
}

/** The `data` of `--json`, from a command in this process. Fails with what it brought. */
export async function succeeds(project: TestProject, args: readonly string[], codes: readonly number[] = [0]): Promise<any> {
  const answer = await mloHere(project, args);
  if (!codes.includes(answer.code))
    throw new Error(`mlo ${args.join(' ')} ended with ${answer.code}:\n${JSON.stringify(answer, undefined, 2)}`);
  return answer.data;
}

/** Files below the remote's folder, as keys. */
export function keysOf(folder: string, prefix = ''): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(join(folder, prefix), { withFileTypes: true }).flatMap((entry) => {
    const key = prefix === '' ? entry.name : `${prefix}/${entry.name}`;
    return entry.isDirectory() ? keysOf(folder, key) : [key];
  });
}

/** Bytes that no compression makes smaller, the same for the same seed. */
export function noise(length: number, seed = 1): Buffer {
  const bytes = Buffer.alloc(length);
  let state = seed;
  for (let at = 0; at < length; at += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[at] = state >>> 24;
  }
  return bytes;
}

/** `except`: a pattern of names that do not count. */
export async function sameData(a: TestProject, b: TestProject, path = 'data', except?: string): Promise<void> {
  const { code, stdout } = await a.run('diff', ['-r', ...(except === undefined ? [] : ['-x', except]), a.path(path), b.path(path)]);
  if (code !== 0) throw new Error(`The data is not the same:\n${stdout}`);
}

/** Whatever happened: an index names only packs that are there, with the length that it says. */
export async function isConsistent(remote: TestRemote): Promise<void> {
  const opened = await remote.open();
  const { indexes } = await IndexSet.load(opened, await temporaryFolder());
  for (const { index } of indexes)
    for (const { id, size } of index.packs) {
      const found = await opened.stat(packKey(id));
      if (found?.size !== size) throw new Error(`An index names the pack ${id} of ${size} bytes, and there is ${JSON.stringify(found)}`);
    }
  opened.close();
}
