import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Digest } from '../core/content.ts';
import { MloError } from '../core/errors/mlo-error.ts';
import { isInside } from '../core/path/project-path.ts';
import type { UrlSource } from '../core/pointer-source.ts';
import { hasSecretQuery } from '../core/text/secret-query.ts';
import { bring, forgetDownload, wantedOf } from './imports/bring-url.ts';
import { importPlace } from './imports/import-place.ts';
import { openUrl, schemeOf, urlToKeep } from './imports/open-url.ts';
import { placeImport } from './imports/place-import.ts';
import { msSince } from './ms-since.ts';
import { absolutePath } from './paths.ts';
import { withWriter, type Project } from './project.ts';
import { POINTER_SUFFIX } from './scan-project.ts';
import type { AppContext } from './types.ts';

export interface ImportUrlOptions {
  readonly url: string;
  /** Default: the last name of the URL, here. */
  readonly out?: string;
  /** S3: this version of the object, and it stays that one. */
  readonly version?: string;
  /** What lies there, or is tracked there, is replaced. */
  readonly force: boolean;
  /** Requests at a time. */
  readonly jobs?: number;
  /** Only says what would come. */
  readonly dry: boolean;
}

export interface ImportUrlData {
  readonly path: string;
  readonly pointer: string;
  /** False with `dry`. */
  readonly done: boolean;
  readonly source: UrlSource | { readonly url: string };
  /** Absent with `dry`. */
  readonly digest?: Digest;
  /** Of the whole; bytes are 0 with `dry` where the server does not say. */
  readonly files: number;
  readonly size: number;
  /** That came over the wire; with `dry`: to come. */
  readonly filesReceived: number;
  readonly bytesReceived: number;
  readonly requests: number;
  readonly durationMs: number;
}

/** Tracks what lies at a URL: bytes into the cache, a pointer that says where they came from, then the workspace. */
export async function importUrl(ctx: AppContext, options: ImportUrlOptions): Promise<ImportUrlData> {
  return await withWriter(ctx, async (project) => {
    const startMs = performance.now();
    const url = urlToKeep(project.root, ctx.cwd, options.url);
    refuseSigned(url);
    const { version } = options;
    const opening = { env: ctx.env, root: project.root, signal: ctx.signal, ...(version === undefined ? {} : { version }) };
    const reader = await openUrl(url, opening);
    try {
      const path = await importPlace(project, { typed: options.out, name: reader.name, force: options.force });
      refuseItself(project, url, path);
      const cache = await project.cache();
      const { jobs } = options;
      const bringing = { url, out: path, pinned: version !== undefined, ...(jobs === undefined ? {} : { jobs }) };
      const wanted = await wantedOf(project, cache, reader, bringing);
      const about = { path, pointer: path + POINTER_SUFFIX, files: wanted.files.length };
      if (options.dry) {
        const bytesReceived = wanted.missing.reduce((sum, { size = 0 }) => sum + size, 0);
        const size = wanted.files.reduce((sum, file) => sum + (file.size ?? 0), 0);
        const told = { done: false, source: { url }, size, filesReceived: wanted.missing.length, bytesReceived };
        return { ...about, ...told, requests: reader.requests, durationMs: msSince(startMs) };
      }
      const { content, source, files, bytes } = await bring(project, cache, reader, wanted, bringing);
      await placeImport(project, cache, { path, content, source }, options.force);
      forgetDownload(project, url);
      const told = { done: true, source, digest: content.digest, size: content.size, filesReceived: files, bytesReceived: bytes };
      return { ...about, ...told, requests: reader.requests, durationMs: msSince(startMs) };
    } finally {
      reader.close();
    }
  });
}

function refuseSigned(url: string): void {
  if (!hasSecretQuery(url)) return;
  throw new MloError('MLO_USAGE', 'The address holds a signature or key, and pointers are committed', {
    hint: 'An address without one; or download it without keeping the address: mlo get <url>, then mlo add <path>',
  });
}

/** A folder that holds the place it is imported to, or the other way round. */
function refuseItself(project: Project, url: string, path: string): void {
  const scheme = schemeOf(url);
  if (scheme !== undefined && scheme !== 'file') return;
  const from = scheme === undefined ? resolve(project.root, url) : fileURLToPath(url);
  const to = absolutePath(project.root, path);
  if (!isInside(from, to) && !isInside(to, from)) return;
  throw new MloError('MLO_USAGE', `'${url}' and '${path}' lie in each other`, { hint: 'What is in the project already: mlo add <path>' });
}
