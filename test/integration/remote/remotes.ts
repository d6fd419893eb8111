import { join } from 'node:path';
import { openRemote } from '../../../src/remote/open-remote.ts';
import type { Remote } from '../../../src/remote/port.ts';
import { projectAt, temporaryFolder, createProject, type ProjectFiles, type TestProject } from '../../helpers/index.ts';
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
  const project = withEnv(await createProject({ '.mlo/config.yaml': '' }, { git: true }), remote);
  await project.write(files);
  await succeeds(project, ['remote', 'add', 'origin', remote.url]);
  for (const [key, value] of remote.settings) await succeeds(project, ['remote', 'modify', 'origin', key, value]);
  if (add.length > 0) await succeeds(project, ['add', ...add]);
  await project.git('add', '--all');
  await project.git('commit', '--quiet', '--allow-empty', '--message=data');
  return project;
}

export async function clone(project: TestProject, remote: TestRemote): Promise<TestProject> {
  const root = join(await temporaryFolder(), 'clone');
  await project.git('clone', '--quiet', project.root, root);
  return withEnv(projectAt(root, project.home), remote);
}

function withEnv(project: TestProject, remote: TestRemote): TestProject {
  return {
    ...project,
    mlo: (args, options = {}) => project.mlo(args, { ...options, env: { ...remote.env, ...options.env } }),
    start: (args, options = {}) => project.start(args, { ...options, env: { ...remote.env, ...options.env } }),
  };
}

/** The `data` of `--json`. Fails with what was printed. */
export async function succeeds(project: TestProject, args: readonly string[], codes: readonly number[] = [0]): Promise<any> {
  const result = await project.mlo([...args, '--json']);
  if (!codes.includes(result.code)) throw new Error(`mlo ${args.join(' ')} ended with ${result.code}:\n${result.stdout}${result.stderr}`);
  return result.json().data;
}
