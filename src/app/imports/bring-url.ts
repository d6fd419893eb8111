import type { Cache } from '../../cache/types.ts';
import type { Content } from '../../core/content.ts';
import { encodeTree } from '../../core/encoding/tree-format.ts';
import { decodeListing, encodeListing, type ListedFile } from '../../core/encoding/url-listing.ts';
import { MloError } from '../../core/errors/mlo-error.ts';
import { listingOf, type UrlMark, type UrlSource } from '../../core/pointer-source.ts';
import { openIgnore } from '../../fs/ignore.ts';
import { download } from '../../remote/url/download.ts';
import type { UrlFile, UrlLook, UrlReader } from '../../remote/url/port.ts';
import { foldersAround } from '../../core/path/own-paths.ts';
import { byteProgress } from '../progress.ts';
import type { Project } from '../project.ts';
import { checkKeys } from './check-keys.ts';
import { ResumeLog } from './resume-log.ts';

/** Requests at a time. */
const IMPORT_JOBS = 16;

export interface BringOptions {
  /** As it is kept in the pointer. */
  readonly url: string;
  /** Where the data is to lie, for .mloignore. */
  readonly out: string;
  readonly pinned: boolean;
  readonly jobs?: number;
  /** What was imported before: files that are the same are not downloaded. */
  readonly before?: UrlSource;
}

export interface Brought {
  readonly content: Content;
  readonly source: UrlSource;
  /** That came. */
  readonly files: number;
  readonly bytes: number;
  /** Files that were here already. */
  readonly same: number;
}

/** What is to come: all of it, or what is not known from before. */
export interface Wanted {
  readonly kind: UrlLook['kind'];
  readonly files: readonly UrlFile[];
  readonly missing: readonly UrlFile[];
  readonly known: ReadonlyMap<string, ListedFile>;
}

/** Looks at the URL, and downloads nothing yet. Throws as the reader, and MLO_PATH_UNSAFE. */
export async function wantedOf(project: Project, cache: Cache, reader: UrlReader, options: BringOptions): Promise<Wanted> {
  const { kind, files: found } = await reader.look();
  const files = kind === 'file' ? found : withoutIgnored(project, options.out, reader.address, found);
  const known = new Map<string, ListedFile>();
  for (const each of [...listedBefore(cache, options.before), ...new ResumeLog(project, options.url).read()]) known.set(each.key, each);
  const isKnown = (file: UrlFile): boolean => {
    const before = known.get(file.key);
    return before !== undefined && isSame(before, file) && cache.has({ digest: before.digest, size: before.size, kind: 'file' });
  };
  return { kind, files, missing: files.filter((file) => !isKnown(file)), known };
}

/** Downloads what is missing into the cache, durably, and says what the whole is. */
export async function bring(project: Project, cache: Cache, reader: UrlReader, wanted: Wanted, options: BringOptions): Promise<Brought> {
  const { files, missing, known, kind } = wanted;
  const { signal, emit } = project.ctx;
  const contents = new Map<string, Content>();
  for (const { key, digest, size } of known.values()) contents.set(key, { digest, size, kind: 'file' });
  const total = missing.reduce((sum, { size = 0 }) => sum + size, 0);
  const onProgress = byteProgress(emit, 'fetch', reader.address, total);
  const log = new ResumeLog(project, options.url);
  let bytes = 0;
  try {
    await download(missing, {
      reader,
      local: cache.objects,
      jobs: options.jobs ?? IMPORT_JOBS,
      signal,
      onBytes: (count) => onProgress((bytes += count)),
      onFile(file, content) {
        contents.set(file.key, content);
        log.add({ key: file.key, size: content.size, digest: content.digest, ...(file.etag === undefined ? {} : { etag: file.etag }) });
      },
    });
  } finally {
    log.write();
  }
  const contentOf = (file: UrlFile): Content => {
    const content = contents.get(file.key) as Content;
    return file.isExecutable === true ? { ...content, mode: 'exec' } : content;
  };
  const whole = kind === 'file' ? contentOf(files[0] as UrlFile) : treeOf(cache, new Map(files.map((file) => [file.key, contentOf(file)])));
  const source = kind === 'file' ? fileSource(options, files[0] as UrlFile) : folderSource(cache, options, files, contents);
  await cache.flush();
  return { content: whole, source, files: missing.length, bytes, same: files.length - missing.length };
}

/** After the pointer is there. */
export function forgetDownload(project: Project, url: string): void {
  new ResumeLog(project, url).remove();
}

/** Whether what a pointer says of a single file is what lies there now; undefined where the server says too little to know. */
export function sameMark(before: UrlMark, now: UrlMark): boolean | undefined {
  if (before.size !== undefined && now.size !== undefined && before.size !== now.size) return false;
  if (before.etag !== undefined && now.etag !== undefined) return before.etag === now.etag;
  if (before.modified !== undefined && now.modified !== undefined) return before.modified === now.modified;
  return undefined;
}

/** The files of an earlier import; none where its list is not in the cache: then everything is downloaded. */
export function listedBefore(cache: Cache, before: UrlSource | undefined): readonly ListedFile[] {
  const listing = listingOf(before);
  if (listing === undefined) return [];
  try {
    return decodeListing(cache.readBytes(listing.digest).toString('utf8'));
  } catch (error) {
    if (error instanceof MloError) return [];
    throw error;
  }
}

function isSame(before: ListedFile, now: UrlFile): boolean {
  return before.etag !== undefined && before.etag === now.etag && before.size === now.size;
}

/** What .mloignore names would never count as part of the folder. */
function withoutIgnored(project: Project, out: string, address: string, files: readonly UrlFile[]): readonly UrlFile[] {
  checkKeys(
    address,
    files.map(({ key }) => key),
  );
  if (files.length === 0)
    throw new MloError('MLO_TARGET', `There is no file at ${address}`, { hint: 'Check the address: an empty folder is not imported.' });
  const ignore = openIgnore(project.root);
  const isIgnored = ({ key }: UrlFile): boolean =>
    ignore.ignores(`${out}/${key}`, false) || foldersAround(key).some((folder) => ignore.ignores(`${out}/${folder}`, true));
  const kept = files.filter((file) => !isIgnored(file));
  if (kept.length > 0) return kept;
  throw new MloError('MLO_TARGET', `.mloignore names all that lies at ${address}`, { hint: 'Change .mloignore.' });
}

export function treeOf(cache: Cache, files: ReadonlyMap<string, Content>): Content {
  const { digest } = cache.putBytes(Buffer.from(encodeTree([]), 'latin1'));
  return cache.graft({ digest, size: 0, kind: 'tree', files: 0 }, files).content;
}

function fileSource({ url, pinned }: BringOptions, { etag, version, modified, size }: UrlFile): UrlSource {
  return {
    url,
    ...(etag === undefined ? {} : { etag }),
    ...(version === undefined ? {} : { version }),
    ...(modified === undefined || etag !== undefined ? {} : { modified }),
    ...(size === undefined ? {} : { size }),
    ...(pinned ? { pinned } : {}),
  };
}

function folderSource(cache: Cache, { url }: BringOptions, files: readonly UrlFile[], contents: ReadonlyMap<string, Content>): UrlSource {
  const listed = files.map(({ key, etag }): ListedFile => {
    const { digest, size } = contents.get(key) as Content;
    return { key, size, digest, ...(etag === undefined ? {} : { etag }) };
  });
  const listing = cache.putBytes(Buffer.from(encodeListing(listed)));
  return { url, listing: listing.digest, listingSize: listing.size };
}
