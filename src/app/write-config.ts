import { dirname } from 'node:path';
import { withIoErrors } from '../fs/errno.ts';
import { writeFileAtomic } from '../fs/write-atomic.ts';
import { keepOutOfGit } from './keep-out-of-git.ts';
import type { ConfigScope } from './load-config.ts';

/** A configuration file anew; only the committed one may be read by others. Throws MLO_CACHE_IO. */
export function writeConfigText(scope: ConfigScope, file: string, text: string): void {
  withIoErrors('write', file, () => {
    if (scope !== 'user') keepOutOfGit(dirname(file));
    writeFileAtomic(file, text, { durable: true, ...(scope === 'project' ? {} : { mode: 0o600 }) });
  });
}
