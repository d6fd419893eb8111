import { isDigest, type Content, type Digest } from './content.ts';
import { isMap, type Value } from './value.ts';

/** What tells one state of a file at a URL from another; what a server does not say is absent. */
export interface UrlMark {
  /** As the server has it, S3's without quotes. */
  readonly etag?: string;
  /** S3: of a bucket that keeps versions. */
  readonly version?: string;
  /** HTTP: `Last-Modified` as it came. */
  readonly modified?: string;
  /** Bytes. */
  readonly size?: number;
}

/** Data of `mlo import-url`. */
export interface UrlSource extends UrlMark {
  readonly url: string;
  /** The version was asked for, and stays until another one is. */
  readonly pinned?: true;
  /** A prefix or folder: the object that lists what was there (`core/encoding/url-listing.ts`), and its bytes. */
  readonly listing?: Digest;
  readonly listingSize?: number;
}

/** Data of `mlo import`: a path of another repository. */
export interface RepositorySource {
  /** URL or path of the repository. */
  readonly repo: string;
  readonly path: string;
  /** Branch, tag or commit as typed; absent: the branch that the repository has by default. */
  readonly rev?: string;
  /** What `rev` was then. */
  readonly commit: string;
}

export type PointerSource = UrlSource | RepositorySource;

export function isUrlSource(source: PointerSource): source is UrlSource {
  return 'url' in source;
}

/** Undefined where it is none, or of a kind that this mlo does not know: the data is then data like any other. */
export function readPointerSource(value: Value | undefined): PointerSource | undefined {
  if (!isMap(value)) return undefined;
  const text = (key: string): string | undefined => (typeof value[key] === 'string' ? value[key] : undefined);
  const amount = (key: string): number | undefined => (typeof value[key] === 'number' ? value[key] : undefined);
  const [url, repo, path, commit, listing] = ['url', 'repo', 'path', 'commit', 'listing'].map(text);
  if (url !== undefined) {
    return defined<UrlSource>({
      url,
      etag: text('etag'),
      version: text('version'),
      modified: text('modified'),
      size: amount('size'),
      pinned: value['pinned'] === true ? true : undefined,
      listing: isDigest(listing) ? listing : undefined,
      listingSize: amount('listingSize'),
    });
  }
  if (repo === undefined || path === undefined || commit === undefined) return undefined;
  return defined<RepositorySource>({ repo, path, rev: text('rev'), commit });
}

/** For messages: where it came from, and which state of it. */
export function sourceText(source: PointerSource): string {
  return isUrlSource(source) ? source.url : `${source.repo} ${source.path}`;
}

function defined<T>(values: { readonly [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T;
}

/** The object that lists what an import found below a prefix: kept, pushed and fetched with the data. */
export function listingOf(source: PointerSource | undefined): Content | undefined {
  if (source === undefined || !isUrlSource(source) || source.listing === undefined) return undefined;
  return { digest: source.listing, size: source.listingSize ?? 0, kind: 'file' };
}
