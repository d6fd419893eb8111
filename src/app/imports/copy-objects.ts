import { constants, copyFileSync, rmSync } from 'node:fs';
import { LOOSE_BYTES } from '../../cache/objects/object-store.ts';
import type { Cache } from '../../cache/types.ts';
import type { ReceivedObjects } from '../../cache/transfer.ts';
import type { Content, Digest } from '../../core/content.ts';
import { decodeTree } from '../../core/encoding/tree-format.ts';
import { isLostObject } from '../../core/errors/lost-object.ts';
import { withIoErrors } from '../../fs/errno.ts';
import { hashFile } from '../../fs/hash.ts';
import { throwIfInterrupted } from '../../fs/interrupt.ts';

/** Copies contents with everything below them from one cache of this machine to another, verified; what the other does not have is left out. */
export async function copyObjects(
  from: Cache,
  to: Cache,
  contents: readonly Content[],
  signal: AbortSignal,
): Promise<{ readonly files: number; readonly bytes: number }> {
  const received = to.objects.receive();
  const copy = new Copy(from, to, received, signal);
  try {
    for (const { digest, size, kind } of contents) await copy.take(digest, size, kind === 'tree');
  } catch (error) {
    received.giveUp();
    throw error;
  }
  received.finish();
  return copy;
}

class Copy {
  files = 0;
  bytes = 0;
  readonly #from: Cache;
  readonly #to: Cache;
  readonly #received: ReceivedObjects;
  readonly #signal: AbortSignal;
  /** By digest: whether all of it came. */
  readonly #done = new Map<Digest, boolean>();

  constructor(from: Cache, to: Cache, received: ReceivedObjects, signal: AbortSignal) {
    this.#from = from;
    this.#to = to;
    this.#received = received;
    this.#signal = signal;
  }

  /** False where something of it is missing: then no tree above it is kept either. */
  async take(digest: Digest, size: number, isTree: boolean): Promise<boolean> {
    throwIfInterrupted(this.#signal);
    const known = this.#done.get(digest);
    if (known !== undefined) return known;
    const came = await this.#unlessMissing(async () => (isTree ? await this.#tree(digest) : await this.#file(digest, size)));
    this.#done.set(digest, came);
    return came;
  }

  async #tree(digest: Digest): Promise<boolean> {
    const bytes = this.#from.readBytes(digest);
    let all = true;
    for (const row of decodeTree(bytes.toString('latin1'), digest))
      all = (await this.take(row.digest, row.size, row.type === 'tree')) && all;
    if (all) this.#received.putTree(Buffer.from(digest, 'hex'), bytes, bytes.length, 0);
    return all;
  }

  async #file(digest: Digest, size: number): Promise<boolean> {
    if (this.#to.objects.has(Buffer.from(digest, 'hex'), size)) return true;
    const path = size < LOOSE_BYTES ? undefined : this.#from.objects.fileOf(digest);
    if (path === undefined) {
      const bytes = this.#from.readBytes(digest);
      this.#received.putFile(Buffer.from(digest, 'hex'), bytes, bytes.length, 0);
    } else if (!(await this.#large(path, digest))) return false;
    this.files += 1;
    this.bytes += size;
    return true;
  }

  /** Where the file system can, the copy shares its blocks. */
  async #large(path: string, digest: Digest): Promise<boolean> {
    const temporary = this.#received.newTemporary();
    try {
      withIoErrors('copy the object to', temporary, () =>
        copyFileSync(path, temporary, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL),
      );
      const found = await hashFile(temporary, { signal: this.#signal });
      if (found.digest === digest) {
        this.#received.adopt(temporary, digest);
        return true;
      }
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    }
    rmSync(temporary, { force: true });
    return false;
  }

  async #unlessMissing(work: () => Promise<boolean>): Promise<boolean> {
    try {
      return await work();
    } catch (error) {
      if (isLostObject(error)) return false;
      throw error;
    }
  }
}
