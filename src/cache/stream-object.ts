import { open } from 'node:fs/promises';
import type { Content } from '../core/content.ts';
import { isErrno } from '../fs/errno.ts';
import { createHasher, STREAM_BYTES } from '../fs/hash.ts';
import { corruptObject, missingObject, type ObjectStore } from './objects/object-store.ts';

/** The object's bytes in pieces of at most `STREAM_BYTES`; throws MLO_OBJECT_MISSING, and MLO_OBJECT_CORRUPT once the last piece is read. */
export async function* streamObject(store: ObjectStore, content: Content): AsyncGenerator<Uint8Array> {
  const path = content.size > STREAM_BYTES ? store.fileOf(content.digest) : undefined;
  if (path === undefined) {
    yield store.read(content.digest);
    return;
  }
  const file = await open(path, 'r').catch((error: unknown) => {
    throw isErrno(error, 'ENOENT') ? missingObject([content.digest]) : error;
  });
  try {
    const hasher = createHasher();
    for (let done = 0; ;) {
      const buffer = Buffer.allocUnsafeSlow(STREAM_BYTES);
      const { bytesRead } = await file.read(buffer, 0, buffer.length, done);
      if (bytesRead === 0) break;
      done += bytesRead;
      const piece = buffer.subarray(0, bytesRead);
      hasher.update(piece);
      yield piece;
    }
    if (hasher.digest() === content.digest) return;
    store.setAside(content.digest);
    throw corruptObject(content.digest);
  } finally {
    await file.close();
  }
}
