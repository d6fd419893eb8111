import { Readable } from 'node:stream';
import type { Entry, ListOptions, ParamsOptions, Values, Where } from './types.ts';

/**
 * A file of any revision of a project on this machine as a stream, without a checkout: tracked data, outs, and what Git keeps.
 * What mlo keeps is verified as it is read: where the bytes are not those of the digest, the stream ends with an error.
 *
 * Errors (as 'error' of the stream) have a `code`: MLO_NOT_A_PROJECT, MLO_TARGET (no such file, or a folder), MLO_GIT (no such
 * revision), MLO_OBJECT_MISSING (not in the cache), MLO_OBJECT_CORRUPT, MLO_PATH_UNSAFE.
 */
export function open(path: string, where: Where = {}): Readable {
  return Readable.from(bytesOf(path, where), { objectMode: false });
}

/** The same file whole: its bytes, or with an `encoding` its text. Rejects with the errors of `open`. */
export async function read(path: string, where: Where & { readonly encoding: BufferEncoding }): Promise<string>;
export async function read(path: string, where?: Where): Promise<Buffer>;
export async function read(path: string, where: Where & { readonly encoding?: BufferEncoding } = {}): Promise<Buffer | string> {
  const { wholeFile } = await import('./read-file.ts');
  const bytes = await wholeFile(path, where);
  return where.encoding === undefined ? bytes : bytes.toString(where.encoding);
}

/** What is in a folder of the project or in a tracked one, sorted by path; of a file that file alone. Default: the folder `repo`. */
export async function list(path = '.', where: ListOptions = {}): Promise<readonly Entry[]> {
  const { listAt } = await import('./list-folder.ts');
  return await listAt(path, where);
}

/** Params of all files that the pipeline names (params.yaml always), or those that `stages` declare. */
export async function paramsShow(options: ParamsOptions = {}): Promise<Values> {
  const { paramsAt } = await import('./show-values.ts');
  return await paramsAt(options);
}

/**
 * Metrics of all files that the pipeline names; nested keys are joined by dots. Rejects with MLO_OBJECT_MISSING where `rev` has a file
 * that is neither in Git nor in the cache, for its values are not known; `paramsShow` does the same.
 */
export async function metricsShow(where: Where = {}): Promise<Values> {
  const { metricsAt } = await import('./show-values.ts');
  return await metricsAt(where);
}

async function* bytesOf(path: string, where: Where): AsyncGenerator<Uint8Array> {
  const { fileBytes } = await import('./read-file.ts');
  yield* fileBytes(path, where);
}
