import { MloError, type MloErrorOptions } from '../../core/errors/mlo-error.ts';
import { given } from '../../core/given.ts';
import { diffFiles, type DiffOptions } from '../../core/metrics/diff-files.ts';
import type { ProjectPath } from '../../core/stage.ts';
import { isAtOrBelow, projectPath } from '../paths.ts';
import { withProject, type Project } from '../project.ts';
import type { AppContext, UnreadValues, ValuesData, ValuesDiffData } from '../types.ts';
import { openSource, type ValueSource } from './source.ts';

/** Revisions as typed: none = HEAD and the workspace, one = it and the workspace. */
export type Revisions = readonly [old?: string | undefined, current?: string | undefined];

type ReadSide = (project: Project, source: ValueSource, targets: readonly ProjectPath[]) => Promise<ValuesData>;

/** Values at one revision, default the workspace. Throws MLO_TARGET where a target is not there, MLO_OBJECT_MISSING where the cache has it not. */
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
    if (targets.length > 0) refuseUnread(data.unread);
    requireTargets(targets, [source], [data]);
    return data;
  });
}

/** What differs between two revisions. Throws MLO_TARGET where a target is on neither side, MLO_OBJECT_MISSING where the cache has one not. */
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
    const unread = [...(before.unread ?? []), ...(now.unread ?? [])];
    if (targets.length > 0) refuseUnread(unread);
    requireTargets(targets, sources, [before, now]);
    const diffs = diffFiles(before.files, now.files, options).filter(({ file }) => !unread.some(({ path }) => isAtOrBelow(file, path)));
    return { old: sources[0].label, new: sources[1].label, diffs, ...(unread.length === 0 ? {} : { unread }) };
  });
}

function projectPaths(project: Project, typed: readonly string[]): readonly ProjectPath[] {
  return typed.map((path) => projectPath(project.root, project.ctx.cwd, path));
}

/** Where nothing but these values will do. Throws MLO_OBJECT_MISSING, MLO_OBJECT_CORRUPT. */
export function refuseUnread(unread: readonly UnreadValues[] = []): void {
  const [first, ...others] = unread;
  if (first === undefined) return;
  const { code, message, hint } = first;
  throw new MloError(code, `${message}${others.length === 0 ? '' : ` (and ${others.length} more)`}`, {
    ...given({ hint }),
    details: { unread },
  });
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
