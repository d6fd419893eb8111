import type { Digest } from '../core/content.ts';
import { isLostObject } from '../core/errors/lost-object.ts';
import type { CompleteTrees } from './complete-trees.ts';
import type { ObjectStore } from './objects/object-store.ts';
import type { PackName } from './packs/pack-name.ts';
import type { PackReader } from './packs/pack-reader.ts';
import { PackWriter } from './packs/pack-writer.ts';

/** What arrives is lost by kill -9 up to here, bytes. */
const LARGEST_RECEIVED = 64 * 1024 * 1024;

/** Trees show at the end only; positions in a pack have 32 bits. */
const LARGEST_TREES = 2 ** 31;

/** A whole pack of the cache, open until the next one is asked for. */
export interface LocalPack {
  readonly name: PackName;
  readonly reader: PackReader;
  readonly hasBroken: boolean;
}

/** The objects of the cache as remotes send and receive them, many at a time. Digests are 32 bytes where not said otherwise. */
export interface LocalObjects {
  /** Bytes of the object; undefined where it is not here. */
  sizeOf(digest: Digest): number | undefined;
  /** There with that size, among what is known so far. */
  has(digest: Uint8Array, size: number): boolean;
  /** Verified. Throws MLO_OBJECT_MISSING, MLO_OBJECT_CORRUPT. */
  read(digest: Digest): Buffer;
  readMany(digests: Uint8Array, take: (number: number, bytes: Buffer) => void): void;
  /** A file that is exactly the object, where there is one; not verified. */
  fileOf(digest: Digest): string | undefined;
  setAside(digest: Digest): void;
  packs(): Iterable<LocalPack>;
  /** Path of a pack. */
  packPath(name: PackName): string;
  receive(): ReceivedObjects;
}

/** Takes objects whose bytes were found right. Files first, trees when all below them is here. */
export interface ReceivedObjects {
  /** `stored`: as in a pack. */
  putFile(digest: Uint8Array, stored: Uint8Array, raw: number, encoding: number): void;
  putTree(digest: Uint8Array, stored: Uint8Array, raw: number, encoding: number): void;
  /** A path for the bytes of a large file. */
  newTemporary(): string;
  adopt(temporary: string, digest: Digest): void;
  /** Files that came are found from now on, then trees; `flush` of the cache makes them durable. */
  finish(): void;
  /** Files stay, trees go: what is below them may be missing. */
  giveUp(): void;
}

export function localObjects(store: ObjectStore, complete: CompleteTrees): LocalObjects {
  return {
    sizeOf: (digest) => store.sizeOf(digest),
    has: (digest, size) => store.hasBytes(digest, size),
    read: (digest) => store.read(digest),
    readMany: (digests, take) => store.readMany(digests, take),
    fileOf: (digest) => store.fileOf(digest),
    setAside: (digest) => store.setAside(digest),
    *packs() {
      for (const { name, reader, broken } of store.packs.packs()) yield { name, reader, hasBroken: broken.size > 0 };
    },
    packPath: (name) => `${store.packs.folder}/${name}`,
    receive() {
      store.refresh();
      return receiveInto(store, complete);
    },
  };
}

/** The bytes of an object; undefined where no good copy is here. For what a remote may have as well. */
export function readIfWhole(local: LocalObjects, digest: Digest): Buffer | undefined {
  if (local.sizeOf(digest) === undefined) return undefined;
  try {
    return local.read(digest);
  } catch (error) {
    if (isLostObject(error)) return undefined;
    throw error;
  }
}

function receiveInto(store: ObjectStore, complete: CompleteTrees): ReceivedObjects {
  const files = new PackWriter(store.packs.folder, { largest: LARGEST_RECEIVED });
  const trees = new PackWriter(store.packs.folder, { largest: LARGEST_TREES });
  const keep = (writer: PackWriter): void => {
    writer.seal();
    store.packs.adopt(writer.sealed);
  };
  return {
    putFile: (digest, stored, raw, encoding) => files.putStored(digest, stored, raw, encoding),
    putTree: (digest, stored, raw, encoding) => trees.putStored(digest, stored, raw, encoding),
    newTemporary: () => store.loose.newTemporary(),
    adopt: (temporary, digest) => store.loose.adopt(temporary, digest),
    finish() {
      keep(files);
      keep(trees);
      store.refresh();
    },
    giveUp() {
      complete.forget();
      trees.abandon();
      keep(files);
      store.refresh();
    },
  };
}
