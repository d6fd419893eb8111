import type { Content } from '../../core/content.ts';
import type { ListedFile } from '../../core/encoding/url-listing.ts';
import type { UrlMark, UrlSource } from '../../core/pointer-source.ts';
import type { ProjectPath } from '../../core/stage.ts';
import { count } from '../../core/text/amount.ts';
import type { UrlReader } from '../../remote/url/port.ts';
import type { Project } from '../project.ts';
import { bring, forgetDownload, listedBefore, sameMark, wantedOf, type BringOptions, type Wanted } from './bring-url.ts';
import { bringListing } from './bring-listing.ts';
import type { Move } from './move.ts';
import { openUrl } from './open-url.ts';

export interface UrlImport {
  readonly path: ProjectPath;
  readonly content: Content;
  readonly source: UrlSource;
}

/** Asks a URL what lies there now, and says whether that differs from what was imported. Downloads nothing yet. */
export async function moveUrl(
  project: Project,
  { path, content, source }: UrlImport,
  options: { readonly rev?: string; readonly force: boolean; readonly jobs?: number },
): Promise<Move> {
  const { rev, force, jobs } = options;
  if (source.pinned === true && rev === undefined) return { kind: 'pinned' };
  const { url } = source;
  const bringing: BringOptions = {
    url,
    out: path,
    pinned: rev !== undefined,
    ...(force ? {} : { before: source }),
    ...(jobs === undefined ? {} : { jobs }),
  };
  const cache = await project.cache();
  if (!force) await bringListing(project, cache, source);
  const { wanted } = await withReader(project, url, rev, async (reader) => ({ wanted: await wantedOf(project, cache, reader, bringing) }));
  const listed = listedBefore(cache, source);
  if (!force && isUnchanged(source, content, wanted, listed)) return { kind: 'unchanged' };
  return {
    kind: 'moved',
    ...inWords(source, wanted, listed),
    bring: async () =>
      await withReader(project, url, rev, async (reader) => ({
        ...(await bring(project, cache, reader, wanted, bringing)),
        done: () => forgetDownload(project, url),
      })),
  };
}

async function withReader<T>(
  project: Project,
  url: string,
  version: string | undefined,
  work: (reader: UrlReader) => Promise<T>,
): Promise<T> {
  const { env, signal } = project.ctx;
  const reader = await openUrl(url, { env, signal, root: project.root, ...(version === undefined ? {} : { version }) });
  try {
    return await work(reader);
  } finally {
    reader.close();
  }
}

function isUnchanged(source: UrlSource, content: Content, { kind, files }: Wanted, listed: readonly ListedFile[]): boolean {
  const [first] = files;
  if (kind === 'file') return content.kind !== 'tree' && first !== undefined && sameMark(source, first) === true;
  if (content.kind !== 'tree' || listed.length !== files.length) return false;
  const before = new Map(listed.map((file) => [file.key, file]));
  return files.every((file) => sameMark(before.get(file.key) ?? { size: -1 }, file) === true);
}

function inWords(
  source: UrlSource,
  { kind, files }: Wanted,
  listed: readonly ListedFile[],
): { readonly before: string; readonly now: string } {
  if (kind === 'file') return { before: markText(source), now: markText(files[0] ?? {}) };
  const before = new Map(listed.map((file) => [file.key, file]));
  const keys = new Set(files.map(({ key }) => key));
  const added = files.filter(({ key }) => !before.has(key)).length;
  const removed = listed.filter(({ key }) => !keys.has(key)).length;
  const changed = files.filter((file) => before.has(file.key) && sameMark(before.get(file.key) ?? {}, file) !== true).length;
  const what = [
    [added, 'new'],
    [changed, 'changed'],
    [removed, 'gone'],
  ] as const;
  const parts = what.flatMap(([number, word]) => (number === 0 ? [] : [`${number} ${word}`]));
  return {
    before: count(listed.length, 'file'),
    now: `${count(files.length, 'file')}${parts.length === 0 ? '' : ` (${parts.join(', ')})`}`,
  };
}

function markText({ version, etag, modified, size }: UrlMark): string {
  return version ?? etag ?? modified ?? (size === undefined ? 'unknown' : `${size} bytes`);
}
