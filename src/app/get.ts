import { lstatSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, posix, resolve } from 'node:path';
import type { Content, Digest } from '../core/content.ts';
import { MloError } from '../core/errors/mlo-error.ts';
import { shellWord } from '../core/text/shell-word.ts';
import { withIoErrors } from '../fs/errno.ts';
import { randomHex } from '../fs/random-hex.ts';
import { findRoot } from './find-root.ts';
import { findPathIn } from './imports/bring-path.ts';
import { bring, wantedOf } from './imports/bring-url.ts';
import { withRepository } from './imports/move-repository.ts';
import { repositoryToKeep } from './imports/open-repository.ts';
import { openUrl, schemeOf } from './imports/open-url.ts';
import { msSince } from './ms-since.ts';
import { byteProgress } from './progress.ts';
import { withWriter, type Project } from './project.ts';
import type { AppContext } from './types.ts';

export interface GetOptions {
  /** URL or path of a Git repository; without `path` a URL (or path) of the data itself. */
  readonly source: string;
  readonly path?: string;
  /** Default: the last name, here. */
  readonly out?: string;
  /** Branch, tag or commit; of an object of S3 the version. */
  readonly rev?: string;
  readonly force: boolean;
  readonly jobs?: number;
}

export interface GetData {
  /** Absolute. */
  readonly path: string;
  readonly digest: Digest;
  readonly files: number;
  readonly size: number;
  readonly commit?: string;
  readonly durationMs: number;
}

/** Downloads to a path, verified, without tracking it; needs no project. */
export async function get(ctx: AppContext, options: GetOptions): Promise<GetData> {
  const startMs = performance.now();
  refusePathOfBucket(options);
  const out = placeOf(ctx, options, await nameOf(ctx, options));
  const desk = join(dirname(out), `.mlo-get-${randomHex(8)}`);
  withIoErrors('write to', dirname(out), () => mkdirSync(join(desk, '.mlo'), { recursive: true }));
  try {
    // A project of its own, beside the place where the data is to lie, so that it gets there by a rename.
    writeFileSync(join(desk, '.mlo', 'config.yaml'), '');
    const { content, commit } = await withWriter({ ...ctx, cwd: desk, ownCache: true }, async (project) => {
      const brought = await bringTo(project, ctx.cwd, options);
      const onProgress = byteProgress(ctx.emit, 'checkout', basename(out), brought.content.size);
      const cache = await project.cache();
      await cache.checkout(brought.content, join(desk, 'data'), { link: ['reflink', 'copy'], signal: ctx.signal, onProgress });
      return brought;
    });
    if (options.force) rmSync(out, { recursive: true, force: true });
    renameSync(join(desk, 'data'), out);
    const about = { path: out, digest: content.digest, files: content.files ?? 1, size: content.size };
    return { ...about, ...(commit === undefined ? {} : { commit }), durationMs: msSince(startMs) };
  } finally {
    rmSync(desk, { recursive: true, force: true });
  }
}

/** A bucket is no repository; where the data is to lie is said by -o. */
function refusePathOfBucket({ source, path }: GetOptions): void {
  const scheme = schemeOf(source);
  if (path === undefined || (scheme !== 's3' && scheme !== 'remote')) return;
  throw new MloError('MLO_USAGE', `'${source}' is no Git repository, of which a path could be named`, {
    hint: `mlo get ${shellWord(source)} -o ${shellWord(path)}, or mlo get ${shellWord(`${source.replace(/\/+$/, '')}/${path}`)}`,
  });
}

/** As import and import-url would call it. */
async function nameOf(ctx: AppContext, options: GetOptions): Promise<string> {
  const { source, path } = options;
  if (path !== undefined || schemeOf(source) === undefined) return posix.basename(path ?? source);
  const { reader } = await openSource(ctx, ctx.cwd, options);
  reader.close();
  // %2F in a URL is a slash.
  return posix.basename(reader.name);
}

async function openSource({ env, signal }: AppContext, cwd: string, { source, rev }: GetOptions) {
  const url = schemeOf(source) === undefined ? resolve(cwd, source) : source;
  const root = rootAt(cwd);
  const reader = await openUrl(url, {
    env,
    signal,
    ...(root === undefined ? {} : { root }),
    ...(rev === undefined ? {} : { version: rev }),
  });
  return { url, reader };
}

/** Throws MLO_OUT_UNSAVED where something lies there. */
function placeOf({ cwd }: AppContext, { out, force }: GetOptions, name: string): string {
  const typed = resolve(cwd, out ?? '.');
  const isFolder = out === undefined || out.endsWith('/') || statOf(typed)?.isDirectory() === true;
  const place = isFolder ? join(typed, name) : typed;
  if (name === '' || name === '.' || name === '..') throw new MloError('MLO_USAGE', 'How is it to be called?', { hint: '-o <path>' });
  if (force || statOf(place) === undefined) return place;
  throw new MloError('MLO_OUT_UNSAVED', `Something lies at '${place}' already`, {
    hint: `Another place: -o <path>; to replace it: --force (${shellWord(name)})`,
  });
}

function statOf(path: string): ReturnType<typeof lstatSync> | undefined {
  return withIoErrors('write to', path, () => lstatSync(path, { throwIfNoEntry: false }));
}

async function bringTo(
  project: Project,
  cwd: string,
  options: GetOptions,
): Promise<{ readonly content: Content; readonly commit?: string }> {
  const { source, path, rev, jobs } = options;
  if (path === undefined) {
    const { url, reader } = await openSource(project.ctx, cwd, options);
    try {
      const cache = await project.cache();
      const bringing = { url, out: 'data', pinned: false, ...(jobs === undefined ? {} : { jobs }) };
      return await bring(project, cache, reader, await wantedOf(project, cache, reader, bringing), bringing);
    } finally {
      reader.close();
    }
  }
  return await withRepository(project, repositoryToKeep(cwd, cwd, source, true), async (opened) => {
    const commit = opened.repository.commit(rev);
    const found = await findPathIn(project, opened, commit, path);
    await found.bring();
    return { content: found.content, commit };
  });
}

/** Of the project whose remotes count; undefined where there is none. */
function rootAt(cwd: string): string | undefined {
  try {
    return findRoot(cwd);
  } catch (error) {
    if (error instanceof MloError && error.code === 'MLO_NOT_A_PROJECT') return undefined;
    throw error;
  }
}
