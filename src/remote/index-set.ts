import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Digest } from '../core/content.ts';
import { MloError } from '../core/errors/mlo-error.ts';
import { asIoError, isErrno } from '../fs/errno.ts';
import { hashBytes } from '../fs/hash.ts';
import type { ObjectPlace, RecipePlace } from './format/index-format.ts';
import { IndexDamage, NewerIndex, RemoteIndex } from './format/remote-index.ts';
import { INDEX_FOLDER, indexKey } from './keys.ts';
import { keepCopy, listDigests, loadListed, type Listed } from './load-listed.ts';
import type { Remote } from './port.ts';

/** Rows for 20 million objects; nobody makes a machine take more. */
const LARGEST_INDEX = 1024 * 1024 * 1024;

export interface NamedIndex {
  readonly id: Digest;
  readonly index: RemoteIndex;
}

/** All indexes of a remote as of one look. Copies are kept in `folder`, which may be deleted at any time. */
export class IndexSet {
  /** Of a remote that nothing was pushed to. */
  static readonly none = new IndexSet([]);

  readonly indexes: readonly NamedIndex[];

  private constructor(indexes: readonly NamedIndex[]) {
    this.indexes = indexes;
  }

  /** Throws MLO_REMOTE, MLO_REMOTE_CORRUPT, MLO_FORMAT_VERSION. */
  static async load(remote: Remote, folder: string): Promise<IndexSet> {
    const load = async ({ id }: Listed): Promise<NamedIndex | undefined> => {
      const bytes = readKept(folder, id) ?? (await readRemote(remote, folder, id));
      return bytes === undefined ? undefined : { id, index: openIndex(remote, id, bytes) };
    };
    return new IndexSet(await loadListed(remote, { folder: INDEX_FOLDER, kept: folder, what: 'an index', load }));
  }

  /**
   * Those that are whole; the others are told. Copies that are kept here count for nothing: the bytes there do. Throws MLO_REMOTE, and MLO_FORMAT_VERSION
   * where a newer mlo wrote one: without what that says nobody can tell what is lost.
   */
  static async loadSound(remote: Remote, onDamage: (key: string, why: string) => void): Promise<IndexSet> {
    const sound: NamedIndex[] = [];
    for (const { id } of await listDigests(remote, INDEX_FOLDER)) {
      const bytes = await remote.get(indexKey(id), LARGEST_INDEX);
      if (bytes === undefined) onDamage(indexKey(id), 'it is listed and not there');
      else if (hashBytes(bytes) !== id) onDamage(indexKey(id), 'its bytes do not have the digest of its name');
      else {
        try {
          sound.push({ id, index: new RemoteIndex(bytes) });
        } catch (error) {
          if (!(error instanceof IndexDamage)) throw error;
          if (error instanceof NewerIndex) throw newerIndex(remote, id, error.message);
          onDamage(indexKey(id), error.message);
        }
      }
    }
    return new IndexSet(sound);
  }

  /** Just the same indexes. */
  isSame(other: IndexSet): boolean {
    const ids = new Set(other.indexes.map(({ id }) => id));
    return ids.size === this.indexes.length && this.indexes.every(({ id }) => ids.has(id));
  }

  has(digest: Uint8Array): boolean {
    return this.indexes.some(({ index }) => index.find(digest) !== undefined || index.recipeOf(digest) !== undefined);
  }

  /** In an entry of a pack, as it is. */
  hasEntry(digest: Uint8Array): boolean {
    return this.indexes.some(({ index }) => index.find(digest) !== undefined);
  }

  /** Every place where the object lies. */
  places(digest: Uint8Array): readonly ObjectPlace[] {
    return this.indexes.flatMap(({ index }) => index.find(digest) ?? []);
  }

  recipes(digest: Uint8Array): readonly RecipePlace[] {
    return this.indexes.flatMap(({ index }) => index.recipeOf(digest) ?? []);
  }
}

/** Whether just these are listed now: else a gc or push came between, and what was found of packs may not be true any more. */
export async function areListed(remote: Remote, ids: readonly Digest[]): Promise<boolean> {
  const now = await listDigests(remote, INDEX_FOLDER);
  return now.length === ids.length && now.every(({ id }) => ids.includes(id));
}

function readKept(folder: string, id: Digest): Buffer | undefined {
  try {
    const bytes = readFileSync(join(folder, id));
    return hashBytes(bytes) === id ? bytes : undefined;
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw asIoError(error, 'read', join(folder, id));
  }
}

async function readRemote(remote: Remote, folder: string, id: Digest): Promise<Buffer | undefined> {
  const bytes = await remote.get(indexKey(id), LARGEST_INDEX);
  if (bytes === undefined) return undefined;
  if (hashBytes(bytes) !== id) throw damagedIndex(remote, id, 'its bytes do not have the digest of its name');
  keepCopy(folder, id, bytes);
  return bytes;
}

function openIndex(remote: Remote, id: Digest, bytes: Buffer): RemoteIndex {
  try {
    return new RemoteIndex(bytes);
  } catch (error) {
    if (error instanceof NewerIndex) throw newerIndex(remote, id, error.message);
    if (error instanceof IndexDamage) throw damagedIndex(remote, id, error.message);
    throw error;
  }
}

function newerIndex(remote: Remote, id: Digest, why: string): MloError {
  return new MloError('MLO_FORMAT_VERSION', `A newer mlo wrote the index ${remote.address}/${indexKey(id)}: ${why}`, {
    hint: 'Update mlo: npm install mlo-cli@latest',
    details: { key: indexKey(id) },
  });
}

function damagedIndex(remote: Remote, id: Digest, why: string): MloError {
  return new MloError('MLO_REMOTE_CORRUPT', `The index ${remote.address}/${indexKey(id)} is damaged: ${why}`, {
    hint: 'Delete that key, then push again from a machine that has the data: the packs are still there',
    details: { key: indexKey(id) },
  });
}
