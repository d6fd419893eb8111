import { join } from 'node:path';
import { inject } from 'vitest';
import { lineHere } from './line-here.ts';
import { createProject, type ProjectFiles, type ProjectOptions, type TestProject } from './test-project.ts';

/** A project whose `mlo` runs in the process of the test, but for commands that read stdin; `start` starts one, as ever. */
export async function createProjectHere(files?: ProjectFiles, options?: ProjectOptions): Promise<TestProject> {
  return here(await createProject(files, options));
}

/** The same of a project that is there. */
export function here(project: TestProject): TestProject {
  // Without a bundle the launcher says what is wrong with the sources.
  if (!inject('isBuilt')) return project;
  return {
    ...project,
    mlo: (args, options = {}) =>
      options.input === undefined
        ? lineHere(join(project.root, options.cwd ?? ''), args, { ...project.env, ...options.env })
        : project.mlo(args, options),
  };
}
