import { mkdir, symlink } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { openTracking } from '../../../src/tracking/open.ts';
import type { RunDetail } from '../../../src/tracking/types.ts';
import {
  createProject,
  REPOSITORY,
  startCommand,
  type ProjectFiles,
  type ProjectOptions,
  type RunningCommand,
  type TestProject,
} from '../../helpers/index.ts';

export interface ScriptProject extends TestProject {
  /** Starts `node <args>` as a user would. */
  node(args: readonly string[], env?: { readonly [name: string]: string }): RunningCommand;
  /** All runs without a parent, newest first, as another process sees them now. */
  runs(): readonly RunDetail[];
  /** The value, as soon as `look` gives one: asks again and again, as long as the test may take. */
  soon<T>(look: () => T | undefined): Promise<T>;
}

/** A folder with `mlo-cli` installed; `{ '.mlo/config.yaml': '' }` makes it a project. */
export async function createScriptProject(files: ProjectFiles, options?: ProjectOptions): Promise<ScriptProject> {
  const project = await createProject(files, options);
  await mkdir(project.path('node_modules'), { recursive: true });
  await symlink(REPOSITORY, project.path('node_modules/mlo-cli'));
  return {
    ...project,
    node: (args, env) => startCommand(process.execPath, args, { cwd: project.root, env: { ...project.env, ...env } }),
    runs() {
      const tracking = openTracking({ path: project.path('.mlo/tracking.db'), readOnly: true });
      try {
        return tracking.list().map(({ id }) => tracking.get(id));
      } finally {
        tracking.close();
      }
    },
    async soon(look) {
      for (;;) {
        const found = look();
        if (found !== undefined) return found;
        // What it waits for needs the core.
        await setTimeout(5);
      }
    },
  };
}

/** A script that imports the API; its body may use `existsSync`. */
export function script(body: string): string {
  return `import { existsSync, writeFileSync, mkdirSync } from 'node:fs';\nimport { startRun, withRun } from 'mlo-cli';\n${body}\n`;
}
