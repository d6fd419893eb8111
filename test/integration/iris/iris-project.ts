import { existsSync } from 'node:fs';
import { cp, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { createProject, REPOSITORY, type TestProject } from '../../helpers/index.ts';

const GIVEN = [
  '.gitignore',
  '.mlo/.gitignore',
  '.mlo/config.yaml',
  'data',
  'examples',
  'models',
  'package.json',
  'package-lock.json',
  'params.yaml',
  'pipeline.lock',
  'pipeline.yaml',
  'reports',
  'stages',
];

/** What a clone of this repository has after `npm ci`, as far as its pipelines go: committed files only, nothing cached. */
export async function cloneOfIris(): Promise<TestProject> {
  const project = await createProject();
  const listed = await project.run('git', [
    '-C',
    REPOSITORY,
    'ls-files',
    '--cached',
    '--others',
    '--exclude-standard',
    '-z',
    '--',
    ...GIVEN,
  ]);
  const present = listed.stdout.split('\0').filter((path) => path !== '' && existsSync(join(REPOSITORY, path)));
  for (const path of present) await cp(join(REPOSITORY, path), project.path(path));
  await symlink(join(REPOSITORY, 'node_modules'), project.path('node_modules'));
  await project.git('init', '--quiet', '--initial-branch=main');
  await project.write({ '.git/info/exclude': '/node_modules\n' });
  await project.git('add', '--all');
  await project.git('commit', '--quiet', '--message=start');
  return project;
}

/** Empty where nothing differs from the commit. */
export async function changes(project: TestProject): Promise<string> {
  return await project.git('status', '--porcelain');
}
