import { isDigest, type Digest } from '../content.ts';
import { MloError } from '../errors/mlo-error.ts';
import type { UrlMark } from '../pointer-source.ts';

const HEADER = 'mlo-listing 1';

/** A file below a URL as it was when it was imported. */
export interface ListedFile extends Pick<UrlMark, 'etag'> {
  /** Path below the URL. */
  readonly key: string;
  readonly size: number;
  readonly digest: Digest;
}

/**
 * What lay below a URL: the header, then a line a file, sorted by key (UTF-16 code units), a JSON array of key, ETag
 * (null where there is none), size in bytes and digest. Equal listings are equal bytes.
 */
export function encodeListing(files: readonly ListedFile[]): string {
  const sorted = [...files].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return [HEADER, ...sorted.map(({ key, etag, size, digest }) => JSON.stringify([key, etag ?? null, size, digest])), ''].join('\n');
}

/** Throws MLO_FORMAT. */
export function decodeListing(text: string): readonly ListedFile[] {
  const [header, ...lines] = text.split('\n');
  if (header !== HEADER || lines.pop() !== '') throw damaged();
  return lines.map((line) => {
    const [key, etag, size, digest] = parsed(line);
    if (typeof key !== 'string' || typeof size !== 'number' || !isDigest(digest)) throw damaged();
    return { key, size, digest, ...(typeof etag === 'string' ? { etag } : {}) };
  });
}

function parsed(line: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(line);
    if (Array.isArray(value)) return value as readonly unknown[];
  } catch {
    // Told below.
  }
  throw damaged();
}

function damaged(): MloError {
  return new MloError('MLO_FORMAT', 'The list of what was imported is damaged', { hint: 'mlo update --force downloads everything again.' });
}
