import { MloError } from '../core/errors/mlo-error.ts';
import { withProject, type Project } from './project.ts';
import { findPath } from './tracked/find-path.ts';
import { openFound, type ReadableFile } from './tracked/read-found.ts';
import { digestOf, streamOf } from './tracked/stored-object.ts';
import type { AppContext } from './types.ts';

export interface CatOptions {
  /** A path, `path@revision`, or an object of the cache. */
  readonly source: { readonly path: string; readonly rev?: string } | { readonly digest: string };
  /** Called for every piece, one after the other. */
  readonly write: (bytes: Uint8Array) => Promise<void>;
  /** A larger file is an error. */
  readonly mostBytes?: number;
}

export interface CatData {
  readonly path?: string;
  readonly digest?: string;
  /** Bytes. */
  readonly size: number;
}

/** Streams the bytes of a file of any state of the project. */
export async function cat(ctx: AppContext, { source, write, mostBytes = Infinity }: CatOptions): Promise<CatData> {
  return await withProject(ctx, async (project) => {
    const file = await open(project, source);
    let size = 0;
    for await (const bytes of file.bytes()) {
      size += bytes.length;
      if (size > mostBytes) throw tooLarge('path' in source ? source.path : source.digest, mostBytes);
      await write(bytes);
    }
    return { ...('path' in source ? { path: source.path } : {}), ...(file.digest === undefined ? {} : { digest: file.digest }), size };
  });
}

async function open(project: Project, source: CatOptions['source']): Promise<Pick<ReadableFile, 'bytes' | 'digest'>> {
  if ('path' in source) return await openFound(project, await findPath(project, source.path, source.rev), source.path);
  const digest = digestOf(source.digest);
  const cache = await project.cache();
  return { digest, bytes: () => streamOf(cache, digest) };
}

function tooLarge(what: string, mostBytes: number): MloError {
  return new MloError('MLO_USAGE', `'${what}' has more than ${mostBytes} bytes: too much for one JSON document`, {
    hint: 'Leave --json out: the bytes are then streamed as they are',
  });
}
