import { renameSync } from 'node:fs';
import { join } from 'node:path';
import type { Digest } from '../../core/content.ts';
import { withIoErrors } from '../../fs/errno.ts';
import { writeFileAtomic } from '../../fs/write-atomic.ts';
import { makeSharedFolder } from '../../fs/shared-folder.ts';

/** Broken objects are kept for whoever wants to look; nothing reads them. */
export interface CorruptFolder {
  keepFile(digest: Digest, file: string): void;
  keepBytes(digest: Digest, bytes: Uint8Array): void;
}

export function corruptFolder(folder: string): CorruptFolder {
  return {
    keepFile(digest, file) {
      withIoErrors('set aside the broken object', file, () => {
        makeSharedFolder(folder);
        renameSync(file, join(folder, digest));
      });
    },
    keepBytes(digest, bytes) {
      withIoErrors('set aside the broken object', join(folder, digest), () =>
        writeFileAtomic(join(folder, digest), bytes, { shared: true }),
      );
    },
  };
}
