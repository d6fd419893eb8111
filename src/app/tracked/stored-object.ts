import type { Cache } from '../../cache/types.ts';
import { isDigest, type Content, type Digest } from '../../core/content.ts';
import { MloError } from '../../core/errors/mlo-error.ts';
import { isUnreadable } from './diff-nodes.ts';

/** Large enough for a stream to come in pieces, whatever the size really is. */
const ANY_SIZE = Number.MAX_SAFE_INTEGER;
const TREE_START = Buffer.from('mlo-tree 1\n');

/** Throws MLO_USAGE where it is not 64 hexadecimal characters. */
export function digestOf(typed: string): Digest {
  const digest = typed.toLowerCase();
  if (isDigest(digest)) return digest;
  throw new MloError('MLO_USAGE', `'${typed}' is not a digest: 64 hexadecimal characters were expected`, {
    hint: 'mlo status --granular --json and mlo ls --json show digests',
  });
}

/** Bytes of an object of which nothing but the digest is known. */
export function streamOf(cache: Cache, digest: Digest): AsyncIterable<Uint8Array> {
  return cache.stream({ digest, size: ANY_SIZE, kind: 'file' });
}

/** What an object is, found out by reading it: a tree where its bytes are those of one, else a file. Throws MLO_OBJECT_MISSING, MLO_OBJECT_CORRUPT. */
export async function contentOfDigest(cache: Cache, digest: Digest): Promise<Content> {
  let size = 0;
  let start = Buffer.alloc(0);
  for await (const bytes of streamOf(cache, digest)) {
    if (size === 0) start = Buffer.from(bytes.subarray(0, TREE_START.length));
    size += bytes.length;
  }
  return (start.equals(TREE_START) ? treeOf(cache, digest) : undefined) ?? { digest, size, kind: 'file' };
}

function treeOf(cache: Cache, digest: Digest): Content | undefined {
  try {
    const rows = cache.readTree(digest).filter((row) => row.type !== 'symlink');
    return {
      digest,
      kind: 'tree',
      size: rows.reduce((sum, row) => sum + row.size, 0),
      files: rows.reduce((sum, row) => sum + (row.type === 'tree' ? (row.files ?? 0) : 1), 0),
    };
  } catch (error) {
    // A file may begin like a tree.
    if (isUnreadable(error)) return undefined;
    throw error;
  }
}
