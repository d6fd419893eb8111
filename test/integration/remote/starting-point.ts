import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { projectAt, temporaryFolder, withEnvironment, type TestProject } from '../../helpers/index.ts';
import { testRemote, type KINDS, type TestRemote } from './remotes.ts';

interface Beginning {
  readonly remote: TestRemote;
  readonly project: TestProject;
}

/** What many tests begin with, prepared once: each call puts the remote back to what it is now, and returns a copy of the project as it is now. */
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

/** The same for each kind of remote, when it is first asked for. */
export function preparedOnce(prepare: (remote: TestRemote) => Promise<TestProject>): (kind: (typeof KINDS)[number]) => Promise<Beginning> {
  const points = new Map<string, { readonly remote: TestRemote; readonly begin: () => Promise<TestProject> }>();
  return async (kind) => {
    let point = points.get(kind);
    if (point === undefined) {
      const remote = await testRemote(kind);
      point = { remote, begin: await startingPoint(await prepare(remote), remote) };
      points.set(kind, point);
    }
    return { remote: point.remote, project: await point.begin() };
  };
}

/** With times and hard links, and the attributes in which the S3 server keeps what it knows of an object. */
function copyFolder(from: string, to: string): void {
  if (!existsSync(from)) return;
  mkdirSync(dirname(to), { recursive: true });
  execFileSync('cp', ['-a', from, to]);
}
