import { MloError, type MloErrorOptions } from '../../core/errors/mlo-error.ts';
import { diffFiles, type DiffOptions } from '../../core/metrics/diff-files.ts';
import type { ProjectPath } from '../../core/stage.ts';
import { projectPath } from '../paths.ts';
import { withProject, type Project } from '../project.ts';
import type { AppContext, ValuesData, ValuesDiffData } from '../types.ts';
import { openSource, type ValueSource } from './source.ts';

/** Revisions as typed: none = HEAD and the workspace, one = it and the workspace. */
export type Revisions = readonly [old?: string | undefined, current?: string | undefined];

type ReadSide = (project: Project, source: ValueSource, targets: readonly ProjectPath[]) => Promise<ValuesData>;

/** Values at one revision, default the workspace. Throws MLO_TARGET where a target is not there. */
export async function showValues(
  ctx: AppContext,
  revision: string | undefined,
  typed: readonly string[],
  read: ReadSide,
): Promise<ValuesData> {
  return await withProject(ctx, async (project) => {
    const targets = projectPaths(project, typed);
    const source = await openSource(project, revision);
    const data = await read(project, source, targets);
    requireTargets(targets, [source], [data]);
    return data;
  });
}

/** What differs between two revisions. Throws MLO_TARGET where a target is on neither side. */
export async function compareValues(
  ctx: AppContext,
  [old, current]: Revisions,
  typed: readonly string[],
  read: ReadSide,
  options: DiffOptions,
): Promise<ValuesDiffData> {
  return await withProject(ctx, async (project) => {
    const targets = projectPaths(project, typed);
    const sources = [await openSource(project, old ?? 'HEAD'), await openSource(project, current)] as const;
    const [before, now] = [await read(project, sources[0], targets), await read(project, sources[1], targets)];
    requireTargets(targets, sources, [before, now]);
    return { old: sources[0].label, new: sources[1].label, diffs: diffFiles(before.files, now.files, options) };
  });
}

function projectPaths(project: Project, typed: readonly string[]): readonly ProjectPath[] {
  return typed.map((path) => projectPath(project.root, project.ctx.cwd, path));
}

function requireTargets(targets: readonly ProjectPath[], sources: readonly ValueSource[], found: readonly ValuesData[]): void {
  const files = found.flatMap((data) => Object.keys(data.files));
  const missing = targets.filter((target) => !files.some((file) => file === target || file.startsWith(`${target}/`)));
  if (missing.length === 0) return;
  const where = sources.map((source) => `in ${source.label}`).join(' nor ');
  const options: MloErrorOptions = { hint: 'Name files with values, relative to where you are.', details: { targets: missing } };
  throw new MloError(
    'MLO_TARGET',
    `There is no file ${missing.map((path) => `'${path}'`).join(', ')}, ${sources.length > 1 ? 'neither ' : ''}${where}`,
    options,
  );
}
