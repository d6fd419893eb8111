import { cloneCommitted, type TestProject } from '../../helpers/index.ts';

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

/** What a clone of this repository has after `npm ci`, as far as its pipelines go. */
export async function cloneOfIris(): Promise<TestProject> {
  return await cloneCommitted('.', GIVEN);
}

/** Empty where nothing differs from the commit. */
export async function changes(project: TestProject): Promise<string> {
  return await project.git('status', '--porcelain');
}
