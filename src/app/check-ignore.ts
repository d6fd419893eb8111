import type { ProjectPath } from '../core/stage.ts';
import { explainIgnore, type IgnoreLine } from '../fs/ignore-explain.ts';
import { statOf } from './add/path-faults.ts';
import { absolutePath, projectPath } from './paths.ts';
import { withProject } from './project.ts';
import type { AppContext } from './types.ts';

export interface CheckIgnoreData {
  readonly paths: readonly {
    /** As typed. */
    readonly typed: string;
    readonly path: ProjectPath;
    readonly ignored: boolean;
    /** The pattern that decides. */
    readonly pattern?: IgnoreLine;
    /** With `all`: every pattern that matches; a later one is stronger. */
    readonly patterns?: readonly IgnoreLine[];
  }[];
}

export interface CheckIgnoreOptions {
  readonly paths: readonly string[];
  readonly all: boolean;
}

/** Which paths .mloignore files keep out, and by which line. The paths need not exist; one with a slash at its end is a folder. */
export async function checkIgnore(ctx: AppContext, options: CheckIgnoreOptions): Promise<CheckIgnoreData> {
  return await withProject(ctx, async ({ root }) => ({
    paths: options.paths.map((typed) => {
      const path = projectPath(root, ctx.cwd, typed);
      const isFolder = typed.endsWith('/') || statOf(absolutePath(root, path))?.isDirectory() === true;
      if (path === '.') return { typed, path, ignored: false };
      const { ignored, decides, patterns } = explainIgnore(root, path, isFolder);
      return { typed, path, ignored, ...(decides === undefined ? {} : { pattern: decides }), ...(options.all ? { patterns } : {}) };
    }),
  }));
}
