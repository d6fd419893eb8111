import { posix } from 'node:path';
import type { Digest } from '../core/content.ts';
import type { RepositorySource } from '../core/pointer-source.ts';
import { findPathIn } from './imports/bring-path.ts';
import { importPlace } from './imports/import-place.ts';
import { withRepository } from './imports/move-repository.ts';
import { repositoryToKeep } from './imports/open-repository.ts';
import { placeImport } from './imports/place-import.ts';
import { msSince } from './ms-since.ts';
import { withWriter } from './project.ts';
import { POINTER_SUFFIX } from './scan-project.ts';
import type { AppContext } from './types.ts';

export interface ImportOptions {
  /** URL or path of a Git repository. */
  readonly repo: string;
  /** In it: what mlo keeps there, or a file or folder of Git. */
  readonly path: string;
  /** Default: its last name, here. */
  readonly out?: string;
  /** Branch, tag or commit. */
  readonly rev?: string;
  readonly force: boolean;
}

export interface ImportData {
  readonly path: string;
  readonly pointer: string;
  readonly done: true;
  readonly source: RepositorySource;
  readonly digest: Digest;
  readonly files: number;
  readonly size: number;
  /** That came: from the cache of that project, or a remote of it. */
  readonly filesReceived: number;
  readonly bytesReceived: number;
  readonly durationMs: number;
}

/** Tracks what another project keeps at a path, pinned by commit. */
export async function importPath(ctx: AppContext, options: ImportOptions): Promise<ImportData> {
  return await withWriter(ctx, async (project) => {
    const startMs = performance.now();
    const repo = repositoryToKeep(project.root, ctx.cwd, options.repo);
    return await withRepository(project, repo, async (opened) => {
      const name = posix.basename(options.path);
      const path = await importPlace(project, { typed: options.out, name, force: options.force });
      const commit = opened.repository.commit(options.rev);
      const found = await findPathIn(project, opened, commit, options.path);
      const { files, bytes } = await found.bring();
      const cache = await project.cache();
      await cache.flush();
      const { content } = found;
      const kept = options.path.replace(/\/+$/, '').replace(/^\.\//, '');
      const source: RepositorySource = { repo, path: kept, ...(options.rev === undefined ? {} : { rev: options.rev }), commit };
      await placeImport(project, cache, { path, content, source }, options.force);
      return {
        path,
        pointer: path + POINTER_SUFFIX,
        done: true,
        source,
        digest: content.digest,
        files: content.files ?? 1,
        size: content.size,
        filesReceived: files,
        bytesReceived: bytes,
        durationMs: msSince(startMs),
      };
    });
  });
}
