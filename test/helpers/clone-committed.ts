import { existsSync } from 'node:fs';
import { cp, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { REPOSITORY } from './paths.ts';
import { createProject, type TestProject } from './test-project.ts';

/**
 * A folder of this repository as a project of its own, as a clone has it after `npm ci`: what Git tracks (or would, were it added), nothing
 * cached. `paths` in it; default: all.
 */
export async function cloneCommitted(folder = '.', paths: readonly string[] = []): Promise<TestProject> {
  const project = await createProject();
  const from = join(REPOSITORY, folder);
  const listing = ['ls-files', '--cached', '--others', '--exclude-standard', '-z', '--', ...paths];
  const { stdout } = await project.run('git', ['-C', from, ...listing]);
  const present = stdout.split('\0').filter((path) => path !== '' && existsSync(join(from, path)));
  for (const path of present) await cp(join(from, path), project.path(path));
  await symlink(join(REPOSITORY, 'node_modules'), project.path('node_modules'));
  await project.git('init', '--quiet', '--initial-branch=main');
  await project.write({ '.git/info/exclude': '/node_modules\n' });
  await project.git('add', '--all');
  await project.git('commit', '--quiet', '--message=start');
  return project;
}
