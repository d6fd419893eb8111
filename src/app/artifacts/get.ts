import { statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { RunId } from '../../core/run.ts';
import { MloError } from '../../core/errors/mlo-error.ts';
import { asIoError } from '../../fs/errno.ts';
import { withProject } from '../project.ts';
import { readTracking } from '../read-tracking.ts';
import type { AppContext } from '../types.ts';
import { artifactsAt } from './artifacts-at.ts';
import { isNamed, prefixOf, type Artifact } from './find-artifact.ts';
import { checkName, placeFiles, placingsOf } from './place-files.ts';
import { isLongName, placeable, type Unplaced } from './unplaceable.ts';

export interface ArtifactsGetOptions {
  readonly run: string;
  /** Default: all artifacts, into a folder. */
  readonly path?: string;
  /** A file, a folder, or a function that takes the bytes of one file. Default: the artifact's name here. */
  readonly target?: string | ((bytes: Uint8Array) => Promise<void>);
  readonly force: boolean;
}

export interface ArtifactsGetData {
  readonly run: RunId;
  /** Absolute; absent where the bytes went to a stream. */
  readonly to?: string;
  readonly files: number;
  readonly bytes: number;
  /** Of many artifacts: what has no place beside the others. */
  readonly unplaced: readonly Unplaced[];
}

/** Brings artifacts of a run out of the cache, verified. Throws MLO_RUN_UNKNOWN, MLO_TARGET, MLO_OUT_UNSAVED, MLO_PATH_UNSAFE, MLO_OBJECT_MISSING. */
export async function artifactsGet(ctx: AppContext, { run: id, path, target, force }: ArtifactsGetOptions): Promise<ArtifactsGetData> {
  if (target === '') throw new MloError('MLO_USAGE', 'The path to write to is empty', { hint: 'Is a variable of the shell unset?' });
  return await withProject(ctx, async (project) => {
    const run = await readTracking(project, (tracking) => tracking.get(id));
    if (run.artifacts.length === 0 && path === undefined)
      throw new MloError('MLO_TARGET', `The run ${run.id} (${run.name}) has no artifacts.`, { hint: 'mlo runs list' });
    const cache = await project.cache();
    const found = path === undefined ? run.artifacts : await artifactsAt(project, cache, run, path);
    const one = path === undefined ? undefined : found.find((artifact) => isNamed(artifact, path));
    if (typeof target === 'function') {
      if (one === undefined || one.content.kind !== 'file') throw notOneFile(path);
      let bytes = 0;
      for await (const piece of cache.stream(one.content)) {
        bytes += piece.length;
        await target(piece);
      }
      return { run: run.id, files: 1, bytes, unplaced: [] };
    }
    const to = resolve(ctx.cwd, placeOf(ctx.cwd, run.id, one, path, target));
    // A path that artifacts only begin with is a folder, too, and the target gets what is in it.
    const prefix = path === undefined || one !== undefined ? '' : prefixOf(path);
    const wanted = placingsOf(
      cache,
      one === undefined ? found.map((artifact) => ({ at: artifact.path.slice(prefix.length), artifact })) : [{ at: '', artifact: one }],
    );
    const { placings, unplaced } = placeable(to, wanted);
    const done = await placeFiles(cache, to, placings, { force, signal: ctx.signal }).catch((error: unknown) => {
      throw asIoError(error, 'write', to);
    });
    return { run: run.id, to, ...done, unplaced: unplaced.map(({ path: at, why }) => ({ path: prefix + at, why })) };
  });
}

/** As `cp` has it: into a folder that is there, else under that name. */
function placeOf(cwd: string, run: RunId, one: Artifact | undefined, path: string | undefined, target: string | undefined): string {
  if (one === undefined) return target ?? (path === undefined ? `artifacts-${run.slice(0, 8)}` : ownName(path));
  if (target === undefined) return ownName(one.path);
  const isFolder = target.endsWith('/') || statSync(resolve(cwd, target), { throwIfNoEntry: false })?.isDirectory() === true;
  return isFolder && one.content.kind !== 'tree' ? join(target, ownName(one.path)) : target;
}

function ownName(path: string): string {
  const name = basename(path);
  checkName(name);
  if (!isLongName(name)) return name;
  throw new MloError('MLO_PATH_UNSAFE', `The artifact ${JSON.stringify(path)} is not written: no file can have so long a name.`, {
    hint: 'Give it another name: -o name',
    details: { path },
  });
}

function notOneFile(path: string | undefined): MloError {
  const what = path === undefined ? 'All artifacts of a run' : `'${path}'`;
  return new MloError('MLO_USAGE', `${what} cannot be written to a stream: only one file can.`, { hint: 'Name a folder: -o folder' });
}
